"""A checkpoint is read as numbers; whatever else it says is refused by name."""

from __future__ import annotations

import io
import re
from typing import Any

import numpy as np
import pytest
from checkpoints import checkpoint, name, tensor, text
from numpy.testing import assert_array_equal

from glassline.errors import ModelError
from glassline.front.onnx.checkpoint import check_name, read_checkpoint
from glassline.front.onnx.unpickler import Machine

ARRAYS = {
    "stem.weight": np.arange(6, dtype=np.float32).reshape(2, 3),
    "stem.bias": np.array([0.5], dtype=np.float32),
}


def test_the_arrays_come_back() -> None:
    """Shapes, order of names and every bit."""
    found = read_checkpoint(checkpoint(ARRAYS), "x.pth")

    assert list(found) == list(ARRAYS)
    assert [each.dtype for each in found.values()] == [np.float32] * 2
    assert [each.tolist() for each in found.values()] == [
        each.tolist() for each in ARRAYS.values()
    ]


def test_a_tensor_may_lie_across_its_storage() -> None:
    """A transposed kernel, as converted weights are stored."""
    across = tensor("stem.weight", 6, (3, 2), (1, 3))

    found = read_checkpoint(checkpoint(ARRAYS, tensors={"stem.weight": across}), "x")

    assert_array_equal(found["stem.weight"], ARRAYS["stem.weight"].T, strict=True)


CALL = name("posix", "system") + b"(" + text("echo") + b"tR"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        pytest.param(
            {"programs": {"system": b"\x80\x02" + CALL + b"."}},
            "expected numbers alone, got the name 'posix system'",
            id="call",
        ),
        pytest.param(
            {"programs": {"tensors": b"\x80\x02" + CALL + b"."}},
            "expected numbers alone, got the name 'posix system'",
            id="call-for-tensors",
        ),
        pytest.param(
            {"programs": {"system": b"\x80\x04\x8c\x02os\x8c\x06system\x93."}},
            "expected numbers alone, got the operation SHORT_BINUNICODE",
            id="later-protocol",
        ),
        pytest.param(
            {"programs": {"system": b"(ios\nsystem\n."}},
            "expected numbers alone, got the operation INST",
            id="inst",
        ),
        pytest.param(
            {"programs": {"system": b"\x80\x02" + name("torch", "load") + b"."}},
            "expected numbers alone, got the name 'torch load'",
            id="torch-load",
        ),
        pytest.param(
            {"programs": {"system": name("torch", "FloatStorage") + b")R."}},
            "expected numbers alone, got a call of something else",
            id="call-of-a-storage",
        ),
        pytest.param(
            {"programs": {"magic": b"\x80\x02K\x01."}},
            "expected the numbers that begin a checkpoint, got others",
            id="other-magic",
        ),
        pytest.param(
            {"programs": {"system": b"}(K\x01K\x02u."}},
            "expected a table with texts for keys, got something else",
            id="number-for-a-key",
        ),
        pytest.param(
            {"programs": {"system": b"N(K\x01e."}},
            "expected a list, got something else",
            id="append-to-nothing",
        ),
        pytest.param(
            {"programs": {"tensors": b"K\x01."}},
            "expected a table of tensors and a list of storages, got something else",
            id="no-table",
        ),
        pytest.param(
            {"tensors": {"stem.bias": text("no tensor")}},
            "expected 'stem.bias' to be a tensor, got something else",
            id="text-for-a-tensor",
        ),
        pytest.param(
            {"tensors": {"more": tensor("nowhere", 1, (1,), (1,))}},
            "expected each storage once, got others",
            id="missing-storage",
        ),
        pytest.param(
            {"tensors": {"stem.bias": tensor("stem.bias", 2, (1,), (1,))}},
            "expected 2 numbers in a storage, got another count",
            id="other-length",
        ),
        pytest.param(
            {"tensors": {"stem.weight": tensor("stem.weight", 6, (4, 3), (3, 1))}},
            "expected 'stem.weight' inside its storage, got numbers outside it",
            id="beyond-the-end",
        ),
        pytest.param(
            {"tensors": {"stem.weight": tensor("stem.weight", 6, (2,), (-1,))}},
            "expected 'stem.weight' inside its storage, got numbers outside it",
            id="backwards",
        ),
        pytest.param(
            {
                "tensors": {
                    "stem.weight": tensor("stem.weight", 6, (1,), (1,), offset=-1)
                }
            },
            "expected 'stem.weight' inside its storage, got numbers outside it",
            id="before-the-start",
        ),
        pytest.param(
            {"tensors": {"stem.weight": tensor("stem.weight", 6, (1,) * 5, (1,) * 5)}},
            "expected 'stem.weight' inside its storage, got numbers outside it",
            id="many-axes",
        ),
        pytest.param(
            {"programs": {"keys": b"]((K\x01tX\x01\x00\x00\x00ae."}},
            "expected each storage once, got others",
            id="a-tuple-for-a-key",
        ),
        pytest.param(
            {"tensors": {"stem.weight": tensor("stem.weight", 6, (2**30,), (0,))}},
            "expected 'stem.weight' inside its storage, got numbers outside it",
            id="much-of-little",
        ),
    ],
)
def test_what_is_no_checkpoint_is_refused(
    changes: dict[str, Any], message: str
) -> None:
    """A call, an operation that is not needed, a tensor outside its numbers."""
    with pytest.raises(ModelError, match=f"^{re.escape(f'x.pth: {message}.')}$"):
        read_checkpoint(checkpoint(ARRAYS, **changes), "x.pth")


def test_numbers_that_are_not_finite_are_refused() -> None:
    """NaN in a weight would be NaN in every reading."""
    arrays = {"w": np.array([1.0, np.nan], dtype=np.float32)}

    with pytest.raises(
        ModelError, match=r"^x: expected 'w' to be finite, got NaN or infinity\.$"
    ):
        read_checkpoint(checkpoint(arrays), "x")


def test_tensors_that_share_their_numbers_are_refused() -> None:
    """A small file must not become fifty times as many numbers."""
    again = {f"t{place}": tensor("w", 10_000, (10_000,), (1,)) for place in range(50)}
    data = checkpoint({"w": np.zeros(10_000, np.float32)}, tensors=again)

    with pytest.raises(
        ModelError,
        match=r"^x: expected no more numbers than the file has, got tensors that "
        r"overlap\.$",
    ):
        read_checkpoint(data, "x")


def test_every_cut_is_refused() -> None:
    """A file cut anywhere is no smaller checkpoint."""
    data = checkpoint(ARRAYS)

    refused = [_is_refused(data[:length]) for length in range(len(data))]

    assert all(refused)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"PK\x03\x04" + bytes(100), id="zip"),
        pytest.param(checkpoint(ARRAYS) + b"\0", id="trailing-byte"),
        pytest.param(b"\x80\x02" + b"(" * 100_000, id="marks"),
        pytest.param(b"\x80\x02]" + b"2" * 1000 + b".", id="duplicates"),
        pytest.param(b"\x80\x02h\x07.", id="memory-that-is-empty"),
        pytest.param(b"X\xff\xff\xff\xff", id="huge-text"),
    ],
)
def test_other_files_are_refused(data: bytes) -> None:
    """Each with a message that begins with the file's name."""
    with pytest.raises(ModelError, match=r"^x\.pth: expected (?s:.*)\.$"):
        read_checkpoint(data, "x.pth")


def test_a_program_without_end_is_stopped() -> None:
    """A limit on operations, not on patience."""
    with pytest.raises(
        ModelError, match=r"^x: expected at most 100 operations, got more\.$"
    ):
        Machine("x").run(io.BytesIO(b"N" * 200), most=100)


def test_a_large_file_is_refused() -> None:
    """Before a byte of it is looked at."""
    with pytest.raises(ModelError, match=r"^x: expected at most 3 bytes, got 4\.$"):
        read_checkpoint(b"abcd", "x", most=3)


def test_the_hash_in_the_name_is_held() -> None:
    """The first digits of the SHA-256 of b'' are e3b0c442."""
    check_name("net-e3b0c442.pth", b"")

    with pytest.raises(
        ModelError,
        match=r"^net-e3b0c443\.pth: expected bytes whose sha256 begins with e3b0c443, "
        r"got e3b0c442\. The file is damaged; install its package again\.$",
    ):
        check_name("net-e3b0c443.pth", b"")


def test_a_name_without_a_hash_is_refused() -> None:
    """There would be nothing to hold the bytes against."""
    with pytest.raises(
        ModelError,
        match=r"^net\.pth: expected a name that ends in -HASH\.pth, got none with a "
        r"hash\.$",
    ):
        check_name("net.pth", b"")


def _is_refused(data: bytes) -> bool:
    try:
        read_checkpoint(data, "x")
    except ModelError:
        return True
    return False

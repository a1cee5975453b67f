"""A sealed file is genuine to the last bit or refused."""

from __future__ import annotations

import re

import pytest

from glassline.errors import ModelError
from glassline.model.sealed import seal, unseal

DOCUMENT = {"format": 1, "W": [[0.1, -2.5e-300], [1e300, 3.0]], "name": "刮傷"}


def test_a_document_comes_back_as_it_was() -> None:
    """Every digit of every number is kept."""
    document = unseal(seal(DOCUMENT), "model.json")

    del document["sha256"]
    assert document == DOCUMENT


def test_every_flipped_bit_is_refused() -> None:
    """All bits of the file, one at a time."""
    data = seal(DOCUMENT)

    accepted = [
        bit
        for bit in range(8 * len(data))
        if _is_accepted(
            data[: bit // 8]
            + bytes([data[bit // 8] ^ 1 << bit % 8])
            + data[bit // 8 + 1 :]
        )
    ]

    assert accepted == []


def test_every_cut_is_refused() -> None:
    """A file cut at any byte is not a shorter model."""
    data = seal(DOCUMENT)

    accepted = [length for length in range(len(data)) if _is_accepted(data[:length])]

    assert accepted == []


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(seal(DOCUMENT) + b" ", id="trailing-byte"),
        pytest.param(b"\xef\xbb\xbf" + seal(DOCUMENT), id="byte-order-mark"),
        pytest.param(seal(DOCUMENT).replace(b"\n", b"\r\n"), id="other-line-ends"),
        pytest.param(b"", id="empty"),
        pytest.param(b"\x80\x04\x95", id="pickle"),
        pytest.param(b"PK\x03\x04", id="zip"),
        pytest.param(b"[" * 100_000, id="deep"),
        pytest.param(b'{"a": NaN, "sha256": "0"}', id="nan"),
        pytest.param(b'{"a": 1e999, "sha256": "0"}', id="overflow"),
        pytest.param(b'{"a": 1, "a": 1, "sha256": "0"}', id="twice"),
        pytest.param(b'{"sha256": 7}', id="seal-no-text"),
        pytest.param(b"[]", id="no-object"),
        pytest.param(b'{"a": "\\ud800", "sha256": "0"}', id="lone-surrogate"),
    ],
)
def test_what_was_not_sealed_is_refused(data: bytes) -> None:
    """Odd encodings of the same document and hostile files alike."""
    with pytest.raises(ModelError, match=r"^model\.json: (?s:.*)$"):
        unseal(data, "model.json")


def test_a_changed_number_is_named_as_a_hash_mismatch() -> None:
    """The message says what to do."""
    data = seal(DOCUMENT).replace(b"0.1", b"0.2")
    digest = re.search(rb'"sha256": "(\w+)"', data)

    with pytest.raises(
        ModelError,
        match=r"^model\.json: model_hash_mismatch: expected the bytes that hash to "
        rf"'{digest[1].decode() if digest else ''}', got other bytes\. The file was "
        r"changed or damaged; restore it from a copy, or train again\.$",
    ):
        unseal(data, "model.json")


def test_nan_is_never_written() -> None:
    """A model with NaN can not be saved."""
    with pytest.raises(
        ModelError, match=r"^model: expected finite numbers, got: .*\.$"
    ):
        seal({"W": [float("nan")]})


def _is_accepted(data: bytes) -> bool:
    try:
        unseal(data, "model.json")
    except ModelError:
        return False
    return True

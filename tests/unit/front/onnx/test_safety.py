"""An ONNX file that could do more than count is refused before it is loaded."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
from backbones import tiny_backbone
from onnx import AttributeProto, ModelProto, TensorProto, helper, numpy_helper

from glassline.errors import ModelError
from glassline.front.onnx import Session
from glassline.front.onnx.safety import check


@pytest.mark.parametrize("domain", ["ai.onnx.ml", "com.microsoft", "own"])
def test_a_set_of_operators_that_no_node_is_of_does_no_harm(domain: str) -> None:
    """As tf2onnx writes them; a network runs with it."""
    model = tiny_backbone()
    _opset(domain, 1)(model)

    assert Session(model.SerializeToString(), "x.onnx").side == 56


def test_a_node_of_another_set_is_refused_with_its_name() -> None:
    """However its set was imported."""
    model = tiny_backbone()
    _opset("ai.onnx.ml", 3)(model)
    _operator("Scaler", "ai.onnx.ml")(model)

    with pytest.raises(
        ModelError, match=f"^x.onnx: {UNKNOWN}ai\\.onnx\\.ml:Scaler\\.$"
    ):
        check(model.SerializeToString(), "x.onnx")


def test_a_plain_network_passes() -> None:
    """Convolutions and finite numbers."""
    check(tiny_backbone().SerializeToString(), "x.onnx")


def _external(
    location: str, extra: dict[str, str] | None = None
) -> Callable[..., None]:
    def change(model: ModelProto) -> None:
        held = model.graph.initializer[0]
        held.ClearField("raw_data")
        held.data_location = TensorProto.EXTERNAL
        for key, value in {"location": location, **(extra or {})}.items():
            held.external_data.add(key=key, value=value)

    return change


def _operator(kind: str, domain: str = "") -> Callable[..., None]:
    def change(model: ModelProto) -> None:
        model.graph.node.append(
            helper.make_node(kind, ["stage2"], ["more"], domain=domain)
        )

    return change


def _numbers(values: np.ndarray) -> Callable[..., None]:
    def change(model: ModelProto) -> None:
        model.graph.initializer.append(numpy_helper.from_array(values, "more"))

    return change


def _attribute_tensor(model: ModelProto) -> None:
    held = numpy_helper.from_array(np.array([np.inf], np.float32))
    model.graph.node.append(helper.make_node("Constant", [], ["c"], value=held))


def _branch(model: ModelProto) -> None:
    node = helper.make_node("Identity", ["stage2"], ["more"])
    node.attribute.append(
        AttributeProto(name="body", type=AttributeProto.GRAPH, g=model.graph)
    )
    model.graph.node.append(node)


def _declared(model: ModelProto) -> None:
    model.graph.initializer[0].dims[0] = 10**9


def _declared_without_numbers(model: ModelProto) -> None:
    model.graph.initializer[0].ClearField("raw_data")
    model.graph.initializer[0].dims[0] = 10**9


def _typed_nan(model: ModelProto) -> None:
    held = TensorProto(dims=[1], data_type=TensorProto.FLOAT, float_data=[np.nan])
    model.graph.initializer.append(held)


def _function(model: ModelProto) -> None:
    model.functions.add(name="f", domain="own")


def _training(model: ModelProto) -> None:
    model.training_info.add()


def _sparse(model: ModelProto) -> None:
    model.graph.sparse_initializer.add()


def _strings(model: ModelProto) -> None:
    model.graph.initializer.append(
        TensorProto(dims=[1], data_type=TensorProto.STRING, string_data=[b"x"])
    )


def _opset(domain: str, version: int) -> Callable[..., None]:
    def change(model: ModelProto) -> None:
        model.opset_import.append(helper.make_opsetid(domain, version))

    return change


def _version(model: ModelProto) -> None:
    model.ir_version = 999


OUTSIDE = (
    "expected all numbers in this file, got numbers in another file: {!r}. Write both as "
    "one, where they lie: import onnx; onnx.save(onnx.load('x.onnx'), 'one.onnx'). With "
    "PyTorch: torch.onnx.export(..., external_data=False)"
)
UNKNOWN = "expected an operator that is known to be safe, got "
NOT_FINITE = "expected finite numbers, got NaN or infinity"
COUNT = "expected as many numbers as are declared, got another count"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param(
            _external("../weights"), OUTSIDE.format("../weights"), id="external-parent"
        ),
        pytest.param(
            _external("/etc/passwd"),
            OUTSIDE.format("/etc/passwd"),
            id="external-absolute",
        ),
        pytest.param(
            _external("/dev/zero"), OUTSIDE.format("/dev/zero"), id="external-device"
        ),
        pytest.param(
            _external("w", {"length": str(2**62)}), OUTSIDE.format("w"), id="huge"
        ),
        pytest.param(
            _external("w", {"offset": "-1"}), OUTSIDE.format("w"), id="negative-offset"
        ),
        pytest.param(_external("link"), OUTSIDE.format("link"), id="external-link"),
        pytest.param(_operator("Loop"), f"{UNKNOWN}:Loop", id="loop"),
        pytest.param(_operator("RandomNormalLike"), f"{UNKNOWN}:RandomNormalLike"),
        pytest.param(_operator("ConstantOfShape"), f"{UNKNOWN}:ConstantOfShape"),
        pytest.param(_operator("Relu", "evil"), f"{UNKNOWN}evil:Relu", id="domain"),
        pytest.param(_operator("Run", "evil"), f"{UNKNOWN}evil:Run", id="custom"),
        pytest.param(_numbers(np.array([np.nan], np.float32)), NOT_FINITE, id="nan32"),
        pytest.param(_numbers(np.array([np.inf])), NOT_FINITE, id="inf64"),
        pytest.param(_numbers(np.array([np.nan], np.float16)), NOT_FINITE, id="nan16"),
        pytest.param(_typed_nan, NOT_FINITE, id="nan-in-a-typed-field"),
        pytest.param(_attribute_tensor, NOT_FINITE, id="infinity-in-an-attribute"),
        pytest.param(
            _branch, "expected no network within a network, got one", id="branch"
        ),
        pytest.param(_declared, COUNT, id="more-declared-than-held"),
        pytest.param(_declared_without_numbers, COUNT, id="declared-alone"),
        pytest.param(
            _function,
            "expected a network alone, got functions or training",
            id="function",
        ),
        pytest.param(
            _training,
            "expected a network alone, got functions or training",
            id="training",
        ),
        pytest.param(_sparse, "expected dense numbers, got sparse ones", id="sparse"),
        pytest.param(
            _strings, "expected numbers of a known kind, got kind 8", id="strings"
        ),
        pytest.param(
            _opset("", 999),
            "expected a known version of the operators, got version 999",
            id="opset-999",
        ),
        pytest.param(
            _version,
            "expected a known version of ONNX, got version 999",
            id="format-999",
        ),
    ],
)
def test_a_hostile_network_is_refused(
    change: Callable[[ModelProto], None], message: str
) -> None:
    """Each for its own reason, and by `Session` before a session is made."""
    model = tiny_backbone()
    change(model)

    with pytest.raises(ModelError, match=f"^{re.escape(f'x.onnx: {message}.')}$"):
        Session(model.SerializeToString(), "x.onnx")


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"PK\x03\x04" * 10, id="zip"),
        pytest.param(b"\x80\x04\x95" * 10, id="pickle"),
        pytest.param(b"\x89HDF\r\n\x1a\n", id="hdf5"),
        pytest.param(b"\x3a\xff\xff\xff\xff\x0f", id="graph-longer-than-the-file"),
        pytest.param(b"\x3a" + b"\xff" * 11, id="number-without-end"),
        pytest.param(b"\x38\x01", id="number-for-a-graph"),
        pytest.param(b"\x42\x04\x0a\x02\xff\xfe", id="text-that-is-none"),
    ],
)
def test_what_is_no_onnx_is_refused(data: bytes) -> None:
    """Other formats, and lengths that lie."""
    with pytest.raises(ModelError, match=r"^x\.onnx: expected (?s:.*)\.$"):
        check(data, "x.onnx")


def test_no_file_is_opened_for_external_numbers(tmp_path, monkeypatch) -> None:
    """A hard link beside the file is as far away as any other."""
    monkeypatch.chdir(tmp_path)
    Path("secret").write_bytes(bytes(1_000))
    os.link("secret", "weights")
    model = tiny_backbone()
    _external("weights")(model)

    told = OUTSIDE.format("weights")
    with pytest.raises(ModelError, match=f"^x.onnx: {re.escape(told)}\\.$"):
        check(model.SerializeToString(), "x.onnx")


def test_a_large_file_is_refused() -> None:
    """Before a byte of it is looked at."""
    with pytest.raises(ModelError, match=r"^x: expected at most 3 bytes, got 4\.$"):
        check(b"abcd", "x", most=3)


def test_a_network_that_the_runtime_refuses_is_named() -> None:
    """An input that nothing gives."""
    model = tiny_backbone()
    model.graph.node[1].input[0] = "nowhere"

    with pytest.raises(
        ModelError,
        match=r"^x: expected a network that ONNX Runtime accepts, got: (?s:.*)\.$",
    ):
        Session(model.SerializeToString(), "x")


def test_every_operator_allowed_is_one_of_onnx() -> None:
    """No misspelt name lets anything through."""
    from glassline.front.onnx.safety import OPERATORS  # noqa: PLC0415

    known = {each.name for each in onnx.defs.get_all_schemas()}

    assert OPERATORS - known == set()

"""What an ONNX file must be before any library is given it: numbers and known operators."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import NoReturn

import numpy as np

from glassline.errors import ModelError, show
from glassline.front.onnx.protobuf import fields, numbers

__all__ = ["DOMAINS", "MAX_BYTES", "OPERATORS", "check"]

MAX_BYTES = 400_000_000  # a vision transformer of 90 million numbers
MAX_NODES = 20_000
VERSIONS = range(3, 14)  # of the file format
OPSETS = range(7, 24)
DOMAINS = ("", "ai.onnx")
# fmt: off
OPERATORS = frozenset((
    "Add", "AveragePool", "BatchNormalization", "Cast", "Clip", "Concat",
    "Constant", "Conv", "DequantizeLinear", "Div", "Erf", "Exp", "Flatten",
    "Gather", "Gelu", "Gemm", "GlobalAveragePool", "HardSigmoid", "HardSwish",
    "Identity", "LayerNormalization", "LeakyRelu", "Log", "MatMul", "Max",
    "MaxPool", "Min", "Mul", "Neg", "Pad", "Pow", "QuantizeLinear", "ReduceMean",
    "Relu", "Reshape", "Resize", "Shape", "Sigmoid", "Slice", "Softmax", "Split",
    "Sqrt", "Squeeze", "Sub", "Sum", "Tanh", "Transpose", "Unsqueeze",
))  # no loops, no branches, no chance, nothing that makes much of little
# fmt: on
SIZES = {1: 4, 2: 1, 3: 1, 6: 4, 7: 8, 9: 1, 10: 2, 11: 8}  # bytes a number
FLOATS = {1: "<f4", 10: "<f2", 11: "<f8"}
MODEL = {"version": 1, "graph": 7, "opset": 8, "training": 20, "function": 25}
GRAPH = {"node": 1, "tensor": 5, "sparse": 15}
NODE = {"operator": 4, "attribute": 5, "domain": 7}
ATTRIBUTE = {"tensor": 5, "graph": 6, "tensors": 10, "graphs": 11}
SPARSE = (22, 23)
TENSOR = {"dims": 1, "kind": 2, "floats": 4, "raw": 9, "doubles": 10, "external": 13}
LOCATION = 14


def check(data: bytes, where: str, *, most: int = MAX_BYTES) -> None:
    """Refuse an ONNX file that could read another file, run code or hold NaN.

    The bytes are walked, not parsed into objects: memory stays that of the file.

    Args:
        data: The whole file.
        where: What the caller calls it, for messages.
        most: Bytes that it may have.

    Raises:
        ModelError: It is too large, damaged, of a version not known, has an
            operator that is not in `OPERATORS`, a sub-graph, numbers in another
            file, or a number that is not finite.
    """
    if len(data) > most:
        _refuse(where, f"at most {most:,} bytes", f"{len(data):,}")
    try:
        _model(memoryview(data), where)
    except ValueError as error:
        raise ModelError(f"{where}: expected an ONNX file, got: {error}.") from error


def _refuse(where: str, expected: str, got: str) -> NoReturn:
    raise ModelError(f"{where}: expected {expected}, got {got}.")


def _model(data: memoryview, where: str) -> None:
    graphs = 0
    for number, held in fields(data):
        if number in (MODEL["training"], MODEL["function"]):
            _refuse(where, "a network alone", "functions or training")
        if number == MODEL["version"] and held not in VERSIONS:
            _refuse(where, "a known version of ONNX", f"version {held}")
        if number == MODEL["opset"]:
            _opset(_bytes(held), where)
        if number == MODEL["graph"]:
            graphs += 1
            _graph(_bytes(held), where)
    if graphs != 1:
        _refuse(where, "one network", f"{graphs}")


def _opset(data: memoryview, where: str) -> None:
    """Refuse an unknown version; a set of others does no harm: no node may use it."""
    held = dict(fields(data))
    domain, version = _text(held.get(1, b"")), held.get(2, 0)
    if domain in DOMAINS and version not in OPSETS:
        _refuse(where, "a known version of the operators", f"version {version}")


def _graph(data: memoryview, where: str) -> None:
    nodes = 0
    for number, held in fields(data):
        if number == GRAPH["sparse"]:
            _refuse(where, "dense numbers", "sparse ones")
        if number == GRAPH["tensor"]:
            _tensor(_bytes(held), where)
        if number == GRAPH["node"]:
            nodes += 1
            _node(_bytes(held), where)
    if nodes > MAX_NODES:
        _refuse(where, f"at most {MAX_NODES:,} operators", f"{nodes:,}")


def _node(data: memoryview, where: str) -> None:
    operator, domain = "", ""
    for number, held in fields(data):
        if number == NODE["operator"]:
            operator = _text(held)
        if number == NODE["domain"]:
            domain = _text(held)
        if number == NODE["attribute"]:
            _attribute(_bytes(held), where)
    if domain not in DOMAINS or operator not in OPERATORS:
        _refuse(where, "an operator that is known to be safe", f"{domain}:{operator}")


def _attribute(data: memoryview, where: str) -> None:
    for number, held in fields(data):
        if number in (ATTRIBUTE["graph"], ATTRIBUTE["graphs"], *SPARSE):
            _refuse(where, "no network within a network", "one")
        if number in (ATTRIBUTE["tensor"], ATTRIBUTE["tensors"]):
            _tensor(_bytes(held), where)


def _tensor(data: memoryview, where: str) -> None:
    held = _gathered(data)
    if TENSOR["external"] in held or any(held.get(LOCATION, ())):
        _refuse_outside(held.get(TENSOR["external"], ()), where)
    kind = held.get(TENSOR["kind"], [0])[-1]
    if not isinstance(kind, int) or kind not in SIZES:
        _refuse(where, "numbers of a known kind", f"kind {kind!r}")
    for name, form in (("floats", "<f4"), ("doubles", "<f8")):
        for value in held.get(TENSOR[name], ()):
            _finite(_bytes(value), form, where)
    count = math.prod(n for dims in held.get(TENSOR["dims"], ()) for n in numbers(dims))
    raw = [_bytes(value) for value in held.get(TENSOR["raw"], ())]
    if len(raw) == 1 and len(raw[0]) == count * SIZES[kind]:
        if kind in FLOATS:
            _finite(raw[0], FLOATS[kind], where)
    elif raw or count > len(data):
        _refuse(where, "as many numbers as are declared", "another count")


def _refuse_outside(entries: Iterable[int | memoryview], where: str) -> NoReturn:
    """Name the file that numbers are in, which is never opened, and how to join both."""
    told = (dict(fields(_bytes(each))) for each in entries)
    named = {_text(each.get(1, b"")): _text(each.get(2, b"")) for each in told}
    raise ModelError(
        f"{where}: expected all numbers in this file, got numbers in another file: "
        f"{show(named.get('location', ''))}. Write both as one, where they lie: "
        f"import onnx; onnx.save(onnx.load({where!r}), 'one.onnx'). With PyTorch: "
        "torch.onnx.export(..., external_data=False)."
    )


def _gathered(data: memoryview) -> dict[int, list[int | memoryview]]:
    held: dict[int, list[int | memoryview]] = {}
    for number, value in fields(data):
        held.setdefault(number, []).append(value)
    return held


def _finite(raw: memoryview, kind: str, where: str) -> None:
    if not np.isfinite(np.frombuffer(raw, kind)).all():
        _refuse(where, "finite numbers", "NaN or infinity")


def _bytes(held: int | memoryview) -> memoryview:
    if isinstance(held, int):
        raise ValueError("a number where a message belongs")
    return held


def _text(held: int | bytes | memoryview) -> str:
    if isinstance(held, int):
        raise ValueError("a number where a text belongs")
    return bytes(held).decode("utf-8")

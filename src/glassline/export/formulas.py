"""Works out the formulas of a workbook's first row for many parts at once."""

from __future__ import annotations

import ast
import io
import operator
import zipfile
from collections.abc import Callable, Mapping
from typing import Any
from xml.etree import ElementTree

import numpy as np
from numpy.typing import NDArray

from glassline.errors import GlasslineError

__all__ = ["Formulas"]

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
OPERATORS: Mapping[type[Any], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "EXP": np.exp,
    "LN": np.log,
    "ABS": np.abs,
    "IF": np.where,
    "COUNT": lambda *of: sum(np.isfinite(each).astype(np.int64) for each in of),
    "AND": lambda *of: np.logical_and.reduce(np.broadcast_arrays(*of)),
    "MAX": lambda *of: np.maximum.reduce(np.broadcast_arrays(*of)),
    "MIN": lambda *of: np.minimum.reduce(np.broadcast_arrays(*of)),
}


class Formulas:
    """The formulas of the first worksheet, by cell.

    Args:
        data: Of an xlsx file of ours.
        given: Cell to what stands in it, a number a part; a cell holds no NaN and no
            infinity, so those stand for an empty one.
    """

    def __init__(self, data: bytes, given: Mapping[str, NDArray[np.float64]]) -> None:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            text = archive.read("xl/worksheets/sheet1.xml")
        page = ElementTree.fromstring(text)  # noqa: S314  written a moment ago
        self._formulas = {
            cell.get("r", ""): formula
            for cell in page.iter(f"{MAIN}c")
            if (formula := cell.findtext(f"{MAIN}f")) is not None
        }
        self._known: dict[str, Any] = dict(given)

    def value(self, cell: str) -> Any:
        """Work one cell out, a number a part."""
        if cell not in self._known:
            match ast.parse(self._formulas[cell].lstrip("=")).body:
                case [ast.Expr(value=formula)]:
                    self._known[cell] = self._node(formula)
                case _:
                    raise GlasslineError(f"{cell}: expected one formula.")
        return self._known[cell]

    def _node(self, node: ast.expr) -> Any:
        match node:
            case ast.Constant(value=value):
                return value
            case ast.Name(id=cell):
                return self.value(cell)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return -self._node(operand)
            case ast.BinOp(left=left, op=op, right=right):
                return OPERATORS[type(op)](self._node(left), self._node(right))
            case ast.Compare(left=left, ops=[op], comparators=[right]):
                return OPERATORS[type(op)](self._node(left), self._node(right))
            case ast.Call(func=ast.Name(id=name), args=arguments):
                return FUNCTIONS[name](*map(self._node, arguments))
        raise GlasslineError(f"formula: {ast.dump(node)}")

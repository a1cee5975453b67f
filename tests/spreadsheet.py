"""A small spreadsheet program: works the formulas of a page out, from its numbers alone."""

from __future__ import annotations

import ast
import io
import operator
import re
import zipfile
from collections.abc import Callable, Mapping
from typing import Any
from xml.etree import ElementTree

import numpy as np

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
OPERATORS: Mapping[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "EXP": np.exp,
    "LN": np.log,
    "ABS": abs,
    "SIGN": np.sign,
    "SUM": np.sum,
    "MAX": lambda *values: max(np.max(value) for value in values),
    "MIN": lambda *values: min(np.min(value) for value in values),
    "SUMPRODUCT": lambda *values: np.sum(np.prod(np.stack(values), axis=0)),
}


class Page:
    """The cells of the first worksheet."""

    def __init__(self, data: bytes) -> None:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            page = ElementTree.fromstring(archive.read("xl/worksheets/sheet1.xml"))  # noqa: S314  our own
        cells = [each for each in page.iter(f"{MAIN}c") if each.get("t", "n") == "n"]
        self.cached = {
            each.get("r", ""): float(each.findtext(f"{MAIN}v") or "nan")
            for each in cells
        }
        self.formulas = {
            each.get("r", ""): each.findtext(f"{MAIN}f") or ""
            for each in cells
            if each.find(f"{MAIN}f") is not None
        }

    def value(self, cell: str) -> float:
        """Work one cell out; what was cached for a formula is not looked at."""
        formula = self.formulas.get(cell)
        return self.cached[cell] if formula is None else float(self._work(formula))

    def _work(self, formula: str) -> Any:
        text = re.sub(r"([A-Z]+[0-9]+):([A-Z]+[0-9]+)", r"SPAN(\1, \2)", formula)
        return self._node(ast.parse(text, mode="eval").body)

    def _node(self, node: ast.expr) -> Any:
        match node:
            case ast.Constant(value=value):
                return value
            case ast.Name(id=cell):
                return self.value(cell)
            case ast.UnaryOp(operand=operand):
                return -self._node(operand)
            case ast.BinOp(left=left, op=op, right=right):
                return OPERATORS[type(op)](self._node(left), self._node(right))
            case ast.Call(func=ast.Name(id="SPAN"), args=[ast.Name(a), ast.Name(b)]):
                return self._span(a, b)
            case ast.Call(func=ast.Name(id=name), args=arguments):
                return FUNCTIONS[name](*map(self._node, arguments))
        raise AssertionError(ast.dump(node))

    def _span(self, first: str, last: str) -> np.ndarray:
        (a, top), (b, bottom) = (
            (each.rstrip("0123456789"), int(each.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")))
            for each in (first, last)
        )
        columns = range(ord(a), ord(b) + 1)
        rows = range(top, bottom + 1)
        return np.array([[self.value(f"{chr(c)}{r}") for c in columns] for r in rows])


def changed(data: bytes, part: str, old: bytes, new: bytes) -> bytes:
    """Return the file with one text of one part replaced, once."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as archive,
        zipfile.ZipFile(out, "w") as made,
    ):
        for name in archive.namelist():
            text = archive.read(name)
            if name == part:
                assert old in text
                text = text.replace(old, new, 1)
            made.writestr(name, text)
    return out.getvalue()


def uncached(data: bytes) -> bytes:
    """Return the file without what its formulas came to."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        page = archive.read("xl/worksheets/sheet1.xml")
    bare = re.sub(rb"(</f>)<v>[^<]*</v>", rb"\1", page)
    return changed(data, "xl/worksheets/sheet1.xml", page, bare)

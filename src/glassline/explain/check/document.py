"""Reads a hand calculation: JSON in, checked matrices of exact decimals out."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np

from glassline.errors import InputError, ShapeError, check_one_of, show
from glassline.explain.check.truth import FORMULAS, GIVENS, Matrix
from glassline.explain.sheet.figure import KINDS

__all__ = ["Document", "Printed", "read"]

MAX_BYTES = 8_000_000  # a sheet of 1,568 features and 10 classes has 3 MB
MAX_VALUE = Decimal("1e30")  # the product of two givens and many features
MAX_GIVEN = Decimal("1e7")  # x and W are of order 1; exp of their sums must exist
MAX_DECIMALS = 400  # the true values are good to 450 digits
MAX_CHARACTERS = 420
NOUNS = {"dict": "an object", "list": "a list", "str": "text"}
REQUIRED = ("x", "W", "b")
AXES = {kind.symbol: (kind.rows, kind.columns) for kind in KINDS.values()}
NUMBER = re.compile(r"[-+]?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]{1,3})?")


@dataclass(frozen=True)
class Printed:
    """One figure as it is printed.

    Attributes:
        text: Its characters.
        value: Its value, exactly.
        unit: One in its last decimal.
    """

    text: str
    value: Decimal
    unit: Decimal


Grid = list[list[Printed | None]]


@dataclass(frozen=True, eq=False)
class Document:
    """A hand calculation.

    Attributes:
        given: Symbol to matrix, shapes checked against each other.
        steps: Symbol to printed figures, in the document's order; None is blank.
        intuitions: Probability of the true class, and the loss printed for it.
    """

    given: Mapping[str, Matrix]
    steps: Mapping[str, Grid]
    intuitions: tuple[tuple[Decimal, Printed], ...]

    @property
    def count(self) -> int:
        """Return how many figures there are to mark."""
        grids = self.steps.values()
        filled = sum(f is not None for grid in grids for row in grid for f in row)
        return filled + len(self.intuitions)

    def printed_before(
        self, symbol: str, true: Mapping[str, Matrix]
    ) -> dict[str, Matrix]:
        """Return the printed figures that a symbol is made from, blanks filled in."""
        return {
            name: np.array(
                [
                    [
                        true[name][r, c] if f is None else f.value
                        for c, f in enumerate(row)
                    ]
                    for r, row in enumerate(self.steps[name])
                ],
                dtype=np.object_,
            )
            for name in FORMULAS
            if name in self.steps and name != symbol
        }


def read(document: str | bytes) -> Document:
    """Read a hand calculation.

    Raises:
        InputError: No JSON, or not of the form that docs/sheet.md describes.
        ShapeError: Matrices that do not fit each other.
    """
    table = _parse(document)
    given = _given(_entry(table, "given", dict, "document"))
    return Document(
        given,
        _steps(_entry(table, "steps", list, "document"), given),
        tuple(_intuitions(table.get("intuition_check", []))),
    )


def _parse(document: str | bytes) -> dict[str, Any]:
    if len(document) > MAX_BYTES:
        raise InputError(
            f"document: expected at most {MAX_BYTES:,} bytes, got {len(document):,}."
        )
    try:
        text = document if isinstance(document, str) else document.decode("utf-8-sig")
        table = json.loads(
            text,
            parse_float=_Literal,
            parse_int=_Literal,
            parse_constant=_refuse_constant,
            object_pairs_hook=_distinct,
        )
    except InputError:
        raise
    except RecursionError as error:
        raise InputError(
            "document: expected shallow JSON, got one too deep."
        ) from error
    except ValueError as error:  # bad JSON, bad UTF-8
        raise InputError(f"document: expected JSON in UTF-8, got: {error}.") from error
    found: dict[str, Any] = _of_kind(table, dict, "document")
    return found


class _Literal(str):
    """A JSON number as written, so that 1.0000 keeps its four decimals."""

    __slots__ = ()


def _refuse_constant(name: str) -> None:
    raise InputError(f"document: expected finite numbers, got {name}.")


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table = dict(pairs)
    if len(table) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise InputError(f"document: expected each key once, got {show(twice)} twice.")
    return table


def _of_kind(value: Any, kind: type, where: str) -> Any:
    if not isinstance(value, kind) or (kind is str and isinstance(value, _Literal)):
        raise InputError(
            f"{where}: expected {NOUNS[kind.__name__]}, got {show(value)}."
        )
    return value


def _entry(table: Mapping[str, Any], key: str, kind: type, where: str) -> Any:
    name = key if where == "document" else f"{where}.{key}"
    if key not in table:
        raise InputError(f"{name}: expected {key}, got nothing.")
    return _of_kind(table[key], kind, name)


def _given(table: dict[str, Any]) -> dict[str, Matrix]:
    given: dict[str, Matrix] = {}
    for symbol in GIVENS:
        where = f"given.{symbol}"
        if symbol in table:
            block = _entry(table, symbol, dict, "given")
            grid = _grid(_entry(block, "value", list, where), f"{where}.value")
            given[symbol] = np.array(
                [[_filled(f, where) for f in row] for row in grid], dtype=np.object_
            )
        elif symbol in REQUIRED:
            raise InputError(f"{where}: expected {symbol}, got nothing.")
    for symbol, matrix in given.items():
        _check_shape(f"given.{symbol}", matrix, _shape_of(symbol, given))
    if "r" in given and min(given["r"][0]) <= 0:
        raise InputError(
            f"given.r: expected numbers above 0, got {min(given['r'][0])}."
        )
    return given


def _steps(blocks: list[Any], given: Mapping[str, Matrix]) -> dict[str, Grid]:
    steps: dict[str, Grid] = {}
    for index, block in enumerate(blocks):
        where = f"steps[{index}]"
        symbol = _entry(_of_kind(block, dict, where), "symbol", str, where)
        check_one_of(f"{where}.symbol", symbol, FORMULAS)
        if symbol in steps:
            raise InputError(
                f"{where}.symbol: expected each symbol once, got {show(symbol)} twice."
            )
        missing = [name for name in _roots(symbol) if name not in given]
        if missing:
            raise InputError(
                f"given.{missing[0]}: expected it for {symbol}, got nothing."
            )
        where = f"{where}.printed"
        steps[symbol] = _grid(_entry(block, "printed", list, f"steps[{index}]"), where)
        _check_shape(where, steps[symbol], _shape_of(symbol, given))
    return steps


def _roots(symbol: str) -> Iterator[str]:
    """Name the givens that a figure rests on."""
    for name in FORMULAS[symbol][0]:
        if name in FORMULAS:
            yield from _roots(name)
        else:
            yield name


def _shape_of(symbol: str, given: Mapping[str, Matrix]) -> tuple[int, int]:
    """Return the shape that W, and C for actions, leave to a symbol."""
    d, k = given["W"].shape
    actions = given["C"].shape[1] if "C" in given else 0
    sizes = {"": 1, "features": d, "classes": k, "actions": actions}
    rows, columns = AXES.get(symbol, ("", ""))
    return sizes[rows], sizes[columns]


def _check_shape(where: str, grid: Matrix | Grid, expected: tuple[int, int]) -> None:
    shape = (len(grid), len(grid[0]))
    if shape != expected:
        raise ShapeError(
            f"{where}: expected shape {expected} to fit given.W, got {shape}."
        )


def _grid(rows: list[Any], where: str) -> Grid:
    grid = [
        [
            None if value is None else _figure(value, f"{where}[{r}][{c}]")
            for c, value in enumerate(_of_kind(row, list, f"{where}[{r}]"))
        ]
        for r, row in enumerate(rows)
    ]
    if not grid or not grid[0]:
        raise ShapeError(f"{where}: expected rows of numbers, got none.")
    for r, row in enumerate(grid):
        if len(row) != len(grid[0]):
            raise ShapeError(
                f"{where}[{r}]: expected {len(grid[0])} numbers, got {len(row)}."
            )
    return grid


def _figure(value: Any, where: str) -> Printed:
    text = value.strip().replace("\u2212", "-") if isinstance(value, str) else ""
    if len(text) > MAX_CHARACTERS or not NUMBER.fullmatch(text):
        raise InputError(f"{where}: expected a number, got {show(value)}.")
    number = Decimal(text)
    if abs(number) > MAX_VALUE:
        raise InputError(f"{where}: expected a number up to 1e30, got {show(text)}.")
    decimals = -int(number.as_tuple().exponent)
    if decimals > MAX_DECIMALS:
        raise InputError(
            f"{where}: expected at most {MAX_DECIMALS} decimals, got {decimals}."
        )
    return Printed(text, number, Decimal((0, (1,), -decimals)))


def _filled(figure: Printed | None, where: str) -> Decimal:
    if figure is None:
        raise InputError(f"{where}: expected a number, got null.")
    if abs(figure.value) > MAX_GIVEN:
        raise InputError(
            f"{where}: expected a number up to 1e7, got {show(figure.text)}."
        )
    return figure.value


def _intuitions(rows: Any) -> Iterator[tuple[Decimal, Printed]]:
    for index, row in enumerate(_of_kind(rows, list, "intuition_check")):
        where = f"intuition_check[{index}]"
        _of_kind(row, dict, where)
        for key in ("p_true", "printed"):
            if key not in row:
                raise InputError(f"{where}.{key}: expected {key}, got nothing.")
        p = _figure(row["p_true"], f"{where}.p_true").value
        if not 0 < p <= 1:
            raise InputError(f"{where}.p_true: expected a number in (0, 1], got {p}.")
        yield p, _figure(row["printed"], f"{where}.printed")

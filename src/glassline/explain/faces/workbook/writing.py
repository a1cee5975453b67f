"""Writes the sheet as XLSX: what stands where, givens as numbers, the rest as formulas."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassline.errors import MissingExtraError
from glassline.explain.blocks.block import Block, Table
from glassline.explain.blocks.sheet import blocks
from glassline.explain.blocks.wording import Wording
from glassline.explain.faces.text import equation
from glassline.explain.faces.workbook.formulas import (
    FORMULAS,
    Places,
    cell,
    differences,
    made,
    scaled,
)
from glassline.explain.sheet.figure import Figure
from glassline.explain.sheet.worked_sum import Scaling, WorkedSum
from glassline.render.numbers import DECIMALS

__all__ = ["PREFIX", "face"]

MADE = datetime(2000, 1, 1, tzinfo=UTC)  # the same sheet gives the same bytes
PREFIX = "gl_"  # of the names that say where each matrix stands
NUMBER = "0." + "0" * DECIMALS
LABEL_WIDTH, VALUE_WIDTH = 44, 14  # in letters, as a spreadsheet counts
X_COLUMN = 6  # of the table from reading to x
FORMATS: dict[str, dict[str, Any]] = {
    "title": {"bold": True, "font_size": 16},
    "block": {"bold": True, "font_size": 12, "top": 1},
    "head": {"bold": True, "align": "right", "text_wrap": True},
    "plain": {},
    "cell": {"align": "right"},
    "note": {"italic": True, "font_color": "#5a6875"},
    "given": {"font_color": "#1f5fa8", "bg_color": "#e7eef7"},
    "made": {"num_format": NUMBER},
}
TALL = ("scaling", "why")  # tables of formulas: a row a feature, whatever is printed
Matrix = NDArray[np.float64]


def face(sheet: WorkedSum, lang: str) -> bytes:
    """Return the sheet as the bytes of an XLSX file; the same bytes every time.

    Readings, scale, W, b, y, eta, ratio and costs are numbers on a tint; every other
    figure is a formula, so a changed number changes all that follows. Each matrix has
    a name, `gl_` and its key, by which `read` finds it.

    Raises:
        MissingExtraError: XlsxWriter is not installed.
    """
    wording = Wording(sheet, lang)
    try:
        import xlsxwriter  # noqa: PLC0415  an optional library
    except ImportError as error:
        raise MissingExtraError.of("xlsx") from error
    data = io.BytesIO()
    with xlsxwriter.Workbook(data, {"in_memory": True}) as book:
        book.set_properties({"created": MADE, "title": wording.say["title"]})
        _Writer(book, wording).write()
    return data.getvalue()


class _Writer:
    """One page, from a layout that is settled before the first cell."""

    def __init__(self, book: Any, wording: Wording) -> None:
        self.book, self.wording, self.sheet = book, wording, wording.sheet
        self.layout = Layout(wording)
        self.places = self.layout.places
        self.page = book.add_worksheet(wording.say["document"])
        self.formats = {name: book.add_format(kind) for name, kind in FORMATS.items()}

    def write(self) -> None:
        """Write every cell, and name the matrices."""
        self.page.set_column(0, 0, LABEL_WIDTH)
        self.page.set_column(1, max(X_COLUMN, len(self.sheet.classes)), VALUE_WIDTH)
        self.page.set_paper(9)  # A4
        self.page.fit_to_pages(1, 0)
        self._text(0, 0, self.wording.say["title"], "title")
        for row, line in enumerate(self.layout.head, start=1):
            self._text(row, 0, line)
        for block, items in self.layout.blocks:
            self._text(self.layout.starts[block.key], 0, block.title, "block")
            for item in items:
                self._item(item)
            if block.table is not None:
                self._table(block.key, block.table)
            if block.remark:
                self._text(self.layout.remarks[block.key], 0, block.remark, "note")

    def _text(self, row: int, column: int, text: str, kind: str = "plain") -> None:
        self.page.write_string(row, column, text, self.formats[kind])

    def _number(self, row: int, column: int, value: float) -> None:
        self.page.write_number(row, column, value, self.formats["given"])

    def _formula(self, row: int, column: int, formula: str, value: float) -> None:
        self.page.write_formula(row, column, formula, self.formats["made"], value)

    def _item(self, item: Item) -> None:
        top, left = self.places.corners[item.key]
        rows, columns = item.value.shape
        self._text(top - 3, 0, item.title)
        self._text(top - 3, 1, f"({rows} x {columns})", "note")
        self._text(top - 2, 0, item.purpose, "note")
        for column, name in enumerate(item.columns):
            self._text(top - 1, left + column, name, "head")
        for row, name in enumerate(item.rows):
            self._text(top + row, 0, name)
        for (row, column), value in np.ndenumerate(item.value):
            place = (top + row, left + column)
            formula = self._made(item.key, row, column)
            if formula:
                self._formula(*place, formula, float(value))
            else:
                self._number(*place, float(value))
        name = self.wording.say["document"].replace("'", "''")
        low, high = (
            cell(top + r, left + c) for r, c in ((0, 0), (rows - 1, columns - 1))
        )
        self.book.define_name(
            f"{PREFIX}{item.key}", f"='{name}'!{_fixed(low)}:{_fixed(high)}"
        )

    def _made(self, key: str, row: int, column: int) -> str:
        """Return the formula of an entry; "" for a given."""
        if key == "x" and self.sheet.scaling is not None:
            return f"={cell(self.layout.tables['scaling'] + 1 + column, X_COLUMN)}"
        return made(key, self.places, row, column) if key in FORMULAS else ""

    def _table(self, key: str, table: Table) -> None:
        top = self.layout.tables[key]
        self._text(top, 0, table.header[0], "plain")
        for column, name in enumerate(table.header[1:], start=1):
            self._text(top, column, name, "head")
        if key == "scaling" and self.sheet.scaling is not None:
            self._scaling(top + 1, self.sheet.scaling)
        elif key == "why":
            self._why(top + 1, table)
        else:
            for row, cells in enumerate((*table.rows, *table.footer), start=top + 1):
                self._text(row, 0, cells[0])
                for column, text in enumerate(cells[1:], start=1):
                    self._text(row, column, text, "cell")

    def _scaling(self, top: int, scaling: Scaling) -> None:
        """Write from reading to x: a row a feature, and the ends of the scale below."""
        below, scale = top + len(scaling.readings), scaling.scale
        for column, key in enumerate(("clip", "slope", "far")):
            self._text(below, 2 * column, self.wording.say[key])
            self._number(below, 2 * column + 1, getattr(scale, key))
        ends = [cell(below, column) for column in (1, 3, 5)]
        units = self.wording.units()
        for at, name in enumerate(self.wording.short_features()):
            row = top + at
            self._text(row, 0, name)
            self._number(row, 1, scaling.readings[at])
            self._text(row, 2, units[at], "cell")
            curved, x = scaled(row, (1, 3, 4, 5), ends)
            self._formula(row, 3, curved, scaling.curved[at])
            self._number(row, 4, scaling.scale.center[at])
            self._number(row, 5, scaling.scale.spread[at])
            self._formula(row, X_COLUMN, x, float(self.sheet.figures["x"].value[0, at]))

    def _why(self, top: int, table: Table) -> None:
        """Write best against runner-up; which they are is as inspected."""
        odds = self.sheet.log_odds
        formulas = differences(self.places, top, odds.best, odds.second)
        labels = (*self.wording.features, *(row[0] for row in table.footer))
        x = self.sheet.figures["x"].value[0].tolist()
        values = [
            *zip(x, odds.differences, odds.adds, strict=True),
            (0.0, 0.0, odds.bias),
            (0.0, 0.0, odds.total),
        ]
        for at, (label, row, numbers) in enumerate(
            zip(labels, formulas, values, strict=True)
        ):
            self._text(top + at, 0, label)
            for column, (formula, value) in enumerate(
                zip(row, numbers, strict=True), start=1
            ):
                if formula:
                    self._formula(top + at, column, formula, value)


def _fixed(name: str) -> str:
    """Return a cell's name with both signs that keep it where it is.

    Example:
        >>> _fixed("AB12")
        '$AB$12'
    """
    letters = name.rstrip("0123456789")
    return f"${letters}${name[len(letters) :]}"


@dataclass(frozen=True, eq=False)
class Item:
    """One matrix of the page.

    Attributes:
        key: As in `KINDS`, or eta or z_new, which the spreadsheet alone shows.
        title: Symbol, formula and name.
        purpose: What it is for, or "".
        rows: Labels beside its rows.
        columns: Labels above its columns.
        value: Shape (r, c).
    """

    key: str
    title: str
    purpose: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    value: Matrix


class Layout:
    """The rows of one page, counted from 0.

    Attributes:
        head: The lines below the title.
        blocks: The blocks of the sheet with their items.
        starts: Block key to the row of its title.
        tables: Block key to the first row of its table.
        remarks: Block key to the row of its remark.
        places: Where the matrices stand, as the formulas ask for it.
    """

    def __init__(self, wording: Wording) -> None:
        told = (*wording.summary(), *wording.notes(), *wording.filed())
        self.head = (*told, wording.say["live"])
        self.blocks = [(each, tuple(_items(each, wording))) for each in blocks(wording)]
        self.starts: dict[str, int] = {}
        self.tables: dict[str, int] = {}
        self.remarks: dict[str, int] = {}
        self._corners: dict[str, tuple[int, int]] = {}
        self._shapes: dict[str, tuple[int, int]] = {}
        self.places = Places(self._corners, self._shapes)
        row = len(self.head) + 2
        for block, items in self.blocks:
            row = self._place(block, items, row, len(wording.features)) + 2

    def _place(
        self, block: Block, items: tuple[Item, ...], row: int, features: int
    ) -> int:
        """Give one block its rows; return the one below it."""
        self.starts[block.key] = row
        row += 1
        for item in items:
            self._corners[item.key] = (row + 3, 1)
            self._shapes[item.key] = item.value.shape
            row += 4 + len(item.value)
        if block.table is not None:
            self.tables[block.key] = row
            shown = len(block.table.rows) + len(block.table.footer)
            row += 1 + (features + 2 if block.key in TALL else shown)
        if block.remark:
            self.remarks[block.key] = row
            row += 1
        return row


def _items(block: Block, wording: Wording) -> Iterator[Item]:
    sheet, say = wording.sheet, wording.say
    for figure in block.figures:
        if figure.key == "W_new":
            rate = np.array([[sheet.learning_rate]])
            yield Item("eta", f"eta    {say['eta']}", "", (), (), rate)
        if figure.key == "L_new":
            title = f"z+ = x W+ + b+    {say['z_new']}"
            columns = tuple(wording.axis("classes"))
            yield Item("z_new", title, "", (), columns, _stepped_logits(sheet.figures))
        yield Item(
            key=figure.key,
            title=f"{equation(figure)}    {wording.name(figure)}",
            purpose=wording.purpose(figure),
            rows=tuple(wording.axis(figure.kind.rows)),
            columns=tuple(wording.axis(figure.kind.columns)),
            value=figure.value,
        )


def _stepped_logits(figures: Mapping[str, Figure]) -> Matrix:
    x, W, b = (figures[key].value for key in ("x", "W_new", "b_new"))
    return np.asarray(x @ W + b)

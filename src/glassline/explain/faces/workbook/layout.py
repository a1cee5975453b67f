"""Where everything stands in the spreadsheet: a block below the other, matrices named."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from glassline.explain.blocks.block import Block
from glassline.explain.blocks.sheet import blocks
from glassline.explain.blocks.wording import Wording
from glassline.explain.faces.text import equation
from glassline.explain.faces.workbook.formulas import Places
from glassline.explain.sheet.figure import Figure

__all__ = ["Item", "Layout"]

TALL = ("scaling", "why")  # tables of formulas: a row a feature, whatever is printed
Matrix = NDArray[np.float64]


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
        corners: Item key to row and column of its upper left entry.
    """

    def __init__(self, wording: Wording) -> None:
        self.head = (*wording.summary(), *wording.notes(), wording.say["live"])
        self.blocks = [(each, tuple(_items(each, wording))) for each in blocks(wording)]
        self.starts: dict[str, int] = {}
        self.tables: dict[str, int] = {}
        self.remarks: dict[str, int] = {}
        self.corners: dict[str, tuple[int, int]] = {}
        row = len(self.head) + 2
        for block, items in self.blocks:
            row = self._place(block, items, row, len(wording.features)) + 2

    def places(self, wording: Wording) -> Places:
        """Return where the matrices stand, as the formulas ask for it."""
        figures = wording.sheet.figures
        d, k = figures["W"].shape
        return Places(self.corners, d, k, "ratio" in figures)

    def _place(
        self, block: Block, items: tuple[Item, ...], row: int, features: int
    ) -> int:
        """Give one block its rows; return the one below it."""
        self.starts[block.key] = row
        row += 1
        for item in items:
            self.corners[item.key] = (row + 3, 1)
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

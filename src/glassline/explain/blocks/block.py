"""What a block of the sheet is made of: a title, figures or a table, a remark."""

from __future__ import annotations

from dataclasses import dataclass

from glassline.explain.sheet.figure import Figure

__all__ = ["Block", "Table"]


@dataclass(frozen=True)
class Table:
    """A table in words: header, rows, and rows below the line."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    footer: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class Block:
    """One block of the sheet: a title, figures or a table, a closing remark."""

    key: str
    title: str
    figures: tuple[Figure, ...] = ()
    table: Table | None = None
    remark: str = ""

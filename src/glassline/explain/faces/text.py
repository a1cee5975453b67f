"""The sheet for a terminal: 80 columns, matrices in brackets."""

from __future__ import annotations

from collections.abc import Iterator

from glassline.explain.blocks.block import Block
from glassline.explain.blocks.sheet import blocks
from glassline.explain.blocks.wording import Wording
from glassline.explain.sheet.figure import Figure
from glassline.explain.sheet.worked_sum import WorkedSum
from glassline.render.layout import WIDTH, brackets, columns, spread, wrap

__all__ = ["equation", "face", "matrix"]

INDENT = 4


def face(sheet: WorkedSum, lang: str) -> str:
    """Return the sheet for a terminal, at most 80 cells wide."""
    return "\n".join(_lines(Wording(sheet, lang))) + "\n"


def equation(figure: Figure) -> str:
    """Return "symbol = formula"; a given has its symbol alone."""
    kind = figure.kind
    return f"{kind.symbol} = {kind.formula}" if kind.formula else kind.symbol


def matrix(figure: Figure, wording: Wording, width: int = WIDTH) -> list[str]:
    """Return a figure's matrix in brackets, with names where they help."""
    kind = figure.kind
    single = figure.shape[0] == 1 and kind.columns == "features"
    header = () if single else wording.axis(kind.columns)
    return brackets(figure.printed, header, wording.axis(kind.rows), width)


def _lines(wording: Wording) -> Iterator[str]:
    yield spread(wording.say["title"], wording.say["document"])
    yield "=" * WIDTH
    for sentence in (*wording.summary(), "", *wording.notes()):
        yield from wrap(sentence)
    filed = list(wording.filed())
    yield from ([""] if filed else [])
    for sentence in filed:
        yield from wrap(sentence)
    for number, block in enumerate(blocks(wording), start=1):
        yield ""
        yield f"{number}. {block.title}"
        yield "-" * WIDTH
        yield from _block(block, wording)


def _block(block: Block, wording: Wording) -> Iterator[str]:
    for place, figure in enumerate(block.figures):
        if place:
            yield ""
        yield from _figure(figure, wording)
    if block.table is not None:
        table = block.table
        yield from columns([table.header, *table.rows, *table.footer])
    if block.remark:
        if block.figures or block.table:
            yield ""
        yield from wrap(block.remark)


def _figure(figure: Figure, wording: Wording) -> Iterator[str]:
    rows, columns_ = figure.shape
    yield spread(
        f"{equation(figure)}    {wording.name(figure)}", f"({rows} x {columns_})"
    )
    yield from wrap(wording.purpose(figure), INDENT)
    for line in matrix(figure, wording, WIDTH - INDENT):
        yield " " * INDENT + line

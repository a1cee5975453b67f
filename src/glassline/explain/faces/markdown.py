"""The sheet as Markdown: purposes as text, matrices in brackets, tables as tables."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from glassline.explain.blocks.block import Block, Table
from glassline.explain.blocks.sheet import blocks
from glassline.explain.blocks.wording import Wording
from glassline.explain.faces import text
from glassline.explain.sheet.worked_sum import WorkedSum

__all__ = ["face"]

SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~!&])")


def face(sheet: WorkedSum, lang: str) -> str:
    """Return the sheet as Markdown (CommonMark with tables).

    Names from the recipe are escaped: they can add no heading, link or markup.
    """
    return "\n".join(_lines(Wording(sheet, lang)))


def _lines(wording: Wording) -> Iterator[str]:
    yield f"# {_plain(wording.say['title'])}"
    yield ""
    for sentence in wording.summary():
        yield f"**{_plain(sentence)}**  "
    yield ""
    for note in (*wording.notes(), *wording.filed()):
        yield f"- {_plain(note)}"
    for number, block in enumerate(blocks(wording), start=1):
        yield ""
        yield f"## {number}. {_plain(block.title)}"
        yield ""
        yield from _block(block, wording)


def _block(block: Block, wording: Wording) -> Iterator[str]:
    for figure in block.figures:
        rows, columns = figure.shape
        name = _plain(wording.name(figure))
        yield f"**`{text.equation(figure)}`** · {name} · ({rows} × {columns})"
        yield ""
        yield _plain(wording.purpose(figure))
        yield ""
        yield "```text"
        # A space first, so that no name can close the fence.
        yield from (f" {line}" for line in text.matrix(figure, wording))
        yield "```"
        yield ""
    if block.table is not None:
        yield from _table(block.table)
        yield ""
    if block.remark:
        yield _plain(block.remark)
        yield ""


def _table(table: Table) -> Iterator[str]:
    yield _row(table.header)
    yield "|---" + "|---:" * (len(table.header) - 1) + "|"
    yield from map(_row, (*table.rows, *table.footer))


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(map(_plain, cells)) + " |"


def _plain(words: str) -> str:
    return SPECIAL.sub(r"\\\1", words)

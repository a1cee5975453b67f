"""The sheet's block on the classes that can not be ruled out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from glassline.decide import Decision
from glassline.explain.blocks.block import Block, Table
from glassline.render.numbers import number

__all__ = ["possible"]


def possible(
    decision: Decision, catalogue: Mapping[str, Any], word: Callable[[str], str]
) -> Iterator[Block]:
    """Yield the block if it was asked which classes can be ruled out.

    Args:
        decision: With the set.
        catalogue: The words of one language.
        word: Class id to the word shown.
    """
    found, say = decision.possible, catalogue["possible"]
    if found is None:
        return
    rows = tuple(
        (word(name), number(p), say["stays" if name in found.classes else "out"])
        for name, p in found.p_values.items()
    )
    listed = catalogue["language"]["list"].join(map(word, found.classes))
    remark = say["remark" if found.classes else "none"].format(
        classes=listed, percent=f"{100 * (1 - found.miss):g}", count=found.n
    )
    if found.by_class:
        remark = f"{remark} {say['by_class']}"
    heads = (say["class"], say["p_value"], say["stay"])
    yield Block("possible", say["title"], table=Table(heads, rows), remark=remark)

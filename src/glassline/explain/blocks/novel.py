"""The sheet's block on novelty: how far the part is from what training saw."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from glassline.decide import Decision
from glassline.decide.guarantee import told_apart
from glassline.explain.blocks.block import Block, Table
from glassline.render.numbers import number

__all__ = ["novel"]


def novel(
    decision: Decision,
    catalogue: Mapping[str, Any],
    features: Sequence[str],
    word: Callable[[str], str],
) -> Iterator[Block]:
    """Yield the block if the part was held against the region of training.

    Args:
        decision: With where the part stands.
        catalogue: The words of one language.
        features: What the features are called.
        word: Class id to the word shown.
    """
    stand, say = decision.stand, catalogue["novelty"]
    if stand is None:
        return
    rows = tuple(
        (name, number(u), number(center), number(pull), number(add))
        for name, u, center, pull, add in zip(
            features, stand.unclipped, stand.center, stand.pull, stand.adds, strict=True
        )
    )
    heads = ("feature", "u", "center", "pull", "adds")
    total = (say["total"], "", "", "", number(math.fsum(stand.adds)))
    distance, limit = told_apart(stand.distance, stand.limit)
    remark = say["novel" if stand.is_novel else "known"].format(
        distance=distance, limit=limit, nearest=word(stand.nearest)
    )
    table = Table(tuple(say[key] for key in heads), rows, (total,))
    yield Block("novelty", say["title"], table=table, remark=remark)

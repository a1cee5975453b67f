"""The sheet's block on the gauge: the nearest reading that is decided otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from glassline.decide import Decision
from glassline.explain.blocks.block import Block, Table
from glassline.render.numbers import number

__all__ = ["limited"]


def limited(
    decision: Decision, catalogue: Mapping[str, Any], features: Sequence[str]
) -> Iterator[Block]:
    """Yield the block if the decision was given to a person for the gauge's sake.

    Args:
        decision: With the nearest reading of another decision.
        catalogue: The words of one language.
        features: What the features are called.
    """
    nearby, say = decision.nearby, catalogue["limited"]
    if nearby is None:
        return
    rows = tuple(
        (name, number(own), number(other), number(other - own))
        for name, own, other in zip(features, nearby.own, nearby.x, strict=True)
    )
    remark = say["remark"].format(
        decision=catalogue["decisions"][nearby.decision],
        distance=f"{nearby.distance:.2f}",
        limit=f"{nearby.limit:g}",
        percent=f"{100 * nearby.share:.0f}",
    )
    heads = tuple(say[key] for key in ("feature", "own", "other", "change"))
    yield Block("limited", say["title"], table=Table(heads, rows), remark=remark)

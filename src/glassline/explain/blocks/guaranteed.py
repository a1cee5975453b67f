"""The sheet's block on the guarantee: threshold, target, and k/n of every defect."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from glassline.decide import Decision
from glassline.decide.guarantee import told_apart
from glassline.explain.blocks.block import Block, Table

__all__ = ["guaranteed"]


def guaranteed(
    decision: Decision, catalogue: Mapping[str, Any], word: Callable[[str], str]
) -> Iterator[Block]:
    """Yield the block if the decision was taken under a guarantee.

    Args:
        decision: With the policy it was taken by.
        catalogue: The words of one language.
        word: Class id to the word shown.
    """
    policy, say = decision.policy, catalogue["guarantee"]
    promise = policy.promise
    if promise is None or policy.good is None:
        return
    p = float(decision.probabilities[policy.classes.index(policy.good)])
    said, threshold = told_apart(p, promise.threshold)
    remark = say["promise"].format(
        good=word(policy.good),
        threshold=threshold,
        p=said,
        escape=f"{100 * promise.escape:g}",
        confidence=f"{100 * promise.confidence:g}",
        count=f"{promise.good_accepted}/{promise.good}",
    )
    if promise.is_void:
        remark = say["void"]
    rows = tuple(
        (word(each.name), f"{each.k}/{each.n}", f"{100 * each.bound:.2f} %")
        for each in promise.escapes
    )
    header = (say["class"], say["accepted"], say["bound"])
    yield Block("guarantee", say["sheet"], table=Table(header, rows), remark=remark)

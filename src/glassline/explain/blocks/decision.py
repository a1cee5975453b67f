"""What stands beside the decision: review band, novelty, gauge, class set, guarantee."""

from __future__ import annotations

import math
from collections.abc import Iterator

from glassline.decide import Decision, review_band
from glassline.decide.guarantee import told_apart
from glassline.explain.blocks.block import Block, Table
from glassline.explain.blocks.wording import Wording
from glassline.render.numbers import number

__all__ = ["band", "beside"]


def band(decision: Decision, wording: Wording) -> str:
    """Say between which probabilities a person decides, for the likeliest defect."""
    policy = decision.policy
    if policy.good is None:
        return ""
    others = [place for place, name in enumerate(policy.classes) if name != policy.good]
    defect = policy.classes[max(others, key=lambda c: decision.probabilities[c])]
    found = review_band(policy, defect)
    if found is None:
        return ""
    return wording.say["band"].format(
        good=wording.class_word(policy.good),
        defect=wording.class_word(defect),
        low=f"{found.low:.4g}",
        high=f"{found.high:.4g}",
    )


def beside(decision: Decision, wording: Wording) -> Iterator[Block]:
    """Yield a block for each thing that was asked beside the costs."""
    yield from _novel(decision, wording)
    yield from _limited(decision, wording)
    yield from _possible(decision, wording)
    yield from _guaranteed(decision, wording)


def _novel(decision: Decision, wording: Wording) -> Iterator[Block]:
    """Yield how far the part is from what training saw, if it was held against it."""
    stand, say = decision.stand, wording.catalogue["novelty"]
    if stand is None:
        return
    columns = (stand.unclipped, stand.center, stand.pull, stand.adds)
    rows = tuple(
        (name, *map(number, row))
        for name, *row in zip(wording.short_features(), *columns, strict=True)
    )
    header = tuple(say[key] for key in ("feature", "u", "center", "pull", "adds"))
    total = (say["total"], "", "", "", number(math.fsum(stand.adds)))
    distance, limit = told_apart(stand.distance, stand.limit)
    remark = say["novel" if stand.is_novel else "known"].format(
        distance=distance, limit=limit, nearest=wording.class_word(stand.nearest)
    )
    table = Table(header, rows, (total,))
    yield Block("novelty", say["title"], table=table, remark=remark)


def _limited(decision: Decision, wording: Wording) -> Iterator[Block]:
    """Yield the nearest reading that is decided otherwise, if that gave a review."""
    nearby, say = decision.nearby, wording.catalogue["limited"]
    if nearby is None:
        return
    rows = tuple(
        (name, number(own), number(other), number(other - own))
        for name, own, other in zip(wording.features, nearby.own, nearby.x, strict=True)
    )
    remark = say["remark"].format(
        decision=wording.action(nearby.decision),
        distance=f"{nearby.distance:.2f}",
        limit=f"{nearby.limit:g}",
        percent=f"{100 * nearby.share:.0f}",
    )
    header = tuple(say[key] for key in ("feature", "own", "other", "change"))
    yield Block("limited", say["title"], table=Table(header, rows), remark=remark)


def _possible(decision: Decision, wording: Wording) -> Iterator[Block]:
    """Yield the classes that can not be ruled out, if that was asked."""
    found, say = decision.possible, wording.catalogue["possible"]
    if found is None:
        return
    rows = tuple(
        (
            wording.class_word(name),
            number(p),
            say["stays" if name in found.classes else "out"],
        )
        for name, p in found.p_values.items()
    )
    remark = say["remark" if found.classes else "none"].format(
        classes=wording.listed([*map(wording.class_word, found.classes)]),
        percent=f"{100 * (1 - found.miss):g}",
        count=found.n,
    )
    if found.by_class:
        remark = f"{remark} {say['by_class']}"
    header = tuple(say[key] for key in ("class", "p_value", "stay"))
    yield Block("possible", say["title"], table=Table(header, rows), remark=remark)


def _guaranteed(decision: Decision, wording: Wording) -> Iterator[Block]:
    """Yield threshold, target and k/n of every defect, if there is a guarantee."""
    policy, say = decision.policy, wording.catalogue["guarantee"]
    kept = policy.guarantee
    if kept is None or policy.good is None:
        return
    p = float(decision.probabilities[policy.classes.index(policy.good)])
    said, threshold = told_apart(p, kept.threshold)
    remark = say["promise"].format(
        good=wording.class_word(policy.good),
        threshold=threshold,
        p=said,
        promised=say[f"promised_{kept.counted}"].format(
            escape=f"{100 * kept.escape:g}"
        ),
        confidence=f"{100 * kept.confidence:g}",
        count=f"{kept.good_accepted}/{kept.good}",
    )
    if kept.is_void:
        remark = say["void"]
    rows = tuple(
        (
            wording.class_word(each.name),
            f"{each.k}/{each.n}",
            f"{100 * each.bound:.2f} %",
        )
        for each in kept.escapes
    )
    header = tuple(say[key] for key in ("class", "accepted", "bound"))
    yield Block("guarantee", say["sheet"], table=Table(header, rows), remark=remark)

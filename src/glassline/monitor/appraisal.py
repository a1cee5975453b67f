"""Whether a person says the same of a part twice: repeatability of an attribute study."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from glassline.studies.metrics import Rate

__all__ = ["Judgement", "repeatability"]


@dataclass(frozen=True)
class Judgement:
    """What one person said of one part, one time.

    Attributes:
        person: Who.
        part: Of which part: any name that stays.
        label: The class that was named.
    """

    person: str
    part: str
    label: str


def repeatability(judged: Iterable[Judgement]) -> dict[str, Rate]:
    """Return of each person how many parts they always called the same.

    Counted are the parts that a person judged more than once; of those, the ones with
    one label. Agreement with others and with a reference is
    `glassline.studies.labels.agreement`.

    Args:
        judged: In any order.

    Returns:
        Person to k/n, in the order of first judgements; without a part that was judged
        again n is 0.

    Example:
        >>> said = [("A", "1", "ok"), ("A", "1", "ok"), ("A", "2", "ok"), ("A", "2", "dirt")]
        >>> str(repeatability(Judgement(*each) for each in said)["A"])
        '1/2'

    Source:
        AIAG, Measurement Systems Analysis, 4th ed. (2010), chapter III section C,
        "within appraiser".
    """
    said: dict[str, dict[str, list[str]]] = {}
    for each in judged:
        said.setdefault(each.person, {}).setdefault(each.part, []).append(each.label)
    again = {
        person: [labels for labels in parts.values() if len(labels) > 1]
        for person, parts in said.items()
    }
    return {
        person: Rate(sum(len(set(labels)) == 1 for labels in parts), len(parts))
        for person, parts in again.items()
    }

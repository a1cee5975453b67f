"""How well judges of parts agree, people and model: kappa, and the rates of AIAG."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from glassline.arrays import ClassIds
from glassline.dataset.readings import Readings
from glassline.errors import InputError, ShapeError
from glassline.studies.metrics import Rate

__all__ = [
    "LIMITS",
    "MODEL",
    "Agreement",
    "Grade",
    "Vote",
    "agreement",
    "agreements",
    "kappa",
    "kappas",
    "majority",
    "votes",
]

MODEL = "model"

Grade = Literal["good", "conditional", "poor", "unknown"]

LIMITS = {
    "kappa": (0.75, 0.40),  # above the first good, below the second poor
    "effectiveness": (0.90, 0.80),
    "miss": (0.02, 0.05),
    "false_alarm": (0.05, 0.10),
}
"""Good up to (or from) the first, poor beyond the second, conditional between.

Source: AIAG, Measurement Systems Analysis, 4th ed. (2010), chapter III section C.
"""


@dataclass(frozen=True)
class Agreement:
    """One judge against a reference.

    Attributes:
        judge: An inspector, or "model".
        n: Parts that both judged.
        kappa: Cohen's kappa over all classes; NaN where it is undefined.
        effectiveness: Parts called good or bad rightly, of all.
        miss: Bad parts called good, of the bad.
        false_alarm: Good parts called bad, of the good.
    """

    judge: str
    n: int
    kappa: float
    effectiveness: Rate
    miss: Rate
    false_alarm: Rate

    def grade(self, figure: str) -> Grade:
        """Return how AIAG calls one of `LIMITS`: "unknown" where nothing was counted.

        Raises:
            KeyError: There is no such figure.
        """
        good, poor = LIMITS[figure]
        found = getattr(self, figure)
        value = found if isinstance(found, float) else found.value
        if math.isnan(value):
            return "unknown"
        if figure == "kappa":  # the limits themselves are neither good nor poor
            return "good" if value > good else "poor" if value < poor else "conditional"
        if good > poor:
            value, good, poor = -value, -good, -poor
        return "good" if value <= good else "conditional" if value <= poor else "poor"

    def as_json(self) -> dict[str, Any]:
        """Return the figures as plain data: kappa, k/n of each rate, the grades."""
        return {
            "judge": self.judge,
            "n": self.n,
            "kappa": None if math.isnan(self.kappa) else self.kappa,
            **{
                name: {"k": each.k, "n": each.n}
                for name in ("effectiveness", "miss", "false_alarm")
                for each in [getattr(self, name)]
            },
            "grades": {name: self.grade(name) for name in LIMITS},
        }


def agreement(
    judge: str, said: ClassIds, reference: ClassIds, good: int | None
) -> Agreement:
    """Hold what one judge said against a reference, part by part.

    Args:
        judge: Who said it.
        said: Shape (n,), class ids.
        reference: Shape (n,), class ids.
        good: The class of good parts; without one the three rates count nothing.

    Raises:
        ShapeError: The two are not (n,) both.

    Example:
        Ten parts, five of each; one bad part was missed:

        >>> reference = np.array([0] * 5 + [1] * 5)
        >>> said = np.array([0] * 6 + [1] * 4)
        >>> found = agreement("A", said, reference, good=0)
        >>> print(found.effectiveness, found.miss, found.false_alarm, found.kappa)
        9/10 1/5 0/5 0.8
        >>> found.grade("effectiveness"), found.grade("miss"), found.grade("kappa")
        ('good', 'poor', 'good')

    Source:
        AIAG, Measurement Systems Analysis, 4th ed. (2010), chapter III section C.
    """
    value = kappa(said, reference)
    passed, is_good = (
        (np.zeros(0, np.bool_), np.zeros(0, np.bool_))
        if good is None
        else (said == good, reference == good)
    )
    return Agreement(
        judge=judge,
        n=len(said),
        kappa=value,
        effectiveness=_rate(passed == is_good),
        miss=_rate(passed[~is_good]),
        false_alarm=_rate(~passed[is_good]),
    )


def kappa(one: ClassIds, other: ClassIds) -> float:
    """Return Cohen's kappa: agreement beyond what the two shares give by chance.

        kappa = (observed - chance) / (1 - chance),
        chance = sum_c share_one(c) share_other(c)

    Args:
        one: Shape (n,), class ids.
        other: Shape (n,), class ids.

    Returns:
        At most 1; 0 is chance. NaN without parts, or where both name one class only.

    Raises:
        ShapeError: They are not (n,) both.
        InputError: A class id is below 0.

    Example:
        Agreed on 3 of 4, and by chance on half:

        >>> kappa(np.array([0, 0, 1, 1]), np.array([0, 1, 1, 1]))
        0.5

    Source:
        J. Cohen, Educational and Psychological Measurement 20(1), 1960, eq. 1,
        doi:10.1177/001316446002000104.
    """
    if one.ndim != 1 or one.shape != other.shape:
        raise ShapeError(
            f"labels: expected two of shape (n,), got {one.shape} and {other.shape}."
        )
    n = len(one)
    if not n:
        return math.nan
    if min(one.min(), other.min()) < 0:
        raise InputError("labels: expected class ids >= 0.")
    k = int(max(one.max(), other.max())) + 1
    by_chance = int(np.bincount(one, minlength=k) @ np.bincount(other, minlength=k))
    agreed = int((one == other).sum())
    return (
        (n * agreed - by_chance) / (n * n - by_chance)
        if by_chance < n * n
        else math.nan
    )


def _rate(events: NDArray[np.bool_]) -> Rate:
    return Rate(int(events.sum()), len(events))


@dataclass(frozen=True)
class Vote:
    """A label that was given to a photo: by the part that counts, or by a copy of it.

    Attributes:
        photo: The place of the part that counts.
        inspector: Who gave the label; "" where the table names nobody.
        label: Class id.
    """

    photo: int
    inspector: str
    label: int


def votes(known: Readings, labels: ClassIds, classes: Sequence[str]) -> list[Vote]:
    """Return every label, those of the parts first, then those of their copies.

    Args:
        known: n labelled parts, and the copies of all that were read.
        labels: Shape (n,), class ids.
        classes: What the ids stand for.
    """
    places = {part.path: place for place, part in enumerate(known.data.parts)}
    copies = replace(known.data, parts=tuple(each.part for each in known.copies))
    told = copies.labelled(classes)
    photos = [places[known.copies[row].of.path] for row in told.rows.tolist()]
    return [
        Vote(photo, part.inspector or "", label)
        for photo, part, label in zip(
            [*range(len(labels)), *photos],
            [*known.data.parts, *told.data.parts],
            [*labels.tolist(), *told.labels.tolist()],
            strict=True,
        )
    ]


def majority(votes: Iterable[int]) -> int | None:
    """Return the commonest class; None for a tie or without votes.

    Example:
        >>> majority([0, 1, 1]), majority([0, 1])
        (1, None)
    """
    ranked = Counter(votes).most_common(2)
    if not ranked or (len(ranked) > 1 and ranked[0][1] == ranked[1][1]):
        return None
    return ranked[0][0]


def agreements(
    given: Sequence[Vote], seen: ClassIds, good: int | None
) -> Iterator[Agreement]:
    """Yield the model against the labels, then each inspector against the others.

    A photo counts once, with the majority of what was said of it; photos without a
    majority have no reference and are left out.

    Args:
        given: Every label of n photos.
        seen: Shape (n,), what the model says out of fold.
        good: The class of good parts, if any.
    """
    said: dict[int, list[int]] = {}
    for vote in given:
        said.setdefault(vote.photo, []).append(vote.label)
    told = [(int(seen[photo]), majority(labels)) for photo, labels in said.items()]
    yield _held(MODEL, told, good)
    by_inspector = _by_inspector(given)
    for name, own in by_inspector.items():
        others = [each for who, each in by_inspector.items() if who != name]
        told = [
            (label, majority(each[photo] for each in others if photo in each))
            for photo, label in own.items()
        ]
        if any(reference is not None for _, reference in told):
            yield _held(name, told, good)


def kappas(given: Sequence[Vote]) -> Iterator[tuple[str, str, int, float]]:
    """Yield two inspectors, how many photos they share, and their kappa."""
    pairs = combinations(_by_inspector(given).items(), 2)
    for (one, first), (other, second) in pairs:
        shared = [photo for photo in first if photo in second]
        if shared:
            said = [
                np.array([each[photo] for photo in shared]) for each in (first, second)
            ]
            yield one, other, len(shared), kappa(said[0], said[1])


def _held(
    judge: str, told: list[tuple[int, int | None]], good: int | None
) -> Agreement:
    both = [(said, reference) for said, reference in told if reference is not None]
    said, reference = np.array(both, np.int64).reshape(-1, 2).T
    return agreement(judge, said, reference, good)


def _by_inspector(given: Sequence[Vote]) -> dict[str, dict[int, int]]:
    """Return what each inspector said of each photo; not where one said two things."""
    said: dict[str, dict[int, list[int]]] = {}
    for vote in given:
        if vote.inspector:
            own = said.setdefault(vote.inspector, {})
            own.setdefault(vote.photo, []).append(vote.label)
    return {
        name: {
            photo: voted
            for photo, each in photos.items()
            if (voted := majority(each)) is not None
        }
        for name, photos in said.items()
    }

"""How well one judge of parts agrees with a reference: kappa, and the rates of AIAG."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from glassline.arrays import ClassIds
from glassline.errors import InputError, ShapeError
from glassline.studies.metrics import Rate

__all__ = ["LIMITS", "Agreement", "Grade", "agreement", "kappa"]

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

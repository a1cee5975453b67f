"""95 % intervals for parts that come in groups: near 0 and 1 and with few groups too."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, isnan, nan, sqrt

import numpy as np
from numpy.typing import NDArray

from glassline.decide.binomial import lower_bound, upper_bound

__all__ = [
    "Counts",
    "Groups",
    "Numbers",
    "Rate",
    "Score",
    "mean_score",
    "rate",
    "share_score",
    "student",
    "worth",
]

TAIL = 0.025  # on each side of a 95 % interval
TELLING = 8  # groups with a wrong part, below which a mean loss gets no interval

Counts = NDArray[np.int64]
Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Score:
    """One figure and its 95 % interval over groups.

    Attributes:
        value: The figure.
        low: Lower end; NaN where nothing honest can be said.
        high: Upper end; likewise.
    """

    value: float
    low: float = nan
    high: float = nan

    def as_json(self) -> dict[str, float | None]:
        """Return value and ends as plain data; the ends are None where unknown."""
        ends = [None if isnan(end) else end for end in (self.low, self.high)]
        return {"value": self.value, "low": ends[0], "high": ends[1]}

    def text(self, unknown: str = "unknown") -> str:
        """Return the value with three decimals and its interval, or that word."""
        if isnan(self.low):
            return f"{self.value:.3f} [{unknown}]"
        return f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}]"

    __str__ = text


@dataclass(frozen=True)
class Rate:
    """k out of n, with its exact (Clopper-Pearson) interval at 95 %.

    Attributes:
        k: Parts that did.
        n: Parts.
        worth: How many independent parts the n count as; left out, n: each drawn
            for itself.

    Example:
        >>> print(f"{Rate(0, 299).value:.3f}, at most {Rate(0, 299).interval[1]:.4f}")
        0.000, at most 0.0123
        >>> print(f"in 5 lots, at most {Rate(0, 299, worth=5).interval[1]:.3f}")
        in 5 lots, at most 0.522
    """

    k: int
    n: int
    worth: float | None = None

    @property
    def value(self) -> float:
        """Return k / n; NaN where n = 0."""
        return self.k / self.n if self.n else nan

    @property
    def interval(self) -> tuple[float, float]:
        """Return the two-sided 95 % interval; (0, 1) where n = 0."""
        if not self.n:
            return 0.0, 1.0
        return _exact(self.value, float(self.n if self.worth is None else self.worth))

    def as_json(self) -> dict[str, float]:
        """Return the counts as plain data; where they are by group, the interval too."""
        if self.worth is None:
            return {"k": self.k, "n": self.n}
        low, high = self.interval
        return {"k": self.k, "n": self.n, "low": low, "high": high, "worth": self.worth}

    def __str__(self) -> str:
        return f"{self.k}/{self.n}"


class Groups:
    """Which parts belong together: parts of one group may be as alike as copies.

    Args:
        ids: Shape (n,), group ids; any numbers.
    """

    def __init__(self, ids: Counts) -> None:
        names, self.place = np.unique(ids, return_inverse=True)
        self.count = len(names)

    def sums(self, values: Numbers) -> Numbers:
        """Add the parts of each group up: shape (groups,)."""
        return np.bincount(self.place, values, self.count).astype(
            np.float64, copy=False
        )

    def spread(self, moves: Numbers, weights: Numbers) -> tuple[float, float]:
        """Return the variance of a figure over draws of groups, and on how many it rests.

        A group's move r is what its parts add to the figure's deviation, divided by
        1 - its weight, as a heavy group draws the figure towards itself. The
        variance is (g - 1) / g times the sum of r^2, and that sum rests on
        a = (sum r^2)^2 / sum r^4 groups: g where all moved it alike, 1 where one did.

        Args:
            moves: Shape (n,), how each part moves the figure; the sum is 0.
            weights: Shape (n,), its share in the figure; the sum is 1.

        Returns:
            The variance, and a; 0 and 1 where nothing moved or there is one group.

        Example:
            Two groups of one part, right and wrong, moved the share to 1/2:

            >>> print(Groups(np.array([3, 8])).spread(
            ...     np.array([0.25, -0.25]), np.array([0.5, 0.5])))
            (0.25, 2.0)

        Source:
            The jackknife of whole groups (CR3), and how few degrees of freedom its
            variance may have: R. M. Bell and D. F. McCaffrey, Survey Methodology 28(2),
            2002, pages 169-181; we take them from the moves seen, not from a model.
        """
        g = self.count
        if g < 2:
            return 0.0, 1.0
        square = (self.sums(moves) / (1 - self.sums(weights))) ** 2
        total = float(square.sum())
        if total == 0:
            return 0.0, 1.0
        return (g - 1) / g * total, total**2 / float((square**2).sum())


def worth(value: float, moves: Numbers, weights: Numbers, groups: Groups) -> float:
    """Return how many independent parts the parts are worth, for the interval of a share.

        worth = value (1 - value) / variance    (the effective sample size)

    shrunk by (1.96 / t)^2 for the few groups a that the variance rests on, t having
    1.5 (a - 1) degrees of freedom (at most g - 1; the 1.5 is the largest of those tried
    that kept all intervals above 94 %, `docs/results.md`), and held between two ends. At most: each part for itself, 1 / the largest weight. At least:
    the groups, as if the parts of each were copies of one; of unequal groups Kish's
    1 / sum of squared weights. The least is taken where every part is alike right (or
    wrong), since then nothing tells how alike the parts of a group are.

    Args:
        value: The figure, in [0, 1].
        moves: Shape (n,), how each part moves it; the sum is 0.
        weights: Shape (n,), its share in the figure; the sum is 1.
        groups: Which parts belong together.

    Example:
        All of 100 right, in 5 groups: worth 5, so the interval begins at
        0.025^(1/5) = 0.478.

        >>> parts = Groups(np.repeat(np.arange(5), 20))
        >>> none = np.zeros(100)
        >>> print(f"{worth(1.0, none, none + 0.01, parts):.1f}")
        5.0

    Source:
        E. L. Korn and B. I. Graubard, Survey Methodology 24(2), 1998, pages 193-201
        (effective size, its shrinking by t, Clopper-Pearson); the two ends are ours.
    """
    most = 1 / float(weights.max())
    least = 1 / float((groups.sums(weights) ** 2).sum())
    variance, rests_on = groups.spread(moves, weights)
    found = 0.0
    if variance:
        freedom = min(groups.count - 1.0, 1.5 * (rests_on - 1))
        found = value * (1 - value) / variance * (student(inf) / student(freedom)) ** 2
    return min(max(found, least), most)


def rate(happened: NDArray[np.bool_], ids: Counts) -> Rate:
    """Count parts that did, with an interval by group.

    Args:
        happened: Shape (n,), whether each part did.
        ids: Shape (n,), group ids.

    Example:
        >>> seen = rate(np.array([True, False, False]), np.array([4, 4, 9]))
        >>> print(seen, seen.interval[1] > Rate(1, 3).interval[1])
        1/3 True
    """
    k, n = int(happened.sum()), len(happened)
    if not n:
        return Rate(0, 0, 0.0)
    each = np.full(n, 1 / n)
    return Rate(k, n, worth(k / n, (happened - k / n) * each, each, Groups(ids)))


def share_score(value: float, parts: float, groups: Groups) -> Score:
    """Return a share of so many independent parts; of one group, without an interval."""
    return Score(value, *_exact(value, parts)) if groups.count > 1 else Score(value)


def mean_score(losses: Numbers, wrong: NDArray[np.bool_], groups: Groups) -> Score:
    """Return the mean of losses >= 0 that have no upper end, by Student's t over groups.

    One unseen part can weigh more than all that were seen, so the losses alone can
    not tell how far their mean may move: where no part was wrong, they all look
    small. The interval is given where at least eight groups hold a wrong part, and is
    unknown elsewhere; t has a - 1 degrees of freedom, with the a of `Groups.spread`.

    Args:
        losses: Shape (n,).
        wrong: Shape (n,), whether another class than the label was likelier.
        groups: Which parts belong together.
    """
    value, n = float(losses.mean()), len(losses)
    if np.count_nonzero(groups.sums(wrong.astype(float))) < TELLING:
        return Score(value)
    each = np.full(n, 1 / n)
    variance, rests_on = groups.spread((losses - value) * each, each)
    half = student(rests_on - 1) * sqrt(variance)
    return (
        Score(value, max(0.0, value - half), value + half)
        if half < inf
        else Score(value)
    )


def _exact(value: float, n: float) -> tuple[float, float]:
    k = value * n
    return lower_bound(k, n, 1 - TAIL), upper_bound(k, n, 1 - TAIL)


def student(freedom: float) -> float:
    """Return the t quantile of one 95 % end; infinite where there is no freedom."""
    from scipy.special import ndtri, stdtrit  # noqa: PLC0415  costs 0.2 s

    if freedom < 0.3:  # the quantile is above 170
        return inf
    return float(ndtri(1 - TAIL) if freedom == inf else stdtrit(freedom, 1 - TAIL))

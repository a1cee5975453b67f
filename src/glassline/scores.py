"""Rates with their counts and intervals: how good a set of probabilities is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from glassline.arrays import ClassIds, Probabilities
from glassline.decide.calibration import squared_distances, surpluses
from glassline.errors import InputError

__all__ = [
    "Bin",
    "Calibration",
    "Rate",
    "Score",
    "Scores",
    "calibration",
    "reliability",
    "score",
]

DRAWS = 2_000  # resamples of the groups behind an interval
LEVEL = 0.95
BINS = 10
SEED = 20261122  # the intervals are the same in every run

Counts = np.ndarray[Any, np.dtype[np.int64]]


@dataclass(frozen=True)
class Rate:
    """k out of n, with its exact (Clopper-Pearson) interval at 95 %.

    Example:
        >>> rate = Rate(0, 299)
        >>> print(f"{rate.value:.3f}, at most {rate.interval[1]:.4f}")
        0.000, at most 0.0123
    """

    k: int
    n: int

    @property
    def value(self) -> float:
        """Return k / n; NaN where n = 0."""
        return self.k / self.n if self.n else float("nan")

    @property
    def interval(self) -> tuple[float, float]:
        """Return the two-sided 95 % interval; (0, 1) where n = 0."""
        from scipy.stats import beta  # noqa: PLC0415  costs 0.5 s

        tail = (1 - LEVEL) / 2
        if not self.n:
            return 0.0, 1.0
        low = beta.ppf(tail, self.k, self.n - self.k + 1) if self.k else 0.0
        high = (
            beta.ppf(1 - tail, self.k + 1, self.n - self.k) if self.k < self.n else 1.0
        )
        return float(low), float(high)

    def __str__(self) -> str:
        return f"{self.k}/{self.n}"


@dataclass(frozen=True)
class Score:
    """One figure and its 95 % interval over resampled groups."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}]"


@dataclass(frozen=True)
class Scores:
    """The usual four figures, each with an interval, and the counts behind them.

    Attributes:
        confusion: Shape (k, k), parts; a row a true class, a column a predicted one.
        accuracy: Share of parts whose most probable class is the label.
        balanced_accuracy: Mean over the classes that occur of their recall.
        macro_f1: Mean F1 over the classes that occur or were predicted.
        log_loss: Mean cross-entropy, nats a part.
        majority: Share of the commonest class: what always guessing it scores.
        groups: How many groups the parts came in.
    """

    confusion: Counts
    accuracy: Score
    balanced_accuracy: Score
    macro_f1: Score
    log_loss: Score
    majority: float
    groups: int

    @property
    def n(self) -> int:
        """Return how many parts were scored."""
        return int(self.confusion.sum())


def score(
    labels: ClassIds,
    predicted: ClassIds,
    losses: np.ndarray[Any, np.dtype[np.float64]],
    groups: Counts,
    classes: int,
) -> Scores:
    """Score predicted classes against labels, with intervals by group.

    The intervals are percentiles over 2,000 draws of whole groups with
    replacement: photos of one piece stand or fall together. They say how far
    the figure would move on other groups of the same line, not on another line.

    Args:
        labels: Shape (n,), the true classes.
        predicted: Shape (n,), the most probable classes.
        losses: Shape (n,), nats.
        groups: Shape (n,), group ids.
        classes: k.

    Raises:
        InputError: There is no part to score.

    Example:
        >>> found = score(np.array([0, 0, 1]), np.array([0, 1, 1]), np.ones(3),
        ...               np.array([0, 1, 2]), 2)
        >>> print(f"{found.accuracy.value:.3f} {found.balanced_accuracy.value:.3f}")
        0.667 0.750

    Source:
        Resampling whole clusters: A. C. Davison and D. V. Hinkley, Bootstrap
        Methods and their Application (1997), section 3.8.
    """
    if not len(labels):
        raise InputError("evaluate: expected at least one labelled part, got none.")
    groups = np.unique(groups, return_inverse=True)[1]  # some may have no part here
    g = int(groups.max()) + 1
    cells = np.zeros((g, classes * classes))
    np.add.at(cells, (groups, labels * classes + predicted), 1.0)
    lost = np.bincount(groups, losses, g)
    draws = _drawn_groups(g)
    tables = (draws @ cells).reshape(DRAWS, classes, classes)
    confusion = cells.sum(axis=0).reshape(1, classes, classes)
    return Scores(
        confusion=confusion[0].astype(np.int64),
        accuracy=_with_interval(_accuracy(confusion), _accuracy(tables)),
        balanced_accuracy=_with_interval(_balanced(confusion), _balanced(tables)),
        macro_f1=_with_interval(_macro_f1(confusion), _macro_f1(tables)),
        log_loss=_with_interval(
            np.array([lost.sum() / len(labels)]),
            (draws @ lost) / tables.sum(axis=(1, 2)),
        ),
        majority=float(confusion.sum(axis=2).max() / confusion.sum()),
        groups=g,
    )


Table = np.ndarray[Any, np.dtype[np.float64]]


def _drawn_groups(g: int) -> Table:
    """Return how often each of g groups is in each resample, shape (DRAWS, g)."""
    rng = np.random.Generator(np.random.PCG64(SEED))
    return rng.multinomial(g, np.full(g, 1 / g), DRAWS).astype(np.float64)


def _with_interval(value: Table, drawn: Table) -> Score:
    low, high = np.percentile(drawn, [50 * (1 - LEVEL), 50 * (1 + LEVEL)])
    return Score(float(value[0]), float(low), float(high))


def _accuracy(tables: Table) -> Table:
    return np.asarray(np.trace(tables, axis1=1, axis2=2) / tables.sum(axis=(1, 2)))


def _balanced(tables: Table) -> Table:
    hits = np.diagonal(tables, axis1=1, axis2=2)
    return _mean_over_present(hits, tables.sum(axis=2))


def _macro_f1(tables: Table) -> Table:
    hits = np.diagonal(tables, axis1=1, axis2=2)
    return _mean_over_present(2 * hits, tables.sum(axis=1) + tables.sum(axis=2))


def _mean_over_present(above: Table, below: Table) -> Table:
    """Mean over classes of above / below, leaving out classes that are not there."""
    there = below > 0
    ratio = np.divide(above, below, out=np.zeros_like(above), where=there)
    return np.asarray(ratio.sum(axis=1) / there.sum(axis=1))


@dataclass(frozen=True)
class Bin:
    """Parts whose top probability lies in [low, high): said and true share."""

    low: float
    high: float
    mean: float
    hits: Rate


def reliability(probabilities: Probabilities, labels: ClassIds) -> Sequence[Bin]:
    """Compare the probability said with the share that was true, in ten bins.

    Args:
        probabilities: Shape (n, k).
        labels: Shape (n,).

    Returns:
        The bins that hold a part; calibrated, each bin.mean is near bin.hits.value.

    Example:
        >>> said = np.array([[0.9, 0.1], [0.92, 0.08], [0.4, 0.6]])
        >>> [(round(b.mean, 2), str(b.hits)) for b in reliability(said, np.array([0, 1, 1]))]
        [(0.6, '1/1'), (0.91, '1/2')]
    """
    top = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == labels
    place = np.minimum((top * BINS).astype(np.int64), BINS - 1)
    return tuple(
        Bin(
            low=index / BINS,
            high=(index + 1) / BINS,
            mean=float(top[place == index].mean()),
            hits=Rate(int(right[place == index].sum()), int((place == index).sum())),
        )
        for index in np.unique(place).tolist()
    )


@dataclass(frozen=True)
class Calibration:
    """How far probabilities are from what came true, each figure with its interval.

    Attributes:
        error: Expected calibration error of the most probable class, a share.
        brier: Mean squared distance between probabilities and labels, 0 to 2.
        groups: How many groups the parts came in.
    """

    error: Score
    brier: Score
    groups: int


def calibration(
    probabilities: Probabilities, labels: ClassIds, groups: Counts
) -> Calibration:
    """Score probabilities by `calibration_error` and `brier`, intervals as in `score`.

    The error is of absolute values, which chance only raises: few parts make it
    larger than it is, and resamples larger still, so its interval may lie above it.

    Args:
        probabilities: Shape (n >= 1, k).
        labels: Shape (n,), class ids.
        groups: Shape (n,), group ids.

    Raises:
        ShapeError: The arrays do not fit each other.
        InputError: There is no part, or a row is no probability.
        LabelError: A label is not one of the k classes.

    Example:
        Both said at 0.9, one came true:

        >>> said = np.array([[0.9, 0.1], [0.9, 0.1]])
        >>> found = calibration(said, np.array([0, 1]), np.array([0, 1]))
        >>> print(f"{found.error.value:.2f} {found.brier.value:.2f}")
        0.40 0.82
    """
    place, surplus = surpluses(probabilities, labels, bins=BINS)
    distances = squared_distances(probabilities, labels)
    groups = np.unique(groups, return_inverse=True)[1]
    g = int(groups.max()) + 1
    cells = np.zeros((g, BINS))
    np.add.at(cells, (groups, place), surplus)
    draws = _drawn_groups(g)
    parts = draws @ np.bincount(groups, minlength=g)
    errors = np.abs(draws @ cells).sum(axis=1) / parts
    squares = draws @ np.bincount(groups, distances, g) / parts
    return Calibration(
        error=_with_interval(
            np.array([np.abs(cells.sum(axis=0)).sum() / len(place)]), errors
        ),
        brier=_with_interval(np.array([distances.mean()]), squares),
        groups=g,
    )

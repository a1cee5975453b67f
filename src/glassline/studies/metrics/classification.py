"""The usual four figures of predicted classes, with intervals by group."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from glassline.arrays import ClassIds
from glassline.errors import InputError
from glassline.studies.metrics.bootstrap import (
    Counts,
    Score,
    Table,
    resamples,
    with_interval,
)

__all__ = ["Scores", "score"]


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
    With fewer than two groups that is unknown, and both ends are NaN.

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
    cells = labels * classes + predicted
    size = classes * classes
    confusion = np.bincount(cells, minlength=size).reshape(classes, classes)
    drawn = [
        (np.bincount(cells, times, size), (times * losses).sum())
        for times in resamples(groups)
    ]
    tables = np.array([table for table, _ in drawn]).reshape(-1, classes, classes)
    lost = np.array([loss for _, loss in drawn])

    def figure(of: Callable[[Table], Table]) -> Score:
        return with_interval(of(confusion[np.newaxis].astype(float))[0], of(tables))

    return Scores(
        confusion=confusion.astype(np.int64),
        accuracy=figure(_accuracy),
        balanced_accuracy=figure(_balanced),
        macro_f1=figure(_macro_f1),
        log_loss=with_interval(losses.mean(), lost / tables.sum(axis=(1, 2))),
        majority=float(confusion.sum(axis=1).max() / len(labels)),
        groups=len(np.unique(groups)),
    )


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

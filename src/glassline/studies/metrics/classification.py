"""The usual four figures of predicted classes, with intervals by group."""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot, isnan

import numpy as np
from numpy.typing import NDArray

from glassline.arrays import ClassIds
from glassline.errors import InputError
from glassline.interface.record import Record
from glassline.studies.metrics.intervals import (
    Counts,
    Groups,
    Numbers,
    Score,
    mean_score,
    rate,
    share_score,
    worth,
)

__all__ = ["Scores", "mean_recall", "score"]


@dataclass(frozen=True, eq=False, repr=False)
class Scores(Record):
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
    losses: Numbers,
    groups: Counts,
    classes: int,
) -> Scores:
    """Score predicted classes against labels, with 95 % intervals by group.

    Photos of one piece stand or fall together, so an interval says how far a figure
    would move on other groups of the same line, not on another line. The three
    shares have the exact interval of as many independent parts as theirs are
    `worth`, the balanced ones no narrower than the recalls of the single classes
    allow; the mean loss has Student's t where eight groups hold a wrong part, and
    none elsewhere (`mean_score` says why). With fewer than two groups nothing is
    known, and all ends are NaN.

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
        >>> print(found.accuracy, f"{found.balanced_accuracy.value:.3f}")
        0.667 [0.094, 0.992] 0.750
    """
    n = len(labels)
    if not n:
        raise InputError("evaluate: expected at least one labelled part, got none.")
    right = labels == predicted
    confusion = np.bincount(labels * classes + predicted, minlength=classes**2)
    confusion = confusion.reshape(classes, classes).astype(np.int64)
    hits, occur = confusion.diagonal(), confusion.sum(axis=1)
    either = occur + confusion.sum(axis=0)
    parts, each = Groups(groups), np.full(n, 1 / n)
    accuracy = float(right.mean())
    f1 = _ratio(2 * hits, either)
    weights = 1 / (np.count_nonzero(occur) * occur[labels])
    f1_weight = _ratio(np.ones(classes), either * np.count_nonzero(either))
    f1_moves = 2 * right * f1_weight[labels]
    f1_moves -= (f1 * f1_weight)[labels] + (f1 * f1_weight)[predicted]

    def figure(value: float, moves: Numbers, weights: Numbers) -> Score:
        return share_score(float(value), worth(value, moves, weights, parts), parts)

    balanced = mean_recall(right, labels, groups)
    return Scores(
        confusion=confusion,
        accuracy=figure(accuracy, (right - accuracy) * each, each),
        balanced_accuracy=balanced,
        macro_f1=_no_narrower(
            figure(f1[either > 0].mean(), f1_moves, weights),
            balanced.value - balanced.low,
            balanced.high - balanced.value,
        ),
        log_loss=mean_score(losses, ~right, parts),
        majority=float(occur.max() / n),
        groups=parts.count,
    )


def mean_recall(happened: NDArray[np.bool_], labels: ClassIds, groups: Counts) -> Score:
    """Return the mean over the classes that occur of how often it happened in each.

    Of right parts that is the balanced accuracy, with its 95 % interval by group.

    Args:
        happened: Shape (n,), n >= 1, whether it did with each part.
        labels: Shape (n,), the true classes.
        groups: Shape (n,), group ids.

    Example:
        >>> right = np.array([True, False, True])
        >>> print(mean_recall(right, np.array([0, 0, 1]), np.array([0, 1, 2])).value)
        0.75
    """
    occur = np.bincount(labels)
    share = _ratio(np.bincount(labels[happened], minlength=len(occur)), occur)
    weights = 1 / (np.count_nonzero(occur) * occur[labels])
    value, parts = float(share[occur > 0].mean()), Groups(groups)
    moves = (happened - share[labels]) * weights
    return _no_narrower(
        share_score(value, worth(value, moves, weights, parts), parts),
        *_reaches(happened, labels, groups),
    )


def _ratio(above: Numbers | Counts, below: Counts) -> Numbers:
    """Divide class by class; 0 where a class is not there."""
    return np.divide(above, below, out=np.zeros(len(below)), where=below > 0)


def _reaches(
    right: NDArray[np.bool_], labels: ClassIds, groups: Counts
) -> tuple[float, float]:
    """Return how far the mean recall reaches down and up, from each class's interval.

    A class whose few lots were all right moves nothing, though its recall may be far
    from 1. So the reaches of the recalls, each from its own lots, are added as
    independent errors are: the root of the sum of their squares.

    Source:
        G. Y. Zou and A. Donner, Statistics in Medicine 27(10), 2008, pages 1693-1702.
    """
    recalls = [rate(right[labels == c], groups[labels == c]) for c in np.unique(labels)]
    down = hypot(*(each.value - each.interval[0] for each in recalls))
    up = hypot(*(each.interval[1] - each.value for each in recalls))
    return down / len(recalls), up / len(recalls)


def _no_narrower(found: Score, down: float, up: float) -> Score:
    """Let an interval reach at least so far down and up, within [0, 1]."""
    if isnan(found.low):
        return found
    return Score(
        found.value,
        max(0.0, min(found.low, found.value - down)),
        min(1.0, max(found.high, found.value + up)),
    )

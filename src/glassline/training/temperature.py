"""One number that makes the head's probabilities mean what they say on unseen groups."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from enum import Enum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassline.arrays import ClassIds, Logits, PartWeights, Probabilities
from glassline.dataset import Dataset
from glassline.dataset.folds import deal, most_folds
from glassline.errors import InputError, ShapeError
from glassline.features import Scale
from glassline.features.scale import SOFT, Ends
from glassline.head import Head, cross_entropy, part_losses, softmax
from glassline.head.inputs import as_logits, as_weights
from glassline.head.targets import as_class_ids
from glassline.recipe import Recipe
from glassline.training.crossfit import crossfit, out_of_fold
from glassline.training.trainset import part_weights

__all__ = [
    "Temperature",
    "TemperatureOutcome",
    "Tempered",
    "calibrate",
    "standard_error",
    "temper",
]

CLEAR = 1.0  # standard errors that a gain must exceed
MAX_STEPS = 200  # a bisection ends sooner; Newton takes about six
TOLERANCE = 1e-13  # of 1 / T: the rounding of the sums

Numbers = NDArray[np.float64]


class TemperatureOutcome(Enum):
    """How the search for the temperature ended; the value is the sentence."""

    FITTED = "One temperature fits these labels best."
    FLAWLESS = (
        "Every label has the largest logit, so any sharpening fits better than none: "
        "the temperature is left at 1."
    )
    UNINFORMATIVE = (
        "The logits tell nothing of these labels, or the opposite: even "
        "probabilities fit best, and the temperature is infinite."
    )


@dataclass(frozen=True)
class Temperature:
    """What divides the logits so that probabilities fit the labels best.

    Attributes:
        value: T > 0: above 1 the head was too sure, below 1 not sure enough.
        outcome: How it was found.
        before: Mean cross-entropy at T = 1, nats a part.
        after: The same at `value`.
        n: Labelled parts.
    """

    value: float
    outcome: TemperatureOutcome
    before: float
    after: float
    n: int

    def probabilities(self, logits: Logits) -> Probabilities:
        """Return softmax(logits / T), shape (n, k).

        The most probable class stays what it was, for every finite T.
        """
        z = as_logits(logits)
        return np.asarray(softmax((z - z.max(axis=1, keepdims=True)) / self.value))


def calibrate(
    logits: Logits, labels: ClassIds, *, weights: PartWeights | None = None
) -> Temperature:
    """Find the temperature that fits held-out labels best.

        min over a = 1 / T >= 0 of    sum_i w_i (log sum_j exp(a z_ij) - a z_iy)

    Convex in a: its slope is the mean of sum_j p_j z_j - z_y, its curvature the mean
    variance of z under p. Newton's steps, halved into the bracket where they leave
    it, down to the rounding of the sums.

    Use labels that the head was not fitted to (out of fold by group): on its own
    training parts a head looks surer than it is, and T would come out too small.

    Args:
        logits: Shape (n, k), finite, k >= 2.
        labels: Shape (n,), class ids.
        weights: Shape (n,), >= 0; left out, 1 a part.

    Returns:
        The temperature. Its outcome says where there is no finite one: all labels
        have their largest logit (T would go to 0; 1 is kept), or the logits tell
        nothing (T is inf).

    Raises:
        ShapeError: The arrays do not fit each other.
        InputError: A logit is not finite, a weight negative, or no part counts.
        LabelError: A label is not one of the k classes.

    Example:
        Three parts of four are right at logits of (1, 0). The best odds are 3 to 1,
        so 1 / T = log 3:

        >>> z = np.array([[1.0, 0.0]] * 4)
        >>> found = calibrate(z, np.array([0, 0, 0, 1]))
        >>> print(f"{found.value:.6f} {1 / np.log(3):.6f}")
        0.910239 0.910239
        >>> found.probabilities(z)[0].round(6).tolist()
        [0.75, 0.25]

    Source:
        C. Guo, G. Pleiss, Y. Sun and K. Q. Weinberger, On Calibration of Modern
        Neural Networks, ICML 2017, arXiv:1706.04599, section 4.2.
    """
    z, y, w = _checked(logits, labels, weights)
    at_label = z[np.arange(len(z)), y]
    largest = z.max(axis=1)
    with np.errstate(over="ignore"):
        size = float((largest - z.min(axis=1)).max())
    if not size < math.inf:
        raise InputError("logits: expected a row less than 1e308 apart, got more.")
    if not w @ (largest - at_label) > 0:
        return _ended(1.0, TemperatureOutcome.FLAWLESS, z, y, w)
    gaps = (z - largest[:, np.newaxis]) / size  # of size 1: so is the answer's scale
    if _slope(0.0, gaps, y, w)[0] >= 0:
        return _ended(math.inf, TemperatureOutcome.UNINFORMATIVE, z, y, w)
    return _ended(size / _root(gaps, y, w), TemperatureOutcome.FITTED, z, y, w)


@dataclass(frozen=True)
class Tempered:
    """The temperature of a head, and whether it pays on groups it was not fitted to.

    Attributes:
        found: The temperature that fits all out-of-fold labels best.
        crossed: Mean cross-entropy of the same labels, each fold at the temperature
            of the other folds. That number did not see the fold; the heads of the
            other folds did learn from it, and the settings were chosen on all parts.
        error: Standard error of `found.before` - `crossed` over the groups.
        folds: How many folds.
    """

    found: Temperature
    crossed: float
    error: float
    folds: int

    @property
    def value(self) -> float:
        """Return what divides the logits: the temperature found where it pays, else 1.

        It pays where it makes the head less sure, and lowers the loss of the folds that
        it was not found on by more than one standard error of that gain. It never makes
        a head surer: how rare the rare mistakes are a sample can not show that holds
        none of them, and false certainty lets defects pass.
        """
        pays = self.found.before - self.crossed > CLEAR * self.error
        return self.found.value if pays and 1 < self.found.value < math.inf else 1.0

    def applied(self, head: Head) -> Head:
        """Return the head with W and b divided by `value`; the same head at 1."""
        t = self.value
        return head if t == 1 else Head(head.W / t, head.b / t)

    def as_json(self) -> dict[str, Any]:
        """Return what was found as plain data; null for what is not finite."""
        table = {
            **asdict(self.found),
            "outcome": self.found.outcome.value,
            "crossed": self.crossed,
            "error": self.error,
            "folds": self.folds,
            "applied": self.value,
        }
        return {
            key: None if isinstance(each, float) and not math.isfinite(each) else each
            for key, each in table.items()
        }


def temper(
    values: NDArray[np.float64],
    data: Dataset,
    recipe: Recipe,
    *,
    ends: Ends = SOFT,
    scale: Scale | None = None,
) -> Tempered | None:
    """Find the temperature of a recipe's heads on parts that they did not see.

    The groups are dealt into at most five folds; for each a scale and a head are
    fitted to the others, with the settings of the features as chosen on all. The
    temperature then minimises the cross-entropy of the logits of all folds, each
    part weighed as in training. Whether it pays is tried across the folds: each is
    scored at the temperature of the others, as `Tempered.crossed` says.

    Args:
        values: Shape (n, d), the readings of every part.
        data: The same n parts.
        recipe: Classes and training settings.
        ends: Of the scale, and the least spread.
        scale: Of another model; left out, each fold's others give one.

    Returns:
        What was found; None with fewer than two folds of labelled groups.

    Source:
        Temperature: see `calibrate`. To change only for a gain above one standard
        error: L. Breiman et al., Classification and Regression Trees (1984), section
        3.4.3, there for the size of a tree. Never to sharpen is ours.
    """
    counts = np.flatnonzero(data.weights() > 0)
    known = data.subset(counts).labelled(recipe.classes)
    labels, groups = known.labels, known.data.groups()
    if most_folds(labels, groups) < 2:
        return None
    dealt, weights = deal(labels, groups), part_weights(known.data, recipe)
    logits = out_of_fold(
        values[counts][known.rows], known.data, recipe, dealt, ends=ends, scale=scale
    )

    def cooled(others: NDArray[np.int64], own: NDArray[np.int64]) -> tuple[Logits]:
        found = calibrate(logits[others], labels[others], weights=weights[others])
        return (logits[own] / found.value,)

    (crossed,) = crossfit(dealt, cooled)
    gains = part_losses(logits, labels) - part_losses(crossed, labels)
    return Tempered(
        found=calibrate(logits, labels, weights=weights),
        crossed=cross_entropy(crossed, labels, weights=weights),
        error=standard_error(gains, weights, groups),
        folds=len(np.unique(dealt)),
    )


def standard_error(
    gains: NDArray[np.float64], weights: PartWeights, groups: NDArray[np.int64]
) -> float:
    """Return the standard error of a weighted mean over parts that come in groups."""
    mean = float(weights @ gains / weights.sum())
    _, place = np.unique(groups, return_inverse=True)
    away = np.bincount(place, weights * (gains - mean))
    g = len(away)
    return float(math.sqrt(g / (g - 1) * (away @ away)) / weights.sum())


def _slope(a: float, z: Numbers, y: ClassIds, w: Numbers) -> tuple[float, float]:
    """Return the first two derivatives of the loss at a, w summing to 1."""
    p = softmax(a * z)
    mean = (p * z).sum(axis=1)
    spread = (p * (z - mean[:, np.newaxis]) ** 2).sum(axis=1)
    return float(w @ (mean - z[np.arange(len(z)), y])), float(w @ spread)


def _root(z: Numbers, y: ClassIds, w: Numbers) -> float:
    """Return the a > 0 where the slope is 0; it is below 0 at 0 and above in the end."""
    low, high, a = 0.0, math.inf, 1.0
    for _ in range(MAX_STEPS):
        slope, curvature = _slope(a, z, y, w)
        low, high = (a, high) if slope < 0 else (low, a)
        step = a - slope / curvature if curvature > 0 else math.inf
        if not low < step < high:
            step = 2 * a if high == math.inf else (low + high) / 2
        if abs(step - a) <= TOLERANCE * a:
            return step
        a = step
    return a


def _ended(
    value: float, outcome: TemperatureOutcome, z: Numbers, y: ClassIds, w: Numbers
) -> Temperature:
    gaps = z - z.max(axis=1, keepdims=True)
    before, after = (cross_entropy(a * gaps, y, weights=w) for a in (1.0, 1 / value))
    return Temperature(value, outcome, before, after, len(z))


def _checked(
    logits: Logits, labels: ClassIds, weights: PartWeights | None
) -> tuple[Numbers, ClassIds, Numbers]:
    z = as_logits(logits)
    if z.shape[1] < 2:
        raise ShapeError(f"logits: expected shape (n, k >= 2), got {z.shape}.")
    y = as_class_ids(labels, len(z), z.shape[1])
    w = as_weights(weights, len(z))
    w = np.ones(len(z)) if w is None else w
    if not w.any():
        raise InputError("labels: expected at least one part that counts, got none.")
    return z, y, w / w.sum()

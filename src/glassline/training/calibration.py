"""Whether probabilities mean what they say, and the one number that mends them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from math import inf

import numpy as np
from numpy.typing import NDArray

from glassline.arrays import ClassIds, Logits, PartWeights, Probabilities
from glassline.decide.shares import SUM_TOLERANCE
from glassline.errors import InputError, ShapeError, show
from glassline.head import cross_entropy, softmax
from glassline.head.inputs import as_floats, as_logits, as_weights
from glassline.head.targets import as_targets

__all__ = [
    "Temperature",
    "TemperatureOutcome",
    "brier",
    "calibrate",
    "calibration_error",
    "squared_distances",
    "surpluses",
]

BINS = 10
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
    if not size < inf:
        raise InputError("logits: expected a row less than 1e308 apart, got more.")
    if not w @ (largest - at_label) > 0:
        return _ended(1.0, TemperatureOutcome.FLAWLESS, z, y, w)
    gaps = (z - largest[:, np.newaxis]) / size  # of size 1: so is the answer's scale
    if _slope(0.0, gaps, y, w)[0] >= 0:
        return _ended(inf, TemperatureOutcome.UNINFORMATIVE, z, y, w)
    return _ended(size / _root(gaps, y, w), TemperatureOutcome.FITTED, z, y, w)


def brier(probabilities: Probabilities, labels: ClassIds) -> float:
    """Return the mean squared distance between probabilities and labels.

        mean over parts of    sum_c (p_c - [c is the label])^2

    Args:
        probabilities: Shape (n >= 1, k), rows that sum to 1.
        labels: Shape (n,), class ids.

    Returns:
        0 for certainty that is always right, 2 for certainty that is always wrong;
        even guessing scores (k - 1) / k.

    Raises:
        ShapeError: The arrays do not fit each other.
        InputError: There is no part.
        LabelError: A label is not one of the k classes.

    Example:
        >>> round(brier(np.array([[0.8, 0.2], [0.6, 0.4]]), np.array([0, 1])), 6)
        0.4

    Source:
        G. W. Brier, Monthly Weather Review 78(1), 1950, page 1; summed over the
        classes, as there.
    """
    return float(squared_distances(probabilities, labels).mean())


def squared_distances(probabilities: Probabilities, labels: ClassIds) -> PartWeights:
    """Return what each part adds to `brier`, shape (n,), each in [0, 2]."""
    p, y = _said(probabilities, labels)
    told = np.arange(p.shape[1]) == y[:, np.newaxis]
    return np.asarray(((p - told) ** 2).sum(axis=1))


def calibration_error(
    probabilities: Probabilities, labels: ClassIds, *, bins: int = BINS
) -> float:
    """Return the expected calibration error of the most probable class.

        sum over bins of    (share of parts in it) |mean top probability - share right|

    The bins divide [0, 1] evenly, as in `scores.reliability`. It is a share: 0.05
    says that a stated 90 % is right in 85 or 95 of 100, on average over the parts.
    Few parts in a bin make it larger than it is: a calibrated head with m parts in
    each of its bins scores about 0.8 sqrt(p (1 - p) / m), never 0.

    Args:
        probabilities: Shape (n >= 1, k), rows that sum to 1.
        labels: Shape (n,), class ids.
        bins: >= 1.

    Raises:
        ShapeError: The arrays do not fit each other.
        InputError: There is no part, or no bin.
        LabelError: A label is not one of the k classes.

    Example:
        Two parts at 0.9, one of them right: 0.9 was said, 0.5 came true.

        >>> said = np.array([[0.9, 0.1], [0.9, 0.1]])
        >>> round(calibration_error(said, np.array([0, 1])), 6)
        0.4

    Source:
        M. P. Naeini, G. F. Cooper and M. Hauskrecht, AAAI 2015, pages 2901-2907,
        for the most probable class as in Guo et al. (2017), eq. 3.
    """
    place, surplus = surpluses(probabilities, labels, bins=bins)
    return float(np.abs(np.bincount(place, surplus, bins)).sum() / len(place))


def surpluses(
    probabilities: Probabilities, labels: ClassIds, *, bins: int = BINS
) -> tuple[ClassIds, NDArray[np.float64]]:
    """Return the bin of each part, and its top probability less 1 if it is right."""
    if bins < 1:
        raise InputError(f"bins: expected a number >= 1, got {bins}.")
    p, y = _said(probabilities, labels)
    top = p.max(axis=1)
    place = np.minimum((top * bins).astype(np.int64), bins - 1)
    return place, np.asarray(top - (p.argmax(axis=1) == y))


def _slope(a: float, z: Numbers, y: ClassIds, w: Numbers) -> tuple[float, float]:
    """Return the first two derivatives of the loss at a, w summing to 1."""
    p = softmax(a * z)
    mean = (p * z).sum(axis=1)
    spread = (p * (z - mean[:, np.newaxis]) ** 2).sum(axis=1)
    return float(w @ (mean - z[np.arange(len(z)), y])), float(w @ spread)


def _root(z: Numbers, y: ClassIds, w: Numbers) -> float:
    """Return the a > 0 where the slope is 0; it is below 0 at 0 and above in the end."""
    low, high, a = 0.0, inf, 1.0
    for _ in range(MAX_STEPS):
        slope, curvature = _slope(a, z, y, w)
        low, high = (a, high) if slope < 0 else (low, a)
        step = a - slope / curvature if curvature > 0 else inf
        if not low < step < high:
            step = 2 * a if high == inf else (low + high) / 2
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
    y = _ids(labels, len(z), z.shape[1])
    w = as_weights(weights, len(z))
    w = np.ones(len(z)) if w is None else w
    if not w.any():
        raise InputError("labels: expected at least one part that counts, got none.")
    return z, y, w / w.sum()


def _said(probabilities: Probabilities, labels: ClassIds) -> tuple[Numbers, ClassIds]:
    p = as_floats(probabilities, "probabilities")
    if p.ndim != 2 or p.shape[1] < 1:
        raise ShapeError(f"probabilities: expected shape (n, k), got {p.shape}.")
    if not len(p):
        raise InputError("probabilities: expected at least one part, got none.")
    wrong = ~((p >= 0).all(axis=1) & (np.abs(p.sum(axis=1) - 1) <= SUM_TOLERANCE))
    if wrong.any():
        at = int(np.argmax(wrong))
        raise InputError(
            f"probabilities[{at}]: expected numbers >= 0 that sum to 1, "
            f"got {show(p[at].tolist())}."
        )
    return p, _ids(labels, *p.shape)


def _ids(labels: ClassIds, n: int, k: int) -> ClassIds:
    y, _ = as_targets(labels, n, k, name="labels")
    if y.ndim != 1:
        raise ShapeError(f"labels: expected shape ({n},) of class ids, got {y.shape}.")
    return y.astype(np.int64, copy=False)

"""Cross-entropy a part and on average, and its gradient, to the last digits."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassline.arrays import ClassIds, Logits, PartWeights, Targets
from glassline.errors import InputError
from glassline.head.inputs import as_logits, as_weights
from glassline.head.probabilities import log_softmax, softmax
from glassline.head.targets import as_targets

__all__ = ["cross_entropy", "logit_gradient", "part_losses"]

FAR = 4.0  # two logits divided by it are never further apart than 1.8e308


def part_losses(logits: Logits, targets: ClassIds | Targets) -> PartWeights:
    """Return the cross-entropy of each part: the surprise at its label, in nats.

    With z the logits of one part, y its label and t the place of the largest logit,

        L = -log softmax(z)[y] = (z_t - z_y) + log1p(sum_{j != t} exp(z_j - z_t))

    and for shares y_c, L = -sum_c y_c log p_c. The largest logit is left out of the
    sum instead of adding 1 to it, so a confident right answer keeps its digits:
    z = [0, -40] with label 0 gives 4.25e-18, not 0. Relative error <= 1e-13 down to
    losses of 1e-300, of ids and of shares; infinite only where the exact value
    overflows.

    Args:
        logits: Shape (n, k), all finite.
        targets: Shape (n,) class ids, or (n, k) rows: one-hot, shares, or all 0
            for undecided.

    Returns:
        Shape (n,), nats >= 0. An undecided part has loss 0.

    Raises:
        ShapeError: The shapes do not fit.
        InputError: A logit is NaN or infinite; the message names the first.
        LabelError: A label is not one of the k classes; the message names the first.

    Example:
        >>> print(part_losses(np.array([[0.0, -40.0]]), np.array([0])))
        [4.24835426e-18]

    Source:
        C. M. Bishop, Pattern Recognition and Machine Learning (2006), eq. 4.108;
        the shift: doi:10.1093/imanum/draa038; leaving its 1 to log1p is ours.
    """
    z = as_logits(logits)
    y, _ = as_targets(targets, len(z), z.shape[1])
    log_p = log_softmax(z)
    if y.ndim == 1:
        return np.asarray(-log_p[np.arange(len(z)), y.astype(np.intp)] + 0.0)
    log_p = np.where(y > 0, log_p, 0.0)  # 0 * -inf is left out
    far = np.isinf(log_p)  # further than 1.8e308, where a small share is not
    with np.errstate(over="ignore", under="ignore"):
        terms = y * log_p
        terms[far] = FAR * (y * log_softmax(z / FAR))[far]
        return np.asarray(-terms.sum(axis=1) + 0.0)


def cross_entropy(
    logits: Logits, targets: ClassIds | Targets, *, weights: PartWeights | None = None
) -> float:
    """Mean cross-entropy of the logits against the labels, in nats per part.

        sum_i w_i L_i / sum_i w_i    over the decided parts, L as in `part_losses`

    The mean divides by the weight of the decided parts alone: an undecided part
    counts neither above nor below the line, and shares that sum to 1 only to
    rounding count by their sum.

    Args:
        logits: Shape (n, k), all finite. Natural-log odds: adding one constant to
            a whole row changes nothing.
        targets: Shape (n,) class ids, or (n, k) rows: one-hot, shares, or all 0
            for undecided.
        weights: Shape (n,), >= 0; left out, 1 a part.

    Returns:
        A float >= 0, in nats (divide by log 2 for bits). Even guessing scores
        log k: 0.693 for two classes, 1.099 for three.

    Raises:
        ShapeError: The shapes do not fit.
        InputError: A logit or weight is NaN or infinite (the first is named), a
            weight is negative, or no decided part has a weight above 0.
        LabelError: A label is not one of the k classes; the message names the first.

    Example:
        Part 0 is two nats in favour of its class, part 1 undecided between the
        two, so the result is (log(1 + e^-2) + log 2) / 2.

        >>> logits = np.array([[2.0, 0.0], [0.0, 0.0]])
        >>> print(f"{cross_entropy(logits, np.array([0, 1])):.4f}")
        0.4100

    Source:
        As `part_losses`; summed there, averaged here.
    """
    losses = part_losses(logits, targets)
    w = as_weights(weights, len(losses))
    w = np.ones(len(losses)) if w is None else w
    y = np.asarray(targets)
    voted = w * (y.sum(axis=1) if y.ndim == 2 else 1.0)
    total = float(voted.sum())
    if not total > 0:
        raise InputError(
            "targets: expected at least one decided part with a weight above 0, got none."
        )
    # Shares first: a loss, or the sum of all, may overflow where the mean does not.
    kept = voted > 0
    share, losses, z = w[kept] / total, losses[kept], np.asarray(logits)[kept]
    far = np.isinf(losses)
    losses[far] = part_losses(z[far] / FAR, y[kept][far])
    with np.errstate(over="ignore", under="ignore"):
        return float((np.where(far, FAR, 1.0) * (share * losses)).sum())


def logit_gradient(logits: Logits, targets: ClassIds | Targets) -> NDArray[np.float64]:
    """Return p - y: the gradient of each part's loss by its logits.

        g_c = p_c (sum_{j != c} y_j) - y_c (sum_{j != c} p_j)

    At the label itself this is minus the sum of the *other* probabilities, which
    keeps its digits where p rounds to 1 and `p - 1` would be 0. Error <= 1e-13 of the
    larger of the two terms, down to 1e-300: relative, where the label is a class.

    Args:
        logits: Shape (n, k), all finite.
        targets: Shape (n,) class ids, or (n, k) rows; an undecided row gives 0.

    Returns:
        Shape (n, k), each in [-1, 1]; a row sums to 0.

    Raises:
        ShapeError: The shapes do not fit.
        InputError: A logit is NaN or infinite; the message names the first.
        LabelError: A label is not one of the k classes; the message names the first.

    Example:
        >>> print(logit_gradient(np.array([[0.0, -40.0]]), np.array([0])))
        [[-4.24835426e-18  4.24835426e-18]]

    Source:
        Bishop (2006), eq. 4.109, with the difference taken before the rounding.
    """
    z = as_logits(logits)
    y, k = as_targets(targets, len(z), z.shape[1])
    p = softmax(z)
    others = _others(p, np.ones((len(p), 1)))
    with np.errstate(under="ignore"):
        if y.ndim == 1:
            return np.where(np.arange(k) == y[:, None], -others, p)
        return np.asarray(p * _others(y, y.sum(axis=1, keepdims=True)) - y * others)


def _others(shares: NDArray[Any], total: NDArray[Any]) -> NDArray[np.float64]:
    """Return for each share of a row the sum of all others.

    Only the largest can be above half of the total, where a difference loses digits.
    """
    largest = np.arange(shares.shape[1]) == shares.argmax(axis=1)[:, None]
    rest = np.where(largest, 0.0, shares).sum(axis=1, keepdims=True)
    return np.asarray(np.where(largest, rest, total - shares))

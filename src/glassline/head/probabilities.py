"""Logits to probabilities, and to their logarithms, without overflow."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from glassline.arrays import Bias, Logits, Probabilities, as_floats
from glassline.errors import InputError, ShapeError

__all__ = ["log_softmax", "softmax"]


def softmax(logits: Logits | Bias) -> Probabilities | Bias:
    """Return the probability of each class.

        p_c = exp(z_c - m) / sum_j exp(z_j - m),    m = max_j z_j

    Finite for every finite input up to 1.797e308; the sum of a row is 1 to within
    4 units in the last place, a larger logit never gets a smaller probability, and
    a row has the same bits alone or in any batch.

    Args:
        logits: Shape (n, k) or (k,), k >= 1. Natural-log odds: adding one constant
            to a row changes nothing. -inf says "impossible" and gives exactly 0.

    Returns:
        The same shape, each in [0, 1].

    Raises:
        ShapeError: Not one or two axes, or no class.
        InputError: A logit is NaN or +inf, or a whole row is -inf.

    Example:
        Odds of 3 to 1:

        >>> print(softmax(np.array([np.log(3.0), 0.0])).round(4))
        [0.75 0.25]

    Source:
        C. M. Bishop, Pattern Recognition and Machine Learning (2006), eq. 4.104;
        the shift: P. Blanchard, D. J. Higham and N. J. Higham, IMA J. Numer. Anal.
        41(4), 2021, doi:10.1093/imanum/draa038.
    """
    rows, shape = _rows(logits)
    with np.errstate(over="ignore", under="ignore"):
        e = np.exp(rows - _largest(rows))
        return np.asarray((e / e.sum(axis=1, keepdims=True)).reshape(shape))


def log_softmax(logits: Logits | Bias) -> Logits | Bias:
    """Return the natural logarithm of each class's probability, in nats, <= 0.

        log p_c = (z_c - z_t) - log1p(sum_{j != t} exp(z_j - z_t)),    t = argmax z

    Relative error <= 1e-13 a number, also where p_c rounds to 1: z = [0, -40] gives
    log p_0 = -4.25e-18, not 0. Overflows to -inf only where the exact value does.

    Args:
        logits: As for `softmax`.

    Returns:
        The same shape, each <= 0.

    Raises:
        ShapeError: Not one or two axes, or no class.
        InputError: A logit is NaN or +inf, or a whole row is -inf.

    Example:
        >>> print(log_softmax(np.array([0.0, -40.0])))
        [-4.24835426e-18 -4.00000000e+01]

    Source:
        As `softmax`; leaving the 1 of the largest logit to log1p is ours.
    """
    rows, shape = _rows(logits)
    with np.errstate(over="ignore", under="ignore"):
        shifted = rows - _largest(rows)
        return (shifted - np.log1p(_rest(shifted))).reshape(shape)


def _rest(shifted: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sum exp over all classes but the largest, shape (n, 1)."""
    e = np.exp(shifted)
    np.put_along_axis(e, shifted.argmax(axis=1)[:, None], 0.0, axis=1)
    return np.asarray(e.sum(axis=1, keepdims=True))


def _largest(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(rows.max(axis=1, keepdims=True))


def _rows(logits: object) -> tuple[NDArray[np.float64], tuple[int, ...]]:
    array = as_floats(logits, "logits")
    if array.ndim not in (1, 2) or array.shape[-1] < 1:
        raise ShapeError(
            f"logits: expected shape (n, k >= 1) or (k,), got {array.shape}."
        )
    wrong = np.isnan(array) | (array == np.inf)
    if wrong.any():
        first = tuple(int(i) for i in np.argwhere(wrong)[0])
        place = ", ".join(str(i) for i in first)
        raise InputError(
            f"logits[{place}]: expected a finite number or -inf, got {array[first]}."
        )
    # Rows side by side in memory, or the order of the sums would depend on the batch.
    rows = np.ascontiguousarray(array).reshape(-1, array.shape[-1])
    empty = (rows == -np.inf).all(axis=1)
    if empty.any():
        place = str(int(np.argmax(empty))) if array.ndim == 2 else ""
        raise InputError(
            f"logits{f'[{place}]' if place else ''}: "
            "expected at least one class above -inf, got none."
        )
    return rows, array.shape

"""What escapes in lots of any size prove about the share of parts that escape."""

from __future__ import annotations

from math import inf, log

import numpy as np
from numpy.typing import ArrayLike

__all__ = ["lots_bound", "lots_needed", "lots_prove"]

STAKE = 0.9  # of the bet against a rate: 1 would be lost whole to one lot that escapes


def lots_prove(
    escaped: ArrayLike, parts: ArrayLike, escape: float, confidence: float
) -> bool:
    """Say whether lots prove that at most a share of all parts escapes.

    A bet against "the rate is above `escape`" that is fair at best: with y_j of the
    m_j parts of lot j escaped, M the size of the largest lot, the stake becomes

        product over lots of    1 + 0.9 (escape m_j - y_j) / ((1 - escape) M)

    If the rate (all escaped parts / all parts, over the lots to come) is at least
    `escape`, no factor is above 1 on average, so the product exceeds
    1 / (1 - confidence) in at most 1 - confidence of studies (Ville). Lots may be of
    any size and their parts as alike as copies. It takes for granted that lots are
    drawn one by one like those to come, and that none to come is larger than the
    largest here, unless how large a lot is has nothing to do with how bad it is.

    Args:
        escaped: Shape (lots,), parts of each lot that escaped.
        parts: Shape (lots,), parts of each lot, >= 1.
        escape: The share in question, in (0, 1).
        confidence: In (0, 1).

    Example:
        Equal lots, none escaped: 332 lots prove 1 % at 95 %, whatever their size.

        >>> [lots_prove([0] * g, [20] * g, 0.01, 0.95) for g in (331, 332)]
        [False, True]

    Source:
        I. Waudby-Smith and A. Ramdas, Estimating means of bounded random variables by
        betting, Journal of the Royal Statistical Society B 86(1), 2024,
        arXiv:2010.09686; here with one constant bet, which a pencil can follow.
    """
    return _stake(escaped, parts, escape) >= -log(1 - confidence)


def lots_bound(escaped: ArrayLike, parts: ArrayLike, confidence: float) -> float:
    """Return the upper bound of the share of parts: the least that `lots_prove` proves.

    Example:
        >>> print(f"{lots_bound([0, 0, 1, 0] * 100, [20, 5, 10, 20] * 100, 0.95):.4f}")
        0.0304
    """
    low, high = 0.0, 1.0  # what is proved only grows with the rate
    while (middle := (low + high) / 2) not in (low, high):
        if lots_prove(escaped, parts, middle, confidence):
            high = middle
        else:
            low = middle
    return high


def lots_needed(escape: float, confidence: float) -> int:
    """Return how many lots as large as the largest prove a target, if none escapes.

    Example:
        >>> lots_needed(0.01, 0.95), lots_needed(0.05, 0.95)
        (332, 65)
    """
    return int(np.ceil(-log(1 - confidence) / np.log1p(STAKE * escape / (1 - escape))))


def _stake(escaped: ArrayLike, parts: ArrayLike, escape: float) -> float:
    """Return the logarithm of what the bet has become."""
    if not 0 < escape < 1:
        return -inf if escape <= 0 else inf
    y, m = np.asarray(escaped, np.float64), np.asarray(parts, np.float64)
    if not len(m):
        return 0.0
    gains = ((m - y) / (1 - escape) - m) / m.max()  # the formula, sure of its -1
    return float(np.log1p(STAKE * gains).sum())

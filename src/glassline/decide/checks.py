"""Probabilities and shares as they come from outside, checked once."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from glassline.errors import InputError, ShapeError, show
from glassline.head.targets import SUM_TOLERANCE

__all__ = [
    "as_probabilities",
    "check_shape",
    "check_shares",
]


def as_probabilities(probabilities: ArrayLike, k: int) -> NDArray[np.float64]:
    """Return a copy of probabilities of shape (k,) or (n, k).

    Raises:
        ShapeError: Another shape.
        InputError: A row has an entry below 0, is not finite, or does not sum to 1
            within 1e-6; the message names the first.
    """
    p = np.array(probabilities, dtype=np.float64)
    if p.ndim not in (1, 2) or p.shape[-1] != k:
        raise ShapeError(
            f"probabilities: expected shape ({k},) or (n, {k}), got {p.shape}."
        )
    rows = p.reshape(-1, k)
    within = (rows >= 0) & (rows <= 1 + SUM_TOLERANCE)  # False for NaN
    good = np.asarray(within.all(axis=1))
    totals = np.where(good[:, np.newaxis], rows, 0.0).sum(axis=1)
    good = np.asarray(good & (np.abs(totals - 1) <= SUM_TOLERANCE))
    if not good.all():
        at = int(np.argmin(good))
        raise InputError(
            f"probabilities[{at}]: expected numbers >= 0 that sum to 1, "
            f"got {show(rows[at].tolist())}."
        )
    return p


def check_shape(name: str, value: NDArray[Any], shape: tuple[int, ...]) -> None:
    """Refuse an array of another shape."""
    if value.shape != shape:
        raise ShapeError(f"{name}: expected shape {shape}, got {value.shape}.")


def check_shares(
    name: str, shares: NDArray[np.float64], classes: tuple[str, ...]
) -> None:
    """Refuse shares of the classes that are not all above 0 or do not sum to 1."""
    bad = ~(np.isfinite(shares) & (shares > 0))
    if bad.any():
        at = int(np.argmax(bad))
        raise InputError(
            f"{name}[{classes[at]}]: expected a share above 0, got {shares[at]:g}."
        )
    if not abs(shares.sum() - 1) <= SUM_TOLERANCE:
        raise InputError(
            f"{name}: expected shares that sum to 1, got a sum of {shares.sum():g}."
        )

"""Arrays from outside, checked once: shape, kind, and no NaN or infinity."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassline.arrays import as_floats
from glassline.errors import InputError, ShapeError

__all__ = ["as_features", "as_logits", "as_weights", "check_finite"]


def check_finite(array: NDArray[Any], name: str, hint: str = "") -> None:
    """Refuse NaN and infinity, naming the first place in row order.

    Raises:
        InputError: A number is NaN or infinite.
    """
    if np.isfinite(array).all():
        return
    bad = np.argwhere(~np.isfinite(array))
    first = tuple(int(i) for i in bad[0])
    place = ", ".join(str(i) for i in first)
    more = f" ({len(bad) - 1} more)" if len(bad) > 1 else ""
    raise InputError(
        f"{name}[{place}]: expected a finite number, got {array[first]}{more}.{hint}"
    )


def as_features(
    x: object, width: int | None = None, name: str = "x"
) -> NDArray[np.float64]:
    """Return x as float64 of shape (n, d), d >= 1, all finite.

    Raises:
        ShapeError: Not two axes, no column, or not `width` columns.
        InputError: Not numbers, or one is NaN or infinite.
    """
    array = as_floats(x, name)
    if array.ndim != 2 or array.shape[1] < 1:
        raise ShapeError(f"{name}: expected shape (n, d >= 1), got {array.shape}.")
    if width is not None and array.shape[1] != width:
        raise ShapeError(f"{name}: expected shape (n, {width}), got {array.shape}.")
    check_finite(array, name)
    return array


def as_logits(logits: object, name: str = "logits") -> NDArray[np.float64]:
    """Return logits as float64 of shape (n, k), k >= 1, rows side by side in memory.

    Raises:
        ShapeError: Not two axes, or no class.
        InputError: Not numbers, or one is NaN or infinite.
    """
    array = np.ascontiguousarray(as_floats(logits, name))
    if array.ndim != 2 or array.shape[1] < 1:
        raise ShapeError(f"{name}: expected shape (n, k >= 1), got {array.shape}.")
    check_finite(array, name)
    return array


def as_weights(
    weights: object, n: int, name: str = "weights"
) -> NDArray[np.float64] | None:
    """Return part weights as float64 of shape (n,), all finite and >= 0; None stays.

    Raises:
        ShapeError: Not one number a part.
        InputError: One is negative, NaN or infinite, or their sum is.
    """
    if weights is None:
        return None
    array = as_floats(weights, name)
    if array.shape != (n,):
        raise ShapeError(
            f"{name}: expected shape ({n},), one a part, got {array.shape}."
        )
    check_finite(array, name)
    if (array < 0).any():
        first = int(np.argmax(array < 0))
        raise InputError(
            f"{name}[{first}]: expected a number >= 0, got {array[first]}."
        )
    with np.errstate(over="ignore"):
        total = array.sum()
    if total == np.inf:
        raise InputError(
            f"{name}: expected a finite sum, got inf. Divide all by one number: only "
            "their ratios count."
        )
    return array

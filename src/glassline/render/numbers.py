"""Numbers as every face prints them: short where that is exact, never a lying 0."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["DECIMALS", "column", "number", "printed"]

DECIMALS = 4  # of probabilities and logarithms, as in a hand calculation
EXACT = 1e-9  # of an entry: what arithmetic leaves beside a short decimal number
LARGE = 1e7  # from here on, powers of ten


def printed(value: NDArray[np.float64]) -> list[list[str]]:
    """Print a matrix: as few decimals as say it exactly, but at most four.

    One number of decimals holds for the whole matrix. An entry that is not 0 but
    would print as 0 gets a power of ten, and so does one of 10,000,000 or more.

    Args:
        value: Shape (r, c), finite.

    Returns:
        r rows of c texts, each a number that JSON and `decimal.Decimal` read.

    Example:
        >>> printed(np.array([[0.76 + 0.44, 0.1 + 0.2]]))
        [['1.2', '0.3']]
        >>> printed(np.array([[1.0, np.exp(-0.9), 4.25e-18]]))
        [['1.0000', '0.4066', '4.2e-18']]
    """
    decimals = next(
        (d for d in range(DECIMALS) if _is_exact(value, d)),
        DECIMALS,
    )
    return [[number(entry, decimals) for entry in row] for row in value.tolist()]


def column(values: Sequence[float] | NDArray[np.float64]) -> list[str]:
    """Print numbers as the one column of a matrix.

    Example:
        >>> column([0.5, -1.25])
        ['0.50', '-1.25']
    """
    return [row[0] for row in printed(np.array(values)[:, np.newaxis])]


def number(value: float, decimals: int = DECIMALS) -> str:
    """Print one number with the given decimals, without "-0" and without lying 0.

    Example:
        >>> number(-0.00001), number(-1e-20, 1), number(0.0), number(2.5e9)
        ('-1.0e-5', '-1.0e-20', '0.0000', '2.500000e9')
    """
    if value != 0 and abs(value) < 0.5 * 10.0**-decimals:
        return _power(f"{value:.1e}")
    if abs(value) >= LARGE:
        return _power(f"{value:.6e}")
    return f"{value + 0.0:.{decimals}f}"


def _is_exact(value: NDArray[np.float64], decimals: int) -> bool:
    small = [entry for row in value.tolist() for entry in row if abs(entry) < LARGE]
    return all(
        math.isclose(entry, round(entry, decimals), rel_tol=EXACT, abs_tol=0)
        for entry in small
    )


def _power(text: str) -> str:
    mantissa, exponent = text.split("e")
    return f"{mantissa}e{int(exponent)}"

"""A figure of the sheet: a matrix with its symbol, its formula and its print."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["BLOCKS", "DECIMALS", "KINDS", "Figure", "Kind", "number", "printed"]

DECIMALS = 4  # of probabilities and logarithms, as in a hand calculation
EXACT = 1e-9  # of an entry: what arithmetic leaves beside a short decimal number
REST = 1e-12  # of sums of numbers of order 1: rounding, and printed as 0
LARGE = 1e7  # from here on, powers of ten


@dataclass(frozen=True)
class Kind:
    """What a figure is, whatever its values.

    Attributes:
        symbol: As in a hand calculation: x, W, z', log p^T.
        formula: What it is made from; empty for a given.
        rows: What a row stands for: "features", "classes" or "" (the part).
        columns: Likewise, or "actions".
    """

    symbol: str
    formula: str
    rows: str
    columns: str


KINDS: Mapping[str, Kind] = {
    "x": Kind("x", "", "", "features"),
    "y": Kind("y", "", "", "classes"),
    "W": Kind("W", "", "features", "classes"),
    "b": Kind("b", "", "", "classes"),
    "contributions": Kind("x_i W_ic", "", "features", "classes"),
    "s": Kind("s", "x W", "", "classes"),
    "z": Kind("z", "s + b", "", "classes"),
    "m": Kind("m", "max z", "", ""),
    "shifted": Kind("z'", "z - m", "", "classes"),
    "e": Kind("e", "exp z'", "", "classes"),
    "t": Kind("t", "sum e", "", ""),
    "p": Kind("p", "e / t", "", "classes"),
    "log_p": Kind("log p", "ln p", "", "classes"),
    "log_p_T": Kind("log p^T", "(log p)^T", "classes", ""),
    "u": Kind("u", "y log p^T", "", ""),
    "L": Kind("L", "-u", "", ""),
    "dz": Kind("dz", "p - y", "", "classes"),
    "dW": Kind("dW", "x^T dz", "features", "classes"),
    "db": Kind("db", "dz", "", "classes"),
    "W_new": Kind("W+", "W - eta dW", "features", "classes"),
    "b_new": Kind("b+", "b - eta db", "", "classes"),
    "L_new": Kind("L+", "L(W+, b+)", "", ""),
    "costs": Kind("C", "", "classes", "actions"),
    "ratio": Kind("r", "line / training", "", "classes"),
    "adjusted": Kind("p~", "p r / sum p r", "", "classes"),
    "expected_costs": Kind("c", "p C", "", "actions"),
}
"""Every figure a sheet may hold, by its key in the catalogues, in order."""

BLOCKS: Mapping[str, tuple[str, ...]] = {
    "given": ("x", "y", "W", "b"),
    "linear": ("contributions", "s", "z"),
    "softmax": ("m", "shifted", "e", "t", "p"),
    "loss": ("log_p", "log_p_T", "u", "L"),
    "learning": ("dz", "dW", "db", "W_new", "b_new", "L_new"),
    "decision": ("costs", "ratio", "adjusted", "expected_costs"),
}
"""The figures by block, in the order of every face."""

ADDED = ("s", "z", "m", "shifted", "W_new", "b_new", "expected_costs")
"""Sums of both signs: what should cancel to 0 may leave a rest of rounding."""


@dataclass(frozen=True, eq=False)
class Figure:
    """One matrix of the sum.

    Attributes:
        key: Its place in `KINDS` and in the catalogues.
        kind: Symbol, formula and axes.
        value: Shape (r, c), in full precision; read-only.
    """

    key: str
    kind: Kind
    value: NDArray[np.float64]

    @classmethod
    def of(cls, key: str, value: NDArray[np.float64], formula: str = "") -> Figure:
        """Name a matrix; `formula` where it differs from the kind's."""
        kind = KINDS[key]
        if formula:
            kind = Kind(kind.symbol, formula, kind.rows, kind.columns)
        own = np.array(value, dtype=np.float64)
        own.setflags(write=False)
        return cls(key, kind, own)

    @property
    def shape(self) -> tuple[int, int]:
        """Return (rows, columns)."""
        rows, columns = self.value.shape
        return rows, columns

    @property
    def printed(self) -> list[list[str]]:
        """Return the entries as every face prints them."""
        if self.key in ADDED:
            return printed(np.where(np.abs(self.value) < REST, 0.0, self.value))
        return printed(self.value)


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

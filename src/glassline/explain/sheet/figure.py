"""A figure of the sheet: a matrix with its symbol, its formula and its print."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from glassline.interface.record import Record
from glassline.render.numbers import printed

__all__ = ["BLOCKS", "KINDS", "Figure", "Kind"]

REST = 1e-12  # of sums of numbers of order 1: rounding, and printed as 0


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


BLOCKS: Mapping[str, Mapping[str, Kind]] = {
    "given": {
        "x": Kind("x", "", "", "features"),
        "y": Kind("y", "", "", "classes"),
        "W": Kind("W", "", "features", "classes"),
        "b": Kind("b", "", "", "classes"),
    },
    "linear": {
        "contributions": Kind("x_i W_ic", "", "features", "classes"),
        "s": Kind("s", "x W", "", "classes"),
        "z": Kind("z", "s + b", "", "classes"),
    },
    "softmax": {
        "m": Kind("m", "max z", "", ""),
        "shifted": Kind("z'", "z - m", "", "classes"),
        "e": Kind("e", "exp z'", "", "classes"),
        "t": Kind("t", "sum e", "", ""),
        "p": Kind("p", "e / t", "", "classes"),
    },
    "loss": {
        "log_p": Kind("log p", "ln p", "", "classes"),
        "log_p_T": Kind("log p^T", "(log p)^T", "classes", ""),
        "u": Kind("u", "y log p^T", "", ""),
        "L": Kind("L", "-u", "", ""),
    },
    "learning": {
        "dz": Kind("dz", "p - y", "", "classes"),
        "dW": Kind("dW", "x^T dz", "features", "classes"),
        "db": Kind("db", "dz", "", "classes"),
        "W_new": Kind("W+", "W - eta dW", "features", "classes"),
        "b_new": Kind("b+", "b - eta db", "", "classes"),
        "L_new": Kind("L+", "L(W+, b+)", "", ""),
    },
    "decision": {
        "costs": Kind("C", "", "classes", "actions"),
        "ratio": Kind("r", "line / training", "", "classes"),
        "adjusted": Kind("p~", "p r / sum p r", "", "classes"),
        "expected_costs": Kind("c", "p C", "", "actions"),
    },
}
"""Every figure that a sheet may hold, by block, in the order of every face."""

KINDS = {key: kind for block in BLOCKS.values() for key, kind in block.items()}
"""The same by key, as in the catalogues."""

ADDED = ("s", "z", "m", "shifted", "W_new", "b_new", "expected_costs")
"""Sums of both signs: what should cancel to 0 may leave a rest of rounding."""


@dataclass(frozen=True, eq=False, repr=False)
class Figure(Record):
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

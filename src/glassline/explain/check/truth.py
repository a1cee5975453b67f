"""The figures of a sheet from its givens, in decimal arithmetic of 450 digits."""

from __future__ import annotations

import decimal
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import numpy as np

__all__ = ["CONTEXT", "FORMULAS", "GIVENS", "Matrix", "compute", "recompute"]

Matrix = np.ndarray[Any, np.dtype[np.object_]]
"""Shape (r, c), of Decimal: arithmetic is exact to the digits of the context."""

Values = Mapping[str, Matrix]

CONTEXT = decimal.Context(
    prec=450,  # a loss of 1e-300 still has 150 digits
    Emin=decimal.MIN_EMIN,
    Emax=decimal.MAX_EMAX,
    rounding=decimal.ROUND_HALF_EVEN,
    traps=[decimal.InvalidOperation, decimal.DivisionByZero, decimal.Overflow],
)

GIVENS = ("x", "y", "W", "b", "eta", "r", "C")
"""What a document may state; x, W and b it must."""


def _each(operation: Callable[[Decimal], Decimal], values: Matrix) -> Matrix:
    return np.asarray(np.frompyfunc(operation, 1, 1)(values))


def _loss_after(of: Values) -> Matrix:
    z = of["x"] @ of["W+"] + of["b+"]
    shifted = z - z.max()
    total = _each(Decimal.exp, shifted).sum(keepdims=True)
    return np.asarray(-of["y"] @ (shifted - _each(Decimal.ln, total)).T)


FORMULAS: Mapping[str, tuple[tuple[str, ...], Callable[[Values], Matrix]]] = {
    "x_i W_ic": (("x", "W"), lambda of: of["x"].T * of["W"]),
    "s": (("x", "W"), lambda of: of["x"] @ of["W"]),
    "z": (("s", "b"), lambda of: of["s"] + of["b"]),
    "m": (("z",), lambda of: of["z"].max(keepdims=True)),
    "z'": (("z", "m"), lambda of: of["z"] - of["m"]),
    "e": (("z'",), lambda of: _each(Decimal.exp, of["z'"])),
    "t": (("e",), lambda of: of["e"].sum(keepdims=True)),
    "p": (("e", "t"), lambda of: of["e"] / of["t"]),
    "log p": (("p",), lambda of: _each(Decimal.ln, of["p"])),
    "log p^T": (("log p",), lambda of: of["log p"].T),
    "u": (("y", "log p^T"), lambda of: of["y"] @ of["log p^T"]),
    "L": (("u",), lambda of: -of["u"]),
    "dz": (("p", "y"), lambda of: of["p"] - of["y"]),
    "dW": (("x", "dz"), lambda of: of["x"].T @ of["dz"]),
    "db": (("dz",), lambda of: of["dz"]),
    "W+": (("W", "dW", "eta"), lambda of: of["W"] - of["eta"] * of["dW"]),
    "b+": (("b", "db", "eta"), lambda of: of["b"] - of["eta"] * of["db"]),
    "L+": (("x", "y", "W+", "b+"), _loss_after),
    "p~": (("p", "r"), lambda of: of["p"] * of["r"] / (of["p"] @ of["r"].T)),
    "c": (("p", "C"), lambda of: (of["p~"] if "r" in of else of["p"]) @ of["C"]),
}
"""Symbol to what it is made from and how; in the order of a sheet."""


def compute(given: Values) -> dict[str, Matrix]:
    """Compute every figure whose givens are there, under `CONTEXT`.

    Args:
        given: Symbol to matrix, of shapes that fit; see `GIVENS`.
    """
    values = dict(given)
    for symbol, (needs, formula) in FORMULAS.items():
        if all(name in values for name in needs):
            values[symbol] = formula(values)
    return values


def recompute(symbol: str, true: Values, printed: Values) -> Matrix | None:
    """Compute one figure again from the printed ones before it.

    Returns:
        Its matrix, or None where the printed figures allow none (a printed
        probability of 0 has no logarithm).
    """
    _, formula = FORMULAS[symbol]
    try:
        return formula({**true, **printed})
    except ArithmeticError:
        return None

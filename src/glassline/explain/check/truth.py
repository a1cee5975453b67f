"""The figures of a sheet from its givens, in decimal arithmetic of 450 digits."""

from __future__ import annotations

import decimal
from collections.abc import Callable, Mapping
from decimal import Decimal

__all__ = [
    "CONTEXT",
    "FORMULAS",
    "GIVENS",
    "Matrix",
    "compute",
    "recompute",
]

Matrix = list[list[Decimal]]
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


def _times(left: Matrix, right: Matrix) -> Matrix:
    columns = list(zip(*right, strict=True))
    return [[_dot(row, column) for column in columns] for row in left]


def _dot(row: list[Decimal], column: tuple[Decimal, ...]) -> Decimal:
    return sum((a * b for a, b in zip(row, column, strict=True)), Decimal(0))


def _pairwise(
    operation: Callable[[Decimal, Decimal], Decimal], left: Matrix, right: Matrix
) -> Matrix:
    return [
        [operation(a, b) for a, b in zip(*rows, strict=True)]
        for rows in zip(left, right, strict=True)
    ]


def _plus(left: Matrix, right: Matrix) -> Matrix:
    return _pairwise(lambda a, b: a + b, left, right)


def _minus(left: Matrix, right: Matrix) -> Matrix:
    return _pairwise(lambda a, b: a - b, left, right)


def _each(operation: Callable[[Decimal], Decimal], matrix: Matrix) -> Matrix:
    return [[operation(value) for value in row] for row in matrix]


def _step(start: Matrix, slope: Matrix, eta: Matrix) -> Matrix:
    return _minus(start, _each(lambda value: eta[0][0] * value, slope))


def _turned(matrix: Matrix) -> Matrix:
    return [list(column) for column in zip(*matrix, strict=True)]


def _shares(weighted: Matrix) -> Matrix:
    total = sum(weighted[0], Decimal(0))
    return _each(lambda value: value / total, weighted)


def _loss_after(of: Values) -> Matrix:
    logits = _plus(_times(of["x"], of["W+"]), of["b+"])[0]
    largest = max(logits)
    shifted = [value - largest for value in logits]
    total = sum((value.exp() for value in shifted), Decimal(0)).ln()
    picked = _dot([value - total for value in shifted], tuple(of["y"][0]))
    return [[-picked]]


def _contributions(of: Values) -> Matrix:
    x = of["x"][0]
    return [[x[i] * value for value in row] for i, row in enumerate(of["W"])]


def _expected_costs(of: Values) -> Matrix:
    return _times(of["p~"] if "r" in of else of["p"], of["C"])


FORMULAS: Mapping[str, tuple[tuple[str, ...], Callable[[Values], Matrix]]] = {
    "x_i W_ic": (("x", "W"), _contributions),
    "s": (("x", "W"), lambda of: _times(of["x"], of["W"])),
    "z": (("s", "b"), lambda of: _plus(of["s"], of["b"])),
    "m": (("z",), lambda of: [[max(of["z"][0])]]),
    "z'": (("z", "m"), lambda of: _each(lambda v: v - of["m"][0][0], of["z"])),
    "e": (("z'",), lambda of: _each(Decimal.exp, of["z'"])),
    "t": (("e",), lambda of: [[sum(of["e"][0], Decimal(0))]]),
    "p": (("e", "t"), lambda of: _each(lambda v: v / of["t"][0][0], of["e"])),
    "log p": (("p",), lambda of: _each(Decimal.ln, of["p"])),
    "log p^T": (("log p",), lambda of: _turned(of["log p"])),
    "u": (("y", "log p^T"), lambda of: _times(of["y"], of["log p^T"])),
    "L": (("u",), lambda of: _each(lambda v: -v, of["u"])),
    "dz": (("p", "y"), lambda of: _minus(of["p"], of["y"])),
    "dW": (("x", "dz"), lambda of: _times(_turned(of["x"]), of["dz"])),
    "db": (("dz",), lambda of: of["dz"]),
    "W+": (("W", "dW", "eta"), lambda of: _step(of["W"], of["dW"], of["eta"])),
    "b+": (("b", "db", "eta"), lambda of: _step(of["b"], of["db"], of["eta"])),
    "L+": (("x", "y", "W+", "b+"), _loss_after),
    "p~": (
        ("p", "r"),
        lambda of: _shares(_pairwise(Decimal.__mul__, of["p"], of["r"])),
    ),
    "c": (("p", "C"), _expected_costs),
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

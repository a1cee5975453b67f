"""What stands in each cell of the spreadsheet: the formula that makes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

__all__ = ["FORMULAS", "Places", "cell", "differences", "scaled"]


def cell(row: int, column: int) -> str:
    """Return the name of a cell, both counted from 0.

    Example:
        >>> cell(0, 0), cell(4, 25), cell(9, 26), cell(9, 702)
        ('A1', 'Z5', 'AA10', 'AAA10')
    """
    letters, rest = "", column + 1
    while rest:
        rest, letter = divmod(rest - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return f"{letters}{row + 1}"


@dataclass(frozen=True)
class Places:
    """Where each matrix stands.

    Attributes:
        corners: Key to row and column of the upper left entry, from 0.
        d: How many features.
        k: How many classes.
        corrects: Whether the line's mix differs from that of training.
    """

    corners: Mapping[str, tuple[int, int]]
    d: int
    k: int
    corrects: bool

    def at(self, key: str, row: int, column: int) -> str:
        """Return the name of an entry of a matrix."""
        top, left = self.corners[key]
        return cell(top + row, left + column)

    def span(self, key: str, rows: int, columns: int) -> str:
        """Return the range of a matrix, from its upper left entry."""
        return f"{self.at(key, 0, 0)}:{self.at(key, rows - 1, columns - 1)}"


def _sum(terms: Sequence[str]) -> str:
    return "=" + "+".join(terms)


def _contributions(at: Places, i: int, c: int) -> str:
    return f"={at.at('x', 0, i)}*{at.at('W', i, c)}"


def _s(at: Places, i: int, c: int) -> str:
    return _sum([at.at("contributions", f, c) for f in range(at.d)])


def _u(at: Places, i: int, c: int) -> str:
    return _sum([f"{at.at('y', 0, j)}*{at.at('log_p_T', j, 0)}" for j in range(at.k)])


def _stepped(old: str, slope: str) -> Callable[[Places, int, int], str]:
    def formula(at: Places, i: int, c: int) -> str:
        return f"={at.at(old, i, c)}-{at.at('eta', 0, 0)}*{at.at(slope, i, c)}"

    return formula


def _z_new(at: Places, i: int, c: int) -> str:
    products = [f"{at.at('x', 0, f)}*{at.at('W_new', f, c)}" for f in range(at.d)]
    return _sum([*products, at.at("b_new", 0, c)])


def _loss_after(at: Places, i: int, c: int) -> str:
    z = at.span("z_new", 1, at.k)
    labelled = f"SUMPRODUCT({at.span('y', 1, at.k)},{z})"
    return f"=LN(SUMPRODUCT(EXP({z}-MAX({z}))))+MAX({z})-{labelled}"


def _adjusted(at: Places, i: int, c: int) -> str:
    p, ratio = at.span("p", 1, at.k), at.span("ratio", 1, at.k)
    return f"={at.at('p', 0, c)}*{at.at('ratio', 0, c)}/SUMPRODUCT({p},{ratio})"


def _expected_costs(at: Places, i: int, a: int) -> str:
    p = "adjusted" if at.corrects else "p"
    return _sum([f"{at.at(p, 0, c)}*{at.at('costs', c, a)}" for c in range(at.k)])


FORMULAS: Mapping[str, Callable[[Places, int, int], str]] = {
    "contributions": _contributions,
    "s": _s,
    "z": lambda at, i, c: f"={at.at('s', 0, c)}+{at.at('b', 0, c)}",
    "m": lambda at, i, c: f"=MAX({at.span('z', 1, at.k)})",
    "shifted": lambda at, i, c: f"={at.at('z', 0, c)}-{at.at('m', 0, 0)}",
    "e": lambda at, i, c: f"=EXP({at.at('shifted', 0, c)})",
    "t": lambda at, i, c: f"=SUM({at.span('e', 1, at.k)})",
    "p": lambda at, i, c: f"={at.at('e', 0, c)}/{at.at('t', 0, 0)}",
    # the logarithm of a p that is printed as 0 stays finite: ln(e / t) = z' - ln t
    "log_p": lambda at, i, c: f"={at.at('shifted', 0, c)}-LN({at.at('t', 0, 0)})",
    "log_p_T": lambda at, i, c: f"={at.at('log_p', 0, i)}",
    "u": _u,
    "L": lambda at, i, c: f"=-{at.at('u', 0, 0)}",
    "dz": lambda at, i, c: f"={at.at('p', 0, c)}-{at.at('y', 0, c)}",
    "dW": lambda at, i, c: f"={at.at('x', 0, i)}*{at.at('dz', 0, c)}",
    "db": lambda at, i, c: f"={at.at('dz', 0, c)}",
    "W_new": _stepped("W", "dW"),
    "b_new": _stepped("b", "db"),
    "z_new": _z_new,
    "L_new": _loss_after,
    "adjusted": _adjusted,
    "expected_costs": _expected_costs,
}
"""Key of a figure to the formula of its entry (row, column); givens have none."""


def scaled(row: int, columns: Sequence[int], clip: str) -> tuple[str, str]:
    """Return the formulas of sign(r) ln(1 + |r|) and of x, in one row of the scaling.

    Args:
        row: Of the feature, from 0.
        columns: Of reading, curved, typical and spread.
        clip: The cell of the clip.
    """
    reading, curved, typical, spread = (cell(row, column) for column in columns)
    return (
        f"=SIGN({reading})*LN(1+ABS({reading}))",
        f"=MAX(-{clip},MIN({clip},({curved}-{typical})/{spread}))",
    )


def differences(at: Places, row: int, best: int, second: int) -> list[tuple[str, ...]]:
    """Return the table of best against runner-up: x, the difference of W, what it adds.

    Args:
        at: The places of the figures.
        row: Of its first feature, from 0; the columns begin at B.
        best: The most probable class.
        second: The runner-up.

    Returns:
        A row a feature, one of the bias and one of the sum.
    """
    rows = [
        (
            f"={at.at('x', 0, i)}",
            f"={at.at('W', i, second)}-{at.at('W', i, best)}",
            f"={cell(row + i, 1)}*{cell(row + i, 2)}",
        )
        for i in range(at.d)
    ]
    bias = f"={at.at('b', 0, second)}-{at.at('b', 0, best)}"
    total = _sum([cell(row + i, 3) for i in range(at.d + 1)])
    return [*rows, ("", "", bias), ("", "", total)]

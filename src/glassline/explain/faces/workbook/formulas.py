"""What stands in each cell of the spreadsheet: the formula that makes it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

__all__ = ["FORMULAS", "Places", "cell", "differences", "made", "scaled"]


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
        shapes: Key to rows and columns.
    """

    corners: Mapping[str, tuple[int, int]]
    shapes: Mapping[str, tuple[int, int]]

    def at(self, key: str, row: int, column: int) -> str:
        """Return the name of an entry; where there is one row or column, of that."""
        (top, left), (rows, columns) = self.corners[key], self.shapes[key]
        return cell(top + min(row, rows - 1), left + min(column, columns - 1))

    def span(self, key: str) -> str:
        """Return the range of a matrix."""
        return f"{self.at(key, 0, 0)}:{self.at(key, *self.shapes[key])}"


FORMULAS: Mapping[str, str] = {
    "contributions": "={x'}*{W}",
    "s": "={+contributions}",
    "z": "={s}+{b}",
    "m": "=MAX({z:})",
    "shifted": "={z}-{m}",
    "e": "=EXP({shifted})",
    "t": "=SUM({e:})",
    "p": "={e}/{t}",
    # the logarithm of a p that is printed as 0 stays finite: ln(e / t) = z' - ln t
    "log_p": "={shifted}-LN({t})",
    "log_p_T": "={log_p'}",
    "u": "={y*log_p_T}",
    "L": "=-{u}",
    "dz": "={p}-{y}",
    "dW": "={x'}*{dz}",
    "db": "={dz}",
    "W_new": "={W}-{eta}*{dW}",
    "b_new": "={b}-{eta}*{db}",
    "z_new": "={x*W_new}+{b_new}",
    "L_new": "=LN(SUMPRODUCT(EXP({z_new:}-MAX({z_new:}))))+MAX({z_new:})"
    "-SUMPRODUCT({y:},{z_new:})",
    "adjusted": "={p}*{ratio}/SUMPRODUCT({p:},{ratio:})",
    "expected_costs": "={p*costs}",  # of adjusted, where there is a ratio
}
"""Key of a figure to the formula of its entry; givens have none.

{k} is the entry of k in the same place, {k'} of its transpose, {k:} the whole of k,
{+k} the sum down its column, {a*b} the entry of the matrix product, written out.
"""

TERM = re.compile(r"\{([+]?)(\w+)[*]?(\w*)([':]?)\}")


def made(key: str, at: Places, row: int, column: int) -> str:
    """Return the formula of one entry of a figure.

    Example:
        >>> places = Places({"z": (2, 1), "m": (5, 1)}, {"z": (1, 3), "m": (1, 1)})
        >>> made("m", places, 0, 0), made("shifted", places, 0, 2)
        ('=MAX(B3:D3)', '=D3-B6')
    """

    def term(found: re.Match[str]) -> str:
        summed, name, other, mark = found.groups()
        if mark == ":":
            return at.span(name)
        if summed:
            return "+".join(at.at(name, i, column) for i in range(at.shapes[name][0]))
        if other:
            inner = range(at.shapes[other][0])
            return "+".join(
                f"{at.at(name, row, i)}*{at.at(other, i, column)}" for i in inner
            )
        return at.at(name, *((column, row) if mark else (row, column)))

    formula = FORMULAS[key]
    if key == "expected_costs" and "adjusted" in at.corners:
        formula = "={adjusted*costs}"
    return TERM.sub(term, formula)


def scaled(row: int, columns: Sequence[int], ends: Sequence[str]) -> tuple[str, str]:
    """Return the formulas of sign(r) ln(1 + |r|) and of x, in one row of the scaling.

    Args:
        row: Of the feature, from 0.
        columns: Of reading, curved, typical and spread.
        ends: The cells of clip, slope and far.
    """
    reading, curved, typical, spread = (cell(row, column) for column in columns)
    clip, slope, far = ends
    u = f"({curved}-{typical})/{spread}"
    return (
        f"=SIGN({reading})*LN(1+ABS({reading}))",
        f"=MAX(-{clip},MIN({u},{clip}+{slope}*(MIN({u},{far})-{clip})))",
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
    d = at.shapes["W"][0]
    rows = [
        (
            f"={at.at('x', 0, i)}",
            f"={at.at('W', i, second)}-{at.at('W', i, best)}",
            f"={cell(row + i, 1)}*{cell(row + i, 2)}",
        )
        for i in range(d)
    ]
    bias = f"={at.at('b', 0, second)}-{at.at('b', 0, best)}"
    total = "=" + "+".join(cell(row + i, 3) for i in range(d + 1))
    return [*rows, ("", "", bias), ("", "", total)]

"""Writes formulas and matrices as MathML, which browsers lay out themselves."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

from glassline.explain.sheet.figure import Figure
from glassline.render.layout import window

__all__ = ["equation", "expression", "matrix", "numeral"]

MAX_COLUMNS = 7  # what half an A4 page holds

TOKEN = re.compile(
    r"""(?P<name>log|ln|exp|max|eta|line|training)
      | (?P<sum>sum)
      | (?P<slope>d[zWb])
      | (?P<letter>[A-Za-z])
      | (?P<after>'|\^T|\+(?=[,)]|$|[ ]=)|~|_[a-z]+)
      | (?P<operator>[-+/(),])
      | (?P<space>(?<![-+/,])[ ](?![-+/]))""",
    re.VERBOSE,
)
THIN = '<mspace width="0.17em"/>'


def equation(
    figure: Figure, labels: Sequence[str] = (), heads: Sequence[str] = ()
) -> str:
    """Write "symbol = formula = matrix" as one block of MathML.

    Args:
        figure: What to write; without a formula, "symbol = matrix".
        labels: A name beside each row, or none.
        heads: A name above each column, or none.
    """
    kind = figure.kind
    sides = [expression(side) for side in (kind.symbol, kind.formula) if side]
    body = "<mo>=</mo>".join([*sides, matrix(figure.printed, labels, heads)])
    return f'<math display="block"><mrow>{body}</mrow></math>'


def expression(text: str) -> str:
    """Write a formula of `KINDS` as MathML.

    Example:
        >>> expression("z - m")
        '<mi>z</mi><mo stretchy="false">−</mo><mi>m</mi>'
        >>> expression("x^T dz")
        '<msup><mi>x</mi><mi mathvariant="normal">T</mi></msup><mspace width="0.17em"/><mrow><mi mathvariant="normal">d</mi><mi>z</mi></mrow>'
    """
    parts: list[str] = []
    for token in TOKEN.finditer(text):
        kind, value = str(token.lastgroup), token.group()
        if kind == "after":
            parts.append(_attached(parts.pop(), value))
        elif kind == "space":
            parts.append(THIN)
        else:
            parts.append(_single(kind, value, is_first=not parts))
    return "".join(parts)


def _single(kind: str, value: str, *, is_first: bool) -> str:
    if kind == "sum":
        return '<mo largeop="false">∑</mo>'
    if kind == "operator":
        form = ' form="prefix"' if is_first and value == "-" else ""
        return f'<mo stretchy="false"{form}>{value.replace("-", "−")}</mo>'
    if kind == "slope":
        letter = f"<mi>{value[1]}</mi>"
        return f'<mrow><mi mathvariant="normal">d</mi>{letter}</mrow>'
    return f"<mi>{value.replace('eta', 'η')}</mi>"


def _attached(base: str, mark: str) -> str:
    if mark == "~":
        return f'<mover accent="true">{base}<mo>~</mo></mover>'
    if mark.startswith("_"):
        index = "".join(f"<mi>{letter}</mi>" for letter in mark[1:])
        return f"<msub>{base}<mrow>{index}</mrow></msub>"
    above = {
        "'": "<mo>′</mo>",
        "^T": '<mi mathvariant="normal">T</mi>',
        "+": "<mo>+</mo>",
    }[mark]
    return f"<msup>{base}{above}</msup>"


def matrix(
    rows: Sequence[Sequence[str]],
    labels: Sequence[str] = (),
    heads: Sequence[str] = (),
) -> str:
    """Write a matrix in brackets that grow with it; large ones with dots.

    Args:
        rows: The printed entries.
        labels: A name beside each row, or none.
        heads: A name above each column, or none.
    """
    places = window(len(rows))
    columns = window(len(rows[0]), MAX_COLUMNS)
    above = "".join(_named("…" if c is None else heads[c]) for c in columns if heads)
    body = (f'<mtr class="heads">{above}</mtr>' if heads else "") + "".join(
        "<mtr>" + "".join(_cell(rows, r, c) for c in columns) + "</mtr>" for r in places
    )
    drawn = f"<mrow><mo>[</mo><mtable>{body}</mtable><mo>]</mo></mrow>"
    if not labels:
        return drawn
    names = "".join(
        f"<mtr>{_named('' if r is None else labels[r])}</mtr>" for r in places
    )
    if heads:
        names = f"<mtr>{_named('')}</mtr>{names}"
    return f'{drawn}<mtable class="labels">{names}</mtable>'


def numeral(text: str) -> str:
    """Write a printed number, powers of ten as a person would.

    Example:
        >>> numeral("-4.2e-18")
        '<mn>−4.2</mn><mo>×</mo><msup><mn>10</mn><mn>−18</mn></msup>'
    """
    mantissa, _, power = text.replace("-", "−").partition("e")
    if not power:
        return f"<mn>{mantissa}</mn>"
    return f"<mn>{mantissa}</mn><mo>×</mo><msup><mn>10</mn><mn>{power}</mn></msup>"


def _named(name: str) -> str:
    return f"<mtd><mtext>{escape(name)}</mtext></mtd>"


def _cell(rows: Sequence[Sequence[str]], row: int | None, column: int | None) -> str:
    if row is None or column is None:
        return f"<mtd><mo>{'⋮' if row is None else '…'}</mo></mtd>"
    return f"<mtd>{numeral(rows[row][column])}</mtd>"

"""Marks a hand calculation: which printed figures do not follow from what is given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal, localcontext
from typing import Any

from glassline.explain.check import truth, workbook
from glassline.explain.check.document import Document, Printed, read
from glassline.explain.sheet.figure import REST
from glassline.interface.checked import checked

__all__ = ["Marks", "WrongFigure", "check"]

HALF_WAY = Decimal("0.5") + Decimal("1e-9")  # of the last place printed: both ways pass
DOUBLE = range(15, 18)  # significant digits, as programs print double precision
ROUNDING = Decimal(str(REST))
SHARES = ("e", "t", "p", "p~", "c")  # sums of one sign: nothing cancels in them


@dataclass(frozen=True)
class WrongFigure:
    """One figure that does not follow from what is given.

    Attributes:
        place: The symbol of its step, or "intuition_check".
        row: From 1.
        column: From 1.
        printed: As it stands in the document.
        correct: The true value at the same number of decimals.
        difference: printed - correct, as it shows at that number of decimals.
        carried: Whether it does follow from the figures printed before it, so
            that the slip lies there and not here.
    """

    place: str
    row: int
    column: int
    printed: str
    correct: str
    difference: str
    carried: bool


@dataclass(frozen=True)
class Marks:
    """The outcome of a check.

    Attributes:
        count: How many figures were marked.
        wrong: Those that do not follow, in the order of the document.
    """

    count: int
    wrong: tuple[WrongFigure, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the marks as plain data, figures as strings with their own decimals."""
        return {"count": self.count, "wrong": [vars(each) for each in self.wrong]}


@checked
def check(document: str | bytes) -> Marks:
    """Mark every printed figure of a hand calculation at its own decimals.

    The true values are computed from the givens with 450 digits, so the check
    does not share the rounding of the software that may have made the sheet. A
    figure with q decimals follows if it lies within half a unit of the q-th
    decimal of the true value; exactly half-way passes rounded either way. A figure
    of 15 to 17 significant digits is that of a program which computes in double
    precision, as spreadsheets do: it may be off by 1e-12 of the true value or, where
    terms of both signs meet, of the largest term (at least 1).

    Args:
        document: JSON: `given` holds x, W, b (and y, eta, r, C where a step needs
            them) and `steps` the symbols with their `printed` figures, numbers
            or strings; null leaves a figure out. `Sheet.json` writes this, and
            `intuition_check` may stand beside it. Or the bytes of the XLSX face.
            See docs/sheet.md.

    Returns:
        The figures that do not follow, each with its place.

    Raises:
        InputError: No JSON of this form; the message names the first fault.

    Example:
        >>> marks = check('''{
        ...     "given": {"x": {"value": [[1, 2]]}, "b": {"value": [[0, 0.25]]},
        ...               "W": {"value": [[0.1, 0.2], [0.3, 0.4]]}},
        ...     "steps": [{"symbol": "s", "printed": [[0.7, 1.1]]},
        ...               {"symbol": "z", "printed": [[0.7, 1.3]]}]}''')
        >>> [(each.place, each.printed, each.correct) for each in marks.wrong]
        [('s', '1.1', '1.0')]
    """
    if isinstance(document, bytes) and workbook.is_workbook(document):
        document = workbook.read(document)
    paper = read(document)
    with localcontext(truth.CONTEXT.copy()) as context:
        true = truth.compute(paper.given)
        wrong = _wrong_steps(paper, true, context) + _wrong_intuitions(paper, context)
    return Marks(paper.count, tuple(wrong))


def _wrong_steps(
    paper: Document, true: Mapping[str, truth.Matrix], context: Context
) -> list[WrongFigure]:
    found = []
    largest = max(
        Decimal(1), *(abs(true[each]).max() for each in ("x_i W_ic", "W", "b"))
    )
    for symbol, printed in paper.steps.items():
        size = Decimal(0) if symbol in SHARES else largest
        again = truth.recompute(symbol, true, paper.printed_before(symbol, true))
        for row, line in enumerate(printed):
            for column, figure in enumerate(line):
                if figure is None or _follows(figure, true[symbol][row][column], size):
                    continue
                carried = again is not None and _follows(
                    figure, again[row][column], size
                )
                found.append(
                    _mark(
                        (symbol, row + 1, column + 1),
                        figure,
                        true[symbol][row][column],
                        carried,
                        context,
                    )
                )
    return found


def _wrong_intuitions(paper: Document, context: Context) -> list[WrongFigure]:
    return [
        _mark(("intuition_check", row + 1, 1), figure, -p.ln(), False, context)
        for row, (p, figure) in enumerate(paper.intuitions)
        if not _follows(figure, -p.ln())
    ]


def _follows(figure: Printed, true: Decimal, size: Decimal = Decimal(0)) -> bool:
    half = HALF_WAY * figure.unit
    if len(figure.value.as_tuple().digits) in DOUBLE:
        half = max(half, ROUNDING * max(abs(true), size))
    return abs(figure.value - true) <= half


def _mark(
    place: tuple[str, int, int],
    figure: Printed,
    true: Decimal,
    carried: bool,
    context: Context,
) -> WrongFigure:
    symbol, row, column = place
    correct = true.quantize(figure.unit, ROUND_HALF_EVEN, context=context)
    return WrongFigure(
        place=symbol,
        row=row,
        column=column,
        printed=figure.text,
        correct=_plain(correct),
        difference=_plain(figure.value - correct),
        carried=carried,
    )


def _plain(value: Decimal) -> str:
    return str(abs(value)) if value == 0 else str(value)

"""A verdict as a spreadsheet: a row a part, a formula a step, for Excel and LibreOffice."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import numpy as np

from glassline.errors import InputError, MissingExtraError
from glassline.export.answers import REFUSED, Answer
from glassline.export.formulas import Formulas
from glassline.export.held import check_flat
from glassline.export.probes import Probes
from glassline.export.rules import Rules
from glassline.export.steps import LARGEST, stages
from glassline.export.terms import Term
from glassline.model import Model
from glassline.recipe import ACTIONS

try:
    import xlsxwriter
    from xlsxwriter.utility import xl_col_to_name
except ImportError as error:
    raise MissingExtraError.of("xlsx") from error

__all__ = ["ROWS", "ask", "workbook", "write", "written"]

ROWS = 100  # with formulas; more are filled down
FIRST = 2  # the row of the first part; above it stand the names
DIGITS = 15  # that a spreadsheet keeps of a number in a formula
MADE = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)  # the same bytes each time
WIDTH = 14
ROW = "\0"  # stands for the number of the row: no formula holds it
MOST_CLASSES = 50  # Excel nests 64 functions


def write(model: Model, name: str) -> dict[str, bytes]:
    """Return the workbook as the one file of the target."""
    rules = Rules.of(model)
    check_flat(rules.held, "sheet")
    return {name: workbook(rules)}


def workbook(rules: Rules) -> bytes:
    """Return a workbook with a row a part.

    The readings are typed into the first columns; class, decision and a probability a
    class follow, then every step. Where a reading is missing, the class and the decision
    are #N/A. A number of more than 15 digits is written as the sum of two, since a
    spreadsheet would cut it.

    Raises:
        InputError: There are more classes than functions can be nested.
    """
    if rules.k > MOST_CLASSES:
        raise InputError(
            f"model: expected at most {MOST_CLASSES} classes in a sheet, got {rules.k}."
        )
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    book.set_properties({"created": MADE, "comments": rules.model_sha256})
    page = book.add_worksheet("verdict")
    cells = _columns(rules)
    bold = book.add_format({"bold": True, "bg_color": "#EEEEEE"})
    for name, column in cells.items():
        page.write(f"{column}1", name, bold)
    page.freeze_panes(1, rules.d)
    page.set_column(0, len(cells) - 1, WIDTH)
    made = _formulas(rules, cells)
    for row in range(FIRST, FIRST + ROWS):
        for name, text in made.items():
            formula = f"={text.replace(ROW, str(row))}"
            page.write_formula(f"{cells[name]}{row}", formula, None, "")
    book.close()
    return out.getvalue()


def ask(files: Mapping[str, bytes], probes: Probes) -> list[Answer]:
    """Return what the formulas of the first row give, worked out one by one.

    No spreadsheet program is needed, and none is asked: the text of the formulas is
    read from the file and worked out in double precision.
    """
    [data] = files.values()
    rules = Rules.of(probes.model)
    cells = _columns(rules)
    given = np.where(np.isfinite(probes.readings), probes.readings, np.nan)
    found = Formulas(
        data, {f"{cells[n]}{FIRST}": given[:, i] for i, n in enumerate(rules.features)}
    )
    names = ["class_place", "decision_place", *(f"p{c + 1}" for c in range(rules.k))]
    with np.errstate(invalid="ignore", divide="ignore"):
        table = np.stack([found.value(f"{cells[n]}{FIRST}") for n in names], axis=1)
    return [Answer.of_table("formulas, worked out one by one", table)]


def _columns(rules: Rules) -> dict[str, str]:
    """Return the column of each name: readings, what is said, then the steps."""
    steps = [
        name
        for stage in stages(rules, rules.features, readings=True)
        for name in stage.terms
    ]
    said = ["class", "decision", *(f"p({name})" for name in rules.classes)]
    names = [*rules.features, *said, *steps]
    return {name: xl_col_to_name(place) for place, name in enumerate(names)}


def _formulas(rules: Rules, cells: Mapping[str, str]) -> dict[str, str]:
    """Return the formula of each name, with `ROW` where the number of the row stands."""
    writing = _Writing({name: f"{column}{ROW}" for name, column in cells.items()})
    readings = ",".join(f"{cells[name]}{ROW}" for name in rules.features)
    made = {
        name: writing.text(term)
        for stage in stages(rules, rules.features, readings=True)
        for name, term in stage.terms.items()
    }
    missing = f"COUNT({readings})<{rules.d}"
    for name in ("class_place", "decision_place"):
        made[name] = f"IF({missing},{REFUSED},{made[name]})"
    for name, words in (("class", rules.classes), ("decision", ACTIONS)):
        place = f"{cells[f'{name}_place']}{ROW}"
        listed = ",".join('"' + word.replace('"', '""') + '"' for word in words)
        made[name] = f"IF({place}<0,NA(),CHOOSE({place}+1,{listed}))"
    for c, name in enumerate(rules.classes):
        p = f"{cells[f'p{c + 1}']}{ROW}"
        made[f"p({name})"] = f"IF({missing},NA(),{p})"
    return made


class _Writing:
    """How terms are written, with the names of cells."""

    def __init__(self, cells: Mapping[str, str]) -> None:
        self.cells = cells

    def text(self, term: Term) -> str:
        way: Mapping[str, Callable[..., str]] = {
            "number": written,
            "name": lambda name: self.cells[name],
            "exp": lambda a: f"EXP({self.text(a)})",
            "ln": lambda a: f"LN({self.text(a)})",
            "abs": lambda a: f"ABS({self.text(a)})",
            "and": lambda *of: f"AND({','.join(map(self.text, of))})",
            "max": lambda *of: f"MAX({','.join(map(self.text, of))})",
            "min": lambda *of: f"MIN({','.join(map(self.text, of))})",
            "case": self._case,
        }
        if term.op in way:
            return way[term.op](*term.args)
        a, b = (self._inner(each) for each in term.args)  # type: ignore[arg-type]
        return f"{a}{term.op}{b}"

    def _inner(self, term: Term) -> str:
        return f"({self.text(term)})" if term.op in "+-*/" else self.text(term)

    def _case(self, *ways: Term) -> str:
        text = self.text(ways[-1])
        for condition, value in reversed(
            list(zip(ways[:-1:2], ways[1::2], strict=True))
        ):
            text = f"IF({self.text(condition)},{self.text(value)},{text})"
        return text


def written(value: float) -> str:
    """Write a number of at most 15 digits, or as the sum of two of those."""
    if value == LARGEST:
        return "9.99999999999999E+307"  # the largest that may be typed into a cell
    whole = f"{value:.{DIGITS}G}"
    rest = value - float(whole)
    if not rest:
        return f"({whole})" if value < 0 else whole
    return f"({whole}+({rest:.{DIGITS}G}))"

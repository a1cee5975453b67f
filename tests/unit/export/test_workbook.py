"""The spreadsheet: numbers that survive it, and limits that it keeps."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from glassline.errors import InputError
from glassline.export import workbook
from glassline.export.formulas import Formulas
from glassline.export.probes import draw
from glassline.export.rules import Rules
from glassline.model import Model
from glassline.recipe import ACTIONS

LONGEST = 8_192  # characters of a formula, in Excel
DEEPEST = 64  # levels of functions


def _formulas(model: Model) -> dict[str, str]:
    data = workbook.workbook(Rules.of(model))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        text = archive.read("xl/worksheets/sheet1.xml").decode()
    found = re.findall(r'<c r="([A-Z]+\d+)"[^>]*><f>(.*?)</f>', text)
    return {
        cell: formula.replace("&lt;", "<").replace("&gt;", ">")
        for cell, formula in found
    }


def _depth(formula: str) -> int:
    """How deep its brackets go."""
    steps = np.cumsum([{"(": 1, ")": -1}.get(letter, 0) for letter in formula])
    return int(steps.max())


def test_formulas_keep_to_the_limits_of_spreadsheets(
    variants: Mapping[str, Model],
) -> None:
    """Length, depth, and no number of more than 15 digits, of nine classes."""
    every = _formulas(variants["nothing good"])
    formulas = [text for cell, text in every.items() if re.fullmatch("[A-Z]+2", cell)]

    digits = [
        len(re.sub(r"E.*|\.|^0*", "", number.lstrip("0.")))
        for formula in formulas
        for number in re.findall(r"(?<![A-Z])\d[\d.]*(?:E[+-]?\d+)?", formula)
    ]
    assert max(map(len, formulas)) < LONGEST
    assert max(map(_depth, formulas)) < DEEPEST
    assert max(digits) <= 15


def test_a_number_of_17_digits_is_the_sum_of_two(rng: np.random.Generator) -> None:
    """The sum, rounded once, is the number to its last bit."""
    values = [*rng.normal(size=500), *10.0 ** rng.uniform(-20, 20, 500), 0.1, 0.0, -3.0]
    texts = [workbook.written(value) for value in values]

    pairs = [
        re.fullmatch(r"\(?(-?[\d.E+-]+?)(?:\+\((-?[\d.E+-]+)\))?\)?", text)
        for text in texts
    ]

    sums = [float(found[1]) + float(found[2] or 0) for found in pairs if found]
    assert sums == values


def test_a_row_answers_for_itself(settled: Model) -> None:
    """The formulas of every row are those of the first, moved down."""
    formulas = _formulas(settled)

    first = {
        cell.removesuffix("2"): formula
        for cell, formula in formulas.items()
        if re.fullmatch("[A-Z]+2", cell)
    }
    last = {
        cell.removesuffix("101"): re.sub(r"(?<![\d.])([A-Z]+)101\b", r"\g<1>2", formula)
        for cell, formula in formulas.items()
        if re.fullmatch("[A-Z]+101", cell)
    }
    assert first == last


def test_another_spreadsheet_engine_says_what_python_says(
    variants: Mapping[str, Model], rng: np.random.Generator
) -> None:
    """The file as it stands, with readings typed into the hundred rows of formulas."""
    engine = pytest.importorskip("formualizer", reason="needs formualizer")
    model = variants["by guarantee"]
    probes = draw(model, rng, count=workbook.ROWS)
    book = engine.load_workbook_bytes(workbook.workbook(Rules.of(model)))
    said, k = probes.said, model.head.k

    typed = probes.readings[: workbook.ROWS].tolist()
    book.set_values_batch("verdict", 2, 1, typed)
    book.evaluate_all()

    rows = [
        [book.evaluate_cell("verdict", row, 5 + place) for place in range(2 + k)]
        for row in range(2, 2 + workbook.ROWS)
    ]
    classes = [model.recipe.classes[place] for place in said.classes[: len(rows)]]
    actions = [ACTIONS[place] for place in said.actions[: len(rows)]]
    assert [row[0] for row in rows] == classes
    assert [row[1] for row in rows] == actions
    np.testing.assert_allclose(
        np.array([row[2:] for row in rows]), said.probabilities[: len(rows)], atol=1e-14
    )


def test_formulas_are_worked_out_as_written() -> None:
    """By hand: MAX(2, 1 + 0.5) and an IF for two parts."""
    out = io.BytesIO()
    with workbook.xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        page = book.add_worksheet()
        page.write_formula("B1", "=MAX(2,A1+0.5)")
        page.write_formula("C1", "=IF(B1>2,-B1,LN(EXP(3)))")

    found = Formulas(out.getvalue(), {"A1": np.array([1.0, 4.0])})

    np.testing.assert_allclose(found.value("C1"), [3.0, -4.5])


def test_more_classes_than_a_formula_can_hold_are_refused(settled: Model) -> None:
    """An IF for each class, one in the other."""
    rules = Rules.of(settled)
    many = replace(rules, classes=tuple(f"c{n}" for n in range(61)))

    with pytest.raises(
        InputError, match=r"^model: expected at most 50 classes in a sheet, got 61\.$"
    ):
        workbook.workbook(many)

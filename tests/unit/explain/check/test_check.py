"""The checker: the published slips and nothing else, its own decimals, bad papers."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glassline.errors import InputError, ShapeError
from glassline.explain import Sheet
from glassline.explain.check import check, lines
from glassline.explain.check.truth import FORMULAS
from glassline.head import Head

GOLDEN = Path(__file__).parents[3] / "golden" / "worked-example.json"
PUBLISHED = json.loads(GOLDEN.read_text(encoding="utf-8"))


def misprints() -> list[tuple[str, int, int]]:
    """Where the worked example marks a misprint: place, row, column from 1."""
    steps = [
        (step["symbol"], r, c)
        for step in PUBLISHED["steps"]
        for r, row in enumerate(step["misprint"], start=1)
        for c, wrong in enumerate(row, start=1)
        if wrong
    ]
    rows = enumerate(PUBLISHED["intuition_check"], start=1)
    return steps + [("intuition_check", r, 1) for r, row in rows if row["misprint"]]


def paper(steps: dict[str, Any], **given: Any) -> str:
    """A small hand calculation: one feature, two classes; any part replaced."""
    stated = {"x": [[2]], "y": [[1, 0]], "W": [[0.5, 0]], "b": [[0, 0.25]]} | given
    blocks = {k: {"value": v} for k, v in stated.items() if v is not None}
    printed = [{"symbol": s, "printed": p} for s, p in steps.items()]
    return json.dumps({"given": blocks, "steps": printed})


def places(document: str | bytes) -> list[tuple[str, int, int]]:
    """Where the checker finds a figure that does not follow."""
    return [(mark.place, mark.row, mark.column) for mark in check(document).wrong]


def test_exactly_the_published_slips_are_found() -> None:
    """Seven of 27 figures: no slip is missed and no right figure is blamed."""
    marks = check(GOLDEN.read_bytes())

    assert places(GOLDEN.read_bytes()) == misprints()
    assert (marks.count, len(marks.wrong)) == (27, 7)


def test_five_slips_stand_in_seven_places() -> None:
    """The transpose repeats two: those follow from what is printed before them."""
    carried = [mark.place for mark in check(GOLDEN.read_bytes()).wrong if mark.carried]

    assert carried == ["log p^T", "log p^T"]


def test_what_a_mark_says() -> None:
    """Printed, correct at the same decimals, and the difference between them."""
    mark = check(GOLDEN.read_bytes()).wrong[3]

    assert (mark.place, mark.printed) == ("log p", "-2.434")
    assert (mark.correct, mark.difference) == ("-2.433", "-0.001")


@pytest.mark.parametrize(
    ("lang", "first", "line"),
    [
        pytest.param(
            "en",
            "7 of 27 figures do not follow from what is given:",
            "  p, row 1, column 1: printed 0.6487, correct 0.6485 (off by 0.0002)",
            id="en",
        ),
        pytest.param(
            "zh-TW",
            "27 個數字中有 7 個無法由已知條件推得：",
            "  p，第 1 列第 1 行：印為 0.6487，應為 0.6485（差 0.0002）",
            id="zh-TW",
        ),
    ],
)
def test_the_marks_in_words(lang: str, first: str, line: str) -> None:
    """One line a figure, one more on whether the slip was carried."""
    said = [*lines(check(GOLDEN.read_bytes()), lang)]

    assert said[:2] == [first, line]
    assert len(said) == 1 + 2 * 7


def test_the_marks_as_json() -> None:
    """The same, for machines; figures are texts so that they keep their decimals."""
    table = check(GOLDEN.read_bytes()).as_json()

    assert table["count"] == 27
    assert table["wrong"][0] == {
        "place": "p",
        "row": 1,
        "column": 1,
        "printed": "0.6487",
        "correct": "0.6485",
        "difference": "0.0002",
        "carried": False,
    }


@pytest.mark.parametrize("lang", ["en", "zh-TW"])
def test_a_right_paper_is_said_to_be_right(lang: str) -> None:
    """Without a slip there is one line, with the count."""
    (said,) = lines(check(paper({"s": [["1.0", "0"]]})), lang)

    assert (
        said
        == {
            "en": "All 2 figures follow from what is given.",
            "zh-TW": "2 個數字都能由已知條件推得。",
        }[lang]
    )


@pytest.mark.parametrize("name", ["taught", "trained", "hostile"])
def test_our_own_sheets_follow(request: pytest.FixtureRequest, name: str) -> None:
    """Whatever the JSON face prints, 450-digit arithmetic agrees."""
    sheet: Sheet = request.getfixturevalue(name)

    marks = check(sheet.json())

    assert marks.wrong == ()
    printed = [f for key, f in sheet.figures.items() if key not in "xyWb"]
    stated = [f for f in printed if f.key in ("costs", "ratio")]
    assert marks.count == 2 + sum(f.value.size for f in printed) - sum(
        f.value.size for f in stated
    )


def test_a_sheet_without_label_and_costs_follows() -> None:
    """The JSON face leaves out what the other faces leave out, and can be checked."""
    head = Head(np.eye(2), np.zeros(2))
    sheet = Sheet.of(head, [1.0, 0.0], classes=["ok", "dirt"], features=["a", "b"])
    table = json.loads(sheet.json())

    assert check(sheet.json()).wrong == ()
    assert {"intuition_check", "decision", "scaling"}.isdisjoint(table)
    assert list(table["given"]) == ["x", "W", "b"]


# Twelve decimals: a product of two can not fall below the smallest double.
finite = st.decimals(-20, 20, places=12).map(float)


@settings(max_examples=60, derandomize=True)
@given(
    x=st.lists(finite, min_size=2, max_size=2),
    weights=st.lists(finite, min_size=8, max_size=8),
    label=st.integers(0, 1),
)
def test_any_sheet_follows(x: list[float], weights: list[float], label: int) -> None:
    """Logits hundreds of nats apart, losses of 1e-300: still the printed digits."""
    head = Head(np.array(weights[:6]).reshape(2, 3), np.array([*weights[6:], 0.0]))
    sheet = Sheet.of(head, x, classes="abc", features="fg", label="abc"[label])

    assert check(sheet.json()).wrong == ()


@pytest.mark.parametrize("symbol", [s["symbol"] for s in PUBLISHED["steps"]])
def test_any_altered_figure_is_found(taught: Sheet, symbol: str) -> None:
    """One unit in the last place of any step's first figure is one mark there."""
    table = json.loads(taught.json())
    step = next(s for s in table["steps"] if s["symbol"] == symbol)
    figure = step["printed"][0][0]
    step["printed"][0][0] = figure[:-1] + str((int(figure[-1]) + 1) % 10)

    assert places(json.dumps(table)) == [(symbol, 1, 1)]


@pytest.mark.parametrize(
    ("printed", "wrong"),
    [
        pytest.param("1.25", 0, id="exact"),
        pytest.param("1.2", 0, id="half-way, rounded to even"),
        pytest.param("1.3", 0, id="half-way, rounded up"),
        pytest.param("1", 0, id="no decimals"),
        pytest.param("1.250", 0, id="a trailing zero that is true"),
        pytest.param("1.25000000000000000000000000000000000001", 1, id="38 decimals"),
        pytest.param("1.24", 1, id="a unit below"),
        pytest.param("1.26", 1, id="a unit above"),
        pytest.param("1.4", 1, id="further than half"),
        pytest.param("1.20", 1, id="the zero claims a decimal that is not true"),
        pytest.param("2", 1, id="too coarse and still wrong"),
        pytest.param("1.25e0", 0, id="a power of ten"),
        pytest.param("+1.25", 0, id="a plus sign"),
        pytest.param(" 1.25 ", 0, id="spaces"),
        pytest.param("0e1", 0, id="tens: 1.25 rounds to 0"),
        pytest.param("1e1", 1, id="tens: not to 10"),
    ],
)
def test_a_figure_is_marked_at_its_own_decimals(printed: str, wrong: int) -> None:
    """The true z is 1.25 = 2 x 0.5 + 0.25."""
    marks = check(paper({"z": [[printed, "0"]]}, b=[[0.25, 0]]))

    assert len(marks.wrong) == wrong


def test_a_true_minus_sign_is_a_minus() -> None:
    """What our HTML prints can be pasted back."""
    assert places(paper({"s": [["\u22121.0", 0]]}, x=[[-2]])) == []


def test_trailing_zeros_of_json_numbers_count() -> None:
    """1.20 as a number claims two decimals, as it does on paper."""
    document = paper({"z": [["A", 0]]}, b=[[0.25, 0]])

    assert places(document.replace('"A"', "1.2")) == []
    assert places(document.replace('"A"', "1.20")) == [("z", 1, 1)]


def test_a_blank_is_not_marked() -> None:
    """Null is a figure that nobody wrote."""
    marks = check(paper({"s": [[None, 7]]}))

    assert marks.count == 1
    assert [(m.row, m.column) for m in marks.wrong] == [(1, 2)]


def test_a_carried_slip_is_told_from_a_new_one() -> None:
    """After a wrong s, a z that adds b rightly follows from it; another does not."""
    right = check(paper({"s": [[3, 0]], "z": [[3, 0.25]]})).wrong
    wrong = check(paper({"s": [[3, 0]], "z": [[4, 0.25]]})).wrong

    assert [m.carried for m in right] == [False, True]
    assert [m.carried for m in wrong] == [False, False]


def test_a_printed_zero_has_no_logarithm() -> None:
    """What can not be computed from the printed figures is not carried."""
    steps = {"p": [[0, -1]], "log p": [[-3, -0.6]]}

    assert [m.carried for m in check(paper(steps)).wrong] == [False] * 4


def test_a_printed_total_of_zero_divides_nothing() -> None:
    """A wrong t of 0 is one mark; p is marked against the givens alone."""
    wrong = check(paper({"t": [[0]], "p": [[0.9, 0.1]]})).wrong

    assert [(m.place, m.carried) for m in wrong] == [
        ("t", False),
        ("p", False),
        ("p", False),
    ]


def test_a_loss_far_below_one_unit_of_the_total() -> None:
    """Logits 700 nats apart: the loss is exp(-700), and its digits are marked."""
    given = {"x": [[700]], "W": [[1, 0]], "b": [[0, 0]]}

    assert places(paper({"L": [["9.86e-305"]]}, **given)) == []
    assert places(paper({"L": [["9.87e-305"]]}, **given)) == [("L", 1, 1)]


def test_every_symbol_of_a_sheet_can_be_marked(trained: Sheet) -> None:
    """The checker knows every step that a sheet can print, and no other."""
    printed = [step["symbol"] for step in json.loads(trained.json())["steps"]]

    assert printed == list(FORMULAS)


def altered(path: list[Any], value: Any) -> str:
    """The published paper with one entry replaced, or removed by Ellipsis."""
    table = copy.deepcopy(PUBLISHED)
    inner = table
    for key in path[:-1]:
        inner = inner[key]
    if value is ...:
        del inner[path[-1]]
    else:
        inner[path[-1]] = value
    return json.dumps(table)


MALFORMED = [
    pytest.param(b"\xff\xfe", InputError, r"document: expected JSON in UTF-8, got: .*", id="not UTF-8"),
    pytest.param("", InputError, r"document: expected JSON in UTF-8, got: .*", id="empty"),
    pytest.param("{", InputError, r"document: expected JSON in UTF-8, got: .*", id="half"),
    pytest.param("[]", InputError, r"document: expected an object, got \[\]\.", id="a list"),
    pytest.param("3", InputError, r"document: expected an object, got '3'\.", id="a number"),
    pytest.param("null", InputError, r"document: expected an object, got None\.", id="null"),
    pytest.param("[" * 200_000, InputError, r"document: expected shallow JSON, got one too deep\.", id="depth bomb"),
    pytest.param('{"a":' * 200_000, InputError, r"document: expected shallow JSON, got one too deep\.", id="object bomb"),
    pytest.param(" " * 8_000_001, InputError, r"document: expected at most 8,000,000 bytes, got 8,000,001\.", id="too large"),
    pytest.param('{"given": NaN}', InputError, r"document: expected finite numbers, got NaN\.", id="NaN"),
    pytest.param('{"given": -Infinity}', InputError, r"document: expected finite numbers, got -Infinity\.", id="infinity"),
    pytest.param('{"a": 1, "a": 2}', InputError, r"document: expected each key once, got 'a' twice\.", id="a key twice"),
    pytest.param("{}", InputError, r"given: expected given, got nothing\.", id="nothing given"),
    pytest.param('{"given": 1}', InputError, r"given: expected an object, got '1'\.", id="given is a number"),
    pytest.param(altered(["steps"], ...), InputError, r"steps: expected steps, got nothing\.", id="no steps"),
    pytest.param(altered(["given", "W"], ...), InputError, r"given\.W: expected W, got nothing\.", id="no W"),
    pytest.param(altered(["given", "y"], ...), InputError, r"given\.y: expected it for u, got nothing\.", id="no y"),
    pytest.param(altered(["given", "x"], [1]), InputError, r"given\.x: expected an object, got \['1'\]\.", id="bare list"),
    pytest.param(altered(["given", "x", "value"], ...), InputError, r"given\.x\.value: expected value, got nothing\.", id="no value"),
    pytest.param(altered(["given", "x", "value"], []), ShapeError, r"given\.x\.value: expected rows of numbers, got none\.", id="no rows"),
    pytest.param(altered(["given", "x", "value"], [[]]), ShapeError, r"given\.x\.value: expected rows of numbers, got none\.", id="empty row"),
    pytest.param(altered(["given", "x", "value"], [[1, 2]]), ShapeError, r"given\.x: expected shape \(1, 4\) to fit given\.W, got \(1, 2\)\.", id="short x"),
    pytest.param(altered(["given", "W", "value", 1], [1, 2]), ShapeError, r"given\.W\.value\[1\]: expected 3 numbers, got 2\.", id="ragged W"),
    pytest.param(altered(["given", "x", "value", 0, 0], None), InputError, r"given\.x: expected a number, got null\.", id="null given"),
    pytest.param(altered(["given", "x", "value", 0, 0], True), InputError, r"given\.x\.value\[0\]\[0\]: expected a number, got True\.", id="a truth value"),
    pytest.param(altered(["given", "x", "value", 0, 0], "0x10"), InputError, r"given\.x\.value\[0\]\[0\]: expected a number, got '0x10'\.", id="hexadecimal"),
    pytest.param(altered(["given", "x", "value", 0, 0], "1_0"), InputError, r"given\.x\.value\[0\]\[0\]: expected a number, got '1_0'\.", id="underscore"),
    pytest.param(altered(["given", "x", "value", 0, 0], "nan"), InputError, r"given\.x\.value\[0\]\[0\]: expected a number, got 'nan'\.", id="nan as text"),
    pytest.param(altered(["given", "x", "value", 0, 0], "１"), InputError, r"given\.x\.value\[0\]\[0\]: expected a number, got '１'\.", id="full-width digit"),
    pytest.param(altered(["given", "x", "value", 0, 0], "1e999999999"), InputError, r"given\.x\.value\[0\]\[0\]: expected a number, got '1e999999999'\.", id="huge exponent"),
    pytest.param(altered(["given", "x", "value", 0, 0], "1e8"), InputError, r"given\.x: expected a number up to 1e7, got '1e8'\.", id="large given"),
    pytest.param(altered(["given", "x", "value", 0, 0], "9" * 500), InputError, r"given\.x\.value\[0\]\[0\]: expected a number, got '999.*", id="500 digits"),
    pytest.param(altered(["steps", 0, "printed"], ...), InputError, r"steps\[0\]\.printed: expected printed, got nothing\.", id="nothing printed"),
    pytest.param(altered(["steps", 0, "printed"], [[1]]), ShapeError, r"steps\[0\]\.printed: expected shape \(1, 3\) to fit given\.W, got \(1, 1\)\.", id="short step"),
    pytest.param(altered(["steps", 0, "printed", 0, 0], {}), InputError, r"steps\[0\]\.printed\[0\]\[0\]: expected a number, got \{\}\.", id="an object for a number"),
    pytest.param(altered(["steps", 0, "printed", 0, 0], "1e31"), InputError, r"steps\[0\]\.printed\[0\]\[0\]: expected a number up to 1e30, got '1e31'\.", id="large step"),
    pytest.param(altered(["steps", 0, "printed", 0, 0], "1e-401"), InputError, r"steps\[0\]\.printed\[0\]\[0\]: expected at most 400 decimals, got 401\.", id="too many decimals"),
    pytest.param(altered(["steps", 0, "printed", 0], 1), InputError, r"steps\[0\]\.printed\[0\]: expected a list, got '1'\.", id="no rows in a step"),
    pytest.param(altered(["steps", 0], []), InputError, r"steps\[0\]: expected an object, got \[\]\.", id="a step that is a list"),
    pytest.param(altered(["steps", 0, "symbol"], 5), InputError, r"steps\[0\]\.symbol: expected text, got '5'\.", id="symbol is a number"),
    pytest.param(altered(["steps", 0, "symbol"], "q"), InputError, r"steps\[0\]\.symbol: expected one of x_i W_ic, s, z, .*, got 'q'\.", id="unknown symbol"),
    pytest.param(altered(["steps", 1, "symbol"], "s"), InputError, r"steps\[1\]\.symbol: expected each symbol once, got 's' twice\.", id="symbol twice"),
    pytest.param(altered(["intuition_check"], {}), InputError, r"intuition_check: expected a list, got \{\}\.", id="intuition is no list"),
    pytest.param(altered(["intuition_check", 0], 1), InputError, r"intuition_check\[0\]: expected an object, got '1'\.", id="intuition is a number"),
    pytest.param(altered(["intuition_check", 0, "p_true"], ...), InputError, r"intuition_check\[0\]\.p_true: expected p_true, got nothing\.", id="intuition without p"),
    pytest.param(altered(["intuition_check", 0, "p_true"], 0), InputError, r"intuition_check\[0\]\.p_true: expected a number in \(0, 1\], got 0\.", id="p of 0"),
    pytest.param(paper({}, r=[[1, 0]]), InputError, r"given\.r: expected numbers above 0, got 0\.", id="ratio of 0"),
    pytest.param(paper({"c": [[1]]}), InputError, r"given\.C: expected it for c, got nothing\.", id="no costs"),
]  # fmt: skip


@pytest.mark.parametrize(("document", "error", "message"), MALFORMED)
def test_malformed_papers_are_refused_in_one_sentence(
    document: str | bytes, error: type[InputError], message: str
) -> None:
    """The first fault is named; nothing else escapes, and nothing hangs."""
    with pytest.raises(error, match=f"^{message}$"):
        check(document)


@pytest.mark.parametrize("symbol", ["e", "p", "log p", "L"])
def test_the_largest_givens_are_computed(symbol: str) -> None:
    """Logits of 1e14 have probabilities too, far below any double."""
    blank = [[None]] if symbol == "L" else [[None, None]]
    document = paper({symbol: blank}, x=[["1e7"]], W=[["1e7", "-1e7"]])

    assert check(document).wrong == ()


@pytest.mark.parametrize("cut", range(0, 3000, 37))
def test_a_paper_cut_short_is_refused(cut: int) -> None:
    """Cut at any byte, the paper is refused, never half marked."""
    whole = GOLDEN.read_bytes()

    with pytest.raises(
        InputError, match=r"^document: expected JSON in UTF-8, got: .*\.$"
    ):
        check(whole[:cut])

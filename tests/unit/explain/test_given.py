"""A sheet of one's own numbers, from JSON, a table, or a hand calculation."""

from __future__ import annotations

from pathlib import Path

import pytest

from glassline.errors import InputError, LabelError, ShapeError
from glassline.explain import example
from glassline.explain.given import Given, read_given, work_out

GOLDEN = Path(__file__).parents[2] / "golden" / "worked-example.json"
TWO = Given(x=(1.0, 2.0), W=((1.0, 0.0), (0.0, 1.0)), b=(0.5, 0.0))
TABLE = "feature,x,ok,dirt\nline,2,0.5,-1\nspots,1,0,1\nb,,0.25,1"


def test_the_published_calculation_gives_the_example() -> None:
    """Its givens, classes, features, label and step: every figure of the sheet."""
    given = read_given(GOLDEN.read_text(encoding="utf-8"), "worked-example.json")

    assert work_out(given).text("en") == example().text("en")


@pytest.mark.parametrize("lang", ["en", "zh-TW"])
def test_the_json_face_comes_back(lang: str) -> None:
    """What `sheet --format json` writes, `sheet --from` reads."""
    given = read_given(example().json(), "sheet.json")

    assert work_out(given).text(lang) == example().text(lang)


def test_numbers_alone_are_enough() -> None:
    """Two features and two classes get names; z = [1 + 0.5, 2]."""
    sheet = work_out(TWO)

    assert sheet.classes == ("c1", "c2")
    assert sheet.features == ("f1", "f2")
    assert sheet.figures["z"].printed == [["1.5", "2.0"]]
    assert sheet.decision is None


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(TABLE, id="commas"),
        pytest.param(TABLE.replace(",", ";"), id="semicolons"),
        pytest.param(TABLE.replace(",", "\t"), id="tabs"),
        pytest.param(
            "\ufeff" + TABLE + "\n\n,,,\n", id="byte-order-mark-and-blank-rows"
        ),
        pytest.param(TABLE.replace("b,,", "Bias,,"), id="bias"),
    ],
)
def test_a_table_is_a_row_a_feature_and_b_in_the_last(text: str) -> None:
    """As a spreadsheet saves it, in any of its separators."""
    given = read_given(text, "numbers.csv")

    assert given == Given(
        x=(2.0, 1.0),
        W=((0.5, -1.0), (0.0, 1.0)),
        b=(0.25, 1.0),
        classes=("ok", "dirt"),
        features=("line", "spots"),
    )


def test_a_good_class_gets_a_decision() -> None:
    """At the costs that a recipe has by default."""
    sheet = work_out(read_given(TABLE, "numbers.csv"))

    assert sheet.decision is not None
    assert sheet.decision.expected_costs.shape == (3,)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("{", "a: expected JSON, got: Expecting property name", id="json"),
        pytest.param('{"x": [1]}', "a: W: expected a value, got nothing", id="missing"),
        pytest.param(
            '{"x": ["1"], "W": [[1, 2]], "b": [0, 0]}',
            "a: x[0]: expected a number, got '1'",
            id="text-for-a-number",
        ),
        pytest.param(
            '{"given": {"x": 1}}',
            "a: expected the givens of a hand calculation, as docs/sheet.md describes",
            id="no-hand-calculation",
        ),
        pytest.param(
            "x,1,2", "a: expected JSON, or a table: feature, x and the", id="no-table"
        ),
        pytest.param(
            TABLE.replace("line,2,", "line,"),
            "a row 2: expected 4 cells, got 3.",
            id="a-cell-too-few",
        ),
        pytest.param(
            TABLE.replace("-1", "-1,5"), "a row 2: expected 4 cells, got 5.", id="comma"
        ),
        pytest.param(
            TABLE.replace("0.5", "half"),
            "a: W, row line: expected a number, got 'half'.",
            id="a-word",
        ),
    ],
)
def test_what_can_not_be_read_is_named(text: str, message: str) -> None:
    """File, place, what was expected and what came."""
    with pytest.raises(InputError) as caught:  # noqa: PT011  the message follows
        read_given(text, "a")

    assert str(caught.value).startswith(message)


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        pytest.param(
            Given(x=(1.0,), W=((1.0, 0.0), (0.0, 1.0)), b=(0.0, 0.0)),
            ShapeError,
            "x: expected shape (2,) to match W (2, 2), got (1,).",
            id="x",
        ),
        pytest.param(
            Given(x=(1.0,), W=((1.0, 0.0), (0.0,)), b=(0.0, 0.0)),
            ShapeError,
            "W: expected rows of one length, got [1, 2].",
            id="W",
        ),
        pytest.param(
            Given(x=(1.0,), W=((1.0, 0.0),), b=(0.0, 0.0), label="c3"),
            LabelError,
            "label: expected one of c1, c2, got 'c3'.",
            id="label",
        ),
    ],
)
def test_what_does_not_fit_is_named(
    given: Given, error: type[Exception], message: str
) -> None:
    """By the name it was given under."""
    with pytest.raises(error) as caught:
        work_out(given)

    assert str(caught.value) == message

"""The terminal face: the golden page, 80 columns, Chinese widths, hostile names."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import numpy as np
import pytest
from rich.cells import cell_len

from glassline.errors import InputError
from glassline.explain import Sheet
from glassline.head import Head
from glassline.render.layout import brackets, columns, spread, wrap
from glassline.render.words import LANGUAGES, words

GOLDEN = Path(__file__).parents[3] / "golden"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_worked_example_line_by_line(taught: Sheet, lang: str) -> None:
    """The whole page is the one that was read and accepted."""
    golden = (GOLDEN / f"sheet-{lang}.txt").read_text(encoding="utf-8")

    assert taught.text(lang) == golden


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", ["taught", "trained", "hostile"])
def test_no_line_is_wider_than_a_terminal(
    request: pytest.FixtureRequest, name: str, lang: str
) -> None:
    """A Chinese character takes two cells; every line fits 80."""
    sheet: Sheet = request.getfixturevalue(name)

    widths = [cell_len(line) for line in sheet.text(lang).splitlines()]

    assert max(widths) == 80


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_step_has_its_purpose(trained: Sheet, lang: str) -> None:
    """Whatever figure is shown, the line that says what it is for is there too."""
    said = "".join(trained.text(lang).split())
    purposes = words(lang)["purposes"]

    missing = [
        key
        for key in trained.figures
        if "".join(purposes[key].format(rate="0.1").split()) not in said
    ]

    assert missing == []
    assert len(trained.figures) == len(purposes)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_is_left_out_is_said(lang: str) -> None:
    """Without label and costs the sheet says which steps are missing and why."""
    head = Head(np.eye(2), np.zeros(2))
    sheet = Sheet.of(head, [1.0, 0.0], classes=["ok", "dirt"], features=["a", "b"])

    said = "".join(sheet.text(lang).split())

    remarks = [words(lang)["sheet"][key] for key in ("no_label", "no_decision")]
    assert [each for each in remarks if "".join(each.split()) not in said] == []


def test_names_can_not_command_the_terminal(hostile: Sheet) -> None:
    """Escape sequences and line breaks in a class name come out as spaces."""
    said = hostile.text("en")

    controls = {c for c in said if unicodedata.category(c)[0] == "C"}

    assert controls == {"\n"}


def test_a_wide_head_is_shortened_and_says_so() -> None:
    """Of 40 features twelve lines are shown, of 30 classes what fits."""
    sheet = Sheet.of(
        Head(np.ones((40, 30)), np.zeros(30)),
        np.ones(40),
        classes=[f"c{i}" for i in range(30)],
        features=[f"f{i}" for i in range(40)],
    )

    lines = sheet.text("en").splitlines()

    assert max(map(cell_len, lines)) <= 80
    assert "... 29 more in the JSON face" in sheet.text("en")
    assert [line for line in lines if line.endswith("x40 f39")] != []


def test_other_languages_are_refused(taught: Sheet) -> None:
    """The two languages are named."""
    with pytest.raises(InputError, match=r"^lang: expected en or zh-TW, got 'de'\.$"):
        taught.text("de")


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [
        pytest.param("", 10, [""], id="nothing"),
        pytest.param("one two", 7, ["one two"], id="just fits"),
        pytest.param("one two", 6, ["one", "two"], id="breaks at the space"),
        pytest.param("檢驗影像", 4, ["檢驗", "影像"], id="two cells a character"),
        pytest.param("檢驗。影像", 5, ["檢", "驗。", "影像"], id="no comma in front"),
        pytest.param("x 為 列", 4, ["x 為", "列"], id="mixed"),
        pytest.param("unbreakable", 4, ["unbreakable"], id="one long word"),
    ],
)
def test_wrap_by_hand(text: str, width: int, expected: list[str]) -> None:
    """Lines break at spaces and between Chinese characters."""
    assert wrap(text, width=width) == expected


def test_spread_uses_two_lines_where_one_is_too_short() -> None:
    """The right text goes below, to the right, if both do not fit."""
    assert spread("left", "right", 10) == "left right"
    assert spread("left", "right", 9) == "left\n    right"


def test_brackets_leave_columns_out_only_where_they_must() -> None:
    """Ten columns of two cells fit 44; in 30 the last ones become dots."""
    row = [str(n) for n in range(10, 20)]

    assert brackets([row], width=44) == [f"[ {'  '.join(row)} ]"]
    assert brackets([row], width=30) == ["[  10   11   12  ...   19 ]"]


def test_brackets_name_columns_above_and_rows_beside() -> None:
    """Names are aligned with what they name, Chinese ones too."""
    drawn = brackets([["1", "2"], ["-3", "4"]], ["甲", "乙"], ["x1", "x2"])

    assert drawn == ["  甲  乙", "[  1   2 ]  x1", "[ -3   4 ]  x2"]


def test_columns_shorten_the_first_to_fit() -> None:
    """A long name gives way so that the numbers stay whole."""
    drawn = columns([("a very long name", "1"), ("b", "22")], width=12)

    assert drawn == ["a very~    1", "b         22"]

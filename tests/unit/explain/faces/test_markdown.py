"""The Markdown face: matrices in fences, escaped names, tables that are tables."""

from __future__ import annotations

import re

import pytest

from glassline.explain import Sheet
from glassline.render.words import LANGUAGES


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_figure_of_the_text_face_is_there(taught: Sheet, lang: str) -> None:
    """The same bracketed rows stand in both faces."""
    bracketed = re.compile(r"\[ .* \]")

    rows = bracketed.findall(taught.markdown(lang))

    assert rows == bracketed.findall(taught.text(lang))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_one_heading_a_block(taught: Sheet, lang: str) -> None:
    """A title and seven numbered blocks, in order."""
    headings = re.findall(r"^#+ (\d?)", taught.markdown(lang), re.MULTILINE)

    assert headings == ["", "1", "2", "3", "4", "5", "6", "7"]


def test_shapes_are_stated(taught: Sheet) -> None:
    """Every matrix carries (rows × columns)."""
    shapes = re.findall(r"· \((\d+) × (\d+)\)$", taught.markdown("en"), re.MULTILINE)

    assert len(shapes) == len(taught.figures)
    assert shapes[:4] == [("1", "4"), ("1", "3"), ("4", "3"), ("1", "3")]


def test_names_can_add_no_markup(hostile: Sheet) -> None:
    """Outside fences every special character of a name is escaped."""
    outside = re.sub(r"```text\n.*?\n```", "", hostile.markdown("en"), flags=re.DOTALL)
    named = [line for line in outside.splitlines() if "x\\</b" in line]

    assert named == [
        "- Columns are the classes, in this order: OK, scratch, "
        r"\<b\>x\</b\> \| \`y\` \& \[31m \# z, dirt, dent, crack."
    ]


def test_no_fence_is_closed_by_a_name(hostile: Sheet) -> None:
    """Fences open and close in pairs, each alone on its line."""
    fences = re.findall(r"^```.*$", hostile.markdown("en"), re.MULTILINE)

    assert fences == ["```text", "```"] * len(hostile.figures)


def test_tables_have_as_many_cells_in_every_row(hostile: Sheet) -> None:
    """An escaped bar in a name opens no new cell."""
    lines = [line for line in hostile.markdown("en").splitlines() if line[:1] == "|"]

    bars = [len(re.findall(r"(?<!\\)\|", line)) for line in lines]

    assert bars == [8] * 6 + [5] * 8

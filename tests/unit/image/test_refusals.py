"""The codes of refusals, and names shown harmlessly."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from glassline import image
from glassline.image.refusals import REASONS, named, printable, refuse, shell_name
from glassline.render.words import LANGUAGES, words

GUIDE = Path(__file__).parents[3] / "docs" / "images.md"


def test_the_reasons_are_few_and_stable():
    """A report can list every reason: some twenty, in lower case."""
    assert len(image.REASONS) <= 21
    assert all(re.fullmatch("[a-z_]+", code) for code in image.REASONS)


def test_every_reason_is_a_whole_sentence():
    """The table prints one sentence for each reason."""
    assert [
        s for s in image.REASONS.values() if not re.fullmatch("[A-Z].*[.]", s)
    ] == []


def test_the_reasons_can_not_be_changed():
    """One caller can not change the reasons of another."""
    with pytest.raises(
        TypeError, match=r"^'mappingproxy' object does not support item"
    ):
        image.REASONS["new"] = "A new one."  # type: ignore[index]


def test_the_guide_explains_every_reason_and_no_other():
    """Each code has a row in the guide, in the order of the code."""
    rows = re.findall(r"^\| `([a-z_]+)` \|", GUIDE.read_text("utf-8"), re.MULTILINE)

    assert rows == list(image.REASONS)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        pytest.param("part 7.jpg", "part 7.jpg", id="space"),
        pytest.param("刮傷-é-😀.jpg", "刮傷-é-😀.jpg", id="letters of any language"),
        pytest.param("a\nb\tc\r.jpg", r"a\nb\tc\r.jpg", id="line breaks"),
        pytest.param("\x1b[31mred.jpg", r"\x1b[31mred.jpg", id="terminal colours"),
        pytest.param("a\u202egpj.exe", r"a\u202egpj.exe", id="writing direction"),
        pytest.param("a\u2028b.jpg", r"a\u2028b.jpg", id="line separator"),
        pytest.param("\udcff\udc80.jpg", r"\xff\x80.jpg", id="bytes that are no UTF-8"),
        pytest.param("a\\n.jpg", r"a\\n.jpg", id="a true backslash"),
        pytest.param("\ud800.jpg", r"\ud800.jpg", id="a lone surrogate"),
    ],
)
def test_a_name_is_shown_harmlessly_and_without_doubt(name, shown):
    """Escapes stand for what a terminal or a log would act on."""
    assert printable(name) == shown


def test_a_refusal_names_the_photo_first():
    """The message reads: name, what was expected, what came, how to mend it."""
    error = named(refuse("empty", "a photo", "0 bytes", "Take it again."), "a\n.jpg")

    assert str(error) == r"a\n.jpg: expected a photo, got 0 bytes. Take it again."
    assert error.reason == "empty"


def test_a_long_name_keeps_its_end():
    """A name longer than a line does not hide the message behind it."""
    error = named(refuse("empty", "a photo", "0 bytes"), "x" * 200 + ".jpg")

    assert str(error) == f"...{'x' * 73}.jpg: expected a photo, got 0 bytes."


@pytest.mark.parametrize(
    ("name", "suffix", "shown"),
    [
        pytest.param("photo.gif", None, "photo.gif", id="plain"),
        pytest.param("photo.gif", ".png", "photo.png", id="new suffix"),
        pytest.param("a.b/photo", ".png", "a.b/photo.png", id="dot in the folder"),
        pytest.param("$(rm -rf x).gif", None, "'$(rm -rf x).gif'", id="command"),
    ],
)
def test_a_name_in_a_command_line_is_quoted(name, suffix, shown):
    """A person may paste the command without running what the name says."""
    assert shell_name(name, suffix) == shown


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_reason_has_words_for_people(lang: str) -> None:
    """In English those of the documents."""
    told = words(lang)["refusals"]

    assert set(told) == set(REASONS)
    assert lang != "en" or told == dict(REASONS)

"""`glassline sheet`: the whole sum of one part, in every face."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

import pytest
from commands import run

import glassline
from glassline.model import Model


def test_sheet_shows_the_photo_s_own_sum(
    model_folder: Path, model: Model, mixed: Path
) -> None:
    """The same text as from Python, at the same second by the same person."""
    photo = mixed / "a.png"
    done = run("sheet", model_folder, photo, "--label", "scratch", "--who", "Lin")

    told = re.search(r"Inspected at: (.+)", done.stdout)
    assert told is not None
    at = datetime.fromisoformat(told[1])
    seen = glassline.inspect(model, photo, label="scratch", who="Lin", inspected_at=at)
    assert done.stdout.rstrip("\n") == seen.sheet.text("en").rstrip("\n")


@pytest.mark.parametrize("lang", ["en", "zh-TW"])
@pytest.mark.parametrize("face", ["text", "markdown", "html", "json"])
def test_the_example_has_every_face_in_both_languages(face: str, lang: str) -> None:
    """Exit 0 and the figure 0.6485, whatever the face."""
    done = run("sheet", "--example", "--format", face, "--lang", lang)

    assert done.returncode == 0
    assert "0.6485" in done.stdout


def test_a_terminal_without_chinese_still_shows_the_sheet() -> None:
    """Letters that it lacks are escaped; all others are as ever."""
    done = run("sheet", "--example", "--lang", "zh-TW", PYTHONIOENCODING="latin-1")

    assert (done.returncode, done.stderr) == (0, "")
    assert "\\u" in done.stdout
    assert "0.6485" in done.stdout


@pytest.mark.parametrize("face", ["html", "json"])
def test_documents_are_utf_8_whatever_the_terminal(face: str) -> None:
    """A page that says UTF-8 is UTF-8; JSON holds no escapes that JSON lacks."""
    given = ("sheet", "--example", "--lang", "zh-TW", "--format", face)

    assert run(*given, PYTHONIOENCODING="latin-1").stdout == run(*given).stdout


def test_a_question_about_a_part_is_answered_beside_its_verdict(
    model_folder: Path, line_folder: Path
) -> None:
    """`sheet --suppose` says what was set and what the verdict was as read."""
    photo = next(line_folder.rglob("*.png"))

    done = run("sheet", model_folder, photo, "--suppose", "line_strength=0")

    assert done.returncode == 0
    assert "A question, no verdict on this part" in done.stdout


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            ["--suppose", "line_strength=much"],
            "--suppose: expected FEATURE=X with a number, got 'line_strength=much'.",
        ),
        (
            ["--suppose", "line_strength=0", "--evidence", "x.png"],
            "--suppose: expected no --evidence with it.",
        ),
    ],
)
def test_a_question_that_is_none_is_a_wrong_use(
    model_folder: Path, line_folder: Path, options: list[str], message: str
) -> None:
    """Exit code 2, and what was expected."""
    photo = next(line_folder.rglob("*.png"))

    done = run("sheet", model_folder, photo, *options)

    assert done.returncode == 2
    assert message in done.stderr

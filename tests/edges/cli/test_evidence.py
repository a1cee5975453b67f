"""`glassline sheet --evidence`: the picture as a file."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

import glassline
from glassline.cli import commands
from glassline.explain.faces.picture import png, svg
from glassline.render.words import LANGUAGES

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
QUIET = "--headless --no-sandbox --disable-gpu --no-first-run --no-pdf-header-footer"


@pytest.fixture(scope="module")
def photo(line_folder: Path) -> Path:
    """A photo of a rendered part."""
    return next(path for path in sorted(line_folder.rglob("*.png")))


def test_the_picture_is_that_of_the_inspection(
    model_folder: Path, photo: Path, tmp_path: Path
) -> None:
    """SVG and PNG, in the language asked for; the sheet is printed as ever."""
    drawn, pixels = tmp_path / "part.svg", tmp_path / "part.png"
    command = ["sheet", str(model_folder), str(photo), "--lang", "zh-TW"]

    done = [
        CliRunner().invoke(commands, [*command, "--evidence", str(file)])
        for file in (drawn, pixels)
    ]

    seen = glassline.inspect(glassline.load(model_folder), photo)
    assert drawn.read_text(encoding="utf-8") == svg.face(seen.evidence, "zh-TW")
    assert pixels.read_bytes() == png.face(seen.evidence, "zh-TW")
    printed = [_timeless(each.stdout) for each in done]
    assert printed == [_timeless(seen.sheet.text("zh-TW") + "\n")] * 2


def _timeless(text: str) -> str:
    """Leave out when it was inspected: each of the three is another second."""
    return re.sub(r"\d\d:\d\d:\d\d", "", text)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(
            ["--example", "--evidence", "part.svg"],
            "expected MODEL and PHOTO with it.",
            id="no photo",
        ),
        pytest.param(
            ["model", "part.png", "--evidence", "part.pdf"],
            "expected a FILE that ends in .svg or .png.",
            id="another format",
        ),
    ],
)
def test_what_can_not_be_drawn_is_refused(arguments: list[str], message: str) -> None:
    """Before any photo is read."""
    done = CliRunner().invoke(commands, ["sheet", *arguments])

    assert done.exit_code == 2
    assert done.stderr.endswith(f"Error: --evidence: {message}\n")


def test_a_folder_that_is_not_there_is_named(
    model_folder: Path, photo: Path, tmp_path: Path
) -> None:
    """No picture, and the reason."""
    file = str(tmp_path / "none" / "part.svg")

    done = CliRunner().invoke(
        commands, ["sheet", str(model_folder), str(photo), "--evidence", file]
    )

    assert done.exit_code == 2
    assert done.stderr.endswith(
        "Error: --evidence: expected a file that can be written, "
        "got: No such file or directory.\n"
    )


@pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")
@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_sum_prints_on_one_page_and_the_photo_on_the_next(
    model_folder: Path, photo: Path, tmp_path: Path, lang: str
) -> None:
    """With a label, in both languages: two pages of A4."""
    page, printed = tmp_path / "sheet.html", tmp_path / "sheet.pdf"
    seen = glassline.inspect(glassline.load(model_folder), photo, label="scratch")
    page.write_text(seen.sheet.html(lang), encoding="utf-8")

    profile = f"--user-data-dir={tmp_path / 'profile'}"
    command = [str(CHROMIUM), *QUIET.split(), profile, f"--print-to-pdf={printed}"]
    subprocess.run(
        [*command, page.as_uri()], check=True, capture_output=True, timeout=120
    )

    assert len(re.findall(rb"/Type\s*/Page\b", printed.read_bytes())) == 2

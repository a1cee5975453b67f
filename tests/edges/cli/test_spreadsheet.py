"""`glassline sheet --out` and `glassline check` as a person calls them."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import pytest
from commands import run

import glassline
from glassline.model import Model


@pytest.mark.parametrize("lang", ["en", "zh-TW"])
def test_the_file_is_that_of_python_and_follows(
    model_folder: Path, model: Model, line_folder: Path, tmp_path: Path, lang: str
) -> None:
    """Of a photo, with a label, in both languages."""
    photo, out = next(line_folder.rglob("*.png")), tmp_path / "part.xlsx"
    done = run(
        *("sheet", model_folder, photo, "--label", "ok"),
        *("--lang", lang, "--out", out),
    )

    checked = run("check", out)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    seen = glassline.inspect(model, photo, label="ok")
    assert _timeless(out.read_bytes()) == _timeless(seen.sheet.xlsx(lang))
    assert (checked.returncode, checked.stdout) == (
        0,
        "All 74 figures follow from what is given.\n",
    )


def _timeless(data: bytes) -> dict[str, bytes]:
    """Leave out when it was inspected: the two are not of the same second."""
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        return {
            name: re.sub(rb"\d\d:\d\d:\d\d", b"", parts.read(name))
            for name in parts.namelist()
        }


@pytest.mark.parametrize(
    ("out", "message"),
    [
        ("part.xls", "--out: expected a FILE that ends in .xlsx."),
        (
            "no-such-folder/part.xlsx",
            "--out: expected a file that can be written, got: No such file or directory.",
        ),
    ],
)
def test_a_file_that_can_not_be_is_wrong_use(out: str, message: str) -> None:
    """Exit code 2."""
    done = run("sheet", "--example", "--out", out)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines()[-1] == f"Error: {message}"

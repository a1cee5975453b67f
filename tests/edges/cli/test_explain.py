"""`glassline explain` as a person and as a script call it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from commands import run

import glassline
from glassline.explain.faces.explanation import lines
from glassline.model import Model


@pytest.mark.parametrize("lang", ["en", "zh-TW"])
def test_the_text_is_that_of_python(
    model_folder: Path, model: Model, line_folder: Path, lang: str
) -> None:
    """With two classes and a frozen feature, in both languages."""
    photo = next(line_folder.rglob("*.png"))
    done = run(
        *("explain", model_folder, photo, "--between", "dirt", "ok"),
        *("--freeze", "grain_noise", "--lang", lang),
    )

    seen = glassline.inspect(model, photo)
    found = seen.explanation(("dirt", "ok"), ("grain_noise",))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "\n".join([*lines(found, lang), ""])


def test_json_is_the_inspection_with_its_explanation(
    model_folder: Path, model: Model, line_folder: Path
) -> None:
    """One object a line."""
    photo = next(line_folder.rglob("*.png"))
    said = json.loads(run("explain", model_folder, photo, "--json").stdout)

    found = glassline.inspect(model, photo).explanation()
    assert said["class"] == glassline.inspect(model, photo).predicted_class
    assert said["explanation"] == json.loads(json.dumps(found.as_json()))


def test_an_unknown_class_is_wrong_use(model_folder: Path, line_folder: Path) -> None:
    """Exit code 2."""
    photo = next(line_folder.rglob("*.png"))
    done = run("explain", model_folder, photo, "--between", "stain", "ok")

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "Error: between: expected one of ok, scratch, dirt, got 'stain'.\n"
    )

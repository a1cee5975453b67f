"""`inspect --set` and `sheet --set` as a person and as a script call them."""

from __future__ import annotations

import json
from pathlib import Path

from commands import run

import glassline
from glassline.dataset import Dataset
from glassline.model import Model
from glassline.studies.conformal import teach


def test_a_verdict_names_the_classes_that_stay_possible(
    model_folder: Path, model: Model, line: Dataset, line_folder: Path
) -> None:
    """The set of Python, in the line of the verdict."""
    photo = line.parts[0].path
    done = run("inspect", model_folder, photo, "--set", line_folder, "--miss", "10%")

    possible = teach(model, line, miss=0.1)
    seen = glassline.inspect(model, photo, possible=possible)
    assert seen.decided.possible is not None
    classes = ", ".join(seen.decided.possible.classes) or "none"
    assert done.returncode == 0
    assert f"  possible at 90 %: {classes}" in done.stdout.splitlines()


def test_json_has_the_p_values(
    model_folder: Path, line: Dataset, line_folder: Path
) -> None:
    """One a class, and what was asked."""
    done = run(
        *("inspect", model_folder, line.parts[0].path, "--json"),
        *("--set", line_folder, "--by-class"),
    )

    found = json.loads(done.stdout)["possible"]
    assert list(found["p_values"]) == ["ok", "scratch", "dirt"]
    assert (found["miss"], found["n"], found["by_class"]) == (0.05, 60, True)


def test_the_sheet_has_a_block_on_it(
    model_folder: Path, line: Dataset, line_folder: Path
) -> None:
    """Only where it was asked."""
    asked = run("sheet", model_folder, line.parts[0].path, "--set", line_folder)
    plain = run("sheet", model_folder, line.parts[0].path)

    assert "Which classes can not be ruled out?" in asked.stdout
    assert "Which classes can not be ruled out?" not in plain.stdout

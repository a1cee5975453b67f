"""`glassline gauge`, as a person and as a script call it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from commands import run

import glassline
from glassline.cli.gauge import KINDS
from glassline.image import disturbances
from glassline.model import Model
from glassline.studies.gauge import study
from glassline.studies.gauge.text import lines


@pytest.fixture
def own_folder(model_folder: Path, tmp_path: Path) -> Path:
    """A copy of the model that may be changed."""
    return Path(shutil.copytree(model_folder, tmp_path / "own"))


def test_the_causes_that_can_be_left_out_are_those_there_are() -> None:
    """Written twice, as `--help` may not load OpenCV."""
    assert KINDS == disturbances.KINDS


def test_json_is_that_of_python(
    model_folder: Path, model: Model, line_folder: Path
) -> None:
    """One line, the same numbers to the last bit, whatever the number of workers."""
    done = run(
        *("gauge", model_folder, line_folder, "--parts", 12, "--workers", 1),
        *("--without", "turn", "--without", "noise", "--json"),
    )

    found = study(
        model, glassline.Dataset.read(line_folder), parts=12, without=["turn", "noise"]
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert [json.loads(line) for line in done.stdout.splitlines()] == [
        {"model": model.sha256, **found.as_json()}
    ]


def test_the_table_is_that_of_python_and_nothing_is_saved(
    own_folder: Path, model: Model, line_folder: Path
) -> None:
    """In the language asked for; the model stays as it was."""
    done = run("gauge", own_folder, line_folder, "--parts", 12, "--lang", "zh-TW")

    found = study(model, glassline.Dataset.read(line_folder), parts=12)
    assert (done.returncode, done.stdout) == (
        0,
        "\n".join([*lines(found, "zh-TW"), ""]),
    )
    assert glassline.load(own_folder).gauge is None


def test_a_saved_study_is_in_the_model_which_still_verifies(
    own_folder: Path, model: Model, line_folder: Path
) -> None:
    """Its name changes; trained again, the rest is the same byte for byte."""
    done = run("gauge", own_folder, line_folder, "--parts", 12, "--save")

    saved = glassline.load(own_folder)
    place = own_folder / "model.json"
    assert (
        saved.gauge == study(model, glassline.Dataset.read(line_folder), parts=12).gauge
    )
    assert done.stdout.splitlines()[-1] == (
        f"Saved with the model, which is now {saved.sha256[:12]}: {place}"
    )
    assert run("verify", own_folder, line_folder, "--retrain").returncode == 0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        pytest.param(
            ["--parts", "1"],
            "Error: Invalid value for '--parts': 1 is not in the range x>=2.",
            id="one-part",
        ),
        pytest.param(
            [word for kind in KINDS for word in ("--without", kind)],
            "Error: without: expected at least one kind to be left, got none.",
            id="nothing-left",
        ),
    ],
)
def test_a_study_of_nothing_exits_2(
    model_folder: Path, line_folder: Path, options: list[str], message: str
) -> None:
    """Nothing on standard output, what to mend on standard error."""
    done = run("gauge", model_folder, line_folder, *options)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines()[-1] == message

"""`glassline guarantee` as a person and as a script call it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Literal

import pytest
from commands import run

import glassline
from glassline.dataset import Dataset
from glassline.model import Model
from glassline.studies.guarantee import assure
from glassline.studies.guarantee.text import lines


def test_a_refusal_says_how_many_parts_are_missing(
    settled_folder: Path, line_folder: Path
) -> None:
    """Exit code 1: the answer is no."""
    done = run("guarantee", settled_folder, line_folder, "--escape", "1%")

    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.splitlines()[:9] == [
        "Guarantee on escapes",
        "=" * 80,
        "Target: of the groups that hold a defect, of each kind, at most 1 % let one of",
        "its photos pass, with 95 % confidence.",
        "These are the photos the model was trained on. Counted on 60 of them in 12",
        "groups, each judged by a head that was trained without its group.",
        "The photos of a group are one part; it counts as accepted if any of them is.",
        "Where groups are lots, nothing is promised of the share of parts: --by",
        "photo-in-group does that.",
    ]
    assert "299" in done.stdout


@pytest.mark.parametrize("lang", ["en", "zh-TW"])
@pytest.mark.parametrize(
    ("by", "escape", "status"), [("photo", 0.4, 0), ("photo-in-group", 0.1, 1)]
)
def test_the_text_is_that_of_python_and_fits_the_terminal(
    settled_folder: Path,
    settled: Model,
    line_folder: Path,
    lang: str,
    by: Literal["photo", "photo-in-group"],
    escape: float,
    status: int,
) -> None:
    """In both languages, k/n of every defect; four lots of each prove too little."""
    done = run(
        *("guarantee", settled_folder, line_folder, f"--escape={escape}"),
        *("--confidence", "80%", "--by", by, "--lang", lang),
    )

    found = assure(
        settled, Dataset.read(line_folder), escape=escape, confidence=0.8, by=by
    )
    text = "\n".join([*lines(found, lang), ""])
    assert (done.returncode, done.stdout) == (status, text)
    assert max(map(len, done.stdout.splitlines())) <= 80


def test_the_written_model_decides_by_the_guarantee_and_verifies(
    settled_folder: Path, settled: Model, line_folder: Path, tmp_path: Path
) -> None:
    """The old model stays; W and b are the same; every verdict names its counts."""
    done = run(
        *("guarantee", settled_folder, line_folder, "--escape", "40%"),
        *("--confidence", "80%", "--by", "photo", "--json", "--out", tmp_path / "new"),
    )

    said = json.loads(done.stdout)
    made = glassline.load(tmp_path / "new")
    photo = next(line_folder.rglob("*.png"))
    verdict = glassline.inspect(made, photo).as_json()
    assert said["model"] == made.sha256 != settled.sha256
    assert made.guarantee is not None
    assert said["guarantee"]["threshold"] == made.guarantee.threshold
    assert verdict["guarantee"]["threshold"] == made.guarantee.threshold
    assert verdict["reason_code"] in ("guaranteed", "not_guaranteed")
    assert glassline.load(settled_folder).guarantee is None
    assert run("verify", tmp_path / "new", line_folder, "--retrain").returncode == 0


@pytest.mark.parametrize("share", ["0", "100%", "1", "-1%", "one", "nan", "%"])
def test_a_share_that_is_none_is_wrong_use(
    settled_folder: Path, line_folder: Path, share: str
) -> None:
    """Exit code 2, with what to write."""
    done = run("guarantee", settled_folder, line_folder, f"--escape={share}")

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines()[-1] == (
        "Error: Invalid value for '--escape': expected a share above 0 and below 1, "
        f"such as 1% or 0.01, got {share!r}."
    )

"""`glassline compare` as a person and as a script call it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from commands import run

from glassline.dataset import Dataset
from glassline.head import Head
from glassline.model import Model
from glassline.studies.comparison import compare
from glassline.studies.comparison.text import lines


@pytest.fixture(scope="module")
def stricter(model: Model) -> Model:
    """The model with its first class, the good one, behind by half a nat more."""
    head = Head(model.head.W, model.head.b - [0.5, 0.0, 0.0])
    record = replace(model.record, temperature=None)
    return replace(model, head=head, optimum=None, record=record)


@pytest.fixture(scope="module")
def stricter_folder(stricter: Model, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """It as a folder."""
    folder = tmp_path_factory.mktemp("stricter")
    stricter.save(folder)
    return folder


@pytest.mark.parametrize("lang", ["en", "zh-TW"])
def test_the_text_is_that_of_python(
    model_folder: Path,
    stricter_folder: Path,
    model: Model,
    stricter: Model,
    line_folder: Path,
    lang: str,
) -> None:
    """In both languages."""
    done = run("compare", model_folder, stricter_folder, line_folder, "--lang", lang)

    found = compare(model, stricter, Dataset.read(line_folder))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "\n".join([*lines(found, lang), ""])


def test_strict_passes_a_proof_and_fails_a_counterexample(
    model_folder: Path, stricter_folder: Path
) -> None:
    """Exit codes 0 and 1, whichever of the two is the new one."""
    proved = run("compare", model_folder, stricter_folder, "--strict", "--json")
    refuted = run("compare", stricter_folder, model_folder, "--strict", "--json")

    assert (proved.returncode, refuted.returncode) == (0, 1)
    assert json.loads(proved.stdout)["never_passes"] is True
    said = json.loads(refuted.stdout)
    assert said["never_passes"] is False
    margins = [each["margin"] for each in said["differences"] if each["new"] == "ok"]
    np.testing.assert_allclose(margins, 0.25)


def test_a_refused_photo_ends_in_its_own_exit_code(
    model_folder: Path, line_folder: Path, tmp_path: Path
) -> None:
    """6: done, with photos left out."""
    part = Dataset.read(line_folder).parts[0]
    (tmp_path / "ok").mkdir()
    (tmp_path / "ok" / "a.png").write_bytes(part.path.read_bytes())
    (tmp_path / "ok" / "b.png").write_bytes(b"no photo")

    done = run("compare", model_folder, model_folder, tmp_path)

    assert (done.returncode, done.stderr) == (6, "")
    assert "Photos refused: 1." in done.stdout

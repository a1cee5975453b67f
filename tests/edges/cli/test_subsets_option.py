"""`glassline evaluate --subsets` as a person and as a script call it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from commands import run

from glassline.dataset import Dataset
from glassline.model import Model
from glassline.studies.ablation import score_subsets
from glassline.studies.ablation.text import lines


@pytest.mark.parametrize("lang", ["en", "zh-TW"])
def test_text_and_json_are_those_of_python(
    model_folder: Path, model: Model, line_folder: Path, lang: str
) -> None:
    """With the seed that the help names."""
    asked = ("evaluate", model_folder, line_folder, "--subsets", "--seed", "0")
    done, plain = run(*asked, "--lang", lang), run(*asked, "--json")

    rng = np.random.default_rng(0)  # noqa: TID251  the default of --seed
    found = score_subsets(model, Dataset.read(line_folder), rng=rng)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "\n".join([*lines(found, lang), ""])
    assert json.loads(plain.stdout) == json.loads(json.dumps(found.as_json()))

"""`glassline evaluate --subsets` as a person and as a script call it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from glassline.dataset import Dataset
from glassline.model import Model
from glassline.subsets import score_subsets


def _run(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "glassline", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        encoding="utf-8",
        timeout=60,
    )


@pytest.mark.parametrize("lang", ["en", "zh-TW"])
def test_text_and_json_are_those_of_python(
    model_folder: Path, model: Model, line_folder: Path, lang: str
) -> None:
    """With the seed that the help names."""
    asked = ("evaluate", model_folder, line_folder, "--subsets", "--seed", "0")
    done, plain = _run(*asked, "--lang", lang), _run(*asked, "--json")

    rng = np.random.default_rng(0)  # noqa: TID251  the default of --seed
    found = score_subsets(model, Dataset.read(line_folder), rng=rng)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == found.text(lang) + "\n"
    assert json.loads(plain.stdout) == json.loads(json.dumps(found.as_json()))

"""`glassline evaluate`: how often a model is right."""

from __future__ import annotations

from pathlib import Path

from commands import rows_of, run

import glassline
from glassline.model import Model


def test_evaluate_prints_the_counts(
    model_folder: Path, model: Model, line_folder: Path
) -> None:
    """The JSON is that of Python."""
    done = run("evaluate", model_folder, line_folder, "--json")

    expected = glassline.evaluate(model, glassline.Dataset.read(line_folder)).as_json()
    assert done.returncode == 0
    assert rows_of(done)[0] == expected

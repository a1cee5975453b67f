"""`glassline evaluate`: how often a model is right."""

from __future__ import annotations

from pathlib import Path

from commands import rows_of, run

import glassline
from glassline.model import Model


def test_evaluate_prints_the_counts(
    model_folder: Path, model: Model, line_folder: Path
) -> None:
    """The JSON is that of Python; photos of training are scored where that is asked."""
    done = run("evaluate", model_folder, line_folder, "--with-training", "--json")

    data = glassline.Dataset.read(line_folder)
    expected = glassline.evaluate(model, data, with_training=True).as_json()
    assert done.returncode == 0
    assert rows_of(done)[0] == expected
    assert (expected["learnt"], expected["with_training"]) == (60, True)


def test_photos_of_training_alone_are_no_score(
    model_folder: Path, line_folder: Path
) -> None:
    """Exit code 2, and what to do."""
    done = run("evaluate", model_folder, line_folder)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        f"Error: {line_folder / 'labels.csv'}: expected labelled photos that the model "
        "was not trained on, got none: it was trained on 60 of 60. Give others, or score "
        "these with --with-training (in Python with_training=True), which flatters.\n"
    )


def test_subsets_are_scored_out_of_fold_with_or_without(
    model_folder: Path, line_folder: Path
) -> None:
    """An option that would do nothing is refused."""
    done = run("evaluate", model_folder, line_folder, "--subsets", "--with-training")

    assert done.returncode == 2
    assert done.stderr.splitlines()[-1] == (
        "Error: --with-training: expected without --subsets, which scores out of fold."
    )

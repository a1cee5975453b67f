"""`glassline evaluate`: how often a model is right."""

from __future__ import annotations

from pathlib import Path

import pytest
from commands import rows_of, run

import glassline
from glassline.model import Model
from glassline.render.words import words
from glassline.studies.evaluation.text import lines
from glassline.studies.report.page import SHOWN


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


@pytest.mark.parametrize("lang", ["en", "zh-TW"])
def test_the_report_shows_the_parts_seen_wrongly(
    settled_folder: Path, line_folder: Path, tmp_path: Path, lang: str
) -> None:
    """The page of Python, and a line that says where it is; nothing else beside it."""
    out = tmp_path / "report.html"
    done = run(
        *("evaluate", settled_folder, line_folder, "--with-training"),
        *("--out", out, "--lang", lang),
    )

    model, data = glassline.load(settled_folder), glassline.Dataset.read(line_folder)
    found = glassline.evaluate(model, data, with_training=True)
    written = out.read_text(encoding="utf-8")
    shown = written.count('<article class="part">')
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "\n".join(
        [*lines(found, lang), words(lang)["evaluation"]["saved"].format(path=out), ""]
    )
    assert 1 <= shown == min(len(found.wrong), SHOWN)
    assert all(each.part.path.name in written for each in found.wrong[:SHOWN])
    assert list(tmp_path.iterdir()) == [out]


def test_a_report_that_can_not_be_written_leaves_nothing(
    model_folder: Path, line_folder: Path, tmp_path: Path
) -> None:
    """No folder: exit code 2, before anything is printed."""
    out = tmp_path / "nowhere" / "report.html"

    done = run("evaluate", model_folder, line_folder, "--with-training", "--out", out)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines()[-1] == (
        "Error: --out: expected a file that can be written, got: No such file or directory."
    )


def test_a_report_is_a_page(model_folder: Path, line_folder: Path) -> None:
    """Another ending is refused before a photo is read."""
    done = run("evaluate", model_folder, line_folder, "--out", "report.pdf")

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines()[-1] == (
        "Error: --out: expected a FILE that ends in .html."
    )

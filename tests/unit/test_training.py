"""Training has one answer, and says what it rests on."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose

from glassline.crossvalidation import cross_validate
from glassline.dataset import Dataset
from glassline.errors import DatasetError, GlasslineWarning, LabelError
from glassline.evaluation import evaluate
from glassline.head import certify, class_weights
from glassline.model import Model
from glassline.recipe import Recipe, TrainingSettings
from glassline.training import read_candidates, train, train_on


def test_the_same_data_give_the_same_model(line: Dataset, model: Model) -> None:
    """Whatever the number of workers, to the last bit."""
    again = train(line, Recipe(classes=line.classes), workers=1)

    assert again.sha256 == model.sha256


def test_a_model_does_not_depend_on_where_its_photos_lie(
    line_folder: Path, model: Model, tmp_path: Path
) -> None:
    """Moved to another folder, the same photos give the same model."""
    shutil.copytree(line_folder, tmp_path / "elsewhere")

    moved = Dataset.read(tmp_path / "elsewhere")

    assert train(moved, Recipe(classes=moved.classes)).sha256 == model.sha256


def test_the_certificate_can_be_recomputed(line: Dataset, model: Model) -> None:
    """From the photos, the labels and the head alone."""
    readings = [model.front.read(_image(part.path)).values for part in line.parts]
    y = line.targets(line.classes)

    again = certify(
        model.scale.x(np.array(readings)),
        y,
        model.head,
        penalty=model.recipe.training.penalty,
        weights=y @ class_weights(y, 3),
    )

    assert again.gradient_norm < 1e-8
    assert_allclose(again.objective, model.certificate["objective"], rtol=1e-12)


def test_the_record_says_what_the_model_rests_on(line: Dataset, model: Model) -> None:
    """Counts, steps and what was refused."""
    assert model.record["n"] == len(line)
    assert sum(model.record["counts"].values()) == len(line)
    assert model.record["refused"] == []
    assert model.record["steps"][0]["length"] == 0


def test_a_refused_photo_is_left_out_and_named(line: Dataset, tmp_path: Path) -> None:
    """One broken file does not stop a night's training."""
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"\x89PNG\r\n\x1a\n")
    data = replace(
        line, parts=(*line.parts, replace(line.parts[0], path=broken, within=tmp_path))
    )

    trained = train(data, Recipe(classes=line.classes))

    assert trained.record["n"] == len(line)
    assert trained.record["refused"] == [{"image": "broken.png", "reason": "truncated"}]


def test_a_changed_photo_is_refused_by_its_hash(line: Dataset) -> None:
    """A table that states hashes is held to them."""
    parts = (replace(line.parts[0], sha256="0" * 64), *line.parts[1:])

    trained = train(replace(line, parts=parts), Recipe(classes=line.classes))

    name = line.parts[0].path.name
    assert trained.record["refused"] == [{"image": name, "reason": "hash_mismatch"}]


def test_undecided_parts_teach_nothing(line: Dataset, model: Model) -> None:
    """A part without a label moves no weight, but is counted."""
    parts = (*line.parts, replace(line.parts[0], label=None))

    trained = train(replace(line, parts=parts), Recipe(classes=line.classes))

    assert_allclose(trained.head.W, model.head.W, rtol=1e-9, atol=1e-12)
    assert trained.record["undecided"] == 1


def test_a_class_without_parts_is_warned_of_by_name(line: Dataset) -> None:
    """Not `class 3`, but what the line calls it."""
    recipe = Recipe(classes=(*line.classes, "dent"))

    with pytest.warns(
        GlasslineWarning, match=r"^class dent has no part: its weights are guesses\.$"
    ):
        trained = train(line, recipe)

    assert trained.record["counts"]["dent"] == 0


def test_a_label_outside_the_recipe_is_found_before_reading(line: Dataset) -> None:
    """The first wrong label, with its line."""
    with pytest.raises(
        LabelError,
        match=r"^labels\.csv line \d+: expected one of ok, scratch, got 'dirt'\. "
        r"Add it to classes in the recipe\.$",
    ):
        train(line, Recipe(classes=("ok", "scratch")))


def test_photos_that_all_fail_are_an_error(line: Dataset, tmp_path: Path) -> None:
    """No model from nothing; the first reason is given."""
    gone = tuple(
        replace(part, path=tmp_path / "gone.png", within=tmp_path)
        for part in line.parts
    )

    with pytest.raises(
        DatasetError,
        match=r"^.*: expected at least one photo that can be read, got .*gone\.png: .+$",
    ):
        train(replace(line, parts=gone), Recipe(classes=line.classes))


def test_no_label_at_all_is_an_error(line: Dataset) -> None:
    """Undecided parts alone teach nothing."""
    parts = tuple(replace(part, label=None) for part in line.parts)

    with pytest.raises(
        DatasetError, match=r"^.*: expected at least one labelled part, got none\.$"
    ):
        train(replace(line, parts=parts), Recipe(classes=line.classes))


def test_smoothing_and_plain_weights_follow_the_recipe(
    line: Dataset, model: Model
) -> None:
    """Smoothed labels make a less certain head."""
    smoothed = Recipe(
        classes=line.classes,
        training=TrainingSettings(class_weights="none", label_smoothing=0.3),
    )

    trained = train(line, smoothed)

    assert np.abs(trained.head.W).max() < np.abs(model.head.W).max()
    assert_allclose(
        trained.training_mix, line.targets(line.classes).mean(axis=0), rtol=1e-12
    )


def test_cross_validation_judges_every_part_once_and_unseen(line: Dataset) -> None:
    """As many verdicts as parts; worse than on the parts it was trained on."""
    recipe = Recipe(classes=line.classes)
    readings = read_candidates(line, recipe)

    unseen = cross_validate(readings, recipe, count=4)

    seen = evaluate(train_on(readings, recipe).model, line)
    assert unseen.n == len(line)
    assert unseen.confusion.sum(axis=1).tolist() == seen.confusion.sum(axis=1).tolist()
    assert unseen.log_loss > seen.log_loss


def test_fewer_groups_than_folds_is_an_error(line: Dataset) -> None:
    """Groups are never split to make up the number."""
    recipe = Recipe(classes=line.classes)
    one = replace(line, parts=tuple(replace(p, group="all") for p in line.parts))

    with pytest.raises(
        DatasetError,
        match=r"^folds: expected at least 5 groups, got 1\. Add a column group or lot "
        r"with more values, or ask for fewer folds\.$",
    ):
        cross_validate(read_candidates(one, recipe), recipe)


def _image(path: Path) -> np.ndarray:
    from glassline.image import load  # noqa: PLC0415
    from glassline.recipe import ImageSettings  # noqa: PLC0415

    return load(path, settings=ImageSettings()).image

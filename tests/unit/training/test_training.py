"""Training has one answer, and says what it rests on."""

from __future__ import annotations

import shutil
import warnings
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.testing import assert_allclose

from glassline.dataset import Dataset
from glassline.errors import DatasetError, GlasslineWarning, LabelError
from glassline.head import certify, class_weights
from glassline.model import Model
from glassline.model.records import RefusedPhoto
from glassline.recipe import Recipe, TrainingSettings
from glassline.studies.crossvalidation import cross_validate
from glassline.studies.evaluation import evaluate
from glassline.training import read_candidates, train, train_on


def test_the_same_data_give_the_same_model(line: Dataset, model: Model) -> None:
    """Whatever the number of workers, to the last bit."""
    again = train(line, model.recipe, workers=1)

    assert again.sha256 == model.sha256


def test_a_model_does_not_depend_on_where_its_photos_lie(
    line_folder: Path, model: Model, tmp_path: Path
) -> None:
    """Moved to another folder, the same photos give the same model."""
    shutil.copytree(line_folder, tmp_path / "elsewhere")

    moved = Dataset.read(tmp_path / "elsewhere")

    assert train(moved, model.recipe).sha256 == model.sha256


def test_the_certificate_can_be_recomputed(line: Dataset, model: Model) -> None:
    """From the photos, the labels and the head alone."""
    readings = [model.front.read(_image(part.path)).values for part in line.parts]
    y = line.targets(line.classes)

    again = certify(
        model.scale.x(np.array(readings)),
        y,
        model.fitted,
        penalty=model.recipe.training.penalty,
        weights=y @ class_weights(y, 3),
    )

    assert again.gradient_norm < 1e-8
    assert_allclose(again.objective, model.certificate.objective, rtol=1e-12)


@pytest.mark.parametrize("penalty", [1e-5, 3e-4, 1e-2])
def test_training_ends_where_verification_finds_nothing_left(
    line: Dataset, penalty: float
) -> None:
    """A small penalty asks for a smaller gradient: it once stopped 2.5e-6 away."""
    settings = TrainingSettings(penalty=penalty)

    model = train(line, Recipe(classes=line.classes, training=settings))

    assert model.certificate.gradient_norm <= 1e-7 * penalty


def test_the_record_says_what_the_model_rests_on(line: Dataset, model: Model) -> None:
    """Counts, steps and what was refused."""
    assert model.record.n == len(line)
    assert sum(model.record.counts.values()) == len(line)
    assert model.record.refused == ()
    assert model.record.steps[0].length == 0


def test_a_refused_photo_is_left_out_and_named(line: Dataset, tmp_path: Path) -> None:
    """One broken file does not stop a night's training."""
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"\x89PNG\r\n\x1a\n")
    data = replace(
        line, parts=(*line.parts, replace(line.parts[0], path=broken, within=tmp_path))
    )

    trained = train(data, Recipe(classes=line.classes))

    assert trained.record.n == len(line)
    assert trained.record.refused == (RefusedPhoto("broken.png", "truncated"),)


def test_a_changed_photo_is_refused_by_its_hash(line: Dataset) -> None:
    """A table that states hashes is held to them."""
    parts = (replace(line.parts[0], sha256="0" * 64), *line.parts[1:])

    trained = train(replace(line, parts=parts), Recipe(classes=line.classes))

    name = line.parts[0].path.name
    assert trained.record.refused == (RefusedPhoto(name, "hash_mismatch"),)


@pytest.mark.parametrize("each", [1, 3])
def test_a_few_photos_of_each_class_are_enough_to_train(
    line: Dataset, each: int
) -> None:
    """Too few to choose settings by, but not to fit."""
    labels = [part.label for part in line.parts]
    rows = [
        row
        for name in ("ok", "dirt")
        for row in np.flatnonzero(np.array(labels) == name)[:each]
    ]

    with warnings.catch_warnings(action="ignore", category=GlasslineWarning):
        trained = train(line.subset(rows), Recipe(classes=("ok", "dirt")))

    assert trained.record.n == 2 * each


def test_a_refused_photo_with_an_odd_name_does_not_stop_the_training(
    line: Dataset, tmp_path: Path
) -> None:
    """A name that is no UTF-8 is written harmlessly into the record."""
    broken = tmp_path / "\udce9.png"
    broken.write_bytes(b"")
    data = replace(
        line, parts=(*line.parts, replace(line.parts[0], path=broken, within=tmp_path))
    )

    trained = train(data, Recipe(classes=line.classes))

    assert trained.record.refused == (RefusedPhoto("\\xe9.png", "empty"),)


def test_a_prior_for_a_class_that_was_never_seen_is_refused(line: Dataset) -> None:
    """Found when the model is made, not when the first part comes."""
    priors = {"ok": 0.7, "scratch": 0.1, "dirt": 0.1, "dent": 0.1}
    recipe = Recipe(classes=(*line.classes, "dent"), priors=priors)

    with (
        pytest.warns(GlasslineWarning, match=r"^class dent has no part: .*$"),
        pytest.raises(
            DatasetError,
            match=r"^.*: expected a labelled part of every class that the recipe gives "
            r"a prior, got none of dent\.$",
        ),
    ):
        train(line, recipe)


def test_without_a_good_class_training_says_what_follows(line: Dataset) -> None:
    """Else every part would be rejected in silence."""
    parts = tuple(
        replace(part, label="fine" if part.label == "ok" else part.label)
        for part in line.parts
    )

    with pytest.warns(
        GlasslineWarning,
        match=r"^no class is called ok or good, so no part will be accepted\. Name the "
        r"good class: good = \"\.\.\.\" in the recipe, or --good\.$",
    ):
        train(replace(line, parts=parts), Recipe(classes=("fine", "scratch", "dirt")))


def test_undecided_parts_teach_nothing(
    line: Dataset, model: Model, tmp_path: Path
) -> None:
    """A part without a label moves no weight, but is counted."""
    blank = tmp_path / "blank.png"
    blank.write_bytes(cv2.imencode(".png", np.full((60, 60), 128, np.uint8))[1])
    new = replace(line.parts[0], path=blank, within=tmp_path, label=None)
    parts = (*line.parts, new)

    trained = train(replace(line, parts=parts), model.recipe)

    assert_allclose(trained.head.W, model.head.W, rtol=1e-9, atol=1e-12)
    assert trained.record.undecided == 1


def test_a_class_without_parts_is_warned_of_by_name(line: Dataset) -> None:
    """Not `class 3`, but what the line calls it."""
    recipe = Recipe(classes=(*line.classes, "dent"))

    with pytest.warns(
        GlasslineWarning, match=r"^class dent has no part: its weights are guesses\.$"
    ):
        trained = train(line, recipe)

    assert trained.record.counts["dent"] == 0


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

    seen = evaluate(train_on(readings, recipe).model, line, with_training=True)
    assert unseen.n == len(line)
    assert unseen.confusion.sum(axis=1).tolist() == seen.confusion.sum(axis=1).tolist()
    assert unseen.log_loss > seen.log_loss


def test_fewer_groups_than_folds_is_an_error(line: Dataset) -> None:
    """Groups are never split to make up the number."""
    recipe = Recipe(classes=line.classes)
    one = replace(line, parts=tuple(replace(p, group="all") for p in line.parts))

    with pytest.raises(
        DatasetError,
        match=r"^folds: expected 5 groups and a class with 5 parts, got enough for 1\. "
        r"Add parts, or a column group with more values\.$",
    ):
        cross_validate(read_candidates(one, recipe), recipe)


def _image(path: Path) -> np.ndarray:
    from glassline.image import load  # noqa: PLC0415
    from glassline.recipe import ImageSettings  # noqa: PLC0415

    return load(path, settings=ImageSettings()).image

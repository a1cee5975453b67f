"""A model trained with the eyes of another."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from glassline.dataset import Dataset
from glassline.errors import InputError, RecipeError
from glassline.front import Vlm
from glassline.model import Model, load, read_with
from glassline.recipe import ClassCosts, ImageSettings, Recipe
from glassline.studies.comparison import compare
from glassline.studies.verification import verify
from glassline.training.alike import train_like

FEW = np.arange(45)


@pytest.fixture(scope="module")
def few(line: Dataset) -> Dataset:
    """Three quarters of the line: another centre and spread, if they were taken."""
    return line.subset(FEW)


@pytest.fixture(scope="module")
def alike(model: Model, few: Dataset) -> Model:
    """Trained on them like the model of all."""
    return train_like(few, model)


def test_one_photo_has_one_x_in_both(model: Model, alike: Model, line: Dataset) -> None:
    """The same settings, the same scale: the same bits."""
    readings = [read_with(each, line).values for each in (model, alike)]

    assert np.array_equiv(*readings)
    assert alike.scale == model.scale
    assert alike.front.as_json() == model.front.as_json()
    assert (alike.record.like, alike.record.n) == (model.sha256, 45)
    assert not np.array_equiv(alike.head.W, model.head.W)


def test_it_is_compared_exactly(model: Model, alike: Model) -> None:
    """Every reading there can be: a proof, or a reading that shows it."""
    found = compare(model, alike)

    assert (found.cameras, found.unlike) == ((), ())
    assert found.never_passes is not None


def test_a_different_scale_would_come_of_these_photos(
    settled: Model, few: Dataset
) -> None:
    """So the scale is taken, and the head is the best one on it."""
    found = train_like(few, settled)
    proof = verify(found, few)

    assert proof.same_scale is None
    assert proof.is_finished
    assert not verify(
        replace(found, record=replace(found.record, like=None)), few
    ).same_scale


def test_training_again_gives_the_same_bytes(
    alike: Model, few: Dataset, tmp_path: object
) -> None:
    """Without the other model: settings stand in the recipe, the scale in the model."""
    again = load(alike.save(f"{tmp_path}/alike"))

    assert again.sha256 == alike.sha256
    assert verify(again, few, retrain=True).holds


def test_the_same_photos_give_the_same_head(settled: Model, line: Dataset) -> None:
    """Of declared settings nothing is searched anyway."""
    found = train_like(line, settled)

    assert np.array_equiv(found.head.W, settled.head.W)
    assert np.array_equiv(found.head.b, settled.head.b)


def test_a_recipe_brings_costs_and_classes_and_leaves_the_eyes(
    settled: Model, few: Dataset
) -> None:
    """What it says of features and image may be nothing, or the same."""
    costs = {"scratch": ClassCosts(50.0, 0.0)}
    recipe = Recipe(
        settled.recipe.classes,
        costs=costs,
        features={"grain_noise": {"width_px": 6}},
    )

    found = train_like(few, settled, recipe)

    assert found.recipe.costs == costs
    assert found.front.as_json() == settled.front.as_json()


@pytest.mark.parametrize(
    ("asked", "place"),
    [
        ({"features": {"grain_noise": {"width_px": 3}}}, r"features\.grain_noise"),
        ({"image": ImageSettings(region_xyxy=(0, 0, 9, 9))}, r"image\.region_xyxy"),
    ],
)
def test_a_recipe_with_other_eyes_is_refused(
    settled: Model, few: Dataset, asked: dict[str, object], place: str
) -> None:
    """By what differs."""
    with pytest.raises(
        RecipeError,
        match=rf"^{place}: expected what the other model has, or nothing, got other "
        r"settings: the two could not be compared exactly\. Leave it out, or train "
        r"without --like\.$",
    ):
        train_like(few, settled, replace(Recipe(settled.recipe.classes), **asked))


def test_a_model_that_does_not_measure_is_refused(settled: Model, few: Dataset) -> None:
    """A server need not repeat."""
    asks = replace(settled, front=object.__new__(Vlm))

    with pytest.raises(
        InputError,
        match=r"^like: expected a model of measured features, got one of vlm: what it "
        r"reads was learnt from its own photos, or need not repeat\.$",
    ):
        train_like(few, asks)

"""Training with the eyes of another model, so that the two can be compared exactly."""

from __future__ import annotations

from dataclasses import fields, replace

from glassline.dataset import Dataset
from glassline.dataset.readings import Progress, no_progress, read_parts
from glassline.errors import InputError, RecipeError
from glassline.front import Measured
from glassline.model import Model
from glassline.recipe import ImageSettings, Recipe
from glassline.training.training import train_head
from glassline.training.trainset import check_measured

__all__ = ["train_like"]


def train_like(
    data: Dataset,
    like: Model,
    recipe: Recipe | None = None,
    *,
    workers: int = 2,
    progress: Progress = no_progress,
) -> Model:
    """Train a head on x as another model reads it: its settings, region and scale.

    Nothing is searched, and no centre or spread taken: one reading has one x in both
    models, so what differs is W and b alone. The new recipe declares the settings, and
    the record names the other model.

    Args:
        data: The labelled parts.
        like: The other model, of measured features.
        recipe: Classes, costs, training; what it leaves out of features and image is
            the other model's. Left out, all of the other model's recipe.
        workers: Photos read at the same time.
        progress: Told how far it is.

    Raises:
        InputError: The other model's features were not measured.
        RecipeError: The recipe asks for other settings of features or image.
        LabelError: A label is not one of the recipe's classes.
        DatasetError: No photo could be read, or no part is labelled.

    Warns:
        GlasslineWarning: As in `glassline.training.train`.
    """
    front = like.front
    if not isinstance(front, Measured):
        raise InputError(
            f"like: expected a model of measured features, got one of {front.kind}: what "
            "it reads was learnt from its own photos, or need not repeat."
        )
    declared = _declared(recipe or like.recipe, like.recipe, front)
    check_measured(declared)
    data.targets(declared.classes)  # a wrong label is found before the photos are read
    readings = read_parts(
        data,
        front.values,
        declared.image,
        workers=workers,
        progress=progress,
        planes=front.planes,
    )
    model = train_head(
        readings,
        readings.values,
        declared,
        front=front,
        ends=like.scale.ends,
        scale=like.scale,
    )
    return replace(model, record=replace(model.record, like=like.sha256))


def _declared(recipe: Recipe, other: Recipe, front: Measured) -> Recipe:
    """Return the recipe with the settings of the other model, if it asks for no others."""
    wanted, read = Measured(recipe.features).table, front.table
    for name, settings in recipe.features.items():
        if settings and wanted[name] != read.get(name):
            raise _unlike(f"features.{name}")
    plain = ImageSettings()
    for each in fields(ImageSettings):
        asked = getattr(recipe.image, each.name)
        if asked not in (getattr(plain, each.name), getattr(other.image, each.name)):
            raise _unlike(f"image.{each.name}")
    if set(recipe.features) - set(read):
        raise _unlike("features")
    declared = {
        name: {key: value for key, value in settings.items() if value is not None}
        for name, settings in read.items()
    }
    return replace(recipe, features=declared, image=other.image)


def _unlike(place: str) -> RecipeError:
    return RecipeError(
        f"{place}: expected what the other model has, or nothing, got other settings: "
        "the two could not be compared exactly. Leave it out, or train without --like."
    )

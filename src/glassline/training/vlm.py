"""Training with a vision-language model as the front: the head, on its scores."""

from __future__ import annotations

import warnings
from dataclasses import replace

from glassline.dataset import Dataset
from glassline.dataset.readings import Progress, no_progress, read_parts
from glassline.errors import GlasslineWarning, RecipeError
from glassline.front import Vlm
from glassline.front.chat import endpoint_of
from glassline.model import Model
from glassline.recipe import FEATURE_NAMES, Recipe
from glassline.training.training import train_head

__all__ = ["train"]


def train(
    data: Dataset,
    recipe: Recipe,
    *,
    workers: int = 2,
    progress: Progress = no_progress,
) -> Model:
    """Train a model whose four features are a vision-language model's scores.

    Each photo is asked for once and its scores are remembered on disk, so that the
    same data give the same model as long as they are; without them the server is
    asked again, and need not repeat itself. Parts without scores are left out and
    recorded, as photos that can not be read are.

    Args:
        data: The labelled parts.
        recipe: Classes, costs, settings, and `vlm`: what to ask whom.
        workers: Photos prepared at the same time; `vlm.concurrency` are asked for.
        progress: Told how far it is.

    Raises:
        RecipeError: The recipe names no model, or adds a feature to the four.
        LabelError: A label is not one of the recipe's classes.
        ServerError: The server can not be used; scores so far are remembered.
        DatasetError: No part got scores, or none is labelled.
        MissingExtraError: The extra vlm is not installed.

    Warns:
        GlasslineWarning: As in `glassline.training.training.train`; a remembered answer is
            damaged, or can not be written; what was said of the first part without scores.
    """
    if recipe.vlm is None:
        raise RecipeError(
            "vlm: expected the name of a model in the recipe, got none. Add [vlm] with "
            'model = "..." and endpoint = "http://localhost:8080/v1".'
        )
    if recipe.feature_names != FEATURE_NAMES:
        raise RecipeError(
            f"features: expected only {', '.join(FEATURE_NAMES)} with this front, got "
            f"{recipe.feature_names[-1]} too."
        )
    data.targets(recipe.classes)  # a wrong label is found before anything is asked
    settings = recipe.vlm.settled(endpoint_of(recipe.vlm))
    front = Vlm(settings)
    readings = read_parts(
        data,
        front.values,
        recipe.image,
        workers=workers,
        progress=progress,
    )
    readings.warn_of_near()
    if readings.refused:  # the model keeps the code alone; the server said more
        warnings.warn(readings.refused[0].message, GlasslineWarning, stacklevel=2)
    declared = replace(recipe, vlm=settings)
    return train_head(readings, readings.values, declared, front=front)

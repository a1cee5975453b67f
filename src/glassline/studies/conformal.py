"""Labelled photos that a new part is compared with, to rule classes out."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from glassline.arrays import Values
from glassline.dataset import Dataset
from glassline.dataset.readings import Progress, no_progress
from glassline.decide import ClassSet, Taught, class_set
from glassline.errors import InputError
from glassline.interface.checked import checked
from glassline.model import Model, read_with
from glassline.training.trainset import penalty_of

__all__ = ["teach"]


@checked
def teach(
    model: Model,
    data: Dataset,
    *,
    miss: float,
    by_class: bool = False,
    workers: int = 2,
    progress: Progress = no_progress,
) -> Callable[[Values], ClassSet]:
    """Return what says of x which classes can not be ruled out; see `class_set`.

    The parts are measured by the model; the head is fitted to them anew for each part
    and class that is asked about, with the penalty, class weights and smoothing of the
    model's recipe. A part in shares counts as its largest.

    Args:
        model: Whose front, scale and recipe.
        data: Labelled parts, best none of training, one photo of each piece.
        miss: The true class is left out in at most this share of parts, in (0, 1).
        by_class: Whether that holds for each class by itself.
        workers: Photos read at the same time.
        progress: Told how far reading is.

    Raises:
        LabelError: A label is not one of the model's classes.
        DatasetError: No photo could be read.
        InputError: No part is labelled.
    """
    recipe = model.recipe
    data.targets(recipe.classes)  # a wrong label is found before the photos are read
    readings = read_with(model, data, workers=workers, progress=progress)
    known = readings.data.labelled(recipe.classes)
    if not len(known.rows):
        raise InputError(f"{data.name}: expected at least one labelled part, got none.")
    taught = Taught(
        x=model.scale.x(readings.values[known.rows]),
        labels=known.labels,
        classes=recipe.classes,
        penalty=penalty_of(recipe),
        is_balanced=recipe.training.class_weights == "balanced",
        smoothing=recipe.training.label_smoothing,
        start=model.fitted,
    )
    return partial(class_set, taught, miss=miss, by_class=by_class)

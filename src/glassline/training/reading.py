"""Photos to readings: every setting that training may choose from, in one pass."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from glassline.arrays import Values, View
from glassline.dataset import Dataset
from glassline.dataset.readings import (
    Measure,
    Progress,
    Readings,
    in_colour,
    no_progress,
    read_parts,
)
from glassline.recipe import ImageSettings, Recipe
from glassline.training.background import (
    found_on,
    levels,
    levels_seen,
    seeks_background,
    side_by_side,
)
from glassline.training.candidates import SEARCHED, Candidates
from glassline.training.trainset import check_measured, good_parts

__all__ = ["read_candidates"]


def read_candidates(
    data: Dataset,
    recipe: Recipe,
    *,
    workers: int = 2,
    progress: Progress = no_progress,
) -> Readings:
    """Read every part with every setting that training may choose from.

    Where the photos have a background that nobody declared, every part is read once
    more without it, and `train_on` chooses.
    """
    check_measured(recipe)
    data.targets(recipe.classes)  # a wrong label is found before the photos are read
    candidates = Candidates(
        recipe.features, SEARCHED if in_colour(data, recipe.image) else ()
    )
    seen = levels_seen(candidates) if seeks_background(recipe, candidates) else ()

    def measure(view: View, /) -> Values:
        if not seen:
            return candidates.read(view)
        return np.concatenate([candidates.read(view), levels(view, seen)])

    def read(measure: Measure, image: ImageSettings) -> Readings:
        return read_parts(
            data,
            measure,
            image,
            workers=workers,
            progress=progress,
            planes=candidates.planes,
        )

    readings = read(measure, recipe.image)
    if not seen:
        return readings
    readings, counted = readings.split(candidates.count)
    labels = readings.data.targets(recipe.classes)
    good = good_parts(labels, recipe)
    background = found_on(counted if good is None else counted[good], seen)
    if background is None:
        return readings
    without = replace(recipe.image, background=background)
    return side_by_side(readings, read(candidates.read, without), background)

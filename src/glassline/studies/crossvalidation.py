"""A fair score without a second dataset: every part judged by a model that never saw it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from glassline.arrays import Logits
from glassline.dataset.folds import FOLDS, deal
from glassline.dataset.readings import Progress, Readings, no_progress
from glassline.interface.checked import checked
from glassline.model.verdict import decide
from glassline.recipe import Recipe
from glassline.studies.evaluation import Evaluation, judge
from glassline.training import train_on
from glassline.training.crossfit import crossfit

__all__ = ["cross_validate"]


@checked
def cross_validate(
    readings: Readings,
    recipe: Recipe,
    *,
    count: int = FOLDS,
    seed: int = 0,
    progress: Progress = no_progress,
) -> Evaluation:
    """Train `count` times, each time without one fold, and score the fold.

    Everything that training decides (settings, scale, head) is decided anew
    without the fold. Groups are never split. Undecided parts are not scored.

    Args:
        readings: What `training.read_candidates` returned.
        recipe: Classes and training settings.
        count: Folds, at least 2.
        seed: Another seed, another deal of the groups.
        progress: Told how many folds are done.

    Raises:
        DatasetError: There are fewer groups than folds.
    """
    known = readings.data.labelled(recipe.classes)
    scored = readings.subset(known.rows)
    dealt = deal(known.labels, known.data.groups(), count, least=count, seed=seed)
    places = iter(range(1, count + 1))

    def say(
        others: NDArray[np.int64], own: NDArray[np.int64]
    ) -> tuple[Logits, NDArray[np.int64]]:
        found = train_on(scored.subset(others), recipe)
        model, values = found.model, found.values(scored.values[own])
        said = decide(model, values)
        progress("cross-validating", next(places), count)
        return said.logits, said.actions

    logits, taken = crossfit(dealt, say)
    return judge(recipe, logits, taken, scored)

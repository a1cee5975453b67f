"""A fair score without a second dataset: every part judged by a model that never saw it."""

from __future__ import annotations

import numpy as np

from glassline.dataset.folds import folds
from glassline.dataset.readings import Progress, Readings, no_progress
from glassline.head import softmax
from glassline.model.verdict import actions
from glassline.recipe import Recipe
from glassline.studies.evaluation import Evaluation, judge
from glassline.training import train_on

__all__ = ["cross_validate"]


def cross_validate(
    readings: Readings,
    recipe: Recipe,
    *,
    count: int = 5,
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
    targets = readings.data.targets(recipe.classes)
    known = np.flatnonzero(targets.sum(axis=1) > 0)
    scored = readings.subset(known)
    labels = targets[known].argmax(axis=1)
    dealt = folds(labels, scored.data.groups(), count, seed)
    logits = np.zeros((len(known), len(recipe.classes)))
    taken = np.zeros(len(known), np.int64)
    for fold in range(count):
        held_out = dealt == fold
        found = train_on(scored.subset(np.flatnonzero(~held_out)), recipe)
        model, values = found.model, scored.values[held_out][:, found.columns]
        logits[held_out] = model.head.logits(model.scale.x(values))
        taken[held_out] = actions(model, values, softmax(logits[held_out]))
        progress("cross-validating", fold + 1, count)
    return judge(recipe, logits, taken, scored)

"""How much more photos would help: the head's own folds, taught by half of the groups."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from glassline.arrays import ClassIds, Logits
from glassline.dataset import Dataset
from glassline.dataset.folds import FOLDS, deal
from glassline.features import Scale
from glassline.features.scale import SOFT, Ends
from glassline.head import part_losses
from glassline.model.records import LearningCurve
from glassline.recipe import Recipe
from glassline.training.crossfit import Rows, crossfit, splits
from glassline.training.temperature import standard_error
from glassline.training.trainset import learn, part_weights, settled

__all__ = ["LEAST_GROUPS", "learning_curve"]

LEAST_GROUPS = 8  # of each class: a half of four fifths then holds three
TOLERANCE = 1e-6  # of a head's gradient: a mean loss needs no ten digits


def learning_curve(
    values: NDArray[np.float64],
    data: Dataset,
    recipe: Recipe,
    *,
    ends: Ends = SOFT,
    scale: Scale | None = None,
) -> LearningCurve | None:
    """Say what twice as many groups would give, from five folds of these.

    Each fold is judged by scale and head of the other groups, and of each half of them.
    With L(n) = a + c / n for n groups, the rule of a model whose form is given, and a
    fraction f of all G groups outside a fold,

        half - whole  =  c / (f G),       L(G) - L(2 G)  =  f / 2 (half - whole)

    The settings of the features, and what a network was taught, are as all groups chose
    them: of what more photos would give those nothing is said.

    Args:
        values: Shape (n, d), the readings of every part.
        data: The same n parts.
        recipe: Classes and training settings; where the penalty is the one that the
            number of groups gives, each head has that of the groups that teach it.
        ends: Of the scale, and the least spread.
        scale: Of another model; left out, each fold's others give one.

    Returns:
        What was found; None where a class has fewer than eight groups, from which
        nothing can be told.

    Source:
        The error of a model of given form falls as 1 / n: H. Akaike, IEEE Transactions on
        Automatic Control 19(6), 1974, pages 716-723. Halves that each judge are ours.
    """
    counts = np.flatnonzero(data.weights() > 0)
    known = data.subset(counts).labelled(recipe.classes)
    labels, groups = known.labels, known.data.groups()
    held = [len(np.unique(groups[labels == label])) for label in np.unique(labels)]
    if not held or min(held) < LEAST_GROUPS:
        return None
    own, recipe = values[counts][known.rows], _by_groups(recipe, data)

    def taught(rows: Rows, judged: Rows) -> Logits:
        learnt, found = learn(
            *(own[rows], known.data.subset(rows), recipe),
            ends=ends,
            scale=scale,
            tolerance=TOLERANCE,
        )
        return found.head.logits(learnt.scale.x(own[judged]))

    def say(others: Rows, judged: Rows) -> tuple[NDArray[np.float64], ...]:
        dealt = deal(labels[others], groups[others], 2)
        halves = [taught(others[rows], judged) for rows, _ in splits(dealt)]
        return _judged([taught(others, judged)], labels[judged]) + _judged(
            halves, labels[judged]
        )

    loss, right, half_loss, half_right = crossfit(deal(labels, groups, FOLDS), say)
    share = (FOLDS - 1) / FOLDS / 2
    weights = part_weights(known.data, recipe)
    each = 1 / np.bincount(labels)[labels]
    gained, lost = right - half_right, half_loss - loss
    return LearningCurve(
        groups=len(np.unique(groups)),
        half=float(weights @ half_loss / weights.sum()),
        whole=float(weights @ loss / weights.sum()),
        nats=share * float(weights @ lost / weights.sum()),
        nats_error=share * standard_error(lost, weights, groups),
        points=100 * share * float(each @ gained / each.sum()),
        points_error=100 * share * standard_error(gained, each, groups),
    )


def _by_groups(recipe: Recipe, data: Dataset) -> Recipe:
    """Leave out a penalty that is what the number of groups gives."""
    free = replace(recipe, training=replace(recipe.training, penalty=None))
    return free if settled(free, data) == settled(recipe, data) else recipe


def _judged(
    said: list[Logits], labels: ClassIds
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return of each part the mean loss, and the share of heads that were right."""
    losses = np.mean([part_losses(each, labels) for each in said], axis=0)
    right = np.mean([each.argmax(axis=1) == labels for each in said], axis=0)
    return losses, right

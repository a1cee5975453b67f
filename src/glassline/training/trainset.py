"""What the head is fitted to: x, targets and weights, by one rule for all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from glassline.arrays import ClassIds, Features, PartWeights, Targets
from glassline.dataset import Dataset
from glassline.errors import DatasetError, RecipeError
from glassline.features import Scale
from glassline.features.scale import SOFT, Ends
from glassline.head import Fit, class_weights, fit, smooth
from glassline.recipe import Recipe

__all__ = [
    "Trainset",
    "check_measured",
    "good_parts",
    "gradient_tolerance",
    "harmonic_mean",
    "learn",
    "mean_groups",
    "of_measurements",
    "part_weights",
    "penalty_of",
    "prepare",
    "settled",
    "settled_by",
    "shared",
]

TOLERANCE = 1e-9  # of the gradient, where no penalty says how far that is
LEAST_PENALTY = 3e-4  # of many groups: keeps the optimum unique
OF_ONE_GROUP = 0.1  # the penalty were there one group a class; m groups divide it
LEFT = 1e-7  # of W and b: a tenth of what verification takes for finished


@dataclass(frozen=True, eq=False)
class Trainset:
    """What the head is fitted to, by one rule for training and verifying.

    Attributes:
        scale: Centre and spread of the good parts.
        x: Shape (n, d).
        targets: Shape (n, k), smoothed as the recipe says.
        weights: Shape (n,), class weights included.
        mix: Share of each class as the head weighs it, shape (k,).
    """

    scale: Scale
    x: Features
    targets: Targets
    weights: PartWeights
    mix: tuple[float, ...]


def prepare(
    values: NDArray[np.float64],
    data: Dataset,
    recipe: Recipe,
    *,
    ends: Ends = SOFT,
    scale: Scale | None = None,
) -> Trainset:
    """Standardise readings, shape (n, d), and weigh labels as the recipe says.

    Args:
        values: Shape (n, d), the readings of every part.
        data: The same n parts.
        recipe: Classes and training settings.
        ends: Of the scale, and the least spread.
        scale: Of another model; left out, it is taken from the good parts.

    Raises:
        DatasetError: No part is labelled.
    """
    labels = data.targets(recipe.classes)
    decided = labels.any(axis=1)
    if not decided.any():
        raise DatasetError(
            f"{data.name}: expected at least one labelled part, got none."
        )
    if scale is None:
        good = good_parts(labels[decided], recipe)
        scale = Scale.fit(values[decided], good, ends)
    weights = part_weights(data, recipe)
    mix = (weights[:, None] * labels).sum(axis=0)
    return Trainset(
        scale=scale,
        x=scale.x(values),
        targets=smooth(labels, recipe.training.label_smoothing),
        weights=weights,
        mix=tuple((mix / mix.sum()).tolist()),
    )


def learn(
    values: NDArray[np.float64],
    data: Dataset,
    recipe: Recipe,
    *,
    ends: Ends = SOFT,
    scale: Scale | None = None,
    tolerance: float = TOLERANCE,
) -> tuple[Trainset, Fit]:
    """Prepare readings as `prepare` does, and fit the head to them.

    Args:
        values: Shape (n, d), the readings of every part.
        data: The same n parts.
        recipe: Classes and training settings.
        ends: Of the scale, and the least spread.
        scale: Of another model; left out, it is taken from the good parts.
        tolerance: Of the gradient.
    """
    recipe = settled(recipe, data)
    learnt = prepare(values, data, recipe, ends=ends, scale=scale)
    found = fit(
        learnt.x,
        learnt.targets,
        penalty=penalty_of(recipe),
        weights=learnt.weights,
        tolerance=tolerance,
    )
    return learnt, found


def check_measured(recipe: Recipe) -> None:
    """Refuse concepts beside the features: nothing measures them.

    Raises:
        RecipeError: `training.concepts` adds some.
    """
    if recipe.training.concepts:
        raise RecipeError(
            f"training.concepts: expected none but with a network, got "
            f"{recipe.training.concepts[0]}. Train with --front cnn, or leave it out."
        )


def of_measurements(recipe: Recipe) -> Recipe:
    """Return the recipe without the concepts that it adds to the features."""
    concepts = {
        name: {
            feature: share
            for feature, share in shown.items()
            if feature in recipe.measured_names
        }
        for name, shown in recipe.concepts.items()
    }
    training = replace(recipe.training, concepts=None)
    return replace(recipe, concepts=concepts, training=training)


def settled(recipe: Recipe, data: Dataset) -> Recipe:
    """Return the recipe with a penalty: its own, or one by the number of groups.

        penalty = max(3e-4, 0.1 / m),   m the harmonic mean over the classes that
                                        have parts of how many groups each has

    Few groups say little of others, however many photos each has; W is then kept
    small, and the probabilities with it away from 0 and 1.
    """
    if recipe.training.penalty is not None:
        return recipe
    known = data.labelled(recipe.classes)
    return settled_by(recipe, mean_groups(known.labels, known.data.groups()))


def settled_by(recipe: Recipe, mean: float) -> Recipe:
    """Return a recipe without a penalty with the one for so many groups a class."""
    penalty = max(LEAST_PENALTY, OF_ONE_GROUP / mean)
    return replace(recipe, training=replace(recipe.training, penalty=penalty))


def mean_groups(labels: ClassIds, groups: NDArray[np.int64]) -> float:
    """Return how many groups a class has: the harmonic mean over the classes.

    Example:
        One class in one group, one in three: 2 / (1 + 1/3).

        >>> mean_groups(np.array([0, 1, 1, 1]), np.array([7, 7, 8, 9]))
        1.5
    """
    return harmonic_mean(
        [
            len(np.unique(groups[labels == label]))
            for label in np.unique(labels).tolist()
        ]
    )


def harmonic_mean(counts: Sequence[int]) -> float:
    """Return the harmonic mean of counts above 0; 1 of none."""
    return len(counts) / sum(1 / count for count in counts) if counts else 1.0


def penalty_of(recipe: Recipe) -> float:
    """Return the penalty of a recipe that is settled."""
    if recipe.training.penalty is None:
        raise RecipeError("training.penalty: expected a number, got none.")
    return recipe.training.penalty


def part_weights(data: Dataset, recipe: Recipe) -> PartWeights:
    """Return how much each part counts, class weights included, shape (n,)."""
    weights = data.weights()
    if recipe.training.class_weights == "balanced":
        labels = data.targets(recipe.classes)
        weights = weights * shared(labels, class_weights(labels, len(recipe.classes)))
    return weights


def shared(labels: Targets, of_class: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the weight of each part by its shares of the classes, shape (n,).

    Row by row, so that the bits do not hang on which parts stand beside: a product of
    matrices takes its last rows in another way than the first.
    """
    return np.asarray((labels * of_class).sum(axis=1))


def good_parts(labels: Targets, recipe: Recipe) -> NDArray[np.bool_] | None:
    """Return which parts are good, shape (n,); None without a good class."""
    if recipe.good is None:
        return None
    return np.asarray(labels[:, recipe.classes.index(recipe.good)] == 1)


def gradient_tolerance(penalty: float) -> float:
    """Return the gradient at which training is finished.

    W and b are then within 1e-7 of the one best answer, and what rounding can hide:
    the certificate adds that up. Without a penalty no gradient says how far that is,
    and 1e-9 it is.

    Example:
        >>> gradient_tolerance(1e-3), gradient_tolerance(1.0), gradient_tolerance(0.0)
        (1e-10, 1e-09, 1e-09)
    """
    return min(TOLERANCE, LEFT * penalty) if penalty else TOLERANCE

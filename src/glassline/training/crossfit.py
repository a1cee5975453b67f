"""What is said of each part by what was learnt from the others: one loop for all."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassline.arrays import ClassIds, Logits
from glassline.dataset import Dataset
from glassline.errors import GlasslineWarning
from glassline.features import Scale
from glassline.features.scale import SOFT, Ends
from glassline.recipe import Recipe
from glassline.training.trainset import learn

__all__ = ["Rows", "classes_of", "crossfit", "out_of_fold", "quiet", "splits"]

CLASS_TOLERANCE = 1e-6  # of the gradient: a most probable class needs no ten digits
Rows = NDArray[np.int64]


@contextmanager
def quiet() -> Iterator[None]:
    """Leave out what a fit on some of the parts would warn of: no news of the model."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", GlasslineWarning)
        yield


def splits(dealt: ClassIds) -> list[tuple[Rows, Rows]]:
    """Return for each fold the rows of all others, and its own.

    Args:
        dealt: Shape (n,), the fold of each part, as `deal` deals them.
    """
    return [
        (np.flatnonzero(dealt != fold), np.flatnonzero(dealt == fold))
        for fold in np.unique(dealt).tolist()
    ]


def crossfit(
    dealt: ClassIds, say: Callable[[Rows, Rows], tuple[NDArray[Any], ...]]
) -> tuple[NDArray[Any], ...]:
    """Let each fold be judged by what the other folds taught.

    Args:
        dealt: Shape (n,), the fold of each part, as `deal` deals them.
        say: Given the rows to learn from and the m rows to judge, returns arrays of m
            rows; what it warns of is left out.

    Returns:
        The same arrays of all n parts, in their order.

    Example:
        The mean of the others, in two folds:

        >>> x = np.array([1.0, 2.0, 6.0])
        >>> def mean(others, own):
        ...     return (np.full(len(own), x[others].mean()),)
        >>> crossfit(np.array([0, 1, 1]), mean)
        (array([4., 1., 1.]),)
    """
    folds = splits(dealt)
    with quiet():
        said = [say(others, own) for others, own in folds]
    place = np.argsort(np.concatenate([own for _, own in folds]))
    return tuple(np.concatenate(each)[place] for each in zip(*said, strict=True))


def out_of_fold(
    values: NDArray[np.float64],
    data: Dataset,
    recipe: Recipe,
    dealt: ClassIds,
    *,
    ends: Ends = SOFT,
    scale: Scale | None = None,
) -> Logits:
    """Return the logits of each part by a scale and head that its fold had no part in.

    Args:
        values: Shape (n, d), the readings of every part.
        data: The same n parts, all labelled.
        recipe: Classes and training settings.
        dealt: Shape (n,), the fold of each part, as `deal` deals them.
        ends: Of the scale, and the least spread.
        scale: Of another model; left out, each fold's others give one.
    """

    def say(others: Rows, own: Rows) -> tuple[Logits]:
        learnt, found = learn(
            values[others], data.subset(others), recipe, ends=ends, scale=scale
        )
        return (found.head.logits(learnt.scale.x(values[own])),)

    (logits,) = crossfit(dealt, say)
    return logits


def classes_of(
    values: NDArray[np.float64],
    read: NDArray[np.float64],
    data: Dataset,
    recipe: Recipe,
    ends: Ends = SOFT,
) -> ClassIds:
    """Return the most probable class of m parts by a scale and head of n others.

    Args:
        values: Shape (n, d), the readings of the others.
        read: Shape (m, d), those of the parts that are judged.
        data: The n others, all labelled.
        recipe: Classes and training settings.
        ends: Of the scale.
    """
    learnt, found = learn(values, data, recipe, ends=ends, tolerance=CLASS_TOLERANCE)
    return np.asarray(found.head.logits(learnt.scale.x(read)).argmax(axis=1))

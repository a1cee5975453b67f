"""Which parts train and which score: by group, each class in every fold."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassline.arrays import ClassIds
from glassline.errors import DatasetError

__all__ = ["FOLDS", "deal", "most_folds"]

FOLDS = 5  # where as many groups allow it


def deal(
    labels: ClassIds,
    groups: NDArray[Any],
    most: int = FOLDS,
    *,
    least: int = 2,
    seed: int = 0,
) -> NDArray[np.int64]:
    """Deal parts into folds so that no group is split and classes are spread evenly.

    Args:
        labels: Shape (n,), class ids.
        groups: Shape (n,), group ids.
        most: How many folds, where there are groups for them.
        least: How many folds at least.
        seed: Another seed, another deal; the same seed, the same deal.

    Returns:
        Shape (n,), the fold of each part, counted from 0.

    Raises:
        DatasetError: There are too few groups, or parts of every class, for the
            least.

    Example:
        Two photos of piece 7 stay together:

        >>> dealt = deal(np.array([0, 0, 0, 0]), np.array([7, 7, 8, 9]), 2)
        >>> bool(dealt[0] == dealt[1]), sorted(set(dealt.tolist()))
        (True, [0, 1])
    """
    from sklearn.model_selection import StratifiedGroupKFold  # noqa: PLC0415  1.8 s

    possible = most_folds(labels, groups)
    if possible < least:
        raise DatasetError(
            f"folds: expected {least} groups and a class with {least} parts, got "
            f"enough for {possible}. Add parts, or a column group with more values."
        )
    dealt = np.zeros(len(labels), np.int64)
    splitter = StratifiedGroupKFold(
        min(most, possible), shuffle=True, random_state=seed
    )
    with warnings.catch_warnings():
        # a class smaller than the folds is no news here
        warnings.simplefilter("ignore")
        for fold, (_, held_out) in enumerate(splitter.split(labels, labels, groups)):
            dealt[held_out] = fold
    return dealt


def most_folds(labels: ClassIds, groups: NDArray[Any]) -> int:
    """Return into how many folds these parts can be dealt; 0 without any."""
    if not len(labels):
        return 0
    return min(len(np.unique(groups)), int(np.bincount(labels).max()))

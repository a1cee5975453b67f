"""How far settings are searched: as far as the groups of the parts allow."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from glassline.arrays import ClassIds
from glassline.training.candidates import Candidates
from glassline.training.choosing import (
    Choice,
    Mix,
    Scorer,
    Tried,
    choose,
    gains,
    inner_loss,
    is_searchable,
)
from glassline.training.crossfit import quiet
from glassline.training.mixing import Mixture, Parts, learn_mixes, mixture_loss
from glassline.training.trainset import mean_groups

__all__ = ["is_walked", "search"]

MANY_GROUPS = 100  # of a class: from there on learnt weights are the better ones
COLUMNS_A_GROUP = 5  # more, and the least loss of so many is luck
HALF = 0.5  # of the standard error: what learnt weights must gain over the defaults


def search(
    parts: Parts,
    candidates: Candidates,
    penalty: float,
    *,
    most: int,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Choice:
    """Choose what each feature is read as, by what the groups can bear.

    Few groups: the defaults. More: one setting after the other, while it gains
    (`choose`). Many, or more candidates than such a walk can tell apart, as photos in
    colour have: weights learnt by the loss (`learn_mixes`) where these gain on parts
    that they did not see, else the defaults.

    Args:
        parts: Labelled.
        candidates: What may be read.
        penalty: Of the head.
        most: Measurements a feature: 1 or 2.
        progress: Told how far the walk is.
    """
    labels, groups = parts.labels, parts.groups
    if candidates.is_settled or not is_searchable(labels, groups):
        return _defaults(candidates)
    with quiet():
        if not is_walked(labels, groups, parts.readings.shape[1]):
            return _learnt(parts, candidates, penalty, most)
        return choose(
            candidates.columns,
            candidates.near,
            _score(parts, penalty),
            most=most,
            progress=progress,
        )


def is_walked(labels: ClassIds, groups: NDArray[np.int64], columns: int) -> bool:
    """Return whether settings are chosen one after the other, not learnt at once."""
    mean = mean_groups(labels, groups)
    return mean < MANY_GROUPS and columns <= COLUMNS_A_GROUP * mean


def _defaults(candidates: Candidates) -> Choice:
    return Choice(tuple((column,) for column in candidates.defaults), math.nan, ())


def _learnt(parts: Parts, candidates: Candidates, penalty: float, most: int) -> Choice:
    """Return learnt weights where they gain over the defaults, else the defaults."""
    columns = candidates.columns
    plain = _defaults(candidates)
    before = _score(parts, penalty)(plain.mixes)
    after = mixture_loss(parts, columns, penalty, most=most)
    tried = tuple(
        Tried(name, mix, float(before.sum()))
        for name, mix in zip(columns, plain.mixes, strict=True)
    )
    if not gains(before, after, errors=HALF):
        return replace(plain, loss=float(before.sum()), tried=tried)
    found = learn_mixes(parts, columns, penalty, most=most)
    loss = float(after.sum())
    tried += tuple(
        Tried(name, mix, loss) for name, mix in zip(columns, found.mixes, strict=True)
    )
    adds = _adds(parts, found, penalty)
    return Choice(found.mixes, loss, tried, adds, found.weights)


def _adds(parts: Parts, found: Mixture, penalty: float) -> tuple[float, ...]:
    """Return what the second measurement of each feature gains, the rest as it is."""
    weights = dict(zip(found.mixes, found.weights, strict=True))
    score = _score(parts, penalty, weights)
    whole = float(score(found.mixes).sum())
    gained = []
    for place, mix in enumerate(found.mixes):
        alone = [
            float(
                score(
                    (*found.mixes[:place], (column,), *found.mixes[place + 1 :])
                ).sum()
            )
            for column in mix
        ]
        gained.append(min(alone) - whole if len(mix) > 1 else 0.0)
    return tuple(gained)


def _score(
    parts: Parts,
    penalty: float,
    weights_of: Mapping[Mix, tuple[float, ...]] | None = None,
) -> Scorer:
    return inner_loss(
        parts.readings,
        parts.targets,
        parts.weights,
        parts.good,
        parts.labels,
        parts.groups,
        penalty,
        weights_of=weights_of,
    )

"""How far settings are searched: as far as the groups of the parts allow."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from glassline.arrays import ClassIds
from glassline.training.candidates import Candidates
from glassline.training.choosing import (
    Choice,
    Parts,
    Tried,
    choose,
    gains,
    inner_loss,
)
from glassline.training.crossfit import quiet
from glassline.training.mixing import Mixture, learn_mixes, mixture_loss
from glassline.training.trainset import mean_groups

__all__ = ["LIMITS", "Limits", "Search", "search"]

Search = Callable[..., Choice]
"""Parts, candidates, penalty, `most` and `progress` to what each feature is read as."""


@dataclass(frozen=True)
class Limits:
    """What parts and groups of a class must be, for settings to be searched.

    Attributes:
        parts: Of the rarest class; below, folds of them say nothing.
        groups: In the harmonic mean over the classes; below, the same.
        walk_parts: Of the rarest class, for one setting after the other; with 10 that
            loses 2 to 5 points; and weights are then learnt only for a gain of `errors`.
        many: Groups from which on learnt weights are the better ones.
        columns: Candidates, at most, of such a walk; of more, as photos in colour have,
            the least loss is luck.
        errors: Standard errors that learnt weights must gain where parts are so few. One
            is enough for accuracy, and leaves the head surer than it should be.
    """

    parts: int = 5
    groups: float = 3
    walk_parts: int = 15
    many: float = 100
    columns: float = 50
    errors: float = 2

    def search(self, labels: ClassIds, groups: NDArray[np.int64]) -> bool:
        """Return whether there are parts enough to hold anything against the defaults.

        There must be two classes at least.
        """
        counts = np.unique(labels, return_counts=True)[1]
        return (
            len(counts) > 1
            and bool(counts.min() >= self.parts)
            and _groups(labels, groups) >= self.groups
        )

    def walk(self, labels: ClassIds, groups: NDArray[np.int64], columns: int) -> bool:
        """Return whether settings are chosen one after the other, not learnt at once.

        Args:
            labels: Shape (n,), the class of each part.
            groups: Shape (n,), the group of each part.
            columns: How many candidates there are.
        """
        return (
            not self.few(labels)
            and _groups(labels, groups) < self.many
            and columns <= self.columns
        )

    def few(self, labels: ClassIds) -> bool:
        """Return whether parts are few: of some class below `walk_parts`."""
        counts = np.unique(labels, return_counts=True)[1]
        return bool(counts.min() < self.walk_parts)


LIMITS = Limits()


def search(
    parts: Parts,
    candidates: Candidates,
    penalty: float,
    *,
    most: int,
    limits: Limits = LIMITS,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Choice:
    """Choose what each feature is read as, by what the groups can bear.

    One setting after the other, while it gains (`choose`), where parts are enough and
    candidates not too many to tell them apart. Else, and of very many groups, weights
    learnt by the loss (`learn_mixes`), where these gain on parts that they did not see.
    A gain counts beyond its own standard error over the groups (of few parts beyond
    two: the head is then not surer than it may be); where none does, and
    below five parts or three groups of a class, the defaults stand.

    Args:
        parts: Labelled.
        candidates: What may be read.
        penalty: Of the head.
        most: Measurements a feature: 1 or 2.
        limits: What parts and groups must be.
        progress: Told how far the walk is.
    """
    labels, groups = parts.labels, parts.groups
    if candidates.is_settled or not limits.search(labels, groups):
        return _defaults(candidates)
    columns = sum(map(len, candidates.columns.values()))
    with quiet():
        if not limits.walk(labels, groups, columns):
            is_grey = columns <= limits.columns  # in colour the defaults lack too much
            errors = limits.errors if limits.few(labels) and is_grey else 1.0
            return _learnt(parts, candidates, penalty, most, errors)
        return choose(
            candidates.columns,
            candidates.near,
            inner_loss(parts, penalty),
            most=most,
            progress=progress,
        )


def _groups(labels: ClassIds, groups: NDArray[np.int64]) -> float:
    """Return the mean number of groups of a class, free of the last bits of a mean."""
    return round(mean_groups(labels, groups), 9)


def _defaults(candidates: Candidates) -> Choice:
    return Choice(tuple((column,) for column in candidates.defaults), math.nan, ())


def _learnt(
    parts: Parts, candidates: Candidates, penalty: float, most: int, errors: float
) -> Choice:
    """Return learnt weights where they gain over the defaults, else the defaults."""
    columns = candidates.columns
    plain = _defaults(candidates)
    before = inner_loss(parts, penalty)(plain.mixes)
    after = mixture_loss(parts, columns, penalty, most=most)
    tried = tuple(
        Tried(name, mix, float(before.sum()))
        for name, mix in zip(columns, plain.mixes, strict=True)
    )
    if not gains(before, after, errors=errors):
        return replace(
            plain, loss=float(before.sum()), tried=tried, shares=tuple(before.tolist())
        )
    learnt = learn_mixes(parts, columns, penalty, most=most)
    found, adds = _thinned(parts, learnt, penalty)
    loss = float(after.sum())
    tried += tuple(
        Tried(name, mix, loss) for name, mix in zip(columns, found.mixes, strict=True)
    )
    return Choice(found.mixes, loss, tried, adds, found.weights, tuple(after.tolist()))


def _thinned(
    parts: Parts, found: Mixture, penalty: float
) -> tuple[Mixture, tuple[float, ...]]:
    """Drop each measurement without which nothing is lost, the least one first.

    The loss that weighs them all drops none of two that are hardly better than one; a
    reading then costs twice, and repeats worse.

    Returns:
        What is left, and what the second measurement of each feature gains.
    """
    while True:
        score = inner_loss(
            parts, penalty, dict(zip(found.mixes, found.weights, strict=True))
        )
        whole = score(found.mixes)
        alone = {
            (place, column): score(found.alone(place, column).mixes)
            for place, mix in enumerate(found.mixes)
            for column in mix
            if len(mix) > 1
        }
        spare = [
            (float(each.sum()), *at)
            for at, each in alone.items()
            if not gains(each, whole)
        ]
        if not spare:
            break
        _, place, column = min(spare)
        found = found.alone(place, column)
    losses = [
        [float(alone[place, column].sum()) for column in mix if len(mix) > 1]
        for place, mix in enumerate(found.mixes)
    ]
    total = float(whole.sum())
    return found, tuple(min(each) - total if each else 0.0 for each in losses)

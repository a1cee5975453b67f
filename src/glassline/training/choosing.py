"""Choose one setting a feature: by the loss on groups that the head did not see."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from glassline.arrays import ClassIds, PartWeights, Targets
from glassline.dataset.folds import deal
from glassline.features import Scale
from glassline.head import Head, fit, part_losses
from glassline.training.crossfit import splits

__all__ = ["Choice", "Scorer", "Tried", "choose", "inner_loss"]

MIN_GAIN = 0.002  # nats: a smaller gain is chance, and the defaults stand
ROUNDS = 3  # over the four features; the second seldom moves, the third never did
INNER_FOLDS = 4
REPEATS = 4  # deals of the groups, so that one lucky deal does not decide
TOLERANCE = 1e-4  # of the gradient: a score needs four digits, not ten

Scorer = Callable[[tuple[int, ...]], float]
"""Columns, one a feature, to a loss; lower is better."""


@dataclass(frozen=True)
class Tried:
    """One candidate and what it scored, beside the others chosen then."""

    feature: str
    column: int
    loss: float


@dataclass(frozen=True)
class Choice:
    """The columns chosen, one a feature, and everything that was tried."""

    columns: tuple[int, ...]
    loss: float
    tried: tuple[Tried, ...]


def choose(
    columns: Mapping[str, Sequence[int]],
    start: Sequence[int],
    score: Scorer,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Choice:
    """Walk feature by feature to the candidate of least loss, while it gains.

    A candidate replaces the one that stands only if it gains at least 0.002 nats;
    the walk ends with a round that replaces nothing, or after three rounds. No
    combination is scored twice.

    Args:
        columns: Feature to the columns of its candidates.
        start: One column a feature: the defaults.
        score: Scores a combination.
        progress: Told how many candidates of how many a round are done.

    Example:
        Two features with two candidates each; the loss counts the ones:

        >>> choice = choose({"a": (0, 1), "b": (2, 3)}, (0, 2),
        ...                 lambda chosen: 1.0 - 0.1 * sum(c % 2 for c in chosen))
        >>> choice.columns, round(choice.loss, 3)
        ((1, 3), 0.8)
    """
    known: dict[tuple[int, ...], float] = {}
    tried: list[Tried] = []
    best = tuple(start)
    total = sum(len(each) for each in columns.values())
    for _ in range(ROUNDS):
        before, done = best, 0
        for place, (feature, candidates) in enumerate(columns.items()):
            scored = []
            for column in candidates:
                combination = (*best[:place], column, *best[place + 1 :])
                if combination not in known:
                    known[combination] = score(combination)
                    tried.append(Tried(feature, column, known[combination]))
                scored.append((known[combination], combination))
                done += 1
                progress(done, total)
            loss, combination = min(scored)
            if loss <= known[best] - MIN_GAIN:
                best = combination
        if best == before:
            break
    return Choice(best, known[best], tuple(tried))


def inner_loss(  # noqa: PLR0913  the readings and all that training knows of the parts
    readings: NDArray[np.float64],
    targets: Targets,
    weights: PartWeights,
    good: NDArray[np.bool_] | None,
    labels: ClassIds,
    groups: NDArray[np.int64],
    penalty: float,
) -> Scorer:
    """Return what scores columns: the cross-validated loss of a head on them.

    Scale and head are fitted without the fold that is scored; groups are never
    split. The mean is weighted as training weighs the parts, nats a unit of weight.

    Args:
        readings: Shape (n, m), every candidate.
        targets: Shape (n, k), as the head is trained on.
        weights: Shape (n,), class weights included.
        good: Shape (n,), which parts are good; None takes all for the scale.
        labels: Shape (n,), the class of each part.
        groups: Shape (n,), the group of each part.
        penalty: As in `fit`.
    """
    folds = [
        (seen, own, Scale.fit(readings[seen], None if good is None else good[seen]))
        for seed in range(REPEATS)
        for seen, own in splits(deal(labels, groups, INNER_FOLDS, seed=seed))
    ]
    # A fold's head starts where its last one ended: the optimum is the same, the way
    # to it short.
    heads: list[Head | None] = [None] * len(folds)

    def score(columns: tuple[int, ...]) -> float:
        lost = total = 0.0
        for at, (seen, own, of_all) in enumerate(folds):
            scale = Scale(
                tuple(of_all.center[each] for each in columns),
                tuple(of_all.spread[each] for each in columns),
                of_all.clip,
            )
            x = scale.x(readings[:, columns])
            head = heads[at] = fit(
                x[seen],
                targets[seen],
                penalty=penalty,
                weights=weights[seen],
                start=heads[at],
                classes=targets.shape[1],
                tolerance=TOLERANCE,
            ).head
            losses = part_losses(head.logits(x[own]), targets[own])
            lost += float(weights[own] @ losses)
            total += float(weights[own].sum())
        return lost / total

    return score

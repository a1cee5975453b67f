"""Choose one setting a feature: by the loss on groups that the head did not see."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from glassline.arrays import ClassIds, PartWeights, Targets
from glassline.dataset.folds import deal
from glassline.features import Scale
from glassline.features.sums import blend, shares
from glassline.head import Head, fit, part_losses
from glassline.training.crossfit import splits

__all__ = [
    "MOST",
    "Choice",
    "Mix",
    "Scorer",
    "Tried",
    "choose",
    "gains",
    "inner_loss",
    "is_searchable",
    "mixed",
]

MIN_GAIN = 0.002  # nats: a smaller gain is chance, and the defaults stand
MOST = 2  # measurements of a feature: more are measured to be no better
ROUNDS = 3  # over the four features; the second seldom moves, the third never did
INNER_FOLDS = 4
REPEATS = 4  # deals of the groups, so that one lucky deal does not decide
LEAST_PARTS = 15  # of each class: with 10, choosing loses 2 to 5 points
LEAST_GROUPS = 6  # of a class: with 5, what folds of groups say is chance
TOLERANCE = 1e-4  # of the gradient: a score needs four digits, not ten

Shares = NDArray[np.float64]
"""Loss of each group, shape (m,): they add up to the loss of all."""

Mix = tuple[int, ...]
"""The columns of one feature: one, or two that are read as one."""

Scorer = Callable[[tuple[Mix, ...]], Shares]
"""A mix a feature, to what each group adds to the loss; lower is better."""

Near = Callable[[str, int], Sequence[int]]
"""Feature and column to the columns that may take its place, itself among them."""


@dataclass(frozen=True)
class Tried:
    """One mix of a feature and what it scored, beside the others chosen then."""

    feature: str
    columns: Mix
    loss: float


@dataclass(frozen=True)
class Choice:
    """The mixes chosen, one a feature, and everything that was tried.

    Attributes:
        mixes: The columns of each feature.
        loss: Of all of them together.
        tried: In the order in which they were scored.
        adds: Of each feature what its second measurement gains, in nats, beside the
            others as chosen; 0 where it has one.
        weights: One a column, where they were learnt; None weighs each by its spread.
    """

    mixes: tuple[Mix, ...]
    loss: float
    tried: tuple[Tried, ...]
    adds: tuple[float, ...] = ()
    weights: tuple[tuple[float, ...], ...] | None = None


def choose(
    columns: Mapping[str, Sequence[int]],
    near: Near,
    score: Scorer,
    *,
    most: int = MOST,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Choice:
    """Walk feature by feature to the candidate of least loss, while it gains.

    A candidate replaces the one that stands only if it gains at least 0.002 nats and
    more than the standard error of its own gain over the groups; the walk ends with a
    round that replaces nothing, or after three rounds. Then a second measurement, any
    of the feature, is added to each feature by the same rule, for one round. No
    combination is scored twice.

    Args:
        columns: Feature to the columns of its candidates, the default first.
        near: What may take a column's place.
        score: Scores a combination.
        most: Measurements a feature: 1 or 2.
        progress: Told how many candidates of how many a round are done.

    Example:
        Two features with two candidates each, one group; the loss counts the ones:

        >>> columns = {"a": (0, 1), "b": (2, 3)}
        >>> def ones(mixes):
        ...     return np.array([1 - sum(c % 2 for mix in mixes for c in mix) / 10])
        >>> choice = choose(columns, lambda name, column: columns[name], ones, most=1)
        >>> choice.mixes, round(choice.loss, 3)
        (((1,), (3,)), 0.8)
    """
    walk = _Walk(columns, score, progress)
    for _ in range(ROUNDS):
        before = walk.best
        walk.round(near, lambda mix, column: (column,))
        if walk.best == before:
            break
    if most > 1:
        every: Near = lambda feature, column: columns[feature]  # noqa: E731
        walk.round(every, lambda mix, column: tuple(sorted({*mix, column})))
    return Choice(walk.best, walk.loss(walk.best), tuple(walk.tried), walk.adds())


class _Walk:
    """Where the walk stands, and what it has scored."""

    def __init__(
        self,
        columns: Mapping[str, Sequence[int]],
        score: Scorer,
        progress: Callable[[int, int], None],
    ) -> None:
        self.features = tuple(columns)
        self.score, self.progress = score, progress
        self.best: tuple[Mix, ...] = tuple((each[0],) for each in columns.values())
        self.known: dict[tuple[Mix, ...], Shares] = {}
        self.tried: list[Tried] = []

    def loss(self, combination: tuple[Mix, ...]) -> float:
        return float(self.known[combination].sum())

    def round(self, near: Near, change: Callable[[Mix, int], Mix]) -> None:
        """Let every feature change to the best of what is near, where that gains."""
        firsts = zip(self.features, (mix[0] for mix in self.best), strict=True)
        total, done = sum(len(near(*each)) for each in firsts), 0
        for place, feature in enumerate(self.features):
            self._try(place, self.best[place])
            scored = []
            for column in near(feature, self.best[place][0]):
                tried = self._try(place, change(self.best[place], column))
                scored.append((self.loss(tried), tried))
                done += 1
                self.progress(done, total)
            _, combination = min(scored)
            if gains(self.known[self.best], self.known[combination]):
                self.best = combination

    def adds(self) -> tuple[float, ...]:
        """Return what the second measurement of each feature gains, at the end."""
        found = []
        for place, mix in enumerate(self.best):
            alone = min(self.loss(self._try(place, (column,))) for column in mix)
            found.append(alone - self.loss(self.best) if len(mix) > 1 else 0.0)
        return tuple(found)

    def _try(self, place: int, mix: Mix) -> tuple[Mix, ...]:
        combination = (*self.best[:place], mix, *self.best[place + 1 :])
        if combination not in self.known:
            self.known[combination] = self.score(combination)
            loss = self.loss(combination)
            self.tried.append(Tried(self.features[place], mix, loss))
        return combination


def gains(old: Shares, new: Shares, *, errors: float = 1.0) -> bool:
    """Return whether a change gains more than chance: by size and by standard error.

    With d_g what group g gains of m, the gain is sum d_g, its standard error
    sqrt( m / (m - 1) sum (d_g - mean d)^2 ).

    Args:
        old: Loss of each group before.
        new: And after.
        errors: Of the standard error, how many the gain must be.

    Example:
        Two groups gain as much in sum, once alike, once one of them alone:

        >>> gains(np.array([0.5, 0.5]), np.array([0.4, 0.4]))
        True
        >>> gains(np.array([0.5, 0.5]), np.array([0.2, 0.6]))
        False
    """
    each = old - new
    m = len(each)
    away = float(((each - each.mean()) ** 2).sum())
    error = np.sqrt(m / (m - 1) * away) if m > 1 else 0.0
    return bool(each.sum() >= max(MIN_GAIN, errors * error))


def is_searchable(labels: ClassIds, groups: NDArray[np.int64]) -> bool:
    """Return whether there are parts enough to choose settings by.

    At least 15 parts of each class, and 6 groups of a class in the harmonic mean:
    below, the defaults are measured to be better than what seems best.
    """
    classes = [groups[labels == label] for label in np.unique(labels).tolist()]
    if len(classes) < 2:
        return False
    few = min(len(each) for each in classes)
    inverse = np.mean([1 / len(np.unique(each)) for each in classes])
    return few >= LEAST_PARTS and bool(inverse <= 1 / LEAST_GROUPS)


def inner_loss(  # noqa: PLR0913  the readings and all that training knows of the parts
    readings: NDArray[np.float64],
    targets: Targets,
    weights: PartWeights,
    good: NDArray[np.bool_] | None,
    labels: ClassIds,
    groups: NDArray[np.int64],
    penalty: float,
    *,
    weights_of: Mapping[Mix, tuple[float, ...]] | None = None,
) -> Scorer:
    """Return what scores columns: the cross-validated loss of a head on them.

    Scale and head are fitted without the fold that is scored; groups are never
    split. The mean is weighted as training weighs the parts, nats a unit of weight;
    each group's share of it is told.

    Args:
        readings: Shape (n, m), every candidate.
        targets: Shape (n, k), as the head is trained on.
        weights: Shape (n,), class weights included.
        good: Shape (n,), which parts are good; None takes all for the scale.
        labels: Shape (n,), the class of each part.
        groups: Shape (n,), the group of each part.
        penalty: As in `fit`.
        weights_of: The weights of mixes that were learnt; any other is weighed by
            the spreads.
    """
    given = weights_of or {}
    folds = [
        (seen, own, None if good is None else good[seen])
        for seed in range(REPEATS)
        for seen, own in splits(deal(labels, groups, INNER_FOLDS, seed=seed))
    ]
    scales = [Scale.fit(readings[seen], mine) for seen, _, mine in folds]
    known: dict[tuple[int, Mix], tuple[float, float]] = {}
    # A fold's head starts where its last one ended: the optimum is the same, the way
    # to it short.
    heads: list[Head | None] = [None] * len(folds)
    _, place = np.unique(groups, return_inverse=True)
    total = REPEATS * float(weights.sum())

    def score(mixes: tuple[Mix, ...]) -> Shares:
        lost = np.zeros(len(labels))
        for at, (seen, own, mine) in enumerate(folds):
            values = np.stack(
                [mixed(readings, mix, scales[at], given.get(mix)) for mix in mixes],
                axis=1,
            )
            for column, mix in enumerate(mixes):
                if (at, mix) not in known:
                    found = Scale.fit(values[seen, column : column + 1], mine)
                    known[at, mix] = found.center[0], found.spread[0]
            center, spread = zip(*(known[at, mix] for mix in mixes), strict=True)
            x = replace(scales[at], center=center, spread=spread).x(values)
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
            lost[own] += weights[own] * losses
        return np.bincount(place, weights=lost) / total

    return score


def mixed(
    readings: NDArray[np.float64],
    mix: Mix,
    scale: Scale,
    weights: tuple[float, ...] | None = None,
) -> NDArray[np.float64]:
    """Return the reading of a mix for every part, shape (n,).

    Args:
        readings: Shape (n, m), every candidate.
        mix: The columns.
        scale: Of the m candidates, on the parts that were learnt from.
        weights: One a column; left out, each counts by its spread there.
    """
    columns = [readings[:, column] for column in mix]
    each = weights or shares([scale.spread[column] for column in mix])
    return np.asarray(blend(columns, each))

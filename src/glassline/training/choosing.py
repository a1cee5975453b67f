"""Choose one setting a feature: by the loss on groups that the head did not see."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from glassline.arrays import ClassIds, Features, PartWeights, Targets
from glassline.dataset.folds import deal
from glassline.features import Scale
from glassline.features.sums import blend, shares
from glassline.head import Head, fit, part_losses
from glassline.training.crossfit import splits

__all__ = [
    "MOST",
    "Choice",
    "Mix",
    "Parts",
    "Scorer",
    "Tried",
    "choose",
    "gains",
    "head_of",
    "inner_folds",
    "inner_loss",
    "mixed",
    "shares_of",
]

MIN_GAIN = 0.002  # nats: a smaller gain is chance, and the defaults stand
MOST = 2  # measurements of a feature: more are measured to be no better
ROUNDS = 3  # over the four features; the second seldom moves, the third never did
INNER_FOLDS = 4
REPEATS = 4  # deals of the groups, so that one lucky deal does not decide
TOLERANCE = 1e-4  # of the gradient: a score needs four digits, not ten

Shares = NDArray[np.float64]
"""Loss of each group, shape (m,): they add up to the loss of all."""

Mix = tuple[int, ...]
"""The columns of one feature: one, or two that are read as one."""

Scorer = Callable[[tuple[Mix, ...]], Shares]
"""A mix a feature, to what each group adds to the loss; lower is better."""

Near = Callable[[str, int], Sequence[int]]
"""Feature and column to the columns that may take its place, itself among them."""


@dataclass(frozen=True, eq=False)
class Parts:
    """What is known of n labelled parts.

    Attributes:
        readings: Shape (n, m), every candidate.
        targets: Shape (n, k), as the head is trained on.
        weights: Shape (n,), class weights included.
        good: Shape (n,), which parts are good; None takes all for the scale.
        labels: Shape (n,), the class of each part.
        groups: Shape (n,), the group of each part.
    """

    readings: NDArray[np.float64]
    targets: Targets
    weights: PartWeights
    good: NDArray[np.bool_] | None
    labels: ClassIds
    groups: NDArray[np.int64]

    def subset(self, rows: NDArray[np.int64]) -> Parts:
        """Return some of the parts, in the order of the rows."""
        return Parts(
            self.readings[rows],
            self.targets[rows],
            self.weights[rows],
            None if self.good is None else self.good[rows],
            self.labels[rows],
            self.groups[rows],
        )


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
        shares: What of the loss each group has, on parts that were not learnt from;
            empty where nothing was scored.
    """

    mixes: tuple[Mix, ...]
    loss: float
    tried: tuple[Tried, ...]
    adds: tuple[float, ...] = ()
    weights: tuple[tuple[float, ...], ...] | None = None
    shares: tuple[float, ...] = ()


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
    return Choice(
        walk.best,
        walk.loss(walk.best),
        tuple(walk.tried),
        walk.adds(),
        shares=tuple(walk.known[walk.best].tolist()),
    )


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
        errors: How many standard errors a gain must exceed.

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


def inner_loss(
    parts: Parts,
    penalty: float,
    weights_of: Mapping[Mix, tuple[float, ...]] | None = None,
) -> Scorer:
    """Return what scores columns: the cross-validated loss of a head on them.

    Scale and head are fitted without the fold that is scored; groups are never
    split. The mean is weighted as training weighs the parts, nats a unit of weight;
    each group's share of it is told.

    Args:
        parts: Labelled.
        penalty: As in `fit`.
        weights_of: The weights of mixes that were learnt; any other is weighed by
            the spreads.
    """
    given, readings = weights_of or {}, parts.readings
    folds = [(parts.subset(seen), seen, own) for seen, own in inner_folds(parts)]
    scales = [Scale.fit(known.readings, known.good) for known, _, _ in folds]
    settled: dict[tuple[int, Mix], tuple[float, float]] = {}
    # A fold's head starts where its last one ended: the optimum is the same, the way
    # to it short.
    heads: list[Head | None] = [None] * len(folds)

    def score(mixes: tuple[Mix, ...]) -> Shares:
        lost = np.zeros(len(parts.labels))
        for at, (known, seen, own) in enumerate(folds):
            values = np.stack(
                [mixed(readings, mix, scales[at], given.get(mix)) for mix in mixes],
                axis=1,
            )
            for column, mix in enumerate(mixes):
                if (at, mix) not in settled:
                    found = Scale.fit(values[seen, column : column + 1], known.good)
                    settled[at, mix] = found.center[0], found.spread[0]
            center, spread = zip(*(settled[at, mix] for mix in mixes), strict=True)
            x = replace(scales[at], center=center, spread=spread).x(values)
            heads[at] = head = head_of(known, x[seen], penalty, heads[at])
            lost[own] += part_losses(head.logits(x[own]), parts.targets[own])
        return shares_of(parts, lost)

    return score


def inner_folds(parts: Parts) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Return the rows that are seen and those that are scored, fold by fold and deal."""
    return [
        fold
        for seed in range(REPEATS)
        for fold in splits(deal(parts.labels, parts.groups, INNER_FOLDS, seed=seed))
    ]


def head_of(
    parts: Parts, x: Features, penalty: float, start: Head | None = None
) -> Head:
    """Return the head of parts, as near its optimum as a score needs."""
    return fit(
        x,
        parts.targets,
        penalty=penalty,
        weights=parts.weights,
        start=start,
        classes=parts.targets.shape[1],
        tolerance=TOLERANCE,
    ).head


def shares_of(parts: Parts, lost: NDArray[np.float64]) -> Shares:
    """Return each group's share of the mean loss, of what each part lost in all deals."""
    _, place = np.unique(parts.groups, return_inverse=True)
    total = REPEATS * float(parts.weights.sum())
    return np.bincount(place, weights=parts.weights * lost) / total


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

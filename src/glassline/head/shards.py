"""Fit the head to parts that lie in shards, summed wherever they lie: the bits of `fit`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassline.errors import InputError
from glassline.head.blocks import Block, block_length, joined
from glassline.head.certificate import MAX_DENSE
from glassline.head.fitting import (
    Fit,
    Settings,
    climb,
    every_so_many,
    finished,
    last_leg,
)
from glassline.head.rounding import Summed, rounded_by, sizes_of
from glassline.head.stream import Parts, checked_parts
from glassline.head.sums import Rows, Statistics, add_up, each_block
from glassline.head.targets import Votes, one_if_equal
from glassline.head.threads import one_thread

__all__ = ["Run", "Shard", "fit_shards"]

Shard = Callable[[], Parts]
"""Returns the parts of one shard, x and y, and weights if there are any."""

Run = Callable[[Callable[[Any], Any], Sequence[Any]], Iterable[Any]]
"""Calls a function on each task, anywhere, and returns what it returns, in any order."""

JUDGED_PARTS = 65_536  # looked at for features that depend on one another


def fit_shards(
    shards: Sequence[Shard],
    *,
    classes: int,
    penalty: float,
    max_steps: int = 100,
    tolerance: float = 1e-9,
    run: Run = map,
) -> Fit:
    """Return the head that `fit` returns for all parts together, to the last bit.

    The blocks of `fit` are cut across the shards: which parts a block holds hangs on
    the order of the shards alone. Each block is summed by whoever is handed it, and the
    sums are added in the order of the blocks. So neither who sums, nor how many do, nor
    who answers first changes a bit, as long as all have one kind of processor and one
    NumPy. A block takes its parts from neighbouring shards, class by class: in each pass
    a shard is read about once a class. Nothing is sampled but where `fit` samples: to
    begin its search from 100,000 votes on; and from there on the warning of dependent
    features rests on 65,536.

    Args:
        shards: In the order in which their parts follow one another; each is called
            once or more a pass, wherever `run` takes it.
        classes: The number of classes k.
        penalty: > 0; this and the rest as in `fit`.
        max_steps: >= 0.
        tolerance: > 0.
        run: Such as `map`, that of a pool of processes, or
            `glassline.batch.cluster.anywhere`.

    Returns:
        A `Fit`, as `fit` returns it.

    Raises:
        ShapeError, InputError, LabelError: As `fit`; the message names the shard.
            Also where d x k is above 300, or a shard returns other parts later on.

    Warns:
        GlasslineWarning: As `fit`.

    Example:
        Four parts in two shards, the second handed out first:

        >>> shards = [
        ...     lambda: (np.array([[0.0], [3.0]]), np.array([0, 1])),
        ...     lambda: (np.array([[1.0], [2.0]]), np.array([0, 1])),
        ... ]
        >>> backwards = lambda call, tasks: map(call, tasks[::-1])
        >>> found = fit_shards(shards, classes=2, penalty=0.1, run=backwards)
        >>> from glassline.head import fit
        >>> x, y = np.array([[0.0], [3.0], [1.0], [2.0]]), np.array([0, 1, 0, 1])
        >>> found.head.W.tolist() == fit(x, y, penalty=0.1).head.W.tolist()
        True

    Source:
        As `fit`.
    """
    settings = Settings(penalty, max_steps, tolerance, 1)
    if penalty == 0:
        raise InputError("penalty: expected a number above 0 for shards, got 0.")
    numbered = [(number, shard, classes) for number, shard in enumerate(shards)]
    told = _in_order(run, _look, numbered)
    plan = _Plan.of(shards, told, classes)
    d, k = plan.d, classes
    if (d + 1) * k > MAX_DENSE:
        raise InputError(
            f"shards: expected at most {MAX_DENSE} weights, got {(d + 1) * k}."
        )
    lanes = plan.lanes()
    longest = min(block_length(d, k), plan.count)

    def sample(parts: int) -> tuple[NDArray[np.float64], list[Votes]]:
        return plan.sample(run, parts // k)

    def summed(theta: NDArray[np.float64], curved: bool) -> Statistics:
        def each() -> Iterable[tuple[float, Rows]]:
            tasks = [(lane, theta, curved) for lane in lanes]
            return chain.from_iterable(_in_order(run, _sum, tasks))

        return add_up(theta, each, plan.weight, curved=curved, longest=longest)

    def rounded() -> Summed:
        each = list(chain.from_iterable(_in_order(run, _sizes, lanes)))
        return rounded_by(each, plan.weight, longest)

    theta, steps, hessian = climb(sample, plan.count, np.zeros((d + 1, k)), settings)
    last = last_leg(summed, plan.count, theta, settings, hessian, rounded)
    ended = replace(last, found=replace(last.found, steps=steps + last.found.steps))
    x, groups = plan.sample(run, max(1, JUDGED_PARTS // k))
    return finished(x, groups, ended, settings, plan.counts)


@dataclass(frozen=True, eq=False)
class _Told:
    """What a shard says of itself: features, votes of each class, and their weights."""

    d: int
    votes: tuple[int, ...]
    weights: tuple[float | NDArray[np.float64], ...]

    def each(self, c: int) -> NDArray[np.float64]:
        """Return the weight of each vote of a class."""
        return np.broadcast_to(self.weights[c], (self.votes[c],))


@dataclass(frozen=True)
class _Piece:
    """Votes of one class in one shard, from start to stop, and where a block has them."""

    shard: int
    label: int
    start: int
    stop: int
    at: int


@dataclass(frozen=True, eq=False)
class _Cut:
    """One block before its parts are read."""

    labels: tuple[tuple[int, int, int], ...]
    weight: float | NDArray[np.float64]
    pieces: tuple[_Piece, ...]


@dataclass(frozen=True, eq=False)
class _Lane:
    """Blocks that one worker sums, and the shards in which their parts lie."""

    shards: dict[int, Shard]
    counts: dict[int, tuple[int, ...]]
    cuts: tuple[_Cut, ...]
    d: int
    k: int

    def blocks(self) -> list[Block]:
        """Read the parts, shard by shard."""
        filled = [np.ones((self.d + 1, cut.labels[-1][2])) for cut in self.cuts]
        for number, shard in self.shards.items():
            x, groups = _read(number, shard, self.k)
            if tuple(len(group.rows) for group in groups) != self.counts[number]:
                raise InputError(
                    f"shards[{number}]: expected the same parts each time, got others."
                )
            for xt, cut in zip(filled, self.cuts, strict=True):
                for piece in cut.pieces:
                    if piece.shard == number:
                        rows = groups[piece.label].rows[piece.start : piece.stop]
                        xt[:-1, piece.at : piece.at + len(rows)] = x[rows].T
        return [
            Block(cut.labels, xt, cut.weight)
            for xt, cut in zip(filled, self.cuts, strict=True)
        ]


@dataclass(frozen=True, eq=False)
class _Plan:
    """Where the votes of each class lie, and how they weigh.

    Attributes:
        shards: In their order.
        d: Features.
        votes: Shape (shards, k): how many votes of each class a shard has.
        weights: Of each class, all shards together: one number, or one a vote.
    """

    shards: Sequence[Shard]
    d: int
    votes: NDArray[np.int64]
    weights: tuple[float | NDArray[np.float64], ...]

    @classmethod
    def of(cls, shards: Sequence[Shard], told: Sequence[_Told], k: int) -> _Plan:
        """Put together what the shards told.

        Raises:
            InputError: None holds a vote, or one has another number of features.
        """
        votes = np.array([one.votes for one in told])
        if not votes.sum():
            raise InputError(
                "shards: expected at least one decided part with a weight above 0, got "
                "none."
            )
        for number, one in enumerate(told):
            if one.d != told[0].d:
                raise InputError(
                    f"shards[{number}]: expected {told[0].d} features as in the first, "
                    f"got {one.d}."
                )
        return cls(shards, told[0].d, votes, tuple(_weights(told, c) for c in range(k)))

    @property
    def counts(self) -> list[int]:
        """Return the votes of each class."""
        return [int(each) for each in self.votes.sum(axis=0)]

    @property
    def count(self) -> int:
        """Return how many votes there are."""
        return int(self.votes.sum())

    @property
    def weight(self) -> float:
        """Return their summed weight, as `fit` adds it."""
        rows = np.zeros(0, np.intp)
        totals = [
            each * count if isinstance(each, float) else Votes(0, rows, each).total
            for each, count in zip(self.weights, self.counts, strict=True)
        ]
        return float(sum(totals))

    def lanes(self) -> list[_Lane]:
        """Cut the blocks of `fit`, and hand each shard's worth of them to one lane."""
        length = block_length(self.d, len(self.counts))
        ends = [0, *accumulate(self.counts)]
        cuts = [
            self._cut(ends, start, min(start + length, self.count))
            for start in range(0, self.count, length)
        ]
        step = -(-len(cuts) // len(self.shards))
        return [self._lane(cuts[at : at + step]) for at in range(0, len(cuts), step)]

    def _lane(self, cuts: Sequence[_Cut]) -> _Lane:
        numbers = sorted({piece.shard for cut in cuts for piece in cut.pieces})
        return _Lane(
            {number: self.shards[number] for number in numbers},
            {number: tuple(self.votes[number].tolist()) for number in numbers},
            tuple(cuts),
            self.d,
            len(self.counts),
        )

    def _cut(self, ends: Sequence[int], start: int, stop: int) -> _Cut:
        """Return the block of the votes from start to stop, sorted by class."""
        labels, weights, pieces = [], [], []
        for c, first in enumerate(ends[:-1]):
            a, b = max(start, first), min(stop, ends[c + 1])
            if a >= b:
                continue
            labels.append((c, a - start, b - start))
            own = self.weights[c]
            weights.append(
                own if isinstance(own, float) else own[a - first : b - first]
            )
            pieces += self._pieces(c, a - first, b - first, a - start)
        return _Cut(tuple(labels), joined(weights, tuple(labels)), tuple(pieces))

    def _pieces(self, c: int, start: int, stop: int, at: int) -> list[_Piece]:
        """Return where the votes of a class from start to stop lie."""
        ends = np.cumsum(self.votes[:, c])
        found = []
        for number, (end, own) in enumerate(
            zip(ends.tolist(), self.votes[:, c].tolist(), strict=True)
        ):
            a, b = max(start, end - own), min(stop, end)
            if a < b:
                first = end - own
                found.append(_Piece(number, c, a - first, b - first, at + a - start))
        return found

    def sample(self, run: Run, parts: int) -> tuple[NDArray[np.float64], list[Votes]]:
        """Return every so-many-th vote of each class, as `fit` samples them."""
        steps = [every_so_many(count, parts) for count in self.counts]
        before = np.cumsum(self.votes, axis=0) - self.votes
        tasks = [
            (number, shard, list(zip((-passed % steps).tolist(), steps, strict=True)))
            for number, (shard, passed) in enumerate(
                zip(self.shards, before, strict=True)
            )
        ]
        picked = _in_order(run, _pick, tasks)
        columns = [np.concatenate(each) for each in zip(*picked, strict=True)]
        ends = [0, *accumulate(len(each) for each in columns)]
        groups = [
            Votes(c, np.arange(ends[c], ends[c + 1]), self._weights(c, step))
            for c, step in enumerate(steps)
        ]
        return np.concatenate(columns), groups

    def _weights(self, c: int, step: int) -> float | NDArray[np.float64]:
        own = self.weights[c]
        return (own if isinstance(own, float) else own[::step]) * step


def _weights(told: Sequence[_Told], c: int) -> float | NDArray[np.float64]:
    """Return the weights of a class in all shards: one number where they are equal."""
    some = [one for one in told if one.votes[c]]
    known = {one.weights[c] for one in some if isinstance(one.weights[c], float)}
    if len(known) == 1 and all(isinstance(one.weights[c], float) for one in some):
        return float(known.pop())
    return one_if_equal(np.concatenate([one.each(c) for one in told]))


def _in_order(run: Run, call: Callable[[Any], Any], tasks: Sequence[Any]) -> list[Any]:
    """Run tasks anywhere; return what they return in the order of the tasks."""
    numbered = [(number, call, task) for number, task in enumerate(tasks)]
    found = dict(run(_numbered, numbered))
    return [found[number] for number in range(len(tasks))]


def _numbered(task: tuple[int, Callable[[Any], Any], Any]) -> tuple[int, Any]:
    number, call, given = task
    return number, call(given)


def _look(task: tuple[int, Shard, int]) -> _Told:
    x, groups = _read(*task)
    return _Told(
        x.shape[1],
        tuple(len(group.rows) for group in groups),
        tuple(group.weight for group in groups),
    )


def _pick(
    task: tuple[int, Shard, Sequence[tuple[int, int]]],
) -> list[NDArray[np.float64]]:
    """Return x of every so-many-th vote of each class of a shard."""
    number, shard, steps = task
    x, groups = _read(number, shard, len(steps))
    return [
        x[group.rows[first::step]]
        for group, (first, step) in zip(groups, steps, strict=True)
    ]


def _sum(
    task: tuple[_Lane, NDArray[np.float64], bool],
) -> list[tuple[float, Rows]]:
    lane, theta, curved = task
    with one_thread():
        return list(each_block(theta, lane.blocks(), curved=curved))


def _sizes(lane: _Lane) -> list[tuple[NDArray[np.float64], NDArray[np.float64]]]:
    return list(map(sizes_of, lane.blocks()))


def _read(number: int, shard: Shard, k: int) -> tuple[NDArray[np.float64], list[Votes]]:
    """Return checked x and votes; an error names the shard."""
    try:
        return checked_parts(shard(), k)
    except InputError as error:
        raise type(error)(f"shards[{number}]: {error}") from error

"""Fit the head to parts that come in blocks, from disk or a network, in level memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassline.arrays import ClassIds, Features, PartWeights, Targets
from glassline.errors import InputError, ShapeError
from glassline.head.blocks import blocks as cut
from glassline.head.fitting import Fit, Search, Settings, finished, search, slack
from glassline.head.inputs import as_features, as_weights
from glassline.head.newton import minimise
from glassline.head.objective import Penalised
from glassline.head.rounding import Summed, mean_sizes
from glassline.head.sums import Statistics, add_blocks
from glassline.head.targets import Votes, as_targets, votes

__all__ = ["Parts", "checked_parts", "fit_blocks"]

Parts = (
    tuple[Features, ClassIds | Targets]
    | tuple[Features, ClassIds | Targets, PartWeights]
)
"""One block: x and y, and weights if there are any."""

SAMPLE_PARTS = 65_536  # kept in memory: a start within half a percent of the optimum


def fit_blocks(
    blocks: Callable[[], Iterable[Parts]],
    *,
    classes: int,
    penalty: float,
    max_steps: int = 100,
    tolerance: float = 1e-9,
    workers: int = 1,
) -> Fit:
    """Return the head that `fit` returns, reading the parts block by block.

    The first pass checks the parts and keeps a sample; the head fitted to that is
    finished in three or four passes over everything. Memory: one block, five
    copies of it in standard blocks, and the sample. The head is that of `fit` on
    all parts to within both certificates, and has the same bits for any number
    of workers.

    Args:
        blocks: Called once a pass; returns the same blocks (x, y) or (x, y, weights)
            in the same order each time. x has shape (m, d), y (m,) or (m, k);
            m may differ from block to block, and be 0.
        classes: The number of classes k.
        penalty: > 0; this and the rest as in `fit`.
        max_steps: >= 0.
        tolerance: > 0.
        workers: >= 1.

    Returns:
        A `Fit`; its steps over the sample come first.

    Raises:
        ShapeError, InputError, LabelError: As `fit`; the message names the block.
            Also where a later pass returns other parts than the first.

    Warns:
        GlasslineWarning: As `fit`.

    Example:
        Four parts in two blocks:

        >>> def parts():
        ...     yield np.array([[0.0], [3.0]]), np.array([0, 1])
        ...     yield np.array([[1.0], [2.0]]), np.array([0, 1])
        >>> fit_blocks(parts, classes=2, penalty=0.1).outcome.name
        'CONVERGED'

    Source:
        As `fit`.
    """
    settings = Settings(penalty, max_steps, tolerance, workers)
    if penalty == 0:
        raise InputError("penalty: expected a number above 0 for blocks, got 0.")
    kept = [_Keeper() for _ in range(classes)]
    count, pieces, longest = 0, 0, 0
    squares: Any = 0.0
    largest: Any = 0.0
    for x, groups in _read(blocks, classes):
        count, pieces = count + len(x), pieces + 1
        longest = max(longest, sum(len(group.rows) for group in groups))
        for keeper, group in zip(kept, groups, strict=True):
            keeper.add(x, group, 2 * SAMPLE_PARTS // classes)
            voted = x[group.rows]
            with np.errstate(over="ignore", under="ignore"):
                squares = squares + (voted.T**2 * group.weight).sum(axis=1)
            largest = np.maximum(largest, abs(voted).max(axis=0, initial=0.0))
    x, groups = _joined(kept)
    first = replace(
        settings, tolerance=slack(settings, sum(len(g.rows) for g in groups))
    )
    start = search(x, groups, np.zeros((x.shape[1] + 1, classes)), first).found
    weight = sum(keeper.weight for keeper in kept)

    def summed(theta: NDArray[np.float64], curved: bool) -> Statistics:
        return _sum(blocks, theta, count, curved=curved, workers=workers)

    votes_read = [keeper.seen for keeper in kept]
    objective = Penalised(summed, penalty, sum(votes_read), reuses_hessian=True)
    found = minimise(
        objective, start.point.theta, max_steps=max_steps, tolerance=tolerance
    )
    ended = Search(
        replace(found, steps=start.steps + found.steps),
        objective.hessian_at(found.point),
        Summed(mean_sizes(squares, weight, lambda: largest), weight, longest, pieces),
    )
    return finished(x, groups, ended, settings, votes_read)


class _Keeper:
    """Every so-many-th vote of one class, at most `most` of them, in order."""

    def __init__(self) -> None:
        self.seen = 0
        self.weight = 0.0
        self.every = 1
        self._kept: list[tuple[NDArray[np.float64], NDArray[np.float64]]] = []

    def add(self, x: NDArray[np.float64], group: Votes, most: int) -> None:
        """Look at the votes of one more block."""
        first = -self.seen % self.every
        self.seen += len(group.rows)
        self.weight += group.total
        rows = group.rows[first :: self.every]
        weight = np.broadcast_to(group.weight, group.rows.shape)[first :: self.every]
        self._kept.append((x[rows], weight.copy()))
        while sum(len(weights) for _, weights in self._kept) > most:
            x_kept, weights = self.sample()
            self._kept = [(x_kept[::2], weights[::2])]
            self.every *= 2

    def sample(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the kept x, shape (m, d), and their weights; a block was added."""
        return (
            np.concatenate([x for x, _ in self._kept]),
            np.concatenate([weights for _, weights in self._kept]),
        )


def _joined(kept: list[_Keeper]) -> tuple[NDArray[np.float64], list[Votes]]:
    """Return the sample as x and votes; each vote weighs as many as it stands for."""
    if not any(keeper.seen for keeper in kept):
        raise InputError(
            "blocks: expected at least one decided part with a weight above 0, got none."
        )
    samples = [keeper.sample() for keeper in kept]
    groups, start = [], 0
    for label, (keeper, (_, weights)) in enumerate(zip(kept, samples, strict=True)):
        rows = np.arange(start, start + len(weights))
        groups.append(Votes(label, rows, weights * keeper.every))
        start += len(weights)
    return np.concatenate([x for x, _ in samples]), groups


def _sum(
    blocks: Callable[[], Iterable[Parts]],
    theta: NDArray[np.float64],
    count: int,
    *,
    curved: bool,
    workers: int,
) -> Statistics:
    """Sum one pass at theta, in the order of the blocks."""
    total = add_blocks(theta, [], 0.0, curved=curved)
    read = 0
    for x, groups in _read(blocks, theta.shape[1], len(theta) - 1):
        read += len(x)
        weight = float(sum(group.total for group in groups))
        total += add_blocks(
            theta, cut(x, groups), weight, curved=curved, workers=workers
        )
    if read != count:
        raise InputError(
            f"blocks: expected the same {count} parts in every pass, got {read}."
        )
    return total


def _read(
    blocks: Callable[[], Iterable[Parts]], k: int, d: int | None = None
) -> Iterator[tuple[NDArray[np.float64], list[Votes]]]:
    """Yield checked x and votes; an error names the block."""
    for index, block in enumerate(blocks()):
        try:
            x, groups = checked_parts(block, k, d)
        except InputError as error:
            raise type(error)(f"blocks[{index}]: {error}") from error
        d = x.shape[1]
        yield x, groups


def checked_parts(
    block: Any, k: int, d: int | None = None
) -> tuple[NDArray[np.float64], list[Votes]]:
    """Return the x and the votes of one block of k classes."""
    if not isinstance(block, tuple) or len(block) not in (2, 3):
        raise ShapeError("expected (x, y) or (x, y, weights).")
    x = as_features(block[0], d)
    targets, _ = as_targets(block[1], len(x), k, name="y")
    weights = as_weights(block[2] if len(block) == 3 else None, len(x))
    return x, votes(targets, k, weights)

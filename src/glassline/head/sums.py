"""Loss, gradient and Hessian of many parts: additive, in a fixed order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from glassline.arrays import ClassIds, Features, PartWeights, Targets
from glassline.errors import InputError, ShapeError
from glassline.head.inputs import as_features, as_weights
from glassline.head.kernel import Block, BlockSums, Workspace, blocks, sum_block
from glassline.head.linear import Head
from glassline.head.targets import as_targets, votes

__all__ = ["Statistics", "add_blocks", "as_theta", "cut", "statistics"]

LANES = 16  # pieces of work handed to a pool, whatever its size
MANY_NUMBERS = 10_000_000  # results above 80 MB a block are not held side by side


@dataclass(frozen=True, eq=False)
class Statistics:
    """Sums over parts; the sums of two blocks add up to those of both together.

    The d + 1 rows are the features and then the bias. In the Hessian, row i and
    class c have the index i * k + c, as `gradient.reshape(-1)` lays them out.

    Attributes:
        loss: sum w L, nats.
        gradient: Shape (d + 1, k): sum w x~ (p - y), x~ being x and a last 1.
        hessian: Shape (k (d + 1), k (d + 1)), symmetric, no eigenvalue below 0 but
            for rounding; None when it was not asked for. It is summed as
            w p_a p_b (e_a - e_b)(e_a - e_b)^T (x) x~ x~^T over pairs of classes,
            which can not lose its sign as diag(p) - p p^T does.
        weight: sum w over the decided parts; divide by it for means.
    """

    loss: float
    gradient: NDArray[np.float64]
    hessian: NDArray[np.float64] | None
    weight: float

    def __add__(self, other: Statistics) -> Statistics:
        """Return the statistics of both blocks.

        Raises:
            ShapeError: They are of different d or k, or one has no Hessian.
        """
        if not isinstance(other, Statistics):
            return NotImplemented
        if self.gradient.shape != other.gradient.shape:
            raise ShapeError(
                f"statistics: expected {self.gradient.shape} as on the left, "
                f"got {other.gradient.shape}."
            )
        if (self.hessian is None) != (other.hessian is None):
            raise ShapeError("statistics: expected a Hessian in both or in neither.")
        return Statistics(
            self.loss + other.loss,
            self.gradient + other.gradient,
            None
            if self.hessian is None or other.hessian is None
            else self.hessian + other.hessian,
            self.weight + other.weight,
        )


def statistics(
    x: Features,
    y: ClassIds | Targets,
    head: Head,
    *,
    weights: PartWeights | None = None,
    hessian: bool = True,
    workers: int = 1,
) -> Statistics:
    """Sum loss, gradient and Hessian of these parts at this head.

        loss = sum_i w_i L_i,   gradient = sum_i w_i x~_i^T (p_i - y_i)

    No penalty and no division: those belong to the objective. The parts are summed
    class by class, in row order, in blocks whose length depends on d and k alone,
    so the result has the same bits for any number of workers.

    Args:
        x: Shape (n, d), standard units, all finite; n may be 0.
        y: Shape (n,) class ids, or (n, k) rows; undecided rows (all 0) are skipped.
        head: Where to take the statistics.
        weights: Shape (n,), >= 0; left out, 1 a part.
        hessian: Whether to sum the Hessian; for wide x it is large.
        workers: Threads.

    Returns:
        The sums; zeros where there is no part.

    Raises:
        ShapeError: The shapes do not fit.
        InputError: A number is NaN or infinite, or a weight negative.
        LabelError: A label is not one of the k classes.

    Example:
        One part, x = 2, label 0, even odds: p - y = (-1/2, 1/2).

        >>> even = Head(W=np.zeros((1, 2)), b=np.zeros(2))
        >>> statistics(np.array([[2.0]]), np.array([0]), even).gradient.tolist()
        [[-1.0, 1.0], [-0.5, 0.5]]

    Source:
        Bishop, Pattern Recognition and Machine Learning (2006), eq. 4.109, 4.110,
        the Hessian regrouped by pairs of classes.
    """
    x = as_features(x, head.d)
    y, _ = as_targets(y, len(x), head.k, name="y")
    w = as_weights(weights, len(x))
    if workers < 1:
        raise InputError(f"workers: expected a number >= 1, got {workers}.")
    parts, weight = cut(x, y, head.k, w)
    return add_blocks(as_theta(head), parts, weight, curved=hessian, workers=workers)


def as_theta(head: Head) -> NDArray[np.float64]:
    """Return W with b as its last row, shape (d + 1, k)."""
    return np.vstack([head.W, head.b])


def cut(
    x: NDArray[np.float64],
    y: NDArray[np.int64] | NDArray[np.float64],
    k: int,
    weights: NDArray[np.float64] | None,
) -> tuple[list[Block], float]:
    """Return checked parts as blocks, and their summed weight."""
    groups = votes(y, k, weights)
    return (
        blocks(x, groups),
        float(sum(group.total for group in groups)),
    )


def add_blocks(
    theta: NDArray[np.float64],
    parts: Sequence[Block],
    weight: float,
    *,
    curved: bool = True,
    workers: int = 1,
) -> Statistics:
    """Sum blocks at theta, shape (d + 1, k), in the order in which they come."""
    width, k = theta.shape
    pairs = k * (k - 1) // 2 if curved else 0
    totals = np.zeros((k, k - 1 + pairs * width, width))
    if totals.size * len(parts) > MANY_NUMBERS:
        workers = 1
    loss = 0.0
    for sums in _each(_slopes(theta), parts, curved=curved, workers=workers):
        loss += sums.loss
        for c, rows in sums.rows:
            totals[c] += rows
    others, within = _others(k), np.arange(k)
    moves = np.zeros((k, k, width))  # label, class
    moves[within[:, None], others] = totals[:, : k - 1]
    moves[within, within] = -totals[:, : k - 1].sum(axis=1)
    curves = totals[:, k - 1 :].reshape(k, pairs, width, width)
    hessian = _assemble(curves) if curved else None
    gradient = np.ascontiguousarray(moves.sum(axis=0).T)
    return Statistics(loss, gradient, hessian, weight)


def _slopes(theta: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return for each label the weights of the other classes minus its own."""
    columns = np.ascontiguousarray(theta.T)
    return columns[_others(len(columns))] - columns[:, None]


def _each(
    slopes: NDArray[np.float64],
    parts: Sequence[Block],
    *,
    curved: bool,
    workers: int,
) -> Iterable[BlockSums]:
    """Return the sums of each block, in order, whoever computed them."""

    def lane(start: int) -> list[BlockSums]:
        return _run(slopes, parts[start : start + step], curved=curved)

    step = max(1, -(-len(parts) // LANES))
    if workers == 1 or len(parts) == 1:
        return _run(slopes, parts, curved=curved)
    with ThreadPoolExecutor(workers) as pool:
        return chain.from_iterable(pool.map(lane, range(0, len(parts), step)))


def _run(
    slopes: NDArray[np.float64], parts: Sequence[Block], *, curved: bool
) -> list[BlockSums]:
    space = Workspace()
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        return [sum_block(slopes, block, space, curved=curved) for block in parts]


@cache
def _others(k: int) -> NDArray[np.intp]:
    """Return for each label the other classes, shape (k, k - 1)."""
    every = np.arange(k)
    return np.array([np.delete(every, label) for label in every], dtype=np.intp)


@cache
def _pairs(k: int) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
    """Return the pairs of classes, and for each label where its block has each of them."""
    upper = np.triu_indices(k - 1, 1)
    places = []
    for label, others in enumerate(_others(k)):
        first = np.concatenate([np.full(k - 1, label), others[upper[0]]])
        second = np.concatenate([others, others[upper[1]]])
        places.append(
            np.lexsort((np.maximum(first, second), np.minimum(first, second)))
        )
    first, second = np.triu_indices(k, 1)
    return first, second, np.array(places)


def _assemble(curves: NDArray[np.float64]) -> NDArray[np.float64]:
    """Lay the pair sums S_ab of all labels out as the Hessian.

    Beside the diagonal stands -S_ab, on it the sum over b.
    """
    k, _, width, _ = curves.shape
    within = np.arange(k)
    first, second, places = _pairs(k)
    pairs = curves[within[:, None], places].sum(axis=0)
    pairs = (pairs + pairs.transpose(0, 2, 1)) / 2  # a product is symmetric to rounding
    laid = np.zeros((k, k, width, width))
    laid[first, second] = laid[second, first] = pairs
    own = laid.sum(axis=1)
    np.negative(laid, out=laid)
    laid[within, within] = own
    return np.ascontiguousarray(laid.transpose(2, 0, 3, 1)).reshape(
        k * width, k * width
    )

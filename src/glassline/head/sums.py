"""Loss, gradient and Hessian of many parts: additive, in blocks, in a fixed order."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from glassline.arrays import ClassIds, Features, PartWeights, Targets
from glassline.errors import InputError, ShapeError
from glassline.head.blocks import Block, blocks
from glassline.head.inputs import as_features, as_weights
from glassline.head.linear import Head
from glassline.head.targets import as_targets, votes
from glassline.head.threads import one_thread

__all__ = [
    "Rows",
    "Statistics",
    "add_blocks",
    "add_up",
    "as_theta",
    "each_block",
    "statistics",
]

LANES = 16  # pieces of work handed to a pool, whatever its size
MANY_NUMBERS = 10_000_000  # results above 80 MB a block are not held side by side

Rows = tuple[tuple[int, NDArray[np.float64]], ...]


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
    groups = votes(y, head.k, w)
    weight = float(sum(group.total for group in groups))
    parts = blocks(x, groups)
    return add_blocks(as_theta(head), parts, weight, curved=hessian, workers=workers)


def as_theta(head: Head) -> NDArray[np.float64]:
    """Return W with b as its last row, shape (d + 1, k)."""
    return np.vstack([head.W, head.b])


def add_blocks(
    theta: NDArray[np.float64],
    parts: Sequence[Block],
    weight: float,
    *,
    curved: bool = True,
    workers: int = 1,
) -> Statistics:
    """Sum blocks at theta, shape (d + 1, k), in the order in which they come."""
    longest = parts[0].xt.shape[1] if parts else 0
    workers = 1 if _size(theta, curved) * len(parts) > MANY_NUMBERS else workers
    return add_up(
        theta,
        lambda: each_block(theta, parts, curved=curved, workers=workers),
        weight,
        curved=curved,
        longest=longest,
    )


def _size(theta: NDArray[np.float64], curved: bool) -> int:
    """Return how many numbers the sums of one block are."""
    width, k = theta.shape
    pairs = k * (k - 1) // 2 if curved else 0
    return int(k * width * (k - 1 + pairs * width))


def add_up(
    theta: NDArray[np.float64],
    each: Callable[[], Iterable[tuple[float, Rows]]],
    weight: float,
    *,
    curved: bool,
    longest: int,
) -> Statistics:
    """Add what `each_block` returned, in the order of the blocks, wherever it was summed.

    Args:
        theta: Shape (d + 1, k), where it was summed.
        each: Returns the sums, block by block.
        weight: The summed weight of all parts.
        curved: Whether they hold the Hessian.
        longest: Parts of the longest block.
    """
    width, k = theta.shape
    pairs = k * (k - 1) // 2 if curved else 0
    totals = np.zeros((k, k - 1 + pairs * width, width))
    loss = 0.0
    # What leaves the range of floats is seen in the sums, by those who use them.
    quiet = np.errstate(over="ignore", under="ignore", invalid="ignore")
    with one_thread(totals[0].size * longest), quiet:
        for added, rows_of in each():
            loss += added
            for c, rows in rows_of:
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


def each_block(
    theta: NDArray[np.float64],
    parts: Sequence[Block],
    *,
    curved: bool,
    workers: int = 1,
) -> Iterable[tuple[float, Rows]]:
    """Return loss and sums of each block at theta, in order, whoever computed them."""
    slopes = _slopes(theta)

    def lane(start: int) -> list[tuple[float, Rows]]:
        space = _Workspace()
        with np.errstate(over="ignore", under="ignore", invalid="ignore"):
            return [
                _sum_block(slopes, block, space, curved=curved)
                for block in parts[start : start + step]
            ]

    step = len(parts) if workers == 1 or len(parts) == 1 else -(-len(parts) // LANES)
    if step == len(parts):
        return lane(0)
    with ThreadPoolExecutor(workers) as pool:
        return chain.from_iterable(pool.map(lane, range(0, len(parts), step)))


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


class _Workspace:
    """Memory that one worker uses again for every block: fresh pages are slow."""

    def __init__(self) -> None:
        self._memory: dict[str, NDArray[np.float64]] = {}

    def take(self, name: str, *shape: int) -> NDArray[np.float64]:
        """Return an array of this shape, holding whatever was there."""
        size = math.prod(shape)
        if name not in self._memory or self._memory[name].size < size:
            self._memory[name] = np.empty(size)
        return self._memory[name][:size].reshape(shape)


def _sum_block(
    slopes: NDArray[np.float64], block: Block, space: _Workspace, *, curved: bool
) -> tuple[float, Rows]:
    """Add up one block.

    Everything is relative to the label c: with u_j = exp(z_j - z_c), j != c,

        L = log1p(sum_j u_j),    p_j = u_j / (1 + sum u),    p_c = 1 / (1 + sum u)

    and no term is 1 minus a probability, so nothing cancels. Called where overflow
    is ignored: it is seen in the loss, and mended.

    Args:
        slopes: Shape (k, k - 1, d + 1): for each label the weights of the other
            classes minus its own.
        block: The parts.
        space: Memory to use.
        curved: Whether to add up the Hessian too.

    Returns:
        sum w L, nats; and for each class c present, with j < l the other classes:
        k - 1 rows sum w p_j x~, then, if curved, d + 1 rows sum w p_a p_b x~ x~^T for
        each pair (c, j), (j, l).
    """
    width, m = block.xt.shape
    k = len(slopes)
    pairs = k * (k - 1) // 2 if curved else 0
    loss, own = space.take("loss", m), space.take("own", m)
    p = space.take("p", k - 1, m)
    rows = space.take("rows", k - 1 + pairs * width, m)
    for c, a, b in block.labels:
        np.matmul(slopes[c], block.xt[:, a:b], out=p[:, a:b])
    np.exp(p, out=p)
    np.add.reduce(p, axis=0, out=own)
    np.log1p(own, out=loss)
    total = float(np.multiply(loss, block.weight, out=loss).sum())
    if math.isfinite(total):
        np.add(own, 1.0, out=own)
        np.reciprocal(own, out=own)
        np.multiply(p, own, out=p)
    else:  # some logit lies 709 above the label's: too far for exp
        for c, a, b in block.labels:
            np.matmul(slopes[c], block.xt[:, a:b], out=p[:, a:b])
        p, own, loss = _from_largest(p)
        total = float((loss * block.weight).sum())
    q = np.multiply(p, block.weight, out=rows[: k - 1])
    if curved:
        products = _pair_products(p, q, own, space.take("pq", pairs, m))
        curves = rows[k - 1 :].reshape(pairs, width, m)
        np.multiply(products[:, None, :], block.xt, out=curves)
    return total, tuple(
        (c, rows[:, a:b] @ block.xt[:, a:b].T) for c, a, b in block.labels
    )


def _pair_products(
    p: NDArray[np.float64],
    q: NDArray[np.float64],
    own: NDArray[np.float64],
    out: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Write w p_c p_j for each other class j, then w p_j p_l for each j < l."""
    done = len(p)
    np.multiply(q, own, out=out[:done])
    for j in range(len(p) - 1):
        more = len(p) - 1 - j
        np.multiply(p[j + 1 :], q[j], out=out[done : done + more])
        done += more
    return out


def _from_largest(
    z: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return p of the others, p of the label and the loss, from z_j - z_c far above 0."""
    top = np.maximum(z.max(axis=0), 0.0)
    u = np.exp(np.where(z == top, 0.0, z - top))  # also where both are inf
    rest = u.sum(axis=0)
    whole = rest + np.exp(-top)
    loss = np.where(top > 0, top + np.log(whole), np.log1p(rest))
    return u / whole, np.exp(-top) / whole, loss

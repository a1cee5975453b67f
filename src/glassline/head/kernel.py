"""One block of parts with one label: its loss, gradient sums and Hessian sums."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from glassline.head.labels import Votes

__all__ = ["Block", "BlockSums", "Workspace", "block_parts", "blocks", "sum_block"]

BUFFER_NUMBERS = 131_072  # 1 MiB of float64: the second-level cache of one core
MAX_BLOCK_PARTS = 8_192  # longer blocks fall out of that cache
MIN_BLOCK_PARTS = 256  # shorter ones cost more in calls than in arithmetic


@dataclass(frozen=True, eq=False)
class Block:
    """Parts with one label, features first, so that every sum runs along memory.

    Attributes:
        label: The class of all m parts.
        xt: Shape (d + 1, m): x transposed, and a last row of 1 for the bias.
        weight: One number for all, or shape (m,).
    """

    label: int
    xt: NDArray[np.float64]
    weight: float | NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class BlockSums:
    """What one block adds.

    With j, l the classes other than the label c, in rising order:

    Attributes:
        loss: sum w L, nats.
        slopes: Shape (k - 1, d + 1): sum w p_j x~, where x~ is x and a last 1.
        curves: Shape (k (k - 1) / 2, d + 1, d + 1): sum w p_a p_b x~ x~^T for the
            pairs (c, j), then (j < l); None when not asked for.
    """

    loss: float
    slopes: NDArray[np.float64]
    curves: NDArray[np.float64] | None


class Workspace:
    """Memory that one worker uses again for every block: fresh pages are slow."""

    def __init__(self) -> None:
        self._memory: dict[str, NDArray[np.float64]] = {}

    def take(self, name: str, *shape: int) -> NDArray[np.float64]:
        """Return an array of this shape, holding whatever was there."""
        size = math.prod(shape)
        if name not in self._memory or self._memory[name].size < size:
            self._memory[name] = np.empty(size)
        return self._memory[name][:size].reshape(shape)


def block_parts(d: int, k: int) -> int:
    """Return the block length for this shape: fixed, so that every sum is the same."""
    widest = (d + 1) * max(1, k * (k - 1) // 2)
    return int(np.clip(BUFFER_NUMBERS // widest, MIN_BLOCK_PARTS, MAX_BLOCK_PARTS))


def blocks(x: NDArray[np.float64], group: Votes, k: int) -> list[Block]:
    """Cut the parts of one class into blocks."""
    d = x.shape[1]
    length = block_parts(d, k)
    cut = []
    for start in range(0, len(group.rows), length):
        part = slice(start, start + length)
        rows = group.rows[part]
        xt = np.empty((d + 1, len(rows)))
        xt[:d] = x.take(rows, axis=0).T
        xt[d] = 1.0
        weight = group.weight
        cut.append(
            Block(
                group.label, xt, weight if isinstance(weight, float) else weight[part]
            )
        )
    return cut


def sum_block(
    slope: NDArray[np.float64], block: Block, space: Workspace, *, curved: bool
) -> BlockSums:
    """Add up one block.

    Everything is relative to the label c: with u_j = exp(z_j - z_c), j != c,

        L = log1p(sum_j u_j),    p_j = u_j / (1 + sum u),    p_c = 1 / (1 + sum u)

    and no term is 1 minus a probability, so nothing cancels.

    Args:
        slope: Shape (k - 1, d + 1): the weights of the others minus the label's.
        block: The parts.
        space: Memory to use.
        curved: Whether to add up the Hessian too.
    """
    width, m = block.xt.shape
    k = slope.shape[0] + 1
    pairs = k * (k - 1) // 2 if curved else 0
    loss, own = space.take("loss", m), space.take("own", m)
    p = space.take("p", k - 1, m)
    rows = space.take("rows", k - 1 + pairs * width, m)
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        np.matmul(slope, block.xt, out=p)
        np.exp(p, out=p)
        np.add.reduce(p, axis=0, out=own)
        np.log1p(own, out=loss)
        total = float(_weigh(loss, block.weight).sum())
        if np.isfinite(total):
            np.add(own, 1.0, out=own)
            np.reciprocal(own, out=own)
            np.multiply(p, own, out=p)
        else:  # some logit lies 709 above the label's: too far for exp
            p, own, loss = _from_largest(slope @ block.xt)
            total = float(_weigh(loss, block.weight).sum())
        q = np.multiply(p, block.weight, out=rows[: k - 1])
        if curved:
            pq = _pair_products(p, q, own, space.take("pq", pairs, m))
            np.multiply(
                pq[:, None, :],
                block.xt,
                out=rows[k - 1 :].reshape(pairs, width, m),
            )
        sums = rows @ block.xt.T
    return BlockSums(
        total,
        sums[: k - 1],
        sums[k - 1 :].reshape(pairs, width, width) if curved else None,
    )


def _weigh(
    loss: NDArray[np.float64], weight: float | NDArray[np.float64]
) -> NDArray[np.float64]:
    return np.multiply(loss, weight, out=loss)


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
    u = np.exp(z - top)
    rest = u.sum(axis=0)
    whole = rest + np.exp(-top)
    loss = np.where(top > 0, top + np.log(whole), np.log1p(rest))
    return u / whole, np.exp(-top) / whole, loss

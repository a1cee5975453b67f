"""One block of parts: its loss, gradient sums and Hessian sums."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from glassline.head.targets import Votes

__all__ = ["Block", "BlockSums", "Workspace", "block_parts", "blocks", "sum_block"]

BUFFER_NUMBERS = 131_072  # 1 MiB of float64: the second-level cache of one core
MAX_BLOCK_PARTS = 8_192  # longer blocks fall out of that cache
MIN_BLOCK_PARTS = 64  # shorter ones cost more in calls than in arithmetic


@dataclass(frozen=True, eq=False)
class Block:
    """Parts sorted by label, features first, so that every sum runs along memory.

    Attributes:
        labels: For each class present: its number, and where its parts start and end.
        xt: Shape (d + 1, m): x transposed, and a last row of 1 for the bias.
        weight: One number for all, or shape (m,).
    """

    labels: tuple[tuple[int, int, int], ...]
    xt: NDArray[np.float64]
    weight: float | NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class BlockSums:
    """What one block adds.

    Attributes:
        loss: sum w L, nats.
        rows: For each class c present, with j < l the other classes and x~ being x
            and a last 1: k - 1 rows sum w p_j x~, and then, where the Hessian was
            asked for, d + 1 rows sum w p_a p_b x~ x~^T for each pair (c, j), (j, l).
    """

    loss: float
    rows: tuple[tuple[int, NDArray[np.float64]], ...]


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


def blocks(x: NDArray[np.float64], groups: Sequence[Votes]) -> list[Block]:
    """Cut parts, sorted by class, into blocks of one length (the last is shorter)."""
    d, k = x.shape[1], len(groups)
    length = block_parts(d, k)
    rows = np.concatenate([group.rows for group in groups])
    ends = np.cumsum([0, *(len(group.rows) for group in groups)]).tolist()
    # One piece of memory for all blocks: the system hands out large pieces faster.
    memory = np.empty((d + 1) * len(rows))
    cut = []
    for start in range(0, len(rows), length):
        stop = min(start + length, len(rows))
        xt = memory[(d + 1) * start : (d + 1) * stop].reshape(d + 1, stop - start)
        xt[:d] = x.take(rows[start:stop], axis=0).T
        xt[d] = 1.0
        inside = [
            (group, max(a, start), min(b, stop), a)
            for group, a, b in zip(groups, ends, ends[1:], strict=False)
            if max(a, start) < min(b, stop)
        ]
        labels = tuple((group.label, a - start, b - start) for group, a, b, _ in inside)
        weights = [
            group.weight
            if isinstance(group.weight, float)
            else group.weight[a - first : b - first]
            for group, a, b, first in inside
        ]
        cut.append(Block(labels, xt, _joined(weights, labels)))
    return cut


def _joined(
    weights: list[float | NDArray[np.float64]], labels: tuple[tuple[int, int, int], ...]
) -> float | NDArray[np.float64]:
    """Return the weights of a block: one number where there is only one."""
    if isinstance(weights[0], float) and all(
        isinstance(weight, float) and weight == weights[0] for weight in weights
    ):
        return weights[0]
    whole = np.empty(labels[-1][2])
    for (_, a, b), weight in zip(labels, weights, strict=True):
        whole[a:b] = weight
    return whole


def sum_block(
    slopes: NDArray[np.float64],
    block: Block,
    space: Workspace,
    *,
    curved: bool,
) -> BlockSums:
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
    return BlockSums(
        total,
        tuple((c, rows[:, a:b] @ block.xt[:, a:b].T) for c, a, b in block.labels),
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
    u = np.exp(z - top)
    rest = u.sum(axis=0)
    whole = rest + np.exp(-top)
    loss = np.where(top > 0, top + np.log(whole), np.log1p(rest))
    return u / whole, np.exp(-top) / whole, loss

"""Parts cut into blocks that fit a core's memory, always at the same places."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from glassline.head.targets import Votes

__all__ = ["Block", "block_length", "blocks", "joined"]

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


def block_length(d: int, k: int) -> int:
    """Return how many votes a block holds, of d features and k classes.

    Example:
        >>> block_length(4, 3), block_length(1500, 2)
        (8192, 87)
    """
    widest = (d + 1) * max(1, k * (k - 1) // 2)
    return int(np.clip(BUFFER_NUMBERS // widest, MIN_BLOCK_PARTS, MAX_BLOCK_PARTS))


def blocks(x: NDArray[np.float64], groups: Sequence[Votes]) -> list[Block]:
    """Cut parts, sorted by class, into blocks of one length (the last is shorter).

    The length depends on d and k alone, so that every sum is the same.
    """
    d = x.shape[1]
    length = block_length(d, len(groups))
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
        cut.append(Block(labels, xt, joined(weights, labels)))
    return cut


def joined(
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

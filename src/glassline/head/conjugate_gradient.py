"""The Newton step for wide x, by conjugate gradients: no Hessian is ever formed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassline.head.kernel import Block
from glassline.head.newton import Point
from glassline.head.objective import penalised_point, without_shift
from glassline.head.sums import add_blocks

__all__ = ["Wide"]

FORCING = (1e-3, 0.5)  # shares of the gradient to which a Newton system is solved
MAX_PRODUCTS = 500  # conjugate gradients need at most the rank; this is a brake
ROWS = 64  # of 1,500 numbers in single precision fit the second-level cache
SINGLE_LIMIT = 1e15  # its square, summed over thousands, is far below 3e38


class Wide:
    """J on wide x: W has thousands of numbers, the Hessian would have millions.

    J and its gradient are summed in double precision. Only the way down is looked
    for in single precision, at half the traffic: a step is judged by where it
    leads, so its last digits cost nothing but, at worst, a further step.

    Args:
        parts: Blocks of the parts.
        weight: Their summed weight.
        penalty: >= 0.
        workers: Threads for the sums.
    """

    reuses_hessian = False
    knows_hessian = False

    def __init__(
        self, parts: Sequence[Block], weight: float, penalty: float, workers: int
    ) -> None:
        self.parts = sum(block.xt.shape[1] for block in parts)
        self._blocks = parts
        self._weight = weight
        self._penalty = penalty
        self._workers = workers
        self._rows = [piece for block in parts for piece in _pieces(block)]

    def at(self, theta: NDArray[np.float64], *, curved: bool) -> Point:
        """Return J and its gradient at theta; never a Hessian."""
        del curved
        sums = add_blocks(
            theta, self._blocks, self._weight, curved=False, workers=self._workers
        )
        return penalised_point(theta, sums, self._penalty)

    def direction(self, point: Point) -> NDArray[np.float64]:
        """Return the step that solves the Newton system closely enough.

        Source:
            Nocedal and Wright (2006), algorithm 7.1: the residual shrinks with the
            root of the gradient, so the outer steps converge faster than linearly.
        """
        p = [_probabilities(point.theta, rows) for rows, _ in self._rows]
        residual = -without_shift(point.gradient)
        step = np.zeros_like(residual)
        along = residual.copy()
        size = float((residual**2).sum())
        wanted = size * float(np.clip(np.sqrt(point.norm), *FORCING)) ** 2
        for _ in range(MAX_PRODUCTS):
            curved = self._product(p, along)
            bend = float((along * curved).sum())
            if bend <= 0:
                break
            share = size / bend
            step += share * along
            residual -= share * curved
            before, size = size, float((residual**2).sum())
            if size <= wanted:
                break
            along = residual + (size / before) * along
        return without_shift(step)

    def _product(
        self, p: list[NDArray[Any]], v: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return the Hessian of J times v, shape (d + 1, k)."""
        total = np.zeros(v.T.shape)
        # To length 1, so that single precision reaches any v.
        scale = float(abs(v).max()) or 1.0
        unit = (v / scale).astype(self._rows[0][0].dtype)
        for (rows, weight), shares in zip(self._rows, p, strict=True):
            change = rows @ unit
            change -= np.einsum("mk,mk->m", shares, change)[:, None]
            change *= shares
            change *= weight
            total += change.T @ rows
        return np.asarray(total.T * (scale / self._weight) + self._penalty * v)


def _pieces(
    block: Block,
) -> list[tuple[NDArray[Any], float | NDArray[Any]]]:
    """Return the parts of a block as short rows, each with its weight."""
    small = abs(block.xt).max() < SINGLE_LIMIT and np.max(block.weight) < SINGLE_LIMIT
    kind: type[np.floating] = np.float32 if small else np.float64
    rows = np.ascontiguousarray(block.xt.T, dtype=kind)
    weight = (
        block.weight
        if isinstance(block.weight, float)
        else block.weight.astype(kind)[:, None]
    )
    return [
        (
            rows[start : start + ROWS],
            weight if isinstance(weight, float) else weight[start : start + ROWS],
        )
        for start in range(0, len(rows), ROWS)
    ]


def _probabilities(theta: NDArray[np.float64], rows: NDArray[Any]) -> NDArray[Any]:
    """Return p, shape (m, k)."""
    z = rows @ theta.astype(rows.dtype)
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return np.asarray(e / e.sum(axis=1, keepdims=True))

"""The Newton step for wide x, by conjugate gradients: no Hessian is ever formed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from glassline.head.kernel import Block
from glassline.head.newton import Point
from glassline.head.objective import penalised_point, without_shift
from glassline.head.sums import add_blocks

__all__ = ["Wide"]

FORCING = (1e-4, 0.1)  # shares of the gradient to which a Newton system is solved
MAX_PRODUCTS = 500  # conjugate gradients need at most the rank; this is a brake


class Wide:
    """J on wide x: W has thousands of numbers, the Hessian would have millions.

    Args:
        parts: Blocks of the parts.
        weight: Their summed weight.
        penalty: >= 0.
        workers: Threads.
    """

    reuses_hessian = False
    hessian = None

    def __init__(
        self, parts: Sequence[Block], weight: float, penalty: float, workers: int
    ) -> None:
        self.parts = sum(block.xt.shape[1] for block in parts)
        self._blocks = parts
        self._weight = weight
        self._penalty = penalty
        self._workers = workers

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
            gradient, so that the outer steps still converge faster than linearly.
        """
        p = [_probabilities(point.theta, block.xt) for block in self._blocks]
        residual = -without_shift(point.gradient)
        step = np.zeros_like(residual)
        along = residual.copy()
        size = float((residual**2).sum())
        wanted = size * float(np.clip(point.norm, *FORCING)) ** 2
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
        self, p: list[NDArray[np.float64]], v: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return the Hessian of J times v, shape (d + 1, k)."""
        total = np.zeros(v.T.shape)
        for block, probabilities in zip(self._blocks, p, strict=True):
            change = v.T @ block.xt
            change -= (probabilities * change).sum(axis=0)
            change *= probabilities
            change *= block.weight
            total += change @ block.xt.T
        return np.asarray(total.T / self._weight + self._penalty * v)


def _probabilities(
    theta: NDArray[np.float64], xt: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return p, shape (k, m)."""
    z = theta.T @ xt
    e = np.exp(z - z.max(axis=0))
    return np.asarray(e / e.sum(axis=0))

"""The objective J, mean cross-entropy plus a penalty on all of W and b, and its ways down."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassline.head.blocks import Block
from glassline.head.newton import Point, solve
from glassline.head.sums import Statistics, add_blocks

__all__ = ["Penalised", "Wide", "penalised_point", "without_shift"]

FORCING = (1e-3, 0.5)  # shares of the gradient to which a Newton system is solved
MAX_PRODUCTS = 500  # conjugate gradients need at most the rank; this is a brake
ROWS = 64  # of 1,500 numbers in single precision fit the second-level cache
SINGLE_LIMIT = 1e15  # its square, summed over thousands, is far below 3e38


class Penalised:
    """J = sum w L / sum w + (penalty / 2) sum (W^2 + b^2), with an exact Hessian.

    Args:
        summed: Returns the statistics at theta, with the Hessian if asked.
        penalty: >= 0.
        parts: How many votes one evaluation reads.
        reuses_hessian: Whether the Hessian is kept while it serves: right where a
            pass over the parts costs more than a step.
        hessian: One to begin with, of a sample; left out, the start's own is taken.
    """

    def __init__(
        self,
        summed: Callable[[NDArray[np.float64], bool], Statistics],
        penalty: float,
        parts: int,
        *,
        reuses_hessian: bool = False,
        hessian: NDArray[np.float64] | None = None,
    ) -> None:
        self.parts = parts
        self.knows_hessian = hessian is not None
        self.reuses_hessian = reuses_hessian
        self._summed = summed
        self._penalty = penalty
        self._hessian = np.zeros((0, 0)) if hessian is None else hessian
        self._model = self._hessian
        self._last: Point | None = None

    def hessian_at(self, point: Point) -> NDArray[np.float64]:
        """Return the Hessian of J there, or the last one taken on the way."""
        return self._hessian if point.hessian is None else point.hessian

    def at(self, theta: NDArray[np.float64], *, curved: bool) -> Point:
        """Return J and its gradient at theta, and its Hessian if `curved`."""
        return penalised_point(theta, self._summed(theta, curved), self._penalty)

    def direction(self, point: Point) -> NDArray[np.float64]:
        """Return the Newton step; where the point has no Hessian, with the last one.

        An old Hessian is corrected by what the gradient did along each step since:
        the BFGS update, which keeps it definite.

        Source:
            Nocedal and Wright (2006), eq. 6.19.
        """
        if point.hessian is not None:
            self._hessian = self._model = point.hessian
        elif self._last is not None:
            step = (point.theta - self._last.theta).reshape(-1)
            change = (point.gradient - self._last.gradient).reshape(-1)
            old = self._model @ step
            bend = float(change @ step)
            if bend > 0:
                self._model = (
                    self._model
                    + np.outer(change, change) / bend
                    - np.outer(old, old) / (old @ step)
                )
        self._last = point
        return solve(self._model, point.gradient, definite=self._penalty > 0)


def penalised_point(
    theta: NDArray[np.float64], sums: Statistics, penalty: float
) -> Point:
    """Return J, its gradient and its Hessian from the sums at theta."""
    hessian = None
    if sums.hessian is not None:
        hessian = sums.hessian / sums.weight
        hessian.reshape(-1)[:: len(hessian) + 1] += penalty
    with np.errstate(under="ignore", over="ignore", invalid="ignore"):
        return Point(
            theta,
            sums.loss / sums.weight + penalty / 2 * float((theta**2).sum()),
            sums.gradient / sums.weight + penalty * theta,
            hessian,
        )


def without_shift(theta: NDArray[np.float64]) -> NDArray[np.float64]:
    """Remove what is common to all classes: it changes no probability."""
    return np.asarray(theta - theta.mean(axis=1, keepdims=True))


class Wide:
    """J on wide x: W has thousands of numbers, the Hessian would have millions.

    The Newton step is found by conjugate gradients, without a Hessian. J and its gradient are summed in double precision. Only the way down is looked
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
        del curved  # as `Penalised` is asked
        sums = add_blocks(
            theta, self._blocks, self._weight, curved=False, workers=self._workers
        )
        return penalised_point(theta, sums, self._penalty)

    def hessian_at(self, point: Point) -> None:
        """Return that there is none, as `Penalised` returns one."""

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
    starts = range(0, len(rows), ROWS)
    if isinstance(block.weight, float):
        return [(rows[start : start + ROWS], block.weight) for start in starts]
    weight = block.weight.astype(kind)[:, None]
    return [(rows[a : a + ROWS], weight[a : a + ROWS]) for a in starts]


def _probabilities(theta: NDArray[np.float64], rows: NDArray[Any]) -> NDArray[Any]:
    """Return p, shape (m, k)."""
    z = rows @ theta.astype(rows.dtype)
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return np.asarray(e / e.sum(axis=1, keepdims=True))

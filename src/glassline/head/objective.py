"""The objective J: mean cross-entropy plus a penalty on all of W and b."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from glassline.head.newton import Point, solve
from glassline.head.sums import Statistics

__all__ = ["Penalised", "penalised_point", "without_shift"]


class Penalised:
    """J = sum w L / sum w + (penalty / 2) sum (W^2 + b^2), with an exact Hessian.

    Args:
        summed: Returns the statistics at theta, with the Hessian if asked.
        penalty: >= 0.
        parts: How many votes one evaluation reads.
        reuses_hessian: Whether the Hessian is kept while it serves: right where a
            pass over the parts costs more than a step.
    """

    def __init__(
        self,
        summed: Callable[[NDArray[np.float64], bool], Statistics],
        penalty: float,
        parts: int,
        *,
        reuses_hessian: bool = False,
    ) -> None:
        self.parts = parts
        self.reuses_hessian = reuses_hessian
        self._summed = summed
        self._penalty = penalty
        self._hessian = np.zeros((0, 0))

    @property
    def hessian(self) -> NDArray[np.float64]:
        """Return the last Hessian of J that gave a step; the first point has one."""
        return self._hessian

    def at(self, theta: NDArray[np.float64], *, curved: bool) -> Point:
        """Return J and its gradient at theta, and its Hessian if `curved`."""
        return penalised_point(theta, self._summed(theta, curved), self._penalty)

    def direction(self, point: Point) -> NDArray[np.float64]:
        """Return the Newton step, with the last Hessian where the point has none."""
        if point.hessian is not None:
            self._hessian = point.hessian
        return solve(self._hessian, point.gradient, definite=self._penalty > 0)


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

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

    @property
    def hessian(self) -> NDArray[np.float64]:
        """Return the last Hessian of J taken for a step, or the one to begin with."""
        return self._hessian

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

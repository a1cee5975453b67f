"""Newton's method with a line search on a convex objective, and the record it leaves."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

__all__ = ["Minimum", "Objective", "Outcome", "Point", "Step", "minimise", "solve"]

SUFFICIENT = 1e-4  # Armijo: the share of the promised decrease that a step must bring
SLOW = 0.1  # an old Hessian is kept while each step shrinks the gradient tenfold
MAX_HALVINGS = 60  # 2^-60 of a step changes no 53-bit number
ROUNDING = 64 * np.finfo(np.float64).eps  # of the objective: sums, not one operation
RANK_LIMIT = 1e-13  # of the largest eigenvalue; smaller ones are rounding


class Outcome(Enum):
    """How a fit ended; the value is the sentence, with the numbers left open."""

    CONVERGED = (
        "Converged after {steps} steps: the gradient is {gradient_norm:.1e} "
        "(wanted {tolerance:.0e})."
    )
    PRECISION = (
        "Converged after {steps} steps as far as 64-bit numbers allow: the gradient "
        "is {gradient_norm:.1e} (wanted {tolerance:.0e}) and no step lowers the loss."
    )
    STEP_LIMIT = (
        "Stopped after {steps} steps; the gradient is still {gradient_norm:.1e} "
        "(wanted {tolerance:.0e}). Raise max_steps or the penalty."
    )
    SEPARABLE = (
        "Some classes are separated perfectly and the penalty is 0, so the weights "
        "would grow for ever; stopped after {steps} steps. Set the penalty above 0."
    )
    OVERFLOW = (
        "Stopped after {steps} steps: the sums leave the range of 64-bit numbers. "
        "x or a weight is too large; divide it by its spread."
    )
    CLASS_MISSING = (
        "Converged after {steps} steps, but no part is labelled {missing}: "
        "its probability rests on the penalty alone."
    )

    @property
    def is_optimum(self) -> bool:
        """Return whether the search arrived, as far as 64-bit numbers tell."""
        return self.name in ("CONVERGED", "PRECISION", "CLASS_MISSING")


@dataclass(frozen=True)
class Step:
    """One point on the way.

    Attributes:
        objective: J there, nats per part.
        gradient_norm: Euclidean length of the gradient of J there.
        length: Share of the Newton step that led there: 1 whole, 0 the start.
        parts: How many votes were summed (a large set starts on a sample).
    """

    objective: float
    gradient_norm: float
    length: float
    parts: int


@dataclass(frozen=True, eq=False)
class Point:
    """The objective at theta, shape (d + 1, k); hessian None where not taken."""

    theta: NDArray[np.float64]
    value: float
    gradient: NDArray[np.float64]
    hessian: NDArray[np.float64] | None = None

    @cached_property
    def norm(self) -> float:
        """Return the length of the gradient, also where squares would overflow."""
        largest = float(abs(self.gradient).max())
        if not 0 < largest < np.inf:
            return largest
        return largest * float(np.sqrt(((self.gradient / largest) ** 2).sum()))


@runtime_checkable
class Objective(Protocol):
    """A convex function with a way down."""

    parts: int
    reuses_hessian: bool
    knows_hessian: bool

    def at(self, theta: NDArray[np.float64], *, curved: bool) -> Point:
        """Return value and gradient at theta, and the Hessian if `curved`."""
        ...

    def direction(self, point: Point) -> NDArray[np.float64]:
        """Return the Newton step from here, shape (d + 1, k)."""
        ...


@dataclass(frozen=True, eq=False)
class Minimum:
    """Where the search ended, how, and over which points."""

    point: Point
    outcome: Outcome
    steps: tuple[Step, ...]


def minimise(
    objective: Objective,
    theta: NDArray[np.float64],
    *,
    max_steps: int,
    tolerance: float,
) -> Minimum:
    """Go down from theta until the gradient is at most `tolerance` long.

    Source:
        J. Nocedal and S. J. Wright, Numerical Optimization, 2nd ed. (2006),
        algorithm 3.2 (line search Newton) with the condition 3.4 (Armijo).
    """
    reuse = objective.reuses_hessian
    point = objective.at(theta, curved=not objective.knows_hessian)
    steps = [Step(point.value, point.norm, 0.0, objective.parts)]
    while not point.norm <= tolerance:
        if not (math.isfinite(point.value) and math.isfinite(point.norm)):
            return Minimum(point, Outcome.OVERFLOW, tuple(steps))
        if len(steps) > max_steps:
            return Minimum(point, Outcome.STEP_LIMIT, tuple(steps))
        with np.errstate(over="ignore", under="ignore", invalid="ignore"):
            found = _search(objective, point, curved=not reuse)
        if isinstance(found, Outcome):
            return Minimum(point, found, tuple(steps))
        after, length = found
        if reuse and after.norm > max(SLOW * point.norm, tolerance):
            after = objective.at(after.theta, curved=True)
        point = after
        steps.append(Step(point.value, point.norm, length, objective.parts))
    return Minimum(point, Outcome.CONVERGED, tuple(steps))


def _search(
    objective: Objective, point: Point, *, curved: bool
) -> tuple[Point, float] | Outcome:
    """Halve the Newton step until it helps; or say why none can be seen to."""
    step = objective.direction(point)
    if not np.isfinite(step).all():
        return Outcome.OVERFLOW
    gain = -float((point.gradient * step).sum())  # promised by the slope
    noise = ROUNDING * abs(point.value)
    length = 1.0
    for _ in range(MAX_HALVINGS):
        after = objective.at(point.theta + length * step, curved=curved)
        if math.isfinite(after.value) and math.isfinite(after.norm):
            if after.value <= point.value - SUFFICIENT * length * gain and gain > noise:
                return after, length
            if length * gain <= noise:  # values can not tell any more; gradients can
                closer = after.norm < point.norm and after.value <= point.value + noise
                return (after, length) if closer else Outcome.PRECISION
        length /= 2
    return Outcome.PRECISION


def solve(
    hessian: NDArray[np.float64], gradient: NDArray[np.float64], *, definite: bool
) -> NDArray[np.float64]:
    """Return the Newton step, shape (d + 1, k), with rows that sum to 0.

    One constant added to all classes changes no probability, so k (d + 1) numbers
    have only (k - 1)(d + 1) that data can tell. The gradient has no part along
    those shifts; curvature put there makes the system definite without changing
    the answer.

    Args:
        hessian: Shape (k (d + 1), k (d + 1)), with the penalty on its diagonal.
        gradient: Shape (d + 1, k).
        definite: Whether there is a penalty; otherwise directions without
            curvature (dependent features) get no step.

    Returns:
        The step; NaN where the Hessian holds no finite numbers.
    """
    width, k = gradient.shape
    if not np.isfinite(hessian).all():
        return np.full_like(gradient, np.nan)
    shifted = hessian.reshape(width, k, width, k).copy()
    diagonal = hessian.diagonal().reshape(width, k)
    places = np.arange(width)
    shifted[places, :, places, :] += (diagonal.sum(axis=1) / k / k)[:, None, None]
    matrix = shifted.reshape(width * k, width * k)
    # Features of any unit: bring the diagonal to 1 before solving.
    scale = np.sqrt(matrix.diagonal())
    scale = np.where(scale > 0, scale, 1.0)
    matrix = matrix / scale / scale[:, None]
    right = -gradient.reshape(-1) / scale
    answer = _solve_definite(matrix, right) if definite else None
    if answer is None:
        values, vectors = np.linalg.eigh(matrix)
        kept = values > RANK_LIMIT * values[-1]
        answer = vectors[:, kept] @ ((vectors[:, kept].T @ right) / values[kept])
    step = (answer / scale).reshape(width, k)
    return np.asarray(step - step.sum(axis=1, keepdims=True) / k)


def _solve_definite(
    matrix: NDArray[np.float64], right: NDArray[np.float64]
) -> NDArray[np.float64] | None:
    try:
        answer = np.asarray(np.linalg.solve(matrix, right), dtype=np.float64)
    except np.linalg.LinAlgError:
        return None
    return answer if np.isfinite(answer).all() and answer @ right > 0 else None

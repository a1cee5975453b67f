"""The penalised objective: what it remembers between steps."""

from __future__ import annotations

import numpy as np
from numpy.testing import assert_allclose

from glassline.head.newton import Point
from glassline.head.objective import Penalised, without_shift
from glassline.head.sums import Statistics


def nothing(theta, curved):
    """Return sums that no test here reads."""
    return Statistics(0.0, np.zeros_like(theta), None, 1.0)


def test_an_old_hessian_learns_from_the_step(rng):
    """After a step s that changed the gradient by c, the gradient 2 c asks for -2 s.

    That is the secant equation, model s = c, which no Hessian kept as it was obeys.
    """
    start, end, bend = (without_shift(rng.normal(size=(2, 3))) for _ in range(3))
    step = end - start
    change = bend * np.sign((bend * step).sum())  # convex: the slope rises on the way
    objective = Penalised(nothing, 1e-3, parts=1, reuses_hessian=True)
    objective.direction(Point(start, 0.0, change, np.eye(6)))

    got = objective.direction(Point(end, 0.0, 2 * change))

    assert_allclose(got, -2 * step, rtol=1e-10, atol=1e-12)


def test_a_step_without_curvature_teaches_nothing(rng):
    """Where the slope fell along the step the old Hessian stays, and with it the way down."""
    start, end = (without_shift(rng.normal(size=(2, 3))) for _ in range(2))
    objective = Penalised(nothing, 1e-3, parts=1, reuses_hessian=True)
    objective.direction(Point(start, 0.0, end - start, np.eye(6)))

    got = objective.direction(Point(end, 0.0, np.zeros((2, 3))))

    again = objective.direction(Point(end, 0.0, start))
    assert_allclose(got, 0.0, atol=1e-15)
    assert_allclose(again, -start, rtol=1e-12)

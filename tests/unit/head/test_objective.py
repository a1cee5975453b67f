"""The penalised objective: what it remembers between steps, and its step on wide x."""

from __future__ import annotations

import numpy as np
from numpy.testing import assert_allclose, assert_array_equal, assert_array_less

from glassline.head import Head, statistics
from glassline.head.blocks import blocks
from glassline.head.newton import Point
from glassline.head.objective import Penalised, Wide, without_shift
from glassline.head.sums import Statistics
from glassline.head.targets import votes


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


def test_the_step_solves_the_newton_system(rng):
    """With weights, the residual is at most a thousandth of a short gradient."""
    x, y, w = (
        rng.normal(size=(80, 6)),
        rng.integers(0, 3, size=80),
        rng.uniform(0.1, 5.0, 80),
    )
    theta = without_shift(rng.normal(size=(7, 3)))
    gradient = without_shift(1e-7 * rng.normal(size=(7, 3)))
    groups = votes(y, 3, w)
    wide = Wide(blocks(x, groups), float(w.sum()), 1e-3, workers=1)

    step = wide.direction(Point(theta, 0.0, gradient))

    sums = statistics(x, y, Head(theta[:-1], theta[-1]), weights=w)
    hessian = sums.hessian / sums.weight + 1e-3 * np.eye(21)
    left = hessian @ step.reshape(-1) + gradient.reshape(-1)
    assert_array_less(np.linalg.norm(left), 1.01e-3 * np.linalg.norm(gradient))


def test_a_direction_without_curvature_ends_the_conjugate_gradients():
    """Where x is 0 and there is no penalty no product bends, and no step is taken."""
    groups = votes(np.array([0, 1]), 2)
    wide = Wide(blocks(np.zeros((2, 1)), groups), 2.0, 0.0, workers=1)
    slope = np.array([[1.0, -1.0], [0.0, 0.0]])

    step = wide.direction(Point(np.zeros((2, 2)), 0.0, slope))

    assert_array_equal(step, np.zeros((2, 2)))


def test_conjugate_gradients_stop_somewhere(rng):
    """600 features of sizes from 1 to 1e6 are too many for 500 products: still down."""
    x = rng.normal(size=(700, 600)) * np.logspace(0, 6, 600)
    groups = votes(np.arange(700) % 2, 2)
    wide = Wide(blocks(x, groups), 700.0, 0.0, workers=1)
    slope = without_shift(1e-9 * rng.normal(size=(601, 2)))

    step = wide.direction(Point(np.zeros((601, 2)), 0.0, slope))

    assert (step * slope).sum() < 0

"""The search itself, on functions whose minimum is known."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pytest
from numpy.testing import assert_allclose

from glassline.head.fitting import _rungs
from glassline.head.newton import Outcome, Point, minimise, solve


@dataclass
class Bowl:
    """sum cosh(theta - centre), which is even and convex; NaN beyond `edge`."""

    centre: np.ndarray
    edge: float = math.inf
    lies: bool = False
    parts: int = 1
    reuses_hessian: bool = False
    knows_hessian: bool = False
    asked: int = 0
    asked_curved: int = 0

    def at(self, theta, *, curved):
        """Return value and gradient; a liar's gradient points uphill."""
        self.asked += 1
        self.asked_curved += curved
        away = theta - self.centre
        value = np.cosh(away).sum() if abs(theta).max() < self.edge else math.nan
        gradient = np.sinh(away) * (-1.0 if self.lies else 1.0)
        return Point(theta, float(value), gradient, np.cosh(away) if curved else None)

    def direction(self, point):
        """Return the Newton step, with the curvature 1 of the centre where none is known."""
        curvature = 1.0 if point.hessian is None else point.hessian
        return -point.gradient / curvature


def test_it_arrives_at_the_centre():
    """From 1 away in each number, in a handful of steps, each recorded."""
    centre = np.array([[1.0, -2.0], [3.0, 0.5]])

    found = minimise(Bowl(centre), centre + 1.0, max_steps=20, tolerance=1e-12)

    assert found.outcome is Outcome.CONVERGED
    assert_allclose(found.point.theta, centre, atol=1e-12)
    assert found.steps[0].length == 0.0
    assert found.steps[-1].gradient_norm <= 1e-12
    assert len(found.steps) <= 8


def test_a_step_over_the_edge_is_halved():
    """Where the function is not defined the step is too long."""
    bowl = Bowl(np.array([[2.0]]), edge=2.05)

    found = minimise(bowl, np.array([[-0.5]]), max_steps=50, tolerance=1e-9)

    assert found.outcome is Outcome.CONVERGED
    assert_allclose(found.point.theta, 2.0, atol=1e-9)


def test_no_step_helps():
    """If every step goes up, the search says that it can not go on."""
    bowl = Bowl(np.array([[0.0]]), lies=True)

    found = minimise(bowl, np.array([[1.0]]), max_steps=50, tolerance=1e-9)

    assert found.outcome is Outcome.PRECISION
    assert len(found.steps) == 1
    assert bowl.asked < 70


@dataclass
class OnePlace:
    """A function with a slope, and no value anywhere but at 1."""

    parts: int = 1
    reuses_hessian: bool = False
    knows_hessian: bool = False
    slope: float = 1.0

    def at(self, theta, *, curved):
        """Return the value 0 at 1; NaN elsewhere."""
        value = 0.0 if theta[0, 0] == 1.0 else math.nan
        return Point(theta, value, np.full((1, 1), self.slope))

    def direction(self, point):
        """Return the way down by half."""
        return -point.gradient / 2


def test_no_step_has_a_value():
    """After 60 halvings the search says that no step lowers the value."""
    found = minimise(OnePlace(), np.ones((1, 1)), max_steps=50, tolerance=1e-9)

    assert found.outcome is Outcome.PRECISION
    assert len(found.steps) == 1


@pytest.mark.parametrize("slope", [math.inf, math.nan])
def test_a_slope_that_is_no_number(slope):
    """It is neither 0 nor a way down."""
    found = minimise(
        OnePlace(slope=slope), np.ones((1, 1)), max_steps=50, tolerance=1e-9
    )

    assert found.outcome is Outcome.OVERFLOW


def test_a_hessian_that_is_no_number_has_no_step():
    """The step is NaN, whatever the gradient."""
    step = solve(np.full((2, 2), math.inf), np.array([[1.0, -1.0]]), definite=True)

    assert np.isnan(step).all()


def test_an_old_curvature_is_renewed_when_it_serves_badly():
    """Kept curvature is taken anew as soon as a step shrinks the gradient too little."""
    bowl = Bowl(np.array([[0.0]]), reuses_hessian=True)

    found = minimise(bowl, np.array([[3.0]]), max_steps=50, tolerance=1e-12)

    assert found.outcome is Outcome.CONVERGED
    assert bowl.asked > len(found.steps)
    assert 2 <= bowl.asked_curved < len(found.steps)


@pytest.mark.parametrize(
    ("gradient", "expected"),
    [
        pytest.param([3e200, 4e200], 5e200, id="squares-overflow"),
        pytest.param([3e-200, 4e-200], 5e-200, id="squares-vanish"),
        pytest.param([0.0, 0.0], 0.0, id="zero"),
        pytest.param([math.inf, 1.0], math.inf, id="infinite"),
    ],
)
def test_the_length_of_any_gradient(gradient, expected):
    """The Euclidean length, also where its square is no number."""
    point = Point(np.zeros((1, 2)), 0.0, np.array([gradient]))

    assert_allclose(point.norm, expected, rtol=1e-15)


@pytest.mark.parametrize("definite", [True, False])
def test_the_newton_step_solves_its_system(rng, definite):
    """On a Hessian blind to shifts the step is exact, and sums to 0 over the classes."""
    a = rng.normal(size=(6, 6))
    differences = np.kron(np.eye(2), np.eye(3) - 1 / 3)
    hessian = differences @ (a @ a.T + np.eye(6)) @ differences
    gradient = (differences @ rng.normal(size=6)).reshape(2, 3)

    step = solve(hessian, gradient, definite=definite)

    assert_allclose(hessian @ step.reshape(-1), -gradient.reshape(-1), atol=1e-10)
    assert_allclose(step.sum(axis=1), 0.0, atol=1e-14)


def test_a_direction_without_curvature_gets_no_step():
    """Where the second feature is always 0 its weights stay, even if told it is definite."""
    hessian = np.zeros((6, 6))
    hessian[:3, :3] = np.eye(3) - 1 / 3
    gradient = np.array([[1.0, -1.0, 0.0], [0.0, 0.0, 0.0]])

    step = solve(hessian, gradient, definite=True)

    assert_allclose(step, -gradient, atol=1e-12)


def test_a_curvature_below_0_gets_no_step():
    """Rounding can turn a flat direction down; following it would climb."""
    hessian = np.array([[1.0, 2.0], [2.0, 1.0]])  # -1 along the difference

    step = solve(hessian, np.array([[1.0, -1.0]]), definite=True)

    assert_allclose(step, 0.0, atol=1e-15)


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (99_999, []),
        (100_000, [4_096]),
        (524_288, [4_096]),
        (524_289, [4_096, 131_072]),
        (1_000_000, [4_096, 131_072]),
    ],
)
def test_the_ladder_of_samples(parts, expected):
    """Few parts are read at once; a million after two samples."""
    assert _rungs(parts) == expected

"""Is the decision beyond what the camera can tell? Against formulas and brute force."""

from __future__ import annotations

import re

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.stats import norm

from glassline.decide import Policy, actions, decide
from glassline.decide.flips import decision_within, flip_decision
from glassline.errors import InputError, ShapeError
from glassline.head import Head
from glassline.recipe import ClassCosts, Recipe

POLICY = Policy.of(Recipe(("ok", "scratch", "dirt")))
TWO = Policy.of(Recipe(("ok", "scratch")))


def drawn(rng: np.random.Generator) -> tuple[Head, np.ndarray, np.ndarray]:
    """A head, a part and a covariance that leans."""
    root = rng.normal(size=(4, 4)) * rng.uniform(0.02, 0.6)
    return (
        Head(rng.normal(size=(4, 3)), rng.normal(size=3)),
        rng.normal(size=4),
        root @ root.T,
    )


@pytest.mark.parametrize("seed", range(40))
def test_no_reading_within_the_limit_is_missed(
    rng: np.random.Generator, seed: int
) -> None:
    """Four thousand readings on the ellipsoid, against the answer."""
    rng = np.random.Generator(rng.bit_generator.jumped(seed))
    head, x, covariance = drawn(rng)
    limit = 1.5

    near = decision_within(head, POLICY, x, covariance, limit)

    here = actions(POLICY, head.probabilities(x[None]))[0]
    turned = rng.normal(size=(4_000, 4))
    turned *= limit * 0.999 / np.sqrt((turned**2).sum(axis=1, keepdims=True))
    readings = x + turned @ np.linalg.cholesky(covariance).T
    changed = actions(POLICY, head.probabilities(readings)) != here
    assert near is not None or not changed.any()


@pytest.mark.parametrize("seed", range(20))
def test_the_reading_it_names_is_so_near_and_decided_otherwise(
    rng: np.random.Generator, seed: int
) -> None:
    """Its distance by the covariance, its decision by the policy; no nearer one."""
    rng = np.random.Generator(rng.bit_generator.jumped(seed))
    head, x, covariance = drawn(rng)

    near = decision_within(head, POLICY, x, covariance, 1e3)

    assert near is not None
    away = np.array(near.x) - x
    assert_allclose(
        np.sqrt(away @ np.linalg.inv(covariance) @ away), near.distance, rtol=1e-6
    )
    assert decide(POLICY, head.probabilities(np.array([near.x]))[0]).action == (
        near.decision
    )
    plain = flip_decision(head, POLICY, x, scale=np.full(4, 0.5))
    same = decision_within(head, POLICY, x, 0.25 * np.eye(4), 1e3)
    assert same is not None
    assert_allclose(same.distance, plain.distance, rtol=1e-5)  # type: ignore[union-attr]


def test_the_share_of_readings_beyond_a_flat_border_is_that_of_the_normal(
    rng: np.random.Generator,
) -> None:
    """Two classes: the border is flat, and Phi(-distance) of readings lie beyond."""
    head = Head(
        np.array([[0.4, -0.4], [0.1, 0.2], [0.0, 0.0], [0.3, 0.1]]), np.zeros(2)
    )
    covariance = np.diag([0.3, 0.2, 0.1, 0.4]) + 0.05
    x = np.array([4.0, 0.0, 0.0, 0.0])

    near = decision_within(head, TWO, x, covariance, 10.0)

    readings = rng.multivariate_normal(x, covariance, size=200_000)
    decided = actions(TWO, head.probabilities(readings))
    here = actions(TWO, head.probabilities(x[None]))[0]
    assert near is not None
    assert_allclose((decided != here).mean(), norm.cdf(-near.distance), atol=0.004)


def test_a_feature_that_repeats_exactly_is_not_moved() -> None:
    """Its variance is 0: the reading differs in the other one alone."""
    head = Head(np.array([[0.0, 1.0], [0.0, 1.0]]), np.zeros(2))

    near = decision_within(head, TWO, [-3.0, 0.0], np.diag([0.04, 0.0]), 5.0)

    assert near is not None
    assert_allclose(near.x, [-np.log(19), 0.0], rtol=1e-6)
    assert decision_within(head, TWO, [-3.0, 0.0], np.zeros((2, 2)), 5.0) is None


@pytest.mark.parametrize(
    ("covariance", "limit", "message"),
    [
        pytest.param(
            [[1.0]], 0.0, "limit: expected a finite number above 0, got 0.0.", id="0"
        ),
        pytest.param(
            [[-1.0]], 1.0, "covariance: expected variances >= 0, got -1.", id="below-0"
        ),
        pytest.param(
            [[np.nan]],
            1.0,
            "covariance: expected a symmetric matrix of finite numbers.",
            id="nan",
        ),
    ],
)
def test_what_is_no_repeatability_is_refused(
    covariance: list[list[float]], limit: float, message: str
) -> None:
    """By name."""
    head = Head(np.array([[0.0, 1.0]]), np.zeros(2))

    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        decision_within(head, TWO, [0.0], covariance, limit)


@pytest.mark.bad_shape
@pytest.mark.parametrize(
    ("x", "covariance", "message"),
    [
        pytest.param(
            [0.0, 0.0], [[1.0]], "x: expected shape (1,), got (2,).", id="part"
        ),
        pytest.param(
            [0.0],
            [[1.0, 0.0]],
            "covariance: expected shape (1, 1), got (1, 2).",
            id="covariance",
        ),
    ],
)
def test_arrays_of_another_head_are_refused(
    x: list[float], covariance: list[list[float]], message: str
) -> None:
    """One number a feature, one covariance a pair."""
    head = Head(np.array([[0.0, 1.0]]), np.zeros(2))

    with pytest.raises(ShapeError, match=f"^{re.escape(message)}$"):
        decision_within(head, TWO, x, covariance, 1.0)


def test_actions_that_never_win_are_not_looked_for() -> None:
    """A look costs nothing, so all parts are reviewed, whatever the camera does."""
    costs = {name: ClassCosts(1.0, 1.0, 0.0) for name in ("ok", "scratch")}
    policy = Policy.of(Recipe(("ok", "scratch"), costs=costs))
    head = Head(np.array([[0.0, 1.0]]), np.zeros(2))

    assert decision_within(head, policy, [0.0], [[1.0]], 100.0) is None


def test_equally_dear_actions_are_searched() -> None:
    """Reject and accept cost the same everywhere: a tie is not a distance."""
    costs = {
        "ok": ClassCosts(0.0, 0.0, 1.0),
        "scratch": ClassCosts(2.0, 2.0, 1.0),
    }
    policy = Policy.of(Recipe(("ok", "scratch"), costs=costs))
    head = Head(np.array([[0.0, 1.0]]), np.zeros(2))

    near = decision_within(head, policy, [-1.0], [[1.0]], 5.0)

    assert near is not None
    assert near.decision == "review"
    assert_allclose(near.x, [0.0], atol=1e-6)

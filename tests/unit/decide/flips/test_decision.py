"""The nearest change of decision: by hand, against sampling, at its edges."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from glassline.decide import Policy, actions
from glassline.decide.flips import DecisionFlip, NoDecisionFlip, Obstacle, flip_decision
from glassline.errors import InputError, ShapeError
from glassline.head import Head
from glassline.recipe import ACTIONS, Recipe

TWO = Policy.of(Recipe(classes=("ok", "dirt")))
THREE = Policy.of(Recipe(classes=("ok", "scratch", "dirt")))
SLOPE = Head(np.array([[0.0, 1.0]]), np.zeros(2))  # z = (0, x)
APART = Head(np.array([[0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]), np.zeros(3))  # z = (0, x)
HALF = np.full(2, 0.5)


def costing(rows: list[list[float]]) -> Policy:
    """Two classes, as frequent as in training, with these (2, 3) costs."""
    return Policy(("ok", "dirt"), np.array(rows, np.float64), HALF, HALF, good="ok")


def found(*args: Any, **kwargs: Any) -> DecisionFlip:
    """A flip that must exist."""
    answer = flip_decision(*args, **kwargs)
    assert isinstance(answer, DecisionFlip)
    return answer


def decided(head: Head, policy: Policy, x: np.ndarray) -> np.ndarray:
    """The decisions of (n, d) parts, by name."""
    return np.array(ACTIONS)[actions(policy, head.probabilities(x))]


@pytest.mark.parametrize(
    ("x", "target", "decision", "at"),
    [
        pytest.param(0.0, None, "reject", np.log(4), id="rejected below 20 % ok"),
        pytest.param(-1.0, None, "accept", -np.log(19), id="accepted from 95 % ok"),
        pytest.param(0.0, "accept", "accept", -np.log(19), id="to accept"),
        pytest.param(9.0, "accept", "accept", -np.log(19), id="from reject to accept"),
        pytest.param(9.0, None, "review", np.log(4), id="from reject"),
        pytest.param(-9.0, "reject", "reject", np.log(4), id="from accept to reject"),
        pytest.param(-9.0, "review", "review", -np.log(19), id="from accept"),
        pytest.param(1.0, "review", "review", 1.0, id="already there"),
    ],
)
def test_one_feature_by_hand(
    x: float, target: str | None, decision: str, at: float
) -> None:
    """Accept costs 20 p, reject 5 (1 - p), review 1; p the probability of dirt."""
    nearest = found(SLOPE, TWO, [x], target=target)

    assert nearest.decision == decision
    assert_allclose(nearest.x, [at], rtol=1e-9)  # costs within 1e-12 count as equal
    assert_allclose(nearest.distance, abs(at - x), rtol=1e-9, atol=1e-15)
    assert_allclose(nearest.at_least, nearest.distance, rtol=1e-6)


def test_priors_move_the_fronts() -> None:
    """With dirt 9 times rarer than trained, the fronts move by log 9."""
    policy = Policy.of(Recipe(classes=("ok", "dirt"), priors={"ok": 0.9, "dirt": 0.1}))

    nearest = found(SLOPE, policy, [9.0])

    assert_allclose(nearest.x, [np.log(4) + np.log(9)], rtol=1e-9)


def test_two_defects_that_only_together_are_too_much() -> None:
    """Accepted while 19 (e^x1 + e^x2) <= 1: the nearest way out is not the diagonal.

    From (-5, -5) the border is nearest where one of the two grows: found by walking
    along the border in small steps.
    """
    x1 = np.linspace(-12, np.log(1 / 19) - 1e-9, 2_000_001)
    x2 = np.log(1 / 19 - np.exp(x1))
    walked = np.hypot(x1 + 5, x2 + 5)

    nearest = found(APART, THREE, [-5.0, -5.0])

    assert nearest.present_decision == "accept"
    assert_allclose(nearest.distance, walked.min(), rtol=1e-9)
    assert nearest.distance < np.sqrt(2) * (5 - np.log(38)) * 0.999
    assert_allclose(19 * np.exp(nearest.x).sum(), 1, rtol=1e-9)


def test_to_accept_both_defects_must_shrink() -> None:
    """The accepted region is convex: its nearest point from the diagonal is on it."""
    nearest = found(APART, THREE, [1.0, 1.0], target="accept")

    assert_allclose(nearest.x, [-np.log(38), -np.log(38)], rtol=1e-7)
    assert_allclose(nearest.distance, np.sqrt(2) * (1 + np.log(38)), rtol=1e-10)
    assert_allclose(nearest.at_least, nearest.distance, rtol=1e-9)


def test_one_feature_frozen_leaves_the_other_to_do_it() -> None:
    """With x1 at -5, x2 must reach log(1/19 - e^-5)."""
    nearest = found(APART, THREE, [-5.0, -5.0], frozen=[0])

    assert_allclose(nearest.x, [-5, np.log(1 / 19 - np.exp(-5))], rtol=1e-9)


def question(rng: np.random.Generator, k: int) -> tuple[Head, Policy, dict[str, Any]]:
    """A random head and policy, costs of any sign, and options."""
    classes = ("ok", "scratch", "dirt", "dent")[:k]
    mix, priors = rng.dirichlet(np.full(k, 3.0), size=2)
    policy = Policy(classes, rng.normal(size=(k, 3)) * 5, priors, mix, good="ok")
    options: dict[str, Any] = {
        "target": ACTIONS[rng.integers(3)],
        "scale": 10 ** rng.uniform(-1, 0.5, size=3),
        "bounds": np.sort(rng.normal(size=(3, 2)), axis=1) * 3,
        "frozen": [0],
    }
    chosen = {name: value for name, value in options.items() if rng.random() < 0.4}
    return Head(rng.normal(size=(3, k)) * 2, rng.normal(size=k)), policy, chosen


@pytest.mark.slow
@pytest.mark.parametrize(
    ("count", "k"),
    [
        pytest.param(40, 2, id="2 classes"),
        pytest.param(40, 3, id="3 classes"),
        pytest.param(100, 4, id="4 classes", marks=pytest.mark.soak),
    ],
)
def test_nothing_nearer_is_decided_otherwise(
    count: int, k: int, rng: np.random.Generator
) -> None:
    """Of 3,000 random x nearer than proved, none has the decision asked for."""
    counter_examples, wrong, kinds = 0, 0, set()
    for _ in range(count):
        head, policy, options = question(rng, k)
        x, target = rng.normal(size=3), options.get("target")
        answer = flip_decision(head, policy, x, **options)
        reach = answer.reach
        radius = min(answer.at_least, 30.0) * (1 - 1e-9)
        ways = rng.normal(size=(3_000, 3)) * reach.free
        ways /= np.maximum(np.sqrt((ways**2).sum(axis=1, keepdims=True)), 1e-300)
        tried = x + reach.scale * ways * radius * rng.random((3_000, 1)) ** (1 / 3)
        is_inside = ((reach.low <= tried) & (tried <= reach.high)).all(axis=1)
        got = decided(head, policy, tried[is_inside])
        hit = got == target if target else got != answer.present_decision
        counter_examples += int(hit.sum()) * (radius > 0)
        kinds.add(type(answer))
        wrong += isinstance(answer, DecisionFlip) and (
            decided(head, policy, answer.x[None])[0] != answer.decision
            or (target or answer.decision) != answer.decision
            or not ((reach.low <= answer.x) & (answer.x <= reach.high)).all()
            or answer.at_least > answer.distance
        )

    assert (counter_examples, wrong) == (0, 0)
    assert kinds == {DecisionFlip, NoDecisionFlip}


@pytest.mark.parametrize("target", [None, "accept", "reject", "review"])
def test_the_gap_is_closed_for_the_costs_of_a_line(
    target: str | None, rng: np.random.Generator
) -> None:
    """Default costs, three classes: proved to a millionth of the distance."""
    gaps = []
    for _ in range(20):
        head = Head(rng.normal(size=(4, 3)), rng.normal(size=3))
        nearest = found(head, THREE, rng.normal(size=4), target=target)
        gaps.append(1 - nearest.at_least / max(nearest.distance, 1e-300))

    gaps = [gap for gap in gaps if gap < 1]  # 1: already there, at distance 0
    assert len(gaps) > 3
    assert_array_equal(np.array(gaps) <= 1.001e-6, True)


@pytest.mark.parametrize(
    ("policy", "options", "obstacle"),
    [
        pytest.param(TWO, {"frozen": [0]}, Obstacle.FROZEN, id="frozen"),
        pytest.param(TWO, {"bounds": [[-1, 1]]}, Obstacle.RANGES, id="ranges"),
        pytest.param(
            Policy.of(Recipe(classes=("dent", "dirt"))),
            {"target": "accept"},
            Obstacle.NEVER,
            id="no good class: nothing is accepted",
        ),
        pytest.param(
            costing([[0, 5, 9], [20, 0, 9]]),
            {"target": "review"},
            Obstacle.NEVER,
            id="a look is never worth it",
        ),
        pytest.param(
            costing([[1, 1, 1], [1, 1, 1]]),
            {},
            Obstacle.NEVER,
            id="all costs equal: always the safest",
        ),
    ],
)
def test_where_there_is_no_flip_the_answer_says_why(
    policy: Policy, options: dict[str, Any], obstacle: Obstacle
) -> None:
    """A named result, not an error."""
    answer = flip_decision(SLOPE, policy, [0.0], **options)

    assert isinstance(answer, NoDecisionFlip)
    assert str(answer) == f"No flip possible. {obstacle.value}"
    assert answer.at_least == np.inf


def test_an_action_that_is_cheapest_everywhere_is_at_distance_zero() -> None:
    """Review is free: every x has it, also one that must move to its range first."""
    policy = costing([[1, 1, 0], [1, 1, 0]])

    here = found(SLOPE, policy, [0.0], target="review")
    moved = found(SLOPE, policy, [0.0], target="review", bounds=[[2, 3]])

    assert (here.distance, here.at_least) == (0, 0)
    assert (moved.x.tolist(), moved.distance) == ([2.0], 2.0)


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        pytest.param(
            {"target": "scrap"},
            InputError,
            "target: expected one of accept, reject, review, got 'scrap'.",
            id="no such action",
        ),
        pytest.param(
            {"policy": THREE},
            ShapeError,
            "policy: expected one for 2 classes, got 3.",
            id="policy of another recipe",
        ),
        pytest.param(
            {"scale": [-1.0]},
            InputError,
            "scale[0]: expected a finite number above 0, got -1.0.",
            id="as in flip",
        ),
    ],
)
def test_what_can_not_be_asked_is_refused(
    changes: dict[str, Any], error: type[Exception], message: str
) -> None:
    """Each message names the argument, what was expected and what came."""
    arguments = {"head": SLOPE, "policy": TWO, "x": [0.0]} | changes

    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        flip_decision(**arguments)


@pytest.mark.parametrize(
    ("weights", "biases", "costs", "x", "obstacle"),
    [
        pytest.param(
            [[1e100, -2e100]],
            [0, 0],
            [[2, -2, 3], [1, 2, 0]],
            [2.0],
            Obstacle.BEYOND,
            id="one step in the last place goes from one class to the other",
        ),
        pytest.param(
            [[0, 1e200]],
            [0, -2e100],
            [[2, 0, 1], [1, 1, -1]],
            [2e16],
            Obstacle.UNSETTLED,
            id="no cut ends",
        ),
        pytest.param(
            [[-2e-308, 2e-308, -2e-308], [-1e-308, -2e-308, 2e-308]],
            [0, -2e4, 0],
            [[-3, -2, -1], [-3, -2, 2], [-2, -3, -1]],
            [-1e16, -2e16],
            Obstacle.UNSETTLED,
            id="beyond the largest number",
        ),
        pytest.param(
            [[0, 1, -1e308]],
            [0, -20, 0],
            [[0, 5, 1], [20, 0, 1], [20, 0, 1]],
            [1.0],
            Obstacle.BEYOND,
            id="a third class overflows on the way",
        ),
    ],
)
def test_where_numbers_end_none_is_found_and_none_is_denied(
    weights: list[list[float]],
    biases: list[float],
    costs: list[list[float]],
    x: list[float],
    obstacle: Obstacle,
) -> None:
    """What can not be told is not proved either: at_least stays finite."""
    k = len(biases)
    policy = Policy(
        ("ok", "a", "b")[:k],
        np.array(costs, np.float64),
        np.full(k, 1 / k),
        np.full(k, 1 / k),
        good="ok",
    )

    answer = flip_decision(Head(np.array(weights), np.array(biases, float)), policy, x)

    assert isinstance(answer, NoDecisionFlip)
    assert answer.obstacle == obstacle
    assert answer.at_least < np.inf

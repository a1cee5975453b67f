"""What is proved holds for the decisions that are computed: ties, steep heads, p = 1."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from reference.deciding import ball, decided

from glassline.decide import (
    Escapes,
    Guarantee,
    Nearby,
    Policy,
    Unsettled,
    actions,
)
from glassline.decide.flips import (
    DecisionFlip,
    NoFlip,
    decision_within,
    flip,
    flip_decision,
)
from glassline.head import Head
from glassline.recipe import ACTIONS, Action, Recipe

Numbers = np.ndarray
LIMIT = 1.645
MONEY = np.array([0.0, 0.0, 1.0, 1.0, 2.0, 5.0, 20.0])
SURE = Guarantee(
    threshold=1.0,
    escape=0.01,
    confidence=0.95,
    escapes=(Escapes("dirt", 0, 299, 0.01),),
    good_accepted=1,
    good=1,
    cost=0.0,
    parts="new",
    counted="photo",
    data_sha256="",
)
SLOPE = Head(np.array([[0.0, 1.0]]), np.zeros(2))
ONLY_SURE = Policy.of(Recipe(("ok", "dirt")), guarantee=SURE)


def taken(head: Head, policy: Policy, x: Numbers) -> Numbers:
    """The action at each row of x, as the program decides."""
    return actions(policy, head.probabilities(x))


def drawn(rng: np.random.Generator, *, k: int, d: int) -> tuple[Head, Policy]:
    """A head up to 1,000 nats a spread steep, and costs of which many are tied."""
    costs = rng.choice(MONEY, size=(k, 3))
    tied = rng.random(k) < 0.6
    column = int(rng.integers(0, 3))
    costs[:, column] = np.where(tied, costs[:, 2], costs[:, column])
    mix, priors = rng.dirichlet(np.full(k, 3.0), size=2)
    policy = Policy(tuple("abcd"[:k]), costs, priors, mix, good="a")
    steep = 10 ** rng.uniform(0, 3)
    return Head(rng.normal(size=(d, k)) * steep, rng.normal(size=k) * 3), policy


@pytest.mark.parametrize(
    ("cases", "k"),
    [
        pytest.param(60, 2, id="2 classes"),
        pytest.param(60, 3, id="3 classes"),
        pytest.param(400, 3, id="3 classes, many", marks=pytest.mark.soak),
        pytest.param(200, 4, id="4 classes, many", marks=pytest.mark.soak),
    ],
)
def test_no_reading_within_repeatability_is_missed(
    cases: int, k: int, rng: np.random.Generator
) -> None:
    """Steep heads and costs tied within a class, 10,000 readings each.

    The search answered "stands" here in 4 of 150 cases where a reading was decided
    otherwise, as it ended before it knew.
    """
    missed, wrong, unsettled = 0, 0, 0
    for _ in range(cases):
        d = int(rng.integers(1, 4))
        head, policy = drawn(rng, k=k, d=d)
        x, root = rng.normal(size=d), np.diag(10 ** rng.uniform(-2, 0, size=d))
        near = decision_within(head, policy, x, root @ root.T, LIMIT)
        now = taken(head, policy, x[None])[0]
        steps = ball(rng, np.eye(d), LIMIT * (1 - 1e-9), 10_000)
        hit = taken(head, policy, x + steps @ root.T) != now
        known = getattr(near, "at_least", LIMIT if near is None else 0.0)
        missed += bool(
            (np.sqrt((steps**2).sum(axis=1))[hit] < known * (1 - 1e-9)).any()
        )
        unsettled += isinstance(near, Unsettled)
        at = np.array([near.x if isinstance(near, Nearby) else x])
        said = near.decision if isinstance(near, Nearby) else ACTIONS[now]
        wrong += ACTIONS[taken(head, policy, at)[0]] != said
        wrong += isinstance(near, Nearby) and (
            near.distance > LIMIT or said == ACTIONS[now]
        )

    assert (missed, wrong) == (0, 0)
    assert unsettled <= cases / 20


def test_what_is_returned_is_so_in_sixty_digits(rng: np.random.Generator) -> None:
    """Where more than rounding decides, the reference says the same action."""
    differ, clear = 0, 0
    for _ in range(25):
        head, policy = drawn(rng, k=3, d=2)
        ratio = policy.priors / policy.training_mix
        found = flip_decision(head, policy, rng.normal(size=2), bounds=[[-4, 4]] * 2)
        answer = found.decision if isinstance(found, DecisionFlip) else None
        at = found.x if isinstance(found, DecisionFlip) else found.reach.start
        said, margin = decided(head.W, head.b, policy.costs, ratio, at)
        size = (np.abs(at) @ np.abs(head.W)).max() + 1
        is_clear = margin > 1e-14 * size
        clear += is_clear
        differ += is_clear and said != (answer or found.present_decision)

    assert differ == 0
    assert clear > 5


@pytest.mark.parametrize(
    ("x", "target"),
    [
        pytest.param(0.0, "accept", id="from review"),
        pytest.param(5.0, "accept", id="from reject"),
        pytest.param(-60.0, None, id="from accept"),
    ],
)
def test_a_threshold_of_one_is_met_where_p_rounds_to_one(
    x: float, target: str | None
) -> None:
    """None at all, it was said, though p(ok) is 1.0 from x = -37 on.

    The last x at which 1 / (1 + e^x) is below 1 lies between -36.8 and -36.7.
    """
    found = flip_decision(SLOPE, ONLY_SURE, [x], target=target)

    assert isinstance(found, DecisionFlip)
    assert -37.0 < found.x[0] < -36.5
    assert ACTIONS[taken(SLOPE, ONLY_SURE, found.x[None])[0]] == found.decision
    walked = np.linspace(
        x, x + np.sign(found.x[0] - x) * found.at_least * (1 - 1e-9), 9_999
    )
    passed = taken(SLOPE, ONLY_SURE, walked[:, None]) == Action.ACCEPT
    assert passed.all() if target is None else not passed.any()
    assert found.at_least > 0.9 * found.distance


def test_a_reading_of_p_below_one_is_found_within_repeatability() -> None:
    """Accepted at x = -38 under a threshold of 1; 1.2 spreads away p is below 1."""
    near = decision_within(SLOPE, ONLY_SURE, [-38.0], [[1.1]], LIMIT)

    assert isinstance(near, Nearby)
    assert near.decision == "review"
    assert 1.1 < near.distance < 1.3


@pytest.mark.parametrize("threshold", [2.0, np.nextafter(1.0, 2.0)])
def test_above_one_nothing_is_ever_accepted(threshold: float) -> None:
    """No probability is, however it is rounded."""
    policy = replace(ONLY_SURE, guarantee=replace(SURE, threshold=threshold))

    found = flip_decision(SLOPE, policy, [0.0], target="accept")

    assert not isinstance(found, DecisionFlip)
    assert found.at_least == np.inf


@pytest.mark.parametrize("target", ["reject", None])
@pytest.mark.parametrize("threshold", [2.0, np.nextafter(1.0, 2.0)])
def test_where_nothing_is_accepted_costs_decide_the_rest(
    threshold: float, target: str | None
) -> None:
    """From review at x = 0 to reject at log 4, as without a guarantee."""
    policy = replace(ONLY_SURE, guarantee=replace(SURE, threshold=threshold))

    found = flip_decision(SLOPE, policy, [0.0], target=target)

    assert isinstance(found, DecisionFlip)
    assert found.decision == "reject"
    np.testing.assert_allclose(found.x, [np.log(4)], rtol=1e-9)


@pytest.mark.parametrize("seed", range(12))
def test_under_a_guarantee_nothing_nearer_is_decided_otherwise(
    rng: np.random.Generator, seed: int
) -> None:
    """Thresholds of all sizes; 20,000 x nearer than proved, and the x returned."""
    rng = np.random.Generator(rng.bit_generator.jumped(seed))
    threshold = float(rng.choice([1e-6, 0.3, 0.9, 0.999999, 1 - 2**-53, 1.0]))
    kept = replace(
        SURE, threshold=threshold, escapes=(*SURE.escapes, Escapes("c", 0, 299, 0.01))
    )
    policy = Policy.of(Recipe(("ok", "dirt", "c")), guarantee=kept)
    head = Head(rng.normal(size=(2, 3)) * 10, rng.normal(size=3))
    x = rng.normal(size=2)

    found = flip_decision(head, policy, x, bounds=[[-30, 30]] * 2)

    radius = min(found.at_least, 40.0) * (1 - 1e-9)
    tried = np.clip(x + ball(rng, np.eye(2), radius, 20_000), -30, 30)
    now = taken(head, policy, x[None])[0]
    assert (taken(head, policy, tried) == now).all()
    at = found.x if isinstance(found, DecisionFlip) else x
    said = found.decision if isinstance(found, DecisionFlip) else found.present_decision
    assert ACTIONS[taken(head, policy, at[None])[0]] == said


def test_a_class_is_not_proved_away_where_rounding_gives_it() -> None:
    """Equal columns, 1 nat apart: beyond 1e16 the sum forgets the nat, and the first wins.

    In real numbers class 0 is never the more probable one.
    """
    head = Head(np.array([[1.0, 1.0]]), np.array([0.0, 1.0]))
    far = np.array([1e17])

    found = flip(head, [0.0])

    assert isinstance(found, NoFlip)
    assert head.logits(far[None]).argmax() == 0 != found.present_class
    assert 1e12 < found.at_least(head) < 1e17


def test_a_class_that_is_the_same_and_later_is_never_given() -> None:
    """The same column and a bias no higher: at most level, and the first counts."""
    head = Head(np.array([[1.0, 1.0]]), np.array([1.0, 1.0]))

    found = flip(head, [0.0])

    assert isinstance(found, NoFlip)
    assert found.at_least(head) == np.inf


def test_level_at_the_end_of_a_range_is_said_to_be_level(
    rng: np.random.Generator,
) -> None:
    """Decimal weights whose border is the range's end: there rounding decides."""
    near = []
    for _ in range(300):
        weight, bias = rng.integers(1, 999, size=2) / 1000
        head = Head(np.array([[0.0, weight]]), np.array([bias, 0.0]))
        end = bias / weight
        found = flip(head, [0.0], bounds=[[-1.0, end]])
        inside = end - rng.random((200, 1)) * 1e-14 * end
        is_lost = head.logits(np.vstack([inside, [[end]]])).argmax(axis=1) == 1
        lost = np.append(inside[:, 0], end)[is_lost]
        proved = (
            found.at_least(head) if isinstance(found, NoFlip) else found.proof.at_least
        )
        near.append(bool((lost < proved).any()))

    assert not any(near)

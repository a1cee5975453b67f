"""What holds for every nearest x of another verdict: it is one, and none is nearer."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_array_equal
from strategies import MODEST, heads, policies, x_values

from glassline.decide import Nearby, Policy, actions
from glassline.decide.flips import (
    DecisionFlip,
    Flip,
    NoFlip,
    decision_within,
    flip,
    flip_decision,
)
from glassline.head import Head
from glassline.recipe import ACTIONS

pytestmark = pytest.mark.slow
Numbers = np.ndarray
some = settings(max_examples=50)
few = settings(max_examples=15)
KINDS = (*MODEST, "steep")
HEADS = heads(k=3, kinds=KINDS)
SMALL = heads(k=3, d=2, kinds=("ordinary", "whole"))
WAYS = arrays(np.float64, (40, 4), elements=st.floats(-1, 1))
BOX = np.array([[-4.0, 4.0]] * 4)


def classes(head: Head, x: Numbers) -> Numbers:
    """The most probable class of each row."""
    return head.logits(x).argmax(axis=1)


def decisions(head: Head, policy: Policy, x: Numbers) -> Numbers:
    """What the policy takes at each row."""
    return actions(policy, head.probabilities(x))


def around(x: Numbers, ways: Numbers, distance: float) -> Numbers:
    """Points on spheres about x, all nearer than the distance (at most 50)."""
    length = np.sqrt((ways**2).sum(axis=1, keepdims=True))
    steps = np.divide(ways, length, out=np.zeros_like(ways), where=length > 0)
    reach = min(distance, 50.0) * (1 - 1e-6)
    return np.vstack([x + reach * share * steps for share in (1.0, 0.9, 0.5)])


@some
@given(head=HEADS, x=x_values())
def test_a_flip_is_of_another_class_and_proved(head: Head, x: Numbers) -> None:
    """Said by the head itself; what the proof leaves open is rounding."""
    found = flip(head, x, bounds=BOX)

    assert isinstance(found, NoFlip) or found.gap(head) <= 1e-9 * (1 + found.distance)
    at = x if isinstance(found, NoFlip) else found.x
    said = found.present_class if isinstance(found, NoFlip) else found.predicted_class
    assert classes(head, np.array([x, at])).tolist() == [found.present_class, said]


@some
@given(head=HEADS, x=x_values(), ways=WAYS)
def test_nothing_nearer_is_of_another_class(
    head: Head, x: Numbers, ways: Numbers
) -> None:
    """Forty directions at three distances, asked of the head."""
    found = flip(head, x)

    proved = found.at_least(head) if isinstance(found, NoFlip) else found.distance
    short = max(proved - 1e-9 * (1 + min(proved, 50)), 0.0)
    nearer = classes(head, around(x, ways, short))
    assert (nearer == found.present_class).all()


@some
@given(head=HEADS, x=x_values(), frozen=st.sets(st.integers(0, 3), max_size=4))
def test_frozen_features_stay_and_never_bring_a_flip_nearer(
    head: Head, x: Numbers, frozen: set[int]
) -> None:
    """Fewer ways out, so none is shorter."""
    free, held = flip(head, x), flip(head, x, frozen=frozen)

    moved = held.x if isinstance(held, Flip) else x
    assert_array_equal(moved[list(frozen)], x[list(frozen)])
    assert not isinstance(free, NoFlip) or isinstance(held, NoFlip)
    far = np.inf if isinstance(held, NoFlip) else held.distance
    near = 0.0 if isinstance(free, NoFlip) else free.distance
    assert far >= near * (1 - 1e-9)


@few
@given(head=SMALL, policy=policies(3), x=x_values(2))
def test_a_decision_flip_is_decided_otherwise(
    head: Head, policy: Policy, x: Numbers
) -> None:
    """At its x the policy takes the action claimed, no nearer than was proved."""
    found = flip_decision(head, policy, x)

    is_flip = isinstance(found, DecisionFlip)
    at = found.x if isinstance(found, DecisionFlip) else x
    said = found.decision if isinstance(found, DecisionFlip) else found.present_decision
    taken = [ACTIONS[each] for each in decisions(head, policy, np.array([x, at]))]
    assert taken == [found.present_decision, said]
    assert not is_flip or found.at_least <= found.distance


@few
@given(head=SMALL, policy=policies(3, promised=False), x=x_values(2), ways=WAYS)
def test_nothing_nearer_is_decided_otherwise(
    head: Head, policy: Policy, x: Numbers, ways: Numbers
) -> None:
    """But where two actions cost the same to 1e-9: there the safer one is taken."""
    found = flip_decision(head, policy, x)

    points = around(x, ways[:, :2], found.at_least)
    costs = policy.expected_costs(head.probabilities(points))
    taken = decisions(head, policy, points)
    own = costs[:, ACTIONS.index(found.present_decision)]
    tied = own - costs.min(axis=1) <= 1e-9 * (1 + np.abs(policy.costs).max())
    assert (tied | (taken == ACTIONS.index(found.present_decision))).all()


@few
@given(
    head=SMALL,
    policy=policies(3),
    x=x_values(2),
    spread=st.sampled_from([1e-3, 0.1, 2.0]),
)
def test_a_reading_within_repeatability_is_within_it(
    head: Head, policy: Policy, x: Numbers, spread: float
) -> None:
    """As near as it says, no farther than the limit, and decided as it says."""
    covariance = spread**2 * np.eye(2)
    now = ACTIONS[decisions(head, policy, x[None])[0]]

    found = decision_within(head, policy, x, covariance, 1.645)

    near = (
        found
        if isinstance(found, Nearby)
        else Nearby(tuple(x), tuple(x), 0.0, now, 1.645)
    )
    away = np.sqrt(((np.array(near.x) - x) ** 2).sum()) / spread
    assert abs(away - near.distance) <= 1e-6 * (1 + away)
    assert away <= 1.645 * (1 + 1e-6)
    assert ACTIONS[decisions(head, policy, np.array([near.x]))[0]] == near.decision
    assert not isinstance(found, Nearby) or near.decision != now

"""What holds for every line's costs, priors and guarantee, tied and extreme ones too."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from strategies import (
    extreme_costs,
    gauges,
    policies,
    probabilities,
    regions,
    x_rows,
)

from glassline.decide import Gauge, Policy, Region, actions, decide
from glassline.recipe import ACTIONS

pytestmark = pytest.mark.slow
Numbers = np.ndarray
ACCEPT, REJECT, REVIEW = range(3)
P = probabilities(4)


def exact_costs(policy: Policy, row: Numbers) -> list[Fraction]:
    """Expected cost of each action, in fractions: no rounding at all."""
    return [
        sum(
            (
                Fraction(p) * Fraction(cost)
                for p, cost in zip(row.tolist(), column, strict=True)
            ),
            Fraction(0),
        )
        for column in policy.costs.T.tolist()
    ]


@given(policy=policies(4, costs=extreme_costs), p=P)
def test_one_by_one_is_as_all_at_once(policy: Policy, p: Numbers) -> None:
    """`decide` takes for each row what `actions` takes."""
    one_by_one = [ACTIONS.index(decide(policy, row).action) for row in p]

    assert_array_equal(actions(policy, p), one_by_one)


@given(policy=policies(4), p=P)
def test_the_line_s_shares_are_shares(policy: Policy, p: Numbers) -> None:
    """Corrected rows sum to 1; what was impossible stays so."""
    adjusted = policy.adjust(p)

    assert_allclose(adjusted.sum(axis=1), 1, rtol=1e-12)
    assert (adjusted >= 0).all()
    assert (adjusted[p == 0] == 0).all()


@given(policy=policies(4, costs=extreme_costs, promised=False, good=True), p=P)
def test_nothing_allowed_is_cheaper(policy: Policy, p: Numbers) -> None:
    """Summed in fractions, but for 1e-12 of the largest cost and rounding."""
    adjusted = policy.adjust(p)
    rows = [exact_costs(policy, row) for row in adjusted]

    taken = actions(policy, p).tolist()

    excess = [
        costs[at] - min(costs) - Fraction(2e-12) * max(map(abs, costs))
        for at, costs in zip(taken, rows, strict=True)
    ]
    rounding = Fraction(1e-14) * Fraction(float(np.abs(policy.costs).max()))
    assert max(excess) <= rounding


@given(policy=policies(4, promised=False, good=True), p=P, cost=st.floats(-9, 9))
def test_of_equal_costs_a_person_looks(policy: Policy, p: Numbers, cost: float) -> None:
    """All three the same: the safest, review; without it, reject before accept."""
    equal = replace(policy, costs=np.full((4, 3), cost))
    dear_review = replace(policy, costs=np.array([[cost, cost, cost + 1]] * 4))

    assert (actions(equal, p) == REVIEW).all()
    assert (actions(dear_review, p) == REJECT).all()


@given(policy=policies(4, good=False), p=P)
def test_without_a_good_class_nothing_is_accepted(policy: Policy, p: Numbers) -> None:
    """However little it would cost."""
    assert (actions(policy, p) != ACCEPT).all()


@given(policy=policies(4, promised=True), p=P)
def test_a_guarantee_accepts_from_its_threshold_on(policy: Policy, p: Numbers) -> None:
    """There, and nowhere else, whatever the costs."""
    promise = policy.guarantee
    assert promise is not None
    good = policy.adjust(p)[:, policy.classes.index(policy.good)]

    assert_array_equal(actions(policy, p) == ACCEPT, good >= promise.threshold)


@given(policy=policies(4, promised=True), p=P, more=st.floats(0, 1))
def test_a_higher_threshold_never_accepts_more(
    policy: Policy, p: Numbers, more: float
) -> None:
    """What the stricter promise accepts, the other did."""
    promise = policy.guarantee
    assert promise is not None
    raised = replace(promise, threshold=min(promise.threshold + more, 2.0))

    stricter = actions(replace(policy, guarantee=raised), p) == ACCEPT

    assert not (stricter & (actions(policy, p) != ACCEPT)).any()


@given(policy=policies(4, promised=False, good=True), p=P, more=st.floats(0, 1e6))
def test_dearer_escapes_never_accept_more(
    policy: Policy, p: Numbers, more: float
) -> None:
    """Accepting a defect costs more: no part is accepted that was not."""
    defects = np.array([name != policy.good for name in policy.classes])
    costs = policy.costs + more * np.outer(defects, [1, 0, 0])

    safer = actions(replace(policy, costs=costs), p) == ACCEPT

    assert not (safer & (actions(policy, p) != ACCEPT)).any()


@given(policy=policies(4, promised=False), p=P, power=st.integers(-40, 40))
def test_the_currency_changes_no_decision(
    policy: Policy, p: Numbers, power: int
) -> None:
    """All costs times a power of two: the same bits, so the same actions."""
    other = replace(policy, costs=policy.costs * 2.0**power)

    assert_array_equal(actions(other, p), actions(policy, p))


@given(policy=policies(4, good=True), p=P)
def test_a_decision_says_what_it_rests_on(policy: Policy, p: Numbers) -> None:
    """Costs and probabilities are those of `actions`; the reason names the action."""
    decision = decide(policy, p[0])

    assert_array_equal(decision.expected_costs, policy.expected_costs(p)[0])
    assert_array_equal(decision.probabilities, policy.adjust(p)[0])
    assert decision.reason.params["action"] == decision.action
    assert "{" not in decision.reason.text("en") + decision.reason.text("zh-TW")


@settings(max_examples=50)
@given(region=regions(("ok", "dirt", "dent")), u=x_rows())
def test_how_novel_a_part_is_does_not_depend_on_its_batch(
    region: Region, u: Numbers
) -> None:
    """Alone or among others the same bits, and they add up feature by feature."""
    distances = region.distances(u)

    stands = [region.stand(row) for row in u]

    assert_array_equal([stand.distance for stand in stands], distances)
    added = [max(sum(stand.adds), 0.0) for stand in stands]
    assert_allclose(added, distances**2, rtol=1e-9, atol=1e-12)


@given(gauge=gauges())
def test_repeatability_is_a_share_of_all_spread(gauge: Gauge) -> None:
    """No kind spreads more than all together; %GRR is within 0 and 100, or unknown."""
    rows = np.array(list(gauge.spread.values()))

    assert (gauge.sigma >= rows.max(axis=0) * (1 - 1e-15)).all()
    assert (np.isnan(gauge.grr) == (gauge.sigma + np.array(gauge.between) == 0)).all()
    assert not ((gauge.grr < 0) | (gauge.grr > 100 * (1 + 1e-15))).any()

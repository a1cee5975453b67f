"""A model's promise on escapes: what it keeps, what it decides, what it refuses."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from glassline.decide import (
    Escapes,
    Guarantee,
    Policy,
    actions,
    decide,
    find_guarantee,
)
from glassline.decide.flips import DecisionFlip, flip_decision
from glassline.errors import InputError, ShapeError
from glassline.head import Head
from glassline.recipe import ACTIONS, Recipe

CLASSES = ("ok", "scratch", "dirt")
COUNTED = (Escapes("scratch", 0, 312, 0.00956), Escapes("dirt", 1, 480, 0.00984))
PROMISE = Guarantee(
    threshold=0.9,
    escape=0.01,
    confidence=0.95,
    escapes=COUNTED,
    good_accepted=450,
    good=500,
    cost=0.25,
    parts="new",
    counted="group",
    data_sha256="0" * 64,
)
POLICY = Policy.of(Recipe(classes=CLASSES), guarantee=PROMISE)


@pytest.mark.parametrize(
    ("p", "action", "reason"),
    [
        pytest.param(
            [0.9, 0.1, 0.0],
            "accept",
            "p(ok) = 0.9000 is at least 0.9000: accepted. At 95 % confidence at most "
            "1 % of the groups of each defect are (closest: dirt 1/480).",
            id="at-the-threshold",
        ),
        pytest.param(
            [0.89999, 0.10001, 0.0],
            "review",
            "p(ok) = 0.89999 is below 0.90000, from which parts are accepted. Cheapest "
            "of the rest: review, 1.00 looks; next: reject, 4.50.",
            id="as-many-digits-as-tell-them-apart",
        ),
        pytest.param(
            [0.1, 0.8, 0.1],
            "reject",
            "p(ok) = 0.1000 is below 0.9000, from which parts are accepted. Cheapest "
            "of the rest: reject, 0.50 looks; next: review, 1.00.",
            id="far-below",
        ),
    ],
)
def test_the_threshold_decides_on_accept_and_the_costs_on_the_rest(
    p: list[float], action: str, reason: str
) -> None:
    """At 0.9 accepting is expected to cost 2 looks, and is done all the same."""
    decision = decide(POLICY, p)

    assert (decision.action, decision.reason.text("en")) == (action, reason)


def test_a_part_that_costs_alone_would_accept_is_not() -> None:
    """With a threshold of 0.99 a part at 0.96 goes to a person."""
    careful = Policy.of(Recipe(CLASSES), guarantee=replace(PROMISE, threshold=0.99))

    assert decide(Policy.of(Recipe(CLASSES)), [0.96, 0.02, 0.02]).action == "accept"
    assert decide(careful, [0.96, 0.02, 0.02]).action == "review"


def test_a_void_promise_keeps_its_threshold_and_promises_nothing() -> None:
    """While the line drifts no count is shown."""
    void = Policy.of(Recipe(CLASSES), guarantee=replace(PROMISE, is_void=True))

    decision = decide(void, [0.95, 0.05, 0.0])

    assert decision.action == "accept"
    assert decision.reason.text("en") == (
        "p(ok) = 0.9500 is at least 0.9000: accepted. The guarantee is void, so "
        "nothing is promised."
    )


def test_many_parts_are_decided_as_one_by_one(rng: np.random.Generator) -> None:
    """The same bits, whoever is beside them."""
    p = rng.dirichlet([1.0, 0.5, 0.5], size=400)
    p[0] = [0.9, 0.05, 0.05]

    taken = actions(POLICY, p)

    one_by_one = [ACTIONS.index(decide(POLICY, row).action) for row in p]
    assert_array_equal(taken, one_by_one)


def test_the_flip_of_a_guaranteed_decision_is_at_the_threshold() -> None:
    """Z = (0, x): p(ok) is 0.9 at x = -log 9, where costs alone would say -log 19."""
    promise = replace(PROMISE, escapes=(COUNTED[0],))
    policy = Policy.of(Recipe(("ok", "scratch")), guarantee=promise)
    head = Head(np.array([[0.0, 1.0]]), np.zeros(2))

    down = flip_decision(head, policy, [0.0], target="accept")
    up = flip_decision(head, policy, [-4.0])

    assert isinstance(down, DecisionFlip)
    assert isinstance(up, DecisionFlip)
    np.testing.assert_allclose([down.x[0], up.x[0]], -np.log(9), rtol=1e-6)
    assert (down.decision, up.decision) == ("accept", "review")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param(
            {"threshold": 0.0},
            "guarantee.threshold: expected above 0 and at most 2, got 0.0.",
            id="accepts-all",
        ),
        pytest.param(
            {"escapes": ()},
            "guarantee.escapes: expected a defect class, got none.",
            id="no-class",
        ),
        pytest.param(
            {"escapes": (Escapes("dirt", 4, 3, 1.0),)},
            "guarantee: expected counts with 0 <= k <= n, got 4/3.",
            id="more-than-all",
        ),
        pytest.param(
            {"good": -1},
            "guarantee: expected counts with 0 <= k <= n, got 450/-1.",
            id="fewer-than-none",
        ),
        pytest.param(
            {"cost": np.inf},
            "guarantee.cost: expected a finite number, got inf.",
            id="endless-cost",
        ),
        pytest.param(
            {"confidence": 1.0},
            "confidence: expected a share above 0 and below 1, got 1.0.",
            id="certain",
        ),
    ],
)
def test_what_no_study_can_give_is_refused(
    change: dict[str, object], message: str
) -> None:
    """A file that was made by hand, or by a slip."""
    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        replace(PROMISE, **change)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("recipe", "message"),
    [
        pytest.param(
            Recipe(("ok", "dent")),
            "guarantee: expected one for dent and a good class, got one for scratch, "
            "dirt.",
            id="other-classes",
        ),
        pytest.param(
            Recipe(("scratch", "dirt")),
            "guarantee: expected one for scratch, dirt and a good class, got one for "
            "scratch, dirt.",
            id="no-good-class",
        ),
    ],
)
def test_a_promise_of_other_classes_is_refused(recipe: Recipe, message: str) -> None:
    """It would speak of defects that this recipe does not have."""
    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        Policy.of(recipe, guarantee=PROMISE)


def test_photos_of_one_piece_count_once_and_the_best_looking_speaks() -> None:
    """Sixty scratched pieces of two photos each: n is 60, and one photo lets one pass.

    The piece whose second photo looks good sets the threshold, as 59 pieces prove
    5 % only if none passes, and 60 do no better.
    """
    policy = Policy.of(Recipe(("ok", "scratch")))
    scores = np.r_[np.full(10, 0.99), np.full(119, 0.1), 0.6]
    labels, pieces = np.repeat([0, 1], [10, 120]), np.r_[:10, np.repeat(range(60), 2)]
    p = np.stack([scores, 1 - scores], axis=1)

    found = find_guarantee(
        p, labels, policy, escape=0.05, confidence=0.95, groups=pieces + labels * 100
    )

    assert isinstance(found, Guarantee)
    assert found.threshold > 0.6
    assert found.counted == "group"
    assert [(e.k, e.n) for e in found.escapes] == [(0, 60)]
    assert (found.good_accepted, found.good) == (10, 10)


@pytest.mark.bad_shape
def test_groups_of_other_parts_are_refused() -> None:
    """One name a part."""
    with pytest.raises(
        ShapeError, match=r"^groups: expected shape \(2,\), got \(3,\)\.$"
    ):
        find_guarantee(
            np.array([[0.5, 0.5]] * 2),
            np.array([0, 1]),
            Policy.of(Recipe(("ok", "scratch"))),
            escape=0.5,
            confidence=0.5,
            groups=[1, 2, 3],
        )


def test_a_guarantee_as_plain_data_holds_its_counts() -> None:
    """As it stands beside every verdict."""
    told = replace(PROMISE, is_void=True).as_json()

    assert told == {
        "threshold": PROMISE.threshold,
        "escape": PROMISE.escape,
        "confidence": PROMISE.confidence,
        "counted": PROMISE.counted,
        "escapes": {each.name: {"k": each.k, "n": each.n} for each in COUNTED},
        "is_void": True,
    }


@pytest.mark.parametrize(
    ("action", "other", "saved"),
    [
        pytest.param(
            0, 2, [0.1, -0.9, -0.9], id="1 - t of a good part, -t of any other"
        ),
        pytest.param(2, 0, [-0.1, 0.9, 0.9], id="the other way round"),
        pytest.param(1, 2, [-4.0, 1.0, 1.0], id="of the rest by cost"),
    ],
)
def test_what_an_action_saves_under_a_guarantee(
    action: int, other: int, saved: list[float]
) -> None:
    """Accept from p(ok) >= 0.9 on is 0.1 p(ok) - 0.9 (1 - p(ok)) >= 0."""
    np.testing.assert_allclose(POLICY.saves(action, other), saved, rtol=1e-12)

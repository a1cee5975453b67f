"""The guarantee: its bound, its search, its refusal, and whether the promise holds."""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction
from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy.stats import beta, binom

from glassline.decide import (
    Guarantee,
    Policy,
    TooFew,
    actions,
    find_guarantee,
    parts_needed,
)
from glassline.decide.binomial import allowed_escapes, upper_bound
from glassline.decide.lots import lots_prove
from glassline.errors import InputError, LabelError, ShapeError
from glassline.recipe import ACTIONS, ClassCosts, Recipe

CLASSES = ("ok", "scratch", "dirt")
PLAIN = Policy.of(Recipe(classes=CLASSES))
TWO = Policy.of(Recipe(classes=("ok", "scratch")))
CARELESS = Policy.of(  # every escape is free, so the threshold goes as low as it may
    Recipe(
        classes=CLASSES,
        costs={name: ClassCosts(accept=0.0, reject=5.0) for name in CLASSES},
    )
)
ACCEPT, REJECT, REVIEW = range(3)
THRESHOLDS = np.append(np.arange(-0.05, 1.05, 0.1), 2.0)


def rows(good: np.ndarray) -> np.ndarray:
    """Three classes: the good one as given, the two others share the rest."""
    return np.stack([good, (1 - good) / 2, (1 - good) / 2], axis=1)


def granted(*args: object, **kwargs: object) -> Guarantee:
    """A guarantee that must be given."""
    found = find_guarantee(*args, **kwargs)  # type: ignore[arg-type]
    assert isinstance(found, Guarantee)
    return found


def tail(k: int, n: int, rate: Fraction) -> Fraction:
    """P(at most k of n) in exact fractions."""
    return sum(
        (comb(n, i) * rate**i * (1 - rate) ** (n - i) for i in range(k + 1)),
        Fraction(0),
    )


@pytest.mark.parametrize(
    ("escape", "escapes", "needed"),
    [
        pytest.param(0.01, 0, 299, id="0.99^299 = 0.0495"),
        pytest.param(0.001, 0, 2995, id="0.1 %"),
        pytest.param(0.01, 1, 473, id="one escape"),
        pytest.param(0.01, 3, 773, id="three escapes"),
        pytest.param(0.5, 0, 5, id="1/32 is the first below 1/20"),
    ],
)
def test_parts_needed(escape: float, escapes: int, needed: int) -> None:
    """The least number that proves the target: one part fewer does not."""
    rate = Fraction(str(escape))

    assert parts_needed(escape, 0.95, escapes) == needed
    assert tail(escapes, needed, rate) <= Fraction(1, 20)
    assert tail(escapes, needed - 1, rate) > Fraction(1, 20)


@given(
    n=st.integers(0, 400),
    escape=st.floats(0.001, 0.6),
    confidence=st.floats(0.3, 0.999),
)
def test_what_is_allowed_is_what_the_bound_allows(
    n: int, escape: float, confidence: float
) -> None:
    """The largest k whose upper bound is at most the target, and no larger."""
    k = allowed_escapes(n, escape, confidence)

    assert k == -1 or upper_bound(k, n, confidence) <= escape * (1 + 1e-9)
    assert upper_bound(k + 1, n, confidence) > escape * (1 - 1e-9)


@pytest.mark.parametrize(("k", "n"), [(0, 1), (0, 400), (1, 400), (3, 400), (17, 40)])
def test_the_bound_is_where_so_few_become_unlikely(k: int, n: int) -> None:
    """At the bound, k or fewer are seen with probability 1 - confidence, exactly."""
    rate = Fraction(upper_bound(k, n, 0.95))

    assert_allclose(float(tail(k, n, rate)), 0.05, rtol=1e-12)


@pytest.mark.parametrize(("k", "n"), [(0, 0), (5, 5)])
def test_nothing_caught_proves_nothing(k: int, n: int) -> None:
    """No part, or all of them escaped: any rate is possible."""
    assert upper_bound(k, n, 0.95) == 1


def test_counts_by_hand() -> None:
    """473 scratches may lose one, 299 specks none; each sets its own threshold.

    The two best scratches score 0.6 and 0.5, the best speck 0.3: the threshold must
    be above 0.5, where the scratch of 0.6 escapes.
    """
    scratch = np.r_[0.6, 0.5, np.full(471, 0.1)]
    dirt = np.r_[0.3, np.full(298, 0.1)]
    good = np.array([0.9, 0.55, 0.4])
    p = rows(np.r_[good, scratch, dirt])
    labels = np.repeat([0, 1, 2], [3, 473, 299])

    found = granted(p, labels, CARELESS, escape=0.01, confidence=0.95)

    assert found.threshold == 0.55
    assert [(e.name, e.k, e.n) for e in found.escapes] == [
        ("scratch", 1, 473),
        ("dirt", 0, 299),
    ]
    assert_allclose(
        [e.bound for e in found.escapes],
        [beta.ppf(0.95, 2, 472), 1 - 0.05 ** (1 / 299)],
    )
    assert (found.good_accepted, found.good) == (2, 3)


def test_equal_scores_pass_or_stay_together() -> None:
    """Of 473 scratches one may pass, but the best two score the same."""
    scores = np.r_[0.95, 0.5, 0.5, np.full(471, 0.1)]
    p = np.stack([scores, 1 - scores], axis=1)

    found = granted(p, np.repeat([0, 1], [1, 473]), TWO, escape=0.01, confidence=0.95)

    assert found.threshold > 0.5
    assert found.escapes[0].k == 0


def test_the_cost_is_worked_by_hand() -> None:
    """With priors of 0.9 and 0.1: nine good parts of ten pass, the tenth is reviewed.

    Review costs 1 a part, so 0.9 (1 / 10) + 0.1 (review of every scratch).
    """
    policy = Policy.of(
        Recipe(classes=("ok", "scratch"), priors={"ok": 0.9, "scratch": 0.1})
    )
    good = np.r_[np.full(9, 0.9), 0.2, np.full(299, 0.2)]

    found = granted(
        np.stack([good, 1 - good], axis=1),
        np.repeat([0, 1], [10, 299]),
        policy,
        escape=0.01,
        confidence=0.95,
    )

    assert_allclose(found.cost, 0.9 * 0.1 + 0.1, rtol=1e-14)
    assert_allclose(found.threshold, 0.9 * 0.9 / (0.9 * 0.9 + 0.1 * 0.1), rtol=1e-14)


def test_a_promise_that_only_accepting_nothing_keeps() -> None:
    """The scratches look better than the good parts: nothing is accepted."""
    scores = np.r_[np.full(50, 0.9), np.full(299, 0.95)]
    p = np.stack([scores, 1 - scores], axis=1)

    found = granted(p, np.repeat([0, 1], [50, 299]), TWO, escape=0.01, confidence=0.95)

    assert found.threshold == 2
    assert found.good_accepted == 0
    assert_array_equal(actions(replace(TWO, guarantee=found), p) == ACCEPT, False)
    assert_allclose(found.cost, 1.0)  # a look each: 0.9 good is worth no scrapping


def test_the_rest_is_rejected_or_reviewed_by_cost() -> None:
    """Below the threshold: reject where a look costs more than overkill would."""
    scores = np.r_[np.full(50, 0.99), np.full(299, 0.5)]
    p = np.stack([scores, 1 - scores], axis=1)
    found = granted(p, np.repeat([0, 1], [50, 299]), TWO, escape=0.01, confidence=0.95)

    asked = np.array([[0.99, 0.01], [0.9, 0.1], [0.1, 0.9], [0.2, 0.8]])
    taken = actions(replace(TWO, guarantee=found), asked)

    assert [ACTIONS[a] for a in taken] == ["accept", "review", "reject", "review"]


@given(
    scores=st.lists(st.integers(0, 10), min_size=12, max_size=12),
    good=st.integers(0, 4),
)
def test_no_allowed_threshold_is_cheaper(scores: list[int], good: int) -> None:
    """Every threshold between two scores, tried one by one."""
    p = rows(np.array(scores) / 10)
    labels = np.repeat([0, 1, 2], [good, 6 - good // 2, 6 - (good + 1) // 2])

    found = granted(p, labels, PLAIN, escape=0.5, confidence=0.6)

    expected = PLAIN.expected_costs(p)
    rest = np.where(expected[:, REVIEW] <= expected[:, REJECT], REVIEW, REJECT)
    tried = np.where(p[:, 0] >= THRESHOLDS[:, None], ACCEPT, rest)
    costs = PLAIN.costs[labels, tried].mean(axis=1)
    for c in (1, 2):
        escapes = (tried[:, labels == c] == ACCEPT).sum(axis=1)
        allowed = allowed_escapes(int((labels == c).sum()), 0.5, 0.6)
        costs[escapes > allowed] = np.inf
    assert_allclose(found.cost, costs.min(), rtol=1e-12, atol=1e-12)
    taken = actions(replace(PLAIN, guarantee=found), p)
    assert_allclose(PLAIN.costs[labels, taken].mean(), found.cost)


@pytest.mark.parametrize("seed", range(10))
def test_the_lowest_threshold_of_lots_is_found_by_trying_all(
    seed: int, rng: np.random.Generator
) -> None:
    """Escapes are free, so it goes as low as the lots allow; k and n count photos."""
    sizes = rng.integers(1, 9, 60 + seed)
    lots = np.repeat(np.arange(len(sizes)), sizes)
    scores = np.round(rng.beta(1, 6, len(lots)), 2)
    p = np.stack([scores, 1 - scores], axis=1)
    careless = Policy.of(
        Recipe(
            classes=("ok", "scratch"),
            costs={"scratch": ClassCosts(accept=0.0, reject=5.0, review=1.0)},
        )
    )

    found = granted(
        *(p, np.ones(len(lots), int), careless),
        escape=0.2,
        confidence=0.9,
        groups=lots,
        counted="photo-in-group",
    )

    tried = np.unique(scores)
    proved = [
        lots_prove(
            np.bincount(lots[scores >= t], minlength=len(sizes)), sizes, 0.2, 0.9
        )
        for t in tried
    ]
    accepted = scores >= tried[np.argmax(proved)]
    (scratch,) = found.escapes
    assert found.threshold == tried[np.argmax(proved)]
    assert (scratch.k, scratch.n) == (int(accepted.sum()), len(lots))
    assert scratch.bound <= 0.2


def test_a_promise_about_lots_is_none_about_their_parts() -> None:
    """One lot of 200 holds a quarter of all scratches: one of 640 lots, 23.8 % of parts."""
    lots = np.r_[np.full(200, 640), np.arange(639)]
    scores = np.r_[np.full(200, 0.9), np.full(639, 0.1)]
    p = np.stack([scores, 1 - scores], axis=1)
    careless = Policy.of(
        Recipe(
            classes=("ok", "scratch"),
            costs={"scratch": ClassCosts(accept=0.0, reject=5.0, review=1.0)},
        )
    )
    asked = {"escape": 0.01, "confidence": 0.95, "groups": lots}
    labels = np.ones(839, int)

    by_lot = granted(p, labels, careless, **asked)
    by_part = find_guarantee(p, labels, careless, **asked, counted="photo-in-group")

    (scratch,) = by_lot.escapes
    passed = actions(replace(careless, guarantee=by_lot), p) == ACCEPT
    assert (by_lot.counted, scratch.k, scratch.n) == ("group", 1, 640)
    assert_allclose(passed.mean(), 0.238, atol=5e-4)
    assert str(by_part) == (
        "scratch: expected at least 332 full groups without an escape for 1 % at 95 %, "
        "got 4. Collect more or raise the target."
    )


@pytest.mark.slow
@pytest.mark.parametrize("is_large_bad", [True, False])
def test_a_share_of_photos_in_lots_keeps_its_promise(
    is_large_bad: bool, rng: np.random.Generator
) -> None:
    """Lots of 1 to 40; in some all parts look good, in large ones more often."""
    broken = 0
    for _ in range(300):
        sizes = rng.integers(1, 41, 900)
        chance = 0.02 * (sizes / 27 if is_large_bad else 1)  # 2 % of parts
        is_bad = rng.random(900) < chance
        scores = np.repeat(np.where(is_bad, 0.9, 0.1), sizes)
        found = find_guarantee(
            *(np.stack([scores, 1 - scores], axis=1), np.ones(len(scores), int), TWO),
            escape=0.02,
            confidence=0.9,
            groups=np.repeat(np.arange(900), sizes),
            counted="photo-in-group",
        )
        broken += isinstance(found, Guarantee) and found.threshold <= 0.9

    assert broken / 300 <= 0.1 + 3 * np.sqrt(0.1 * 0.9 / 300)


def simulated(
    rng: np.random.Generator, shapes: list[tuple[float, float]], n: int, draws: int
) -> np.ndarray:
    """True escape rates, (draws, 2), of the thresholds promised from random parts."""
    labels = np.repeat([0, 1, 2], [400, n, n])
    rates = []
    for _ in range(draws):
        scores = np.r_[rng.random(400), *(rng.beta(*shape, size=n) for shape in shapes)]
        found = granted(rows(scores), labels, CARELESS, escape=0.05, confidence=0.95)
        rates.append([beta.sf(found.threshold, *shape) for shape in shapes])
    return np.array(rates)


@pytest.mark.slow
@pytest.mark.parametrize(
    "shapes",
    [
        pytest.param([(2, 6), (2, 6)], id="two classes as hard as each other"),
        pytest.param([(0.5, 0.5), (2, 2)], id="scores at both ends"),
    ],
)
def test_the_promise_holds_at_least_as_often_as_promised(
    shapes: list[tuple[float, float]], rng: np.random.Generator
) -> None:
    """In 2,000 studies, at most 5 % (and 3 sigma) promise what is not so."""
    rates = simulated(rng, shapes, 150, 2_000)

    is_broken = (rates > 0.05).any(axis=1)
    assert is_broken.mean() <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 2_000)


@pytest.mark.slow
def test_the_promise_is_no_more_cautious_than_the_counts_allow(
    rng: np.random.Generator,
) -> None:
    """With one hard class and an easy one, broken as often as the exact test may be."""
    nominal = binom.cdf(allowed_escapes(150, 0.05, 0.95), 150, 0.05)

    rates = simulated(rng, [(2, 6), (1, 30)], 150, 2_000)

    sigma = np.sqrt(nominal * (1 - nominal) / 2_000)
    assert_allclose((rates > 0.05).any(axis=1).mean(), nominal, atol=3 * sigma)


def test_too_few_parts_are_refused_by_name() -> None:
    """Each class that is short: how many came, how many the policy lets through."""
    good = np.r_[np.full(5, 0.9), 0.99, np.full(119, 0.1), np.full(1, 0.1)]
    labels = np.repeat([0, 1, 2], [5, 120, 1])

    refused = find_guarantee(rows(good), labels, PLAIN, escape=0.01, confidence=0.95)

    assert isinstance(refused, TooFew)
    assert [(s.name, s.k, s.n, s.needed) for s in refused.shortfalls] == [
        ("scratch", 1, 120, 299),
        ("dirt", 0, 1, 299),
    ]
    assert str(refused) == (
        "scratch: expected at least 299 parts without an escape for 1 % at 95 %, "
        "got 120. Collect more or raise the target.\n"
        "dirt: expected at least 299 parts without an escape for 1 % at 95 %, "
        "got 1. Collect more or raise the target."
    )


def test_a_class_without_parts_is_refused() -> None:
    """No dirt at all: nothing can be said of it."""
    p = rows(np.full(400, 0.1))

    refused = find_guarantee(p, np.ones(400, int), PLAIN, escape=0.001, confidence=0.9)

    assert str(refused) == (
        "scratch: expected at least 2,302 parts without an escape for 0.1 % at 90 %, "
        "got 400. Collect more or raise the target.\n"
        "dirt: expected at least 2,302 parts without an escape for 0.1 % at 90 %, "
        "got 0. Collect more or raise the target."
    )


def test_no_part_at_all_is_refused() -> None:
    """An empty set promises nothing."""
    refused = find_guarantee(
        np.empty((0, 2)), np.empty(0, np.int64), TWO, escape=0.01, confidence=0.95
    )

    assert isinstance(refused, TooFew)
    assert refused.shortfalls[0].n == 0


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        pytest.param(
            {"escape": 0.0},
            InputError,
            "escape: expected a share above 0 and below 1, got 0.0.",
            id="no escape at all",
        ),
        pytest.param(
            {"confidence": 95.0},
            InputError,
            "confidence: expected a share above 0 and below 1, got 95.0.",
            id="percent instead of a share",
        ),
        pytest.param(
            {"escape": float("nan")},
            InputError,
            "escape: expected a share above 0 and below 1, got nan.",
            id="nan",
        ),
        pytest.param(
            {"labels": np.array([0, 2])},
            LabelError,
            "labels[1]: expected a class id in [0, 2), got 2.",
            id="no such class",
        ),
        pytest.param(
            {"labels": np.array([0])},
            ShapeError,
            "labels: expected shape (2,), one a part, got (1,).",
            id="one label for two parts",
            marks=pytest.mark.bad_shape,
        ),
        pytest.param(
            {"labels": np.eye(2)},
            ShapeError,
            "labels: expected shape (2,) of class ids, got (2, 2).",
            id="shares",
            marks=pytest.mark.bad_shape,
        ),
        pytest.param(
            {"probabilities": np.array([0.5, 0.5])},
            ShapeError,
            "probabilities: expected shape (n, 2), got (2,).",
            id="one part alone",
            marks=pytest.mark.bad_shape,
        ),
        pytest.param(
            {"probabilities": np.array([[0.5, 0.5], [1.0, 1.0]])},
            InputError,
            "probabilities[1]: expected numbers >= 0 that sum to 1, got [1.0, 1.0].",
            id="no probabilities",
        ),
        pytest.param(
            {"policy": Policy.of(Recipe(classes=("scratch", "dirt")))},
            InputError,
            "policy: expected a good class, got None. "
            "Nothing can be accepted, so nothing can escape.",
            id="no good class",
        ),
    ],
)
def test_what_can_not_be_promised_is_refused(
    changes: dict[str, object], error: type[Exception], message: str
) -> None:
    """Each message names the argument, what was expected and what came."""
    arguments = {
        "probabilities": np.full((2, 2), 0.5),
        "labels": np.array([0, 1]),
        "policy": TWO,
        "escape": 0.01,
        "confidence": 0.95,
    } | changes

    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        find_guarantee(**arguments)  # type: ignore[arg-type]


def test_fewer_than_no_escapes_are_refused() -> None:
    """A count is at least 0."""
    with pytest.raises(
        InputError, match=r"^escapes: expected a number >= 0, got -1\.$"
    ):
        parts_needed(0.01, 0.95, -1)

"""The review band by hand, and against the policy's own decisions."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose

from glassline.decide import Escapes, Guarantee, Policy, decide, review_band
from glassline.errors import InputError
from glassline.recipe import ClassCosts, Recipe

TWO = Recipe(("ok", "dirt"))
PROMISE = Guarantee(
    threshold=0.7,
    escape=0.1,
    confidence=0.95,
    escapes=(Escapes("dirt", 0, 29, 0.098),),
    good_accepted=9,
    good=10,
    cost=0.1,
    parts="new",
    counted="group",
    data_sha256="0" * 64,
)


def test_a_dear_look_narrows_the_band() -> None:
    """A look of 2: rejecting costs 5 p, so 0.4; accepting 20 (1 - p), so 0.9."""
    costs = {
        "ok": ClassCosts(accept=0.0, reject=5.0, review=2.0),
        "dirt": ClassCosts(accept=20.0, reject=0.0, review=2.0),
    }

    found = review_band(Policy.of(replace(TWO, costs=costs)), "dirt")

    assert found is not None
    assert_allclose([found.low, found.high], [0.4, 0.9])


@pytest.mark.parametrize("step", range(0, 1001, 50))
def test_the_policy_reviews_inside_and_nowhere_else(step: int) -> None:
    """A thousandth beside each of the two ends, and over the whole range."""
    policy = Policy.of(TWO)
    band = review_band(policy, "dirt")
    assert band is not None
    p = np.array([step / 1000, band.low - 1e-3, band.low + 1e-3, band.high - 1e-3])

    reviewed = [decide(policy, [each, 1 - each]).action == "review" for each in p]

    assert reviewed == [bool(band.low <= p[0] <= band.high), False, True, True]


def test_a_promise_sets_the_upper_end() -> None:
    """Accepted from 0.7 on, whatever that is expected to cost."""
    found = review_band(Policy.of(TWO, guarantee=PROMISE), "dirt")

    assert found is not None
    assert_allclose([found.low, found.high], [0.2, 0.7])


@pytest.mark.parametrize(
    "look", [pytest.param(6.0, id="too-dear"), pytest.param(-1.0, id="a-gift")]
)
def test_no_band_where_none_or_all_are_reviewed(look: float) -> None:
    """A look that never pays, and one that always does."""
    costs = {
        "ok": ClassCosts(accept=0.0, reject=5.0, review=look),
        "dirt": ClassCosts(accept=20.0, reject=0.0, review=look),
    }

    assert review_band(Policy.of(replace(TWO, costs=costs)), "dirt") is None


@pytest.mark.parametrize(
    ("recipe", "defect", "message"),
    [
        pytest.param(
            TWO,
            "dent",
            "defect: expected one of dirt, and a good class beside them, got 'dent'.",
            id="unknown",
        ),
        pytest.param(
            TWO,
            "ok",
            "defect: expected one of dirt, and a good class beside them, got 'ok'.",
            id="good",
        ),
        pytest.param(
            Recipe(("dent", "dirt")),
            "dent",
            "defect: expected one of dent, dirt, and a good class beside them, got "
            "'dent'.",
            id="no-good-class",
        ),
    ],
)
def test_a_class_that_is_no_defect_is_refused(
    recipe: Recipe, defect: str, message: str
) -> None:
    """There is nothing to weigh it against."""
    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        review_band(Policy.of(recipe), defect)

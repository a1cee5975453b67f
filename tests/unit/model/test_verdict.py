"""What the costs do not know sends a part to a person, with its reason."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_array_equal

import glassline
from glassline.dataset import Dataset
from glassline.decide import Gauge
from glassline.explain.check import check
from glassline.model import Model
from glassline.model.verdict import actions, decide
from glassline.recipe import ACTIONS, Recipe, ReviewSettings
from glassline.training import read_candidates, train_on

SURE = np.array([1.0, 0.0, 0.0])


def strange(model: Model) -> np.ndarray:
    """Readings at the means of the good parts, but with grain 40 spreads out."""
    return model.scale.reading(np.array([0.0, 0.0, 0.0, 40.0]))


def test_a_part_unlike_training_goes_to_a_person(model: Model) -> None:
    """However sure the head is; the reason names the feature and how far it is out."""
    decision = decide(model, strange(model), SURE)

    region = model.region
    assert region is not None
    assert decision.stand is not None
    assert decision.action == "review"
    assert decision.reason.code == "novel"
    assert decision.reason.text("en") == (
        f"Unlike the parts of training: distance {decision.stand.distance:.2f} from the "
        f"nearest class ({decision.stand.nearest}), limit {region.limit:.2f}; farthest "
        "out: granular noise, x = 40.00. A person decides."
    )
    assert model.policy.decide(SURE).action == "accept"


def test_a_part_like_those_of_training_is_decided_by_cost(model: Model) -> None:
    """The region is not asked what to do, only whether it knows the part."""
    readings = model.scale.reading(np.zeros(4))

    decision = decide(model, readings, SURE)

    assert (decision.action, decision.reason.code) == ("accept", "cheapest")


def test_many_parts_are_decided_as_one_by_one(
    model: Model, line: Dataset, rng: np.random.Generator
) -> None:
    """Evaluation counts what inspection does."""
    near = model.scale.reading(np.zeros(4))
    readings = np.vstack([near * rng.uniform(0.5, 3.0, (50, 4)), strange(model)])
    p = rng.dirichlet([0.3, 0.3, 0.3], size=51)

    taken = actions(model, readings, p)

    one_by_one = [
        ACTIONS.index(decide(model, row, each).action)
        for row, each in zip(readings, p, strict=True)
    ]
    assert_array_equal(taken, one_by_one)
    assert_array_equal(
        actions(replace(model, region=None), readings, p), model.policy.actions(p)
    )


def test_the_recipe_switches_it_off(line: Dataset) -> None:
    """With 0 nothing looks new, and the sheet has no block on it."""
    recipe = Recipe(classes=line.classes, review=ReviewSettings(novelty=0))

    trained = train_on(read_candidates(line, recipe), recipe).model

    assert trained.region is None
    assert decide(trained, strange(trained), SURE).action == "accept"


def test_the_sheet_shows_the_distance_as_a_sum(model: Model, line: Dataset) -> None:
    """A row a feature, the total, and what follows from it, in both languages."""
    seen = glassline.inspect(model, line.parts[0].path)
    stand = seen.decided.stand
    assert stand is not None

    block = seen.sheet.text("en").split("Is it like the parts of training?")[1]
    total = block.split("distance squared")[1].split()[0]

    np.testing.assert_allclose(float(total), stand.distance**2, atol=1e-4)
    assert f"{stand.distance:.4f}" in block
    assert f"{stand.distance:.4f}" in seen.sheet.markdown("zh-TW")
    assert check(seen.sheet.json()).wrong == ()


def studied(model: Model, spread: float) -> Model:
    """The model with a gauge that moves every feature by so much, each by itself."""
    gauge = Gauge(10, "0" * 64, (1.0,) * 4, {"noise": (spread,) * 4})
    return replace(model, gauge=gauge, region=None)


def readings_and_p(model: Model, x: list[float]) -> tuple[np.ndarray, np.ndarray]:
    """Readings that stand at x, and what the head says of them."""
    return model.scale.reading(np.array(x)), model.head.probabilities(np.array([x]))[0]


def test_a_decision_that_repeatability_could_turn_goes_to_a_person(
    model: Model,
) -> None:
    """The reason and the sheet's numbers are those of the nearest such reading."""
    readings, p = readings_and_p(model, [-0.5, -0.5, 0.0, 0.0])
    before = model.policy.decide(p).action
    rough = studied(model, 5.0)

    decision = decide(rough, readings, p)

    near = decision.nearby
    assert near is not None
    assert before != "review"
    assert (decision.action, decision.reason.code) == ("review", "measurement_limited")
    away = (np.array(near.x) - near.own) / 5.0
    np.testing.assert_allclose(np.sqrt(away @ away), near.distance, rtol=1e-9)
    there = model.head.probabilities(np.array([near.x]))[0]
    assert model.policy.decide(there).action == near.decision != before
    assert decision.reason.text("en").startswith(
        f"Measurement-limited: {before} by this reading, but {near.distance:.2f} "
        f"spreads of repeatability away, within 1.65, it is {near.decision}; about "
    )


def test_a_decision_that_stands_is_taken(model: Model) -> None:
    """A gauge that moves nothing, or a line that does not ask."""
    readings, p = readings_and_p(model, [-0.5, -0.5, 0.0, 0.0])
    recipe = replace(model.recipe, review=ReviewSettings(gauge=0))

    fine = decide(studied(model, 1e-6), readings, p)
    unasked = decide(replace(studied(model, 5.0), recipe=recipe), readings, p)

    expected = model.policy.decide(p).action
    assert (fine.action, unasked.action) == (expected, expected)


def test_a_feature_far_beyond_the_clip_does_not_move(model: Model) -> None:
    """It reads the same x again, so it can not bring the part back over the border."""
    far = [-model.scale.clip - 30.0, 0.0, 0.0, 0.0]
    readings = model.scale.reading(np.array(far))
    p = model.head.probabilities(model.scale.x(readings[None]))[0]
    gauge = Gauge(10, "0" * 64, (1.0,) * 4, {"noise": (9.0, 0.0, 0.0, 0.0)})

    far_out = decide(replace(model, gauge=gauge, region=None), readings, p)
    closer = replace(model, gauge=gauge, region=None)
    at_clip = decide(closer, model.scale.reading(np.array([-4.1, 0, 0, 0])), p)

    assert far_out.nearby is None
    assert at_clip.nearby is not None


def test_evaluation_counts_what_the_gauge_sends_to_a_person(
    model: Model, rng: np.random.Generator
) -> None:
    """Many at once as one by one."""
    x = rng.normal(size=(20, 4))
    readings = np.array([model.scale.reading(row) for row in x])
    p = model.head.probabilities(model.scale.x(readings))
    rough = studied(model, 0.3)

    taken = actions(rough, readings, p)

    one_by_one = [
        ACTIONS.index(decide(rough, row, each).action)
        for row, each in zip(readings, p, strict=True)
    ]
    assert_array_equal(taken, one_by_one)


@pytest.mark.parametrize("lang", ["en", "zh-TW"])
def test_the_sheet_shows_the_other_reading(
    model: Model, line: Dataset, lang: str
) -> None:
    """Where it lies, how far, and what is decided there."""
    seen = glassline.inspect(studied(model, 5.0), line.parts[0].path)
    near = seen.decided.nearby
    assert near is not None

    shown = seen.sheet.text(lang)

    assert f"{near.x[0]:.4f}" in shown
    assert f"{near.distance:.2f}" in shown
    assert check(seen.sheet.json()).wrong == ()

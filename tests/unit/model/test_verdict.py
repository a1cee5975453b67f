"""What the costs do not know sends a part to a person, with its reason."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_array_equal

import glassline
from glassline.dataset import Dataset
from glassline.decide import Decision, Gauge
from glassline.decide import decide as decide_by_cost
from glassline.explain.check import check
from glassline.head import Head
from glassline.model import Model
from glassline.model.verdict import decide
from glassline.recipe import ACTIONS, Recipe, ReviewSettings
from glassline.training import read_candidates, train_on


def one(model: Model, readings: np.ndarray) -> Decision:
    """What is decided on one part."""
    return decide(model, readings[None]).decision(0)


def strange(model: Model) -> np.ndarray:
    """Readings at the means of the good parts, but with grain 40 spreads out."""
    return model.scale.reading_at(np.array([0.0, 0.0, 0.0, 40.0]))


def test_a_part_unlike_training_goes_to_a_person(model: Model) -> None:
    """However sure the head is; the reason names the feature and how far it is out."""
    sure = replace(model, head=Head(np.zeros((4, 3)), np.array([50.0, 0.0, 0.0])))

    decision = one(sure, strange(model))

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
    assert one(replace(sure, region=None), strange(model)).action == "accept"


def test_a_part_like_those_of_training_is_decided_by_cost(model: Model) -> None:
    """The region is not asked what to do, only whether it knows the part."""
    readings = model.scale.reading(np.full(4, -0.5))

    decision = one(model, readings)

    assert (decision.action, decision.reason.code) == ("accept", "cheapest")


@pytest.mark.parametrize("spread", [None, 0.3], ids=["plain", "with a gauge"])
def test_many_parts_are_decided_as_one_by_one(
    model: Model, spread: float | None, rng: np.random.Generator
) -> None:
    """Evaluation counts what inspection does, and each reason fits its action."""
    gauge = spread and Gauge(10, "0" * 64, (1.0,) * 4, {"noise": (spread,) * 4})
    judge = replace(model, gauge=gauge)
    x = np.vstack([rng.normal(size=(40, 4)) * 1.5, np.full(4, 40.0)])
    readings = np.array([model.scale.reading_at(row) for row in x])

    many = decide(judge, readings)

    alone = [one(judge, row) for row in readings]
    assert_array_equal(many.actions, [ACTIONS.index(each.action) for each in alone])
    together = [many.decision(row) for row in range(len(x))]
    assert [each.reason for each in together] == [each.reason for each in alone]
    assert len(set(many.actions.tolist())) == 3


def test_without_what_costs_do_not_know_the_cheapest_action_is_taken(
    model: Model, rng: np.random.Generator
) -> None:
    """As the policy alone says of the head's probabilities."""
    x = rng.normal(size=(40, 4))
    readings = np.array([model.scale.reading(row) for row in x])

    said = decide(replace(model, region=None), readings)

    p = model.head.probabilities(model.scale.x(readings))
    assert_array_equal(said.probabilities, p)
    assert_array_equal(said.classes, said.logits.argmax(axis=1))
    by_cost = [decide_by_cost(model.policy, row).action for row in p]
    assert [ACTIONS[each] for each in said.actions] == by_cost


def test_the_recipe_switches_it_off(line: Dataset) -> None:
    """With 0 nothing looks new, and the sheet has no block on it."""
    recipe = Recipe(classes=line.classes, review=ReviewSettings(novelty=0))

    trained = train_on(read_candidates(line, recipe), recipe).model

    assert trained.region is None
    assert one(trained, strange(trained)).reason.code == "cheapest"


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


def test_a_decision_that_repeatability_could_turn_goes_to_a_person(
    model: Model,
) -> None:
    """The reason and the sheet's numbers are those of the nearest such reading."""
    readings = model.scale.reading(np.array([-0.5, -0.5, 0.0, 0.0]))
    rough = studied(model, 5.0)
    before = one(replace(rough, gauge=None), readings).action

    decision = one(rough, readings)

    near = decision.nearby
    assert near is not None
    assert before != "review"
    assert (decision.action, decision.reason.code) == ("review", "measurement_limited")
    away = (np.array(near.x) - near.own) / 5.0
    np.testing.assert_allclose(np.sqrt(away @ away), near.distance, rtol=1e-9)
    there = model.head.probabilities(np.array([near.x]))[0]
    assert decide_by_cost(model.policy, there).action == near.decision != before
    assert decision.reason.text("en").startswith(
        f"Measurement-limited: {before} by this reading, but {near.distance:.2f} "
        f"spreads of repeatability away, within 1.65, it is {near.decision}; about "
    )


def test_a_decision_that_stands_is_taken(model: Model) -> None:
    """A gauge that moves nothing, or a line that does not ask."""
    readings = model.scale.reading(np.array([-0.5, -0.5, 0.0, 0.0]))
    recipe = replace(model.recipe, review=ReviewSettings(gauge=0))

    fine = one(studied(model, 1e-6), readings)
    unasked = one(replace(studied(model, 5.0), recipe=recipe), readings)

    expected = one(replace(model, region=None), readings).action
    assert (fine.action, unasked.action) == (expected, expected)


def test_a_feature_far_beyond_the_clip_does_not_move(model: Model) -> None:
    """It reads the same x again, so it can not bring the part back over the border."""
    far = [-model.scale.clip - 30.0, 0.0, 0.0, 0.0]
    readings = model.scale.reading_at(np.array(far))
    gauge = Gauge(10, "0" * 64, (1.0,) * 4, {"noise": (9.0, 0.0, 0.0, 0.0)})

    known = replace(model, gauge=gauge, region=None)
    far_out = one(known, readings)
    at_clip = one(known, model.scale.reading_at(np.array([-4.1, 0, 0, 0])))

    assert far_out.nearby is None
    assert at_clip.nearby is not None


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

"""What the costs do not know sends a part to a person, with its reason."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.testing import assert_array_equal

import glassline
from glassline.dataset import Dataset
from glassline.deciding import actions, decide
from glassline.explain import check
from glassline.model import Model
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

"""One photo, one decision, the same probabilities: through every door."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from agreement.doors import DOORS, by_target, said
from agreement.lines import PARTS, STRANGE, Line
from targets import ENGINES, PROMISE

from glassline.image.disturbances import DISTURBANCES, undisturbed
from glassline.inspection import inspect
from glassline.studies.comparison import compare
from glassline.studies.evaluation import evaluate
from glassline.studies.gauge import study

REASONS = {
    "by-cost": {"cheapest", "measurement_limited", "novel"},
    "guaranteed": {"guaranteed", "not_guaranteed", "measurement_limited", "novel"},
}


def test_the_photos_are_of_every_kind(
    agreed: Line, request: pytest.FixtureRequest
) -> None:
    """Every class and action; novel, measurement-limited, by cost or by guarantee."""
    found = agreed.inspected

    variant = request.node.callspec.id
    assert len(found) == PARTS + 1
    assert {seen.decided.reason.code for seen in found.values()} == REASONS[variant]
    assert {seen.decision for seen in found.values()} == {"accept", "reject", "review"}
    assert {seen.predicted_class for seen in found.values()} == {
        "ok",
        "scratch",
        "dirt",
    }
    assert found[STRANGE].decided.reason.code == "novel"


@pytest.mark.parametrize("door", DOORS)
def test_every_door_says_what_inspect_says(agreed: Line, door: str) -> None:
    """Decision and probabilities of every photo it tells of, to the last bit."""
    found = DOORS[door](agreed)

    expected = said(agreed.inspected)
    assert len(found) >= 3
    assert found == {name: expected[name] for name in found}


@pytest.mark.parametrize("door", DOORS)
def test_every_door_keeps_to_mask_and_alignment(placed: Line, door: str) -> None:
    """Of parts that are masked, and of ones laid on a golden part first."""
    found = DOORS[door](placed)

    expected = said(placed.inspected)
    assert len(found) >= 2
    assert found == {name: expected[name] for name in found}


@pytest.mark.parametrize("agreed", [PROMISE], ids=["guaranteed"], indirect=True)
@pytest.mark.parametrize("target", ENGINES)
def test_every_target_says_what_inspect_says(agreed: Line, target: str) -> None:
    """The decision of every photo, novel ones too; probabilities but for the last bits.

    The targets that search around a reading know the gauge study too.
    """
    gauge = {"c": agreed.model.gauge, "js": agreed.model.gauge}.get(target)
    line = replace(agreed, model=replace(agreed.model, gauge=gauge))

    found = by_target(line, target)

    expected = said(line.inspected)
    assert {name: action for name, (action, _) in found.items()} == {
        name: action for name, (action, _) in expected.items()
    }
    np.testing.assert_allclose(
        [p for _, p in found.values()],
        [p for _, p in expected.values()],
        rtol=0,
        atol=1e-12,
    )


def test_a_model_does_not_differ_from_itself(agreed: Line) -> None:
    """Compared on the photos and everywhere: no class and no decision changes."""
    found = compare(agreed.model, agreed.model, agreed.data)

    assert (found.n, found.classes, found.decisions) == (PARTS + 1, (), ())


def test_a_comparison_counts_the_decisions_that_inspect_takes(agreed: Line) -> None:
    """Against the same model without gauge, guarantee and region."""
    bare = replace(agreed.model, gauge=None, guarantee=None, region=None)
    pairs = Counter(
        (seen.decision, inspect(bare, path).decision)
        for path, seen in zip(agreed.paths, agreed.inspected.values(), strict=True)
    )

    found = compare(agreed.model, bare, agreed.data)

    changed = {pair: n for pair, n in pairs.items() if len(set(pair)) == 2}
    assert {(each.old, each.new): each.parts for each in found.decisions} == changed
    assert changed


def test_an_evaluation_counts_the_decisions_that_inspect_takes(agreed: Line) -> None:
    """A row a true class, a column an action."""
    pairs = Counter(
        (part.label, agreed.inspected[part.path.name].decision)
        for part in agreed.data.parts
    )

    found = evaluate(agreed.model, agreed.data, with_training=True)

    expected = [
        [pairs[name, action] for action in ("accept", "reject", "review")]
        for name in agreed.model.recipe.classes
    ]
    assert found.decisions.tolist() == expected


def test_a_gauge_study_counts_the_decisions_that_inspect_takes(agreed: Line) -> None:
    """Of every other photo moved, turned and relit, but for the noise, which is drawn."""
    steady = [each for each in DISTURBANCES if each.kind != "noise"]
    pixels = [seen.photo.image for seen in agreed.inspected.values()][::2]
    before = [inspect(agreed.model, undisturbed(each)).decision for each in pixels]

    found = study(
        agreed.model,
        agreed.data.subset(range(0, PARTS + 1, 2)),
        without=["noise"],
    )

    rng = np.random.default_rng(0)  # noqa: TID251  none of these draws from it
    expected = Counter(
        each.name
        for each in steady
        for image, decision in zip(pixels, before, strict=True)
        if inspect(agreed.model, each.apply(image, rng)).decision != decision
    )
    counted = {name: flips.decisions.k for name, flips in found.flips.items()}
    assert counted == {name: expected[name] for name in counted}

"""Two models held against each other, on parts and exactly."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import glassline
from glassline.dataset import Dataset
from glassline.errors import InputError
from glassline.front import Measured
from glassline.head import Head
from glassline.model import Model
from glassline.recipe import Recipe
from glassline.studies.comparison import Change, compare
from glassline.studies.comparison.differences import Verdict
from glassline.studies.comparison.text import lines


def _leaning(model: Model, nats: float) -> Model:
    """The model with the good class ahead by so much more, everywhere."""
    good = np.array([float(name == model.recipe.good) for name in model.recipe.classes])
    return replace(model, head=Head(model.head.W, model.head.b + nats * good))


def _counted(changes: tuple[Change, ...]) -> dict[tuple[str, str], int]:
    return {(each.old, each.new): each.parts for each in changes}


def test_a_stricter_model_is_proved_to_pass_nothing_new(model: Model) -> None:
    """Its good class is behind by half a nat more, everywhere."""
    found = compare(model, _leaning(model, -0.5))

    assert found.never_passes is True
    assert [each.verdict for each in found.passing] == [Verdict.IMPOSSIBLE] * 2
    np.testing.assert_allclose([each.at_most for each in found.passing], -0.25)
    assert [*lines(found, "en")][4:6] == [
        "Proved: within the ranges below the new model never calls OK what the old one",
        "called a defect.",
    ]


def test_a_laxer_model_is_refuted_by_readings_that_both_models_judge(
    model: Model,
) -> None:
    """Half-way between the borders; the two probabilities mirror each other."""
    new = _leaning(model, 0.5)
    found = compare(model, new)

    assert found.never_passes is False
    difference = found.passing[0]
    assert difference.readings is not None
    before, after = found.probabilities(difference.readings)
    assert before.argmax() == difference.old_class
    assert after.argmax() == difference.new_class
    assert difference.margin == pytest.approx(0.25)
    assert "Refuted" in "\n".join(lines(found, "en"))
    assert "p old" in "\n".join(lines(found, "en"))


def test_on_parts_both_are_run_as_they_inspect(model: Model, line: Dataset) -> None:
    """Class and decision of every photo, counted by what they change to."""
    new = _leaning(model, 3.0)
    found = compare(model, new, line)

    seen = [
        [glassline.inspect(each, part.path) for part in line.parts]
        for each in (model, new)
    ]
    classes = [
        (one.predicted_class, other.predicted_class)
        for one, other in zip(*seen, strict=True)
    ]
    decisions = [
        (one.decision, other.decision) for one, other in zip(*seen, strict=True)
    ]
    assert _counted(found.classes) == {
        pair: classes.count(pair) for pair in classes if pair[0] != pair[1]
    }
    assert _counted(found.decisions) == {
        pair: decisions.count(pair) for pair in decisions if pair[0] != pair[1]
    }
    assert sum(each.parts for each in found.decisions) > 0
    values = np.array([list(each.readings) for each in seen[0]])
    np.testing.assert_array_equal(
        found.ranges, np.stack([values.min(axis=0), values.max(axis=0)], axis=1)
    )


def test_a_model_is_the_same_as_itself(model: Model, line: Dataset) -> None:
    """No part changes; anywhere at all there are ties at most."""
    found = compare(model, model, line)

    assert (found.classes, found.decisions) == ((), ())
    assert {each.verdict for each in found.differences or ()} <= {
        Verdict.LEVEL,
        Verdict.IMPOSSIBLE,
    }
    assert "Every part gets the same decision." in "\n".join(lines(found, "en"))


def test_models_that_read_differently_are_compared_on_parts_only(
    model: Model, line: Dataset
) -> None:
    """The text says which features, and what to do."""
    table = {name: dict(each) for name, each in model.front.table.items()}
    table["grain_noise"]["polarity"] = "bright"
    new = replace(model, front=Measured(table))
    assert model.front.table["grain_noise"]["polarity"] != "bright"

    found = compare(model, new, line)

    assert (found.differences, found.unlike) == (None, ("grain_noise",))
    assert found.passing == ()
    assert found.never_passes is not True
    assert (
        "Not possible: the two models read with different settings of granular noise,"
        in "\n".join(lines(found, "en"))
    )
    assert compare(model, new).never_passes is None


def test_without_data_every_reading_from_zero_is_covered(model: Model) -> None:
    """And the JSON says so, without infinity."""
    found = compare(model, _leaning(model, 0.5))

    assert found.ranges == ((0.0, np.inf),) * 4
    assert found.n == 0
    json.dumps(found.as_json()["differences"], allow_nan=False)


def test_without_a_good_class_nothing_is_passed(model: Model) -> None:
    """The pairs are still compared."""
    recipe = Recipe(classes=("a", "b", "c"), features=model.recipe.features)
    nameless = replace(model, recipe=recipe, region=None)

    found = compare(nameless, nameless)

    assert (found.passing, found.never_passes) == ((), None)
    assert "The recipe names no good class" in "\n".join(lines(found, "en"))


@pytest.mark.parametrize("lang", ["en", "zh-TW"])
def test_the_text_fits_the_terminal(model: Model, line: Dataset, lang: str) -> None:
    """80 columns in both languages."""
    text = "\n".join(lines(compare(model, _leaning(model, 1.0), line), lang))

    assert max(map(len, text.splitlines())) <= 80


def test_a_photo_that_is_refused_is_counted(
    model: Model, line: Dataset, tmp_path: Path
) -> None:
    """The others are compared."""
    (tmp_path / "no.png").write_bytes(b"no photo")
    parts = list(line.parts[:10])
    parts[0] = replace(parts[0], path=tmp_path / "no.png", within=None)

    found = compare(model, model, replace(line, parts=tuple(parts)))

    assert (found.n, len(found.refused)) == (9, 1)
    assert "Photos refused: 1." in "\n".join(lines(found, "en"))


def test_models_of_other_classes_are_refused(model: Model) -> None:
    """There is nothing to hold against each other."""
    recipe = Recipe(classes=("ok", "scratch", "stain"), features=model.recipe.features)

    with pytest.raises(
        InputError,
        match=r"^new: expected the classes ok, scratch, dirt, got ok, scratch, stain\.$",
    ):
        compare(model, replace(model, recipe=recipe))

"""A person sets a feature and sees what the model would have said."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from glassline.dataset import Dataset
from glassline.errors import InputError
from glassline.features import Scale
from glassline.inspection import Inspection, inspect
from glassline.model import Model
from glassline.studies.conformal import teach


@pytest.fixture
def seen(model: Model, line: Dataset) -> Inspection:
    """An inspection of a scratched part."""
    part = next(part for part in line.parts if part.label == "scratch")
    return inspect(model, part.path)


def test_one_feature_moves_and_the_others_stay(seen: Inspection) -> None:
    """x, the reading that stands there, and nothing else."""
    asked = seen.suppose({"line_strength": 0.0})

    assert asked.x[0] == 0
    assert_array_equal(asked.x[1:], seen.x[1:])
    assert_array_equal(asked.readings.values[1:], seen.readings.values[1:])
    assert_allclose(
        seen.model.scale.x(asked.readings.values[None])[0], asked.x, atol=1e-12
    )


def test_a_part_without_its_line_is_no_scratch(seen: Inspection) -> None:
    """Its probability falls; what it was as read stays beside it."""
    asked = seen.suppose({"line_strength": 0.0})

    assert asked.probabilities["scratch"] < seen.probabilities["scratch"]
    assert asked.supposed is not None
    assert asked.supposed.predicted_class == seen.predicted_class
    assert asked.supposed.probability == seen.probabilities[seen.predicted_class]
    assert asked.supposed.action == seen.decision


def test_asking_what_was_read_changes_nothing(seen: Inspection) -> None:
    """Each feature set to where it stands."""
    names = seen.model.feature_names

    asked = seen.suppose(dict(zip(names, seen.x.tolist(), strict=True)))

    assert_array_equal(asked.logits, seen.logits)


def test_the_class_set_is_asked_for_again(model: Model, line: Dataset) -> None:
    """Once it was named the classes of the photo as read, then none at all."""
    part = next(part for part in line.parts if part.label == "scratch")
    possible = teach(model, line, miss=0.1)
    seen = inspect(model, part.path, possible=possible)

    asked = seen.suppose({"line_strength": 0.0}).suppose({"grain_noise": 1.0})

    assert asked.decided.possible == possible(asked.x)
    assert asked.decided.possible != seen.decided.possible


def test_a_question_is_decided_as_a_photo_is(model: Model, line: Dataset) -> None:
    """A part that reads as was supposed gets the same verdict, whatever was asked."""
    possible = teach(model, line, miss=0.1, by_class=True)
    first, second = (inspect(model, p.path, possible=possible) for p in line.parts[:2])

    asked = first.suppose(dict(zip(model.feature_names, second.x, strict=True)))

    assert (asked.decision, asked.decided.possible, asked.reason) == (
        second.decision,
        second.decided.possible,
        second.reason,
    )


def test_questions_add_up(seen: Inspection) -> None:
    """Two features one after the other are the two at once; the verdict as read stays."""
    at_once = seen.suppose({"line_strength": 0.0, "grain_noise": 1.0})

    one_by_one = seen.suppose({"line_strength": 0.0}).suppose({"grain_noise": 1.0})

    assert_array_equal(one_by_one.logits, at_once.logits)
    assert one_by_one.supposed == at_once.supposed


@pytest.mark.parametrize(
    ("lang", "beginning"),
    [("en", "A question, no verdict on this part"), ("zh-TW", "這是提問")],
)
def test_the_sheet_says_that_it_answers_a_question(
    seen: Inspection, lang: str, beginning: str
) -> None:
    """In every face, with the verdict as read; nothing points at the photo."""
    sheet = seen.suppose({"line_strength": 0.0}).sheet

    faces = [sheet.text(lang), sheet.markdown(lang), sheet.html(lang)]

    joined = ["".join(face.split()) for face in faces]
    assert ["".join(beginning.split()) in face for face in joined] == [True] * 3
    assert json.loads(sheet.json())["supposed"]["x"] == {"line_strength": 0.0}
    assert sheet.evidence is None


@pytest.mark.parametrize("value", [9.0, np.nan])
def test_an_x_that_no_reading_has_is_refused(seen: Inspection, value: float) -> None:
    """Beyond the end of the scale, and no number."""
    with pytest.raises(
        InputError,
        match=r"^suppose: expected line_strength between -4 and 8, as a photo "
        rf"can be read, got {value}\.$",
    ):
        seen.suppose({"line_strength": value})


def test_no_reading_below_the_least_can_be_supposed(
    model: Model, line: Dataset
) -> None:
    """With centre and spread 1 a reading of 0 stands at x = -1: lower is no photo's."""
    plain = replace(model, scale=Scale((1.0,) * 4, (1.0,) * 4))
    seen = inspect(plain, line.parts[0].path)

    asked = seen.suppose({"line_strength": -1.0})

    assert asked.readings["line_strength"] == 0.0
    with pytest.raises(
        InputError,
        match=r"^suppose: expected line_strength between -1 and 4, as a photo can be "
        r"read, got -1\.01\.$",
    ):
        seen.suppose({"line_strength": -1.01})


def test_a_feature_that_is_not_there_is_refused(seen: Inspection) -> None:
    """By name, with those there are."""
    names = "line_strength, texture_change, reflection_unevenness, grain_noise"

    with pytest.raises(
        InputError, match=f"^suppose: expected one of {names}, got 'glow'.$"
    ):
        seen.suppose({"glow": 0.0})

"""A person sets a feature and sees what the model would have said."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from glassline.dataset import Dataset
from glassline.errors import InputError
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


@pytest.mark.parametrize(
    ("x", "got"),
    [
        ({"glow": 0.0}, "glow = 0"),
        ({"line_strength": 9.0}, "line_strength = 9"),
        ({"line_strength": np.nan}, "line_strength = nan"),
    ],
)
def test_what_can_not_be_set_is_refused(
    seen: Inspection, x: dict[str, float], got: str
) -> None:
    """An unknown feature, and an x that no reading has."""
    with pytest.raises(
        InputError,
        match="^"
        + re.escape(
            "suppose: expected one of line_strength, texture_change, "
            f"reflection_unevenness, grain_noise within +-4, got {got}."
        )
        + "$",
    ):
        seen.suppose(x)

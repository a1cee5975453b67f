"""A running line: which feature moved, since which part, and what that does."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from glassline.dataset import Dataset
from glassline.errors import InputError
from glassline.model import Model, read_with
from glassline.monitor import find_drift, watch
from glassline.monitor.drift import consequences
from glassline.monitor.watch import in_batches
from glassline.recipe import Recipe
from glassline.training import train

NO_GOOD = (
    r"^good: expected a class of good parts and their readings in training, got none: x "
    r"has no meaning of its own to drift from\. Name the good class and train again\.$"
)
LOTS, SIZE, MOVED_FROM = 36, 5, 24
REFLECTION = 2


@pytest.fixture(scope="module")
def model(settled: Model, line: Dataset) -> Model:
    """A model that is as unsure as sixty parts make it: moved parts still look good to it."""
    recipe = Recipe(classes=line.classes, features=settled.recipe.features)
    return train(line, recipe)


@pytest.fixture(scope="module")
def readings(model: Model, line: Dataset) -> np.ndarray:
    """36 lots of five, drawn from those of training: a line that did not change."""
    rng = np.random.default_rng(8)  # noqa: TID251  once a module
    lots = read_with(model, line).values.reshape(-1, SIZE, 4)
    return lots[rng.integers(0, len(lots), LOTS)].reshape(-1, 4)


@pytest.fixture(scope="module")
def moved(model: Model, readings: np.ndarray) -> np.ndarray:
    """The same, but from the 25th lot on the reflection reads three spreads higher."""
    x = model.scale.unclipped(readings)
    x[MOVED_FROM * SIZE :, REFLECTION] += 3.0
    return np.array([model.scale.reading_at(row) for row in x])


GROUPS = np.repeat(np.arange(LOTS), SIZE)


def test_a_line_that_did_not_change_is_not_noticed(
    model: Model, readings: np.ndarray
) -> None:
    """And the answer is that of its newest twenty lots, at half of the false alarms."""
    found = watch(model, readings, GROUPS)

    rows = slice((LOTS - 20) * SIZE, None)
    alone = find_drift(model, readings[rows], GROUPS[rows], false_alarms=0.005)
    assert (found.since, found.parts) == ({}, 0)
    assert found.drift == replace(alone, false_alarms=0.01)
    assert found.as_json()["answer"] == "none"


def test_the_feature_that_moved_is_named_with_its_first_part(
    model: Model, moved: np.ndarray
) -> None:
    """No other feature is; a lot is a step, so the first part is that of a lot."""
    found = watch(model, moved, GROUPS)

    assert found.drift.answer == "drift"
    assert found.since == {"reflection_unevenness": MOVED_FROM * SIZE}
    assert found.parts == (LOTS - MOVED_FROM) * SIZE


def test_the_shift_and_what_follows_are_of_the_parts_since(
    model: Model, moved: np.ndarray
) -> None:
    """Not watered down by the newest lots from before."""
    found = watch(model, moved, GROUPS)

    shift = found.drift.shifts[REFLECTION].value
    away = np.zeros(4)
    away[REFLECTION] = shift
    assert shift == pytest.approx(3.0, abs=0.3)
    assert found.drift.consequences == consequences(
        model, moved[MOVED_FROM * SIZE :], away
    )


def test_what_was_mended_before_does_not_count(
    model: Model, readings: np.ndarray
) -> None:
    """Eight lots read higher, ten do not, and then the newest six do again."""
    x = model.scale.unclipped(readings)
    x[: 8 * SIZE, REFLECTION] += 4.0
    x[-6 * SIZE :, REFLECTION] += 4.0
    twice = np.array([model.scale.reading(row) for row in x])

    found = watch(model, twice, GROUPS)

    assert found.since == {"reflection_unevenness": (LOTS - 6) * SIZE}


def test_a_great_move_is_forgotten_as_soon_as_a_small_one(
    model: Model, readings: np.ndarray
) -> None:
    """What it added up beyond any alarm would take hundreds of good lots to undo."""
    moved_by = np.zeros(LOTS * SIZE)
    moved_by[: 8 * SIZE], moved_by[-4 * SIZE :] = 40.0, 4.0
    x = model.scale.unclipped(readings)
    x[:, REFLECTION] += moved_by
    twice = np.array([model.scale.reading(row) for row in x])

    found = watch(model, twice, GROUPS)

    assert found.since == {"reflection_unevenness": (LOTS - 4) * SIZE}


def test_a_large_move_is_noticed_within_a_few_lots(
    model: Model, readings: np.ndarray
) -> None:
    """Among twenty lots four would drown."""
    x = model.scale.unclipped(readings)
    x[-4 * SIZE :, REFLECTION] += 4.0
    late = np.array([model.scale.reading(row) for row in x])

    few = watch(model, late, GROUPS)
    many = watch(model, late, GROUPS, lots=(20,))

    assert few.since == {"reflection_unevenness": (LOTS - 4) * SIZE}
    assert many.since == {}


def test_lots_may_have_any_numbers(model: Model, moved: np.ndarray) -> None:
    """What counts is the order of their first parts."""
    names = np.random.default_rng(1).permutation(LOTS)  # noqa: TID251

    assert watch(model, moved, names[GROUPS]).since == watch(model, moved, GROUPS).since


def test_too_few_lots_are_no_answer(model: Model, moved: np.ndarray) -> None:
    """Two lots can not tell, whatever they read."""
    found = watch(model, moved[-2 * SIZE :], GROUPS[-2 * SIZE :])

    assert (found.drift.answer, found.since) == ("unknown", {})


def test_a_model_without_a_good_class_has_nothing_to_drift_from(
    model: Model, moved: np.ndarray
) -> None:
    """As `find_drift` says it."""
    nameless = replace(model, recipe=replace(model.recipe, good=None))
    record = replace(nameless.record, reference=None)

    with pytest.raises(InputError, match=NO_GOOD):
        watch(replace(nameless, record=record), moved, GROUPS)


@pytest.mark.parametrize(
    ("n", "size", "groups"),
    [
        (6, 3, [0, 0, 0, 1, 1, 1]),
        (7, 3, [0, 0, 0, 1, 1, 1, 1]),
        (2, 3, [0, 0]),
        (0, 3, []),
    ],
)
def test_parts_without_lots_come_in_full_batches(
    n: int, size: int, groups: list[int]
) -> None:
    """The rest belongs to the last."""
    assert in_batches(n, size).tolist() == groups

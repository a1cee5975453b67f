"""A temperature is found on unseen groups, and used only where it pays on others."""

from __future__ import annotations

import copy
import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from glassline.dataset import Dataset
from glassline.dataset.part import Part
from glassline.errors import ModelError
from glassline.head import Head
from glassline.model import FILE, Model, load
from glassline.model.sealed import seal
from glassline.recipe import Recipe
from glassline.recipe.recipe import TrainingSettings
from glassline.training.temperature import (
    Temperature,
    TemperatureOutcome,
    Tempered,
    temper,
)

RECIPE = Recipe(classes=("ok", "scratch"))
FITTED = TemperatureOutcome.FITTED


def parts(labels: np.ndarray, groups: np.ndarray) -> Dataset:
    """Parts with these labels and groups, and no photos."""
    return Dataset(
        "drawn",
        tuple(
            Part(
                Path(f"{place}.png"), RECIPE.classes[label], f"row {place}", str(group)
            )
            for place, (label, group) in enumerate(
                zip(labels.tolist(), groups.tolist(), strict=True)
            )
        ),
    )


def tempered(value: float, gain: float, error: float) -> Tempered:
    """A temperature that gains so much, give or take the error."""
    return Tempered(Temperature(value, FITTED, 1.0, 0.9, 50), 1.0 - gain, error, 5)


@pytest.mark.parametrize(
    ("found", "applied"),
    [
        pytest.param(tempered(0.5, 9.0, 0.1), 1.0, id="surer-whatever-it-gains"),
        pytest.param(tempered(2.0, 0.11, 0.1), 2.0, id="softer-at-one"),
        pytest.param(tempered(2.0, 0.05, 0.1), 1.0, id="gain-within-its-error"),
        pytest.param(tempered(2.0, -0.2, 0.1), 1.0, id="loss"),
        pytest.param(tempered(np.inf, 0.2, 0.1), 1.0, id="no-finite-one"),
    ],
)
def test_only_a_clear_gain_on_other_groups_is_used(
    found: Tempered, applied: float
) -> None:
    """Otherwise the head stays as it was fitted."""
    head = Head(np.array([[1.0, -1.0]]), np.array([0.5, -0.5]))

    used = found.applied(head)

    assert found.value == applied
    assert_array_equal(used.W, head.W / applied)
    assert_array_equal(used.b, head.b / applied)
    assert (
        json.loads(json.dumps(found.as_json(), allow_nan=False))["applied"] == applied
    )


def test_a_head_held_back_by_its_penalty_is_not_sharpened(
    rng: np.random.Generator,
) -> None:
    """Surer would fit better, clearly and on every fold; it stays as it was fitted."""
    labels = np.repeat([0, 1], 100)
    values = np.zeros((200, 4))
    values[:, 0] = 3.0 * labels + rng.normal(0, 0.5, 200)
    recipe = replace(RECIPE, training=replace(RECIPE.training, penalty=0.1))

    found = temper(values, parts(labels, np.arange(200) // 2), recipe)

    assert found is not None
    assert found.found.value < 0.7
    assert found.found.before - found.crossed > 3 * found.error
    assert found.value == 1.0


def test_a_head_that_is_too_sure_is_softened(rng: np.random.Generator) -> None:
    """Twenty parts for ten numbers, one of them called wrongly: far too sure."""
    labels = np.repeat([0, 1], 10)
    values = rng.normal(labels[:, np.newaxis], 1.0, (20, 4))
    labels[0] = 1

    steep = replace(RECIPE, training=TrainingSettings(penalty=3e-4))
    found = temper(values, parts(labels, np.arange(20)), steep)

    assert found is not None
    assert found.value == found.found.value > 1
    assert found.found.after < found.crossed < found.found.before


def test_the_standard_error_is_that_of_groups(rng: np.random.Generator) -> None:
    """Each group twice over is no more evidence: the error stays what it was."""
    labels = np.repeat([0, 1], 40)
    values = rng.normal(labels[:, None] * 1.0, 1.0, (80, 4))
    groups = np.arange(80)

    once = temper(values, parts(labels, groups), RECIPE)
    twice = temper(
        np.repeat(values, 2, axis=0),
        parts(np.repeat(labels, 2), np.repeat(groups, 2)),
        RECIPE,
    )

    assert once is not None
    assert twice is not None
    gains = (once.found.before - once.crossed, twice.found.before - twice.crossed)
    assert_allclose(twice.error / abs(gains[1]), once.error / abs(gains[0]), rtol=0.5)


def test_one_group_gives_no_temperature() -> None:
    """No part could be judged by a head that did not see its group."""
    data = parts(np.array([0, 1, 0, 1]), np.zeros(4, int))

    assert temper(np.eye(4), data, RECIPE) is None


def test_the_model_keeps_the_optimum_beside_the_head(
    model: Model, tmp_path: Path
) -> None:
    """The certificate speaks of the one, inspection uses the other."""
    found = replace(model.record.temperature, applied=2.0)
    sharper = replace(
        model,
        head=Head(model.fitted.W / 2, model.fitted.b / 2),
        optimum=model.fitted,
        record=replace(model.record, temperature=found),
    )
    sharper.save(tmp_path)

    again = load(tmp_path)

    assert_array_equal(again.head.W, model.fitted.W / 2)
    assert_array_equal(again.fitted.W, model.fitted.W)


def test_a_head_that_is_not_the_optimum_over_t_is_refused(
    model: Model, tmp_path: Path
) -> None:
    """Or W could be anything beside a certificate that holds."""
    document = copy.deepcopy(json.loads(model.as_bytes()))
    del document["sha256"]
    document["head"]["W"][0][0] += 1e-9
    (tmp_path / FILE).write_bytes(seal(document))

    message = (
        "model.json: head: expected the optimum divided by the temperature 1, got "
        "other numbers."
    )
    with pytest.raises(ModelError, match=f"^{re.escape(message)}$"):
        load(tmp_path)


def test_parts_that_do_not_count_give_no_temperature() -> None:
    """Where all other folds weigh nothing, nothing can be crossed."""
    data = parts(np.array([0, 1, 0, 1]), np.arange(4))
    weightless = replace(
        data,
        parts=tuple(
            replace(part, weight=float(place == 0))
            for place, part in enumerate(data.parts)
        ),
    )

    assert temper(np.eye(4), weightless, RECIPE) is None


def test_parts_without_weight_change_no_temperature(rng: np.random.Generator) -> None:
    """They are no part of training either."""
    labels = np.repeat([0, 1], 20)
    values = rng.normal(labels[:, None] * 1.0, 1.0, (40, 4))
    data = parts(labels, np.arange(40))
    extra = tuple(replace(part, weight=0.0) for part in data.parts)

    plain = temper(values, data, RECIPE)
    more = temper(
        np.vstack([values, -values]), replace(data, parts=data.parts + extra), RECIPE
    )

    assert plain == more

"""Decisions that are held against the camera's repeatability, on every target."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Mapping
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from engines import needs_node
from targets import ENGINES, exported

from glassline.decide import Gauge, Nearby
from glassline.errors import InputError
from glassline.export import TARGETS, javascript
from glassline.export.certificate import certify
from glassline.export.held import Held
from glassline.export.probes import Probes, draw
from glassline.head import Head
from glassline.model import Model
from glassline.recipe import Action, Recipe
from glassline.recipe.recipe import ClassCosts

SEARCHING = [each for each in ENGINES if each.values[0] in ("c", "js")]
FLAT = [each for each in ENGINES if each.values[0] not in ("c", "js")]
MOVING = Gauge(
    10,
    "0" * 64,
    (1.5, 2.1, 1.5, 1.7),
    {"shift": (0.4, 0.7, 0.1, 0.5)},
    (
        (0.16, 0.05, 0.0, 0.02),
        (0.05, 0.49, 0.01, 0.1),
        (0.0, 0.01, 0.01, 0.0),
        (0.02, 0.1, 0.0, 0.25),
    ),
)
"""Readings that move together."""


@pytest.fixture(scope="module")
def curved(settled: Model) -> Probes:
    """Parts of three classes beside the borders of a model that knows its gauge."""
    rng = np.random.default_rng(2)  # noqa: TID251  once for the module
    return draw(replace(settled, gauge=MOVING), rng, count=48)


@pytest.fixture(scope="module")
def flat(settled: Model) -> Probes:
    """The same of two classes, without a region."""
    rng = np.random.default_rng(2)  # noqa: TID251  once for the module
    model = replace(
        settled,
        recipe=Recipe(classes=("ok", "dirt"), features=settled.recipe.features),
        head=Head(settled.head.W[:, :2].copy(), settled.head.b[:2].copy()),
        optimum=None,
        training_mix=(0.5, 0.5),
        region=None,
        gauge=MOVING,
    )
    return draw(model, rng, count=120)


@pytest.mark.parametrize("target", SEARCHING)
def test_a_target_that_searches_holds_what_python_holds(
    curved: Probes, target: str
) -> None:
    """Class and decision of every part that Python's own search does not leave open."""
    room = import_module(f"glassline.export.{TARGETS[target]}")
    files = room.write(curved.model, f"verdict.{target}")

    found = certify(target, files, curved, None, room.ask(files, curved))

    (engine,) = found.engines
    assert found.holds
    assert 0 < engine.open < engine.parts / 3
    assert engine.margin == (
        "gauge: a distance so near to its limit that Python's own search says no more"
    )


@pytest.mark.parametrize("target", FLAT)
def test_between_two_classes_every_target_holds(flat: Probes, target: str) -> None:
    """The border is flat: how far the lead moves is a sum."""
    room = import_module(f"glassline.export.{TARGETS[target]}")
    files = room.write(flat.model, f"verdict.{target}")

    found = certify(target, files, flat, None, room.ask(files, flat))

    assert found.holds
    assert found.engines[0].open < 10
    assert found.engines[0].same_decision == 120


@needs_node
def test_the_limit_is_where_python_finds_the_nearest_reading(
    curved: Probes, tmp_path: Path
) -> None:
    """A limit a hundred-thousandth farther holds the part, one nearer does not."""
    u, limits = curved.unclipped, curved._decisions.limits
    parts = [
        (u[row].tolist(), limit.distance)
        for row, limit in limits.items()
        if isinstance(limit, Nearby)
    ]
    (tmp_path / "verdict.mjs").write_bytes(
        javascript.write(curved.model, "v.js")["v.js"]
    )
    (tmp_path / "asking.mjs").write_text(
        'import { judgeX, model } from "./verdict.mjs";\n'
        f"const found = {json.dumps(parts)}.map(([u, distance]) =>\n"
        "  [1 - 1e-5, 1 + 1e-5].map((share) => {\n"
        "    model.held.limit = share * distance;\n"
        "    return judgeX(u).isHeld;\n"
        "  }),\n"
        ");\n"
        "process.stdout.write(JSON.stringify(found));\n"
    )

    done = subprocess.run(
        ["node", tmp_path / "asking.mjs"], capture_output=True, check=True, timeout=60
    )

    found = json.loads(done.stdout)
    assert len(found) > 2
    assert found == [[False, True]] * len(parts)


def test_a_flat_border_by_hand(flat: Probes) -> None:
    """Variance 0.01, two nats a unit of x: in 3 spreads the lead moves by 0.6."""
    gauge = Gauge(2, "0" * 64, (1.0,), {"noise": (0.1,)})
    head = Head(np.array([[0.5, 2.5]]), np.zeros(2))
    recipe = Recipe(classes=("ok", "dirt"))
    recipe = replace(recipe, review=replace(recipe.review, gauge=3.0))
    held = Held.of(replace(flat.model, recipe=recipe, head=head, gauge=gauge))

    reject, review = held.borders[:2]  # what may come before accept
    assert (review.taken, review.pro, review.con) == (0, (1,), (0,))
    np.testing.assert_allclose(np.sqrt(held.swing(head.W, review)), [[0.6]])
    # 20 p(dirt) against 5 p(ok), and against 1: p(dirt) = 1 / 5, and 1 / 20
    np.testing.assert_allclose(reject.gap, -np.log(4), rtol=1e-9)
    np.testing.assert_allclose(review.gap, -np.log(19), rtol=1e-9)


def test_what_is_never_left_is_not_held(variants: Mapping[str, Model]) -> None:
    """Without a good class a part is rejected whatever is read."""
    assert Held.of(replace(variants["nothing good"], gauge=MOVING)) is None


def test_an_action_that_is_never_the_best_has_no_border(flat: Probes) -> None:
    """Where accepting costs less than rejecting in each class, nothing is rejected."""
    costs = {name: ClassCosts(accept, 9.0, 1.0) for name, accept in COSTS.items()}
    recipe = replace(flat.model.recipe, costs=costs)

    held = Held.of(replace(flat.model, recipe=recipe))

    assert {each.taken for each in held.borders} == {Action.ACCEPT}


COSTS = {"ok": 0.0, "dirt": 8.0}


@pytest.mark.parametrize("target", FLAT)
def test_a_curved_border_is_refused_by_what_can_not_search(
    settled: Model, tmp_path: Path, target: str
) -> None:
    """By name, with the targets that can and what switches it off."""
    message = (
        f"model: expected flat borders for {target}, got a gauge limit of 1.645 spreads "
        "around a border where three classes or more meet: it is curved, and its nearest "
        f"point is a search, which {target} does not know. Export to c or js, which do; or "
        "switch it off with review.gauge = 0 in a recipe, and: glassline recost MODEL "
        "--recipe FILE --out MODEL"
    )

    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        exported(replace(settled, gauge=MOVING), target, tmp_path / "made")

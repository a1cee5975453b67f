"""Sheets that the tests of this folder share."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import numpy as np
import pytest

from glassline.decide import Escapes, Guarantee, Policy, Stand, decide
from glassline.explain import Provenance, Sheet, example
from glassline.explain.example import EXAMPLE
from glassline.features import Scale
from glassline.head import Head
from glassline.recipe import FEATURE_NAMES, Recipe

HOSTILE = "<b>x</b> | `y` & \x1b[31m\n# z"
PRIORS = {"ok": 0.97, "scratch": 0.02, "dirt": 0.01}
TAIPEI = timezone(timedelta(hours=8))


@pytest.fixture(scope="session")
def taught() -> Sheet:
    """The worked example: four features, three classes, a label, a decision."""
    return example()


@pytest.fixture
def trained(rng: np.random.Generator) -> Sheet:
    """A sheet as a trained model makes it: 17 digits, readings, line priors."""
    recipe = Recipe(
        ("ok", "scratch", "dirt"),
        priors=PRIORS,
        currency="NT$",
    )
    return make(rng, recipe)


@pytest.fixture(scope="session")
def filed() -> Sheet:
    """A sheet that an auditor files: five features, a label, a guarantee, who and when."""
    promise = Guarantee(
        threshold=0.9,
        escape=0.01,
        confidence=0.95,
        escapes=(Escapes("scratch", 0, 312, 0.00956), Escapes("dirt", 1, 480, 0.00984)),
        good_accepted=450,
        good=500,
        cost=0.25,
        parts="new",
        counted="group",
        data_sha256="0" * 64,
    )
    recipe = Recipe(("ok", "scratch", "dirt"), priors=PRIORS, currency="NT$")
    policy = Policy.of(recipe, np.full(3, 1 / 3), promise)
    scale = Scale((1.0, 0.5, 2.0, 0.3, 0.7), (0.4, 0.2, 0.7, 0.1, 0.3))
    readings = np.array([4.2, 0.9, 12.0, 0.51, 1.3])
    x = scale.x(readings[np.newaxis])[0]
    head = Head(np.vstack([EXAMPLE.W, (-0.35, 0.15, 0.2)]), np.array(EXAMPLE.b))
    decision = decide(policy, head.probabilities(x[np.newaxis])[0])
    unclipped = tuple(x.tolist())
    stand = Stand("ok", 1.94, 4.2, unclipped, (0.1,) * 5, (0.8,) * 5, (0.752,) * 5)
    return Sheet.of(
        head,
        x,
        classes=recipe.classes,
        features=(*FEATURE_NAMES, "gloss"),
        label="scratch",
        decision=replace(decision, stand=stand),
        readings=readings,
        scale=scale,
        provenance=Provenance(
            photo="lot 7/part 0012.png",
            photo_sha256="3b" * 32,
            model_sha256="c4" * 32,
            inspected_at=datetime(2026, 3, 1, 14, 5, 9, tzinfo=TAIPEI),
            who="林怡君 (QA)",
        ),
    )


@pytest.fixture
def hostile(rng: np.random.Generator) -> Sheet:
    """A sheet of six classes, one with a name that tries to be markup."""
    recipe = Recipe(("ok", "scratch", "x", "dirt", "dent", "crack"))
    classes = ("ok", "scratch", HOSTILE, "dirt", "dent", "crack")
    return make(rng, recipe, classes)  # a recipe would refuse the name at the door


def make(
    rng: np.random.Generator, recipe: Recipe, classes: tuple[str, ...] = ()
) -> Sheet:
    """Work the sum of one drawn part for a drawn head."""
    k = len(recipe.classes)
    policy = Policy.of(recipe)
    if classes:
        policy = replace(policy, classes=classes)
    head = Head(rng.normal(size=(4, k)), rng.normal(size=k))
    scale = Scale(center=(1.0, 0.5, 2.0, 0.3), spread=(0.4, 0.2, 0.7, 0.1))
    readings = np.array([4.2, 0.9, 12.0, 0.51])
    x = scale.x(readings[np.newaxis])[0]
    return Sheet.of(
        head,
        x,
        classes=classes or recipe.classes,
        label="dirt",
        decision=decide(policy, head.probabilities(x[np.newaxis])[0]),
        readings=readings,
        scale=scale,
    )

"""Sheets that the tests of this folder share."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from glassline.decide import Policy, decide
from glassline.explain import Sheet, example
from glassline.features import Scale
from glassline.head import Head
from glassline.recipe import Recipe

HOSTILE = "<b>x</b> | `y` & \x1b[31m\n# z"


@pytest.fixture(scope="session")
def taught() -> Sheet:
    """The worked example: four features, three classes, a label, a decision."""
    return example()


@pytest.fixture
def trained(rng: np.random.Generator) -> Sheet:
    """A sheet as a trained model makes it: 17 digits, readings, line priors."""
    recipe = Recipe(
        ("ok", "scratch", "dirt"),
        priors={"ok": 0.97, "scratch": 0.02, "dirt": 0.01},
        currency="NT$",
    )
    return make(rng, recipe)


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

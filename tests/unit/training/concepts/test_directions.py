"""The verdict and the measurements share concept space, and neither hides the other."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.linalg import orthogonal_procrustes, subspace_angles

from glassline.dataset import Dataset, Part
from glassline.recipe import FEATURE_NAMES, Recipe
from glassline.training.concepts import Material
from glassline.training.concepts.directions import Directions, directions
from glassline.training.concepts.meaning import meaning

N = 300


def material_of(k: int, teacher: np.ndarray, labels: np.ndarray) -> Material:
    """So many classes of parts that measure what is given."""
    recipe = Recipe(classes=tuple("abcdef"[:k]))
    parts = tuple(
        Part(Path(f"{i}.png"), recipe.classes[label], f"row {i}", str(i))
        for i, label in enumerate(labels)
    )
    return Material.of(Dataset("drawn", parts), np.zeros((N, 1)), teacher, recipe)


@pytest.fixture(params=[2, 3, 6])
def drawn(
    request: pytest.FixtureRequest, rng: np.random.Generator
) -> tuple[Material, Recipe, np.ndarray, np.ndarray]:
    """Parts, and two predictions of them: of the class, and of what is measured."""
    k = request.param
    labels = np.arange(N) % k
    teacher = 2 * rng.normal(size=(k, 4))[labels] + rng.normal(size=(N, 4))
    material = material_of(k, teacher, labels)
    between = np.eye(k)[labels] + 0.3 * rng.normal(size=(N, k))
    _, scores = material.split()
    within = scores + 0.5 * rng.normal(size=(N, 4))
    recipe = Recipe(classes=tuple("abcdef"[:k]))
    return material, recipe, between, within


def verdict(found: Directions) -> np.ndarray:
    """The directions in which the classes lie, shape (q, 4)."""
    _, sizes, axes = np.linalg.svd(found.codes)
    return axes[: (sizes > 1e-9).sum()]


def test_a_head_sees_the_classes_and_little_of_the_measurements(
    drawn: tuple[Material, Recipe, np.ndarray, np.ndarray],
) -> None:
    """Along the classes a fifth of the measurements is left; across, all of it."""
    material, recipe, between, within = drawn
    k = len(recipe.classes)

    found = directions(material, recipe, between, within)

    seen = verdict(found)
    spread = np.sqrt(
        np.mean(
            [
                ((within[c::k] - within[c::k].mean(axis=0)) ** 2).mean(0)
                for c in range(k)
            ],
            axis=0,
        )
    )
    room = spread[:, None] * found.room
    blind = np.linalg.svd(seen)[2][len(seen) :]
    assert len(seen) == min(k - 1, 3)
    assert_allclose(room @ seen.T, 0.3 * 0.2 * seen.T, atol=1e-9)
    assert_allclose(room @ blind.T, 0.3 * blind.T, atol=1e-9)


def test_up_to_four_classes_keep_their_shape(rng: np.random.Generator) -> None:
    """A regular figure, turned to be nearest to what the table says: Procrustes."""
    labels = np.arange(N) % 3
    teacher = 3 * rng.normal(size=(3, 4))[labels] + rng.normal(size=(N, 4))
    material = material_of(3, teacher, labels)
    between, within = np.eye(3)[labels] * 1.0, rng.normal(size=(N, 4))
    between += 0.2 * rng.normal(size=(N, 3))

    found = directions(material, Recipe(classes=tuple("abc")), between, within)

    table, _ = material.split()
    seen = verdict(found)
    corners = np.linalg.svd(np.eye(3) - 1 / 3)[0][:, :2]  # of a regular triangle
    turn, _ = orthogonal_procrustes(corners, table @ seen.T)
    wanted = corners @ turn @ seen
    sides = [np.linalg.norm(found.codes[i] - found.codes[i - 1]) for i in range(3)]
    assert_allclose(sides, sides[0])
    assert_allclose(found.codes / np.linalg.norm(found.codes), wanted / 2**0.5)


def test_the_verdict_lies_where_the_classes_differ(rng: np.random.Generator) -> None:
    """Two classes apart in the first feature alone, all four as loud within a class."""
    labels = np.arange(N) % 2
    apart = 20 * labels[:, None] * np.eye(4)[0]
    material = material_of(2, rng.normal(size=(N, 4)) + apart, labels)
    between = np.eye(2)[labels] + 0.1 * rng.normal(size=(N, 2))

    found = directions(
        material, Recipe(classes=tuple("ab")), between, rng.normal(size=(N, 4))
    )

    off = subspace_angles(verdict(found).T, np.eye(4)[:, :1])[0]
    assert np.rad2deg(off) < 15


@pytest.mark.parametrize(("noise", "loud"), [(0.1, 1.0), (1.0, 0.35), (30.0, 1.0)])
def test_classes_are_quieter_where_meaning_is_wanting(
    rng: np.random.Generator, noise: float, loud: float
) -> None:
    """Good predictions stand beside loud classes, middling ones not; chance buys nothing."""
    labels = np.arange(N) % 3
    teacher = rng.normal(size=(N, 1)) + 0.1 * rng.normal(size=(N, 4))
    material = material_of(3, teacher, labels)
    between = np.eye(3)[labels] + 0.1 * rng.normal(size=(N, 3))
    _, scores = material.split()
    within = scores + noise * rng.normal(size=(N, 4))

    found = directions(material, Recipe(classes=tuple("abc")), between, within)

    def away(values: np.ndarray) -> np.ndarray:
        return values - np.array([values[c::3].mean(axis=0) for c in range(3)])[labels]

    size = ((away(between @ found.codes)) ** 2).sum(axis=1).mean() ** 0.5
    assert size == pytest.approx(0.3 * loud * 2**0.5)


def test_a_class_of_a_regular_kind_costs_no_meaning(
    drawn: tuple[Material, Recipe, np.ndarray, np.ndarray],
) -> None:
    """Readings of these predictions follow what is measured, within each class."""
    material, recipe, between, within = drawn

    found = directions(material, recipe, between, within)

    readings = between @ found.codes + within @ found.room
    meant = meaning(readings, material.teacher, material.labels, FEATURE_NAMES)
    assert np.mean(list(meant.values())) > 0.4


def test_predictions_that_say_nothing_give_readings_that_say_nothing() -> None:
    """No spread, no class, no direction better than another: finite all the same."""
    material = material_of(3, np.zeros((N, 4)), np.arange(N) % 3)

    found = directions(
        material, Recipe(classes=tuple("abc")), np.zeros((N, 3)), np.zeros((N, 4))
    )

    again = directions(
        replace(material),
        Recipe(classes=tuple("abc")),
        np.zeros((N, 3)),
        np.zeros((N, 4)),
    )
    assert np.isfinite(found.codes).all()
    assert np.isfinite(found.room).all()
    assert_array_equal(found.codes, again.codes)

"""Concepts beside the four features: declared by class, taught like the others."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from backbones import tiny_backbone
from numpy.testing import assert_allclose, assert_array_equal

from glassline.dataset import Dataset, Part
from glassline.errors import RecipeError
from glassline.inspection import inspect
from glassline.model import load
from glassline.recipe import FEATURE_NAMES, Recipe, TrainingSettings
from glassline.studies.evaluation import evaluate
from glassline.studies.evaluation.text import lines
from glassline.studies.verification import verify
from glassline.training import cnn, train
from glassline.training.concepts import Material, assess, fit_concepts
from glassline.training.concepts.meaning import meaning
from glassline.training.trainset import of_measurements

CLASSES = ("ok", "scratch", "dirt", "rust", "dent")
ADDED = ("redness", "hollow")
RECIPE = Recipe(
    classes=CLASSES,
    concepts={"rust": {"redness": 1.0, "hollow": 0.25}, "dent": {"hollow": 1.0}},
    training=TrainingSettings(concepts=ADDED),
)
PLAIN = of_measurements(RECIPE)


@pytest.fixture
def material(rng: np.random.Generator) -> Material:
    """Five classes that differ in six directions, of which four are measured."""
    labels = rng.permutation(np.arange(200) % 5)
    shown = 3 * np.eye(5, 6)[:, [4, 0, 1, 2, 3, 5]]
    hidden = shown[labels] + rng.normal(size=(200, 6))
    statistics = hidden @ rng.normal(size=(6, 60)) + rng.normal(size=(200, 60))
    parts = tuple(
        Part(Path(f"{place}.png"), CLASSES[label], "", f"g{place % 100}")
        for place, label in enumerate(labels.tolist())
    )
    return Material.of(Dataset("drawn", parts), statistics, hidden[:, :4], RECIPE)


def test_a_class_shows_an_added_concept_as_declared_and_else_not(
    material: Material,
) -> None:
    """0 is one below the middle, 1 one above; a class without the name shows 0."""
    assert_array_equal(material.table[:, 4], [-1, -1, -1, 1, -1])
    assert_array_equal(material.table[:, 5], [-1, -1, -1, -0.5, 1])
    assert np.isnan(material.table[:, :4]).all()
    assert_array_equal(material.teacher[:, 5] == 1.0, material.labels == 4)


def test_added_concepts_are_taught_and_carry_the_verdict(material: Material) -> None:
    """Not every choice of six is scored: none, each alone, all but each, all."""
    found = assess(material, RECIPE)

    assert found is not None
    assert fit_concepts(material, RECIPE).readings.shape == (200, 6)
    assert found.glass > 0.85
    assert abs(found.price) < 0.05
    sizes = [len(each.split("+")) if each else 0 for each in found.subsets]
    assert sizes == [0, *[1] * 6, *[5] * 6, 6]
    assert found.subsets["+".join(RECIPE.feature_names)] == found.glass
    assert tuple(found.meaning) == FEATURE_NAMES


def test_scores_of_people_grade_an_added_concept(material: Material) -> None:
    """Then it has a teacher within a class, and so a meaning; else it has none."""
    parts = tuple(
        replace(part, scores={"redness": place / 200})
        for place, part in enumerate(material.data.parts)
    )
    graded = Material.of(
        *(Dataset("graded", parts), material.statistics, material.readings[:, :4]),
        RECIPE,
    )

    before, after = (
        meaning(each.teacher, each.teacher, each.labels, RECIPE.feature_names)
        for each in (material, graded)
    )

    assert tuple(before) == FEATURE_NAMES
    assert tuple(after) == (*FEATURE_NAMES, "redness")
    assert after["redness"] == pytest.approx(1)


@pytest.fixture(scope="module")
def five(line: Dataset) -> Dataset:
    """Fifty rendered parts called by five names, in two groups: quick to teach."""
    parts = tuple(
        replace(part, label=CLASSES[place % 5], group=str(place % 2))
        for place, part in enumerate(line.parts[:50])
    )
    return replace(line, parts=parts)


def test_a_model_with_added_concepts_goes_the_whole_way(
    five: Dataset, tmp_path: Path
) -> None:
    """Saved, loaded, inspected, told in a sheet, evaluated and verified."""
    backbone = tmp_path / "tiny.onnx"
    backbone.write_bytes(tiny_backbone().SerializeToString())
    taught = cnn.train(five, RECIPE, backbone=str(backbone))
    taught.save(tmp_path / "model")
    again = load(tmp_path / "model")

    seen = inspect(again, five.parts[0].path)

    found = evaluate(again, five, with_training=True)
    told = "\n".join(lines(found, "en"))
    assert again.sha256 == taught.sha256
    assert again.feature_names == (*FEATURE_NAMES, *ADDED)
    assert again.recipe.training.concepts == ADDED
    assert_allclose(seen.logits, seen.x @ again.head.W + again.head.b, rtol=1e-12)
    assert "x5 redness" in seen.sheet.text("en")
    assert set(seen.evidence.marks) == {*FEATURE_NAMES, *ADDED}
    assert found.concepts is not None
    assert tuple(found.concepts["meaning"]) == FEATURE_NAMES
    assert "grain_noise" in told
    assert verify(again, five, retrain=True, backbone=str(backbone)).same_model


def test_nothing_measures_an_added_concept(five: Dataset) -> None:
    """The measured front refuses the recipe before it reads a photo."""
    told = (
        r"^training\.concepts: expected none but with a network, got redness\. Train "
        r"with --front cnn, or leave it out\.$"
    )

    with pytest.raises(RecipeError, match=told):
        train(five, RECIPE)


def test_without_them_the_recipe_is_that_of_measurements() -> None:
    """What a black box is compared with: the same classes, no concept of their own."""
    assert PLAIN.feature_names == FEATURE_NAMES
    assert PLAIN.concepts == {"rust": {}, "dent": {}}
    assert of_measurements(PLAIN) == PLAIN

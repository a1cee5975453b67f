"""How much more photos would help: held against lines that are twice as long."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose

from glassline.arrays import ClassIds
from glassline.dataset import Dataset, Part
from glassline.dataset.folds import deal
from glassline.head import part_losses
from glassline.model.records import LearningCurve
from glassline.recipe import Recipe, TrainingSettings
from glassline.training.curve import learning_curve
from glassline.training.trainset import learn, settled

CLASSES = ("ok", "scratch")
FREE = Recipe(classes=CLASSES)


def drawn(
    groups: int, rng: np.random.Generator, size: int = 3
) -> tuple[np.ndarray, Dataset]:
    """Readings and labels of a line: parts of a group are alike, classes overlap."""
    labels = np.arange(groups) % 2
    means = 1.5 * labels[:, None] + rng.normal(size=(groups, 4))
    values = np.repeat(means, size, axis=0) + 0.7 * rng.normal(size=(groups * size, 4))
    parts = tuple(
        Part(
            Path(f"{place}.png"),
            CLASSES[labels[place // size]],
            "",
            f"g{place // size}",
        )
        for place in range(groups * size)
    )
    return values, Dataset("drawn", parts)


def scored(
    values: np.ndarray, labels: ClassIds, by: tuple[np.ndarray, Dataset]
) -> float:
    """Mean cross-entropy of parts by a head of others."""
    learnt, found = learn(*by, FREE)
    return float(part_losses(found.head.logits(learnt.scale.x(values)), labels).mean())


def said_and_seen(rng: np.random.Generator) -> tuple[float, float]:
    """Draw a line and one twice as long; return the gain said, and seen on other parts."""
    values, data = drawn(80, rng)
    rows = np.arange(120)
    half = (values[rows], data.subset(rows))
    judged, others = drawn(200, rng)
    labels = others.labelled(CLASSES).labels
    before, after = (scored(judged, labels, by) for by in (half, (values, data)))
    curve = learning_curve(*half, FREE)
    return (curve.nats if curve else np.nan), before - after


@pytest.mark.parametrize(
    ("count", "least", "most"),
    [
        pytest.param(10, 0.4, 2.5, id="quick"),
        pytest.param(100, 0.7, 1.3, id="long", marks=pytest.mark.soak),
    ],
)
def test_the_gain_is_the_one_that_twice_as_many_groups_give(
    count: int, least: float, most: float, rng: np.random.Generator
) -> None:
    """On the mean of lines of known truth, what is said over what is seen."""
    said, seen = np.mean([said_and_seen(rng) for _ in range(count)], axis=0)

    assert seen > 0.005
    assert least < said / seen < most


def test_the_figures_are_those_written_out_again(rng: np.random.Generator) -> None:
    """In a plain loop over the folds, with a penalty that a person declared."""
    values, data = drawn(24, rng)
    recipe = replace(FREE, training=TrainingSettings(penalty=0.01))
    known = data.labelled(CLASSES)
    labels, groups = known.labels, data.groups()
    dealt = deal(labels, groups, 5)
    whole, half = np.zeros(len(labels)), np.zeros(len(labels))
    for fold in range(5):
        others, own = np.flatnonzero(dealt != fold), np.flatnonzero(dealt == fold)
        halves = deal(labels[others], groups[others], 2)
        for rows, share, into in (
            (others, 1, whole),
            (others[halves == 0], 2, half),
            (others[halves == 1], 2, half),
        ):
            learnt, found = learn(values[rows], data.subset(rows), recipe)
            logits = found.head.logits(learnt.scale.x(values[own]))
            into[own] += part_losses(logits, labels[own]) / share

    curve = learning_curve(values, data, recipe)

    assert curve is not None
    each = [sum((half - whole)[groups == group]) for group in np.unique(groups)]
    error = np.std(each, ddof=1) * np.sqrt(24) / len(labels)
    assert_allclose([curve.half, curve.whole], [half.mean(), whole.mean()], rtol=1e-4)
    assert_allclose(curve.nats, 0.4 * (half - whole).mean(), rtol=1e-3)
    assert_allclose(curve.nats_error, 0.4 * error, rtol=1e-3)
    assert curve.groups == 24


def test_a_penalty_by_groups_is_that_of_the_groups_that_teach(
    rng: np.random.Generator,
) -> None:
    """So a model that is verified, whose penalty is settled, has the same curve."""
    values, data = drawn(24, rng)

    free, fixed = (
        learning_curve(values, data, each) for each in (FREE, settled(FREE, data))
    )

    assert free is not None
    assert free == fixed


@pytest.mark.parametrize("groups", [2, 15])
def test_of_few_groups_nothing_is_told(groups: int, rng: np.random.Generator) -> None:
    """A class with seven: half of what is outside a fold could hold two."""
    assert learning_curve(*drawn(groups, rng), FREE) is None


def test_without_labels_nothing_is_told(rng: np.random.Generator) -> None:
    """There is nothing to learn from."""
    values, data = drawn(20, rng)
    parts = tuple(replace(part, label=None) for part in data.parts)

    found: LearningCurve | None = learning_curve(values, Dataset("", parts), FREE)

    assert found is None

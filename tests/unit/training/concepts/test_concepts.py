"""Concepts carry the verdict, follow their teachers, and are taught fairly."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from glassline.dataset import Dataset, Part
from glassline.errors import DatasetError
from glassline.recipe import FEATURE_NAMES, Recipe
from glassline.training.concepts import Material, assess, fit_concepts
from glassline.training.concepts.figures import balanced_accuracy
from glassline.training.concepts.material import normal_scores
from glassline.training.concepts.meaning import meaning
from glassline.training.concepts.text import lines

N, WIDTH = 150, 60
RECIPE = Recipe(classes=("ok", "scratch", "dirt"))


def parts(rng: np.random.Generator, n: int = N, groups: int = 75) -> Dataset:
    """So many parts of three classes, two a group."""
    labels = rng.permutation(np.arange(n) % 3)
    return Dataset(
        "drawn",
        tuple(
            Part(Path(f"{i}.png"), RECIPE.classes[label], f"row {i}", str(i % groups))
            for i, label in enumerate(labels)
        ),
    )


@pytest.fixture
def data(rng: np.random.Generator) -> Dataset:
    """Drawn parts."""
    return parts(rng)


@pytest.fixture
def readings(data: Dataset, rng: np.random.Generator) -> np.ndarray:
    """Four readings: two tell the classes apart, all vary within them."""
    shown = np.array([[0, 0, 0, 0], [3, 0, 0, 0], [0, 0, 0, 3.0]])
    return data.targets(RECIPE.classes) @ shown + rng.normal(size=(len(data), 4))


@pytest.fixture
def statistics(readings: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """What a backbone may see: the readings mixed, with noise of its own."""
    mixed = readings @ rng.normal(size=(4, WIDTH))
    return mixed + 0.5 * rng.normal(size=mixed.shape)


@pytest.fixture
def material(data: Dataset, statistics: np.ndarray, readings: np.ndarray) -> Material:
    """The drawn parts as a concept layer sees them."""
    return Material.of(data, statistics, readings, RECIPE)


def seen_as(material: Material, statistics: np.ndarray) -> Material:
    """The same parts with other statistics of their photos, none of them mirrored."""
    width = statistics.shape[1]
    return replace(
        material,
        statistics=statistics,
        mirrored=np.zeros((len(statistics), 0, width)),
        evened=np.ones(width),
    )


def test_the_readings_for_the_head_come_from_layers_that_did_not_see_the_part(
    material: Material, rng: np.random.Generator
) -> None:
    """Statistics of pure chance separate what they were fitted to, and nothing else."""
    chance = seen_as(material, rng.normal(size=(N, 400)))

    concepts = fit_concepts(chance, RECIPE)

    seen = meaning(
        concepts.layer.read(chance.statistics),
        chance.teacher,
        chance.labels,
        FEATURE_NAMES,
    )
    unseen = meaning(concepts.readings, chance.teacher, chance.labels, FEATURE_NAMES)
    assert max(seen.values()) > 0.5
    assert np.abs(list(unseen.values())).mean() < 0.15


def test_the_same_material_teaches_the_same_bits(material: Material) -> None:
    """Nothing is drawn."""
    first, second = fit_concepts(material, RECIPE), fit_concepts(material, RECIPE)

    assert_array_equal(first.layer.weights, second.layer.weights)
    assert_array_equal(first.readings, second.readings)


def test_figures_know_what_was_planted(material: Material) -> None:
    """Four directions hold everything: the glass is cheap. A line a concept, none wide."""
    found = assess(material, RECIPE)

    assert found is not None
    assert found.glass > 0.85
    assert abs(found.price) < 0.05
    assert found.mean_meaning > 0.5
    assert found.subsets[""] == pytest.approx(1 / 3)
    assert len(found.subsets) == 16
    assert found.subsets["+".join(FEATURE_NAMES)] == found.glass
    told = list(lines(found.as_json(), "en", dict.fromkeys(FEATURE_NAMES, 0.5)))
    assert max(map(len, told)) <= 80
    assert [line.split()[0] for line in told if line.split()[0] in FEATURE_NAMES] == [
        *FEATURE_NAMES
    ]


def test_labels_of_chance_are_worth_nothing(
    material: Material, rng: np.random.Generator
) -> None:
    """No way of dealing lets a part be judged by what saw it."""
    shuffled = replace(material, targets=rng.permutation(material.targets))

    found = assess(shuffled, RECIPE)

    assert found is not None
    assert found.glass < 0.48
    assert found.black_box < 0.48


def test_the_recipe_says_which_class_shows_which_feature(
    data: Dataset, statistics: np.ndarray, readings: np.ndarray
) -> None:
    """What is declared stands; the rest is what the readings say."""
    told = replace(RECIPE, concepts={"dirt": {"line_strength": 1.0}})

    before = fit_concepts(Material.of(data, statistics, readings, RECIPE), RECIPE).table
    after = fit_concepts(Material.of(data, statistics, readings, told), told).table

    assert before[2, 0] < 0 < after[2, 0]
    assert_allclose(after[:, 1:], before[:, 1:])


def test_scores_of_people_teach_instead_of_readings(
    data: Dataset, statistics: np.ndarray, readings: np.ndarray
) -> None:
    """Scored parts are taught their score, others the score at their reading's rank."""
    scored = replace(
        data,
        parts=tuple(
            replace(part, scores={"grain_noise": place / N} if place < 50 else None)
            for place, part in enumerate(data.parts)
        ),
    )

    found = Material.of(scored, statistics, readings, RECIPE)

    teacher = found.teacher
    assert_array_equal(teacher[:50, 3], np.arange(50) / N)
    assert_array_equal(
        np.argsort(teacher[50:, 3], kind="stable"),
        np.argsort(readings[50:, 3], kind="stable"),
    )
    assert_array_equal(teacher[:, :3], readings[:, :3])
    rows = np.arange(30, 90)  # in a fold, ranks are among its own parts
    alone = Material.of(scored.subset(rows), statistics[rows], readings[rows], RECIPE)
    assert_array_equal(found.subset(rows, RECIPE).teacher, alone.teacher)
    assert (alone.teacher != teacher[rows]).any()


def test_a_score_of_an_unknown_feature_is_refused(
    data: Dataset, statistics: np.ndarray, readings: np.ndarray
) -> None:
    """A column concept_glow that no feature answers to."""
    scored = replace(
        data, parts=(replace(data.parts[0], scores={"glow": 1.0}), *data.parts[1:])
    )

    with pytest.raises(
        DatasetError,
        match=r"^row 0: expected scores of line_strength, texture_change, "
        r"reflection_unevenness, grain_noise, got 'glow'\.$",
    ):
        Material.of(scored, statistics, readings, RECIPE)


def test_undecided_parts_teach_nothing(
    data: Dataset, statistics: np.ndarray, readings: np.ndarray
) -> None:
    """Without a label there is no class to be within."""
    undecided = replace(
        data, parts=(replace(data.parts[0], label=None), *data.parts[1:])
    )

    found = Material.of(undecided, statistics, readings, RECIPE)

    assert_array_equal(found.statistics, statistics[1:])


def test_one_group_is_too_few(rng: np.random.Generator) -> None:
    """There is no part that a layer did not see."""
    data = parts(rng, 30, groups=1)
    material = Material.of(
        data, rng.normal(size=(30, 8)), rng.normal(size=(30, 4)), RECIPE
    )

    assert assess(material, RECIPE) is None
    with pytest.raises(
        DatasetError,
        match=r"^drawn: expected at least 2 groups of labelled parts for a network "
        r"front, got fewer\. Add parts, or a column group with more values\.$",
    ):
        fit_concepts(material, RECIPE)


def test_more_parts_than_statistics_are_no_other_case(material: Material) -> None:
    """The ridge is solved in the smaller of its two forms; both give the same."""
    narrow = seen_as(material, material.statistics[:, : N - 20])
    wide = np.hstack([narrow.statistics, np.zeros((N, 200))])

    small = fit_concepts(narrow, RECIPE)
    large = fit_concepts(seen_as(material, wide), RECIPE)

    assert_allclose(large.readings, small.readings, atol=1e-3)


def test_what_varies_within_a_class_is_ranked_there(material: Material) -> None:
    """The normal scores of each class by themselves, whatever the class's level."""
    lifted = material.teacher + 50.0 * material.labels[:, None]

    _, within = replace(material, teacher=lifted).split()

    own = material.labels == 1
    assert_array_equal(within[own], normal_scores(material.teacher[own]))


def test_a_mirrored_photo_teaches_as_another_of_the_same_part(
    material: Material,
) -> None:
    """A view that says nothing new changes no direction; each part still counts once."""
    doubled = replace(material, mirrored=material.statistics[:, None])
    heavy = replace(
        material,
        data=replace(
            material.data,
            parts=tuple(replace(each, weight=2.0) for each in material.data.parts),
        ),
    )

    found = fit_concepts(doubled, RECIPE)

    usual = fit_concepts(material, RECIPE)
    assert_allclose(found.readings, usual.readings, atol=0.15)
    assert np.abs(found.readings - usual.readings).max() > 1e-6  # penalised by half
    assert_array_equal(fit_concepts(heavy, RECIPE).readings, usual.readings)


def test_normal_scores_do_not_know_units() -> None:
    """Any rising change of a teacher teaches the same; ties share."""
    values = np.array([[1.0], [2.0], [2.0], [9.0]])

    assert_allclose(normal_scores(values), normal_scores(np.exp(values)))
    assert normal_scores(values)[1, 0] == normal_scores(values)[2, 0]


def test_meaning_is_spearman_within_a_class() -> None:
    """A concept that knows the class alone means nothing within it."""
    labels = np.repeat([0, 1], 5)
    teacher = np.arange(10.0)[:, None] ** 3
    rising, falling = np.arange(10.0)[:, None], -np.arange(10.0)[:, None]

    assert meaning(rising, teacher, labels, ("x",)) == {"x": pytest.approx(1)}
    assert meaning(falling, teacher, labels, ("x",)) == {"x": pytest.approx(-1)}
    assert meaning(labels[:, None] * 1.0, teacher, labels, ("x",)) == {"x": 0.0}


def test_balanced_accuracy_counts_classes_alike() -> None:
    """Nine right of nine, and none of one."""
    assert balanced_accuracy(np.repeat([0, 1], [9, 1]), np.zeros(10, int)) == 0.5


def test_no_class_lies_between_others(rng: np.random.Generator) -> None:
    """Six classes, one of them usual in all four: its own direction, as far out."""
    recipe = Recipe(classes=tuple("abcdef"))
    labels = np.arange(120) % 6
    data = Dataset(
        "drawn",
        tuple(
            Part(Path(f"{i}.png"), recipe.classes[label], f"row {i}", str(i))
            for i, label in enumerate(labels)
        ),
    )
    shown = np.vstack([0.2 * np.ones(4), 3 * np.eye(4), -3 * np.ones(4)])
    readings = shown[labels] + 0.1 * rng.normal(size=(120, 4))

    table, _ = Material.of(data, np.zeros((120, 1)), readings, recipe).split()

    lengths = np.linalg.norm(table, axis=1)
    assert_allclose(lengths, lengths[0])

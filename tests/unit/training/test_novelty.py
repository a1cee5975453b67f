"""The limit of the region: by simulation, by group, and where nothing can be new."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from glassline.training.novelty import fit_region

CLASSES = ("ok", "scratch")


def drawn(rng: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Parts of two classes in four dimensions, each class of another shape."""
    labels = np.repeat([0, 1], [n - n // 2, n // 2])
    u = rng.normal(size=(n, 4)) * np.where(labels[:, None] == 1, [3, 1, 2, 1], 1.0)
    return u + 3.0 * labels[:, None], labels


def test_another_unit_changes_no_distance(rng: np.random.Generator) -> None:
    """A feature in micrometres instead of millimetres."""
    u, labels = drawn(rng, 80)
    units, shift = np.array([1000.0, 100.0, 10.0, 1.0]), np.arange(4.0)

    plain = fit_region(u, labels, np.arange(80), CLASSES, rate=0.05)
    other = fit_region(u * units + shift, labels, np.arange(80), CLASSES, rate=0.05)

    assert plain is not None
    assert other is not None
    assert_allclose(other.distances(u * units + shift), plain.distances(u), rtol=1e-4)
    assert_allclose(other.limit, plain.limit, rtol=1e-4)


@pytest.mark.slow
def test_about_as_many_known_parts_look_new_as_was_asked_for(
    rng: np.random.Generator,
) -> None:
    """Over 200 studies of 60 parts: a few less than 10 %, as folds see fewer parts."""
    rates = []
    for _ in range(200):
        u, labels = drawn(rng, 60)
        region = fit_region(u, labels, np.arange(60), CLASSES, rate=0.1)
        assert region is not None
        others, _labels = drawn(rng, 200)
        rates.append((region.distances(others) > region.limit).mean())

    assert 0.07 < np.mean(rates) < 0.1


def test_the_limit_is_of_parts_that_the_region_did_not_see(
    rng: np.random.Generator,
) -> None:
    """Groups whose parts lie together far out, each judged without itself."""
    u, labels = drawn(rng, 60)
    u[:2] += [0.0, 0.0, 12.0, 0.0]  # two photos of one odd piece
    alone = fit_region(u, labels, np.arange(60), CLASSES, rate=0.01)
    together = fit_region(u, labels, np.r_[0, 0, np.arange(1, 59)], CLASSES, rate=0.01)

    assert alone is not None
    assert together is not None
    assert together.limit > alone.limit


def test_a_feature_that_never_varied_makes_any_change_new() -> None:
    """And divides by nothing."""
    u = np.c_[np.tile([0.0, 1.0], 10), np.full(20, 7.0)]
    region = fit_region(u, np.zeros(20, int), np.arange(20) % 5, ("ok",), rate=0.1)

    assert region is not None
    assert not region.stand(np.array([0.5, 7.0])).is_novel
    assert region.stand(np.array([0.5, 7.1])).is_novel


@pytest.mark.parametrize(
    ("labels", "groups"),
    [
        pytest.param([], [], id="no-part"),
        pytest.param([0, 1], [0, 1], id="one-part-a-class"),
        pytest.param([0, 0, 0], [5, 5, 5], id="one-group"),
    ],
)
def test_too_few_parts_give_no_region(labels: list[int], groups: list[int]) -> None:
    """Nothing is then called new."""
    ids, lots = np.array(labels, np.int64), np.array(groups, np.int64)

    assert fit_region(np.zeros((len(ids), 4)), ids, lots, CLASSES, rate=0.1) is None

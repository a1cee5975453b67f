"""Two judges of the same parts: the interval of their difference is honest."""

from __future__ import annotations

from math import isnan, sqrt

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.stats import t
from sklearn.metrics import balanced_accuracy_score

from glassline.studies.metrics import difference


def test_the_difference_is_that_of_the_balanced_accuracies(
    rng: np.random.Generator,
) -> None:
    """Of scikit-learn, on random answers of three classes."""
    labels, one, other = rng.integers(0, 3, (3, 90))

    found = difference(one == labels, other == labels, labels, np.arange(90) // 3)

    wanted = balanced_accuracy_score(labels, one) - balanced_accuracy_score(
        labels, other
    )
    assert_allclose(found.value, wanted, rtol=1e-12)
    assert found.low < found.value < found.high


def test_the_interval_is_the_one_written_out_again(rng: np.random.Generator) -> None:
    """In plain Python: jackknife of groups, half a group of each class more, t."""
    labels = rng.integers(0, 2, 80)
    one, other = rng.random((2, 80)) < [[0.9], [0.7]]
    ids = np.arange(80) // 4
    move, weight = np.zeros(20), np.zeros(20)
    for label in (0, 1):
        own = labels == label
        each = (one[own].astype(float) - other[own]) / own.sum() / 2
        np.add.at(move, ids[own], each - each.mean())
        np.add.at(weight, ids[own], 1 / own.sum() / 2)
    variance = 19 / 20 * sum((move / (1 - weight)) ** 2)
    variance += sum(
        (0.5 / 2 / len(set(ids[labels == label].tolist()))) ** 2 for label in (0, 1)
    )

    found = difference(one, other, labels, ids)

    half = t.ppf(0.975, 19) * sqrt(variance)
    assert_allclose(
        [found.low, found.high], [found.value - half, found.value + half], rtol=1e-9
    )


def test_judges_who_agree_on_few_groups_may_still_differ() -> None:
    """No part was seen otherwise, in ten groups of one class: half a group may be."""
    right = np.ones(20, np.bool_)

    found = difference(right, right, np.zeros(20, np.int64), np.arange(20) // 2)

    assert_allclose([found.low, found.value, found.high], [-0.1131, 0, 0.1131], 1e-3)


def test_one_group_tells_nothing_of_others() -> None:
    """There is a value, and no interval."""
    right = np.array([True, False])

    found = difference(right, ~right, np.zeros(2, np.int64), np.zeros(2, np.int64))

    assert found.value == 0
    assert isnan(found.low)
    assert isnan(found.high)


@pytest.mark.parametrize(
    ("count", "size", "share", "rare"),
    [
        pytest.param(40, 4, (0.95, 0.92), 0.5, id="as-usual"),
        pytest.param(12, 6, (0.9, 0.9), 0.2, id="few-groups"),
        pytest.param(100, 1, (0.99, 0.97), 0.1, id="rare-class-and-rare-mistakes"),
        pytest.param(76, 3, (0.88, 0.94), 0.15, id="alike-within-a-group"),
    ],
)
def test_the_interval_covers(
    count: int,
    size: int,
    share: tuple[float, float],
    rare: float,
    rng: np.random.Generator,
) -> None:
    """At least 92 of 100 lines of known truth, wanted 95: parts of a group are alike."""
    hits, groups = 0, np.repeat(np.arange(count), size)
    for _ in range(300):
        labels = np.repeat(rng.random(count) < rare, size).astype(np.int64)
        own = rng.random(count * size)
        alike = np.where(rng.random(count * size) < 0.5, rng.random(count)[groups], own)
        again = rng.random(count * size)
        mixed = np.where(rng.random(count * size) < 0.5, alike, again)
        found = difference(alike < share[0], mixed < share[1], labels, groups)
        hits += found.low <= share[0] - share[1] <= found.high

    assert hits >= 0.92 * 300

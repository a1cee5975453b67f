"""Rates by counting, intervals by an independent method."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.stats import beta, binomtest
from sklearn.metrics import (
    accuracy_score,
    balanced_accuracy_score,
    confusion_matrix,
    f1_score,
)

from glassline.decide import brier, calibration_error
from glassline.errors import InputError
from glassline.studies.metrics import Rate, calibration, reliability, score


def test_the_four_figures_equal_those_counted_by_hand() -> None:
    """Labels 0 0 0 1 1 2, predicted 0 0 1 1 2 2."""
    labels = np.array([0, 0, 0, 1, 1, 2])
    predicted = np.array([0, 0, 1, 1, 2, 2])

    found = score(labels, predicted, np.arange(6.0), np.arange(6), 3)

    assert_array_equal(found.confusion, [[2, 1, 0], [0, 1, 1], [0, 0, 1]])
    assert_allclose(found.accuracy.value, 4 / 6, rtol=1e-15)
    assert_allclose(found.balanced_accuracy.value, (2 / 3 + 1 / 2 + 1) / 3, rtol=1e-15)
    assert_allclose(found.macro_f1.value, (4 / 5 + 1 / 2 + 2 / 3) / 3, rtol=1e-15)
    assert_allclose(found.log_loss.value, 15 / 6, rtol=1e-15)
    assert (found.n, found.groups, found.majority) == (6, 6, 0.5)


def test_the_figures_equal_those_of_scikit_learn(rng: np.random.Generator) -> None:
    """An independent implementation on 500 random parts of four classes."""
    labels = rng.integers(0, 4, 500)
    predicted = np.where(rng.random(500) < 0.7, labels, rng.integers(0, 4, 500))

    found = score(labels, predicted, np.zeros(500), np.arange(500), 4)

    assert_array_equal(found.confusion, confusion_matrix(labels, predicted))
    assert_allclose(
        [
            found.accuracy.value,
            found.balanced_accuracy.value,
            found.macro_f1.value,
        ],
        [
            accuracy_score(labels, predicted),
            balanced_accuracy_score(labels, predicted),
            f1_score(labels, predicted, average="macro"),
        ],
        rtol=1e-14,
    )


def test_an_interval_over_single_parts_is_the_exact_one(
    rng: np.random.Generator,
) -> None:
    """With a group a part, nothing is alike: Clopper-Pearson, as SciPy has it."""
    labels = np.zeros(400, np.int64)
    predicted = (rng.random(400) < 0.1).astype(np.int64)

    found = score(labels, predicted, np.zeros(400), np.arange(400), 2).accuracy

    exact = binomtest(int((predicted == 0).sum()), 400).proportion_ci(method="exact")
    assert_allclose([found.low, found.high], [exact.low, exact.high], rtol=1e-12)


def test_photos_of_one_piece_widen_the_interval(rng: np.random.Generator) -> None:
    """Ten copies of 40 parts are 40 parts, not 400."""
    predicted = np.repeat((rng.random(40) < 0.2).astype(np.int64), 10)
    labels = np.zeros(400, np.int64)

    by_piece = score(labels, predicted, np.zeros(400), np.repeat(np.arange(40), 10), 2)
    by_photo = score(labels, predicted, np.zeros(400), np.arange(400), 2)

    width = by_piece.accuracy.high - by_piece.accuracy.low
    assert width > 2.5 * (by_photo.accuracy.high - by_photo.accuracy.low)


def test_group_numbers_have_no_meaning(rng: np.random.Generator) -> None:
    """Groups 7 and 9,000 count like groups 0 and 1."""
    labels = rng.integers(0, 2, 50)
    groups = rng.integers(0, 9, 50)

    seen = rng.integers(0, 2, 50)

    plain = score(labels, seen, np.ones(50), groups, 2)
    spread = score(labels, seen, np.ones(50), groups * 1000 + 7, 2)

    assert (plain.accuracy, plain.groups) == (spread.accuracy, spread.groups)


def test_a_class_that_never_occurs_is_left_out_of_the_means() -> None:
    """Three classes declared, two in the data."""
    labels = np.array([0, 1])

    found = score(labels, labels, np.zeros(2), np.arange(2), 3)

    assert (found.balanced_accuracy.value, found.macro_f1.value) == (1.0, 1.0)


def test_nothing_to_score_is_an_error() -> None:
    """No mean of nothing."""
    none = np.array([], np.int64)

    with pytest.raises(
        InputError, match=r"^evaluate: expected at least one labelled part, got none\.$"
    ):
        score(none, none, np.array([]), none, 2)


@pytest.mark.parametrize(("k", "n"), [(0, 10), (3, 10), (10, 10), (1, 299)], ids=str)
def test_the_interval_of_a_rate_is_the_exact_one(k: int, n: int) -> None:
    """Clopper-Pearson, as SciPy's binomtest has it."""
    exact = binomtest(k, n).proportion_ci(method="exact")

    assert_allclose(Rate(k, n).interval, [exact.low, exact.high], rtol=1e-12)


def test_a_rate_of_nothing_is_unknown() -> None:
    """0 of 0 is no number, and anything is possible."""
    assert np.isnan(Rate(0, 0).value)
    assert Rate(0, 0).interval == (0.0, 1.0)


def test_certainty_falls_in_the_last_bin() -> None:
    """A probability of exactly 1 has a bin."""
    bins = reliability(np.array([[1.0, 0.0]]), np.array([0]), np.array([0]))

    assert [(b.low, b.high, str(b.hits)) for b in bins] == [(0.9, 1.0, "1/1")]


def test_calibration_figures_are_those_without_intervals(
    rng: np.random.Generator,
) -> None:
    """The values are the plain ones; group ids may be any numbers."""
    p = rng.dirichlet([1, 1, 1], 200)
    labels = rng.integers(0, 3, 200)

    found = calibration(p, labels, 7 * np.arange(200))

    assert_allclose(found.error.value, calibration_error(p, labels), rtol=1e-12)
    assert_allclose(found.brier.value, brier(p, labels), rtol=1e-12)
    assert found.groups == 200


def test_the_interval_of_the_brier_score_is_no_narrower_than_the_usual_one(
    rng: np.random.Generator,
) -> None:
    """It holds 1.96 standard errors; and is that of as many coins, SciPy's beta."""
    p = rng.dirichlet([1, 1, 1], 600)
    labels = rng.integers(0, 3, 600)
    each = ((p - np.eye(3)[labels]) ** 2).sum(axis=1)
    half = 1.96 * each.std() / np.sqrt(600)

    found = calibration(p, labels, np.arange(600)).brier

    k = each.sum() / 2
    coins = [beta.ppf(0.025, k, 601 - k), beta.ppf(0.975, k + 1, 600 - k)]
    assert_allclose([found.low / 2, found.high / 2], coins, rtol=1e-9)
    assert found.low < each.mean() - half
    assert found.high > each.mean() + half


def test_pieces_widen_the_interval_of_the_brier_score(rng: np.random.Generator) -> None:
    """Ten copies of 40 parts are 40 parts, not 400."""
    p = np.repeat(rng.dirichlet([1, 1], 40), 10, axis=0)
    labels = np.repeat(rng.integers(0, 2, 40), 10)

    by_piece = calibration(p, labels, np.repeat(np.arange(40), 10)).brier
    by_photo = calibration(p, labels, np.arange(400)).brier

    assert by_piece.high - by_piece.low > 2 * (by_photo.high - by_photo.low)
    assert_allclose(by_piece.value, by_photo.value, rtol=1e-12)


def test_a_calibration_error_has_no_interval(rng: np.random.Generator) -> None:
    """Resampling put it above the true one in most studies: none is known that covers."""
    p = rng.dirichlet([1, 1], 400)

    found = calibration(p, rng.integers(0, 2, 400), np.arange(400)).error

    assert np.isnan([found.low, found.high]).all()


def test_one_group_leaves_the_interval_of_calibration_unknown() -> None:
    """What another group would give, one group can not say."""
    p = np.array([[0.9, 0.1], [0.6, 0.4], [0.2, 0.8]])

    found = calibration(p, np.array([0, 1, 0]), np.zeros(3, np.int64))

    assert np.isfinite([found.error.value, found.brier.value]).all()
    assert np.isnan(
        [found.error.low, found.error.high, found.brier.low, found.brier.high]
    ).all()


def test_one_group_leaves_the_interval_of_a_score_unknown() -> None:
    """No width of zero, which would read as certainty."""
    labels = np.array([0, 0, 1])

    found = score(labels, np.array([0, 1, 1]), np.ones(3), np.full(3, 7), 2)

    assert str(found.accuracy) == "0.667 [unknown]"
    assert np.isnan(
        [
            (each.low, each.high)
            for each in (found.balanced_accuracy, found.macro_f1, found.log_loss)
        ]
    ).all()


def test_a_hundred_thousand_photos_need_little_memory(
    rng: np.random.Generator,
) -> None:
    """Each a group of its own: a few numbers a photo."""
    n = 100_000
    labels, p = rng.integers(0, 3, n), rng.dirichlet([1, 1, 1], n)
    tracemalloc.start()

    score(labels, p.argmax(axis=1), np.ones(n), np.arange(n), 3)
    calibration(p, labels, np.arange(n))

    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 25e6

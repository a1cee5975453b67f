"""Intervals that cover, against formulas written out again and by hand."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.stats import beta, norm, t

from glassline.studies.metrics import Rate, Score, calibration, rate, score


@pytest.mark.parametrize("groups", [2, 5, 29, 200])
def test_where_all_are_right_each_group_counts_as_one_part(groups: int) -> None:
    """Nothing tells how alike the parts are: p^g = 2.5 % gives the lower end."""
    labels = np.repeat(0, 20 * groups)

    found = score(
        labels, labels, np.zeros(20 * groups), labels + np.arange(groups).repeat(20), 1
    )

    ends = [found.accuracy.low, found.accuracy.high]
    assert_allclose(ends, [0.025 ** (1 / groups), 1], rtol=1e-12)


def test_the_effective_size_is_the_one_written_out_again(
    rng: np.random.Generator,
) -> None:
    """In plain Python: jackknife variance, t of few groups, Clopper-Pearson in between."""
    ids = rng.integers(0, 12, 150)
    chance = rng.uniform(0.5, 1, 12)
    right = rng.random(150) < chance[ids]
    p, n = float(right.mean()), 150
    groups = [right[ids == each] for each in np.unique(ids)]
    moves = [sum(own - p) / n / (1 - len(own) / n) for own in groups]
    variance = 11 / 12 * sum(move**2 for move in moves)
    rests_on = sum(move**2 for move in moves) ** 2 / sum(move**4 for move in moves)
    shrink = norm.ppf(0.975) / t.ppf(0.975, min(11, 1.5 * (rests_on - 1)))
    kish = n**2 / sum(len(own) ** 2 for own in groups)
    size = min(max(p * (1 - p) / variance * shrink**2, kish), n)

    found = rate(right, ids)

    k = p * size
    exact = [beta.ppf(0.025, k, size - k + 1), beta.ppf(0.975, k + 1, size - k)]
    assert kish < size < n
    assert_allclose(found.worth, size, rtol=1e-12)
    assert_allclose(found.interval, exact, rtol=1e-9)


def test_copies_count_once() -> None:
    """Forty parts photographed ten times, some wrong: at most forty parts."""
    right = np.repeat(np.arange(40) % 5 > 0, 10)

    found = rate(right, np.repeat(np.arange(40), 10))

    assert found.worth == pytest.approx(40)
    assert_allclose(found.interval, Rate(32, 40).interval, rtol=1e-9)


def test_parts_that_each_stand_for_themselves_count_each() -> None:
    """As many groups as parts: the exact interval, whatever happened."""
    found = rate(np.arange(50) < 7, np.arange(50))

    assert_allclose(found.interval, Rate(7, 50).interval, rtol=1e-12)
    assert_allclose(Rate(7, 50, 50).interval, Rate(7, 50).interval, rtol=1e-15)


def test_parts_are_never_worth_more_than_they_are() -> None:
    """Groups more even than chance would make them do not narrow the interval."""
    fewer, more = np.arange(20) >= 4, np.arange(20) >= 6
    right = np.tile(np.concatenate([fewer, more]), 15)

    found = rate(right, np.repeat(np.arange(30), 20))

    assert found.worth == pytest.approx(600)


def test_one_wrong_group_tells_nothing_of_the_others() -> None:
    """A spread that rests on one group in a hundred has no freedom: groups count."""
    right = np.ones(1000, np.bool_)
    right[0] = False

    found = rate(right, np.repeat(np.arange(100), 10))

    assert found.worth == pytest.approx(100)


def test_a_rate_among_nothing_has_no_interval_to_speak_of() -> None:
    """No bad part: 0 of 0, and anything is possible."""
    found = rate(np.array([], np.bool_), np.array([], np.int64))

    assert (found, found.interval) == (Rate(0, 0, 0.0), (0.0, 1.0))


def test_the_rarest_class_limits_the_balanced_accuracy() -> None:
    """Two lots of scratches, all right: their recall may be 0.025^(1/2) = 0.158."""
    labels = np.repeat([0, 1], [600, 40])
    groups = np.repeat(np.arange(32), 20)
    down = np.hypot(1 - 0.025 ** (1 / 30), 1 - 0.025 ** (1 / 2)) / 2

    found = score(labels, labels, np.zeros(640), groups, 2)

    assert_allclose(found.balanced_accuracy.low, 1 - down, rtol=1e-12)
    assert_allclose(found.macro_f1.low, 1 - down, rtol=1e-12)
    assert found.accuracy.low > 0.8


def test_a_mean_loss_has_the_t_interval_of_its_groups(rng: np.random.Generator) -> None:
    """One part a group: mean and t, written out again; the freedom from the fourth powers."""
    losses = rng.exponential(1, 60)
    labels, seen = np.zeros(60, np.int64), np.arange(60) % 2
    moves = (losses - losses.mean()) / 60 / (1 - 1 / 60)
    rests_on = (moves**2).sum() ** 2 / (moves**4).sum()
    half = t.ppf(0.975, rests_on - 1) * sqrt(59 / 60 * (moves**2).sum())

    found = score(labels, seen, losses, np.arange(60), 2).log_loss

    expected = [losses.mean() - half, losses.mean() + half]
    assert_allclose([found.low, found.high], expected, rtol=1e-9)


@pytest.mark.parametrize(("wrong", "is_given"), [(7, False), (8, True)], ids=str)
def test_a_mean_loss_needs_eight_groups_with_a_wrong_part(
    wrong: int, is_given: bool
) -> None:
    """Fewer, and the losses that could move it have hardly been seen."""
    labels, seen = np.zeros(400, np.int64), np.zeros(400, np.int64)
    seen[: 10 * wrong : 10] = 1
    losses = np.where(seen == 1, 2.0, 0.1)

    found = score(labels, seen, losses, np.repeat(np.arange(40), 10), 2).log_loss

    assert np.isfinite(found.low) == is_given


def test_a_mean_loss_is_never_below_nothing() -> None:
    """Losses are not negative, so neither is the lower end."""
    seen = np.ones(9, np.int64)
    losses = np.array([0.7, 0.7, 0.8, 0.7, 0.7, 0.7, 9.0, 0.8, 30.0])

    found = score(np.zeros(9, np.int64), seen, losses, np.arange(9), 2).log_loss

    assert found.low == 0


def test_sure_and_right_is_no_proof_of_a_small_brier_score() -> None:
    """All right in 5 lots: the distances are small and alike, and say nothing of a sixth."""
    p = np.tile([0.99, 0.01], (100, 1))

    found = calibration(p, np.zeros(100, np.int64), np.repeat(np.arange(5), 20)).brier

    assert found.high > 0.9


@pytest.mark.parametrize(
    ("figure", "expected"),
    [
        pytest.param(Score(0.5, 0.25, 0.75), "0.500 [0.250, 0.750]", id="known"),
        pytest.param(Score(0.5), "0.500 [unknown]", id="unknown"),
    ],
)
def test_a_figure_prints_its_interval(figure: Score, expected: str) -> None:
    """Three decimals each."""
    assert str(figure) == expected

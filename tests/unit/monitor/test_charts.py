"""Charts of shares and charts with a memory: examples of textbooks, and by hand."""

from __future__ import annotations

import math
from datetime import UTC, datetime

import numpy as np
import pytest

from glassline.errors import InputError, ShapeError
from glassline.monitor import Limits, cusum, ewma, p_chart, p_prime_chart
from glassline.monitor.attribute import p_prime_limits
from glassline.monitor.change import changed_at
from glassline.monitor.limits import of_values

CANS = np.array(  # of 50 cans of orange juice each, how many leaked
    [
        *(12, 15, 8, 10, 4, 7, 16, 9, 14, 10, 5, 6, 17, 12, 22),
        *(8, 10, 5, 13, 11, 20, 18, 24, 15, 9, 12, 7, 13, 9, 6),
    ]
)
SHIFTED = np.array(  # twenty points around 10, then ten around 11
    [
        *(9.45, 7.99, 9.29, 11.66, 12.16, 10.18, 8.04, 11.46, 9.20, 10.34),
        *(9.03, 11.47, 10.51, 9.40, 10.08, 9.37, 10.62, 10.31, 8.52, 10.84),
        *(10.90, 9.33, 12.29, 11.50, 10.60, 11.08, 10.38, 11.62, 11.31, 10.52),
    ]
)
TEN = Limits(10.0, 1.0, 20)


def test_the_p_chart_of_the_orange_juice() -> None:
    """Montgomery (2013), table 7.1: 0.2313, limits 0.0524 and 0.4102, samples 15 and 23."""
    chart = p_chart(CANS, np.full(30, 50))

    assert chart.limits.centre == 347 / 1500
    assert (round(chart.lower[0], 4), round(chart.upper[0], 4)) == (0.0524, 0.4102)
    assert np.flatnonzero(chart.is_out).tolist() == [14, 22]


def test_limits_are_as_wide_as_each_stretch_asks() -> None:
    """Four times the parts, half the width; never below 0 nor above 1."""
    chart = p_chart(np.array([5, 20, 1]), np.array([50, 200, 1]))

    p = 26 / 251
    wide = 3 * math.sqrt(p * (1 - p))
    np.testing.assert_allclose(
        chart.upper, [p + wide / math.sqrt(50), p + wide / math.sqrt(200), 1.0]
    )
    assert chart.lower[2] == 0.0


def test_laney_widens_by_the_moving_range_of_z() -> None:
    """Shares 0.08, 0.12, 0.09, 0.11 of 1,000 parts: z moves by 0.04, 0.03, 0.02 / s."""
    sizes = np.full(4, 1000)
    one = math.sqrt(0.1 * 0.9 / 1000)

    chart = p_prime_chart(np.array([80, 120, 90, 110]), sizes)

    sigma_z = (0.04 + 0.03 + 0.02) / 3 / one / (2 / math.sqrt(math.pi))
    assert chart.limits.spread == pytest.approx(sigma_z, rel=1e-12)
    np.testing.assert_allclose(chart.upper, 0.1 + 3 * sigma_z * one, rtol=1e-12)


def test_a_busy_line_is_out_of_the_binomial_and_within_laney(
    rng: np.random.Generator,
) -> None:
    """100,000 parts a point, whose rate itself moves by a fifth: nothing special."""
    sizes = np.full(60, 100_000)
    counts = rng.binomial(sizes, rng.normal(0.05, 0.01, 60).clip(0.01, 0.2))

    assert p_chart(counts, sizes).is_out.mean() > 0.7
    assert p_prime_chart(counts, sizes).is_out.mean() < 0.05


def test_laney_is_the_p_chart_where_the_binomial_holds(
    rng: np.random.Generator,
) -> None:
    """sigma_z is about 1 there; so it was never a wrong choice."""
    sizes = rng.integers(50, 500, 2000)

    limits = p_prime_limits(rng.binomial(sizes, 0.1), sizes)

    assert limits.spread == pytest.approx(1.0, abs=0.04)


@pytest.mark.parametrize("count", [0, 50])
def test_a_line_where_all_parts_do_has_limits_of_no_width(count: int) -> None:
    """Nothing says that it varies more than chance."""
    chart = p_prime_chart(np.full(3, count), np.full(3, 50))

    assert chart.limits.spread == 1.0
    assert not chart.is_out.any()


def test_frozen_limits_do_not_follow_the_points() -> None:
    """A line that got worse is held against what it was."""
    was = Limits(0.02, 1.0, 25, datetime(2026, 11, 29, 8, tzinfo=UTC), "A. Chen")

    chart = p_prime_chart(np.array([9, 8]), np.array([100, 100]), was)

    assert chart.is_out.tolist() == [True, True]
    assert p_chart(np.array([9, 8]), np.array([100, 100])).is_out.any() == np.False_


def test_the_cusum_of_montgomery() -> None:
    """Table 9.2: 5.28 at period 29 is the first beyond 5; above 0 since period 23."""
    chart = cusum(SHIFTED, TEN)

    assert chart.high.round(2)[[3, 4, 22, 27, 28, 29]].tolist() == [
        *(1.16, 2.82, 1.79, 4.47, 5.28, 5.30)
    ]
    assert chart.low.round(2)[[0, 1, 2, 6]].tolist() == [0.05, 1.56, 1.77, 1.46]
    assert (int(np.argmax(chart.is_out)), chart.since(28)) == (28, 22)


def test_the_ewma_of_montgomery() -> None:
    """Table 9.10, weight 0.1 and reach 2.7; limits 10.27, 10.36, ... 10.62."""
    chart = ewma(SHIFTED, TEN)

    assert chart.smooth.round(4)[[0, 1, 2, 3, 29]].tolist() == [
        *(9.945, 9.7495, 9.7036, 9.8992, 10.6341)
    ]
    assert chart.upper.round(2)[[0, 1, 29]].tolist() == [10.27, 10.36, 10.62]
    assert chart.lower.round(2)[0] == 9.73


def test_an_ewma_of_weight_one_is_shewhart() -> None:
    """Each point for itself, limits of one width."""
    chart = ewma(SHIFTED, TEN, weight=1.0, reach=3.0)

    np.testing.assert_allclose(chart.smooth, SHIFTED)
    assert set(chart.upper.tolist()) == {13.0}


def test_both_charts_are_odd(rng: np.random.Generator) -> None:
    """Points mirrored at the centre give the mirrored chart."""
    values = rng.normal(size=200)
    limits = Limits(0.0, 1.0, 20)

    up, down = cusum(values, limits), cusum(-values, limits)

    np.testing.assert_array_equal(up.high, down.low)
    np.testing.assert_array_equal(
        ewma(values, limits).smooth, -ewma(-values, limits).smooth
    )


@pytest.mark.parametrize(
    ("shift", "points"), [(0.0, 465.0), (1.0, 10.4)], ids=["in control", "one spread"]
)
def test_how_long_a_cusum_waits(
    shift: float, points: float, rng: np.random.Generator
) -> None:
    """Average run lengths of Montgomery's table 9.3, from 300 lines each."""
    lines = rng.normal(shift, 1.0, (300, 6 * int(points)))

    runs = [
        int(np.argmax(out)) + 1 if out.any() else len(out)
        for out in (cusum(line, Limits(0.0, 1.0, 20)).is_out for line in lines)
    ]

    assert np.mean(runs) == pytest.approx(points, rel=0.12)


def test_provisional_limits_are_of_the_moving_range() -> None:
    """Ranges 2 and 4 of 1, 3, -1."""
    limits = of_values(np.array([1.0, 3.0, -1.0]))

    assert (limits.centre, limits.points, limits.frozen_at) == (1.0, 3, None)
    assert limits.spread == pytest.approx(3 * math.sqrt(math.pi) / 2)


def test_limits_of_points_that_are_alike_can_be_drawn() -> None:
    """The spread is above 0, and any other value far out."""
    limits = of_values(np.full(5, 0.1))

    assert limits.standardised(np.array([0.1, 0.2]))[1] > 1e10


def test_limits_come_back_from_the_ledger() -> None:
    """Person, date and every bit."""
    limits = Limits(0.1, 1 / 3, 25, datetime(2026, 11, 29, 8, 30, tzinfo=UTC), "A")

    assert Limits.from_json(limits.as_json()) == limits
    assert Limits.from_json(Limits(0.1, 1.0, 3).as_json()) == Limits(0.1, 1.0, 3)


def test_the_likeliest_change_is_the_step() -> None:
    """Twenty points at 10, then ten at 11: period 21 to 24, as (m - t) v^2 says."""
    found = changed_at(SHIFTED, 10.0)

    tried = [(30 - t) * (SHIFTED[t:].mean() - 10) ** 2 for t in range(30)]
    assert found == int(np.argmax(tried)) == 22


def test_the_change_of_a_clean_step_is_found_exactly() -> None:
    """In either direction, at the first and at the last point."""
    assert changed_at(np.array([0.0, 0.0, -2.0, -2.0]), 0.0) == 2
    assert changed_at(np.array([5.0, 5.0]), 0.0) == 0
    assert changed_at(np.array([0.0, 0.0, 9.0]), 0.0) == 2


@pytest.mark.parametrize(
    ("counts", "sizes", "error", "message"),
    [
        ([1], [1, 2], ShapeError, r"^chart: expected counts and sizes of shape "
         r"\(g >= 1,\), got \(1,\) and \(2,\)\.$"),
        ([], [], ShapeError, r"^chart: expected counts and sizes of shape \(g >= 1,\), "
         r"got \(0,\) and \(0,\)\.$"),
        ([1, 3], [2, 2], InputError, r"^counts\[1\]: expected 0 to n of at least 1 part, "
         r"got 3 of 2\.$"),
        ([0], [0], InputError, r"^counts\[0\]: expected 0 to n of at least 1 part, got 0 "
         r"of 0\.$"),
        ([1], [2], InputError, r"^p': expected at least two points to tell sigma_z from, "
         r"got 1\.$"),
    ],
    ids=["shapes", "nothing", "more than all", "no part", "one point"],
)  # fmt: skip
def test_what_is_no_chart_is_refused(
    counts: list[int], sizes: list[int], error: type[Exception], message: str
) -> None:
    """By name and place."""
    with pytest.raises(error, match=message):
        p_prime_chart(np.array(counts, np.int64), np.array(sizes, np.int64))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Limits(0.0, 0.0, 2), r"^limits: expected a finite centre and a spread "
         r"above 0, got 0\.0 and 0\.0\.$"),
        (lambda: Limits(0.0, 1.0, 2, datetime(2026, 1, 1, tzinfo=UTC)), r"^limits: expected "
         r"a date and time with its zone and a person, got datetime\.datetime\(2026, 1, 1, "
         r"0, 0, tzinfo=datetime\.timezone\.utc\) and ''\.$"),
        (lambda: of_values(np.array([1.0])), r"^limits: expected at least two finite "
         r"values, got \[1\.0\]\.$"),
        (lambda: ewma(SHIFTED, TEN, weight=0.0), r"^ewma: expected a weight in \(0, 1\] "
         r"and a reach above 0, got 0\.0 and 2\.7\.$"),
        (lambda: cusum(SHIFTED, TEN, decision=0.0), r"^cusum: expected a slack >= 0 and a "
         r"decision above 0, got 0\.5 and 0\.0\.$"),
        (lambda: cusum(np.array([np.nan]), TEN), r"^values: expected a row of finite "
         r"numbers\.$"),
        (lambda: changed_at(np.array([]), 0.0), r"^values: expected a row of at least one "
         r"finite number\.$"),
    ],
    ids=["spread", "person", "few", "weight", "decision", "nan", "no point"],
)  # fmt: skip
def test_numbers_out_of_range_are_refused(make: object, message: str) -> None:
    """Whole messages."""
    with pytest.raises(InputError, match=message):
        make()  # type: ignore[operator]

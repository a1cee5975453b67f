"""From a reading to x and back: centre, spread, logarithm, clip."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from glassline.errors import InputError, ShapeError
from glassline.features import Scale
from glassline.features.scale import CLIP, HARD, SOFT


def _readings(logs: list[float]) -> np.ndarray:
    """Readings whose logarithms log(1 + r) are these, one feature."""
    return np.expm1(np.array(logs))[:, None]


def test_the_scale_of_five_good_parts_by_hand() -> None:
    """Median 3, deviations 2 1 0 1 6, of which the median is 1."""
    scale = Scale.fit(_readings([1, 2, 3, 4, 9]))

    assert scale.center == pytest.approx((3.0,))
    assert scale.spread == pytest.approx((1.4826,))


def test_bad_parts_do_not_move_the_scale() -> None:
    """Only the good ones count where there are any."""
    good = np.array([True, True, True, False, False])

    scale = Scale.fit(_readings([1, 2, 3, 50, 60]), good)

    assert scale.center == pytest.approx((2.0,))
    assert scale.spread == pytest.approx((1.4826,))


def test_without_a_good_part_all_parts_count() -> None:
    """A fold without good parts has the scale of all of them."""
    readings = _readings([1, 2, 3, 4, 9])

    assert Scale.fit(readings, np.zeros(5, dtype=np.bool_)) == Scale.fit(readings)


@pytest.mark.parametrize(
    ("logs", "good", "spread"),
    [
        pytest.param(
            [2, 2, 2, 6], [1, 1, 1, 1], math.sqrt(3), id="most good parts alike"
        ),
        pytest.param([2, 2, 4, 4], [1, 1, 0, 0], 1.0, id="all good parts alike"),
        pytest.param([2, 2, 2, 2], [1, 1, 1, 1], 1.0, id="all parts alike"),
    ],
)
def test_a_reading_that_does_not_vary_falls_back(
    logs: list[float], good: list[int], spread: float
) -> None:
    """Standard deviation of the good parts, then of all parts, then 1."""
    scale = Scale.fit(_readings(logs), np.array(good, dtype=np.bool_))

    assert scale.spread == pytest.approx((spread,))


def test_x_is_clipped_on_both_sides() -> None:
    """A reading a hundred spreads away stands at the clip."""
    scale = Scale(center=(0.0,), spread=(0.01,))

    assert_array_equal(scale.x(np.array([[1e9], [-1e9]])), [[CLIP], [-CLIP]])


@pytest.mark.parametrize(
    ("u", "x"),
    [
        pytest.param(-9.0, -4.0, id="evener than the good parts"),
        pytest.param(-4.0, -4.0, id="low end"),
        pytest.param(3.5, 3.5, id="within"),
        pytest.param(4.0, 4.0, id="clip"),
        pytest.param(12.0, 5.0, id="8 beyond it, an eighth each"),
        pytest.param(36.0, 8.0, id="far"),
        pytest.param(1e6, 8.0, id="beyond far"),
    ],
)
def test_a_soft_end_by_hand(u: float, x: float) -> None:
    """Beyond the clip of 4 x = 4 + (u - 4) / 8, up to twice the clip."""
    scale = Scale((1.0,), (0.5,), slope=0.125)

    assert (scale.far, scale.top) == (36.0, 8.0)
    got = scale.x(scale.reading_at(np.array([min(u, 1000.0)]))[None])
    assert_allclose(got, [[x]], rtol=1e-12)


def test_the_way_back_from_a_soft_end() -> None:
    """Beyond the clip u = 4 + 8 (x - 4): 5 stands for 12, 8 for 36."""
    scale = Scale((0.0,), (1.0,), slope=0.125)

    assert_array_equal(
        scale.before(np.array([-4.0, 0.0, 4.0, 5.0, 8.0])), [-4, 0, 4, 12, 36]
    )
    assert_allclose(scale.reading(np.array([5.0])), np.expm1([12.0]), rtol=1e-12)


def test_a_hard_end_is_told_as_before_there_was_a_soft_one() -> None:
    """Files of older models keep their bytes; a soft end is told whole."""
    soft = Scale.fit(_readings([1, 2, 3, 4, 9]))

    assert list(Scale((0.0,), (1.0,)).as_json()) == ["center", "spread", "clip"]
    assert soft.as_json() == {
        "center": soft.center,
        "spread": soft.spread,
        "clip": 4.0,
        "slope": 0.125,
        "floor": 0.15,
    }


def test_good_parts_that_are_all_but_alike_do_not_collapse_the_scale() -> None:
    """0.15 of the spread of all: median 5, deviations 5, 4.99, 5.01 and 5, 5.01, 4.99."""
    readings = _readings([1, 1.01, 10.99, 11, 11.01, 0.99])
    good = np.array([True, True, False, False, False, True])

    hard, soft = (Scale.fit(readings, good, ends) for ends in (HARD, SOFT))

    assert hard.spread == pytest.approx((1.4826 * 0.01,))
    assert soft.spread == pytest.approx((0.15 * 1.4826 * 5.0,))


def test_the_way_back_inverts_x() -> None:
    """Readings of either sign, small and large, come back."""
    scale = Scale(center=(0.5, -1.0), spread=(2.0, 3.0))
    readings = np.array([[0.0, -3.0], [12.0, 1e-6], [-0.4, 200.0]])

    back = np.array([scale.reading(row) for row in scale.x(readings)])

    assert_allclose(back, readings, rtol=1e-12, atol=1e-12)


def test_x_rises_with_the_reading() -> None:
    """A larger reading never has a smaller x."""
    readings = np.linspace(-50, 50, 401)[:, None]

    x = Scale(center=(1.0,), spread=(0.7,)).x(readings)

    assert (np.diff(x[:, 0]) >= 0).all()


@pytest.mark.parametrize(
    ("center", "spread", "clip", "kind", "message"),
    [
        (
            (0.0,),
            (1.0, 2.0),
            4.0,
            ShapeError,
            "scale.spread: expected 1 numbers to match center, got 2.",
        ),
        (
            (math.nan,),
            (1.0,),
            4.0,
            InputError,
            "scale.center: expected finite numbers.",
        ),
        (
            (0.0,),
            (0.0,),
            4.0,
            InputError,
            "scale.spread: expected above 0, got 0.0.",
        ),
        (
            (0.0,),
            (1.0,),
            math.inf,
            InputError,
            "scale.clip: expected above 0, got inf.",
        ),
    ],
    ids=["lengths", "center", "spread", "clip"],
)
def test_an_impossible_scale_is_refused(
    center: tuple[float, ...],
    spread: tuple[float, ...],
    clip: float,
    kind: type[InputError],
    message: str,
) -> None:
    """The message names the field."""
    with pytest.raises(kind, match=f"^{re.escape(message)}$"):
        Scale(center, spread, clip)


def test_a_reading_that_is_not_finite_is_refused() -> None:
    """The first one is named by row and column."""
    readings = np.array([[1.0, 2.0], [3.0, np.nan], [np.inf, 1.0]])

    with pytest.raises(
        InputError,
        match=r"^readings\[1, 1\]: expected a finite number, got nan\.$",
    ):
        Scale.fit(readings)


@pytest.mark.bad_shape
def test_readings_of_another_shape_are_refused() -> None:
    """No parts, no columns, another number of columns, another number of flags."""
    scale = Scale(center=(0.0,), spread=(1.0,))

    with pytest.raises(
        ShapeError, match=r"^readings: expected shape \(n, d\), got \(3,\)\.$"
    ):
        Scale.fit(np.zeros(3))
    with pytest.raises(ShapeError, match=r"^readings: expected 1 columns, got 2\.$"):
        scale.x(np.zeros((1, 2)))
    with pytest.raises(
        ShapeError, match=r"^good: expected shape \(2,\), got \(3,\)\.$"
    ):
        Scale.fit(np.zeros((2, 1)), np.zeros(3, dtype=np.bool_))

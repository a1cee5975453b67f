"""What holds for every scale, and for every photo that is measured."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_allclose, assert_array_equal
from strategies import images, readings, scales, settings_of_features, x_values

from glassline.features import Area, Line, Mark, Scale, Speck
from glassline.front import Measured

Numbers = np.ndarray


@given(scale=scales(), x=x_values())
def test_readings_that_stand_at_x_are_read_as_x(scale: Scale, x: Numbers) -> None:
    """There and back; the logarithm costs 1e-12 of a spread, more where it is small."""
    inside = np.clip(x, -scale.clip, scale.clip)
    size = 1e-15 * (1 + np.abs(scale.center) / np.array(scale.spread))

    back = scale.x(scale.reading(inside)[None])[0]

    assert (np.abs(back - inside) <= 1e-12 + 1e2 * size).all()


@given(scale=scales(), values=readings())
def test_what_is_not_clipped_is_read_back(scale: Scale, values: Numbers) -> None:
    """Readings to x before its clip and back, however far off they are."""
    back = scale.reading_at(scale.unclipped(values[None])[0])

    size = np.abs(scale.center) + np.log1p(np.abs(values)) + np.array(scale.spread)
    curved = [np.sign(each) * np.log1p(np.abs(each)) for each in (back, values)]
    assert (np.abs(curved[0] - curved[1]) <= 1e-14 * size).all()


@given(scale=scales(), values=readings(), more=st.floats(0, 1e6))
def test_a_larger_reading_never_has_a_smaller_x(
    scale: Scale, values: Numbers, more: float
) -> None:
    """And no x is beyond the clip."""
    low, high = scale.x(np.array([values, values + more]))

    assert (low <= high).all()
    assert (np.abs([low, high]) <= scale.clip).all()


@given(
    table=arrays(
        np.float64,
        (7, 4),
        elements=st.sampled_from([0.0, 3.0, 1e9, -1e9]) | st.floats(-9, 9),
    ),
    good=arrays(np.bool_, 7),
)
def test_any_good_parts_make_a_scale(table: Numbers, good: Numbers) -> None:
    """One part, all alike, none at all: spreads stay above 0, the median stands at 0."""
    scale = Scale.fit(table, good)
    chosen = table[good] if good.any() else table

    spread = np.array(scale.spread)
    assert ((spread > 0) & np.isfinite(spread)).all()
    curved = np.sign(chosen) * np.log1p(np.abs(chosen))
    assert_allclose(scale.center, np.median(curved, axis=0), rtol=1e-15)


@settings(max_examples=30)
@given(photo=images(), table=settings_of_features)
def test_every_photo_can_be_measured(
    photo: Numbers, table: dict[str, dict[str, object]]
) -> None:
    """Finite readings, maps from 0 up, and the same bits a second time."""
    front = Measured(table)
    image = (photo / 255).astype(np.float32)

    first, second = front.read(image), front.read(image)

    assert np.isfinite(first.values).all()
    assert (first.maps >= 0).all()
    assert_array_equal(first.values, second.values)
    assert_array_equal(first.maps, second.maps)


@settings(max_examples=30)
@given(photo=images())
def test_marks_lie_on_the_photo(photo: Numbers) -> None:
    """What is pointed at is there to be looked at."""
    located = Measured().locate((photo / 255).astype(np.float32))
    height, width = photo.shape

    places = np.array(
        [each for marks in located.values() for mark in marks for each in extent(mark)]
    ).reshape(-1, 2)
    assert (places >= 0).all()
    assert (places <= [height + 1e-9, width + 1e-9]).all()


def extent(mark: Mark) -> list[tuple[float, float]]:
    """The ends of a mark as row and column."""
    match mark:
        case Line(points=points):
            return list(points)
        case Speck(row=row, column=column):
            return [(row, column)]
        case Area():
            return [(mark.top, mark.left), (mark.bottom, mark.right)]

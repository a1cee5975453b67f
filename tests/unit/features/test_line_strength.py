"""A line is long and thin; what is not moves it little."""

from __future__ import annotations

import math
import re

import cv2
import numpy as np
import pytest
from numpy.testing import assert_allclose

from glassline.arrays import Image
from glassline.errors import RecipeError
from glassline.features import Surface
from glassline.features.line_strength import LineStrength, measure

SIDE = 128
WHOLE = LineStrength(width_px=4, extent="whole")


def _noise(rng: np.random.Generator, scale: float = 0.01) -> Image:
    return np.asarray(0.5 + rng.normal(0, scale, (SIDE, SIDE)), np.float32)


def _with_line(image: Image, contrast: float, length: int = 80) -> Image:
    drawn = image.copy()
    drawn[62:65, 24 : 24 + length] += np.float32(contrast)
    return drawn


def _reading(image: Image, settings: LineStrength | None = None) -> float:
    return measure(Surface(image), settings or LineStrength())[0]


def test_a_plain_surface_has_no_line() -> None:
    """The lower end of the scale."""
    assert _reading(np.full((64, 64), 0.5, np.float32)) == 0


def test_the_reading_grows_with_contrast(rng: np.random.Generator) -> None:
    """The one change it should see."""
    image = _noise(rng)

    readings = [_reading(_with_line(image, c)) for c in (0, 0.02, 0.05, 0.1, 0.2)]

    assert readings == sorted(readings)
    assert readings[-1] > 3 * readings[0]


def test_a_longer_line_reads_more_than_a_short_one(rng: np.random.Generator) -> None:
    """Half of the length asked for is not a line."""
    image = _noise(rng)

    short = _reading(_with_line(image, 0.1, length=12))

    assert _reading(_with_line(image, 0.1, length=80)) > 1.5 * short


def test_a_speck_of_the_same_contrast_reads_less_than_half(
    rng: np.random.Generator,
) -> None:
    """Both ways from a point a line goes on; a speck does not."""
    image = _noise(rng)
    speck = image.copy()
    speck[60:66, 60:66] += np.float32(0.2)

    line = _reading(_with_line(image, 0.2)) - _reading(image)

    assert _reading(speck) - _reading(image) < 0.5 * line


@pytest.mark.parametrize(
    "twin",
    [
        pytest.param(lambda image: image[::-1], id="flipped"),
        pytest.param(lambda image: image[:, ::-1], id="mirrored"),
        pytest.param(lambda image: image.T, id="transposed"),
        pytest.param(np.rot90, id="turned"),
    ],
)
def test_a_turned_photo_reads_the_same(
    rng: np.random.Generator,
    twin: object,
) -> None:
    """Sides of whole cells: nothing but the direction changes."""
    image = _with_line(_noise(rng), 0.1)
    turned = np.ascontiguousarray(twin(image))  # type: ignore[operator]

    assert_allclose(
        [_reading(turned), _reading(turned, WHOLE)],
        [_reading(image), _reading(image, WHOLE)],
        rtol=1e-5,
    )


def test_the_lamp_s_brightness_does_not_count(rng: np.random.Generator) -> None:
    """Light added to all pixels, and contrast in units of its own noise."""
    image = _with_line(_noise(rng), 0.1)

    brighter = np.asarray(image + np.float32(0.2), np.float32)

    assert_allclose(_reading(brighter), _reading(image), rtol=1e-3)


@pytest.mark.parametrize(("polarity", "contrast"), [("bright", 0.1), ("dark", -0.1)])
def test_polarity_says_which_lines_count(
    rng: np.random.Generator, polarity: str, contrast: float
) -> None:
    """The other kind is read by its flanks alone, less than half as strong."""
    image = _noise(rng)
    settings = LineStrength(polarity=polarity)  # type: ignore[arg-type]

    own = _reading(_with_line(image, contrast), settings)
    other = _reading(_with_line(image, -contrast), settings)

    assert own > 2 * other


def test_either_polarity_sees_both(rng: np.random.Generator) -> None:
    """As strong as the one that looks for it."""
    image = _with_line(_noise(rng), -0.1)

    assert_allclose(
        _reading(image), _reading(image, LineStrength(polarity="dark")), rtol=1e-6
    )


def test_the_map_shows_where_the_line_is(rng: np.random.Generator) -> None:
    """A cell of 4 x 4 px on the line."""
    _, shown = measure(Surface(_with_line(_noise(rng), 0.2)), LineStrength())

    row, column = np.unravel_index(shown.argmax(), shown.shape)
    assert 15 <= row <= 16
    assert 6 <= column <= 26


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"width_px": 2.0}, "width_px: expected a number in [3, 32], got 2.0."),
        ({"length_px": 300.0}, "length_px: expected a number in [8, 256], got 300.0."),
        (
            {"width_px": 17.0, "extent": "whole"},
            "width_px: expected a number in [3, 16], got 17.0.",
        ),
    ],
)
def test_settings_out_of_range_are_refused(
    settings: dict[str, float], message: str
) -> None:
    """Where, what was expected, what came."""
    with pytest.raises(RecipeError, match=f"^{re.escape(message)}$"):
        LineStrength(**settings)  # type: ignore[arg-type]


def test_a_whole_line_reads_as_long_as_it_is(rng: np.random.Generator) -> None:
    """Each further stretch of 20 px adds the same: no longer line is saturated."""
    image = _noise(rng)

    readings = [
        _reading(_with_line(image, 0.1, length), WHOLE) for length in (20, 40, 60, 80)
    ]

    assert_allclose(np.diff(readings), (8 - 3) * 20, rtol=0.15)


def test_a_whole_line_reads_more_the_clearer_it_is(rng: np.random.Generator) -> None:
    """Up to eight times the noise, which no cell exceeds."""
    image = _noise(rng)

    readings = [_reading(_with_line(image, c), WHOLE) for c in (0.01, 0.02, 0.03, 0.04)]

    assert readings == sorted(readings)
    assert readings[-1] > 4 * readings[0]


def test_a_whole_line_goes_on_beyond_a_gap(rng: np.random.Generator) -> None:
    """Of 80 px the middle 8 are missing: two parts of 36 px and what the gap costs."""
    image = _noise(rng)
    broken = _with_line(image, 0.1)
    broken[62:65, 60:68] = image[62:65, 60:68]

    reading = _reading(broken, WHOLE)

    part = _reading(_with_line(image, 0.1, length=36), WHOLE)
    assert reading > 1.6 * part


def test_noise_alone_is_no_longer_line_on_a_larger_photo(
    rng: np.random.Generator,
) -> None:
    """Thirty-six times the area, and less than three times the reading."""
    small, large = (
        np.asarray(0.5 + rng.normal(0, 0.02, (side, side)), np.float32)
        for side in (128, 768)
    )

    readings = [_reading(image, WHOLE) for image in (small, large)]

    assert 0 < readings[1] < 3 * readings[0] < 60


def test_a_speck_is_no_whole_line(rng: np.random.Generator) -> None:
    """However bright: it and its flanks are short, and count for eight times at most."""
    image = _noise(rng)
    speck = image.copy()
    speck[60:66, 60:66] += np.float32(0.4)

    assert _reading(speck, WHOLE) < 0.4 * _reading(_with_line(image, 0.1), WHOLE)


def test_a_whole_line_may_be_twice_as_wide(rng: np.random.Generator) -> None:
    """Eight pixels, where four were asked for: read as if eight had been."""
    image = _noise(rng, 0.02)
    image[60:68, 24:104] += np.float32(0.05)

    narrow = LineStrength("bright", 4, extent="whole")
    wide = LineStrength("bright", 8, extent="whole")

    assert_allclose(_reading(image, narrow), _reading(image, wide), rtol=0.1)


def test_a_plain_surface_has_no_whole_line() -> None:
    """The lower end of the scale."""
    assert _reading(np.full((64, 64), 0.5, np.float32), WHOLE) == 0


def test_the_map_of_a_whole_line_shows_what_each_cell_adds(
    rng: np.random.Generator,
) -> None:
    """Along a straight line, where the better row of two counts, they add up to it."""
    reading, shown = measure(Surface(_with_line(_noise(rng), 0.2)), WHOLE)

    assert shown[15:17].max(axis=0).sum() == pytest.approx(reading, rel=0.02)
    assert shown.max() == (8 - 3) * 4


def test_the_unit_says_what_was_added_up() -> None:
    """Contrast of a stretch; contrast times length of a whole line."""
    assert (LineStrength().unit, WHOLE.unit) == ("times the noise", "noise x px")


def test_a_whole_line_aslant_has_the_length_of_its_columns(
    rng: np.random.Generator,
) -> None:
    """At 45 degrees as many steps as columns: 0.7 of a level one as long."""
    level, aslant = (
        np.asarray(0.5 + rng.normal(0, 0.01, (256, 256)), np.float32) for _ in range(2)
    )
    for image, end in ((level, (210, 60)), (aslant, (166, 166))):
        drawn = np.zeros((256, 256), np.float32)
        cv2.line(drawn, (60, 60), end, 1.0, 4, cv2.LINE_AA)
        image += np.float32(0.2) * drawn

    assert _reading(aslant, WHOLE) == pytest.approx(
        _reading(level, WHOLE) * math.sqrt(0.5), rel=0.1
    )

"""A thin line has contrast against both of its sides; an edge and a wide light have not."""

from __future__ import annotations

import re

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from glassline.arrays import Image, View
from glassline.errors import RecipeError
from glassline.features import Line, Surface
from glassline.features.line_strength import LineStrength, measure
from glassline.features.trace import trace_lines
from glassline.features.two_sided import _measured, contrasts, everywhere

SIDE = 96
BOTH = LineStrength(width_px=2, sides="both")
HEADINGS = [
    pytest.param(0, (0, 1), id="right"),
    pytest.param(1, (1, 0), id="down"),
    pytest.param(2, (1, 1), id="down to the right"),
    pytest.param(3, (1, -1), id="down to the left"),
]


def _noise(rng: np.random.Generator) -> Image:
    return np.asarray(0.5 + rng.normal(0, 0.01, (SIDE, SIDE)), np.float32)


def _reading(image: Image) -> float:
    return measure(Surface(image), BOTH)[0]


def _drawn(step_rc: tuple[int, int], contrast: float) -> Image:
    """A line of one pixel through the middle of an even surface."""
    image = np.full((SIDE, SIDE), 0.5, np.float32)
    place = np.arange(-20, 20)
    image[48 + step_rc[0] * place, 48 + step_rc[1] * place] += np.float32(contrast)
    return image


@pytest.mark.parametrize("contrast", [0.1, -0.1], ids=["bright", "dark"])
@pytest.mark.parametrize(("heading", "step_rc"), HEADINGS)
def test_the_contrast_of_a_line_is_that_of_its_own_heading(
    heading: int, step_rc: tuple[int, int], contrast: float
) -> None:
    """0.1 of white, before the noise; of other headings four pixels hold one of the line."""
    found, _ = _measured(Surface(_drawn(step_rc, contrast)), "either", 2)

    middle = [float(plane[11:13, 11:13].max()) for plane in found]
    assert int(np.argmax(middle)) == heading
    assert_allclose(middle[heading], 0.1, rtol=1e-5)


@pytest.mark.parametrize(("polarity", "other"), [("dark", 0.1), ("bright", -0.1)])
def test_a_line_of_the_other_kind_has_no_contrast(polarity: str, other: float) -> None:
    """Beside a bright line one side is as the surface, the other the line."""
    found = contrasts(Surface(_drawn((0, 1), other)), polarity, 2)

    assert_array_equal(found[0], np.zeros((24, 24)))


def test_an_edge_and_a_wide_light_have_none() -> None:
    """A step of half of white, and a band of 40 px: both sides of no point differ alike."""
    image = np.full((SIDE, SIDE), 0.25, np.float32)
    image[:, 30:70] = 0.75

    assert _reading(image) == 0
    assert measure(Surface(image), LineStrength())[0] > 10


def test_the_contrast_is_what_pixels_say_one_by_one(rng: np.random.Generator) -> None:
    """Lines that run right, cell by cell in plain Python, over one another's noise."""
    image = _noise(rng)[:16, :16]
    means = image.astype(np.float64).reshape(16, 4, 4).mean(axis=2)
    mirrored = np.pad(means, ((2, 2), (0, 0)), mode="reflect")
    dark = np.minimum(mirrored[:-4], mirrored[4:]) - means
    expected = np.maximum(dark.reshape(4, 4, 4).max(axis=1), 0)

    found = contrasts(Surface(image), "dark", 2)[0]

    over = expected[expected > 0] / found[expected > 0]
    assert_array_equal(found > 0, expected > 0)
    assert_allclose(over, over[0], rtol=1e-4)  # 16 px have one noise around


def test_a_wide_photo_is_read_in_strips_that_do_not_show(
    rng: np.random.Generator,
) -> None:
    """Its left part, of one strip alone, to the last bit; where the cut is far."""
    image = rng.random((90, 8200), dtype=np.float32)

    found, _ = _measured(Surface(image), "either", 16)

    alone, _ = _measured(Surface(image[:, :400]), "either", 16)
    assert_array_equal(
        [each[:, :90] for each in found], [each[:, :90] for each in alone]
    )


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_a_turned_photo_reads_nearly_the_same(
    rng: np.random.Generator, turns: int
) -> None:
    """Sides of whole cells; lines aslant begin a pixel from the middle of theirs."""
    image = _noise(rng)
    image[40, 10:80] += np.float32(0.05)
    turned = np.ascontiguousarray(np.rot90(image, turns))

    assert_allclose(_reading(turned), _reading(image), rtol=0.1)


def test_a_thin_faint_line_beside_a_light_is_the_line_that_is_traced(
    rng: np.random.Generator,
) -> None:
    """Its ends within 6 px, darker, below 4 px wide; not the border of the light."""
    image = _noise(rng)
    image[:, 70:] += np.float32(0.4)
    image[30, 8:60] -= np.float32(0.06)

    (line, *_) = trace_lines(Surface(image), BOTH)

    ends = sorted((line.points[0], line.points[-1]), key=lambda point: point[1])
    assert isinstance(line, Line)
    assert_allclose(ends, [(30, 8), (30, 59)], atol=6)
    assert line.contrast < 0
    assert line.width_px < 4


def test_what_is_left_out_of_a_photo_drives_nothing(rng: np.random.Generator) -> None:
    """A line on pixels that do not count, at cells and at pixels."""
    image, keep = _noise(rng), np.ones((SIDE, SIDE), np.bool_)
    image[20, :] += np.float32(0.5)
    keep[12:28] = False
    surface = Surface(View(image, keep))

    assert_array_equal(contrasts(surface, "either", 2)[0][3:7], np.zeros((4, 24)))
    assert_array_equal(everywhere(surface, "either", 2)[0][12:28], np.zeros((16, SIDE)))


@pytest.mark.parametrize("size_hw", [(1, 1), (1, 50), (3, 7), (5, 5), (17, 66)])
def test_photos_of_any_size_are_read(
    rng: np.random.Generator, size_hw: tuple[int, int]
) -> None:
    """As many cells as every other map has, all finite."""
    surface = Surface(rng.random(size_hw, dtype=np.float32))

    reading, shown = measure(surface, LineStrength(width_px=16, sides="both"))

    assert shown.shape == surface.cells_hw
    assert np.isfinite([reading, float(shown.max())]).all()


def test_whole_lines_against_both_sides_are_refused() -> None:
    """A declared pair that does not exist."""
    message = (
        'sides: expected "curve" for whole lines, got "both": against both sides a '
        "stretch is looked for."
    )

    with pytest.raises(RecipeError, match=f"^{re.escape(message)}$"):
        LineStrength(sides="both", extent="whole")

"""A trace begins and ends where the scratch does, as long and as wide as it is."""

from __future__ import annotations

import math

import cv2
import numpy as np
import pytest
from numpy.testing import assert_allclose

from glassline.arrays import Image
from glassline.features import Line, Surface
from glassline.features.line_strength import LineStrength, measure
from glassline.features.profile import full_width
from glassline.features.trace import trace_lines
from glassline.synthetic import SURFACES, Doses, render
from glassline.synthetic import Surface as Material

FINE = 4  # drawn in so many steps a pixel, then averaged


def _drawn(
    rng: np.random.Generator,
    *corners_rc: tuple[float, float],
    size_hw: tuple[int, int] = (160, 200),
    width_px: float = 3.0,
    contrast: float = 0.3,
) -> Image:
    """A noisy surface with a line of sharp ends through these corners."""
    fine = np.zeros([side * FINE for side in size_hw], np.float32)
    corners = np.array([[(c + 0.5) * FINE, (r + 0.5) * FINE] for r, c in corners_rc])
    thickness = round(width_px * FINE)
    cv2.polylines(fine, [corners.round().astype(np.int32)], False, 1.0, thickness)
    line = cv2.resize(fine, size_hw[::-1], interpolation=cv2.INTER_AREA)
    noise = rng.normal(0, 0.01, size_hw)
    return np.asarray(0.5 * (1 + contrast * line) + noise, np.float32)


def _trace(image: Image, settings: LineStrength | None = None) -> Line:
    return trace_lines(Surface(image), settings or LineStrength())[0]


def _along(line: Line) -> tuple[np.ndarray, np.ndarray]:
    """Rows and columns of the pixels along a trace, evenly."""
    points = np.array(line.points)
    passed = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
    even = np.linspace(0, passed[-1], 200)
    rows, columns = (np.interp(even, passed, points[:, axis]) for axis in (0, 1))
    return np.rint(rows).astype(int), np.rint(columns).astype(int)


def _off_px(line: Line, *ends_rc: tuple[float, float]) -> float:
    """Largest distance of the two ends from these, in the better order."""
    found = np.array([line.points[0], line.points[-1]])
    orders = (np.array(ends_rc), np.array(ends_rc[::-1]))
    return min(float(np.hypot(*(found - order).T).max()) for order in orders)


@pytest.mark.parametrize("contrast", [0.3, -0.3], ids=["bright", "dark"])
@pytest.mark.parametrize(
    "ends",
    [
        pytest.param(((80, 40), (80, 150)), id="level"),
        pytest.param(((30, 100), (130, 100)), id="upright"),
        pytest.param(((40, 50), (120, 130)), id="down"),
        pytest.param(((130, 60), (60, 130)), id="up"),
        pytest.param(((30, 60), (130, 110)), id="steep"),
    ],
)
def test_ends_length_width_and_contrast_are_those_drawn(
    rng: np.random.Generator,
    ends: tuple[tuple[float, float], tuple[float, float]],
    contrast: float,
) -> None:
    """Ends within 5 px, length within 8 %, width and contrast within 30 %."""
    line = _trace(_drawn(rng, *ends, contrast=contrast))

    assert _off_px(line, *ends) < 5
    assert_allclose(line.length_px, math.dist(*ends), rtol=0.08)
    assert_allclose(line.width_px, 3.0, rtol=0.3)
    assert_allclose(line.contrast, contrast, rtol=0.3)


@pytest.mark.parametrize("width_px", [2.0, 4.0, 6.0, 9.0])
def test_the_width_is_measured_and_not_that_of_the_settings(
    rng: np.random.Generator, width_px: float
) -> None:
    """Looking for 6 px, lines of 2 to 9 px are told apart."""
    line = _trace(_drawn(rng, (80, 40), (90, 150), width_px=width_px))

    assert_allclose(line.width_px, width_px, atol=1.0)


def test_a_bent_line_is_followed(rng: np.random.Generator) -> None:
    """The corner of the line is on the trace."""
    corners = ((40, 30), (80, 100), (60, 170))

    line = _trace(_drawn(rng, *corners))

    length = math.dist(*corners[:2]) + math.dist(*corners[1:])
    assert _off_px(line, corners[0], corners[-1]) < 5
    assert_allclose(line.length_px, length, rtol=0.08)
    assert min(math.dist(point, corners[1]) for point in line.points) < 5


def test_a_short_gap_is_crossed_and_a_long_one_is_not(
    rng: np.random.Generator,
) -> None:
    """Settings of 32 px let a trace cross 8 px, never 60."""
    line = _drawn(rng, (80, 20), (80, 180))
    plain = _drawn(rng, (80, 20), (80, 180), contrast=0.0)

    lengths = []
    for gap in (8, 60):
        broken = line.copy()
        broken[:, 100 - gap // 2 : 100 + gap // 2] = plain[
            :, 100 - gap // 2 : 100 + gap // 2
        ]
        lengths.append(_trace(broken).length_px)

    assert_allclose(lengths, [160, 50], rtol=0.1)


def test_every_clear_line_is_traced_and_the_strongest_comes_first(
    rng: np.random.Generator,
) -> None:
    """Two scratches on one part are two lines."""
    image = _drawn(rng, (40, 30), (40, 170), contrast=0.3)
    image = image + _drawn(rng, (120, 30), (110, 170), contrast=0.4) - 0.5

    lines = trace_lines(Surface(image), LineStrength())

    assert [round(line.points[0][0], -1) for line in lines] == [120, 40]
    assert lines[0].strength > lines[1].strength


@pytest.mark.parametrize("kind", SURFACES)
@pytest.mark.parametrize("seed", range(4))
def test_rendered_scratches_are_traced(kind: str, seed: int) -> None:
    """Every material, every direction: against the truth of the renderer.

    A rendered scratch fades over an eighth of its length at either end; the part
    of at least half of its contrast is 88 % of it.
    """
    rng = np.random.default_rng(seed)  # noqa: TID251  one scratch a seed
    image, truth = render(Material.typical(kind), Doses(scratch=0.7), rng=rng)

    line = _trace(np.asarray(image / 255, np.float32))

    scratch = truth.scratch
    on_it = scratch.profile(image.shape) > 0.1
    assert on_it[_along(line)].mean() > 0.85
    assert_allclose(line.length_px, 0.88 * scratch.length_px, rtol=0.15)
    assert_allclose(line.width_px, scratch.width_px, rtol=0.3)
    assert (line.contrast > 0) == scratch.is_bright
    fade = scratch.length_px / 8
    ends = scratch.start_xy[::-1], scratch.end_xy[::-1]
    assert _off_px(line, *ends) < fade + 4


@pytest.mark.parametrize(
    "twin",
    [
        pytest.param((np.fliplr, lambda r, c: (r, 199 - c)), id="mirrored"),
        pytest.param((np.flipud, lambda r, c: (159 - r, c)), id="upside down"),
        pytest.param((np.rot90, lambda r, c: (199 - c, r)), id="turned"),
    ],
)
def test_twins_give_twin_traces(rng: np.random.Generator, twin: tuple) -> None:
    """The trace turns with the photo."""
    turn, place = twin
    image = _drawn(rng, (40, 50), (110, 140))

    line, turned = _trace(image), _trace(np.ascontiguousarray(turn(image)))

    assert _off_px(turned, place(*line.points[0]), place(*line.points[-1])) < 3
    assert_allclose(turned.length_px, line.length_px, rtol=0.03)
    assert_allclose(turned.width_px, line.width_px, rtol=0.1)


def test_an_80_px_crop_is_traced_to_its_border(rng: np.random.Generator) -> None:
    """A scratch that leaves the crop ends at the border."""
    line = _trace(_drawn(rng, (30, -20), (50, 110), size_hw=(80, 80)))

    assert sorted(round(point[1]) for point in line.points)[0] <= 2
    assert sorted(round(point[1]) for point in line.points)[-1] >= 77


@pytest.mark.slow
def test_a_photo_of_5_megapixels_is_traced(rng: np.random.Generator) -> None:
    """The same scratch in a photo of 4000 x 1250 px."""
    ends = ((400, 1500), (1100, 2600))

    line = _trace(_drawn(rng, *ends, size_hw=(1250, 4000)))

    assert _off_px(line, *ends) < 5
    assert_allclose(line.length_px, math.dist(*ends), rtol=0.03)


@pytest.mark.parametrize("size_hw", [(1, 1), (1, 40), (15, 400), (64, 64)])
def test_a_constant_or_tiny_photo_has_no_line(size_hw: tuple[int, int]) -> None:
    """No evidence, and no fault."""
    assert trace_lines(Surface(np.full(size_hw, 0.5, np.float32)), LineStrength()) == ()


def test_a_peak_that_never_falls_is_as_wide_as_what_was_looked_at() -> None:
    """The end of the samples is the end of the width; a pit has none."""
    places = np.arange(-2.0, 2.5, 0.5)

    assert full_width(np.ones(9), places, 1.0) == (0.0, 4.0, 1.0)
    assert full_width(-np.ones(9), places, 1.0) == (0.0, 0.0, 0.0)


def test_a_whole_line_is_traced_from_end_to_end(rng: np.random.Generator) -> None:
    """The line that the reading added up, with the reading as its strength."""
    image = _drawn(rng, (40, 30), (110, 170))
    settings = LineStrength("bright", 4, extent="whole")

    line = _trace(image, settings)

    assert _off_px(line, (40, 30), (110, 170)) < 5
    assert line.strength == pytest.approx(measure(Surface(image), settings)[0])


def test_a_long_faint_line_comes_before_a_short_clear_one(
    rng: np.random.Generator,
) -> None:
    """By what it adds up to; a stretch alone takes the clear one first."""
    long = _drawn(rng, (120, 20), (130, 180), contrast=0.08) - np.float32(0.5)
    image = long + _drawn(rng, (30, 60), (30, 92), contrast=0.3)

    whole = _trace(image, LineStrength("bright", 4, extent="whole"))
    stretch = _trace(image, LineStrength("bright", 4))

    assert _off_px(whole, (120, 20), (130, 180)) < 8
    assert _off_px(stretch, (30, 60), (30, 92)) < 8


def test_a_wide_line_is_traced_at_its_own_width(rng: np.random.Generator) -> None:
    """Eight pixels, where four to eight were looked for."""
    image = _drawn(rng, (40, 30), (110, 170), width_px=8)

    line = _trace(image, LineStrength("bright", 4, extent="whole"))

    assert line.width_px == pytest.approx(8, rel=0.3)
    assert _off_px(line, (40, 30), (110, 170)) < 8


def test_where_no_whole_line_is_read_none_is_drawn() -> None:
    """Noise in which nothing stands out: its strongest stretch was traced once."""
    noise = np.random.default_rng(2).normal(0, 0.02, (64, 64))  # noqa: TID251
    surface = Surface(np.asarray(0.5 + noise, np.float32))
    settings = LineStrength("dark", extent="whole")

    assert measure(surface, settings)[0] == 0
    assert trace_lines(surface, settings) == ()

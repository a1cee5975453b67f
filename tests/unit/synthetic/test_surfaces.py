"""Clean surfaces: brightness, texture, lamp, refusals."""

from __future__ import annotations

import re

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from glassline.errors import InputError
from glassline.synthetic.surfaces import (
    SURFACES,
    Surface,
    clean_surface,
    lamp,
    soft_noise,
)

SIZE_HW = (120, 160)


def _seeded(seed: int) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(seed))


@pytest.mark.parametrize("kind", SURFACES)
def test_the_mean_brightness_is_the_level(kind: str, rng: np.random.Generator) -> None:
    """Texture and lamp move light about; they add none."""
    light = clean_surface(Surface(kind, level=0.4), SIZE_HW, rng)

    assert light.dtype == np.float32
    assert_allclose(light.mean(), 0.4, rtol=0.02)


@pytest.mark.parametrize("kind", SURFACES)
def test_without_roughness_and_lamp_a_surface_is_even(
    kind: str, rng: np.random.Generator
) -> None:
    """Roughness 0 under an even lamp is one grey."""
    light = clean_surface(Surface(kind, roughness=0.0, lamp=0.0), SIZE_HW, rng)

    assert_array_equal(light, np.full(SIZE_HW, 0.5, dtype=np.float32))


@pytest.mark.parametrize("kind", SURFACES)
def test_twice_the_roughness_is_twice_the_texture(kind: str) -> None:
    """Roughness is a factor on the relative texture."""
    once = clean_surface(Surface(kind, lamp=0.0, level=0.5), SIZE_HW, _seeded(3))
    twice = clean_surface(
        Surface(kind, roughness=2.0, lamp=0.0, level=0.5), SIZE_HW, _seeded(3)
    )

    assert_allclose(twice - 0.5, 2 * (once - 0.5), atol=1e-6)


def test_glass_is_smoother_than_every_other_surface() -> None:
    """The kinds differ in what an inspector sees first."""
    spreads = {
        kind: float(clean_surface(Surface(kind, lamp=0.0), SIZE_HW, _seeded(1)).std())
        for kind in SURFACES
    }

    assert min(spreads, key=lambda kind: spreads[kind]) == "glossy_glass"


def test_a_fit_of_second_order_takes_the_lamp_away() -> None:
    """What a reading fits away must not come back as glare."""
    light = lamp(Surface(lamp=0.5, lamp_deg=35.0), SIZE_HW).astype(np.float64)
    y, x = np.mgrid[-1:1:120j, -1:1:160j]
    terms = np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=-1)

    fitted, *_ = np.linalg.lstsq(terms.reshape(-1, 6), light.ravel(), rcond=None)

    assert_allclose(terms @ fitted, light, atol=1e-6)


@pytest.mark.parametrize(
    ("degrees", "bright", "dark"),
    [
        pytest.param(0.0, (60, -1), (60, 0), id="lamp on the right"),
        pytest.param(90.0, (-1, 80), (0, 80), id="lamp below"),
        pytest.param(180.0, (60, 0), (60, -1), id="lamp on the left"),
    ],
)
def test_the_side_towards_the_lamp_is_brighter(
    degrees: float, bright: tuple[int, int], dark: tuple[int, int]
) -> None:
    """Degrees run from the x axis towards the y axis, which points down."""
    light = lamp(Surface(lamp=0.3, lamp_deg=degrees), SIZE_HW)

    assert_allclose(light[bright], 1 + 0.3 * (1 - 0.25 * 2 / 3), rtol=1e-5)
    assert_allclose(light[dark], 1 - 0.3 * (1 + 0.25 * 2 / 3), rtol=1e-5)


@pytest.mark.parametrize(
    ("degrees", "along", "across"),
    [pytest.param(0.0, 1, 0, id="along rows"), pytest.param(90.0, 0, 1, id="upright")],
)
def test_brush_strokes_run_in_their_direction(
    degrees: float, along: int, across: int, rng: np.random.Generator
) -> None:
    """Neighbours along a stroke are more alike than neighbours across it."""
    surface = Surface("brushed_metal", lamp=0.0, direction_deg=degrees)

    light = clean_surface(surface, SIZE_HW, rng)

    assert np.diff(light, axis=along).std() < 0.6 * np.diff(light, axis=across).std()


def test_a_half_turn_leaves_the_strokes_as_they_are() -> None:
    """A direction has no front: 180 degrees is the same surface, bit for bit."""
    first = clean_surface(Surface(direction_deg=0.0), SIZE_HW, _seeded(5))
    second = clean_surface(Surface(direction_deg=180.0), SIZE_HW, _seeded(5))

    assert_array_equal(first, second)


def test_a_turned_surface_has_no_empty_corner(rng: np.random.Generator) -> None:
    """The turned texture covers the photo: no corner is flat."""
    light = clean_surface(Surface(lamp=0.0, direction_deg=30.0), SIZE_HW, rng)

    corners = [light[y : y + 9, x : x + 9].std() for y in (0, 111) for x in (0, 151)]
    assert min(corners) > 0.003


def test_a_typical_surface_has_its_own_brightness() -> None:
    """Glass is darker than metal."""
    assert (
        Surface.typical("glossy_glass").level < Surface.typical("brushed_metal").level
    )


def test_soft_noise_changes_slowly_along_a_long_cell(rng: np.random.Generator) -> None:
    """A cell of 1 x 40 pixels makes streaks along the rows."""
    noise = soft_noise(SIZE_HW, (1.0, 40.0), rng)

    assert noise.shape == SIZE_HW
    assert np.diff(noise, axis=1).std() < 0.1 * np.diff(noise, axis=0).std()


@pytest.mark.parametrize(
    ("values", "message"),
    [
        pytest.param(
            {"kind": "wood"},
            "surface.kind: expected one of brushed_metal, matte_paint, glossy_glass, "
            "moulded_plastic, got 'wood'.",
            id="kind",
        ),
        pytest.param(
            {"roughness": -1.0},
            "surface.roughness: expected a number in [0, 5], got -1.0.",
            id="roughness",
        ),
        pytest.param(
            {"level": 0.01},
            "surface.level: expected a number in [0.05, 0.95], got 0.01.",
            id="level",
        ),
        pytest.param(
            {"lamp": float("nan")},
            "surface.lamp: expected a number in [0, 0.5], got nan.",
            id="lamp",
        ),
        pytest.param(
            {"lamp_deg": float("inf")},
            "surface.lamp_deg: expected a finite number, got inf.",
            id="lamp direction",
        ),
        pytest.param(
            {"direction_deg": float("nan")},
            "surface.direction_deg: expected a finite number, got nan.",
            id="direction",
        ),
    ],
)
def test_a_surface_that_can_not_be_is_refused(
    values: dict[str, object], message: str
) -> None:
    """Each limit names its field, the range and what it got."""
    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        Surface(**values)  # type: ignore[arg-type]

"""The camera varies as it says, and the photo itself is left alone."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from glassline.arrays import Image
from glassline.image.disturbances import (
    DISTURBANCES,
    KINDS,
    SHIFTS_XY,
    Disturbance,
    Window,
    undisturbed,
)


def named(name: str) -> list[Disturbance]:
    """Every disturbance of one name."""
    return [each for each in DISTURBANCES if each.name == name]


def seen(name: str, image: Image, rng: np.random.Generator) -> Window:
    """The photo as the first disturbance of a name leaves it."""
    return named(name)[0].apply(image, rng)


def _label(each: Disturbance) -> str:
    return f"{each.name}-{DISTURBANCES.index(each)}"


@pytest.fixture
def photo(rng: np.random.Generator) -> Image:
    """A grey photo with detail at every scale, which nobody may write to."""
    image = (0.2 + 0.6 * rng.random((40, 56))).astype(np.float32)
    image.setflags(write=False)
    return image


def test_kinds_are_those_of_the_disturbances_in_order() -> None:
    """What a study can leave out is what there is."""
    assert tuple(dict.fromkeys(each.kind for each in DISTURBANCES)) == KINDS


def test_the_undisturbed_window_lacks_three_pixels_at_each_side() -> None:
    """By counting."""
    image = np.arange(8 * 9, dtype=np.float32).reshape(8, 9)

    assert undisturbed(image).tolist() == [[30, 31, 32], [39, 40, 41]]


@pytest.mark.parametrize("each", DISTURBANCES, ids=_label)
def test_every_window_has_the_size_of_the_undisturbed_one(
    each: Disturbance, photo: Image, rng: np.random.Generator
) -> None:
    """Turned or not, float32, and within black and white but for a filter's ringing."""
    window = each.apply(photo, rng)

    assert sorted(window.shape) == [34, 50]
    assert window.dtype == np.float32
    assert window.min() > -0.1
    assert window.max() < 1.1


@pytest.mark.parametrize("each", DISTURBANCES, ids=_label)
def test_every_disturbance_but_noise_changes_nothing_random(
    each: Disturbance, photo: Image, rng: np.random.Generator
) -> None:
    """The same draws give the same bits."""
    first = each.apply(photo, np.random.Generator(np.random.PCG64(3)))
    again = each.apply(photo, np.random.Generator(np.random.PCG64(3)))

    assert_array_equal(first, again)


@pytest.mark.parametrize(
    ("number", "dx_px", "dy_px"),
    [
        (number, int(dx), int(dy))
        for number, (dx, dy) in enumerate(SHIFTS_XY)
        if dx == int(dx) and dy == int(dy)
    ],
)
def test_a_whole_shift_moves_a_speck_by_so_many_pixels(
    rng: np.random.Generator, number: int, dx_px: int, dy_px: int
) -> None:
    """A camera that moves right sees the speck further left."""
    image = np.full((24, 24), 0.5, dtype=np.float32)
    image[12, 10] = 1.0

    window = named("shift")[number].apply(image, rng)

    assert np.argwhere(window == 1.0).tolist() == [[12 - 3 - dy_px, 10 - 3 - dx_px]]


@pytest.mark.parametrize(
    ("number", "dx_px", "dy_px"),
    [(4, 0.5, 0.0), (5, -0.25, 0.5)],
)
def test_a_shift_by_part_of_a_pixel_reads_the_wave_between_its_pixels(
    rng: np.random.Generator, number: int, dx_px: float, dy_px: float
) -> None:
    """A wave of 16 px, known everywhere, to 0.2 % of white."""

    def wave(rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        turn = 2 * math.pi / 16
        return 0.5 + 0.2 * np.sin(turn * rows) + 0.2 * np.cos(turn * columns)

    rows, columns = np.mgrid[0:40, 0:48].astype(np.float64)

    window = named("shift")[number].apply(wave(rows, columns).astype(np.float32), rng)

    expected = wave(rows + dy_px, columns + dx_px)[3:-3, 3:-3]
    assert SHIFTS_XY[number] == (dx_px, dy_px)
    assert_allclose(window, expected, atol=0.002)


def test_turns_and_mirrors_by_hand(rng: np.random.Generator) -> None:
    """All five ways in which a sheet of 2 x 3 can lie differently."""
    image = np.zeros((8, 9), dtype=np.float32)
    image[3:5, 3:6] = [[1, 2, 3], [4, 5, 6]]

    found = [each.apply(image, rng).tolist() for each in named("turn")]

    assert found == [
        [[3, 6], [2, 5], [1, 4]],
        [[6, 5, 4], [3, 2, 1]],
        [[4, 1], [5, 2], [6, 3]],
        [[3, 2, 1], [6, 5, 4]],
        [[4, 5, 6], [1, 2, 3]],
    ]


@pytest.mark.parametrize(
    ("name", "grey", "expected"),
    [
        pytest.param("exposure_down", 0.5, 0.475, id="less"),
        pytest.param("exposure_up", 0.5, 0.525, id="more"),
        pytest.param("exposure_up", 0.99, 1.0, id="white-is-white"),
        pytest.param("exposure_down", 0.0, 0.0, id="black-is-black"),
    ],
)
def test_exposure_is_a_factor_on_the_light(
    rng: np.random.Generator, name: str, grey: float, expected: float
) -> None:
    """Five per cent up or down, clipped at white."""
    window = seen(name, np.full((16, 16), grey, dtype=np.float32), rng)

    assert_allclose(window, np.full((10, 10), expected), rtol=1e-6)


def test_defocus_is_a_gaussian_of_half_a_pixel(rng: np.random.Generator) -> None:
    """One bright pixel becomes the product of two bells; no light is lost."""
    image = np.zeros((20, 20), dtype=np.float32)
    image[10, 10] = 1.0

    window = seen("defocus", image, rng)

    total = 1 + 2 * math.exp(-2) + 2 * math.exp(-8) + 2 * math.exp(-18)
    assert_allclose(window[7, 7], 1 / total**2, rtol=1e-6)
    assert_allclose(window[7, 8], math.exp(-2) / total**2, rtol=1e-6)
    assert_allclose(window.sum(), 1.0, rtol=1e-6)


@pytest.mark.parametrize("grey", [0.1, 0.5, 0.9])
def test_noise_is_read_noise_and_shot_noise(
    rng: np.random.Generator, grey: float
) -> None:
    """Its variance is 0.003^2 + grey / 12,000; 40,000 draws know it to 1 %."""
    window = seen("noise", np.full((206, 206), grey, dtype=np.float32), rng)

    assert_allclose(window.std(), math.sqrt(0.003**2 + grey / 12_000), rtol=0.015)
    assert_allclose(window.mean(), grey, atol=2e-4)


@pytest.mark.parametrize("grey", [0.0, 1.0], ids=["black", "white"])
def test_noise_stays_between_black_and_white(
    rng: np.random.Generator, grey: float
) -> None:
    """A sensor has no numbers beyond."""
    window = seen("noise", np.full((32, 32), grey, dtype=np.float32), rng)

    assert 0 <= window.min() < window.max() <= 1


def test_a_lower_jpeg_quality_changes_the_photo_more(
    photo: Image, rng: np.random.Generator
) -> None:
    """95 less than 85 less than 75, all in whole grey levels."""
    errors = []
    for quality in (95, 85, 75):
        window = seen(f"jpeg_{quality}", photo, rng)
        errors.append(float(np.abs(window - undisturbed(photo)).mean()))

    levels = seen("jpeg_75", photo, rng) * 255
    assert 0 < errors[0] < errors[1] < errors[2]
    assert_allclose(levels, np.rint(levels), atol=1e-4)


@pytest.mark.parametrize("name", ["shift", "turn", "defocus", "jpeg_95", "jpeg_75"])
def test_an_even_grey_stays_what_it_is(rng: np.random.Generator, name: str) -> None:
    """Neither filters nor codes may change the brightness of 120 of 255."""
    image = np.full((24, 30), 120 / 255, dtype=np.float32)

    found = [each.apply(image, rng) for each in named(name)]

    assert_allclose(np.concatenate([w.ravel() for w in found]), 120 / 255, rtol=1e-6)

"""A scratch: form, place, dose."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from glassline.synthetic.scratch import SCRATCH_CONTRAST, Scratch

SIZE_HW = (60, 100)
LEVEL = Scratch((20.0, 30.0), (80.0, 30.0), width_px=4.0)


def _even(grey: float = 0.5) -> np.ndarray:
    return np.full(SIZE_HW, grey, dtype=np.float32)


def test_a_straight_scratch_has_full_depth_on_its_line() -> None:
    """In the middle the share is 1; at half the width it is one half."""
    profile = LEVEL.profile(SIZE_HW)

    assert_allclose(profile[30, 50], 1, rtol=1e-6)
    assert_allclose(profile[[28, 32], 50], 0.5, rtol=1e-4)


def test_a_scratch_ends_where_it_says() -> None:
    """It tapers to nothing within two hundredths of its length past its ends."""
    profile = LEVEL.profile(SIZE_HW)

    assert_array_equal(profile[:, :19], 0)
    assert_array_equal(profile[:, 82:], 0)
    assert profile[30, 22] > 0


def test_a_bowed_scratch_passes_over_its_middle_by_the_bow() -> None:
    """A bow of 0.1 on 60 pixels is an arc 6 pixels high."""
    bowed = Scratch((20.0, 30.0), (80.0, 30.0), width_px=2.0, bow=0.1)

    profile = bowed.profile(SIZE_HW)

    assert int(np.argmax(profile[:, 50])) == 36


def test_a_scratch_that_wanders_leaves_its_line_there() -> None:
    """Three pixels aside in the middle, none at the ends."""
    wandering = Scratch((20.0, 30.0), (80.0, 30.0), wander_px=(0.0, 3.0, 0.0))

    profile = wandering.profile(SIZE_HW)

    assert int(np.argmax(profile[:, 50])) == 33


def test_depths_follow_the_scratch_from_start_to_end() -> None:
    """Half as deep in the middle as at a quarter."""
    uneven = Scratch((20.0, 30.0), (80.0, 30.0), depths=(1.0, 1.0, 0.5, 1.0, 1.0))

    profile = uneven.profile(SIZE_HW)

    assert_allclose(profile[30, [35, 50]], [1, 0.5], atol=0.02)


def test_a_scratch_read_backwards_is_the_same_scratch() -> None:
    """Start and end may be swapped."""
    swapped = Scratch(LEVEL.end_xy, LEVEL.start_xy, width_px=4.0)

    assert_allclose(swapped.profile(SIZE_HW), LEVEL.profile(SIZE_HW), atol=0.02)


def test_the_mirrored_scratch_lies_on_the_mirrored_photo() -> None:
    """Mirroring the ends mirrors the pixels."""
    slanted = Scratch((10.0, 10.0), (70.0, 45.0))
    mirrored = Scratch((89.0, 10.0), (29.0, 45.0))

    assert_allclose(
        mirrored.profile(SIZE_HW), slanted.profile(SIZE_HW)[:, ::-1], atol=1e-3
    )


@pytest.mark.parametrize(
    ("is_bright", "sign"), [pytest.param(True, 1, id="bright"), (False, -1)]
)
@pytest.mark.parametrize("dose", [0.5, 1.0, 2.0])
def test_the_dose_is_the_contrast(is_bright: bool, sign: int, dose: float) -> None:
    """On the line the light changes by the dose times 30 per cent."""
    scratch = Scratch((20.0, 30.0), (80.0, 30.0), is_bright=is_bright)

    light = scratch.apply(_even(), dose)

    expected = 0.5 * (1 + sign * SCRATCH_CONTRAST * dose)
    assert_allclose(light[30, 50], expected, rtol=1e-5)


def test_without_a_dose_the_light_keeps_its_bits(rng: np.random.Generator) -> None:
    """Dose 0 changes nothing."""
    light = rng.random(SIZE_HW, dtype=np.float32)

    assert_array_equal(LEVEL.apply(light, 0.0), light)


def test_a_dark_scratch_can_not_be_darker_than_black() -> None:
    """The largest dose ends at 0."""
    dark = Scratch((20.0, 30.0), (80.0, 30.0), is_bright=False)

    assert dark.apply(_even(), 10.0).min() == 0


def test_a_scratch_beside_the_photo_is_not_on_it() -> None:
    """Nothing is drawn, and nothing fails."""
    beside = Scratch((200.0, 300.0), (260.0, 300.0))

    assert_array_equal(beside.profile(SIZE_HW), 0)


def test_a_scratch_of_no_length_is_nothing() -> None:
    """Equal ends make no scratch and no division by zero."""
    point = Scratch((50.0, 30.0), (50.0, 30.0))

    assert np.isfinite(point.profile(SIZE_HW)).all()


def test_a_drawn_scratch_lies_inside_the_photo(rng: np.random.Generator) -> None:
    """Of 200 scratches none touches the rim, and lengths keep to their range."""
    drawn = [Scratch.draw((120, 160), rng) for _ in range(200)]
    ends = np.array([[each.start_xy, each.end_xy] for each in drawn])
    lengths = np.array([each.length_px for each in drawn])

    assert (ends >= 3).all()
    assert (ends <= [156, 116]).all()
    assert 0.4 * 120 <= lengths.min() < lengths.max() <= 0.65 * 120


def test_drawn_scratches_are_of_both_kinds_and_all_directions(
    rng: np.random.Generator,
) -> None:
    """About three of five are bright; angles fill the half circle."""
    drawn = [Scratch.draw((120, 160), rng) for _ in range(300)]
    ends = np.array([[each.start_xy, each.end_xy] for each in drawn])
    steps = ends[:, 1] - ends[:, 0]
    angles = np.degrees(np.arctan2(steps[:, 1], steps[:, 0])) % 180

    assert 0.5 < np.mean([each.is_bright for each in drawn]) < 0.7
    assert (np.histogram(angles, bins=6, range=(0, 180))[0] > 25).all()

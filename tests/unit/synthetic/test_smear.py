"""A smear: form, residue, dose."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from glassline.synthetic.smear import SMEAR_CONTRAST, VEIL, Smear

SIZE_HW = (120, 160)
ROUND = Smear((80.0, 60.0), (40.0, 40.0), residue_seed=7)


def _even(grey: float = 0.5) -> np.ndarray:
    return np.full(SIZE_HW, grey, dtype=np.float32)


def test_the_mask_is_one_inside_and_zero_outside() -> None:
    """One up to half the radius, zero from the radius on."""
    mask = ROUND.mask(SIZE_HW)

    assert_array_equal(mask[60, 62:99], 1)
    assert_array_equal(mask[60, :40], 0)
    assert_array_equal(mask[60, 121:], 0)


def test_an_ellipse_lies_in_its_direction() -> None:
    """Turned by 90 degrees the patch is higher than wide."""
    upright = Smear((80.0, 60.0), (50.0, 25.0), direction_deg=90.0)

    mask = upright.mask(SIZE_HW) > 0.5

    assert mask.any(axis=1).sum() > 1.5 * mask.any(axis=0).sum()


def test_the_rim_swells_where_the_outline_says() -> None:
    """A swell on one side moves the rim out on that side alone."""
    swollen = replace(ROUND, outline=(0.5, 0.0, 0.0, 0.0))  # at 0 degrees: the right

    mask = swollen.mask(SIZE_HW)

    assert mask[60, 125] > 0
    assert_array_equal(mask[60, :40], 0)


def test_the_dose_is_the_deviation_of_the_fine_texture() -> None:
    """Inside the patch the relative change has the stated spread and darkening."""
    change = ROUND.apply(_even(), 1.0)[50:70, 65:95] / 0.5 - 1

    assert_allclose(change.std(), SMEAR_CONTRAST, rtol=0.1)
    assert_allclose(change.mean(), -VEIL * SMEAR_CONTRAST, rtol=0.2)


@pytest.mark.parametrize("is_fingerprint", [False, True])
def test_the_change_grows_in_proportion_to_the_dose(is_fingerprint: bool) -> None:
    """Twice the dose is twice the change, pixel by pixel."""
    smear = replace(ROUND, is_fingerprint=is_fingerprint)

    once, twice = smear.apply(_even(), 0.5) - 0.5, smear.apply(_even(), 1.0) - 0.5

    assert_allclose(twice, 2 * once, atol=1e-6)


def test_nothing_changes_outside_the_mask(rng: np.random.Generator) -> None:
    """Beside the patch the light keeps its bits."""
    light = rng.random(SIZE_HW, dtype=np.float32)

    soiled = ROUND.apply(light, 2.0)

    outside = ROUND.mask(SIZE_HW) == 0
    assert_array_equal(soiled[outside], light[outside])


def test_without_a_dose_the_light_keeps_its_bits(rng: np.random.Generator) -> None:
    """Dose 0 changes nothing."""
    light = rng.random(SIZE_HW, dtype=np.float32)

    assert_array_equal(ROUND.apply(light, 0.0), light)


def test_applying_a_smear_leaves_its_input_alone() -> None:
    """The light given is not written to."""
    light = _even()

    ROUND.apply(light, 2.0)

    assert_array_equal(light, _even())


def test_the_residue_is_fine() -> None:
    """Averaged over 9 x 9 pixels less is left of it than the ninth of white noise."""
    change = ROUND.apply(_even(), 1.0)[45:75, 60:100]

    coarse = cv2.blur(change, (9, 9))[5:-5, 5:-5]

    assert coarse.std() < 0.08 * change.std()


def test_a_fingerprint_has_ridges() -> None:
    """Its strongest frequency is one ridge in about six pixels; a smear's is finer."""
    smear = replace(ROUND, is_fingerprint=True)

    change = smear.apply(_even(), 1.0)[44:76, 64:96]
    power = np.abs(np.fft.fft2(change - change.mean())) ** 2
    frequency = np.hypot(*np.meshgrid(np.fft.fftfreq(32), np.fft.fftfreq(32)))

    assert 0.12 < frequency.ravel()[np.argmax(power)] < 0.22


@pytest.mark.parametrize(
    "centre_xy",
    [
        pytest.param((0.0, 0.0), id="over the corner"),
        pytest.param((159.0, 119.0), id="over the far corner"),
        pytest.param((-500.0, 60.0), id="far outside"),
        pytest.param((900.0, 900.0), id="far outside on the other side"),
    ],
)
def test_a_smear_may_leave_the_photo(centre_xy: tuple[float, float]) -> None:
    """What lies outside is cut off."""
    smear = replace(ROUND, centre_xy=centre_xy)

    soiled = smear.apply(_even(), 1.0)

    assert soiled.shape == SIZE_HW
    assert_array_equal(soiled[smear.mask(SIZE_HW) == 0], np.float32(0.5))


def test_a_smear_brings_its_residue_with_it_when_it_moves() -> None:
    """Moved by whole pixels, the same patch lies elsewhere."""
    moved = replace(ROUND, centre_xy=(85.0, 63.0))

    here = ROUND.apply(_even(), 1.0)[20:100, 40:120]
    there = moved.apply(_even(), 1.0)[23:103, 45:125]

    assert_allclose(there, here, atol=1e-5)


def test_fingerprints_come_as_often_as_asked(rng: np.random.Generator) -> None:
    """A share of 0 gives none, of 1 only fingerprints."""
    none = [Smear.draw(SIZE_HW, rng).is_fingerprint for _ in range(20)]
    all_of_them = [
        Smear.draw(SIZE_HW, rng, fingerprint_share=1.0).is_fingerprint
        for _ in range(20)
    ]

    assert not any(none)
    assert all(all_of_them)

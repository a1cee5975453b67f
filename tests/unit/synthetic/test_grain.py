"""Grain: form of a speck, how many, how strong."""

from __future__ import annotations

from copy import deepcopy

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from glassline.synthetic.grain import GRAIN_CONTRAST, GRAIN_DENSITY, Grain

SIZE_HW = (60, 80)


def _specks(*rows: tuple[float, float, float, float]) -> Grain:
    return Grain(np.array(rows, dtype=np.float32), float(len(rows)))


def test_a_speck_is_round() -> None:
    """1 in the middle, e^(-1/2) one radius away in each direction."""
    pattern = _specks((20, 30, 1, -1)).pattern(SIZE_HW, 1.0)

    assert_allclose(pattern[30, 20], -1, rtol=1e-6)
    assert_allclose(pattern[[29, 31, 30, 30], [20, 20, 19, 21]], -np.exp(-0.5))


def test_a_speck_between_pixels_leans_to_the_nearer_one() -> None:
    """Places are not rounded to whole pixels."""
    pattern = _specks((20.3, 30, 1, 1)).pattern(SIZE_HW, 1.0)

    assert_allclose(pattern[30, 20], np.exp(-0.5 * 0.3**2), rtol=1e-5)
    assert_allclose(pattern[30, 21], np.exp(-0.5 * 0.7**2), rtol=1e-5)


def test_specks_that_overlap_add_up() -> None:
    """Two on one place are twice one."""
    one, two = _specks((20, 30, 1, 1)), _specks((20, 30, 1, 1), (20, 30, 1, 1))

    assert_allclose(two.pattern(SIZE_HW, 1.0), 2 * one.pattern(SIZE_HW, 1.0))


@pytest.mark.parametrize("place", [(0, 0), (79, 59), (0, 59), (79, 0)])
def test_a_speck_on_the_rim_is_cut_off(place: tuple[int, int]) -> None:
    """No speck comes back on the other side."""
    pattern = _specks((*place, 1, 1)).pattern(SIZE_HW, 1.0)

    assert_allclose(pattern[place[1], place[0]], 1, rtol=1e-6)
    assert np.count_nonzero(pattern) == 36


@pytest.mark.parametrize(
    ("dose", "strengths"),
    [
        pytest.param(0.0, [0, 0], id="none"),
        pytest.param(0.25, [0.5, 0], id="half a speck"),
        pytest.param(0.75, [1, 0.5], id="one and a half"),
        pytest.param(1.0, [1, 1], id="both"),
    ],
)
def test_specks_come_one_after_the_other(dose: float, strengths: list[float]) -> None:
    """Their number is the dose in units of the nominal count, without a jump."""
    pattern = _specks((20, 30, 1, 1), (60, 30, 1, 1)).pattern(SIZE_HW, dose)

    assert_allclose(pattern[30, [20, 60]], strengths, atol=1e-6)


def test_a_larger_dose_keeps_the_specks_of_a_smaller(rng: np.random.Generator) -> None:
    """With the same seed, more dust is the old dust and some more."""
    few = Grain.draw(SIZE_HW, deepcopy(rng), 0.5)
    many = Grain.draw(SIZE_HW, rng, 2.0)

    assert_array_equal(many.specks[: len(few.specks)], few.specks)


@pytest.mark.parametrize("dose", [0.0, 0.5, 10.0])
def test_enough_specks_are_drawn_for_the_dose(
    dose: float, rng: np.random.Generator
) -> None:
    """None is missing at the end of the row."""
    grain = Grain.draw((240, 320), rng, dose)

    assert_allclose(grain.nominal_count, GRAIN_DENSITY * 240 * 320)
    assert len(grain.specks) >= dose * grain.nominal_count


def test_drawn_specks_keep_to_their_ranges(rng: np.random.Generator) -> None:
    """On the photo, of the stated radius and contrast, three of four dark."""
    specks = Grain.draw((240, 320), rng, 10.0).specks

    assert (specks.min(axis=0) >= [0, 0, 0.9, -1]).all()
    assert (specks.max(axis=0) <= [319, 239, 1.4, 1]).all()
    assert np.abs(specks[:, 3]).min() >= 0.6
    assert_allclose(np.mean(specks[:, 3] < 0), 0.75, atol=0.06)


@pytest.mark.parametrize("dose", [0.5, 1.0, 2.0])
def test_a_larger_dose_makes_stronger_specks(dose: float) -> None:
    """Contrast is 30 per cent at dose 1, and half of that as the dose nears 0."""
    light = _specks((20, 30, 1, -1), (60, 30, 1, -1)).apply(
        np.full(SIZE_HW, 0.5, dtype=np.float32), dose
    )

    assert_allclose(light[30, 20], 0.5 * (1 - GRAIN_CONTRAST * (1 + dose) / 2))


def test_without_a_dose_the_light_keeps_its_bits(rng: np.random.Generator) -> None:
    """Dose 0 changes nothing."""
    light = rng.random(SIZE_HW, dtype=np.float32)

    assert_array_equal(_specks((20, 30, 1, 1)).apply(light, 0.0), light)


def test_specks_are_never_darker_than_black() -> None:
    """The largest dose ends at 0."""
    light = _specks(*[(20, 30, 1, -1)] * 4).apply(np.ones(SIZE_HW, np.float32), 10.0)

    assert light.min() == 0

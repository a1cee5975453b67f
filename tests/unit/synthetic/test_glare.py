"""Glare: form, speed, dose."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from glassline.synthetic.glare import GLARE_CONTRAST, Glare

SIZE_HW = (120, 160)
ONE = Glare(((0.5, 0.5, 0.4, 0.1, 0.0),))


def test_the_middle_of_the_main_band_is_brightest() -> None:
    """One band, level: 1 in the middle, e^(-1/2) at its half width below."""
    pattern = ONE.pattern(SIZE_HW)

    assert_allclose(pattern[60, 80], 1, atol=0.01)
    assert_allclose(pattern[72, 80], np.exp(-0.5), atol=0.02)


def test_an_echo_is_fainter() -> None:
    """The second band has six tenths of the first."""
    echo = Glare((*ONE.bands, (0.5, 0.0, 0.4, 0.1, 0.0)))

    pattern = echo.pattern(SIZE_HW)

    assert_allclose(pattern[0, 80], 0.6, atol=0.03)


def test_a_band_turns_with_its_degrees() -> None:
    """At 90 degrees the band stands upright."""
    upright = Glare(((0.5, 0.5, 0.4, 0.1, 90.0),)).pattern(SIZE_HW)

    assert upright[100, 80] > 0.5 > upright[60, 110]


def test_the_pattern_scales_with_the_photo(rng: np.random.Generator) -> None:
    """Twice the photo is twice the glare: every second pixel is the same."""
    glare = Glare.draw(SIZE_HW, rng)

    large = glare.pattern((240, 320)).reshape(120, 2, 160, 2).mean(axis=(1, 3))

    assert_allclose(glare.pattern(SIZE_HW), large, atol=0.03)


def test_drawn_glare_is_slow(rng: np.random.Generator) -> None:
    """On 120 rows it takes more than ten pixels to rise from nothing to full."""
    patterns = [Glare.draw(SIZE_HW, rng).pattern(SIZE_HW) for _ in range(20)]

    steps = [np.abs(np.diff(each, axis=0)).max() for each in patterns]

    assert max(steps) < 0.1


def test_drawn_glare_is_not_a_lamp(rng: np.random.Generator) -> None:
    """A fit of second order leaves at least a third of its variation."""
    y, x = np.mgrid[-1:1:120j, -1:1:160j]
    terms = np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=-1)
    project = np.linalg.pinv(terms.reshape(-1, 6))
    patterns = [Glare.draw(SIZE_HW, rng).pattern(SIZE_HW) for _ in range(20)]

    left = [
        (each - terms @ (project @ each.ravel())).std() / each.std()
        for each in patterns
    ]

    assert min(left) > 1 / 3


@pytest.mark.parametrize("level", [0.2, 0.6])
@pytest.mark.parametrize("dose", [0.5, 1.0, 3.0])
def test_the_dose_is_the_light_added_at_the_brightest(
    dose: float, level: float
) -> None:
    """Dose 1 adds three tenths of the level."""
    light = ONE.apply(np.zeros(SIZE_HW, dtype=np.float32), dose, level)

    assert_allclose(light.max(), GLARE_CONTRAST * dose * level, rtol=0.01)


def test_glare_takes_no_light_away(rng: np.random.Generator) -> None:
    """A reflection only adds."""
    assert Glare.draw(SIZE_HW, rng).pattern(SIZE_HW).min() >= 0


def test_without_a_dose_the_light_keeps_its_bits(rng: np.random.Generator) -> None:
    """Dose 0 changes nothing."""
    light = rng.random(SIZE_HW, dtype=np.float32)

    assert_array_equal(ONE.apply(light, 0.0, 0.5), light)

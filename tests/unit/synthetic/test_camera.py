"""The camera: rounding, exposure, noise, defocus, JPEG, refusals."""

from __future__ import annotations

import re

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from glassline.errors import InputError
from glassline.synthetic.camera import Camera

PERFECT = Camera(defocus_px=0.0, read_noise=0.0, full_well=0.0)


def _even(grey: float, size_hw: tuple[int, int] = (200, 200)) -> np.ndarray:
    return np.full(size_hw, grey, dtype=np.float32)


def test_a_perfect_camera_only_rounds(rng: np.random.Generator) -> None:
    """Light n / 255 is grey level n; beyond black and white it is clipped."""
    light = np.array([[0, 1 / 255, 100.4 / 255, 100.6 / 255, 1]], dtype=np.float32)
    beyond = np.array([[-0.5, 1.5]], dtype=np.float32)

    assert_array_equal(PERFECT.shoot(light, rng), [[0, 1, 100, 101, 255]])
    assert_array_equal(PERFECT.shoot(beyond, rng), [[0, 255]])


def test_exposure_is_a_factor_on_the_light(rng: np.random.Generator) -> None:
    """Half the exposure is half the grey level."""
    camera = Camera(exposure=0.5, defocus_px=0.0, read_noise=0.0, full_well=0.0)

    assert_array_equal(camera.shoot(_even(200 / 255), rng), 100)


@pytest.mark.parametrize("grey", [0.2, 0.5, 0.8])
def test_noise_has_the_variance_of_the_formula(
    grey: float, rng: np.random.Generator
) -> None:
    """Read noise, shot noise and a rounding step add up in squares."""
    camera = Camera(defocus_px=0.0, read_noise=0.01, full_well=2000.0)

    photo = camera.shoot(_even(grey), rng) / 255

    expected = np.sqrt(0.01**2 + grey / 2000 + 1 / (12 * 255**2))
    assert_allclose(photo.std(), expected, rtol=0.02)  # 40,000 pixels: 0.4 %
    assert_allclose(photo.mean(), grey, atol=4 * expected / 200 + 1 / 510)


def test_a_dark_pixel_has_read_noise_alone(rng: np.random.Generator) -> None:
    """Without light there is no shot noise: negative light counts as none."""
    photo = Camera(defocus_px=0.0, read_noise=0.0).shoot(_even(-1.0), rng)

    assert_array_equal(photo, 0)


def test_defocus_softens_an_edge(rng: np.random.Generator) -> None:
    """A step of one pixel becomes a slope of several, of the same height."""
    light = _even(0.2, (20, 40))
    light[:, 20:] = 0.8
    camera = Camera(defocus_px=2.0, read_noise=0.0, full_well=0.0)

    photo = camera.shoot(light, rng)

    assert_array_equal(photo[:, [0, -1]], [[51, 204]] * 20)
    assert 0 < np.diff(photo[10].astype(int)).max() < 40


def test_jpeg_keeps_size_and_roughly_the_picture(rng: np.random.Generator) -> None:
    """Compressed at 90 a slope is off by a few grey levels at most."""
    light = np.tile(np.linspace(0.2, 0.8, 64, dtype=np.float32), (48, 1))
    camera = Camera(defocus_px=0.0, read_noise=0.0, full_well=0.0, jpeg_quality=90)

    photo = camera.shoot(light, rng)

    assert photo.shape == (48, 64)
    assert_allclose(photo.astype(float), 255 * light, atol=4)


def test_poor_jpeg_loses_noise(rng: np.random.Generator) -> None:
    """Compression really happens: at quality 5 the noise is gone."""
    noisy = Camera(read_noise=0.02).shoot(_even(0.5), rng)
    coarse = Camera(read_noise=0.02, jpeg_quality=5).shoot(_even(0.5), rng)

    assert coarse.std() < 0.5 * noisy.std()


@pytest.mark.parametrize(
    ("values", "message"),
    [
        pytest.param(
            {"exposure": -1.0},
            "camera.exposure: expected a number in [0, 100], got -1.0.",
            id="exposure",
        ),
        pytest.param(
            {"defocus_px": 51.0},
            "camera.defocus_px: expected a number in [0, 50], got 51.0.",
            id="defocus",
        ),
        pytest.param(
            {"read_noise": float("nan")},
            "camera.read_noise: expected a number in [0, 1], got nan.",
            id="read noise",
        ),
        pytest.param(
            {"full_well": -5.0},
            "camera.full_well: expected a number in [0, 1000000000], got -5.0.",
            id="full well",
        ),
        pytest.param(
            {"jpeg_quality": 0},
            "camera.jpeg_quality: expected 1 to 100, or None for no compression, "
            "got 0.",
            id="jpeg",
        ),
    ],
)
def test_a_camera_that_can_not_be_is_refused(
    values: dict[str, float | int], message: str
) -> None:
    """Each limit names its field, the range and what it got."""
    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        Camera(**values)  # type: ignore[arg-type]

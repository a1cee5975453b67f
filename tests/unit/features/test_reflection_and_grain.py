"""Slow brightness beyond the lamp's plane; round specks and nothing long."""

from __future__ import annotations

import re

import numpy as np
import pytest
from numpy.testing import assert_allclose

from glassline.arrays import Image
from glassline.errors import RecipeError
from glassline.features import FEATURES, Surface
from glassline.features.grain_noise import GrainNoise
from glassline.features.grain_noise import measure as measure_grain
from glassline.features.reflection_unevenness import ReflectionUnevenness
from glassline.features.reflection_unevenness import measure as measure_reflection

ROWS, COLUMNS = np.mgrid[0:128, 0:128]


def _reflection(image: Image, settings: ReflectionUnevenness | None = None) -> float:
    return measure_reflection(Surface(image), settings or ReflectionUnevenness())[0]


def _grain(image: Image, settings: GrainNoise | None = None) -> float:
    return measure_grain(Surface(image), settings or GrainNoise())[0]


def _with_specks(image: Image, count: int, contrast: float) -> Image:
    drawn = image.copy()
    for place in range(count):
        row, column = 8 + 16 * (place // 7), 10 + 16 * (place % 7)
        drawn[row : row + 5, column : column + 5] += np.float32(contrast)
    return drawn


def test_the_lamp_s_plane_reads_nothing() -> None:
    """A gradient of any strength and direction, to rounding."""
    image = np.asarray(0.3 + 0.001 * ROWS + 0.002 * COLUMNS, np.float32)

    assert_allclose(_reflection(image), 0, atol=1e-3)


def test_one_bright_field_is_counted_by_hand() -> None:
    """Four fields of 4 x 4, one brighter: its height over the best plane."""
    image = np.full((32, 32), 0.5, np.float32)
    image[:16, :16] = 0.6
    settings = ReflectionUnevenness(fields=4, share=0.0)

    reading = _reflection(image, settings)

    fields = np.full((4, 4), 0.5)
    fields[:2, :2] = 0.6
    rows, columns = np.mgrid[0:4, 0:4]
    plane = np.column_stack([np.ones(16), rows.ravel(), columns.ravel()])
    rest = (
        fields.ravel() - plane @ np.linalg.lstsq(plane, fields.ravel(), rcond=None)[0]
    )
    assert_allclose(reading, 100 * (rest.max() - rest.min()) / fields.mean(), rtol=1e-5)


def test_the_reading_is_the_same_under_a_brighter_lamp() -> None:
    """In per cent of the mean brightness."""
    image = np.asarray(0.4 + 0.05 * np.sin(ROWS / 20) ** 2, np.float32)

    assert_allclose(_reflection(image * np.float32(1.5)), _reflection(image), rtol=1e-4)


def test_the_reading_grows_with_the_glare() -> None:
    """The one change it should see."""
    glare = np.exp(-((ROWS - 64) ** 2 + (COLUMNS - 40) ** 2) / 800)

    readings = [
        _reflection(np.asarray(0.4 + dose * glare, np.float32))
        for dose in (0, 0.02, 0.05, 0.1, 0.3)
    ]

    assert readings == sorted(readings)
    assert readings[-1] > 10


def test_a_thin_line_disappears_in_the_average(rng: np.random.Generator) -> None:
    """Three times the noise of a pixel, an eighth of a field: hardly seen."""
    image = np.asarray(0.5 + rng.normal(0, 0.01, (128, 128)), np.float32)
    scratched = image.copy()
    scratched[64, :] += np.float32(0.03)

    assert _reflection(scratched) < _reflection(image) + 0.6


def test_specks_are_read_and_grow_with_contrast(rng: np.random.Generator) -> None:
    """The one change it should see."""
    image = np.asarray(0.5 + rng.normal(0, 0.01, (128, 128)), np.float32)

    readings = [_grain(_with_specks(image, 30, c)) for c in (0, 0.03, 0.06, 0.12)]

    assert readings == sorted(readings)
    assert readings[-1] > 3 * readings[0]


def test_more_specks_read_more(rng: np.random.Generator) -> None:
    """The mean over all of the surface counts them."""
    image = np.asarray(0.5 + rng.normal(0, 0.01, (128, 128)), np.float32)
    settings = GrainNoise(share=1.0)

    readings = [_grain(_with_specks(image, n, 0.1), settings) for n in (0, 3, 10)]

    assert readings == sorted(readings)


def test_a_line_moves_the_grain_little(rng: np.random.Generator) -> None:
    """A line curves in one direction only."""
    image = np.asarray(0.5 + rng.normal(0, 0.01, (128, 128)), np.float32)
    line = image.copy()
    line[62:66, :] += np.float32(0.12)

    specks = _grain(_with_specks(image, 30, 0.12)) - _grain(image)

    assert _grain(line) - _grain(image) < 0.25 * specks


@pytest.mark.parametrize(("polarity", "contrast"), [("bright", 0.1), ("dark", -0.1)])
def test_polarity_says_which_specks_count(
    rng: np.random.Generator, polarity: str, contrast: float
) -> None:
    """Bright or dark, and not the other."""
    image = np.asarray(0.5 + rng.normal(0, 0.01, (128, 128)), np.float32)
    settings = GrainNoise(polarity=polarity)  # type: ignore[arg-type]

    own = _grain(_with_specks(image, 30, contrast), settings)
    other = _grain(_with_specks(image, 30, -contrast), settings)

    assert own > 1.5 * other


@pytest.mark.parametrize("name", list(FEATURES))
def test_the_grid_is_small_and_begins_with_the_defaults(name: str) -> None:
    """At most twelve candidates a feature: a wide search overfits small sets."""
    feature = FEATURES[name]

    assert len(feature.grid) <= 12
    assert feature.grid[0] == feature.settings()
    assert len(set(feature.grid)) == len(feature.grid)


@pytest.mark.parametrize("name", list(FEATURES))
@pytest.mark.parametrize(
    "image",
    [
        pytest.param(np.zeros((16, 16), np.float32), id="black"),
        pytest.param(np.ones((16, 16), np.float32), id="white"),
        pytest.param(np.full((1, 1), 0.5, np.float32), id="1x1"),
        pytest.param(np.full((3, 200), 0.5, np.float32), id="ribbon"),
        pytest.param((np.indices((40, 40)).sum(0) % 2).astype(np.float32), id="chess"),
    ],
)
def test_every_setting_reads_any_image_finitely(name: str, image: Image) -> None:
    """Black, white, one pixel, a ribbon, a chess board: a number, no warning."""
    feature = FEATURES[name]

    readings = [feature.measure(Surface(image), each)[0] for each in feature.grid]

    assert np.isfinite(readings).all()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: ReflectionUnevenness(fields=2),
            "fields: expected a number in [4, 64], got 2.",
        ),
        (
            lambda: ReflectionUnevenness(share=0.7),
            "share: expected a number in [0, 0.5], got 0.7.",
        ),
        (
            lambda: GrainNoise(width_px=40.0),
            "width_px: expected a number in [3, 32], got 40.0.",
        ),
        (lambda: GrainNoise(share=1.5), "share: expected a number in [0, 1], got 1.5."),
    ],
    ids=["fields", "share", "width", "grain-share"],
)
def test_settings_out_of_range_are_refused(make: object, message: str) -> None:
    """Where, what was expected, what came."""
    with pytest.raises(RecipeError, match=f"^{re.escape(message)}$"):
        make()  # type: ignore[operator]

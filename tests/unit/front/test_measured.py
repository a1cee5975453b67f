"""The measured front: four readings of any photo, never a warning."""

from __future__ import annotations

import copy
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from glassline.arrays import Image, View
from glassline.errors import InputError, RecipeError, ShapeError
from glassline.features.sums import blend
from glassline.front import Measured
from glassline.recipe import FEATURE_NAMES, Recipe


def noisy(rng: np.random.Generator, size_hw: tuple[int, int]) -> Image:
    """Draw an even grey surface with one grey step of camera noise."""
    return (0.5 + rng.normal(0, 1 / 255, size_hw)).astype(np.float32)


@pytest.mark.parametrize(
    "size_hw", [(1, 1), (1, 40), (2, 3), (16, 16), (17, 31), (80, 80), (240, 320)]
)
def test_any_size_gives_four_finite_readings(
    rng: np.random.Generator, size_hw: tuple[int, int]
) -> None:
    """Every photo from one pixel up has four finite readings, none below 0."""
    reading = Measured().read(noisy(rng, size_hw))

    assert reading.values.shape == (4,)
    assert reading.maps.dtype == np.float32
    assert np.isfinite(reading.values).all()
    assert (reading.values >= 0).all()
    assert np.isfinite(reading.maps).all()


@pytest.mark.parametrize("grey", [0.0, 0.5, 1.0], ids=["black", "grey", "white"])
def test_a_constant_photo_reads_zero(grey: float) -> None:
    """A photo of one grey level, even a saturated one, has nothing to read."""
    reading = Measured().read(np.full((48, 64), grey, dtype=np.float32))

    assert reading.values == pytest.approx(0.0, abs=1e-3)


def test_settings_survive_as_plain_data() -> None:
    """What a front was given comes back in full, and builds the same front."""
    front = Measured({"line_strength": {"polarity": "dark"}})

    assert tuple(front.table) == FEATURE_NAMES
    assert front.table["line_strength"]["polarity"] == "dark"
    assert Measured(front.table).table == front.table


def test_an_unknown_feature_is_refused() -> None:
    """A fifth feature is named, with the four that exist."""
    with pytest.raises(
        RecipeError,
        match=r"^features\.colour: expected one of line_strength, texture_change, "
        r"reflection_unevenness, grain_noise, or a feature of an installed package\. "
        r"Install the package that has it, or correct the name\.$",
    ):
        Measured({"colour": {}})


def test_a_setting_of_the_wrong_kind_is_refused() -> None:
    """The message names the feature and the setting."""
    with pytest.raises(
        RecipeError, match=r"^features\.grain_noise: polarity: .*'red'\.$"
    ):
        Measured({"grain_noise": {"polarity": "red"}})


def test_a_broken_pixel_is_refused() -> None:
    """NaN is never read as if it were a grey level."""
    image = np.full((8, 8), 0.5, dtype=np.float32)
    image[3, 3] = np.nan

    with pytest.raises(
        InputError, match=r"^image: expected finite pixels, got NaN or infinity\.$"
    ):
        Measured().read(image)


@pytest.mark.bad_shape
@pytest.mark.bad_shape
def test_a_colour_photo_is_refused() -> None:
    """Three channels are not a grey photo."""
    with pytest.raises(
        ShapeError,
        match=r"^image: expected shape \(h >= 1, w >= 1\), got \(8, 8, 3\)\.$",
    ):
        Measured().read(np.zeros((8, 8, 3), dtype=np.float32))


def test_reading_twice_gives_the_same_bits(rng: np.random.Generator) -> None:
    """Nothing random, and nothing left over from the photo before."""
    first, second = noisy(rng, (64, 80)), noisy(rng, (96, 48))
    front = Measured()

    before = front.read(first)
    front.read(second)
    again = front.read(first)

    assert_array_equal(before.values, again.values)
    assert_array_equal(before.maps, again.maps)


def test_threads_do_not_share_memory(rng: np.random.Generator) -> None:
    """Photos of several sizes read at the same time: the bits of one at a time."""
    photos = [noisy(rng, (64 + 16 * (n % 3), 96)) for n in range(24)]
    front = Measured()
    alone = [front.read(photo).values for photo in photos]

    with ThreadPoolExecutor(4) as pool:
        together = [reading.values for reading in pool.map(front.read, photos)]

    assert_array_equal(together, alone)


def test_a_copy_of_a_front_reads_the_same(rng: np.random.Generator) -> None:
    """Copied, or sent to another process, a front is its settings."""
    front = Measured({"grain_noise": {"width_px": 8.0}})
    photo = noisy(rng, (64, 64))

    twin = copy.deepcopy(front)

    assert twin.settings == front.settings
    assert_array_equal(twin.read(photo).values, front.read(photo).values)


def test_maps_are_kept_when_the_next_photo_is_read(rng: np.random.Generator) -> None:
    """The memory that is written again is never handed out."""
    front = Measured()
    reading = front.read(noisy(rng, (64, 64)))
    before = reading.maps.copy()

    front.read(noisy(rng, (64, 64)))

    assert_array_equal(reading.maps, before)


def test_golden_readings() -> None:
    """An image made of integers reads as it did with OpenCV 5.0.0 and NumPy 2.4.6."""
    rows, columns = np.mgrid[0:96, 0:96].astype(np.int64)
    grey = 110 + rows // 4 + (rows * 7919 + columns * 104729 + rows * columns * 31) % 13
    grey[(rows - columns) // 2 == 5] += 40
    grey[(rows % 32 == 20) & (columns % 24 == 3)] -= 60

    values = Measured().read((grey / 255).astype(np.float32)).values

    assert values == pytest.approx(
        [8.30837631225586, 0.6601448194547133, 9.002924408986804, 5.823002099990845],
        rel=1e-5,
    )


def test_the_unit_is_that_of_the_settings() -> None:
    """Of a whole line another than of a stretch."""
    whole = Measured({"line_strength": {"width_px": 4.0, "extent": "whole"}})

    assert whole.units["line_strength"] == "noise x px"
    assert Measured().units["line_strength"] == "times the noise"


def _two_lines(first: float = 0.25) -> Measured:
    """Line strength as dark lines of 4 px and lines of 6 px in blue."""
    return Measured(
        sums={
            "line_strength": [
                {"weight": first, "polarity": "dark", "width_px": 4.0},
                {"weight": 1 - first, "plane": "blue"},
            ]
        }
    )


def test_a_feature_of_two_measurements_reads_their_blend(
    rng: np.random.Generator,
) -> None:
    """As two fronts of one each read them; the map is the blend of both maps."""
    view = View(noisy(rng, (64, 80)), planes={"blue": noisy(rng, (64, 80))})
    each = [
        Measured({"line_strength": settings}).read(view)
        for settings in ({"polarity": "dark", "width_px": 4.0}, {"plane": "blue"})
    ]

    found = _two_lines().read(view)

    alone = [float(reading.values[0]) for reading in each]
    assert found.parts == {
        "line_strength": ((alone[0], 0.25), (alone[1], 0.75)),
    }
    assert found.values[0] == float(blend(alone, [0.25, 0.75]))
    assert_array_equal(found.values[1:], each[0].values[1:])
    assert found.maps.dtype == np.float32
    maps = [reading.maps[0] for reading in each]
    assert_array_equal(found.maps[0], blend(maps, [0.25, 0.75]))


def test_a_sum_goes_to_a_model_file_and_back() -> None:
    """Weights and settings of both; the planes that they ask for."""
    front = _two_lines()

    back = Measured.restore(front.as_json(), Recipe(("ok", "dirt")), lambda name: b"")

    assert front.planes == ("blue",)
    assert back.as_json() == front.as_json() == copy.copy(front).as_json()
    assert back.units["line_strength"] == "times the noise"
    assert "sums" not in Measured().as_json()
    assert "plane" not in Measured().as_json()["features"]["line_strength"]


@pytest.mark.parametrize(
    ("first", "message"),
    [
        pytest.param(
            1.0,
            r"^features\.line_strength\.weight: expected a number between 0 and 1, "
            r"got 1\.0\.$",
            id="one alone",
        ),
        pytest.param(
            -0.5,
            r"^features\.line_strength\.weight: expected a number between 0 and 1, "
            r"got -0\.5\.$",
            id="below 0",
        ),
    ],
)
def test_weights_that_are_none_are_refused(first: float, message: str) -> None:
    """A measurement may not speak against its own feature."""
    with pytest.raises(RecipeError, match=message):
        _two_lines(first)


def test_weights_must_sum_to_one() -> None:
    """Else a reading would not lie between its measurements."""
    halves = [{"weight": 0.5}, {"weight": 0.25, "polarity": "dark"}]

    with pytest.raises(
        RecipeError,
        match=r"^features\.grain_noise: expected weights that sum to 1\.$",
    ):
        Measured(sums={"grain_noise": halves})

"""Texture that changes from place to place, not texture."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from glassline.arrays import Image, View
from glassline.errors import RecipeError
from glassline.features import Surface
from glassline.features.bends import bend_at, bend_of, overlapping
from glassline.features.texture_change import (
    TextureChange,
    blocks_hw,
    measure,
    roughness,
)
from glassline.front import Measured


def _reading(image: Image, settings: TextureChange | None = None) -> float:
    return measure(Surface(image), settings or TextureChange())[0]


def _noise(rng: np.random.Generator, scale: float, side: int = 128) -> Image:
    return np.asarray(0.5 + rng.normal(0, scale, (side, side)), np.float32)


def test_a_plain_surface_does_not_change() -> None:
    """The lower end of the scale, to rounding."""
    assert_allclose(_reading(np.full((64, 64), 0.5, np.float32)), 0, atol=1e-6)


def test_a_patch_twice_as_rough_reads_about_log_2(rng: np.random.Generator) -> None:
    """Log 2 = 0.69 nepers above the median place; blocks large enough to be steady."""
    image = _noise(rng, 0.04)
    patch = image.copy()
    patch[32:96, 32:96] = 0.5 + 2 * (patch[32:96, 32:96] - 0.5)

    reading = _reading(patch, TextureChange(block_px=16, share=0.1))

    assert_allclose(reading, np.log(2), atol=0.15)


def test_the_reading_grows_with_the_patch_s_roughness(
    rng: np.random.Generator,
) -> None:
    """The one change it should see."""
    image = _noise(rng, 0.03)
    readings = []
    for factor in (1.0, 1.5, 2.0, 3.0):
        patch = image.copy()
        patch[32:96, 32:96] = 0.5 + factor * (patch[32:96, 32:96] - 0.5)
        readings.append(_reading(patch))

    assert readings == sorted(readings)


def test_a_rougher_material_everywhere_is_no_change(rng: np.random.Generator) -> None:
    """Twice the roughness on all of it moves the reading little."""
    image = _noise(rng, 0.04)
    rougher = np.asarray(0.5 + 2 * (image - 0.5), np.float32)

    assert_allclose(_reading(rougher), _reading(image), atol=0.05)


def test_a_scratch_in_it_moves_it_little(rng: np.random.Generator) -> None:
    """Seven times the noise, and less than a patch half as rough again would."""
    image = _noise(rng, 0.04)
    scratched = image.copy()
    scratched[62:64, 20:100] += np.float32(0.3)

    assert_allclose(_reading(scratched), _reading(image), atol=0.2)


@pytest.mark.parametrize("moved_px", [4, 8, 12])
def test_it_does_not_matter_where_a_change_lies(
    rng: np.random.Generator, moved_px: int
) -> None:
    """By whole cells: blocks overlap, so no grid of theirs cuts a patch in two."""
    image = _noise(rng, 0.04, 256)
    patch = image[96:160, 96:160].copy()
    image[96:160, 96:160] = 0.5 + 2 * (patch - 0.5)
    shifted = np.roll(image, (moved_px, moved_px), axis=(0, 1))

    assert_allclose(_reading(shifted), _reading(image), atol=0.01)


def test_blocks_begin_at_every_cell_and_lie_within_the_photo() -> None:
    """Of 8 x 10 cells, blocks of 4 x 4 cells begin in 5 rows and 7 columns."""
    image = np.full((32, 40), 0.5, np.float32)
    image[:16, :16] += np.float32(0.1) * (np.indices((16, 16)).sum(axis=0) % 2)
    settings = TextureChange("places", 1, 16.0, light_power=0.0)

    blocks = roughness(Surface(image), settings)

    assert blocks.shape == (5, 7)
    assert np.unravel_index(blocks.argmax(), blocks.shape) == (0, 0)
    assert blocks[0, 0] > blocks[0, 1] > blocks[0, 2] > blocks[0, 3] > blocks[0, 6]
    assert_allclose(blocks[0, 1], blocks[1, 0], rtol=1e-5)


def test_a_block_larger_than_the_photo_is_the_photo() -> None:
    """One block, which is its own median: nothing changes."""
    image = np.full((24, 40), 0.5, np.float32)
    surface = Surface(image)
    settings = TextureChange("places", 2, 256.0)

    assert blocks_hw(surface, settings) == (6, 10)
    assert measure(surface, settings)[0] == 0


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_a_turned_photo_reads_the_same(rng: np.random.Generator, turns: int) -> None:
    """Sides of whole blocks."""
    image = _noise(rng, 0.04)
    image[:40] *= np.float32(1.1)
    turned = np.ascontiguousarray(np.rot90(image, turns))

    assert_allclose(_reading(turned), _reading(image), rtol=1e-4)


def test_across_scales_coarse_texture_reads_above_fine(
    rng: np.random.Generator,
) -> None:
    """Noise of single pixels against the same noise blurred."""
    fine = _noise(rng, 0.05)
    coarse = np.asarray(np.kron(_noise(rng, 0.05, 32), np.ones((4, 4))), np.float32)
    settings = TextureChange("scales")

    assert _reading(coarse, settings) > _reading(fine, settings) + 0.3


def test_across_parts_texture_reads_its_size_over_the_light() -> None:
    """Rows of 0.4 and 0.6: a Laplacian of 0.4 everywhere, over (0.5 + 4 / 255).

    With a quarter of a grey step added, in per mille; the light's own power is 1.
    """
    image = np.full((64, 64), 0.4, np.float32)
    image[1::2] = 0.6
    settings = TextureChange("parts", 1, light_power=1.0)

    reading, shown = measure(Surface(image), settings)

    expected = 1000 * (0.4 + 0.25 / 255) / (0.5 + 4 / 255)
    assert settings.unit == "per mille"
    assert_allclose(reading, expected, rtol=1e-4)
    assert_allclose(shown, np.full((16, 16), expected), rtol=1e-4)


@pytest.mark.parametrize("light_power", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("share", [0.0, 0.3])
def test_texture_across_pixels_by_hand(light_power: float, share: float) -> None:
    """Rows of 0.4 and 0.6, 2 px wide: every pixel of half the size is 0.4 rough.

    The light of the dark ones is 0.4: the roughest pixels over it.
    """
    image = np.full((64, 64), 0.4, np.float32)
    image[2::4] = image[3::4] = 0.6
    settings = TextureChange("pixels", share=share, light_power=light_power)

    reading, shown = measure(Surface(image), settings)

    size = 1000 * (0.4 + 0.25 / 255)
    assert settings.unit == "per mille"
    assert_allclose(reading, size / (0.4 + 4 / 255) ** light_power, rtol=1e-5)
    assert_allclose(shown, size / (0.5 + 4 / 255) ** light_power, rtol=1e-5)


def _checks(*heights: float) -> Image:
    """Strips of 64 x 32 px, one a height: single pixels above and below 0.5 in turn."""
    signs = 1 - 2 * (np.indices((64, 32)).sum(axis=0) % 2)
    return np.hstack([np.float32(0.5) + np.float32(h) * signs for h in heights]).astype(
        np.float32
    )


@pytest.mark.parametrize("floor_steps", [0.0, 8.0, 51.0])
def test_a_floor_is_added_to_each_detail_in_squares(floor_steps: float) -> None:
    """A Laplacian of 8 times the height, in one strip of four of 0.1, in the others of 0.02."""
    image = _checks(0.1, 0.02, 0.02, 0.02)
    settings = TextureChange("places", 1, 8.0, 0.0, 0.0, floor_steps=floor_steps)
    rough, even = (8 * height + 0.25 / 255 for height in (0.1, 0.02))
    floor = floor_steps / 255

    reading = _reading(image, settings)

    expected = np.log(np.hypot(rough, floor) / np.hypot(even, floor))
    assert_allclose(reading, expected, rtol=1e-3)


@pytest.mark.parametrize(("wide", "rises"), [(1, False), (3, True)])
def test_by_rank_a_change_counts_from_its_share_of_the_blocks_on(
    wide: int, rises: bool
) -> None:
    """One strip of twelve is less than a tenth of the blocks, three are more."""
    image = _checks(*[0.1] * wide, *[0.02] * (12 - wide))
    settings = TextureChange("places", 1, 8.0, 0.1, 0.0)
    ranked = replace(settings, blocks_by="rank")

    by_rank, by_mean = (_reading(image, each) for each in (ranked, settings))

    expected = np.log((0.8 + 0.25 / 255) / (0.16 + 0.25 / 255)) if rises else 0.0
    assert_allclose(by_rank, expected, atol=1e-3)
    assert by_mean > 0.9


def test_specks_move_texture_across_scales_unless_they_are_left_out(
    rng: np.random.Generator,
) -> None:
    """Sixty-four of 6 x 6 px, of ten times the noise, on 128 x 128 px."""
    image = _noise(rng, 0.02)
    specked = image.copy()
    for place in range(64):
        row, column = 5 + 16 * (place // 8), 5 + 16 * (place % 8)
        specked[row : row + 6, column : column + 6] += np.float32(0.2)

    def moves(settings: TextureChange) -> float:
        return abs(_reading(specked, settings) - _reading(image, settings))

    assert moves(TextureChange("scales")) > 0.1
    assert moves(TextureChange("scales", skip_specks=True)) < 0.03


@pytest.mark.parametrize("side_hw", [(1, 1), (1, 7), (5, 1), (2, 3)])
def test_scales_beside_specks_of_a_photo_of_one_row_or_column(
    rng: np.random.Generator, side_hw: tuple[int, int]
) -> None:
    """Both sizes of detail are that of the row: some number."""
    settings = TextureChange("scales", skip_specks=True)

    assert np.isfinite(_reading(rng.random(side_hw, dtype=np.float32), settings))


def test_the_share_of_pixels_that_are_rougher_is_the_share(
    rng: np.random.Generator,
) -> None:
    """Of 96 x 80 half-size pixels, each over its own light, one by one.

    Less the few that look like specks.
    """
    half = np.asarray(0.5 + rng.uniform(-0.1, 0.1, (96, 80)), np.float32)
    image = np.kron(half, np.ones((2, 2), np.float32))
    wide = np.pad(half.astype(np.float64), 1, mode="reflect")
    around = wide[:-2, 1:-1] + wide[2:, 1:-1] + wide[1:-1, :-2] + wide[1:-1, 2:]
    each = (np.abs(around - 4 * half) + 0.25 / 255) / (half + 4 / 255)
    settings = TextureChange("pixels", share=0.1, light_power=1.0)

    reading = _reading(image, settings)

    assert np.mean(1000 * each > reading) == pytest.approx(0.1, abs=0.005)


def test_specks_move_texture_across_parts_and_not_across_pixels(
    rng: np.random.Generator,
) -> None:
    """Thirty-two of 6 x 6 px, each of ten times the noise."""
    image = _noise(rng, 0.02)
    specked = image.copy()
    for place in range(32):
        row, column = 8 + 32 * (place // 8), 8 + 16 * (place % 8)
        specked[row : row + 6, column : column + 6] += np.float32(0.2)

    def grows(settings: TextureChange) -> float:
        return _reading(specked, settings) / _reading(image, settings)

    assert grows(TextureChange("pixels", share=0.1)) == pytest.approx(1, abs=0.03)
    assert grows(TextureChange("parts")) > 1.1


def test_where_specks_are_all_there_is_all_pixels_count() -> None:
    """One on 6 x 6 px: no pixel of half the size is further from it than two."""
    image = np.full((6, 6), 0.2, np.float32)
    image[2:4, 2:4] = 1.0

    reading = _reading(image, TextureChange("pixels", share=0.0))

    assert reading > 1000


def test_pixels_that_do_not_count_have_no_texture(rng: np.random.Generator) -> None:
    """Four times as rough where nobody looks: as without it."""
    image, keep = _noise(rng, 0.02), np.ones((128, 128), np.bool_)
    image[:, :40] = 0.5 + 4 * (image[:, :40] - 0.5)
    keep[:, :44] = False
    settings = TextureChange("pixels", share=0.3)

    reading, shown = measure(Surface(View(image, keep)), settings)

    assert_allclose(reading, _reading(image[:, 44:].copy(), settings), rtol=0.03)
    assert_array_equal(shown[:, :10], np.zeros((32, 10)))


def test_pixels_of_another_size_are_refused() -> None:
    """Specks are looked for at half the size."""
    with pytest.raises(
        RecipeError, match=r"^detail_px: expected 2 across pixels, got 4\.$"
    ):
        TextureChange("pixels", 4)


def test_a_rougher_patch_moves_texture_across_parts_little(
    rng: np.random.Generator,
) -> None:
    """Of a quarter of the surface: the median place is a little rougher."""
    image = _noise(rng, 0.04)
    patch = image.copy()
    patch[32:96, 32:96] = 0.5 + 2 * (patch[32:96, 32:96] - 0.5)
    settings = TextureChange("parts")

    assert_allclose(_reading(patch, settings), _reading(image, settings), rtol=0.15)


@pytest.mark.parametrize(
    ("light_power", "expected"),
    [
        pytest.param(1.0, 0.0, id="contrast does not see the lamp"),
        pytest.param(0.5, 0.5 * np.log(0.86 / 0.5), id="half of it is left"),
        pytest.param(0.0, np.log(0.86 / 0.5), id="taken for a rougher place"),
    ],
)
def test_a_lamp_on_one_side_makes_texture_stronger_there(
    rng: np.random.Generator, light_power: float, expected: float
) -> None:
    """Light from 0.1 to 0.9: the brightest tenth has 0.86 on average, the middle 0.5.

    Blocks so large that chance adds little to the roughest of them.
    """
    texture = 1 + rng.normal(0, 0.15, (640, 640))
    lit = np.asarray(np.linspace(0.1, 0.9, 640) * texture, np.float32)

    reading = _reading(lit, TextureChange("places", 1, 64, 0.1, light_power))

    assert_allclose(reading, expected, atol=0.06)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"block_px": 3.0}, "block_px: expected a number in [4, 256], got 3.0."),
        ({"share": 0.6}, "share: expected a number in [0, 0.5], got 0.6."),
        ({"light_power": 1.2}, "light_power: expected a number in [0, 1], got 1.2."),
        ({"floor_steps": 65}, "floor_steps: expected a number in [0, 64], got 65."),
        (
            {"across": "scales", "floor_steps": 8.0},
            'blocks_by, floor_steps: expected places with them, got across "scales".',
        ),
        (
            {"across": "pixels", "blocks_by": "rank"},
            'blocks_by, floor_steps: expected places with them, got across "pixels".',
        ),
        (
            {"skip_specks": True},
            'skip_specks: expected scales with it, got across "places".',
        ),
    ],
)
def test_settings_out_of_range_are_refused(
    settings: dict[str, object], message: str
) -> None:
    """Where, what was expected, what came."""
    with pytest.raises(RecipeError, match=f"^{re.escape(message)}$"):
        TextureChange(**settings)  # type: ignore[arg-type]


@pytest.mark.parametrize("detail_px", [2, 4])
def test_overlapping_details_are_seen_at_every_half(
    detail_px: int, rng: np.random.Generator
) -> None:
    """One block of a whole photo: the mean over all places, counted pixel by pixel."""
    image = rng.random((24, 20)).astype(np.float32)
    settings = TextureChange("places", detail_px, 256, light_power=0, overlap=True)  # type: ignore[arg-type]
    half = detail_px // 2
    finer = image.reshape(24 // half, half, 20 // half, half).mean(axis=(1, 3))
    wide = np.pad(finer, 3, mode="reflect")

    def detail(row: int, column: int) -> float:  # mean of 2 x 2 of the finer steps
        return float(wide[row + 3 : row + 5, column + 3 : column + 5].mean())

    size = np.array(
        [
            [
                abs(
                    detail(row - 2, column)
                    + detail(row + 2, column)
                    + detail(row, column - 2)
                    + detail(row, column + 2)
                    - 4 * detail(row, column)
                )
                for column in range(1, finer.shape[1] - 3)
            ]
            for row in range(1, finer.shape[0] - 3)
        ]
    )

    found = overlapping(Surface(image), detail_px)

    assert_allclose(np.abs(found)[1:-3, 1:-3], size, atol=1e-6)
    assert roughness(Surface(image), settings).shape == (1, 1)


@pytest.mark.parametrize("shift_rc", [(2, 2), (3, 2), (2, 3)])
def test_where_on_the_grid_a_texture_lies_matters_less_when_details_overlap(
    shift_rc: tuple[int, int],
) -> None:
    """What made the reading of 4 px not repeat: of 24 surfaces, two thirds."""
    changes = []
    for overlap in (False, True):
        settings = TextureChange("places", 4, 16, 0.1, 1.0, overlap=overlap)
        own = np.random.Generator(np.random.PCG64(4))
        away = []
        for _ in range(24):
            noise = own.normal(0, 0.05, (108, 108))
            near = np.asarray(0.5 + noise + np.roll(noise, (1, 1), (0, 1)), np.float32)
            row, column = shift_rc
            moved = near[row : row + 96, column : column + 96]
            away.append(_reading(moved, settings) - _reading(near[:96, :96], settings))
        changes.append(np.std(away))

    assert changes[1] < 0.7 * changes[0]


def test_overlap_of_single_pixels_is_refused() -> None:
    """There is no half of a pixel."""
    message = (
        "overlap: expected places and detail_px of 2 or 4 with it, got places and 1."
    )
    with pytest.raises(RecipeError, match=f"^{re.escape(message)}$"):
        TextureChange(detail_px=1, overlap=True)


def test_a_model_from_before_does_not_name_what_came_later() -> None:
    """So that its file, and the hash that names it, stay what they were."""
    plainly = Measured().table["texture_change"]
    other = Measured({"texture_change": {"overlap": True}}).table["texture_change"]

    assert "overlap" not in plainly
    assert other == {**plainly, "overlap": True}


@pytest.mark.parametrize(
    "size_hw", [(16, 16), (17, 30), (2, 9), (1, 9), (7, 1), (1, 1)]
)
def test_at_some_places_a_photo_bends_as_it_does_everywhere(
    rng: np.random.Generator, size_hw: tuple[int, int]
) -> None:
    """To the last bit, at the border too."""
    photo = rng.random(size_hw, dtype=np.float32)

    found = bend_at(photo, np.arange(photo.size))

    everywhere = bend_of(Surface(photo), 1, slice(0, size_hw[0]))
    assert_array_equal(found.reshape(size_hw), everywhere)

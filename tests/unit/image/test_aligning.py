"""A photo laid on the golden photo of its part."""

from __future__ import annotations

import re
from dataclasses import replace

import cv2
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from plates import HEIGHT, KEEP, WIDTH, matrix, plate

from glassline.errors import ImageError, RecipeError
from glassline.front import Measured
from glassline.image import load
from glassline.image.placement import Placement
from glassline.recipe import ImageSettings
from glassline.recipe.pictures import Picture
from glassline.render.png import as_png

PLACES = [
    pytest.param((0.0, 0.0), 0.0, id="in-place"),
    pytest.param((3.0, -2.0), 0.0, id="whole-pixels"),
    pytest.param((-1.5, 2.25), 0.0, id="shares"),
    pytest.param((0.0, 0.0), 4.0, id="turned"),
    pytest.param((4.3, 3.1), -7.5, id="both"),
    pytest.param((-9.0, 6.0), 9.5, id="far"),
]
CORNERS = np.array([[30, 25, 1], [130, 25, 1], [30, 95, 1], [130, 95, 1.0]])


@pytest.fixture
def settings(rng: np.random.Generator) -> ImageSettings:
    """A golden plate with its mask; all that a line must know."""
    return ImageSettings(
        mask=Picture(as_png(np.where(KEEP, 255, 0).astype(np.uint8))),
        golden=Picture(as_png(plate(rng))),
        align="golden",
    )


@pytest.mark.parametrize(("shift_xy", "turn_deg"), PLACES)
@pytest.mark.parametrize("defect", ["ok", "scratch", "dirt"])
def test_a_moved_part_is_found_where_it_was_put(
    shift_xy: tuple[float, float],
    turn_deg: float,
    defect: str,
    settings: ImageSettings,
    rng: np.random.Generator,
) -> None:
    """Every corner of the plate to a sixth of a pixel, whatever defect lies on it."""
    photo = plate(rng, defect, shift_xy=shift_xy, turn_deg=turn_deg)

    found = load(photo, settings=settings).looked.placement

    there = CORNERS @ found.matrix(WIDTH, HEIGHT).T
    assert_allclose(there, CORNERS @ matrix(shift_xy, turn_deg).T, atol=1 / 6)
    assert found.match > 0.8


def test_a_brighter_lamp_moves_nothing(
    settings: ImageSettings, rng: np.random.Generator
) -> None:
    """A fifth less light, and some veil of it: the same placement."""
    photo = plate(rng, shift_xy=(3.5, -2.0), turn_deg=2.0)
    darker = np.rint(photo * 0.8 + 20).astype(np.uint8)

    found = [load(each, settings=settings).looked.placement for each in (photo, darker)]

    there = [each.matrix(WIDTH, HEIGHT) for each in found]
    assert_allclose(there[0] @ CORNERS.T, there[1] @ CORNERS.T, atol=0.05)


def test_an_aligned_part_reads_as_in_its_place(
    settings: ImageSettings, rng: np.random.Generator
) -> None:
    """One plate put down eight times reads within what eight plates in place differ by."""
    front = Measured()

    def spread(photos: list[np.ndarray]) -> np.ndarray:
        views = [load(each, settings=settings).view for each in photos]
        return np.log1p([front.values(each) for each in views]).std(axis=0)

    in_place = [plate(rng) for _ in range(8)]
    state = rng.bit_generator.state
    moved = []
    for at in range(8):
        rng.bit_generator.state = state  # the same plate, and the same noise
        moved.append(plate(rng, shift_xy=(at - 3.7, 1.3 * at - 4), turn_deg=at - 4.0))

    assert (spread(moved) < 1.5 * spread(in_place)).all()


def test_a_line_is_as_long_and_strong_wherever_the_part_lies(
    settings: ImageSettings, rng: np.random.Generator
) -> None:
    """The scratch reads the same within a tenth; without alignment the edge would."""
    state = rng.bit_generator.state
    found = []
    for turn_deg in (0.0, 5.0, -8.0):
        rng.bit_generator.state = state
        photo = plate(rng, "scratch", shift_xy=(turn_deg, 2.0), turn_deg=turn_deg)
        found.append(Measured().values(load(photo, settings=settings).view)[0])

    assert_allclose(found, found[0], rtol=0.1)


def test_what_lies_outside_the_photo_does_not_count(
    settings: ImageSettings, rng: np.random.Generator
) -> None:
    """Of a part at the edge of the photo, the rest is read."""
    free = replace(settings, mask=None)
    photo = plate(rng, shift_xy=(6.0, 0.0))

    looked = load(photo, settings=free).looked

    assert_array_equal(looked.view.keep.any(axis=0)[-9:], [True] * 3 + [False] * 6)
    assert looked.left_out.any(axis=0)[0]  # nothing of the golden photo lies there
    assert looked.shown.shape == (HEIGHT, WIDTH)


def test_a_turn_may_take_the_corners_of_a_photo_without_a_mask(
    settings: ImageSettings, rng: np.random.Generator
) -> None:
    """Moved and turned, a sixth of the golden photo lies outside: it is read."""
    photo = plate(rng, shift_xy=(8.0, -5.0), turn_deg=8.0)

    keep = load(photo, settings=replace(settings, mask=None)).view.keep

    assert 0.75 < keep.mean() < 0.9


def test_unmoved_the_photo_keeps_its_bits(
    settings: ImageSettings, rng: np.random.Generator
) -> None:
    """No interpolation where there is nothing to move."""
    golden = cv2.imdecode(np.frombuffer(settings.golden.data, np.uint8), 0)

    looked = load(golden, settings=settings).looked

    assert looked.placement == Placement(0.0, 0.0, 0.0, looked.placement.match)
    assert looked.placement.match == pytest.approx(1.0)
    assert_array_equal(looked.view.taken, looked.shown)


STRIPES = np.tile(np.array([40, 210], np.uint8).repeat(5), (HEIGHT, WIDTH // 10))


@pytest.mark.parametrize(
    ("photo", "message"),
    [
        pytest.param(
            STRIPES,
            "array: expected a photo that matches the golden one to at least 0.5, got "
            "0.00. It shows another part, or this one turned or moved too far.",
            id="another",
        ),
        pytest.param(
            np.full((HEIGHT, WIDTH), 90, np.uint8),
            "array: expected a photo that matches the golden one to at least 0.5, got "
            "0.00. It shows another part, or this one turned or moved too far.",
            id="empty",
        ),
        pytest.param(
            np.zeros((HEIGHT, WIDTH + 2), np.uint8),
            "array: expected 160 x 120 px, as the mask of the recipe has, got 162 x 120. "
            "Take photos of one size, or correct image.mask in recipe.toml.",
            id="size",
        ),
    ],
)
def test_a_photo_that_does_not_match_is_refused_by_name(
    photo: np.ndarray, message: str, settings: ImageSettings
) -> None:
    """Another part, none, or a photo of another size."""
    with pytest.raises(ImageError, match=f"^{re.escape(message)}$"):
        load(photo, settings=settings)


def test_a_part_too_far_off_is_refused(
    settings: ImageSettings, rng: np.random.Generator
) -> None:
    """A part half out of the photo; one turned further than the recipe lets it."""
    far = plate(rng, shift_xy=(44.0, 0.0))
    turned = plate(rng, turn_deg=8.0)

    with pytest.raises(ImageError, match=r"^array: expected .*\.$") as moved:
        load(far, settings=settings)
    with pytest.raises(ImageError, match=r"^array: expected a photo that") as strict:
        load(turned, settings=replace(settings, turn_deg=2.0, least_match=0.9))

    assert {moved.value.reason, strict.value.reason} == {"unaligned"}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param(
            {"golden": Picture(as_png(np.full((HEIGHT, WIDTH), 9, np.uint8)))},
            "image.golden: expected a part to align with, got one grey everywhere.",
            id="grey",
        ),
        pytest.param(
            {"golden": Picture(as_png(STRIPES[:-2]))},
            "image.mask: expected 160 x 118 px as the golden photo has, got 160 x 120.",
            id="size",
        ),
    ],
)
def test_pictures_that_do_not_fit_each_other_are_refused(
    change: dict[str, Picture], message: str, settings: ImageSettings
) -> None:
    """Whatever the photo: it is the recipe that is wrong."""
    with pytest.raises(RecipeError, match=f"^{re.escape(message)}$"):
        load(STRIPES, settings=replace(settings, **change))

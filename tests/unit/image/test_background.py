"""What of a photo is not the part, told by its brightness."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from plates import HEIGHT, KEEP, WIDTH, plate

from glassline.arrays import View
from glassline.errors import GlasslineError, ImageError, RecipeError
from glassline.features import Surface
from glassline.front.measured import Measured
from glassline.image import load
from glassline.image.background import background_of, cells_of, without_background
from glassline.recipe import Background, ImageSettings

BELOW = Background(below=0.4)  # the plates lie on a backdrop of .24 and are .59
SETTINGS = ImageSettings(background=BELOW)


def part_on_white(hole_px: int = 0) -> NDArray[np.float32]:
    """Return a dark part of 64 x 64 px, a white table left of it, perhaps a hole."""
    plane = np.full((64, 96), 0.2, np.float32)
    plane[:, :32] = 0.9
    plane[28 : 28 + hole_px, 64 : 64 + hole_px] = 0.9
    return plane


def test_a_cell_is_the_mean_of_its_pixels_by_hand() -> None:
    """Of 5 x 4 px two cells: the second is the last row, repeated."""
    plane = np.zeros((5, 4), np.float32)
    plane[0], plane[4, :2] = 1, 1

    assert cells_of(plane).tolist() == [[0.25], [0.5]]


def test_the_table_and_two_cells_around_it_are_left_out() -> None:
    """Columns 0 to 31 are white; 8 px more are the part's border."""
    found = background_of(part_on_white(), Background(above=0.6))

    assert found[:, :40].all()
    assert not found[:, 40:].any()


@pytest.mark.parametrize(
    ("hole_px", "is_hole"),
    [pytest.param(20, True, id="hole"), pytest.param(8, False, id="mark")],
)
def test_a_large_hole_is_background_and_a_small_mark_is_not(
    hole_px: int, is_hole: bool
) -> None:
    """25 of 384 cells are more than 2 per cent, four are less."""
    found = background_of(part_on_white(hole_px), Background(above=0.6))

    assert bool(found[30, 66]) is is_hole
    assert not found[:, 92:].any()


def test_a_bright_scratch_that_runs_into_the_table_is_looked_at() -> None:
    """Two cells wide it is narrower than a table; its root lies in the border."""
    plane = part_on_white()
    plane[28:36, 32:80] = 0.9

    assert not background_of(plane, Background(above=0.6))[:, 40:].any()


def test_bare_metal_is_no_hole(rng: np.random.Generator) -> None:
    """As large and as bright as a hole, but uneven: 0.65 and 0.95 by turns of cells."""
    plane = part_on_white()
    metal = np.where(rng.random((6, 6)) < 0.5, 0.65, 0.95).repeat(4, 0).repeat(4, 1)
    plane[24:48, 64:88] = metal

    assert not background_of(plane, Background(above=0.6))[:, 40:].any()


def test_darker_is_lighter_turned_over() -> None:
    """What is above a level in a photo is below its complement in the negative."""
    plane = part_on_white(20)

    above = background_of(plane, Background(above=0.625))
    below = background_of(1 - plane, Background(below=0.375))

    assert (above == below).all()


def test_nothing_beyond_the_level_changes_no_bit(rng: np.random.Generator) -> None:
    """A photo without background is the photo."""
    image = rng.uniform(0.2, 0.5, (64, 96)).astype(np.float32)

    seen = without_background(View(image), Background(above=0.9))

    assert seen.keep is None
    assert (seen.grey == image).all()


def test_what_lies_in_the_background_changes_no_reading(
    rng: np.random.Generator,
) -> None:
    """A screw on the table, a sign, a crack of the table: the part reads the same."""
    front = Measured({})
    plain = plate(rng)
    strewn = plain.copy()
    strewn[2:8, 2:150:3] = 20
    strewn[110:118, 10:150] = 75

    one, other = (load(each, settings=SETTINGS).view for each in (plain, strewn))

    assert (one.keep == other.keep).all()
    assert (front.read(one).values == front.read(other).values).all()
    assert (front.read(one).maps == front.read(other).maps).all()


def test_the_face_of_a_plate_is_looked_at_and_its_hole_is_not(
    rng: np.random.Generator,
) -> None:
    """As drawn: nothing of edges, hole or backdrop, and most of the face."""
    keep = load(plate(rng), settings=SETTINGS).view.keep

    assert keep is not None
    assert keep.shape == (HEIGHT, WIDTH)
    assert not (keep & ~KEEP).any()
    assert keep.sum() > 0.75 * KEEP.sum()


def test_a_colour_tells_where_grey_does_not() -> None:
    """A part and a table of one grey, the table red."""
    photo = np.full((64, 96, 3), 100, np.uint8)
    photo[:, :32] = (220, 50, 47)  # luma 100 as well
    settings = ImageSettings(background=Background(above=0.6, plane="red"))

    view = load(photo, settings=settings).view

    assert view.keep is not None
    assert not view.keep[:, :40].any()
    assert view.keep[:, 40:].all()
    assert view.planes == {}  # none was asked for


def test_mask_and_background_both_leave_out() -> None:
    """What either leaves out does not count."""
    image = part_on_white()
    right = ((48, 0), (96, 0), (96, 64), (48, 64))
    settings = ImageSettings(
        part=(right,), leave_out=(((80, 0), (96, 0), (96, 64)),), background=BELOW
    )

    keep = load(1 - image, settings=settings).view.keep
    alone = load(1 - image, settings=ImageSettings(part=settings.part)).view.keep

    assert keep is not None
    assert alone is not None
    assert keep.sum() < alone.sum()
    assert Surface(load(1 - image, settings=settings).view).view.keep is not None


@pytest.mark.parametrize(
    ("make", "kind", "message"),
    [
        pytest.param(
            lambda: Background(),
            RecipeError,
            "image.background: expected above or below, one of them, got none. Write the "
            "level that the part never reaches: background = { above = 0.6 }.",
            id="none",
        ),
        pytest.param(
            lambda: Background(above=0.5, below=0.5),
            RecipeError,
            "image.background: expected above or below, one of them, got both. Write the "
            "level that the part never reaches: background = { above = 0.6 }.",
            id="both",
        ),
        pytest.param(
            lambda: Background(above=1.0),
            RecipeError,
            "image.background.above: expected a level above 0 and below 1, got 1.",
            id="level",
        ),
        pytest.param(
            lambda: load(np.full((64, 96), 20, np.uint8), settings=SETTINGS),
            ImageError,
            "array: expected at least 16 cells of 4 x 4 px to look at, got 0. Correct the "
            "mask: image.part, image.leave_out, image.mask or image.background in "
            "recipe.toml.",
            id="no-part",
        ),
    ],
)
def test_what_can_be_no_background_is_refused_by_name(
    make: type, kind: type[GlasslineError], message: str
) -> None:
    """Whole messages."""
    with pytest.raises(kind) as caught:
        make()

    assert str(caught.value) == message

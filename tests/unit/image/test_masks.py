"""What of a photo is looked at: polygons, mask picture, and what a mask must not let by."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_array_equal
from reference.masking import centres_inside

from glassline.arrays import View
from glassline.errors import ImageError, RecipeError
from glassline.features import FEATURES, Surface
from glassline.image import load
from glassline.image.disturbances import DISTURBANCES, disturbed, still
from glassline.image.filling import filled
from glassline.image.masks import declared, inside
from glassline.recipe import ImageSettings
from glassline.recipe.pictures import Picture
from glassline.render.png import as_png

quarter = st.integers(-8, 72).map(lambda n: n / 4)
outlines = st.lists(st.tuples(quarter, quarter), min_size=3, max_size=8)
SETTINGS = [
    pytest.param(name, settings, id=f"{name}-{place}")
    for name, feature in FEATURES.items()
    for place, settings in enumerate(feature.grid)
]


@pytest.fixture
def photo(rng: np.random.Generator) -> np.ndarray:
    """An uneven, grainy surface, 8 bits."""
    slope = np.linspace(90, 150, 96)[None]
    return (slope + rng.normal(0, 6, (64, 96))).clip(0, 255).astype(np.uint8)


def mask_of(keep: np.ndarray) -> ImageSettings:
    """Settings whose mask picture is white where to look."""
    return ImageSettings(mask=Picture(as_png(255 * keep.astype(np.uint8))))


@given(outlines)
@example([(0.5, 0.5), (4.5, 0.5), (4.5, 4.5), (0.5, 4.5)])  # sides through centres
@example([(0, 0), (16, 0), (16, 16), (0, 16)])
def test_a_polygon_holds_the_pixels_that_a_slow_reference_counts(
    outline: list[tuple[float, float]],
) -> None:
    """Pixel by pixel in fractions, corners outside the photo and crossings included."""
    assert_array_equal(inside(tuple(outline), 17, 16), centres_inside(outline, 17, 16))


@given(quarter, quarter, quarter)
def test_polygons_side_by_side_share_no_pixel_and_leave_none(
    top: float, middle: float, bottom: float
) -> None:
    """A photo cut in two by any line: each pixel in one of both."""
    cut = ((4 + middle / 9, 0.0), (bottom / 2, 16.0))
    left = inside(((-40.0, 0.0), cut[0], cut[1], (-40.0, 16.0)), 17, 16)
    right = inside((cut[0], (60.0, 0.0), (60.0, 16.0), cut[1]), 17, 16)

    assert_array_equal(left ^ right, np.ones((16, 17), np.bool_))


def test_part_leave_out_and_mask_by_hand() -> None:
    """Inside a part, not in what is left out, and white: 8 x 16 less 4 x 4 less a row."""
    white = np.full((16, 20), 255, np.uint8)
    white[15] = 0
    settings = ImageSettings(
        part=(((0, 0), (4, 0), (4, 16), (0, 16)), ((4, 0), (8, 0), (8, 16), (4, 16))),
        leave_out=(((0, 0), (4, 0), (4, 4), (0, 4)),),
        mask=Picture(as_png(white)),
    )

    assert declared(settings, 20, 16).sum() == 8 * 16 - 4 * 4 - 8


@pytest.mark.parametrize(("name", "settings"), SETTINGS)
def test_what_is_painted_where_nobody_looks_moves_no_reading(
    name: str, settings: object, photo: np.ndarray, rng: np.random.Generator
) -> None:
    """A defect, noise or white in the masked area: reading and map of the same bits."""
    keep = np.ones(photo.shape, np.bool_)
    keep[20:44, 30:61] = False
    painted = [photo.copy() for _ in range(3)]
    painted[0][20:44, 40:43] = 255
    painted[1][~keep] = rng.integers(0, 256, int((~keep).sum()))
    painted[2][~keep] = 0

    read = FEATURES[name].measure
    views = [load(each, settings=mask_of(keep)).view for each in (photo, *painted)]
    first, *others = (read(Surface(each), settings) for each in views)

    assert [value for value, _ in others] == [first[0]] * 3
    assert all((shown == first[1]).all() for _, shown in others)


@pytest.mark.parametrize(("name", "settings"), SETTINGS)
def test_a_mask_of_all_is_no_mask(
    name: str, settings: object, photo: np.ndarray
) -> None:
    """Every pixel counts: the same bits as without one."""
    read = FEATURES[name].measure

    plain = load(photo, settings=ImageSettings()).view
    whole = load(photo, settings=mask_of(np.ones(photo.shape, np.bool_))).view

    assert read(Surface(whole), settings)[0] == read(Surface(plain), settings)[0]


@pytest.mark.parametrize("name", FEATURES)
def test_marks_and_maps_lie_where_somebody_looks(name: str, photo: np.ndarray) -> None:
    """A line, a stain, specks: seen without a mask, pointed at nowhere with one."""
    photo[:, 70:] = np.where(np.indices(photo[:, 70:].shape).sum(0) % 9 == 0, 255, 60)
    photo[30:33, 60:] = 255
    keep = np.ones(photo.shape, np.bool_)
    keep[:, 52:] = False
    feature = FEATURES[name]

    view = load(photo, settings=mask_of(keep)).view
    marks = feature.locate(Surface(view), feature.settings())
    shown = feature.measure(Surface(view), feature.settings())[1]

    left = [getattr(mark, "left", getattr(mark, "column", 0)) for mark in marks]
    assert all(column < 52 for column in left)
    assert not shown[:, 13:].any()
    assert feature.locate(Surface(View(view.taken)), feature.settings())


@given(
    arrays(np.float32, (13, 10), elements=st.floats(0, 1, width=32)),
    arrays(np.bool_, (13, 10)),
)
@example(np.zeros((13, 10), np.float32), np.eye(13, 10, dtype=np.bool_))
def test_a_fill_knows_nothing_of_what_it_covers(
    image: np.ndarray, keep: np.ndarray
) -> None:
    """Kept bits stay, the rest follows from them, and lies between their ends."""
    keep = keep | (np.indices(keep.shape).sum(0) == 9)
    other = np.where(keep, image, np.float32(1) - image)

    found = filled(image, keep)

    assert_array_equal(found, filled(other, keep))
    assert_array_equal(found[keep], image[keep])
    low, high = image[keep].min(), image[keep].max()
    assert (found >= low - 1e-6).all()
    assert (found <= high + 1e-6).all()


@pytest.mark.parametrize("how", DISTURBANCES, ids=lambda each: each.name)
def test_a_photo_moves_under_its_mask(
    how: object, photo: np.ndarray, rng: np.random.Generator
) -> None:
    """Of a gauge study: the mask stays where it is, turns with a turn, and is filled."""
    keep = np.ones(photo.shape, np.bool_)
    keep[3:20, 3:20] = False
    view = load(photo, settings=mask_of(keep)).view

    found = disturbed(view, how, rng)

    assert found.keep.sum() == still(view).keep.sum() == 58 * 90 - 17 * 17
    assert_array_equal(found.grey, filled(found.taken, found.keep))
    assert found.keep.shape == found.grey.shape


BLACK = np.zeros((64, 96), np.bool_)
SPECK = BLACK.copy()
SPECK[8:20, 8:20] = True  # nine cells
CORNERS = ((0, 0), (97, 0), (0, 9))


@pytest.mark.parametrize(
    ("settings", "kind", "message"),
    [
        pytest.param(
            mask_of(BLACK),
            RecipeError,
            "image.mask: expected white where the part is looked at, got black alone.",
            id="black",
        ),
        pytest.param(
            mask_of(SPECK),
            ImageError,
            "array: expected at least 16 cells of 4 x 4 px to look at, got 9. Correct the "
            "mask: image.part, image.leave_out, image.mask or image.background in "
            "recipe.toml.",
            id="little",
        ),
        pytest.param(
            ImageSettings(part=()),
            ImageError,
            "array: expected at least 16 cells of 4 x 4 px to look at, got 0. Correct the "
            "mask: image.part, image.leave_out, image.mask or image.background in "
            "recipe.toml.",
            id="no-part",
        ),
        pytest.param(
            mask_of(np.ones((64, 95), np.bool_)),
            ImageError,
            "array: expected 95 x 64 px, as the mask of the recipe has, got 96 x 64. Take "
            "photos of one size, or correct image.mask in recipe.toml.",
            id="size",
        ),
        pytest.param(
            ImageSettings(leave_out=(CORNERS,)),
            ImageError,
            "array: expected the corners of image.leave_out[0] inside 96 x 64 px, got "
            "[97, 0]. Correct image.leave_out in recipe.toml.",
            id="corner",
        ),
        pytest.param(
            ImageSettings(mask=Picture(as_png(np.ones((20, 20), np.uint8))[:-20])),
            RecipeError,
            "image.mask: expected a whole PNG, got its end inside the chunk b'IDAT'.",
            id="damaged",
        ),
    ],
)
def test_a_mask_that_can_not_be_used_is_refused_by_name(
    settings: ImageSettings, kind: type[Exception], message: str, photo: np.ndarray
) -> None:
    """Of the recipe where it is wrong for any photo, of the photo where for this one."""
    with pytest.raises(kind, match=f"^{re.escape(message)}$"):
        load(photo, settings=settings)

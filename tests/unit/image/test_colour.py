"""Planes of colour: by hand, of every kind of pixel, and only where asked for."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
import simplejpeg
from numpy.testing import assert_allclose, assert_array_equal

from glassline.arrays import PLANES, View
from glassline.image import load
from glassline.image.colour import has_colour, plane_of, planes_of
from glassline.recipe import ImageSettings

COLOURS = PLANES[1:]


def _even(red: int, green: int, blue: int) -> np.ndarray:
    """A photo of one colour, as arrays are given: red, green, blue."""
    return np.full((16, 24, 3), (red, green, blue), np.uint8)


@pytest.mark.parametrize(
    ("plane", "value"),
    [
        ("red", 0.8),
        ("green", 0.4),
        ("blue", 0.2),
        ("chroma", 0.6),
        ("saturation", 0.75),
    ],
)
def test_each_plane_by_hand(plane: str, value: float) -> None:
    """204, 102 and 51 of 255 are 0.8, 0.4 and 0.2."""
    seen = load(_even(204, 102, 51), settings=ImageSettings(), planes=(plane,)).view

    assert_allclose(seen.plane(plane).grey, value, rtol=1e-6)
    assert list(seen.planes) == [plane]


def test_planes_are_read_only_where_they_are_asked_for() -> None:
    """Grey costs what it did."""
    seen = load(_even(204, 102, 51), settings=ImageSettings())

    assert not seen.view.planes


def test_a_photo_without_colour_has_its_grey_as_channels() -> None:
    """And neither chroma nor saturation."""
    seen = load(_even(51, 51, 51), settings=ImageSettings(), planes=COLOURS).view

    assert not seen.planes
    assert_array_equal(seen.plane("blue").grey, seen.grey)
    assert_array_equal(seen.plane("chroma").grey, np.zeros_like(seen.grey))


def test_a_jpeg_has_the_grey_that_it_holds_with_colour_or_without(
    rng: np.random.Generator,
) -> None:
    """So a setting on luma reads the same bits in every model."""
    pixels = rng.integers(0, 256, (32, 48, 3), dtype=np.uint8)
    data = simplejpeg.encode_jpeg(pixels, 90, "RGB")

    grey, colour = (
        load(data, settings=ImageSettings(), planes=planes).view
        for planes in ((), ("red",))
    )

    assert_array_equal(grey.grey, colour.grey)
    decoded = simplejpeg.decode_jpeg(data, "RGB")[:, :, 0]
    assert_allclose(colour.plane("red").grey, decoded / 255, atol=1e-6)


def test_transparent_pixels_are_white() -> None:
    """In every channel, and without colour."""
    pixels = np.full((4, 4, 4), (0, 0, 255, 0), np.uint8)

    assert_array_equal(plane_of(pixels, "blue"), 1.0)
    assert_array_equal(plane_of(pixels, "chroma"), 0.0)


def test_sixteen_bits_keep_their_steps() -> None:
    """A 65,535th is seen."""
    pixels = np.zeros((1, 2, 3), np.uint16)
    pixels[0, 1, 2] = 1

    assert_allclose(plane_of(pixels, "red"), [[0.0, 1 / 65535]], rtol=1e-6)
    assert has_colour(pixels)
    assert not has_colour(np.zeros((2, 2), np.uint8))


def test_a_masked_plane_is_filled_like_the_grey() -> None:
    """What polygons leave out is filled from what is looked at."""
    pixels = np.tile(_even(204, 102, 51), (3, 3, 1))
    pixels[:, 48:] = (0, 0, 255)
    settings = ImageSettings(leave_out=(((48, 0), (72, 0), (72, 48), (48, 48)),))

    view = load(pixels, settings=settings, planes=("blue",)).view

    assert view.keep is not None
    assert_allclose(view.plane("blue").grey, 0.2, atol=1e-3)
    assert isinstance(view.plane("blue"), View)
    assert cv2.countNonZero(view.keep.astype(np.uint8)) < view.keep.size


def test_planes_of_a_large_turned_photo_are_those_of_its_pixels(
    rng: np.random.Generator,
) -> None:
    """Of more rows than are worked out at once, and read from the last one up."""
    pixels = rng.integers(0, 256, (700, 400, 3), dtype=np.uint8)[::-1]

    found = planes_of(pixels, ("green", "chroma", "saturation"))

    share = pixels / 255
    chroma = share.max(axis=2) - share.min(axis=2)
    assert_allclose(found["green"], share[:, :, 1], rtol=1e-6)
    assert_allclose(found["chroma"], chroma, atol=1e-6)
    assert_allclose(
        found["saturation"], chroma / np.maximum(share.max(axis=2), 4 / 255), atol=1e-5
    )


def test_one_pixel_of_colour_is_colour() -> None:
    """The last of a photo of several blocks."""
    pixels = np.full((600, 400, 3), 7, np.uint8)
    assert not has_colour(pixels)

    pixels[-1, -1, 2] = 8

    assert has_colour(pixels)

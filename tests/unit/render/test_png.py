"""Pixels come back from a PNG as they went in."""

from __future__ import annotations

import base64

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from glassline.errors import GlasslineError
from glassline.image import decode
from glassline.recipe import ImageSettings
from glassline.render.png import as_png, as_url

GREY = np.arange(256, dtype=np.uint8).reshape(16, 16)


@pytest.mark.parametrize("small", [False, True])
@pytest.mark.parametrize(
    "pixels",
    [
        pytest.param(GREY, id="grey"),
        pytest.param(np.dstack([GREY] * 3), id="colour"),
        pytest.param(GREY * np.uint16(257), id="16-bit"),
        pytest.param(GREY[::-1, ::2].repeat(2, axis=1), id="copied"),
    ],
)
def test_pixels_come_back(pixels: np.ndarray, small: bool) -> None:
    """However long it looks for fewer bytes, and in each form that a face uses."""
    shown = decode(as_png(pixels, small=small), settings=ImageSettings())

    grey = pixels if pixels.ndim == 2 else pixels[..., 0]
    assert_array_equal(shown, (grey / np.iinfo(pixels.dtype).max).astype(np.float32))


def test_an_address_holds_the_same_bytes() -> None:
    """What a page shows is the file."""
    kind, data = as_url(GREY).split(",")

    assert (kind, base64.b64decode(data)) == ("data:image/png;base64", as_png(GREY))


def test_pixels_of_no_area_are_refused() -> None:
    """OpenCV's own message is long and names its source."""
    with pytest.raises(
        GlasslineError,
        match=r"^png: expected pixels that OpenCV can write, got uint8 of shape "
        r"\(0, 4\)\.$",
    ):
        as_png(np.zeros((0, 4), np.uint8))

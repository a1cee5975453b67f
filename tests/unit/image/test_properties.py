"""What holds for every photo and every setting of how it is read."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal
from strategies import image_settings, images

from glassline.image import load
from glassline.recipe import ImageSettings

Pixels = np.ndarray
PLAIN = ImageSettings()
some = settings(max_examples=50)


def png(pixels: Pixels) -> bytes:
    """The pixels as the bytes of a PNG."""
    return cv2.imencode(".png", pixels)[1].tobytes()


@some
@given(pixels=images())
def test_every_grey_is_its_share_of_white(pixels: Pixels) -> None:
    """Pixel / 255 in single precision, nothing else done to it."""
    photo = load(pixels, settings=PLAIN)

    assert_array_equal(photo.image, (pixels / 255).astype(np.float32))
    assert (photo.height, photo.width) == pixels.shape


@some
@given(pixels=images())
def test_a_file_shows_what_its_pixels_show(pixels: Pixels) -> None:
    """PNG loses nothing; RGB of a grey is that grey."""
    plain = load(pixels, settings=PLAIN).image

    assert_array_equal(load(png(pixels), settings=PLAIN).image, plain)
    assert_array_equal(load(np.dstack([pixels] * 3), settings=PLAIN).image, plain)


@some
@given(pixels=images(40, 48), left=st.integers(0, 20), top=st.integers(0, 20))
def test_a_region_is_cut_out_and_nothing_else(
    pixels: Pixels, left: int, top: int
) -> None:
    """The same bits as where the whole photo is read and then cut."""
    region = replace(PLAIN, region_xyxy=(left, top, left + 16, top + 18))

    cut = load(png(pixels), settings=region)

    whole = load(pixels, settings=PLAIN)
    assert_array_equal(cut.image, whole.image[top : top + 18, left : left + 16])
    assert (cut.width, cut.height) == (whole.width, whole.height)


@some
@given(given=image_settings, pixels=images())
def test_no_setting_changes_the_name_of_a_photo(
    given: ImageSettings, pixels: Pixels
) -> None:
    """Its hash is that of what was handed in; orientation needs a tag to turn it."""
    roomy = replace(given, max_bytes=10**6, max_pixels=10**6, region_xyxy=None)

    photo = load(png(pixels), settings=roomy)

    assert photo.sha256 == load(png(pixels), settings=PLAIN).sha256
    assert_array_equal(photo.image, load(pixels, settings=PLAIN).image)

"""The one door: paths, bytes and arrays give the same photo."""

from __future__ import annotations

import hashlib
import pickle  # noqa: TID251  what a process pool does with an error
import re

import numpy as np
import pytest
from hostile.files import exif_block, jpeg_segment, pillow, smooth

from glassline.errors import ImageError, InputError, ShapeError
from glassline.image import Photo, load
from glassline.recipe import ImageSettings

SETTINGS = ImageSettings()


def test_path_bytes_and_array_give_one_photo(tmp_path, rng):
    """The numbers do not depend on the door."""
    pixels = smooth(rng, 20, 30, 3)
    data = pillow(pixels, "PNG")
    path = tmp_path / "a\n.png"
    path.write_bytes(data)

    by_path = load(path, settings=SETTINGS, root=tmp_path)
    by_name = load(str(path), settings=SETTINGS)
    by_bytes = load(data, settings=SETTINGS)
    by_array = load(pixels, settings=SETTINGS)

    np.testing.assert_array_equal(by_name.image, by_path.image)
    np.testing.assert_array_equal(by_bytes.image, by_path.image)
    np.testing.assert_array_equal(by_array.image, by_path.image)
    assert by_path.sha256 == by_bytes.sha256 == hashlib.sha256(data).hexdigest()
    assert (by_bytes.name, by_array.name) == ("image", "array")
    assert by_path.name == by_name.name == f"{tmp_path}/a\\n.png"
    assert (by_path.kind, by_path.width, by_path.height) == ("png", 30, 20)
    assert (by_array.kind, by_array.width, by_array.height) == ("array", 30, 20)


@pytest.mark.parametrize("name", ["", "upload 7"])
def test_the_caller_may_name_a_photo(name, rng):
    """A service names the upload; an empty name counts as none."""
    photo = load(smooth(rng, 20, 30), settings=SETTINGS, name=name)

    assert photo.name == (name or "array")


def test_the_size_is_that_of_the_turned_whole_photo(rng):
    """Turned, but not cut."""
    data = pillow(smooth(rng, 20, 30), "JPEG")
    data = jpeg_segment(data, 0xE1, b"Exif\0\0" + exif_block(6))
    settings = ImageSettings(region_xyxy=(0, 0, 16, 18))

    photo = load(data, settings=settings)

    assert (photo.width, photo.height) == (20, 30)
    assert photo.image.shape == (18, 16)
    assert load(data, settings=ImageSettings(orientation="stored")).width == 30


def test_a_photo_can_not_be_changed(rng):
    """Neither its fields nor its pixels; the caller's array stays apart."""
    pixels = smooth(rng, 20, 30).astype(np.float32) / 255
    photo = load(pixels, settings=SETTINGS)

    pixels[0, 0] = 0.5

    assert isinstance(photo, Photo)
    assert photo.image[0, 0] != 0.5
    assert pixels.flags.writeable
    with pytest.raises(ValueError, match=r"^assignment destination is read-only$"):
        photo.image[0, 0] = 0
    with pytest.raises(AttributeError, match=r"^cannot assign to field 'name'$"):
        photo.name = "other"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("dtype", "top"),
    [
        pytest.param(np.uint8, 255, id="uint8"),
        pytest.param(np.uint16, 65535, id="uint16"),
        pytest.param(">u2", 65535, id="big-endian"),
        pytest.param(np.float32, 1, id="float32"),
        pytest.param(np.float64, 1, id="float64"),
        pytest.param(np.float16, 1, id="float16"),
    ],
)
def test_each_kind_of_array_spans_black_to_white(dtype, top):
    """0 is black; the largest number, or 1.0, is white; grey equals its colour."""
    grey = np.zeros((16, 20), dtype)
    grey[4:9, 4:9] = top

    photo = load(grey, settings=SETTINGS)
    colour = load(np.dstack([grey] * 3), settings=SETTINGS)

    np.testing.assert_array_equal(photo.image, (grey != 0).astype(np.float32))
    np.testing.assert_array_equal(colour.image, photo.image)
    assert photo.image.dtype == np.float32


def test_the_channels_of_an_array_are_red_green_blue():
    """Never guessed from the shape."""
    red = np.zeros((16, 16, 3))
    red[:, :, 0] = 1.0

    image = load(red, settings=SETTINGS).image

    np.testing.assert_array_equal(image, np.float32(4899 / 16384))


def test_the_region_and_the_limits_hold_for_arrays(rng):
    """The same recipe, the same cut, the same refusals."""
    pixels = smooth(rng, 40, 50)
    cut = ImageSettings(region_xyxy=(1, 2, 21, 32))

    np.testing.assert_array_equal(
        load(pixels, settings=cut).image,
        load(pillow(pixels, "PNG"), settings=cut).image,
    )
    with pytest.raises(
        ImageError, match=r"^array: expected at least 16 x 16 px, got 50 x 15\.$"
    ):
        load(pixels[:15], settings=SETTINGS)
    with pytest.raises(
        ImageError, match=r"^array: expected at most 1,999 pixels, got "
    ):
        load(pixels, settings=ImageSettings(max_pixels=1999))


@pytest.mark.parametrize(
    ("array", "error", "message"),
    [
        pytest.param(
            np.zeros(9), ShapeError, "array: expected shape (h, w) or (h, w, 3), got (9,).", id="one axis"
        ),
        pytest.param(
            np.zeros((16, 16, 4)), ShapeError, "array: expected shape (h, w) or (h, w, 3), got (16, 16, 4).", id="alpha"
        ),
        pytest.param(
            np.zeros((16, 16, 3, 1)), ShapeError, "array: expected shape (h, w) or (h, w, 3), got (16, 16, 3, 1).", id="four axes"
        ),
        pytest.param(
            np.zeros((16, 16), int), InputError, "array: expected uint8, uint16 or floating point, got int64.", id="int"
        ),
        pytest.param(
            np.zeros((16, 16), bool), InputError, "array: expected uint8, uint16 or floating point, got bool.", id="bool"
        ),
        pytest.param(
            np.where(np.eye(16), np.nan, 0.5), InputError, "array[0, 0]: expected a number in [0, 1], got nan (15 more).", id="nan"
        ),
        pytest.param(
            np.pad([[[0.1, 0.2, 1.5]]], ((0, 15), (2, 13), (0, 0))), InputError, "array[0, 2, 2]: expected a number in [0, 1], got 1.5.", id="above 1"
        ),
        pytest.param(
            np.pad([[-np.inf]], 8), InputError, "array[8, 8]: expected a number in [0, 1], got -inf.", id="infinite"
        ),
    ],
)  # fmt: skip
def test_an_array_that_is_no_photo_is_refused(array, error, message):
    """The message names the shape, the type, or the first wrong number."""
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        load(array, settings=SETTINGS)


def test_the_fingerprint_of_an_array_is_over_its_numbers_shape_and_type(rng):
    """Layout and byte order in memory do not count; everything else does."""
    pixels = smooth(rng, 20, 30).astype(np.uint16)

    def digest(array: np.ndarray) -> str:
        return load(array, settings=SETTINGS).sha256

    by_hand = hashlib.sha256(b"<u2 (20, 30)\n" + pixels.astype("<u2").tobytes())
    assert digest(pixels) == by_hand.hexdigest()
    assert digest(np.asfortranarray(pixels)) == digest(pixels)
    assert digest(pixels.astype(">u2")) == digest(pixels)
    others = [pixels.reshape(30, 20), pixels.astype(np.uint8), pixels[::-1]]
    assert len({digest(pixels), *map(digest, others)}) == 4


def test_a_refusal_survives_the_way_from_another_process():
    """The reason comes back with the message."""
    with pytest.raises(ImageError, match=r"^up: expected .*, got 0 bytes\.$") as caught:
        load(b"", settings=SETTINGS, name="up")

    back = pickle.loads(pickle.dumps(caught.value))  # noqa: S301  our own bytes

    assert (back.reason, str(back)) == (caught.value.reason, str(caught.value))

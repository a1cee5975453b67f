"""The type by the first bytes, and the limits that hold for all types."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hostile.files import pillow, png, smooth

from glassline.errors import ImageError
from glassline.image import read_header
from glassline.recipe import ImageSettings

SETTINGS = ImageSettings()
EXPECTED = "expected JPEG, PNG, WebP, BMP or TIFF"


@pytest.mark.parametrize(
    ("kind", "mode", "channels", "bits"),
    [
        pytest.param("JPEG", "L", 1, 8, id="jpeg grey"),
        pytest.param("JPEG", "RGB", 3, 8, id="jpeg colour"),
        pytest.param("JPEG", "CMYK", 4, 8, id="jpeg inks"),
        pytest.param("PNG", "L", 1, 8, id="png grey"),
        pytest.param("PNG", "1", 1, 1, id="png one bit"),
        pytest.param("PNG", "I;16", 1, 16, id="png 16 bits"),
        pytest.param("PNG", "LA", 2, 8, id="png grey and alpha"),
        pytest.param("PNG", "RGBA", 4, 8, id="png colour and alpha"),
        pytest.param("PNG", "P", 1, 8, id="png palette"),
        pytest.param("WEBP", "RGB", 3, 8, id="webp"),
        pytest.param("WEBP", "RGBA", 4, 8, id="webp alpha"),
        pytest.param("BMP", "L", 1, 8, id="bmp palette"),
        pytest.param("BMP", "RGB", 3, 8, id="bmp colour"),
        pytest.param("TIFF", "L", 1, 8, id="tiff grey"),
        pytest.param("TIFF", "I;16", 1, 16, id="tiff 16 bits"),
        pytest.param("TIFF", "RGB", 3, 8, id="tiff colour"),
    ],
)
def test_the_header_agrees_with_the_writer(kind, mode, channels, bits, rng):
    """Type, size, channels and bits are those that Pillow was told to write."""
    pixels = smooth(rng, 19, 33, 4)
    pixels[:, :, 3] //= 2  # otherwise an encoder may leave alpha out
    grey = pixels[:, :, 0].astype(np.uint16) if mode == "I;16" else pixels
    data = pillow(grey, kind, mode if mode != "I;16" else None)

    header = read_header(data, settings=SETTINGS)

    assert (header.kind, header.width, header.height) == (kind.lower(), 33, 19)
    assert (header.channels, header.bits, header.orientation) == (channels, bits, 1)


def test_a_lossless_webp_is_measured_too(rng):
    """The lossless frame has its own header."""
    header = read_header(
        pillow(smooth(rng, 19, 33, 3), "WEBP", lossless=True), settings=SETTINGS
    )

    assert (header.width, header.height, header.channels) == (33, 19, 3)


@pytest.mark.parametrize(
    ("data", "reason", "message"),
    [
        pytest.param(b"", "empty", f"{EXPECTED}, got 0 bytes.", id="empty"),
        pytest.param(
            b"GIF89a" + bytes(20),
            "unsupported_type",
            f"{EXPECTED}, got GIF. Convert it with: magick photo.gif photo.png",
            id="gif",
        ),
        pytest.param(
            b"\0\0\0\x1cftypavif",
            "unsupported_type",
            f"{EXPECTED}, got AVIF. Convert it with: magick photo.gif photo.png",
            id="avif",
        ),
        pytest.param(
            b"\0\0\0\x1cftypheic",
            "unsupported_type",
            f"{EXPECTED}, got HEIC or a video. "
            "Convert it with: magick photo.gif photo.png",
            id="heic",
        ),
        pytest.param(
            b"P5 9 9 255 ",
            "unsupported_type",
            f"{EXPECTED}, got PNM. Convert it with: magick photo.gif photo.png",
            id="pgm",
        ),
        pytest.param(
            b"II\x2b\0" + bytes(20),
            "unsupported_type",
            f"{EXPECTED}, got BigTIFF. Convert it with: magick photo.gif photo.png",
            id="bigtiff",
        ),
        pytest.param(
            b"%PDF-1.7", "unsupported_type", f"{EXPECTED}, got PDF.", id="pdf"
        ),
        pytest.param(
            b"  <svg xmlns", "unsupported_type", f"{EXPECTED}, got SVG.", id="svg"
        ),
        pytest.param(
            b"RIFF\0\0\0\0WAVE",
            "unsupported_type",
            f"{EXPECTED}, got something else.",
            id="sound",
        ),
        pytest.param(
            b"hello", "unsupported_type", f"{EXPECTED}, got something else.", id="text"
        ),
        pytest.param(b"\xff", "truncated", f"{EXPECTED}, got 1 bytes.", id="1 byte"),
        pytest.param(b"RIFF", "truncated", f"{EXPECTED}, got 4 bytes.", id="riff"),
        pytest.param(
            b"RIFF\0\0\0\0WE", "truncated", f"{EXPECTED}, got 10 bytes.", id="riff cut"
        ),
    ],
)
def test_other_bytes_are_refused_by_what_they_are(data, reason, message):
    """The refusal says what the bytes are, not what the name promises."""
    with pytest.raises(
        ImageError, match=f"^photo.gif: {re.escape(message)}$"
    ) as caught:
        read_header(data, settings=SETTINGS, name="photo.gif")

    assert caught.value.reason == reason


def test_the_limit_of_bytes_holds_for_uploads_as_well():
    """Bytes that never were a file meet the same limit."""
    message = (
        "^image: expected at most 3 bytes, got 4. Resize it or raise image.max_bytes.$"
    )
    with pytest.raises(ImageError, match=message) as caught:
        read_header(b"1234", settings=ImageSettings(max_bytes=3))

    assert caught.value.reason == "too_many_bytes"


def test_the_limit_of_pixels_itself_is_allowed():
    """As many pixels as the limit pass, one more does not."""
    data = png((40, 25), b"")
    message = (
        "image: expected at most 999 pixels, got 40 x 25 = 1,000. "
        "Resize it or raise image.max_pixels."
    )

    header = read_header(data, settings=ImageSettings(max_pixels=1000))
    with pytest.raises(ImageError, match=f"^{re.escape(message)}$") as caught:
        read_header(data, settings=ImageSettings(max_pixels=999))

    assert header.width * header.height == 1000
    assert caught.value.reason == "too_many_pixels"

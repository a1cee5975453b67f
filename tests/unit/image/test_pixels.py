"""From bytes to grey: drawn arrays written to each type and read back."""

from __future__ import annotations

import io
import itertools
import re
import zlib

import cv2
import numpy as np
import PIL.Image
import pytest
import simplejpeg
from hostile.files import (
    bmp,
    exif_block,
    jpeg_segment,
    pillow,
    png,
    png_chunk,
    smooth,
    tiff,
)

from glassline.errors import ImageError
from glassline.image import decode
from glassline.image.pixels import to_grey, turn
from glassline.recipe import ImageSettings

SETTINGS = ImageSettings()
STORED = ImageSettings(orientation="stored")
DRAWN = np.array(  # one bright line, one speck, all levels apart
    [
        [0, 10, 20, 30, 255],
        [40, 50, 60, 255, 70],
        [80, 90, 255, 100, 110],
        [120, 255, 130, 140, 150],
        [255, 160, 170, 180, 1],
    ],
    np.uint8,
)
PAPER = np.full((16, 16), 77, np.uint8)
PAPER[3:8, 6:11] = DRAWN
COLOURS = np.dstack([PAPER, np.roll(PAPER, 1, 0), np.roll(PAPER, 2, 1)])
BT601 = np.array([4899, 9617, 1868])


def rows(pixels: np.ndarray) -> bytes:
    """PNG rows without a filter."""
    wide = pixels.astype(pixels.dtype.newbyteorder(">"))
    return b"".join(b"\0" + row.tobytes() for row in wide)


def grey_of(pixels: np.ndarray, top: int = 255) -> np.ndarray:
    """The image that these pixels stand for, by the rule in the guide."""
    if pixels.ndim == 3:
        total = pixels.astype(np.int64) @ BT601
        return (total / (16384 * top)).astype(np.float32)
    return (pixels / top).astype(np.float32)


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        pytest.param("PNG", {}, id="png"),
        pytest.param("WEBP", {"lossless": True}, id="webp"),
        pytest.param("BMP", {}, id="bmp"),
        pytest.param("TIFF", {}, id="tiff"),
        pytest.param("TIFF", {"compression": "tiff_lzw"}, id="tiff lzw"),
        pytest.param("TIFF", {"compression": "tiff_adobe_deflate"}, id="tiff deflate"),
        pytest.param("TIFF", {"compression": "packbits"}, id="tiff packbits"),
    ],
)
@pytest.mark.parametrize("pixels", [PAPER, COLOURS], ids=["grey", "colour"])
def test_a_lossless_photo_is_read_number_by_number(kind, options, pixels):
    """What was drawn comes back, exactly."""
    got = decode(pillow(pixels, kind, **options), settings=SETTINGS)

    assert got.dtype == np.float32
    assert got.flags.c_contiguous
    np.testing.assert_array_equal(got, grey_of(pixels))


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "BMP", "TIFF"])
def test_grey_equals_the_colour_of_that_grey(kind):
    """A camera that writes grey as colour changes no bit."""
    one = decode(pillow(PAPER, "PNG"), settings=SETTINGS)

    three = decode(
        pillow(np.dstack([PAPER] * 3), kind, lossless=True), settings=SETTINGS
    )

    np.testing.assert_array_equal(three, one)


def test_each_grey_of_8_and_16_bits_is_its_quotient():
    """All 256 and all 65,536 levels, grey and as colour, are rounded once."""
    small = np.arange(256, dtype=np.uint8).reshape(16, 16)
    large = np.arange(65536, dtype=np.uint16).reshape(256, 256)

    for_small, for_large = small / np.float64(255), large / np.float64(65535)

    np.testing.assert_array_equal(to_grey(small), for_small.astype(np.float32))
    np.testing.assert_array_equal(to_grey(large), for_large.astype(np.float32))
    np.testing.assert_array_equal(to_grey(np.dstack([small] * 3)), to_grey(small))
    np.testing.assert_array_equal(to_grey(np.dstack([large] * 3)), to_grey(large))
    np.testing.assert_array_equal(
        to_grey(np.dstack([small, small, small, np.full_like(small, 255)])),
        to_grey(small),
    )


def test_the_weights_are_those_of_bt601():
    """Pure red, green and blue differ from 0.299, 0.587, 0.114 by under 1e-4."""
    pure = np.zeros((16, 48, 3), np.uint8)
    for channel in range(3):
        pure[:, 16 * channel : 16 * channel + 16, channel] = 255

    got = decode(pillow(pure, "PNG"), settings=SETTINGS)[0, ::16]

    np.testing.assert_allclose(got, [0.299, 0.587, 0.114], atol=1e-4)


@pytest.mark.parametrize("bits", [1, 2, 4])
def test_few_bits_spread_from_black_to_white(bits, rng):
    """The largest level of 1, 2 and 4 bits is white."""
    levels = rng.integers(0, 2**bits, (16, 16))
    each = 8 // bits
    packed = sum(
        levels[:, i::each] << (8 - bits * (i + 1)) for i in range(each)
    ).astype(np.uint8)

    got = decode(png((16, 16), rows(packed), bits=bits), settings=SETTINGS)

    np.testing.assert_array_equal(got, grey_of(levels, 2**bits - 1))


def test_a_palette_shows_its_colours():
    """The number of a colour is not its grey."""
    palette = bytes([0, 0, 0, 200, 100, 50, 255, 255, 255])
    levels = (PAPER % 3).astype(np.uint8)
    shown = np.frombuffer(palette, np.uint8).reshape(3, 3)[levels]

    as_png = png((16, 16), rows(levels), colour=3, before=[png_chunk(b"PLTE", palette)])
    as_bmp = bmp(
        (16, 16),
        levels[::-1].tobytes(),
        bits=8,
        palette=b"".join(palette[i : i + 3][::-1] + b"\0" for i in (0, 3, 6))
        + bytes(4 * 253),
    )

    np.testing.assert_array_equal(decode(as_png, settings=SETTINGS), grey_of(shown))
    np.testing.assert_array_equal(decode(as_bmp, settings=SETTINGS), grey_of(shown))


def test_16_bits_keep_their_steps(rng):
    """A PNG and a TIFF of 16 bits are not cut to 8."""
    grey = rng.integers(0, 65536, (16, 16)).astype(np.uint16)
    colour = rng.integers(0, 65536, (16, 16, 3)).astype(np.uint16)
    tall = png((16, 16), rows(colour.reshape(16, 48)), bits=16, colour=2)

    np.testing.assert_array_equal(
        decode(png((16, 16), rows(grey), bits=16), settings=SETTINGS),
        grey_of(grey, 65535),
    )
    np.testing.assert_array_equal(
        decode(tall, settings=SETTINGS), grey_of(colour, 65535)
    )
    np.testing.assert_array_equal(
        decode(tiff(colour, 2, bits=16), settings=SETTINGS), grey_of(colour, 65535)
    )


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(
    ("pixels", "photometric", "options", "expected"),
    [
        pytest.param(PAPER, 1, {}, grey_of(PAPER), id="black is 0"),
        pytest.param(PAPER, 0, {}, grey_of(255 - PAPER), id="white is 0"),
        pytest.param(PAPER % 2, 1, {"bits": 1}, grey_of(PAPER % 2, 1), id="one bit"),
        pytest.param(
            PAPER % 2,
            0,
            {"bits": 1},
            grey_of(1 - PAPER % 2, 1),
            id="one bit, white is 0",
        ),
        pytest.param(COLOURS, 2, {"rows_per_strip": 5}, grey_of(COLOURS), id="strips"),
        pytest.param(
            COLOURS,
            2,
            {"tile_wh": (16, 32), "compression": 8, "pack": zlib.compress},
            grey_of(COLOURS),
            id="tiles",
        ),
        pytest.param(
            PAPER,
            1,
            {"bits": 16, "compression": 8, "pack": zlib.compress},
            grey_of(PAPER, 65535),
            id="deflated 16 bits",
        ),
    ],
)
def test_the_kinds_of_tiff_are_read(order, pixels, photometric, options, expected):
    """Strips or tiles, either byte order, black or white as 0."""
    data = tiff(pixels, photometric, order=order, **options)

    np.testing.assert_array_equal(decode(data, settings=SETTINGS), expected)


def test_a_bmp_may_start_at_the_top_and_has_no_alpha(rng):
    """A negative height turns the rows round; the fourth byte is not used."""
    fourth = rng.integers(0, 256, (16, 16, 1), dtype=np.uint8)
    four = np.dstack([COLOURS[:, :, ::-1], fourth])

    top = decode(bmp((16, -16), four.tobytes(), bits=32), settings=SETTINGS)
    bottom = decode(bmp((16, 16), four[::-1].tobytes(), bits=32), settings=SETTINGS)

    np.testing.assert_array_equal(top, grey_of(COLOURS))
    np.testing.assert_array_equal(bottom, grey_of(COLOURS))


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_transparent_pixels_show_white(kind):
    """Hidden colours stay hidden: a grey + (1 - a)."""
    alpha = np.full((16, 16), 255, np.uint8)
    alpha[4:9, 4:9] = DRAWN
    four = np.dstack([COLOURS, alpha])
    part = alpha / 255.0
    expected = part * (COLOURS @ BT601 / (16384 * 255)) + (1 - part)

    options = {"lossless": True, "exact": True}
    got = decode(pillow(four, kind, **options), settings=SETTINGS)

    np.testing.assert_allclose(got, expected, rtol=0, atol=1e-7)  # one rounding
    assert got[4, 4] == 1.0  # fully transparent


def test_grey_with_alpha_and_a_transparent_palette_show_white_too():
    """The other two ways in which a PNG is transparent."""
    both = np.dstack([PAPER, 255 - PAPER])
    palette = png_chunk(b"PLTE", bytes([50, 50, 50, 100, 100, 100]))
    clear = png_chunk(b"tRNS", bytes([0]))
    levels = PAPER % 2

    two = decode(png((16, 16), rows(both.reshape(16, 32)), colour=4), settings=SETTINGS)
    shown = decode(
        png((16, 16), rows(levels), colour=3, before=[palette, clear]),
        settings=SETTINGS,
    )

    part = (255 - PAPER) / 255.0
    np.testing.assert_allclose(two, part * (PAPER / 255) + 1 - part, rtol=0, atol=1e-7)
    np.testing.assert_array_equal(shown, np.where(levels, np.float32(100 / 255), 1))


@pytest.mark.parametrize("is_progressive", [False, True])
@pytest.mark.parametrize("channels", [0, 3])
def test_a_jpeg_is_its_luminance_channel(channels, is_progressive, rng):
    """Grey or colour, the Y channel of the decoder, over 255."""
    data = pillow(smooth(rng, 40, 56, channels), "JPEG", progressive=is_progressive)

    got = decode(data, settings=SETTINGS)

    channel = simplejpeg.decode_jpeg(data, "GRAY")[:, :, 0]
    np.testing.assert_array_equal(got, grey_of(channel))


def test_a_jpeg_comes_close_to_what_was_drawn(rng):
    """At quality 95 a grainy photo is back within ten grey levels."""
    pixels = smooth(rng, 40, 56)

    got = decode(pillow(pixels, "JPEG", quality=95), settings=SETTINGS)

    np.testing.assert_allclose(got, pixels / 255, rtol=0, atol=10 / 255)


def test_a_jpeg_of_four_inks_is_read_in_adobes_way():
    """Flat inks, 255 for none: each colour is ink times black over 255."""
    inks = np.zeros((16, 16, 4), np.uint8)
    inks[:] = (200, 100, 50, 128)  # as Pillow means them: 255 is all ink
    free = 255 - inks[0, 0].astype(int)
    shown = (free[:3] * free[3] + 127) // 255

    got = decode(pillow(inks, "JPEG", "CMYK", quality=100), settings=SETTINGS)

    np.testing.assert_allclose(got, (shown @ BT601) / (16384 * 255), atol=1.5 / 255)


def test_a_jpeg_of_rgb_channels_is_not_taken_for_luminance():
    """Adobe's marker says that the channels are red, green and blue."""
    red = np.zeros((16, 16, 3), np.uint8)
    red[:, :, 0] = 200

    data = pillow(red, "JPEG", keep_rgb=True, quality=100)

    np.testing.assert_allclose(
        decode(data, settings=SETTINGS), 0.299 * 200 / 255, atol=1.5 / 255
    )


TWINS = list(itertools.product(["jpeg", "png", "webp", "tiff"], range(1, 9)))
UNTURN = {1: 1, 2: 2, 3: 3, 4: 4, 5: 5, 6: 8, 7: 7, 8: 6}


def stored(kind: str, orientation: int) -> bytes:
    """A file whose pixels are turned away, and whose EXIF says so."""
    pixels = np.ascontiguousarray(turn(COLOURS[:, 2:], UNTURN[orientation]))
    exif = exif_block(orientation)
    if kind == "jpeg":
        blocks = np.kron(pixels, np.ones((8, 8, 1), np.uint8))
        data = pillow(blocks, "JPEG", quality=95, subsampling=0)
        return jpeg_segment(data, 0xE1, b"Exif\0\0" + exif)
    if kind == "webp":
        return pillow(pixels, "WEBP", lossless=True, exif=exif)
    if kind == "tiff":
        return tiff(pixels, 2, extra=[(274, 3, [orientation])])
    size = pixels.shape[1], pixels.shape[0]
    body = rows(pixels.reshape(size[1], -1))
    return png(size, body, colour=2, before=[png_chunk(b"eXIf", exif)])


@pytest.mark.parametrize(("kind", "orientation"), TWINS)
def test_the_eight_orientations_show_one_photo(kind, orientation, monkeypatch):
    """However the camera was held, the part is upright."""
    monkeypatch.setattr("glassline.image.pixels.MIN_SIDE", 14)
    expected = grey_of(COLOURS[:, 2:])

    got = decode(stored(kind, orientation), settings=SETTINGS)

    assert got.flags.c_contiguous
    step = got.shape[0] // 16
    tolerance = 0 if step == 1 else 3 / 255  # JPEG rounds luminance
    np.testing.assert_allclose(
        got[step // 2 :: step, step // 2 :: step], expected, rtol=0, atol=tolerance
    )


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp", "tiff"])
def test_a_line_camera_keeps_the_stored_rows(kind, monkeypatch):
    """With orientation = "stored" the EXIF value changes nothing."""
    monkeypatch.setattr("glassline.image.pixels.MIN_SIDE", 14)

    assert decode(stored(kind, 6), settings=STORED).shape[0] % 14 == 0
    assert decode(stored(kind, 6), settings=SETTINGS).shape[0] % 16 == 0


def test_turning_a_drawn_square_by_hand():
    """The eight EXIF values on a 2 x 3 drawing."""
    drawn = np.array([[1, 2, 3], [4, 5, 6]])

    got = {value: turn(drawn, value).tolist() for value in range(1, 9)}

    assert got == {
        1: [[1, 2, 3], [4, 5, 6]],
        2: [[3, 2, 1], [6, 5, 4]],
        3: [[6, 5, 4], [3, 2, 1]],
        4: [[4, 5, 6], [1, 2, 3]],
        5: [[1, 4], [2, 5], [3, 6]],
        6: [[4, 1], [5, 2], [6, 3]],
        7: [[6, 3], [5, 2], [4, 1]],
        8: [[3, 6], [2, 5], [1, 4]],
    }


def test_the_region_is_cut_from_the_turned_photo(rng):
    """Left, top, right, bottom of what a person sees."""
    pixels = smooth(rng, 40, 30)
    data = png((30, 40), rows(pixels), before=[png_chunk(b"eXIf", exif_block(6))])
    settings = ImageSettings(region_xyxy=(20, 3, 40, 21))

    got = decode(data, settings=settings)

    np.testing.assert_array_equal(got, grey_of(turn(pixels, 6)[3:21, 20:40]))


@pytest.mark.parametrize(
    ("region", "reason", "message"),
    [
        pytest.param(
            (0, 0, 31, 20),
            "outside_region",
            "the region inside 30 x 40 px, got right edge 31. "
            "Correct image.region_xyxy in recipe.toml.",
            id="right",
        ),
        pytest.param(
            (0, 0, 30, 41),
            "outside_region",
            "the region inside 30 x 40 px, got bottom edge 41. "
            "Correct image.region_xyxy in recipe.toml.",
            id="bottom",
        ),
        pytest.param(
            (0, 0, 15, 40),
            "too_small",
            "at least 16 x 16 px, got 15 x 40.",
            id="narrow",
        ),
        pytest.param(
            (0, 0, 30, 15), "too_small", "at least 16 x 16 px, got 30 x 15.", id="flat"
        ),
    ],
)
def test_a_region_that_does_not_fit_is_refused(region, reason, message, rng):
    """The message names the edge that lies outside."""
    data = pillow(smooth(rng, 40, 30), "PNG")

    with pytest.raises(
        ImageError, match=f"^p.png: expected {re.escape(message)}$"
    ) as e:
        decode(data, settings=ImageSettings(region_xyxy=region), name="p.png")

    assert e.value.reason == reason


@pytest.mark.parametrize("code", ["tiff_lzw", "packbits", "tiff_adobe_deflate"])
@pytest.mark.parametrize("channels", [0, 3])
@pytest.mark.parametrize("part", [0.99, 0.9, 0.5, 0.1])
def test_a_packed_tiff_with_a_short_strip_is_refused(code, channels, part, rng):
    """The decoder would show black below the cut, and say nothing."""
    data = pillow(smooth(rng, 63, 65, channels), "TIFF", compression=code)
    tags = PIL.Image.open(io.BytesIO(data)).tag_v2
    strip = data[tags[273][0] : tags[273][0] + tags[279][0]]
    options = {"compression": tags[259], "rows_per_strip": tags[278]}
    pixels = np.zeros((63, 65, channels) if channels else (63, 65))

    def rebuilt(size: int) -> bytes:
        return tiff(
            pixels, 2 if channels else 1, pack=lambda block: strip[:size], **options
        )

    whole = decode(rebuilt(len(strip)), settings=SETTINGS)
    with pytest.raises(
        ImageError, match=r"^image: expected a whole picture, got damage in it\.$"
    ):
        decode(rebuilt(int(part * len(strip))), settings=SETTINGS)

    np.testing.assert_array_equal(whole, decode(data, settings=SETTINGS))


def test_a_packed_tiff_of_many_strips_and_a_short_last_one_is_read(rng):
    """65 rows in strips of 8: eight full ones and one of a row."""
    pixels = smooth(rng, 65, 33, 3)
    options = {"rows_per_strip": 8, "compression": 8, "pack": zlib.compress}

    got = decode(tiff(pixels, 2, **options), settings=SETTINGS)

    np.testing.assert_array_equal(got, grey_of(pixels))


def test_a_packed_tiff_of_one_huge_strip_is_read():
    """A strip of more than a million bytes is asked for in several rows."""
    pixels = np.full((1200, 1001), 51, np.uint8)
    options = {"compression": 8, "pack": zlib.compress}

    got = decode(tiff(pixels, 1, **options), settings=SETTINGS)

    np.testing.assert_array_equal(got, grey_of(pixels))


def test_the_smallest_photo_is_16_by_16():
    """The limit itself is read, one pixel less is not."""
    assert decode(pillow(PAPER, "PNG"), settings=SETTINGS).shape == (16, 16)
    with pytest.raises(ImageError, match=r"^image: expected at least 16 x 16 px, got "):
        decode(pillow(PAPER[1:], "PNG"), settings=SETTINGS)


SMOOTH = smooth(np.random.default_rng(1), 64, 64)  # noqa: TID251  needed to parametrize
JPEG = pillow(SMOOTH, "JPEG")


@pytest.mark.parametrize(
    ("data", "reason", "message"),
    [
        pytest.param(
            JPEG[: len(JPEG) // 2] + b"\xff\xd9",
            "truncated",
            r"a JPEG without damage, got Corrupt JPEG data: premature end of data segment",
            id="jpeg cut and closed",
        ),
        pytest.param(
            JPEG.replace(b"\xff\xc4\0\x1f\0\0", b"\xff\xc4\0\x1f\0\xff"),
            "undecodable",
            "a JPEG without damage, got .*",  # in the words of the decoder
            id="jpeg with a broken table",
        ),
        pytest.param(
            png((64, 64), rows(SMOOTH)[:-99]),
            "undecodable",
            "a whole picture, got damage in it",
            id="png with too few rows",
        ),
        pytest.param(
            png((64, 64), b"", packed=zlib.compress(rows(SMOOTH))[:-9]),
            "undecodable",
            "a whole picture, got damage in it",
            id="png with cut pixels",
        ),
        pytest.param(
            tiff(SMOOTH, 1, compression=8, pack=lambda data: zlib.compress(data)[:-99]),
            "undecodable",
            "a whole picture, got damage in it",
            id="tiff with cut pixels",
        ),
    ],
)
def test_a_decoder_that_finds_damage_refuses(data, reason, message):
    """Structure right, contents wrong: nothing is repaired."""
    with pytest.raises(ImageError, match=rf"^x: expected {message}\.$") as caught:
        decode(data, settings=SETTINGS, name="x")

    assert caught.value.reason == reason


@pytest.mark.parametrize(
    ("answer", "reason", "got"),
    [
        pytest.param(
            np.zeros((9, 9), np.uint8), "undecodable", "9 x 9", id="another size"
        ),
        pytest.param(
            np.zeros((16, 16), np.float32), "unsupported_depth", "float32", id="floats"
        ),
    ],
)
def test_a_decoder_that_disagrees_with_the_header_is_not_believed(
    answer, reason, got, monkeypatch
):
    """A size or a type that the header does not announce is refused."""
    monkeypatch.setattr(cv2, "imdecode", lambda data, flags: answer)

    with pytest.raises(
        ImageError, match=rf"^image: expected .*, got {got}\.$"
    ) as caught:
        decode(pillow(PAPER, "PNG"), settings=SETTINGS)

    assert caught.value.reason == reason


def test_a_decoder_that_raises_refuses(monkeypatch):
    """An error of OpenCV becomes a refusal, not a traceback."""

    def fail(data, flags):
        raise cv2.error("inside")

    monkeypatch.setattr(cv2, "imdecode", fail)

    with pytest.raises(
        ImageError, match=r"^image: expected a whole picture, got damage in it\.$"
    ):
        decode(pillow(PAPER, "PNG"), settings=SETTINGS)

"""The structure of each type: damage is found before a decoder sees it."""

from __future__ import annotations

import re
import struct

import numpy as np
import pytest
from hostile.files import (
    SIGNATURE,
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
from glassline.image import decode, exif, read_header
from glassline.recipe import ImageSettings

SETTINGS = ImageSettings()
LIGHT = np.full((16, 16), 200, np.uint8)
JPEG = pillow(LIGHT, "JPEG")
COLOUR = pillow(np.dstack([LIGHT] * 3), "JPEG", progressive=True)
WEBP = pillow(np.dstack([LIGHT] * 3), "WEBP")
LOSSLESS = pillow(np.dstack([LIGHT] * 3), "WEBP", lossless=True)
ALPHA = pillow(np.dstack([LIGHT] * 4), "WEBP")
ROWS = bytes(17 * 16)
FRAME = JPEG.index(b"\xff\xc0")
SCAN = JPEG.index(b"\xff\xda")


def header_of(data: bytes) -> None:
    """Read the header, or raise."""
    read_header(data, settings=SETTINGS, name="x")


def patched(data: bytes, place: int, new: bytes) -> bytes:
    """The same bytes with some replaced."""
    return data[:place] + new + data[place + len(new) :]


def webp(*chunks: tuple[bytes, bytes]) -> bytes:
    """A WebP of any chunks."""
    body = b"WEBP" + b"".join(
        name + struct.pack("<I", len(data)) + data + bytes(len(data) % 2)
        for name, data in chunks
    )
    return b"RIFF" + struct.pack("<I", len(body)) + body


def tag(number: int, *values: int) -> dict[str, object]:
    """One more TIFF tag of short numbers."""
    return {"extra": [(number, 3, values)]}


FRAME_BODY = WEBP[20:]


REFUSED = [
    # JPEG
    ("jpeg cut in a segment", JPEG[:30], "truncated", "a whole JPEG, got its end inside the header"),
    ("jpeg cut before a marker", JPEG[:FRAME + 1], "truncated", "a whole JPEG, got its end inside the header"),
    ("jpeg without an end", JPEG[:-2], "truncated", "a JPEG with an end marker, got none"),
    ("jpeg of ends", b"\xff\xd8\xff\xd9\xff\xd9", "undecodable", r"a JPEG marker, got b'\xff\xd9'"),
    ("jpeg zero marker", b"\xff\xd8\xff\0\0\0", "undecodable", r"a JPEG marker, got b'\xff\x00'"),
    ("jpeg between segments", JPEG[:FRAME] + b"abcd" + JPEG[FRAME:], "undecodable", "a JPEG marker, got b'ab'"),
    ("jpeg segment of no length", b"\xff\xd8\xff\xe0\0\1" + bytes(9), "undecodable", "a JPEG segment with a length, got 1 bytes"),
    ("jpeg scan of no length", b"\xff\xd8\xff\xda\0\2" + bytes(9), "undecodable", "a JPEG segment with a length, got 2 bytes"),
    ("jpeg without a frame", JPEG[:2] + JPEG[SCAN:], "undecodable", "a frame header before the picture, got none"),
    ("jpeg short frame", b"\xff\xd8\xff\xc0\0\4\x08\0" + JPEG[SCAN:], "undecodable", "a whole frame header, got 2 bytes"),
    ("jpeg 12 bits", patched(JPEG, FRAME + 4, b"\x0c"), "unsupported_depth", "8 bits a number in a JPEG, got 12. Save it again as 16-bit PNG"),
    ("jpeg no height", patched(JPEG, FRAME + 5, b"\0\0"), "undecodable", "a width and height above 0, got 16 x 0"),
    ("jpeg two channels", patched(JPEG, FRAME + 9, b"\2"), "unsupported_coding", "1, 3 or 4 channels, got 2"),
    ("jpeg lossless", patched(JPEG, FRAME + 1, b"\xc3"), "unsupported_coding", "a baseline or progressive JPEG, got lossless coding. Save it again as PNG"),
    ("jpeg hierarchical", patched(JPEG, FRAME + 1, b"\xc5"), "unsupported_coding", "a baseline or progressive JPEG, got hierarchical coding. Save it again as PNG"),
    ("jpeg arithmetic", patched(JPEG, FRAME + 1, b"\xc9"), "unsupported_coding", "a baseline or progressive JPEG, got arithmetic coding. Save it again as PNG"),
    ("jpeg segments", JPEG[:2] + b"\xff\xfe\0\2" * 1000 + JPEG[2:], "too_complex", "at most 1,000 segments in a JPEG, got more. Save it again as PNG"),
    ("jpeg scans", COLOUR[:-2] + COLOUR[COLOUR.index(b"\xff\xda"):-2] * 20 + COLOUR[-2:], "too_complex", "at most 100 scans in a JPEG, got more. Save it again as PNG"),
    ("jpeg scans times pixels", patched(COLOUR[:-2] + COLOUR[COLOUR.rindex(b"\xff\xda"):-2] * 20 + b"\xff\xd9", COLOUR.index(b"\xff\xc2") + 5, struct.pack(">HH", 7000, 7000)), "too_complex", "at most 1,000,000,000 pixels in all scans in a JPEG, got more. Save it again as PNG"),
    ("jpeg scans of nothing", COLOUR[:-2] + b"\xff\xda\0\x08\1\1\0\0\0\0" * 101, "truncated", "a JPEG with an end marker, got none"),
    # PNG
    ("png cut", png((16, 16), ROWS)[:-1], "truncated", "a whole PNG, got its end before the chunk IEND"),
    ("png cut in a chunk", png((16, 16), ROWS)[:50], "truncated", "a whole PNG, got its end inside the chunk b'IDAT'"),
    ("png checksum", patched(png((16, 16), ROWS), 45, b"x"), "undecodable", "the checksum of chunk b'IDAT', got another one"),
    ("png other first", SIGNATURE + png_chunk(b"IDAT", b""), "undecodable", "the chunk b'IHDR' first, got b'IDAT'"),
    ("png no height", png((16, 0), b""), "undecodable", "a width and height above 0, got 16 x 0"),
    ("png depth", png((16, 16), ROWS, bits=3), "undecodable", "a PNG colour type and depth, got type 0, 3 bits"),
    ("png colour", png((16, 16), ROWS, colour=5), "undecodable", "a PNG colour type and depth, got type 5, 8 bits"),
    ("png animated", png((16, 16), ROWS, before=[png_chunk(b"acTL", bytes(8))]), "animated", "one picture, got an animated PNG"),
    ("png unknown", png((16, 16), ROWS, before=[png_chunk(b"QQQQ", b"")]), "unsupported_coding", "a chunk of the PNG standard, got b'QQQQ'"),
    ("png clear grey", png((16, 16), ROWS, before=[png_chunk(b"tRNS", b"\0\0")]), "unsupported_coding", "transparency of a grey PNG in an alpha channel, got one grey declared transparent. Save it again without transparency"),
    ("png chunks", png((16, 16), ROWS, before=[png_chunk(b"tEXt", b"")] * 10_000), "too_complex", "at most 10,000 chunks in a PNG, got more"),
    # WebP
    ("webp cut", WEBP[:-2], "truncated", f"{len(WEBP):,} bytes of WebP, got {len(WEBP) - 2:,}"),
    ("webp cut in a chunk", webp((b"VP8 ", FRAME_BODY))[:16] + b"\xff\xff" + WEBP[18:], "truncated", "a whole WebP, got its end inside chunk b'VP8 '"),
    ("webp of nothing", webp(), "undecodable", "a WebP with a picture, got none"),
    ("webp animated", webp((b"VP8X", bytes(10)), (b"ANIM", bytes(6))), "animated", "one picture, got an animated WebP"),
    ("webp frame", webp((b"VP8 ", b"123456789012")), "undecodable", "the start code of a VP8 frame, got b'456'"),
    ("webp lossless", webp((b"VP8L", b"1234567890")), "undecodable", "the signature of a VP8L frame, got b'1'"),
    ("webp short canvas", webp((b"VP8X", b"12"), (b"VP8 ", FRAME_BODY)), "undecodable", "10 bytes of VP8X, got 2"),
    ("webp other canvas", webp((b"VP8X", bytes(10)), (b"VP8 ", FRAME_BODY)), "undecodable", "a frame as large as the canvas, 1 x 1, got 16 x 16"),
    ("webp chunks", webp(*[(b"JUNK", b"")] * 1001), "too_complex", "at most 1,000 chunks in a WebP, got more"),
    # BMP
    ("bmp magic", b"BM", "truncated", "at least 26 bytes of BMP, got 2"),
    ("bmp cut header", bmp((16, 16), b"")[:40], "truncated", "at least 54 bytes of BMP, got 40"),
    ("bmp cut", bmp((16, 16), bytes(767)), "truncated", "822 bytes of BMP, got 821"),
    ("bmp other header", patched(bmp((16, 16), bytes(768)), 14, b"\x40"), "unsupported_coding", "a Windows BMP, got a header of 64 bytes"),
    ("bmp rle", bmp((16, 16), bytes(768), bits=8, compression=1), "unsupported_coding", "an uncompressed BMP, got compression 1 of 8 bits. Save it again as PNG"),
    ("bmp depth", bmp((16, 16), bytes(768), bits=2), "unsupported_coding", "an uncompressed BMP, got compression 0 of 2 bits. Save it again as PNG"),
    ("bmp negative width", bmp((-16, 16), bytes(768)), "undecodable", "a width and height above 0, got -16 x 16"),
    ("bmp overlap", patched(bmp((16, 16), bytes(768)), 10, b"\x0a"), "undecodable", "pixels behind the headers, got byte 10"),
    # TIFF
    ("tiff magic", b"II*\0", "truncated", "a whole TIFF, got its end inside the tags"),
    ("tiff far tags", tiff(LIGHT, 1)[:300], "truncated", "a whole TIFF, got its end inside the tags"),
    ("tiff far values", tiff(LIGHT, 1, rows_per_strip=4)[:-1], "truncated", "a whole TIFF, got its end inside the tags"),
    ("tiff pages", tiff(LIGHT, 1, following=8), "animated", "one page, got a TIFF of several"),
    ("tiff tags", b"II*\0\x08\0\0\0\xff\xff" + bytes(99), "too_complex", "at most 1000 TIFF tags, got 65535"),
    ("tiff many strips", tiff(LIGHT, 1).replace(struct.pack("<HHI", 273, 4, 1), struct.pack("<HHI", 273, 4, 10**6)), "too_complex", "at most 100,000 values of a TIFF tag, got 1,000,000. Save it again as PNG"),
    ("tiff odd type", tiff(LIGHT, 1).replace(struct.pack("<HH", 256, 4), struct.pack("<HH", 256, 9)), "undecodable", "whole numbers in tag 256, got 1 of type 9"),
    ("tiff no value", tiff(LIGHT, 1).replace(struct.pack("<HHI", 258, 3, 1), struct.pack("<HHI", 258, 3, 0)), "undecodable", "whole numbers in tag 258, got 0 of type 3"),
    ("jpeg without its last scan", COLOUR[:COLOUR.rindex(b"\xff\xda")] + b"\xff\xd9", "truncated", "all scans of a JPEG, got the first 9"),
    ("jpeg short scan at the end", COLOUR[:COLOUR.rindex(b"\xff\xda") + 5] + b"\xff\xd9", "truncated", "all scans of a JPEG, got the first 10"),
    ("tiff float", tiff(LIGHT, 1, bits=32, extra=[(339, 3, [3])]), "unsupported_depth", "whole numbers in a TIFF, got floating point or signed ones. Scale to 0..65535 and save as 16-bit PNG"),
    ("tiff 4 bits", tiff(LIGHT, 1, **tag(258, 4)), "unsupported_depth", "1 or 8 or 16 bits in such a TIFF, got 4"),
    ("tiff mixed bits", tiff(np.dstack([LIGHT] * 3), 2, **tag(258, 8, 8, 16)), "unsupported_depth", "8 or 16 bits in such a TIFF, got 8 and 16"),
    ("tiff 16 white", tiff(LIGHT, 0, bits=16), "unsupported_depth", "1 or 8 bits in such a TIFF, got 16"),
    ("tiff alpha", tiff(np.dstack([LIGHT] * 4), 2), "unsupported_coding", "a grey, RGB or palette TIFF, plain, LZW, Deflate or PackBits, got compression 1, photometric 2, 4 channels. Save it again as PNG"),
    ("tiff fax", tiff(LIGHT, 1, compression=4), "unsupported_coding", "a grey, RGB or palette TIFF, plain, LZW, Deflate or PackBits, got compression 4, photometric 1, 1 channels. Save it again as PNG"),
    ("tiff planes", tiff(np.dstack([LIGHT] * 3), 2, is_planar=True), "unsupported_coding", "channels stored together, got separate planes"),
    ("tiff plain tiles", tiff(LIGHT, 1, tile_wh=(16, 16)), "unsupported_coding", "strips, or compressed tiles, got plain tiles"),
    ("tiff tile bomb", tiff(LIGHT, 1, tile_wh=(16, 16), compression=8, extra=[(322, 4, [2**31])]), "too_many_pixels", "at most 67,108,864 pixels, got 2,147,483,648 x 16 = 34,359,738,368. Resize it or raise image.max_pixels"),
    ("tiff no rows", tiff(LIGHT, 1, **tag(278, 0)), "undecodable", "a width and height above 0, got 16 x 0"),
    ("tiff strips", tiff(LIGHT, 1, **tag(278, 8)), "undecodable", "2 strips or tiles with a place and a size, got 1 and 1"),
    ("tiff beyond", tiff(LIGHT, 1, **tag(279, 999)), "truncated", "1,007 bytes of TIFF, got 390"),
    ("tiff no bytes", tiff(LIGHT, 1, compression=5, **tag(279, 0)), "truncated", "at least 1 bytes a strip, got 0"),
    ("tiff few bytes", tiff(LIGHT, 1, **tag(279, 255)), "truncated", "at least 256 bytes a strip, got 255"),
    ("tiff long orientation", tiff(LIGHT, 1, extra=[(274, 4, [1])]), "undecodable", "one short orientation tag, got 1"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("data", "reason", "message"),
    [pytest.param(*row[1:], id=row[0]) for row in REFUSED],
)
def test_a_broken_structure_is_refused(data, reason, message):
    """Each kind of damage has its reason and says what it is."""
    with pytest.raises(ImageError, match=f"^x: expected {re.escape(message)}\\.$") as e:
        header_of(data)

    assert e.value.reason == reason


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(JPEG[:2] + b"\xff\xff\xff" + JPEG[2:], id="filling before a marker"),
        pytest.param(JPEG + b"PK\3\4 and more" * 9, id="an archive behind the end"),
        pytest.param(COLOUR + JPEG, id="a second picture behind the end"),
        pytest.param(COLOUR + b"\xff\xda" * 200, id="scans behind the end"),
        pytest.param(COLOUR + b"\xff\xda", id="half a scan behind the end"),
        pytest.param(
            jpeg_segment(COLOUR, 0xE2, b"\xff\xda\xff\xd9" * 200), id="scans in a profile"
        ),
        pytest.param(jpeg_segment(JPEG, 0xFE, b"\x1b[31m\r\n"), id="a comment"),
        pytest.param(
            png((16, 16), b"".join(b"\0" + bytes([200] * 16) for _ in range(16)),
                before=[png_chunk(b"iCCP", b"x\0\0" + bytes(99)),
                        png_chunk(b"zTXt", b"x\0\0" + bytes(99)),
                        png_chunk(b"eXIf", b"broken")]),
            id="broken chunks beside the picture",
        ),
        pytest.param(LOSSLESS + b"<html>", id="a page behind a webp"),
        pytest.param(
            tiff(LIGHT, 1, extra=[(278, 4, [2**32 - 1])]), id="one strip of all rows"
        ),
    ],
)  # fmt: skip
def test_what_lies_beside_the_picture_does_not_matter(data):
    """Extra bytes that no decoder of the picture needs leave it as it is."""
    got = decode(data, settings=SETTINGS)

    np.testing.assert_array_equal(got, np.full((16, 16), np.float32(200 / 255)))


def test_the_scans_of_a_progressive_jpeg_are_counted():
    """Pillow writes ten scans for colour, and one for a baseline picture."""
    assert read_header(COLOUR, settings=SETTINGS).scans == 10
    assert read_header(JPEG, settings=SETTINGS).scans == 1


def test_scans_are_counted_to_the_end_marker_where_many_seem_to_follow():
    """Bytes behind the picture that look like scans do not refuse it."""
    assert read_header(COLOUR + b"\xff\xda" * 200, settings=SETTINGS).scans == 10


def test_a_hidden_end_marker_does_not_stop_the_count_of_scans():
    """An end marker inside a comment between scans does not hide those after it."""
    scan = COLOUR[COLOUR.index(b"\xff\xda") : -2]
    comment = b"\xff\xfe\0\4\xff\xd9"

    with pytest.raises(ImageError, match=r"^x: expected at most 100 scans in a JPEG, "):
        header_of(COLOUR[:-2] + comment + scan * 20 + b"\xff\xd9")


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("value", range(1, 9))
def test_the_orientation_of_either_byte_order_is_read(order, value):
    """Little- and big-endian EXIF say the same."""
    assert exif.orientation(exif_block(value, order)) == value


@pytest.mark.parametrize(
    "block",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"II*\0", id="magic only"),
        pytest.param(b"II*\0\xff\xff\xff\xff", id="directory beyond the end"),
        pytest.param(exif_block(6)[:15], id="cut in the entry"),
        pytest.param(exif_block(0), id="0"),
        pytest.param(exif_block(9), id="9"),
        pytest.param(exif_block(6, kind=7), id="of another type"),
        pytest.param(b"II*\0\x08\0\0\0\0\0\0\0\0\0", id="no entry"),
    ],
)
def test_broken_exif_counts_as_upright(block):
    """A photo is not refused for what its EXIF gets wrong."""
    assert exif.orientation(block) == 1


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(jpeg_segment(JPEG, 0xE1, b"Exif\0\0" + exif_block(6)), id="jpeg"),
        pytest.param(
            png((16, 16), ROWS, before=[png_chunk(b"eXIf", exif_block(6))]), id="png"
        ),
        pytest.param(webp((b"VP8 ", FRAME_BODY), (b"EXIF", exif_block(6))), id="webp"),
        pytest.param(
            webp((b"VP8 ", FRAME_BODY), (b"EXIF", b"Exif\0\0" + exif_block(6))),
            id="webp with a prefix",
        ),
        pytest.param(tiff(LIGHT, 1, extra=[(274, 3, [6])]), id="tiff"),
    ],
)
def test_each_type_says_how_it_is_turned(data):
    """EXIF is found where each type keeps it."""
    assert read_header(data, settings=SETTINGS).orientation == 6


def test_the_first_exif_block_counts():
    """A second block, as editors leave it, changes nothing."""
    data = jpeg_segment(JPEG, 0xE1, b"Exif\0\0" + exif_block(3))

    data = jpeg_segment(data, 0xE1, b"Exif\0\0" + exif_block(6))

    assert read_header(data, settings=SETTINGS).orientation == 6


def test_an_unknown_orientation_of_a_tiff_counts_as_upright():
    """As in the other types."""
    header = read_header(tiff(LIGHT, 1, extra=[(274, 3, [99])]), settings=SETTINGS)

    assert header.orientation == 1


def test_a_webp_with_alpha_has_a_canvas_of_its_size():
    """The extended header of a still picture is accepted."""
    header = read_header(ALPHA, settings=SETTINGS)

    assert (header.width, header.channels) == (16, 4)


@pytest.mark.parametrize("size", range(65))
@pytest.mark.parametrize("kind", ["jpeg", "progressive", "png", "webp", "bmp", "tiff"])
def test_the_first_bytes_alone_are_never_a_photo(kind, size, rng):
    """From no byte to 64, every start of a file is a named refusal."""
    pixels = smooth(rng, 32, 32, 3)
    writers = {"progressive": ("JPEG", {"progressive": True})}
    name, options = writers.get(kind, (kind.upper(), {}))

    with pytest.raises(ImageError, match=r"^x: expected .*, got .*\.$") as caught:
        header_of(pillow(pixels, name, **options)[:size])

    assert caught.value.reason in {"empty", "truncated"}

"""TIFF: the first directory, every strip or tile inside the file, no second page."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence

from glassline.image.exif import BYTE_ORDERS, ORIENTATION_TAG
from glassline.image.header import Header, check_pixels
from glassline.image.refusals import refuse

__all__ = ["parse"]

MAX_TILE_PIXELS = 2**26  # a tile is taken whole; no scanner writes larger ones
MAX_STRIPS = 100_000  # more rows than any picture within the limits needs
MAX_ENTRIES = 1000  # a scanner writes about 20
FORMATS = {1: "B", 3: "H", 4: "I"}  # BYTE, SHORT, LONG; nothing we need has others
SIZES = {"B": 1, "H": 2, "I": 4}
WIDTH, HEIGHT, BITS, COMPRESSION, PHOTOMETRIC = 256, 257, 258, 259, 262
STRIP_OFFSETS, SAMPLES, ROWS_PER_STRIP, STRIP_BYTES = 273, 277, 278, 279
PLANAR, TILE_WIDTH, TILE_HEIGHT, TILE_OFFSETS, TILE_BYTES = 284, 322, 323, 324, 325
SAMPLE_FORMAT, FILL_ORDER = 339, 266
COMPRESSIONS = (1, 5, 8, 32773, 32946)  # none, LZW, Deflate, PackBits, old Deflate
COLOURS = {  # photometric and channels, to bits a number
    (0, 1): (1, 8),  # grey, 0 is white
    (1, 1): (1, 8, 16),  # grey, 0 is black
    (2, 3): (8, 16),  # RGB
    (3, 1): (8,),  # palette
}
Tags = Mapping[int, tuple[int, ...]]
Strip = tuple[int, int, int]  # first byte in the file, bytes there, bytes unpacked
MAX_ROW_BYTES = 2**20  # the decoder refuses rows of more than 2^20 pixels
SHORT, LONG = 3, 4


def parse(data: bytes, max_pixels: int) -> Header:
    """Read the directory and see that all the picture lies inside the file.

    The payload has its orientation set to 1, because the decoder would turn the
    picture whether the recipe wants it or not.

    Source:
        Adobe, TIFF revision 6.0 (1992), sections 2 to 8 and 15.
    """
    order = BYTE_ORDERS[data[:4]]
    try:
        (start,) = struct.unpack_from(order + "I", data, 4)
        (count,) = struct.unpack_from(order + "H", data, start)
        if count > MAX_ENTRIES:
            raise refuse("too_complex", f"at most {MAX_ENTRIES} TIFF tags", f"{count}")
        (following,) = struct.unpack_from(order + "I", data, start + 2 + 12 * count)
        places = _places(data, order, start, count)
        tags = {tag: _values(data, order, *places[tag]) for tag in places}
    except struct.error:
        raise refuse("truncated", "a whole TIFF", "its end inside the tags") from None
    width, height = _one(tags, WIDTH, 0), _one(tags, HEIGHT, 0)
    check_pixels(width, height, max_pixels)
    if following:
        raise refuse("animated", "one page", "a TIFF of several")
    bits, channels = _check_coding(tags)
    strips = _strips(data, tags, bits * channels)
    turn = _one(tags, ORIENTATION_TAG, 1)
    payload = data
    if turn != 1:
        offset = places[ORIENTATION_TAG][2]
        payload = data[:offset] + struct.pack(order + "H", 1) + data[offset + 2 :]
    orientation = turn if 1 <= turn <= 8 else 1
    return Header(
        kind="tiff",
        width=width,
        height=height,
        channels=channels,
        bits=bits,
        payload=payload,
        orientation=orientation,
        probes=_probes(data, tags, strips),
    )


def _places(
    data: bytes, order: str, start: int, count: int
) -> dict[int, tuple[str, int, int]]:
    """Number format, count and position of the values of each tag we may need."""
    places: dict[int, tuple[str, int, int]] = {}
    for entry in range(start + 2, start + 2 + 12 * count, 12):
        tag, kind, number = struct.unpack_from(order + "HHI", data, entry)
        letter = FORMATS.get(kind)
        if tag not in NEEDED:
            continue
        if letter is None or number == 0:  # the decoder must read what we checked
            got = f"{number} of type {kind}"
            raise refuse("undecodable", f"whole numbers in tag {tag}", got)
        if number > MAX_STRIPS:
            raise refuse(
                "too_complex",
                f"at most {MAX_STRIPS:,} values of a TIFF tag",
                f"{number:,}",
                "Save it again as PNG.",
            )
        if tag == ORIENTATION_TAG and (letter, number) != ("H", 1):
            raise refuse("undecodable", "one short orientation tag", f"{number}")
        position = entry + 8
        if number * SIZES[letter] > 4:
            (position,) = struct.unpack_from(order + "I", data, position)
        places.setdefault(tag, (letter, number, position))
    return places


NEEDED = {
    *(WIDTH, HEIGHT, BITS, COMPRESSION, PHOTOMETRIC, ORIENTATION_TAG),
    *(STRIP_OFFSETS, SAMPLES, ROWS_PER_STRIP, STRIP_BYTES, PLANAR),
    *(TILE_WIDTH, TILE_HEIGHT, TILE_OFFSETS, TILE_BYTES),
    *(SAMPLE_FORMAT, FILL_ORDER),
}


def _values(
    data: bytes, order: str, letter: str, number: int, position: int
) -> tuple[int, ...]:
    if position + number * SIZES[letter] > len(data):
        raise refuse("truncated", "a whole TIFF", "its end inside the tags")
    return struct.unpack_from(f"{order}{number}{letter}", data, position)


def _one(tags: Tags, tag: int, default: int) -> int:
    return (tags.get(tag) or (default,))[0]


def _check_coding(tags: Tags) -> tuple[int, int]:
    """Bits and channels, where the decoder is known to read them right."""
    channels = _one(tags, SAMPLES, 1)
    bits = set(tags.get(BITS, (1,)))
    if set(tags.get(SAMPLE_FORMAT, (1,))) != {1}:
        raise refuse(
            "unsupported_depth",
            "whole numbers in a TIFF",
            "floating point or signed ones",
            "Scale to 0..65535 and save as 16-bit PNG.",
        )
    compression = _one(tags, COMPRESSION, 1)
    colour = (_one(tags, PHOTOMETRIC, 1), channels)
    is_usual = colour in COLOURS and _one(tags, FILL_ORDER, 1) == 1
    if compression not in COMPRESSIONS or not is_usual:
        raise refuse(
            "unsupported_coding",
            "a grey, RGB or palette TIFF, plain, LZW, Deflate or PackBits",
            f"compression {compression}, photometric {colour[0]}, {channels} channels",
            "Save it again as PNG.",
        )
    if len(bits) > 1 or not bits <= set(COLOURS[colour]):
        expected = " or ".join(map(str, COLOURS[colour]))
        got = " and ".join(map(str, sorted(bits)))
        raise refuse("unsupported_depth", f"{expected} bits in such a TIFF", got)
    if TILE_OFFSETS in tags and compression == 1:  # OpenCV 5.0 can not read them
        raise refuse("unsupported_coding", "strips, or compressed tiles", "plain tiles")
    if _one(tags, PLANAR, 1) != 1 and channels > 1:
        raise refuse(
            "unsupported_coding", "channels stored together", "separate planes"
        )
    return bits.pop(), channels


def _strips(data: bytes, tags: Tags, row_bits: int) -> list[Strip]:
    """Every strip or tile that the size asks for; all lie inside the file."""
    width, height = _one(tags, WIDTH, 0), _one(tags, HEIGHT, 0)
    is_tiled = TILE_OFFSETS in tags
    offsets = tags.get(TILE_OFFSETS if is_tiled else STRIP_OFFSETS, ())
    sizes = tags.get(TILE_BYTES if is_tiled else STRIP_BYTES, ())
    across, down = width, min(height, _one(tags, ROWS_PER_STRIP, height))
    if is_tiled:
        across, down = _one(tags, TILE_WIDTH, 0), _one(tags, TILE_HEIGHT, 0)
    check_pixels(across, down, max(width * height, MAX_TILE_PIXELS))
    wanted = -(-width // across) * -(-height // down)
    if not len(offsets) == len(sizes) == wanted:
        raise refuse(
            "undecodable",
            f"{wanted} strips or tiles with a place and a size",
            f"{len(offsets)} and {len(sizes)}",
        )
    end = max(offset + size for offset, size in zip(offsets, sizes, strict=True))
    if end > len(data):
        raise refuse("truncated", f"{end:,} bytes of TIFF", f"{len(data):,}")
    row = (across * row_bits + 7) // 8
    rows = [down] * wanted
    if not is_tiled:
        rows[-1] = height - down * (wanted - 1)
    return [
        (offset, size, row * count)
        for offset, size, count in zip(offsets, sizes, rows, strict=True)
    ]


def _probes(data: bytes, tags: Tags, strips: Sequence[Strip]) -> Sequence[bytes]:
    """See that plain strips hold their rows, and how to ask it of packed ones."""
    compression = _one(tags, COMPRESSION, 1)
    for _, size, unpacked in strips:
        if size < (unpacked if compression == 1 else 1):
            least = unpacked if compression == 1 else 1
            raise refuse("truncated", f"at least {least:,} bytes a strip", f"{size:,}")
    if compression == 1 or _one(tags, BITS, 1) == 16:
        return ()
    return strip_probes(data, strips, compression)


def strip_probes(data: bytes, strips: Sequence[Strip], compression: int) -> list[bytes]:
    r"""TIFF files that decode only if every strip unpacks to its full size.

    libtiff, as OpenCV calls it, fills the rest of a broken strip of 8 bits with
    black and says nothing, but reports one of 16 bits. So the same strips are
    described a second time, as 16-bit grey. The description lies behind the file,
    one for each unpacked size. A few last bytes of a strip may stay unasked: none
    or one below 1 MB, at most two more for each further megabyte.

    Example:
        >>> probe, = strip_probes(bytes(8) + b"ab", [(8, 1, 2), (9, 1, 2)], 1)
        >>> probe[:10]
        b'II*\x00\n\x00\x00\x00ab'
    """
    sizes = sorted({unpacked for _, _, unpacked in strips})
    return [
        _probe(
            data, [strip[:2] for strip in strips if strip[2] == size], size, compression
        )
        for size in sizes
        if size > 1
    ]


def _probe(
    data: bytes, strips: Sequence[tuple[int, int]], size: int, compression: int
) -> bytes:
    rows = -(-size // MAX_ROW_BYTES)
    count, end = len(strips), len(data) + len(data) % 2
    lists = end + 2 + 12 * 9 + 4  # where the two lists start: behind the nine tags
    offsets, sizes = zip(*strips, strict=True)
    is_one = count == 1
    tags = [
        (256, LONG, 1, size // rows // 2),
        (257, LONG, 1, rows * count),
        (258, SHORT, 1, 16),
        (259, SHORT, 1, compression),
        (262, SHORT, 1, 1),
        (273, LONG, count, offsets[0] if is_one else lists),
        (277, SHORT, 1, 1),
        (278, LONG, 1, rows),
        (279, LONG, count, sizes[0] if is_one else lists + 4 * count),
    ]
    return b"".join(
        [
            struct.pack("<4sI", b"II*\0", end),
            data[8:].ljust(end - 8, b"\0"),
            struct.pack("<H", len(tags)),
            *(struct.pack("<HHII", *tag) for tag in tags),
            struct.pack(f"<I{2 * count}I", 0, *offsets, *sizes),
        ]
    )

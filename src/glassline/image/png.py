"""PNG: every chunk walked, checked by its checksum, and only the picture kept."""

from __future__ import annotations

import struct
import zlib

from glassline.image import exif
from glassline.image.header import Header, check_pixels
from glassline.image.refusals import refuse

__all__ = ["SIGNATURE", "parse"]

SIGNATURE = b"\x89PNG\r\n\x1a\n"
MAX_CHUNKS = 10_000  # a 20 MB file in the usual 8 KB chunks has 2,500
KEPT = {b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"}
PALETTE = 3
CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}


def parse(data: bytes, max_pixels: int) -> Header:
    """Walk the chunks to IEND; the payload keeps the five that make the picture.

    Text, colour profiles and times never reach the decoder, so what is hidden in
    them (compressed bombs, broken profiles) does no harm.

    Source:
        W3C, Portable Network Graphics (PNG) Specification, third edition (2025).
    """
    width, height, bits, colour = _first(data, max_pixels)
    channels = CHANNELS[colour]
    kept = [SIGNATURE]
    orientation = 1
    position = len(SIGNATURE)
    for _ in range(MAX_CHUNKS):
        name, start, end = _chunk(data, position)
        if name == b"acTL":
            raise refuse("animated", "one picture", "an animated PNG")
        if name == b"eXIf":
            orientation = exif.orientation(data[start:end])
        if name == b"tRNS" and channels == 1 and colour != PALETTE:
            raise refuse(
                "unsupported_coding",
                "transparency of a grey PNG in an alpha channel",
                "one grey declared transparent",
                "Save it again without transparency.",
            )
        if name in KEPT:
            kept.append(data[position : end + 4])
        elif not name[0] & 0x20:
            raise refuse(
                "unsupported_coding", "a chunk of the PNG standard", f"{name!r}"
            )
        position = end + 4
        if name == b"IEND":
            break
    else:
        raise refuse("too_complex", f"at most {MAX_CHUNKS:,} chunks in a PNG", "more")
    return Header("png", width, height, channels, bits, b"".join(kept), orientation)


def _first(data: bytes, max_pixels: int) -> tuple[int, int, int, int]:
    name, start, end = _chunk(data, len(SIGNATURE))
    if name != b"IHDR" or end - start != 13:
        raise refuse("undecodable", "the chunk b'IHDR' first", f"{name!r}")
    width, height, bits, colour = struct.unpack_from(">IIBB", data, start)
    check_pixels(width, height, max_pixels)
    if bits not in DEPTHS.get(colour, ()):
        raise refuse(
            "undecodable", "a PNG colour type and depth", f"type {colour}, {bits} bits"
        )
    return width, height, bits, colour


def _chunk(data: bytes, position: int) -> tuple[bytes, int, int]:
    """Name, first byte and end of a chunk's body; its checksum is right."""
    if position + 12 > len(data):
        raise refuse("truncated", "a whole PNG", "its end before the chunk IEND")
    length = int.from_bytes(data[position : position + 4])
    name = data[position + 4 : position + 8]
    start, end = position + 8, position + 8 + length
    if end + 4 > len(data):
        raise refuse("truncated", "a whole PNG", f"its end inside the chunk {name!r}")
    body = memoryview(data)[position + 4 : end]
    if zlib.crc32(body) != int.from_bytes(data[end : end + 4]):
        raise refuse("undecodable", f"the checksum of chunk {name!r}", "another one")
    return name, start, end

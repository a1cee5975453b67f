"""WebP: the RIFF chunks, the size of the frame, still or moving."""

from __future__ import annotations

import struct

from glassline.image import exif
from glassline.image.header import Header, check_pixels
from glassline.image.refusals import refuse

__all__ = ["parse"]

MAX_CHUNKS = 1000  # a still picture has at most six that mean anything


def parse(data: bytes, max_pixels: int) -> Header:
    """Walk the chunks of a still WebP, lossy or lossless.

    Source:
        RFC 9649 (2024), sections 2 to 4.
    """
    chunks, payload = _chunks(data)
    if b"ANIM" in chunks or b"ANMF" in chunks:
        raise refuse("animated", "one picture", "an animated WebP")
    if b"VP8 " in chunks:
        width, height = _lossy(chunks[b"VP8 "])
        channels = 4 if b"ALPH" in chunks else 3
    elif b"VP8L" in chunks:
        width, height, channels = _lossless(chunks[b"VP8L"])
    else:
        raise refuse("undecodable", "a WebP with a picture", "none")
    check_pixels(width, height, max_pixels)
    if b"VP8X" in chunks:
        _check_canvas(chunks[b"VP8X"], width, height)
    orientation = exif.orientation(chunks.get(b"EXIF", b"").removeprefix(b"Exif\0\0"))
    return Header("webp", width, height, channels, 8, payload, orientation)


def _chunks(data: bytes) -> tuple[dict[bytes, bytes], bytes]:
    """First body of each chunk name, and the file without bytes after its end."""
    size = int.from_bytes(data[4:8], "little") + 8
    if size > len(data):
        raise refuse("truncated", f"{size:,} bytes of WebP", f"{len(data):,}")
    found: dict[bytes, bytes] = {}
    position = 12
    for _ in range(MAX_CHUNKS):
        if position + 8 > size:
            return found, data[:size]
        name = data[position : position + 4]
        start = position + 8
        end = start + int.from_bytes(data[position + 4 : start], "little")
        if end > size:
            raise refuse("truncated", "a whole WebP", f"its end inside chunk {name!r}")
        found.setdefault(name, data[start:end])
        position = end + (end - start) % 2
    raise refuse("too_complex", f"at most {MAX_CHUNKS:,} chunks in a WebP", "more")


def _lossy(body: bytes) -> tuple[int, int]:
    if len(body) < 10 or body[3:6] != b"\x9d\x01\x2a":
        raise refuse("undecodable", "the start code of a VP8 frame", f"{body[3:6]!r}")
    width, height = struct.unpack_from("<HH", body, 6)
    return width & 0x3FFF, height & 0x3FFF


def _lossless(body: bytes) -> tuple[int, int, int]:
    if len(body) < 5 or body[0] != 0x2F:
        raise refuse("undecodable", "the signature of a VP8L frame", f"{body[:1]!r}")
    bits = int.from_bytes(body[1:5], "little")
    has_alpha = bits >> 28 & 1
    return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1, 4 if has_alpha else 3


def _check_canvas(body: bytes, width: int, height: int) -> None:
    if len(body) < 10:
        raise refuse("undecodable", "10 bytes of VP8X", f"{len(body)}")
    canvas = (
        int.from_bytes(body[4:7], "little") + 1,
        int.from_bytes(body[7:10], "little") + 1,
    )
    if canvas != (width, height):
        raise refuse(
            "undecodable",
            f"a frame as large as the canvas, {canvas[0]} x {canvas[1]}",
            f"{width} x {height}",
        )

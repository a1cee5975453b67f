"""Photos built byte by byte or by Pillow, for the tests of the loader."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

__all__ = [
    "SIGNATURE",
    "bmp",
    "exif_block",
    "jpeg_segment",
    "pillow",
    "png",
    "png_chunk",
    "smooth",
    "tiff",
]

Pixels = NDArray[Any]
SIGNATURE = b"\x89PNG\r\n\x1a\n"


def smooth(
    rng: np.random.Generator, height: int = 48, width: int = 64, channels: int = 0
) -> Pixels:
    """A photo-like 8-bit picture: slow light, fine grain, no two rows alike."""
    shape = (height, width, channels) if channels else (height, width)
    down, across = np.mgrid[0:height, 0:width]
    light = 120 + 60 * np.sin(across / 9.0 + rng.random()) + 40 * np.cos(down / 7.0)
    if channels:
        light = light[:, :, None] + 20 * np.arange(channels)
    noise = rng.integers(-12, 13, shape)
    return np.clip(light + noise, 0, 255).astype(np.uint8)


def pillow(pixels: Pixels, kind: str, mode: str | None = None, **options: Any) -> bytes:
    """The bytes of a picture as Pillow writes it."""
    image = Image.fromarray(pixels)
    if mode == "CMYK" and pixels.ndim == 3 and pixels.shape[2] == 4:
        image = Image.frombytes("CMYK", pixels.shape[1::-1], pixels.tobytes())
    elif mode is not None:
        image = image.convert(mode)
    target = io.BytesIO()
    image.save(target, kind, **options)
    return target.getvalue()


def exif_block(orientation: int, order: str = "<", kind: int = 3) -> bytes:
    """An EXIF block (a small TIFF) that holds an orientation and nothing else."""
    magic = b"II*\0" if order == "<" else b"MM\0*"
    entry = struct.pack(order + "HHIHH", 0x0112, kind, 1, orientation, 0)
    return magic + struct.pack(order + "IH", 8, 1) + entry + bytes(4)


def jpeg_segment(data: bytes, marker: int, body: bytes) -> bytes:
    """A JPEG with one more segment right after its first two bytes."""
    segment = struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body
    return data[:2] + segment + data[2:]


def png_chunk(name: bytes, body: bytes) -> bytes:
    """One PNG chunk with its checksum."""
    checksum = struct.pack(">I", zlib.crc32(name + body))
    return struct.pack(">I", len(body)) + name + body + checksum


def png(
    size_wh: tuple[int, int],
    rows: bytes,
    *,
    bits: int = 8,
    colour: int = 0,
    before: Sequence[bytes] = (),
    packed: bytes | None = None,
) -> bytes:
    """A PNG of any header: `rows` are filtered rows, `packed` replaces their zlib."""
    header = struct.pack(">IIBBBBB", *size_wh, bits, colour, 0, 0, 0)
    data = zlib.compress(rows) if packed is None else packed
    chunks = [png_chunk(b"IHDR", header), *before, png_chunk(b"IDAT", data)]
    return SIGNATURE + b"".join(chunks) + png_chunk(b"IEND", b"")


def bmp(
    size_wh: tuple[int, int],
    rows: bytes,
    *,
    bits: int = 24,
    compression: int = 0,
    palette: bytes = b"",
) -> bytes:
    """A Windows BMP of any header; `rows` come padded, the lowest first."""
    start = 54 + len(palette)
    file_header = struct.pack("<2sIHHI", b"BM", start + len(rows), 0, 0, start)
    info = struct.pack(
        "<IiiHHIIiiII", 40, *size_wh, 1, bits, compression, len(rows), 0, 0, 0, 0
    )
    return file_header + info + palette + rows


def tiff(
    pixels: Pixels,
    photometric: int,
    *,
    bits: int = 8,
    order: str = "<",
    tile_wh: tuple[int, int] | None = None,
    rows_per_strip: int | None = None,
    is_planar: bool = False,
    compression: int = 1,
    pack: Callable[[bytes], bytes] = bytes,
    extra: Sequence[tuple[int, int, Sequence[int]]] = (),
    following: int = 0,
) -> bytes:
    """A classic TIFF of any tags; `extra` are (tag, 3 short or 4 long, values)."""
    height, width = pixels.shape[:2]
    channels = 1 if pixels.ndim == 2 else pixels.shape[2]
    blocks = [
        pack(_tiff_bytes(block, bits, order))
        for plane in ([pixels[..., c] for c in range(3)] if is_planar else [pixels])
        for block in _tiff_blocks(plane, tile_wh, rows_per_strip or height)
    ]
    sizes = [len(block) for block in blocks]
    places = [8 + sum(sizes[:i]) for i in range(len(sizes))]
    tags = {
        256: (4, [width]),
        257: (4, [height]),
        258: (3, [bits] * channels),
        259: (3, [compression]),
        262: (3, [photometric]),
        277: (3, [channels]),
        284: (3, [2 if is_planar else 1]),
    }
    if tile_wh:
        tags |= {322: (4, [tile_wh[0]]), 323: (4, [tile_wh[1]])}
        tags |= {324: (4, places), 325: (4, sizes)}
    else:
        tags |= {273: (4, places), 278: (4, [rows_per_strip or height])}
        tags |= {279: (4, sizes)}
    tags |= {tag: (kind, list(values)) for tag, kind, values in extra}
    return _tiff_file(b"".join(blocks), tags, order, following)


def _tiff_blocks(
    plane: Pixels, tile_wh: tuple[int, int] | None, rows: int
) -> list[Pixels]:
    height, width = plane.shape[:2]
    if tile_wh is None:
        return [plane[top : top + rows] for top in range(0, height, rows)]
    across, down = tile_wh
    full = (-(-height // down) * down, -(-width // across) * across)
    padded = np.zeros(full + plane.shape[2:], plane.dtype)
    padded[:height, :width] = plane
    return [
        padded[top : top + down, left : left + across]
        for top in range(0, full[0], down)
        for left in range(0, full[1], across)
    ]


def _tiff_bytes(block: Pixels, bits: int, order: str) -> bytes:
    if bits == 1:
        return np.packbits(block.astype(bool), axis=1).tobytes()
    kinds = {8: "u1", 16: "u2", 32: "f4"}
    return np.ascontiguousarray(block).astype(order + kinds[bits]).tobytes()


def _tiff_file(body: bytes, tags: Any, order: str, following: int) -> bytes:
    body += bytes(len(body) % 2)
    start = 8 + len(body)
    heap_at = start + 2 + 12 * len(tags) + 4
    entries, heap = b"", b""
    for tag, (kind, values) in sorted(tags.items()):
        letter = {3: "H", 4: "I"}[kind]
        packed = struct.pack(f"{order}{len(values)}{letter}", *values)
        entries += struct.pack(order + "HHI", tag, kind, len(values))
        if len(packed) <= 4:
            entries += packed.ljust(4, b"\0")
        else:
            entries += struct.pack(order + "I", heap_at + len(heap))
            heap += packed
    magic = b"II*\0" if order == "<" else b"MM\0*"
    directory = struct.pack(order + "H", len(tags)) + entries
    return (
        magic
        + struct.pack(order + "I", start)
        + body
        + directory
        + struct.pack(order + "I", following)
        + heap
    )

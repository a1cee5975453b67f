"""Files that lie about their size, their parts or their type."""

from __future__ import annotations

import struct
import zlib

import numpy as np
from hostile.corpus import READ, Corpus
from hostile.damage import bases
from hostile.files import bmp, jpeg_segment, pillow, png, png_chunk, smooth, tiff

__all__ = ["write"]

FOREIGN = {
    "text.jpg": b"just some words\n" * 9,
    "page.jpg": b"<!DOCTYPE html><script>alert(1)</script>",
    "drawing.png": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    "paper.tif": b"%PDF-1.7\n%%EOF" * 9,
    "print.jpg": b"%!PS-Adobe-3.0 EPSF-3.0\n" * 9,
    "pickle.jpg": b"\x80\x04\x95\x0e\0\0\0\0\0\0\0\x8c\x05posix\x94",
    "archive.png": b"PK\3\4" + bytes(60),
    "zeros.bmp": bytes(5000),
    "grey.pgm": b"P5 64 64 255\n" + bytes(4096),
    "icon.jpg": b"\0\0\1\0\1\0" + bytes(60),
    "sound.webp": b"RIFF\x40\0\0\0WAVEfmt " + bytes(60),
    "phone.jpg": b"\0\0\0\x18ftypheic" + bytes(60),
    "big.tif": b"II\x2b\0\x08\0\0\0" + bytes(60),
}
BLACK = np.zeros((64, 64), np.uint8)


def write(corpus: Corpus) -> None:
    """Write wrong types, tiny files, odd sizes, bombs and too many parts."""
    _types(corpus)
    _tiny(corpus)
    _sizes(corpus)
    _bombs(corpus)
    _parts(corpus)


def _types(corpus: Corpus) -> None:
    for name, data in FOREIGN.items():
        corpus.add("type", name, data, {"unsupported_type"})
    for name, data in bases(corpus.rng).items():
        outcome = "unsupported_type" if name.endswith("gif") else READ
        for suffix in (".png", ".jpg", ".tiff", ""):
            corpus.add("type", f"{name}-as{suffix}", data, {outcome})
    for number in range(corpus.count(20)):
        noise = bytes(corpus.rng.integers(0, 256, 3000, dtype=np.uint8))
        corpus.add("type", f"noise-{number}.jpg", b"\1" + noise, {"unsupported_type"})


def _tiny(corpus: Corpus) -> None:
    corpus.add("tiny", "0.jpg", b"", {"empty"})
    for name, data in bases(corpus.rng).items():
        if not name.endswith("gif"):
            for size in range(1, 65, 5 if corpus.scale == "full" else 13):
                corpus.add("tiny", f"{size:02}-{name}", data[:size], {"truncated"})


def _sizes(corpus: Corpus) -> None:
    sizes = [(1, 1), (1, 2), (3, 3), (15, 16), (65535, 1), (1, 65535), (16, 15)]
    for width, height in sizes:
        pixels = smooth(corpus.rng, height, width)
        corpus.add(
            "size", f"{width}x{height}.png", pillow(pixels, "PNG"), {"too_small"}
        )
        corpus.add(
            "size", f"{width}x{height}.bmp", pillow(pixels, "BMP"), {"too_small"}
        )
        corpus.add("size", f"{width}x{height}.tif", tiff(pixels, 1), {"too_small"})
    for width, height in [(16, 16), (17, 33), (65500, 16), (4000, 3000)]:
        pixels = smooth(corpus.rng, height, width)
        corpus.add("size", f"{width}x{height}.jpg", pillow(pixels, "JPEG"), {READ})


def _jpeg_of_size(data: bytes, width: int, height: int, marker: bytes) -> bytes:
    place = data.index(marker)
    return data[: place + 5] + struct.pack(">HH", height, width) + data[place + 9 :]


def _bombs(corpus: Corpus) -> None:
    """Small files that promise, or hold, more pixels than any memory."""
    grey = pillow(BLACK, "JPEG")
    colour = pillow(np.dstack([BLACK] * 3), "JPEG", progressive=True)
    webp = pillow(np.dstack([BLACK] * 3), "WEBP")
    side = struct.pack("<HH", 16383, 16383)
    zeros = zlib.compress(bytes(30_001 * 3000), 9)
    bombs = {
        "patched.jpg": _jpeg_of_size(grey, 65500, 65500, b"\xff\xc0"),
        "30000.jpg": _jpeg_of_size(grey, 30000, 30000, b"\xff\xc0"),
        "progressive.jpg": _jpeg_of_size(colour, 65500, 65500, b"\xff\xc2"),
        "65535.png": png((65535, 65535), b""),
        "zeros.png": png((30000, 30000), b"", packed=zeros),
        "giant.png": png((2**31 - 1, 2**31 - 1), b"", colour=6, bits=16),
        "plain.bmp": bmp((30000, 30000), bytes(999)),
        "top.bmp": bmp((30000, -30000), bytes(999)),
        "int.bmp": bmp((2**31 - 1, -(2**31)), bytes(999)),
        "lossy.webp": webp.replace(webp[26:30], side),
        "one.tif": tiff(BLACK, 1, extra=[(256, 4, [30000]), (257, 4, [30000])]),
        "long.tif": tiff(BLACK, 1, extra=[(256, 4, [2**32 - 1]), (257, 4, [2**32 - 1])]),
        "tile.tif": tiff(
            BLACK, 1, tile_wh=(64, 64), compression=8, pack=zlib.compress,
            extra=[(322, 4, [2**31]), (323, 4, [2**31])],
        ),
    }  # fmt: skip
    for name, data in bombs.items():
        corpus.add("bomb", name, data, {"too_many_pixels"})
    others = {
        "huge.pgm": b"P5 99999 99999 255\n",
        "huge.gif": b"GIF89a" + struct.pack("<HH", 65535, 65535) + bytes(60),
        "huge.ico": b"\0\0\1\0\xff\xff" + bytes(60),
    }
    for name, data in others.items():
        corpus.add("bomb", name, data, {"unsupported_type"})
    loop = tiff(BLACK, 1)
    start = struct.unpack_from("<I", loop, 4)[0]
    corpus.add("bomb", "loop.tif", tiff(BLACK, 1, following=start), {"animated"})


def _parts(corpus: Corpus) -> None:
    """Too many scans, segments, chunks; and metadata that unpacks to gigabytes."""
    colour = pillow(smooth(corpus.rng, channels=3), "JPEG", progressive=True)
    scan = colour[colour.index(b"\xff\xda") : -2]
    whole = corpus.add("parts", "whole.jpg", colour, {READ})
    for times in (20, 200, 2000):
        data = colour[:-2] + scan * times + b"\xff\xd9"
        corpus.add("parts", f"scans-{times}.jpg", data, {"too_complex"})
    empty = b"\xff\xda\0\x08\1\1\0\0\0\0"
    for times in (1000, 100_000):
        data = colour[:-2] + empty * times + b"\xff\xd9"
        corpus.add("parts", f"empty-scans-{times}.jpg", data, {"too_complex"})
    data = colour[:2] + b"\xff\xfe\0\2" * 100_000 + colour[2:]
    corpus.add("parts", "segments.jpg", data, {"too_complex"})
    data = colour[:2] + b"\xff" * 1_000_000 + colour[2:]
    corpus.add("parts", "filling.jpg", data, {READ, "truncated", "undecodable"}, whole)
    hidden = jpeg_segment(colour, 0xE2, b"\xff\xda" * 30_000)
    corpus.add("parts", "hidden-scans.jpg", hidden, {READ}, whole)
    rows = b"".join(b"\0" + row.tobytes() for row in smooth(corpus.rng))
    plain = corpus.add("parts", "plain.png", png((64, 48), rows), {READ})
    packed = zlib.compress(bytes(10**8), 9)
    for name in (b"zTXt", b"iCCP", b"iTXt"):
        body = b"x\0\0" + (b"\0\0\0\0" if name == b"iTXt" else b"") + packed
        data = png((64, 48), rows, before=[png_chunk(name, body)])
        corpus.add("parts", f"{name.decode()}.png", data, {READ}, plain)
    chunks = [png_chunk(b"tEXt", b"a\0b")]
    data = png((64, 48), rows, before=chunks * 9000)
    corpus.add("parts", "chunks-9000.png", data, {READ}, plain)
    data = png((64, 48), rows, before=chunks * 200_000)
    corpus.add("parts", "chunks-200000.png", data, {"too_complex"})
    junk = b"JUNK\0\0\0\0" * 100_000
    data = b"RIFF" + struct.pack("<I", len(junk) + 4) + b"WEBP" + junk
    corpus.add("parts", "chunks.webp", data, {"too_complex"})
    data = tiff(BLACK, 1).replace(
        struct.pack("<HHI", 273, 4, 1), struct.pack("<HHI", 273, 4, 2**31)
    )
    corpus.add("parts", "strips.tif", data, {"too_complex"})

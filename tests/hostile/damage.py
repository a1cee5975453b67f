"""Damage to whole photos: cuts, cuts with a false end, flipped bits, bursts."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable

import numpy as np
from hostile.corpus import READ, Corpus
from hostile.files import pillow, png_chunk, smooth, tiff

__all__ = ["bases", "write"]

Pack = Callable[[bytes], bytes]
CUT = {READ, "truncated", "undecodable"}  # read only with the pixels of the whole
ANY = CUT | {
    *("unsupported_type", "unsupported_coding", "unsupported_depth", "animated"),
    *("too_many_pixels", "too_small", "too_complex", "empty"),
}


def bases(rng: np.random.Generator) -> dict[str, bytes]:
    """One whole photo of each type."""
    colour, grey = smooth(rng, 64, 80, 3), smooth(rng, 64, 80)
    return {
        "baseline.jpg": pillow(colour, "JPEG", quality=90),
        "progressive.jpg": pillow(colour, "JPEG", quality=90, progressive=True),
        "photo.png": pillow(colour, "PNG"),
        "photo.webp": pillow(colour, "WEBP", quality=90),
        "photo.bmp": pillow(colour, "BMP"),
        "photo.tif": tiff(grey, 1, rows_per_strip=8),
        "photo.gif": pillow(grey, "GIF"),
    }


def write(corpus: Corpus) -> None:
    """Write every kind of damage of each base."""
    files = bases(corpus.rng)
    for name, data in files.items():
        is_read = not name.endswith(".gif")
        whole = corpus.add(
            "whole", name, data, {READ} if is_read else {"unsupported_type"}
        )
        twin = whole if is_read else None
        _cuts(corpus, name, data, twin)
        if is_read:
            _false_ends(corpus, name, data, twin)
            _flips(corpus, name, data)
            _bursts(corpus, name, data)
    _packed(corpus)


def _cuts(corpus: Corpus, name: str, data: bytes, twin: bytes | None) -> None:
    outcomes = CUT if twin else {"unsupported_type", "empty", "truncated"}
    parts = corpus.count(100)
    for part in range(parts):
        size = len(data) * part // parts
        kept = outcomes | {"empty"} if size == 0 else outcomes
        corpus.add("cut", f"{part:03}-{name}", data[:size], kept, twin)


def _false_end(name: str, data: bytes) -> bytes:
    if name.endswith("jpg"):
        return data + b"\xff\xd9"
    if name.endswith("png"):
        return data + png_chunk(b"IEND", b"")
    if name.endswith("webp") and len(data) > 20:
        data += bytes(len(data) % 2)
        sizes = len(data) - 8, len(data) - 20
        return b"".join(
            [b"RIFF", struct.pack("<I", sizes[0]), data[8:16],
             struct.pack("<I", sizes[1]), data[20:]]
        )  # fmt: skip
    if name.endswith("bmp"):
        return data[:2] + struct.pack("<I", len(data)) + data[6:]
    return data


def _false_ends(corpus: Corpus, name: str, data: bytes, twin: bytes | None) -> None:
    parts = corpus.count(50)
    for part in range(1, parts):
        cut = data[: len(data) * part // parts]
        corpus.add("false-end", f"{part:03}-{name}", _false_end(name, cut), CUT, twin)
    if name.endswith("png"):  # the cut pixels themselves closed by a right checksum
        place = data.index(b"IDAT")
        head = data[: place - 4]
        pixels = data[place + 4 : -16]
        for part in range(1, parts):
            chunk = png_chunk(b"IDAT", pixels[: len(pixels) * part // parts])
            file = head + chunk + png_chunk(b"IEND", b"")
            corpus.add("false-end", f"{part:03}-pixels-{name}", file, CUT, twin)


def _packed(corpus: Corpus) -> None:
    """Strips of a TIFF that end early, though the table of strips is right."""
    pixels = smooth(corpus.rng, 64, 80)
    packers: dict[int, Pack] = {1: bytes, 8: zlib.compress}
    for code, pack in packers.items():
        whole = corpus.add(
            "whole", f"packed-{code}.tif", tiff(pixels, 1, compression=code, pack=pack), {READ}
        )  # fmt: skip
        parts = corpus.count(50)
        for part in range(1, parts):

            def short(block: bytes, pack: Pack = pack, part: int = part) -> bytes:
                packed = pack(block)
                return packed[: len(packed) * part // corpus.count(50)]

            data = tiff(pixels, 1, compression=code, pack=short)
            name = f"{part:03}-packed-{code}.tif"
            corpus.add("false-end", name, data, CUT, whole)


def _flips(corpus: Corpus, name: str, data: bytes) -> None:
    outcomes = ANY - {READ} if name.endswith("png") else ANY
    for number in range(corpus.count(100)):
        bit = int(corpus.rng.integers(8 * len(data)))
        changed = bytearray(data)
        changed[bit // 8] ^= 1 << bit % 8
        corpus.add("flip", f"{number:03}-{name}", bytes(changed), outcomes)


def _bursts(corpus: Corpus, name: str, data: bytes) -> None:
    """Runs of noise, single bytes of noise, and markers swapped or doubled."""
    rng = corpus.rng
    for number in range(corpus.count(70)):
        changed = bytearray(data)
        start = int(rng.integers(len(data)))
        kind = number % 4
        if kind == 0:
            run = bytes(rng.integers(0, 256, rng.integers(1, 200), dtype=np.uint8))
            changed[start : start + len(run)] = run
        elif kind == 1:
            for place in rng.integers(0, len(data), max(1, len(data) // 200)):
                changed[place] = rng.integers(256)
        elif kind == 2:
            changed[start:start] = changed[start : start + 40]
        else:
            other = int(rng.integers(len(data) - 2))
            changed[start : start + 2], changed[other : other + 2] = (
                changed[other : other + 2],
                changed[start : start + 2],
            )
        corpus.add("burst", f"{number:03}-{name}", bytes(changed), ANY)

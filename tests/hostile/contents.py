"""Depths, colours, animations, orientations, metadata and polyglots."""

from __future__ import annotations

import struct

import numpy as np
from hostile.corpus import READ, Corpus
from hostile.files import (
    exif_block,
    jpeg_segment,
    pillow,
    png,
    png_chunk,
    smooth,
    tiff,
)

__all__ = ["write"]

UNTURN = {1: 1, 2: 2, 3: 3, 4: 4, 5: 5, 6: 8, 7: 7, 8: 6}


def write(corpus: Corpus) -> None:
    """Write files that are whole, but hold something unusual."""
    for number in range(corpus.count(5)):
        _depths(corpus, number)
        _animations(corpus, number)
    _orientations(corpus)
    _metadata(corpus)
    _polyglots(corpus)


def _turned(pixels: np.ndarray, orientation: int) -> np.ndarray:
    """Pixels turned by the rule of EXIF, written down a second time."""
    turns = {
        1: pixels,
        2: np.fliplr(pixels),
        3: np.rot90(pixels, 2),
        4: np.flipud(pixels),
        5: np.rot90(np.fliplr(pixels)),
        6: np.rot90(pixels, -1),
        7: np.rot90(np.fliplr(pixels), -1),
        8: np.rot90(pixels),
    }
    return np.ascontiguousarray(turns[orientation])


def _depths(corpus: Corpus, number: int) -> None:
    rng = corpus.rng
    grey, four = smooth(rng), smooth(rng, channels=4)
    wide = grey.astype(np.uint16) * 257
    rows = b"".join(b"\0" + row.tobytes() for row in wide.astype(">u2"))
    jpeg = pillow(grey, "JPEG")
    frame = jpeg.index(b"\xff\xc0")

    def coded(marker: bytes) -> bytes:
        return jpeg[:frame] + b"\xff" + marker + jpeg[frame + 2 :]

    eight = corpus.add("depth", f"{number}-8.png", pillow(grey, "PNG"), {READ})
    for kind in ("TIFF", "BMP"):
        corpus.add("depth", f"{number}-8.{kind}", pillow(grey, kind), {READ}, eight)
    corpus.add("depth", f"{number}-3.png", pillow(grey, "PNG", "RGB"), {READ}, eight)
    corpus.add("depth", f"{number}-4.png", pillow(grey, "PNG", "RGBA"), {READ}, eight)
    corpus.add("depth", f"{number}-la.png", pillow(grey, "PNG", "LA"), {READ}, eight)
    data = png((64, 48), rows, bits=16)
    corpus.add("depth", f"{number}-16.png", data, {READ}, eight)  # 257 g / 65535
    corpus.add("depth", f"{number}-16.tif", tiff(wide, 1, bits=16), {READ}, eight)
    for mode in ("1", "P"):
        corpus.add("depth", f"{number}-{mode}.png", pillow(grey, "PNG", mode), {READ})
    corpus.add("depth", f"{number}-alpha.webp", pillow(four, "WEBP"), {READ})
    corpus.add("depth", f"{number}-inks.jpg", pillow(four, "JPEG", "CMYK"), {READ})
    corpus.add("depth", f"{number}-progressive-inks.jpg",
               pillow(four, "JPEG", "CMYK", progressive=True), {READ})  # fmt: skip
    rare = {
        "float.tif": (tiff(grey, 1, bits=32, extra=[(339, 3, [3])]), "unsupported_depth"),
        "nan.tif": (
            tiff(grey * np.nan, 1, bits=32, extra=[(339, 3, [3])]), "unsupported_depth"
        ),
        "12.jpg": (
            jpeg[: frame + 4] + b"\x0c" + jpeg[frame + 5 :], "unsupported_depth"
        ),
        "lossless.jpg": (coded(b"\xc3"), "unsupported_coding"),
        "arithmetic.jpg": (coded(b"\xc9"), "unsupported_coding"),
        "inks.tif": (tiff(four, 5), "unsupported_coding"),
        "lab.tif": (tiff(four[:, :, :3], 8), "unsupported_coding"),
        "alpha.tif": (
            tiff(four, 2, extra=[(338, 3, [2])]), "unsupported_coding"
        ),
    }  # fmt: skip
    for name, (data, reason) in rare.items():
        corpus.add("depth", f"{number}-{name}", data, {reason})


def _animations(corpus: Corpus, number: int) -> None:
    from PIL import Image  # noqa: PLC0415  only to list the frames

    frames = [smooth(corpus.rng, channels=3) for _ in range(3)]
    more = {"append_images": [Image.fromarray(f) for f in frames[1:]]}
    options = {**more, "save_all": True}
    for kind in ("PNG", "WEBP", "TIFF"):
        data = pillow(frames[0], kind, **options)
        corpus.add("animated", f"{number}.{kind.lower()}", data, {"animated"})
    data = pillow(frames[0], "GIF", **options)
    corpus.add("animated", f"{number}.gif", data, {"unsupported_type"})
    first = corpus.add("animated", f"{number}.jpg", pillow(frames[0], "JPEG"), {READ})
    data = pillow(frames[0], "MPO", **options)
    corpus.add("animated", f"{number}-mpo.jpg", data, {READ}, first)
    pair = pillow(frames[0], "JPEG") + pillow(frames[1], "JPEG")
    corpus.add("animated", f"{number}-two.jpg", pair, {READ}, first)


def _oriented(pixels: np.ndarray, exif: bytes) -> dict[str, bytes]:
    """The same stored pixels in each type, with an EXIF block."""
    size = pixels.shape[1], pixels.shape[0]
    rows = b"".join(b"\0" + row.tobytes() for row in pixels)
    jpeg = pillow(pixels, "JPEG", quality=100)
    segment = (b"Exif\0\0" + exif)[:65_000]
    return {
        "jpg": jpeg_segment(jpeg, 0xE1, segment),
        "png": png(size, rows, before=[png_chunk(b"eXIf", exif)]),
        "webp": pillow(pixels, "WEBP", lossless=True, exif=exif),
    }


def _orientations(corpus: Corpus) -> None:
    # Flat 8 x 8 blocks, so that a JPEG of the turned photo decodes to the same.
    blocks = smooth(corpus.rng, 5, 7)
    photo = np.kron(blocks, np.ones((8, 8), np.uint8))
    upright = corpus.add("exif", "upright.png", pillow(photo, "PNG"), {READ})
    for orientation in range(1, 9):
        for order in "<>":
            stored = _turned(photo, UNTURN[orientation])
            files = _oriented(stored, exif_block(orientation, order))
            extra = [(274, 3, [orientation])]
            files["tif"] = tiff(stored, 1, order=order, extra=extra)
            for kind, data in files.items():
                end = "le" if order == "<" else "be"
                name = f"{orientation}-{end}.{kind}"
                corpus.add("exif", name, data, {READ}, upright)
    broken = {
        "0": exif_block(0),
        "9": exif_block(9),
        "99": exif_block(99),
        "type": exif_block(6, kind=7),
        "cut": exif_block(6)[:14],
        "far": b"II*\0\xff\xff\xff\x7f",
        "huge": b"MM\0*\0\0\0\x08\xff\xff" + bytes(64_000),
        "gps": exif_block(1) + b"\0\0GPS 25.03 N 121.56 E" * 99,
        "noise": bytes(corpus.rng.integers(0, 256, 500, dtype=np.uint8)),
    }
    for what, exif in broken.items():
        for kind, data in _oriented(photo, exif).items():
            corpus.add("exif", f"{what}.{kind}", data, {READ}, upright)


def _metadata(corpus: Corpus) -> None:
    noise = bytes(corpus.rng.integers(0, 256, 60_000, dtype=np.uint8))
    pixels = smooth(corpus.rng)
    jpeg = pillow(pixels, "JPEG")
    rows = b"".join(b"\0" + row.tobytes() for row in pixels)
    whole = corpus.add("metadata", "whole.jpg", jpeg, {READ})
    plain = corpus.add("metadata", "plain.png", png((64, 48), rows), {READ})
    script = b"http://ns.adobe.com/xap/1.0/\0<script>alert(1)</script>"
    segments = {
        "profile": (0xE2, b"ICC_PROFILE\0\1\1" + noise),
        "profile-of-many": (0xE2, b"ICC_PROFILE\0\0\xff" + noise),
        "xmp": (0xE1, script),
        "comment": (0xFE, b"\x1b]0;owned\x07\x1b[2J\r\nSet-Cookie: x\0<b>"),
        "photoshop": (0xED, b"Photoshop 3.0\0" + noise[:999]),
        "two-pictures": (0xE2, b"MPF\0" + noise[:99]),
    }
    for name, (marker, body) in segments.items():
        data = jpeg_segment(jpeg, marker, body)
        corpus.add("metadata", f"{name}.jpg", data, {READ}, whole)
    for name in (
        b"iCCP",
        b"tEXt",
        b"zTXt",
        b"iTXt",
        b"gAMA",
        b"cHRM",
        b"pHYs",
        b"sRGB",
    ):
        for what, body in (("noise", noise[:2000]), ("empty", b""), ("script", script)):
            data = png((64, 48), rows, before=[png_chunk(name, body)])
            corpus.add("metadata", f"{name.decode()}-{what}.png", data, {READ}, plain)


def _polyglots(corpus: Corpus) -> None:
    pixels = smooth(corpus.rng)
    jpeg, first = pillow(pixels, "JPEG"), pillow(pixels, "PNG")
    webp = pillow(pixels, "WEBP", lossless=True)
    photo = corpus.add("polyglot", "photo.jpg", jpeg, {READ})
    drawn = corpus.add("polyglot", "drawn.png", first, {READ})
    archive = b"PK\3\4" + bytes(26) + b"PK\5\6" + bytes(18)
    page = b"<html><script>alert(1)</script></html>"
    code = b"<?php system($_GET[0]); ?>"
    for name, tail in (("zip", archive), ("html", page), ("php", code)):
        corpus.add("polyglot", f"{name}.jpg", jpeg + tail, {READ}, photo)
        corpus.add("polyglot", f"{name}.png", first + tail, {READ}, drawn)
        corpus.add("polyglot", f"{name}.webp", webp + tail, {READ}, drawn)
        inside = jpeg_segment(jpeg, 0xFE, tail)
        corpus.add("polyglot", f"{name}-inside.jpg", inside, {READ}, photo)
        front = tail + jpeg
        corpus.add("polyglot", f"{name}-first.jpg", front, {"unsupported_type"})
    script = b"GIF89a/*" + struct.pack("<I", 0) + b"*/=alert(1)//;"
    corpus.add("polyglot", "script.gif", script, {"unsupported_type"})

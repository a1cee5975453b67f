"""Evidence as PNG: the photo, its marks, words from glyphs that the package carries."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from glassline.explain.evidence import Evidence
from glassline.explain.faces.picture.glyphs import ASCENT_PX, glyph
from glassline.explain.faces.picture.layout import scene
from glassline.explain.faces.picture.scene import DARK, PAPER, Caption, Colour, Stroke
from glassline.render.png import as_png

__all__ = ["face", "letter"]

SHIFT = 4  # bits of a pixel's fraction in OpenCV's drawing


def face(evidence: Evidence, lang: str) -> bytes:
    """Return the photo with its evidence, legend included, as the bytes of a PNG file."""
    laid = scene(evidence, lang)
    width, height = laid.size_wh
    pixels = np.full((height, width, 3), PAPER, np.uint8)
    x, y, w, h = laid.photo_xywh
    resized = cv2.resize(laid.photo, (w, h), interpolation=cv2.INTER_LINEAR)
    photo = pixels[y : y + h, x : x + w]
    photo[:] = resized[..., None]
    over = np.array([x, y], np.float64)
    _draw_all(photo, [replace(s, points=s.points - over) for s in laid.strokes])
    for box in laid.boxes:
        left, top = round(box.x), round(box.y)
        right, bottom = round(box.x + box.width), round(box.y + box.height)
        pixels[top:bottom, left:right] = box.colour
    _draw_all(pixels, laid.signs)
    for line in laid.captions:
        letter(pixels, line)
    return as_png(pixels[..., ::-1])


def _draw_all(pixels: NDArray[np.uint8], strokes: Sequence[Stroke]) -> None:
    """Draw every dark edge, then every stroke."""
    for stroke in strokes:
        if stroke.edge:
            _draw(pixels, stroke, DARK, stroke.width + stroke.edge)
    for stroke in strokes:
        _draw(pixels, stroke, stroke.colour, stroke.width)


def _draw(
    pixels: NDArray[np.uint8], stroke: Stroke, colour: Colour, width: float
) -> None:
    parts = [np.rint(part * (1 << SHIFT)).astype(np.int32) for part in _dashes(stroke)]
    cv2.polylines(
        pixels, parts, False, colour, max(1, round(width)), cv2.LINE_AA, SHIFT
    )


def _dashes(stroke: Stroke) -> Iterator[NDArray[np.float64]]:
    """Yield the parts of a stroke that its dash leaves."""
    points = stroke.points
    if stroke.is_closed:
        points = np.concatenate([points, points[:1]])
    if not stroke.dash:
        yield points
        return
    passed = np.concatenate([[0.0], np.hypot(*np.diff(points, axis=0).T).cumsum()])
    begin, turn = 0.0, 0
    while begin < passed[-1]:
        end = min(begin + stroke.dash[turn % len(stroke.dash)], passed[-1])
        if turn % 2 == 0:
            inner = passed[(passed > begin) & (passed < end)]
            at = np.concatenate([[begin], inner, [end]])
            yield np.stack(
                [np.interp(at, passed, points[:, c]) for c in (0, 1)], axis=1
            )
        begin, turn = end, turn + 1


def letter(pixels: NDArray[np.uint8], caption: Caption) -> None:
    """Write words into a colour picture, over what is there."""
    x, top = round(caption.x), round(caption.y) - ASCENT_PX
    for each in caption.text:
        ink, advance = glyph(each)
        rows, columns = ink.shape
        part = pixels[top : top + rows, x : x + columns]
        share = ink[: part.shape[0], : part.shape[1], None] / 255.0
        part[:] = np.rint(part * (1 - share) + np.array(caption.colour) * share)
        x += advance

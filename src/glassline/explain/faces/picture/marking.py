"""Marks become strokes: a scratch is traced, specks are ringed, areas outlined."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from glassline.explain.faces.picture.scene import Colour, Stroke, hatch, outlines, ring
from glassline.features import Area, Line, Mark, Speck

__all__ = ["LOOKS", "Look", "strokes"]

CLEAR_PX = 5.0  # of picture between a line and its outline: the defect stays free
MOST_RINGS = 60  # more of them hide the part; the legend tells how many there are
SIGN_PX = 4.0  # half of a plus or a minus


@dataclass(frozen=True)
class Look:
    """How the marks of one feature look: told apart by form, then by colour.

    Attributes:
        colour: After M. Okabe & K. Ito, Color Universal Design, 2008, which
            colour-blind eyes tell apart.
        dash: Of outlines.
        is_hatched: Whether areas are hatched; else they carry plus or minus signs.
    """

    colour: Colour
    dash: tuple[float, ...] = ()
    is_hatched: bool = False


LOOKS = (
    Look((230, 159, 0)),
    Look((0, 158, 115), dash=(9.0, 4.0), is_hatched=True),
    Look((240, 228, 66), dash=(2.0, 4.0)),
    Look((86, 180, 233)),
    Look((204, 121, 167), dash=(9.0, 3.0, 2.0, 3.0)),
)
"""A look a feature, in feature order; those beyond share the last."""


def strokes(
    marks: Sequence[Mark], look: Look, scale: float, size_wh: tuple[int, int]
) -> Iterator[Stroke]:
    """Yield what is drawn for the marks of one feature.

    Args:
        marks: In pixels of the image that is shown.
        look: Of the feature.
        scale: Picture pixels a pixel of the image.
        size_wh: Of the photo in the picture.
    """
    for place, line in enumerate(each for each in marks if isinstance(each, Line)):
        yield from _around(line, look, scale, size_wh, is_first=place == 0)
    specks = [each for each in marks if isinstance(each, Speck)]
    for speck in specks[:MOST_RINGS]:
        radius = max(7.0, speck.diameter_px / 2 * scale + CLEAR_PX)
        x, y = (speck.column + 0.5) * scale, (speck.row + 0.5) * scale
        yield Stroke(ring(x, y, radius), look.colour, look.dash, is_closed=True)
    areas = [each for each in marks if isinstance(each, Area)]
    for is_positive in (True, False):
        same = [each for each in areas if (each.strength > 0) == is_positive]
        if same:
            yield from _patches(same, look, scale, size_wh)


def _around(
    line: Line, look: Look, scale: float, size_wh: tuple[int, int], *, is_first: bool
) -> Iterator[Stroke]:
    """An outline beside the line on both sides, which leaves the line itself free."""
    corners = np.array([[(c + 0.5) * scale, (r + 0.5) * scale] for r, c in line.points])
    thick = round(line.width_px * scale + 2 * CLEAR_PX)
    mask = np.zeros(size_wh[::-1], np.uint8)
    cv2.polylines(mask, [np.rint(corners).astype(np.int32)], False, 255, thick)
    for outline in outlines(mask):
        width = 2.2 if is_first else 1.6
        yield Stroke(outline, look.colour, look.dash, width, is_closed=True)


def _patches(
    areas: Sequence[Area], look: Look, scale: float, size_wh: tuple[int, int]
) -> Iterator[Stroke]:
    mask = np.zeros(size_wh[::-1], np.uint8)
    for area in areas:
        top, left, bottom, right = (
            round(side * scale)
            for side in (area.top, area.left, area.bottom, area.right)
        )
        mask[top:bottom, left:right] = 255
    if look.is_hatched:
        for line in hatch(mask):
            yield Stroke(line, look.colour, width=1.0, edge=0.0)
    else:
        for area in areas:
            yield from _sign(area, look, scale)
    for outline in outlines(mask):
        yield Stroke(outline, look.colour, look.dash, 2.0, is_closed=True)


def _sign(area: Area, look: Look, scale: float) -> Iterator[Stroke]:
    """A plus where the area is brighter, a minus where it is darker."""
    x = (area.left + area.right) / 2 * scale
    y = (area.top + area.bottom) / 2 * scale
    level: NDArray[np.float64] = np.array([[x - SIGN_PX, y], [x + SIGN_PX, y]])
    yield Stroke(level, look.colour)
    if area.strength > 0:
        yield Stroke(np.array([[x, y - SIGN_PX], [x, y + SIGN_PX]]), look.colour)

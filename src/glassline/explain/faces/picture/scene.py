"""What an evidence picture consists of: strokes, boxes, captions; how marks are drawn."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from glassline.features import Area, Line, Mark, Speck

__all__ = [
    "DARK",
    "INK",
    "LOOKS",
    "PAPER",
    "Box",
    "Caption",
    "Colour",
    "Look",
    "Scene",
    "Stroke",
    "ring",
    "strokes",
]

Colour = tuple[int, int, int]
"""Red, green, blue, 0 to 255."""

INK: Colour = (22, 32, 42)
PAPER: Colour = (255, 255, 255)
DARK: Colour = (0, 0, 0)
HATCH_PX = 26  # between two lines of a hatch
CORNERS = 28  # of a ring
EDGE_PX = 1.6  # of the dark edge of a stroke
CLEAR_PX = 5.0  # of picture between a line and its outline: the defect stays free
MOST_RINGS = 60  # more of them hide the part; the legend tells how many there are
SIGN_PX = 4.0  # half of a plus or a minus


@dataclass(frozen=True, eq=False)
class Stroke:
    """A thin line with a dark edge, so that it shows on any grey.

    Attributes:
        points: Shape (m, 2), x and y in picture pixels.
        colour: Of the line.
        dash: Lengths drawn and left out, by turns; empty for a whole line.
        width: In picture pixels.
        is_closed: Whether the last point is joined to the first.
        edge: Width of the dark edge, both sides together.
    """

    points: NDArray[np.float64]
    colour: Colour
    dash: tuple[float, ...] = ()
    width: float = 1.6
    is_closed: bool = False
    edge: float = EDGE_PX


@dataclass(frozen=True)
class Box:
    """A filled rectangle; x and y are those of its upper left corner."""

    x: float
    y: float
    width: float
    height: float
    colour: Colour


@dataclass(frozen=True)
class Caption:
    """One line of words; x is where it begins, y its base line."""

    x: float
    y: float
    text: str
    colour: Colour = INK


@dataclass(frozen=True, eq=False)
class Scene:
    """Everything in an evidence picture, ready to be written in any format.

    Attributes:
        title: What the picture shows, for who can not see it.
        photo: Shape (h, w), uint8, as it is shown.
        photo_xywh: Where the photo lies in the picture.
        size_wh: Of the whole picture.
        strokes: What is drawn over the photo, and nowhere else.
        signs: What is drawn beside the words.
        boxes: Filled rectangles, beneath strokes and words.
        captions: The legend.
    """

    title: str
    photo: NDArray[np.uint8]
    photo_xywh: tuple[int, int, int, int]
    size_wh: tuple[int, int]
    strokes: tuple[Stroke, ...]
    signs: tuple[Stroke, ...]
    boxes: tuple[Box, ...]
    captions: tuple[Caption, ...]


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
    Look((213, 94, 0), dash=(4.0, 3.0)),
    Look((0, 114, 178), dash=(14.0, 3.0)),
    Look((255, 255, 255), dash=(2.0, 2.0, 2.0, 6.0)),
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
    for outline in _outlines(mask):
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
        for line in _hatch(mask):
            yield Stroke(line, look.colour, width=1.0, edge=0.0)
    else:
        for area in areas:
            yield from _sign(area, look, scale)
    for outline in _outlines(mask):
        yield Stroke(outline, look.colour, look.dash, 2.0, is_closed=True)


def _sign(area: Area, look: Look, scale: float) -> Iterator[Stroke]:
    """A plus where the area is brighter, a minus where it is darker."""
    x = (area.left + area.right) / 2 * scale
    y = (area.top + area.bottom) / 2 * scale
    level: NDArray[np.float64] = np.array([[x - SIGN_PX, y], [x + SIGN_PX, y]])
    yield Stroke(level, look.colour)
    if area.strength > 0:
        yield Stroke(np.array([[x, y - SIGN_PX], [x, y + SIGN_PX]]), look.colour)


def ring(x: float, y: float, radius: float) -> NDArray[np.float64]:
    """Corners of a circle."""
    angles = np.linspace(0, 2 * np.pi, CORNERS, endpoint=False)
    return np.stack([x + radius * np.cos(angles), y + radius * np.sin(angles)], axis=1)


def _outlines(mask: NDArray[np.uint8]) -> Iterator[NDArray[np.float64]]:
    """Yield the closed outlines of what is above 0 in a mask."""
    found, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    for contour in found:
        corners = cv2.approxPolyDP(contour, 0.8, closed=True)
        yield corners.reshape(-1, 2).astype(np.float64)


def _hatch(mask: NDArray[np.uint8]) -> Iterable[NDArray[np.float64]]:
    """Yield slanting lines, 26 px apart, where the mask is above 0."""
    height, width = mask.shape
    for first in range(HATCH_PX, height + width, HATCH_PX):
        x = np.arange(max(0, first - height + 1), min(width, first + 1))
        inside = mask[first - x, x] > 0
        edges = np.flatnonzero(np.diff(np.concatenate([[False], inside, [False]])))
        for begin, end in edges.reshape(-1, 2).tolist():
            if end - begin > 2:
                ends = x[[begin, end - 1]].astype(np.float64)
                yield np.stack([ends, first - ends], axis=1)

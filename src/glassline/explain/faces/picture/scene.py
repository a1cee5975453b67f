"""What an evidence picture consists of: a photo, strokes, boxes and words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = [
    "DARK",
    "INK",
    "PAPER",
    "Box",
    "Colour",
    "Scene",
    "Stroke",
    "Words",
    "hatch",
    "outlines",
    "ring",
]

Colour = tuple[int, int, int]
"""Red, green, blue, 0 to 255."""

INK: Colour = (22, 32, 42)
PAPER: Colour = (255, 255, 255)
DARK: Colour = (0, 0, 0)
HATCH_PX = 26  # between two lines of a hatch
CORNERS = 28  # of a ring
EDGE_PX = 1.6  # of the dark edge of a stroke


@dataclass(frozen=True)
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
class Words:
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
        words: The legend.
    """

    title: str
    photo: NDArray[np.uint8]
    photo_xywh: tuple[int, int, int, int]
    size_wh: tuple[int, int]
    strokes: tuple[Stroke, ...]
    signs: tuple[Stroke, ...]
    boxes: tuple[Box, ...]
    words: tuple[Words, ...]


def ring(x: float, y: float, radius: float) -> NDArray[np.float64]:
    """Corners of a circle."""
    angles = np.linspace(0, 2 * np.pi, CORNERS, endpoint=False)
    return np.stack([x + radius * np.cos(angles), y + radius * np.sin(angles)], axis=1)


def outlines(mask: NDArray[np.uint8]) -> Iterator[NDArray[np.float64]]:
    """Yield the closed outlines of what is above 0 in a mask."""
    found, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    for contour in found:
        corners = cv2.approxPolyDP(contour, 0.8, closed=True)
        yield corners.reshape(-1, 2).astype(np.float64)


def hatch(mask: NDArray[np.uint8]) -> Iterable[NDArray[np.float64]]:
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

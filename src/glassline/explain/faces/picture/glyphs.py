"""Letters as small pictures, so that a PNG needs no font on the machine."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["ASCENT_PX", "HEIGHT_PX", "glyph", "width_px"]

HEIGHT_PX = 22  # of a glyph, as scripts/draw-glyphs draws them
ASCENT_PX = 17  # from its upper edge to the base line
UNKNOWN = "□"


def width_px(text: str) -> int:
    """Return how wide a text is written.

    Example:
        >>> width_px("刮傷") == 2 * width_px("刮") > width_px("ii")
        True
    """
    return sum(glyph(letter)[1] for letter in text)


def glyph(letter: str) -> tuple[NDArray[np.uint8], int]:
    """Return how much ink each pixel has, 0 to 255, and the width; □ if unknown."""
    pixels, places = _atlas()
    left, width = places.get(letter, places[UNKNOWN])
    return pixels[:, left : left + width], width


@cache
def _atlas() -> tuple[NDArray[np.uint8], dict[str, tuple[int, int]]]:
    folder = files("glassline.explain.faces").joinpath("fonts")
    data = np.frombuffer(folder.joinpath("glassline-glyphs.png").read_bytes(), np.uint8)
    pixels = np.asarray(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE), np.uint8)
    widths = json.loads(folder.joinpath("glassline-glyphs.json").read_text("utf-8"))
    places, left = {}, 0
    for letter, width in widths.items():
        places[letter] = (left, width)
        left += width
    return pixels, places

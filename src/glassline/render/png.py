"""Pixels as a PNG: the one place that writes one."""

from __future__ import annotations

import base64
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from glassline.errors import GlasslineError

__all__ = ["as_png", "as_url"]

SMALLEST = (cv2.IMWRITE_PNG_COMPRESSION, 9)


def as_png(pixels: NDArray[np.unsignedinteger[Any]], *, small: bool = False) -> bytes:
    """Return pixels of 8 or 16 bits, grey or blue, green, red, as the bytes of a PNG.

    Args:
        pixels: Shape (h, w) or (h, w, 3), each side >= 1.
        small: Whether to look longer for fewer bytes.

    Raises:
        GlasslineError: OpenCV wrote nothing, as for pixels of no area.

    Example:
        >>> as_png(np.zeros((2, 3), np.uint8))[1:4]
        b'PNG'
    """
    try:
        done, data = cv2.imencode(".png", pixels, SMALLEST if small else ())
    except cv2.error:
        done, data = False, np.empty(0, np.uint8)
    if not done:
        raise GlasslineError(
            f"png: expected pixels that OpenCV can write, got {pixels.dtype} of shape "
            f"{pixels.shape}."
        )
    return data.tobytes()


def as_url(pixels: NDArray[np.unsignedinteger[Any]]) -> str:
    """Return pixels as a PNG inside an address, as pages and servers take it."""
    return "data:image/png;base64," + base64.b64encode(as_png(pixels)).decode("ascii")

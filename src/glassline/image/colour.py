"""Planes of colour: what else of a photo a feature may be read on than its grey."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from glassline.arrays import CHANNELS, Image

__all__ = ["has_colour", "plane_of"]

DARKEST = 4.0 / 255.0  # below it a pixel has no colour to speak of


def has_colour(pixels: NDArray[Any]) -> bool:
    """Return whether pixels, blue green red, differ from grey anywhere."""
    if pixels.ndim != 3 or pixels.shape[2] < 3:
        return False
    blue, green, red = (pixels[:, :, at] for at in range(3))
    return bool((blue != green).any() or (green != red).any())


def plane_of(pixels: NDArray[Any], name: str) -> Image:
    """Return one plane in [0, 1] of pixels that are blue, green, red (and alpha).

    With r, g, b the channels in [0, 1], white where transparent:

        red, green, blue    as they stand
        chroma              max(r, g, b) - min(r, g, b):   0 grey, 1 a pure colour
        saturation          chroma / max(r, g, b, 4 grey steps): the same, however dark

    A fault of another colour than the part can be faint in grey, whose weights favour
    green: rust and resin show in blue and in saturation.

    Args:
        pixels: Shape (h, w, 3 or 4), 8 or 16 bits, or floats in [0, 1].
        name: Of the plane.

    Returns:
        Shape (h, w), float32.

    Example:
        >>> rust = np.array([[[51, 51, 102]]], np.uint8)
        >>> [round(float(plane_of(rust, name)[0, 0]), 3) for name in ("red", "chroma")]
        [0.4, 0.2]
        >>> round(float(plane_of(rust, "saturation")[0, 0]), 3)
        0.5

    Source:
        Chroma and saturation as in HSV: A. R. Smith, SIGGRAPH 1978,
        doi:10.1145/800248.807361.
    """
    if name in CHANNELS:
        return _opaque(pixels, pixels[:, :, 2 - CHANNELS.index(name)])
    colours = [np.ascontiguousarray(pixels[:, :, at]) for at in range(3)]
    most = cv2.max(cv2.max(colours[0], colours[1]), colours[2])
    least = cv2.min(cv2.min(colours[0], colours[1]), colours[2])
    high, low = _opaque(pixels, most), _opaque(pixels, least)
    chroma = high - low
    if name == "chroma":
        return np.asarray(chroma)
    return np.asarray(chroma / np.maximum(high, np.float32(DARKEST)), np.float32)


def _opaque(pixels: NDArray[Any], channel: NDArray[Any]) -> Image:
    """A channel in [0, 1], white where the pixels are transparent."""
    top = np.iinfo(pixels.dtype).max if pixels.dtype.kind == "u" else 1
    plane = np.empty(channel.shape, np.float32)
    np.divide(channel, np.float32(top), out=plane, casting="same_kind")
    if pixels.shape[2] == 4:
        alpha = pixels[:, :, 3].astype(np.float32) / np.float32(top)
        plane = np.float32(1) + alpha * (plane - np.float32(1))
    return plane

"""Planes of colour: what else of a photo a feature may be read on than its grey."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from glassline.arrays import CHANNELS, Image

__all__ = ["has_colour", "plane_of", "planes_of"]

DARKEST = 4.0 / 255.0  # below it a pixel has no colour to speak of
BLOCK_PX = 1 << 17  # of so many pixels what is made stays near the processor


def has_colour(pixels: NDArray[Any]) -> bool:
    """Return whether pixels, blue green red, differ from grey anywhere."""
    if pixels.ndim != 3 or pixels.shape[2] < 3:
        return False
    return any(
        bool((block[:, :, :2] != block[:, :, 1:3]).any())
        for _, block in _blocks(pixels)
    )


def planes_of(pixels: NDArray[Any], names: Sequence[str]) -> dict[str, Image]:
    """Return several planes by name, as `plane_of` each; the photo is gone through once."""
    planes = {name: np.empty(pixels.shape[:2], np.float32) for name in names}
    for rows, block in _blocks(pixels):
        _write(block, {name: plane[rows] for name, plane in planes.items()})
    return planes


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
    return planes_of(pixels, (name,))[name]


def _blocks(pixels: NDArray[Any]) -> Iterator[tuple[slice, NDArray[Any]]]:
    """Yield some rows at a time, one after the other in memory."""
    at_once = max(1, BLOCK_PX // max(1, pixels.shape[1]))
    for row in range(0, len(pixels), at_once):
        rows = slice(row, row + at_once)
        yield rows, np.ascontiguousarray(pixels[rows])


def _write(block: NDArray[Any], planes: Mapping[str, Image]) -> None:
    channels = cv2.split(block)
    for place, name in enumerate(reversed(CHANNELS)):
        if name in planes:
            _opaque(channels, channels[place], out=planes[name])
    if "chroma" not in planes and "saturation" not in planes:
        return
    most = cv2.max(cv2.max(channels[0], channels[1]), channels[2])
    least = cv2.min(cv2.min(channels[0], channels[1]), channels[2])
    high, low = (_opaque(channels, each, out=None) for each in (most, least))
    chroma = np.subtract(high, low, out=planes.get("chroma", low))
    if "saturation" in planes:
        np.maximum(high, np.float32(DARKEST), out=high)
        np.divide(chroma, high, out=planes["saturation"])


def _opaque(
    channels: Sequence[NDArray[Any]], channel: NDArray[Any], *, out: Image | None
) -> Image:
    """A channel in [0, 1], white where the pixels are transparent."""
    top = np.iinfo(channel.dtype).max if channel.dtype.kind == "u" else 1
    plane = np.empty(channel.shape, np.float32) if out is None else out
    np.divide(channel, np.float32(top), out=plane, casting="same_kind")
    if len(channels) == 4:
        alpha = channels[3].astype(np.float32) / np.float32(top)
        plane[...] = np.float32(1) + alpha * (plane - np.float32(1))
    return plane

"""From bytes that passed the header check to a grey image in [0, 1]."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import simplejpeg
from numpy.typing import NDArray

from glassline.arrays import Image
from glassline.errors import ImageError
from glassline.image.formats import read_header
from glassline.image.header import Header
from glassline.image.refusals import named, refuse
from glassline.recipe import ImageSettings

__all__ = [
    "MIN_SIDE",
    "Pixels",
    "check_region",
    "decode",
    "finish",
    "from_header",
    "to_grey",
    "turn",
    "upright",
]

SILENT = 0  # LOG_LEVEL_SILENT
# What the decoder finds wrong is said once, by the refusal.
_log: Any = getattr(cv2.utils, "logging", cv2)  # OpenCV 4.12 has it on the top level
_log.setLogLevel(SILENT)

MIN_SIDE = 16  # the widest measurement needs its own neighbourhood
Pixels = NDArray[Any]
LUMA = (4899, 9617, 1868)  # BT.601: 0.299, 0.587, 0.114 in 16,384ths
LUMA_SUM = sum(LUMA)
ROWS_AT_ONCE = 32  # a block of wide numbers stays in the processor's cache


def decode(data: bytes, *, settings: ImageSettings, name: str = "image") -> Image:
    """Decode a photo to grey, 0 black to 1 white, turned and cut as the recipe says.

    All of the region: mask and alignment are what `load` adds.

    Colour becomes grey by BT.601, Y = 0.299 R + 0.587 G + 0.114 B, on the stored
    (gamma-coded) numbers. The weights are 4899, 9617 and 1868 of 16,384, so a
    grey photo and the RGB of that grey give the same bits. 16-bit photos keep
    their steps. Transparent pixels show white. `docs/images.md` has every rule.

    Args:
        data: The whole file.
        settings: Limits, orientation and region.
        name: What to call the photo in a refusal.

    Returns:
        Shape (h, w) float32, rows first; of the region where the recipe has one.

    Raises:
        ImageError: The photo is refused; `reason` is a code of `REASONS`.

    Example:
        >>> grey = np.full((16, 16), 51, np.uint8)
        >>> png = cv2.imencode(".png", grey)[1].tobytes()
        >>> print(decode(png, settings=ImageSettings())[0, 0])
        0.2

    Source:
        ITU-R BT.601-7 (2011), section 2.5.1.
    """
    header = read_header(data, settings=settings, name=name)
    return from_header(header, settings=settings, name=name)


def from_header(header: Header, *, settings: ImageSettings, name: str) -> Image:
    """Decode what a header describes; `decode` with the header at hand."""
    try:
        return finish(upright(header, settings), settings)
    except ImageError as error:
        raise named(error, name) from error


def upright(header: Header, settings: ImageSettings, *, colour: bool = False) -> Pixels:
    """Decode what a header describes to its pixels, turned as the recipe says.

    Args:
        header: Of the photo.
        settings: Orientation.
        colour: Decode a JPEG to blue, green, red; else to the grey that it holds, which
            may differ by a grey step from that of its colours.

    Raises:
        ImageError: The photo is refused; the caller puts its name before it.
    """
    pixels = _jpeg(header, colour=colour) if header.kind == "jpeg" else _other(header)
    if pixels.shape[:2] != (header.height, header.width):
        raise refuse(
            "undecodable",
            f"{header.width} x {header.height} pixels as the header says",
            f"{pixels.shape[1]} x {pixels.shape[0]}",
        )
    if settings.orientation == "exif":
        pixels = turn(pixels, header.orientation)
    return pixels


def finish(pixels: Pixels, settings: ImageSettings) -> Image:
    """Cut the region out of upright pixels and make them grey."""
    left, top, right, bottom = check_region(pixels.shape[1], pixels.shape[0], settings)
    return to_grey(pixels[top:bottom, left:right])


def check_region(
    width: int, height: int, settings: ImageSettings
) -> tuple[int, int, int, int]:
    """Return left, top, right and bottom of the region, or of the whole photo.

    Raises:
        ImageError: It lies outside the photo, or is too small.
    """
    left, top, right, bottom = settings.region_xyxy or (0, 0, width, height)
    if right > width or bottom > height:
        edge = f"right edge {right}" if right > width else f"bottom edge {bottom}"
        raise refuse(
            "outside_region",
            f"the region inside {width} x {height} px",
            edge,
            "Correct image.region_xyxy in recipe.toml.",
        )
    if min(right - left, bottom - top) < MIN_SIDE:
        raise refuse(
            "too_small",
            f"at least {MIN_SIDE} x {MIN_SIDE} px",
            f"{right - left} x {bottom - top}",
        )
    return left, top, right, bottom


def turn(pixels: Pixels, orientation: int) -> Pixels:
    """Turn stored pixels upright; a view, nothing is copied.

    Example:
        >>> turn(np.array([[1, 2], [3, 4]]), 6)  # stored a quarter turn left
        array([[3, 1],
               [4, 2]])
    """
    if orientation >= 5:
        pixels = pixels.swapaxes(0, 1)
    down = -1 if orientation in (3, 4, 7, 8) else 1
    across = -1 if orientation in (2, 3, 6, 7) else 1
    return pixels[::down, ::across]


def to_grey(pixels: Pixels) -> Image:
    """Grey in [0, 1] of pixels of 8 or 16 bits or floats: grey, BGR, BGR and alpha.

    Every result is the exact quotient, rounded once to float32: sums of 8-bit
    colour stay below 2^24, the rest is computed in float64, and a float64
    quotient of integers below 2^24 rounds to the float32 one.
    """
    top = np.iinfo(pixels.dtype).max if pixels.dtype.kind == "u" else 1
    grey = np.empty(pixels.shape[:2], np.float32)  # row by row, however it was turned
    if pixels.ndim == 2:
        return np.divide(pixels, np.float32(top), out=grey, casting="same_kind")
    for row in range(0, len(grey), ROWS_AT_ONCE):
        block = slice(row, row + ROWS_AT_ONCE)
        grey[block] = _mixed(pixels[block], top)
    return grey


def _mixed(pixels: Pixels, top: int) -> Pixels:
    """Grey of some rows of colour pixels, white where they are transparent."""
    wide = np.float32 if top == 255 and pixels.shape[2] == 3 else np.float64
    colour: NDArray[np.floating[Any]] = pixels[:, :, :3].astype(wide, order="C")
    total: Pixels = cv2.transform(colour, np.array([LUMA[::-1]], dtype=np.float64))
    total = total.reshape(pixels.shape[:2]) / wide(LUMA_SUM * top)
    if pixels.shape[2] == 4:
        alpha = pixels[:, :, 3] / np.float64(top)
        total = np.where(alpha == 1.0, total, 1.0 + alpha * (total - 1.0))
    return total


def _jpeg(header: Header, *, colour: bool) -> Pixels:
    colours = "CMYK" if header.channels == 4 else "BGR" if colour else "GRAY"
    try:
        pixels: Pixels = simplejpeg.decode_jpeg(header.payload, colours, strict=True)
    except ValueError as error:
        text = str(error)
        reason = "truncated" if "remature end" in text else "undecodable"
        raise refuse(reason, "a JPEG without damage", text.rstrip(".")) from error
    if header.channels == 4:
        return _inks(pixels)
    return pixels if colour else pixels[:, :, 0]


def _inks(pixels: Pixels) -> Pixels:
    """BGR of four inks in Adobe's way: 255 is no ink, each ink times black."""
    colour = np.empty((*pixels.shape[:2], 3), np.uint8)
    for row in range(0, len(pixels), ROWS_AT_ONCE):
        block = pixels[row : row + ROWS_AT_ONCE].astype(np.uint16)
        colour[row : row + ROWS_AT_ONCE] = (
            block[:, :, 2::-1] * block[:, :, 3:] + 127
        ) // 255
    return colour


def _other(header: Header) -> Pixels:
    for probe in header.probes:
        _opencv(probe)
    pixels = _opencv(header.payload)
    if pixels.dtype not in (np.uint8, np.uint16):
        raise refuse("unsupported_depth", "8 or 16 bits a number", f"{pixels.dtype}")
    if header.kind == "bmp" and pixels.ndim == 3:
        return pixels[:, :, :3]
    return pixels


def _opencv(data: bytes) -> Pixels:
    flags = cv2.IMREAD_UNCHANGED | cv2.IMREAD_IGNORE_ORIENTATION
    try:
        pixels: Pixels | None = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    except cv2.error as error:
        raise refuse("undecodable", "a whole picture", "damage in it") from error
    if pixels is None:
        raise refuse("undecodable", "a whole picture", "damage in it")
    return pixels

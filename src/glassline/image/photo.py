"""A photo with its fingerprint, from a file, from bytes or from an array."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassline.arrays import Image, View
from glassline.errors import ImageError, InputError, ShapeError
from glassline.image.formats import read_header
from glassline.image.header import check_pixels
from glassline.image.looking import Looked, look
from glassline.image.opening import read
from glassline.image.pixels import upright
from glassline.image.refusals import named, printable
from glassline.interface.checked import checked
from glassline.interface.record import Record
from glassline.recipe import ImageSettings

__all__ = ["Photo", "load"]


@dataclass(frozen=True, eq=False, repr=False)
class Photo(Record):
    """One photo, read.

    Attributes:
        name: What the caller called it, written harmlessly for any screen.
        sha256: Of the bytes of the file; two photos with the same one are the same.
        kind: `jpeg`, `png`, `webp`, `bmp`, `tiff`, or `array`.
        width: Of the whole photo as turned, in pixels.
        height: Of the whole photo as turned, in pixels.
        looked: What of it is looked at, and how that lies in the whole photo.
    """

    name: str
    sha256: str
    kind: str
    width: int
    height: int
    looked: Looked

    @property
    def image(self) -> Image:
        """Return the photo as it is read: grey in [0, 1], shape (h, w), read-only.

        Of the recipe's region, aligned where the recipe says so. What a mask leaves out
        is filled from what is looked at.
        """
        return self.looked.view.grey

    @property
    def view(self) -> View:
        """Return what a front reads: the image, and which pixels count."""
        return self.looked.view


@checked
def load(
    source: str | Path | bytes | NDArray[Any],
    *,
    settings: ImageSettings,
    root: str | Path | None = None,
    name: str | None = None,
    planes: Sequence[str] = (),
) -> Photo:
    """Load a photo; the one door for the command line, a service and a batch.

    Args:
        source: A path (str or Path), the bytes of a file, or an array: shape
            (h, w) grey or (h, w, 3) in the order red, green, blue; uint8, uint16,
            or floating point in [0, 1]. The region applies to all of them.
        settings: Limits, orientation and region.
        root: A folder that a path must lie in; nothing outside it is opened.
        name: What to call the photo; left out, the path, `image` or `array`.
        planes: Planes of colour that a front reads besides the grey, of `PLANES`.

    Returns:
        A `Photo` whose image is a copy. The sha256 of an array is over its
        dtype, shape and numbers in row order (little-endian).

    Raises:
        ImageError: The photo is refused; `reason` is a code of `REASONS`.
        ShapeError: The array is not (h, w) or (h, w, 3).
        InputError: The array has another dtype, NaN, or numbers outside [0, 1].

    Example:
        >>> photo = load(np.full((16, 20), 255, np.uint8), settings=ImageSettings())
        >>> photo.kind, photo.width, photo.image.dtype.name, float(photo.image.max())
        ('array', 20, 'float32', 1.0)
    """
    if isinstance(source, np.ndarray):
        return _from_array(source, settings, name or "array", planes)
    if isinstance(source, bytes):
        data, name = source, name or "image"
    else:
        data, name = read(source, settings=settings, root=root), name or str(source)
    header = read_header(data, settings=settings, name=name)
    try:
        pixels = upright(header, settings)
        is_split = (
            bool(planes or settings.planes)
            and header.kind == "jpeg"
            and header.channels == 3
        )
        colour = upright(header, settings, colour=True) if is_split else None
        looked = look(pixels, settings, planes=planes, colour=colour)
    except ImageError as error:
        raise named(error, name) from error
    _lock(looked)
    size = header.width, header.height
    if settings.orientation == "exif" and header.orientation >= 5:
        size = size[::-1]
    sha256 = hashlib.sha256(data).hexdigest()
    return Photo(printable(name), sha256, header.kind, *size, looked)


def _lock(looked: Looked) -> None:
    view = looked.view
    for each in (view.grey, view.taken, view.keep, looked.shown, *view.planes.values()):
        if each is not None:
            each.setflags(write=False)


def _from_array(
    array: NDArray[Any], settings: ImageSettings, name: str, planes: Sequence[str]
) -> Photo:
    if array.ndim not in (2, 3) or array.shape[2:] not in ((), (3,)):
        raise ShapeError(
            f"{name}: expected shape (h, w) or (h, w, 3), got {array.shape}."
        )
    try:
        check_pixels(array.shape[1], array.shape[0], settings.max_pixels)
        pixels = _checked(array, name)
        pixels = pixels[..., ::-1] if pixels.ndim == 3 else pixels
        looked = look(pixels, settings, planes=planes)
    except ImageError as error:
        raise named(error, name) from error
    _lock(looked)
    plain = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
    digest = hashlib.sha256(f"{plain.dtype.str} {plain.shape}\n".encode())
    digest.update(plain.data)
    height, width = array.shape[:2]
    return Photo(printable(name), digest.hexdigest(), "array", width, height, looked)


def _checked(array: NDArray[Any], name: str) -> NDArray[Any]:
    """Return uint8, uint16, or floats in [0, 1], in the byte order of the machine."""
    if array.dtype.kind == "u" and array.dtype.itemsize <= 2:
        return array.astype(array.dtype.newbyteorder("="), copy=False)
    if array.dtype.kind != "f":
        raise InputError(
            f"{name}: expected uint8, uint16 or floating point, got {array.dtype}."
        )
    wrong = ~((array >= 0) & (array <= 1))  # true for NaN as well
    if wrong.any():
        place = tuple(map(int, np.argwhere(wrong)[0]))
        more = int(wrong.sum()) - 1
        raise InputError(
            f"{name}{list(place)}: expected a number in [0, 1], got {array[place]:g}"
            f"{f' ({more:,} more)' if more else ''}."
        )
    return array.astype(np.float64)

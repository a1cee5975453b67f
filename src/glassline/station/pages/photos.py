"""Photos of records as browsers show them."""

from __future__ import annotations

import cv2
import numpy as np

from glassline.errors import ImageError
from glassline.image import load
from glassline.recipe import ImageSettings
from glassline.render.png import as_png
from glassline.store import Found

__all__ = ["shown_photo", "thumbnail"]

THUMB_PX = 240  # twice what it takes on the page: sharp on fine screens
SHOWN = {  # kinds that browsers show, to their media types
    "jpeg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
    "bmp": "image/bmp",
}


def shown_photo(found: Found) -> tuple[bytes, str] | None:
    """Return the photo as browsers show it, and its media type; None where it is not kept.

    Kinds that no browser shows become PNG, as glassline sees them: grey, turned.
    """
    if found.photo is None:
        return None
    kind = found.row.body["photo"].get("kind")
    if kind in SHOWN:
        return found.photo, SHOWN[kind]
    return _as_png(found.photo, None), SHOWN["png"]


def thumbnail(found: Found) -> bytes | None:
    """Return the photo as a small PNG; None where it is not kept or can not be read."""
    return _as_png(found.photo, THUMB_PX) if found.photo is not None else None


def _as_png(data: bytes, longest: int | None) -> bytes:
    """Return a photo as a PNG, its longer side at most so long; nothing if refused."""
    try:
        image = load(data, settings=ImageSettings()).image
    except ImageError:
        return b""
    scale = min(1.0, (longest or max(image.shape)) / max(image.shape))
    size = [max(1, round(side * scale)) for side in image.shape[::-1]]
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    return as_png(np.rint(np.clip(small, 0, 1) * 255).astype(np.uint8))

"""One safe door for photos: from a path, bytes or an array to a grey image."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from glassline.image.read import read
from glassline.image.refusals import REASONS, printable

if TYPE_CHECKING:
    from glassline.image.folder import list_images
    from glassline.image.formats import read_header
    from glassline.image.header import Header
    from glassline.image.photo import Photo, load
    from glassline.image.pixels import MIN_SIDE, decode

__all__ = [
    "MIN_SIDE",
    "REASONS",
    "Header",
    "Photo",
    "decode",
    "list_images",
    "load",
    "printable",
    "read",
    "read_header",
]

LATER = {  # OpenCV takes 0.2 s to import, so names are resolved on first use
    "MIN_SIDE": "pixels",
    "Header": "header",
    "Photo": "photo",
    "decode": "pixels",
    "list_images": "folder",
    "load": "photo",
    "read_header": "formats",
}


def __getattr__(name: str) -> object:
    if name not in LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{LATER[name]}"), name)

"""Where photos lie from a document that names them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

__all__ = ["Rows", "within_of"]

PLACES = (".", "images", "../images", "..")  # where photos lie from such a document
Rows = list[tuple[str, dict[str, Any]]]
"""Where each row stands, for messages, and its cells by column."""


def within_of(path: Path, names: Sequence[str]) -> Callable[[str], str]:
    """Return what puts before a name the folder in which the first photo lies.

    A folder beside that of the document is named from the root, as a table may; a name
    that climbs is left as it is, and refused when it is read.
    """
    first = next(iter(names), "")
    place = next(
        (each for each in PLACES if (path.parent / each / first).is_file()), PLACES[0]
    )
    if place == PLACES[0]:
        return lambda name: name
    folder = (
        Path(place) if not place.startswith("..") else (path.parent / place).resolve()
    )

    def put(name: str) -> str:
        climbs = ".." in PurePosixPath(name.replace("\\", "/")).parts
        return name if climbs else (folder / name).as_posix()

    return put

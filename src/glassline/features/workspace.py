"""Memory that is written again from photo to photo, and how much of it at once."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

__all__ = ["Plane", "Workspace", "strips"]

Plane = NDArray[np.float32]
"""One number a pixel or a cell, rows first."""

STRIP_PX = 1 << 16  # so many values of some planes at once stay in the cache
SMALL_PX = 1 << 19  # planes of so many nearly do as a whole
STRIP_ROWS = 16  # of any step: as many as whole tiles and cells have


class Workspace:
    """Planes that are written again from photo to photo.

    The first touch of fresh memory costs more than the arithmetic that fills it.
    One workspace serves one `Surface` at a time: the next one overwrites it.
    """

    def __init__(self) -> None:
        self._planes: dict[tuple[str, tuple[int, ...]], Plane] = {}
        self._photo_hw: tuple[int, ...] = ()
        self._beside: dict[str, Workspace] = {}

    def begin(self, photo_hw: tuple[int, ...]) -> None:
        """Make ready for a photo: what one of another size needed is let go."""
        if photo_hw != self._photo_hw:
            self._planes.clear()
            self._beside.clear()
            self._photo_hw = photo_hw

    def plane(self, name: str, size_hw: tuple[int, ...]) -> Plane:
        """Return the plane of this name and size; it holds what is left from before."""
        key = (name, size_hw)
        if key not in self._planes:
            self._planes[key] = np.empty(size_hw, dtype=np.float32)
        return self._planes[key]

    @property
    def planes(self) -> tuple[Plane, ...]:
        """All memory that is kept."""
        own = tuple(self._planes.values())
        return sum((each.planes for each in self._beside.values()), own)

    def beside(self, name: str) -> Workspace:
        """Return another workspace: of the same photo on another plane."""
        return self._beside.setdefault(name, Workspace())

    def scratch(self, like: Plane) -> Plane:
        """Return a plane of this one's size, for the next few lines only."""
        return self.plane("scratch", like.shape)


def strips(size_hw: tuple[int, ...]) -> Iterator[slice]:
    """Yield some rows of a plane at a time, whole cells of any step but for the last.

    What is worked out of so few values stays in the processor's cache.
    """
    rows, columns = size_hw
    at_once = max(1, STRIP_PX // (columns * STRIP_ROWS)) * STRIP_ROWS
    count = max(1, rows // at_once) if rows * columns > SMALL_PX else 1
    for place in range(count):
        end = rows if place == count - 1 else (place + 1) * at_once
        yield slice(place * at_once, end)

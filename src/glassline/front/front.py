"""What every front can be asked, whichever it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol, Self, runtime_checkable

import numpy as np

from glassline.arrays import Image, Reading, Values, View
from glassline.features import Mark
from glassline.front.chat import Count
from glassline.recipe import Recipe

__all__ = ["Front"]


@runtime_checkable
class Front(Protocol):
    """Anything that reads the features of a photo.

    A front inherits what is true of it: what stands here is said of one that learnt
    nothing, asks nobody and needs no file of its own.

    Attributes:
        kind: The word of the model file, and of what a sheet says of its readings.
        names: Of the features, in order.
        is_measured: Whether the readings are measurements, whose settings training
            chooses; else the measured readings are what they are held against.
        is_taught: Whether labels had part in the readings: what it says of parts
            that it was taught by proves nothing of others.
        tolerance: By what share a reading may differ on another machine; None where
            the same photo need not give the same reading.
        unlike: What is said where it differs by more, with {then}, {now} and {off}.
        companion: The file that stands beside the model file; None where all is in it.
        source: What a sheet names beside the readings; None for nothing.
        usage: What was asked of a server so far; None where none is asked.
    """

    kind: str
    names: tuple[str, ...]
    is_measured: bool = False
    is_taught: bool = False
    tolerance: float | None = None
    unlike: str = ""
    companion: bytes | None = None

    @property
    def planes(self) -> tuple[str, ...]:
        """Return the planes of colour that it reads besides the grey."""
        return ()

    @classmethod
    def restore(
        cls, table: Mapping[str, Any], recipe: Recipe, companion: Callable[[str], bytes]
    ) -> Self:
        """Return the front that `as_json` was of.

        Args:
            table: What `as_json` returned.
            recipe: Of the same model.
            companion: Returns the bytes that hash to what it is given.

        Raises:
            ModelError: The table is not of the recipe, or the companion is refused.
        """
        ...

    def as_json(self) -> dict[str, Any]:
        """Return all that a model file says of the front, as plain data."""
        ...

    @property
    def units(self) -> dict[str, str]:
        """Return the unit of each feature's reading."""
        ...

    @property
    def source(self) -> Mapping[str, str] | None:
        """Return what a sheet names beside the readings."""
        return None

    @property
    def usage(self) -> Count | None:
        """Return what was asked of a server so far."""
        return None

    @property
    def least(self) -> Values:
        """Return the least reading of each feature that any photo can have, (d,)."""
        return np.full(len(self.names), -np.inf)

    def read(self, image: Image | View) -> Reading:
        """Return one reading a feature, and where on the image it comes from.

        Of a view, the pixels that do not count change nothing.
        """
        ...

    def values(self, image: Image | View, /) -> Values:
        """Return the readings alone, shape (d,)."""
        return self.read(image).values

    def locate(self, image: Image | View) -> dict[str, tuple[Mark, ...]]:
        """Return what drove each reading, in pixels of this image."""
        ...

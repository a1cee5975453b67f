"""Fronts: what turns an image into four readings."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from glassline.arrays import Image, Reading
from glassline.features import Mark
from glassline.front.cnn import Network
from glassline.front.measured import Measured
from glassline.front.vlm import Asked

__all__ = [
    "Asked",
    "Front",
    "Measured",
    "Network",
]


@runtime_checkable
class Front(Protocol):
    """Anything that reads the features of a photo.

    Attributes:
        kind: The word of the model file, and of what a sheet says of its readings.
    """

    @property
    def kind(self) -> str:
        """Return measured, cnn or vlm."""
        ...

    @property
    def units(self) -> dict[str, str]:
        """Return the unit of each feature's reading."""
        ...

    def read(self, image: Image) -> Reading:
        """Return one reading a feature, and where on the image it comes from."""
        ...

    def locate(self, image: Image) -> dict[str, tuple[Mark, ...]]:
        """Return what drove each reading, in pixels of this image."""
        ...

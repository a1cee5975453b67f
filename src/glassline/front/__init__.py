"""Fronts: what turns an image into four readings."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from glassline.arrays import Image, Reading
from glassline.front.candidates import Candidates
from glassline.front.choosing import Choice, InnerLoss, choose
from glassline.front.measured import Measured

__all__ = ["Candidates", "Choice", "Front", "InnerLoss", "Measured", "choose"]


@runtime_checkable
class Front(Protocol):
    """Anything that reads the features of a photo."""

    def read(self, image: Image) -> Reading:
        """Return one reading a feature, and where on the image it comes from."""
        ...

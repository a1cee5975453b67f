"""Fronts whose readings can be worked out by hand."""

from __future__ import annotations

import numpy as np

from glassline.arrays import Image, Reading, View
from glassline.front import Measured


class Brightness(Measured):
    """Reads the mean brightness four times over."""

    def read(self, image: Image | View) -> Reading:
        """Return the mean."""
        value = float(View.of(image).grey.mean(dtype=np.float64))
        return Reading(np.full(4, value), np.zeros((4, 1, 1), np.float32))


class Brightest(Measured):
    """Reads the brightest pixel four times over."""

    def read(self, image: Image | View) -> Reading:
        """Return the largest value."""
        return Reading(
            np.full(4, float(View.of(image).grey.max())),
            np.zeros((4, 1, 1), np.float32),
        )


class Blind(Measured):
    """Reads the same from any photo."""

    def read(self, image: Image | View) -> Reading:
        """Return 0.3 four times."""
        return Reading(np.full(4, 0.3), np.zeros((4, 1, 1), np.float32))

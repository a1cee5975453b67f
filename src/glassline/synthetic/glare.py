"""Glare: light that the surface throws back unevenly and slowly."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from glassline.arrays import Image

__all__ = ["GLARE_CONTRAST", "Glare"]

GLARE_CONTRAST = 0.30  # at dose 1: the brightest place, as a share of the mean level
COARSE = 8  # pixels between the places where the slow pattern is computed


@dataclass(frozen=True)
class Glare:
    """Where soft reflections lie; their strength is the dose.

    Args:
        bands: One (x, y, half length, half width, degrees) a soft band: place and
            size in shares of the photo's width, height and shorter side.
    """

    bands: tuple[tuple[float, float, float, float, float], ...]

    @classmethod
    def draw(cls, size_hw: tuple[int, int], rng: np.random.Generator) -> Glare:
        """Draw two soft bands, a main one and a fainter echo beside it.

        Half width 0.1 to 0.14 of the photo's shorter side, so the pattern is slow,
        yet faster than a lamp's gradient.
        """
        degrees = rng.uniform(0, 180)
        x, y = rng.uniform(0.3, 0.7, 2)
        length, width = rng.uniform(0.3, 0.4), rng.uniform(0.10, 0.14)
        away = rng.uniform(2.6, 3.2) * width * rng.choice([-1.0, 1.0])
        short = min(size_hw)
        shift_x = -away * math.sin(math.radians(degrees)) * short / size_hw[1]
        shift_y = away * math.cos(math.radians(degrees)) * short / size_hw[0]
        main = (float(x), float(y), float(length), float(width), float(degrees))
        echo = (
            float(x + shift_x),
            float(y + shift_y),
            float(0.8 * length),
            float(0.8 * width),
            float(degrees),
        )
        return cls((main, echo))

    def pattern(self, size_hw: tuple[int, int]) -> Image:
        """Share of the glare at each pixel: 0 none, 1 the middle of the main band."""
        rows, columns = size_hw
        coarse_hw = (max(2, rows // COARSE), max(2, columns // COARSE))
        y = (np.arange(coarse_hw[0]) + 0.5) / coarse_hw[0] * rows
        x = (np.arange(coarse_hw[1]) + 0.5) / coarse_hw[1] * columns
        total = np.zeros(coarse_hw)
        for order, (centre_x, centre_y, length, width, degrees) in enumerate(
            self.bands
        ):
            cos = math.cos(math.radians(degrees))
            sin = math.sin(math.radians(degrees))
            dx, dy = x - centre_x * columns, y - centre_y * rows
            along = np.add.outer(sin * dy, cos * dx) / (length * min(size_hw))
            across = np.add.outer(cos * dy, -sin * dx) / (width * min(size_hw))
            total += 0.6**order * np.exp(-0.5 * (along**2 + across**2))
        whole = cv2.resize(
            total.astype(np.float32), (columns, rows), interpolation=cv2.INTER_CUBIC
        )
        return np.asarray(np.maximum(whole, 0), dtype=np.float32)

    def apply(self, light: Image, dose: float, level: float) -> Image:
        """Return the light with the glare added; dose 0 changes nothing."""
        peak = np.float32(GLARE_CONTRAST * dose * level)
        return np.asarray(light + peak * self.pattern(light.shape), dtype=np.float32)

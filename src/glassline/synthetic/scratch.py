"""A scratch: one long thin line, brighter or darker than the surface."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from glassline.arrays import Image, Values

__all__ = ["SCRATCH_CONTRAST", "Scratch"]

SCRATCH_CONTRAST = 0.30  # at dose 1: 30 % of the local brightness, a clear reject
KNOTS = 24  # places along a scratch between which its depth changes smoothly
WANDER_PX = 0.8  # how far a drawn scratch strays from its arc


@dataclass(frozen=True)
class Scratch:
    """Where a scratch lies and what it looks like; its strength is the dose.

    Args:
        start_xy: One end, in pixels from the centre of the top left pixel.
        end_xy: The other end.
        width_px: Full width at half of its contrast.
        bow: Height of the arc over the straight line between the ends, as a share
            of its length; 0 is straight, the sign is the side.
        is_bright: Whether it is brighter than the surface; False is darker.
        depths: Contrast along the scratch, as shares of its nominal contrast, from
            start to end at even distances.
        wander_px: How far it strays from its arc, at even distances.
    """

    start_xy: tuple[float, float]
    end_xy: tuple[float, float]
    width_px: float = 2.2
    bow: float = 0.0
    is_bright: bool = True
    depths: tuple[float, ...] = (1.0, 1.0)
    wander_px: tuple[float, ...] = (0.0, 0.0)

    @classmethod
    def draw(cls, size_hw: tuple[int, int], rng: np.random.Generator) -> Scratch:
        """Draw a scratch that lies wholly inside a photo.

        Length 0.4 to 0.65 of the photo's shorter side, any direction, slightly bowed,
        2.2 to 2.8 pixels wide, bright three times out of five.
        """
        rows, columns = size_hw
        length = rng.uniform(0.4, 0.65) * min(size_hw)
        angle = rng.uniform(0, math.pi)
        half_x, half_y = length / 2 * math.cos(angle), length / 2 * math.sin(angle)
        bow = rng.uniform(-0.08, 0.08)
        margin = 4 + abs(bow) * length
        x = _inside(abs(half_x) + margin, columns, rng)
        y = _inside(abs(half_y) + margin, rows, rng)
        width_px = rng.uniform(2.2, 2.8)
        is_bright = bool(rng.random() < 0.6)
        depths = rng.uniform(0.7, 1.0, KNOTS)
        wander = np.cumsum(rng.uniform(-1, 1, KNOTS))
        wander -= np.linspace(wander[0], wander[-1], KNOTS)  # the ends stay the ends
        wander *= WANDER_PX / max(1.0, float(np.abs(wander).max()))
        return cls(
            (x - half_x, y - half_y),
            (x + half_x, y + half_y),
            width_px,
            bow,
            is_bright,
            tuple(depths.tolist()),
            tuple(wander.tolist()),
        )

    @property
    def length_px(self) -> float:
        """Straight distance between the two ends, in pixels."""
        return math.dist(self.start_xy, self.end_xy)

    def profile(self, size_hw: tuple[int, int]) -> Image:
        """Share of the nominal contrast at each pixel: 0 beside the scratch, to 1.

        Across the scratch it is a Gaussian, along it `depths` with tapered ends.
        """
        whole = np.zeros(size_hw, dtype=np.float32)
        top, bottom, left, right = self._bounds(size_hw)
        if top >= bottom or left >= right:
            return whole
        length = max(self.length_px, 1e-6)
        cos = (self.end_xy[0] - self.start_xy[0]) / length
        sin = (self.end_xy[1] - self.start_xy[1]) / length
        x = np.arange(left, right, dtype=np.float32) - np.float32(self.start_xy[0])
        y = np.arange(top, bottom, dtype=np.float32) - np.float32(self.start_xy[1])
        along = np.add.outer(y * np.float32(sin), x * np.float32(cos))
        along /= np.float32(length)
        across = np.add.outer(y * np.float32(cos), x * np.float32(-sin))
        across -= np.float32(4 * self.bow * length) * (along * (1 - along))
        index = np.clip((along + 0.02) * np.float32(511 / 1.04), 0, 511)
        index = index.astype(np.int32)
        fine = np.linspace(-0.02, 1.02, 512)
        taper = np.clip(8 * np.minimum(fine, 1 - fine), 0, 1)
        depth = (_along(fine, self.depths) * taper).astype(np.float32)
        across -= _along(fine, self.wander_px).astype(np.float32)[index]
        across /= np.float32(self.width_px / 2.3548)  # Gaussian: half width to sigma
        whole[top:bottom, left:right] = np.exp(-0.5 * across * across) * depth[index]
        return whole

    def apply(self, light: Image, dose: float) -> Image:
        """Return the light with the scratch in it; dose 0 changes nothing."""
        sign = 1.0 if self.is_bright else -1.0
        contrast = np.float32(sign * SCRATCH_CONTRAST * dose)
        change = 1 + contrast * self.profile(light.shape)
        return np.asarray(light * np.maximum(change, 0), dtype=np.float32)

    def _bounds(self, size_hw: tuple[int, int]) -> tuple[int, int, int, int]:
        """Top, bottom, left and right of the box that holds the scratch."""
        margin = 2.5 * self.width_px + abs(self.bow) * self.length_px + 2
        xs, ys = zip(self.start_xy, self.end_xy, strict=True)
        return (
            max(0, math.floor(min(ys) - margin)),
            min(size_hw[0], math.ceil(max(ys) + margin) + 1),
            max(0, math.floor(min(xs) - margin)),
            min(size_hw[1], math.ceil(max(xs) + margin) + 1),
        )


def _along(place: Values, knots: tuple[float, ...]) -> Values:
    """Knots at even distances from 0 to 1, joined by straight lines."""
    even = np.linspace(0, 1, len(knots))
    return np.asarray(np.interp(place, even, knots), dtype=np.float64)


def _inside(half: float, side: int, rng: np.random.Generator) -> float:
    """Draw a centre that leaves `half` free on both sides; the middle if none does."""
    free = max(0.0, side - 1 - 2 * half)
    return (side - 1 - free) / 2 + float(rng.random()) * free

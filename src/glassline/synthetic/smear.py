"""Dirt smeared on the surface: a patch in which the fine texture is another one."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from glassline.arrays import Image

__all__ = ["SMEAR_CONTRAST", "Smear"]

SMEAR_CONTRAST = 0.05  # at dose 1: standard deviation of the added fine texture
RIDGE_PX = 6.0  # one ridge of a finger on a phone seen at 80 micrometres a pixel


@dataclass(frozen=True)
class Smear:
    """Where a smear lies and its residue; its strength is the dose.

    Args:
        centre_xy: Middle of the patch, in pixels.
        radii_px: Half length and half width of the patch.
        direction_deg: Direction of its length, in degrees from the x axis.
        outline: How far the rim swells and shrinks at even angles around it, as
            shares of the radius.
        is_fingerprint: Whether the residue lies in ridges; False is a wiped smear.
        residue_seed: Seed of the residue's own grain.
    """

    centre_xy: tuple[float, float]
    radii_px: tuple[float, float]
    direction_deg: float = 0.0
    outline: tuple[float, ...] = (0.0,)
    is_fingerprint: bool = False
    residue_seed: int = 0

    @classmethod
    def draw(
        cls,
        size_hw: tuple[int, int],
        rng: np.random.Generator,
        *,
        fingerprint_share: float = 0.0,
    ) -> Smear:
        """Draw a smear whose middle is well inside a photo.

        Half length 0.2 to 0.26 of the photo's shorter side, half width 0.7 of that,
        any direction, an uneven rim.

        Args:
            size_hw: Height and width of the photo in pixels.
            rng: Source of place, form and residue.
            fingerprint_share: How often it is a fingerprint; 0 never, 1 always.
        """
        rows, columns = size_hw
        radius = rng.uniform(0.20, 0.26) * min(size_hw)
        x = rng.uniform(0.28, 0.72) * (columns - 1)
        y = rng.uniform(0.28, 0.72) * (rows - 1)
        direction = rng.uniform(0, 180)
        outline = rng.uniform(-0.22, 0.22, 9)
        is_fingerprint = bool(rng.random() < fingerprint_share)
        seed = int(rng.integers(2**62))
        return cls(
            (x, y),
            (radius, 0.7 * radius),
            direction,
            tuple(outline.tolist()),
            is_fingerprint,
            seed,
        )

    def mask(self, size_hw: tuple[int, int]) -> Image:
        """Share of the residue at each pixel: 0 outside, 1 well inside the patch.

        Args:
            size_hw: Height and width of the photo in pixels.
        """
        reach, turn = self._polar(size_hw)
        rim = np.asarray(self.outline, dtype=np.float32)
        rim = np.append(rim, rim[0])
        angles = np.linspace(-math.pi, math.pi, len(rim), dtype=np.float32)
        fine = np.linspace(-math.pi, math.pi, 256, dtype=np.float32)
        swell = np.interp(fine, angles, rim).astype(np.float32)
        index = ((turn + np.float32(math.pi)) * np.float32(255 / math.tau)).astype(
            np.int32
        )
        share = (1 + swell[np.clip(index, 0, 255)] - reach) / np.float32(0.35)
        share = np.clip(share, 0, 1)
        return np.asarray(share * share * (3 - 2 * share), dtype=np.float32)

    def apply(self, light: Image, dose: float) -> Image:
        """Return the light with the smear on it; dose 0 changes nothing.

        Args:
            light: Light that reaches the camera.
            dose: Added texture in units of `SMEAR_CONTRAST`; >= 0.
        """
        mask = self.mask(light.shape)
        residue = self._residue(light.shape)
        change = 1 + np.float32(SMEAR_CONTRAST * dose) * (mask * residue)
        return np.asarray(light * np.maximum(change, 0), dtype=np.float32)

    def _polar(self, size_hw: tuple[int, int]) -> tuple[Image, Image]:
        """Distance (1 at the ellipse) and angle from the centre, for each pixel."""
        angle = math.radians(self.direction_deg)
        cos, sin = np.float32(math.cos(angle)), np.float32(math.sin(angle))
        x = np.arange(size_hw[1], dtype=np.float32) - np.float32(self.centre_xy[0])
        y = np.arange(size_hw[0], dtype=np.float32) - np.float32(self.centre_xy[1])
        along = np.add.outer(sin * y, cos * x) / np.float32(self.radii_px[0])
        across = np.add.outer(cos * y, -sin * x) / np.float32(self.radii_px[1])
        reach, turn = cv2.cartToPolar(along, across)
        turn = np.where(turn > math.pi, turn - np.float32(math.tau), turn)
        return np.asarray(reach, dtype=np.float32), np.asarray(turn, dtype=np.float32)

    def _residue(self, size_hw: tuple[int, int]) -> Image:
        """Fine texture of the residue: mean 0, standard deviation near 1."""
        own = np.random.Generator(np.random.PCG64(self.residue_seed))
        grain = own.standard_normal(size_hw, dtype=np.float32)
        grain = np.asarray(cv2.GaussianBlur(grain, (5, 5), 0.8), dtype=np.float32)
        grain *= np.float32(2.6)  # undoes what the blur takes from the deviation
        if not self.is_fingerprint:
            return grain
        reach, _ = self._polar(size_hw)
        radius = np.float32(sum(self.radii_px) / 2) * reach
        wobble = cv2.GaussianBlur(grain, (0, 0), 5.0) * np.float32(6.0)
        ridges = np.sin((radius + wobble) * np.float32(math.tau / RIDGE_PX))
        return np.asarray(0.8 * ridges + 0.6 * grain, dtype=np.float32)

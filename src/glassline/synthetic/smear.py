"""Dirt smeared on the surface: a patch in which the fine texture is another one."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from glassline.arrays import Image

__all__ = ["SMEAR_CONTRAST", "Smear"]

SMEAR_CONTRAST = 0.06  # at dose 1: standard deviation of the added fine texture
VEIL = 0.5  # a residue also darkens: this share of its deviation
RIM = 0.5  # width of the soft rim, as a share of the radius
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

        Half length 0.34 to 0.38 of the photo's shorter side, half width 0.8 of that,
        any direction, an uneven rim.
        """
        rows, columns = size_hw
        radius = rng.uniform(0.34, 0.38) * min(size_hw)
        x = rng.uniform(0.35, 0.65) * (columns - 1)
        y = rng.uniform(0.35, 0.65) * (rows - 1)
        direction = rng.uniform(0, 180)
        outline = rng.uniform(-0.2, 0.2, 9)
        is_fingerprint = bool(rng.random() < fingerprint_share)
        seed = int(rng.integers(2**62))
        return cls(
            (x, y),
            (radius, 0.8 * radius),
            direction,
            tuple(outline.tolist()),
            is_fingerprint,
            seed,
        )

    def mask(self, size_hw: tuple[int, int]) -> Image:
        """Share of the residue at each pixel: 0 outside, 1 well inside the patch."""
        whole = np.zeros(size_hw, dtype=np.float32)
        photo, box, left_top = self._window(size_hw)
        whole[photo] = self._share(left_top, self._side)[box]
        return whole

    def apply(self, light: Image, dose: float) -> Image:
        """Return the light with the smear on it; dose 0 changes nothing."""
        photo, box, left_top = self._window(light.shape)
        residue = self._residue(left_top, self._side) - np.float32(VEIL)
        change = self._share(left_top, self._side) * residue
        soiled = light.copy()
        change = 1 + np.float32(SMEAR_CONTRAST * dose) * change[box]
        soiled[photo] *= np.maximum(change, 0)
        return soiled

    @property
    def _side(self) -> int:
        """Side in pixels of the square that holds the patch."""
        swell = 1 + max(0.0, *self.outline)
        return 2 * math.ceil(max(self.radii_px) * swell) + 3

    def _window(
        self, size_hw: tuple[int, int]
    ) -> tuple[tuple[slice, slice], tuple[slice, slice], tuple[int, int]]:
        """Where square and photo overlap, in each; and the square's left and top."""
        left, top = (round(place) - self._side // 2 for place in self.centre_xy)
        photo, box = [], []
        for start, size in zip((top, left), size_hw, strict=True):
            low, high = max(0, start), min(size, start + self._side)
            high = max(low, high)
            photo.append(slice(low, high))
            box.append(slice(low - start, high - start))
        return (photo[0], photo[1]), (box[0], box[1]), (left, top)

    def _polar(
        self, left_top: tuple[int, int], side: int, shift: float = 0.0
    ) -> tuple[Image, Image]:
        """Distance (1 at the ellipse) and angle from the centre, for each pixel."""
        angle = math.radians(self.direction_deg)
        cos, sin = np.float32(math.cos(angle)), np.float32(math.sin(angle))
        steps = np.arange(side, dtype=np.float32)
        x = steps + np.float32(left_top[0] - self.centre_xy[0])
        y = steps + np.float32(left_top[1] - self.centre_xy[1])
        along = np.add.outer(sin * y, cos * x) / np.float32(self.radii_px[0])
        across = np.add.outer(cos * y, -sin * x) / np.float32(self.radii_px[1])
        reach, turn = cv2.cartToPolar(along + np.float32(shift), across)
        return np.asarray(reach, dtype=np.float32), np.asarray(turn, dtype=np.float32)

    def _share(self, left_top: tuple[int, int], side: int) -> Image:
        """The mask, on a square."""
        reach, turn = self._polar(left_top, side)
        rim = np.asarray([*self.outline, self.outline[0]])
        fine = np.linspace(0, 1, 256)
        swell = np.interp(fine, np.linspace(0, 1, len(rim)), rim).astype(np.float32)
        index = (turn * np.float32(255 / math.tau)).astype(np.int32)
        share = (1 + swell[np.clip(index, 0, 255)] - reach) / np.float32(RIM)
        share = np.clip(share, 0, 1)
        return np.asarray(share * share * (3 - 2 * share), dtype=np.float32)

    def _residue(self, left_top: tuple[int, int], side: int) -> Image:
        """Fine texture of the residue on a square: mean 0, deviation near 1.

        Nothing of it is coarser than a few pixels: a smear is no speck and no line.
        """
        own = np.random.Generator(np.random.PCG64(self.residue_seed))
        white = own.standard_normal((side, side), dtype=np.float32)
        fine = np.asarray(cv2.GaussianBlur(white, (5, 5), 0.6), dtype=np.float32)
        fine -= cv2.GaussianBlur(white, (9, 9), 1.4)
        fine *= np.float32(2.6)  # undoes what the filters take from the deviation
        if not self.is_fingerprint:
            return fine
        reach, _ = self._polar(left_top, side, shift=1.3)
        slow = cv2.resize(
            white[::16, ::16], (side, side), interpolation=cv2.INTER_CUBIC
        )
        radius = np.float32(math.sqrt(math.prod(self.radii_px))) * reach + 2 * slow
        ridges = np.sin(radius * np.float32(math.tau / RIDGE_PX))
        return np.asarray(0.7 * ridges + 0.7 * fine, dtype=np.float32)

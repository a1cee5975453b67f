"""Grain: isolated round specks, such as dust or pores."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32

from glassline.arrays import Image

__all__ = ["GRAIN_CONTRAST", "GRAIN_DENSITY", "Grain"]

GRAIN_CONTRAST = 0.3  # middle of a full speck at dose 1, as a share of the brightness
GRAIN_DENSITY = 80e-5  # specks a pixel at dose 1: 246 on a photo of 640 x 480
Specks = Float32[np.ndarray, "m 4"]
"""x, y and radius in pixels, and signed contrast, of m specks."""

REACH = 5  # pixels; a speck of 1.4 pixels has faded to 0.2 % there


@dataclass(frozen=True, eq=False)
class Grain:
    """Where specks may lie and their form; how many and how strong is the dose.

    Args:
        specks: Shape (m, 4): x and y in pixels, radius (sigma) in pixels, and
            contrast as a signed share of `GRAIN_CONTRAST`. The first ones come
            first when the dose grows.
        nominal_count: How many specks dose 1 has.
    """

    specks: Specks
    nominal_count: float

    @classmethod
    def draw(
        cls, size_hw: tuple[int, int], rng: np.random.Generator, dose: float = 1.0
    ) -> Grain:
        """Draw enough specks for a dose; a larger dose keeps the specks of a smaller.

        Radius 0.9 to 1.4 pixels (sigma), three quarters of them dark.
        """
        nominal = GRAIN_DENSITY * size_hw[0] * size_hw[1]
        count = int(np.ceil(dose * nominal)) + 1
        draws = rng.random((count, 5), dtype=np.float32)
        specks = np.empty((count, 4), dtype=np.float32)
        specks[:, 0] = draws[:, 0] * (size_hw[1] - 1)
        specks[:, 1] = draws[:, 1] * (size_hw[0] - 1)
        specks[:, 2] = 0.9 + 0.5 * draws[:, 2]
        specks[:, 3] = np.where(draws[:, 3] < 0.75, -1, 1) * (0.6 + 0.4 * draws[:, 4])
        return cls(specks, nominal)

    def pattern(self, size_hw: tuple[int, int], dose: float) -> Image:
        """Signed share of `GRAIN_CONTRAST` at each pixel; 0 beside the specks.

        The number of specks is dose * nominal_count; the last one is faint in
        proportion to the fraction, so that the pattern grows without a jump.
        """
        amount = dose * self.nominal_count - np.arange(len(self.specks))
        shown = self.specks[amount > 0]
        strength = (shown[:, 3] * np.minimum(amount[amount > 0], 1)).astype(np.float32)
        column = np.rint(shown[:, 0]).astype(np.int64)
        row = np.rint(shown[:, 1]).astype(np.int64)
        offset = np.arange(-REACH, REACH + 1, dtype=np.float32)
        across = offset + (column - shown[:, 0])[:, None].astype(np.float32)
        down = offset + (row - shown[:, 1])[:, None].astype(np.float32)
        spread = shown[:, 2:3]
        form_x = np.exp(-0.5 * (across / spread) ** 2)
        form_y = np.exp(-0.5 * (down / spread) ** 2) * strength[:, None]
        padded = np.zeros((size_hw[0] + 2 * REACH, size_hw[1] + 2 * REACH), np.float32)
        steps = np.arange(2 * REACH + 1)
        rows = (row[:, None] + steps)[:, :, None]
        columns = (column[:, None] + steps)[:, None, :]
        np.add.at(padded, (rows, columns), form_y[:, :, None] * form_x[:, None, :])
        return padded[REACH:-REACH, REACH:-REACH]

    def apply(self, light: Image, dose: float) -> Image:
        """Return the light with the specks in it; dose 0 changes nothing."""
        contrast = np.float32(GRAIN_CONTRAST * (1 + dose) / 2)
        change = 1 + contrast * self.pattern(light.shape, dose)
        return np.asarray(light * np.maximum(change, 0), dtype=np.float32)

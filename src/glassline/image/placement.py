"""Where the golden photo lies on a photo, and how the photo is laid on it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from glassline.arrays import Image, Kept

__all__ = ["Placement", "on_photo", "rotation", "warped"]

FLAT = 1e-3  # of a pixel: on the border is inside, whatever rounding does


@dataclass(frozen=True)
class Placement:
    """Where the golden photo lies on a photo.

    A pixel of the golden photo at x, y from its middle lies on the photo at the turned
    x, y from its middle, moved by the shift:

        ( cos t  -sin t ) (x)   (right)
        ( sin t   cos t ) (y) + (down )

    Attributes:
        right_px: Shift to the right, in pixels.
        down_px: Shift down.
        turn_deg: t, clockwise as seen on a screen.
        match: Correlation with the golden photo there, over what both show, -1 to 1.
    """

    right_px: float
    down_px: float
    turn_deg: float
    match: float

    def matrix(self, width: int, height: int) -> NDArray[np.float64]:
        """Return shape (2, 3): x, y, 1 on the golden photo to x, y on the photo.

        Both counted from the centre of the upper left pixel; both photos of this size.
        """
        middle = np.array([(width - 1) / 2, (height - 1) / 2])
        turned = rotation(math.radians(self.turn_deg))
        shift = middle - turned @ middle + np.array([self.right_px, self.down_px])
        return np.column_stack([turned, shift])

    def laid(self, image: Image) -> tuple[Image, Kept]:
        """Return the photo as if it had been taken like the golden one.

        Returns:
            The photo, shape (h, w), and which of its pixels lie on the photo at all.
            Unmoved and not turned, the photo itself.
        """
        if self.right_px == self.down_px == self.turn_deg == 0:
            return image, np.ones(image.shape, np.bool_)
        height, width = image.shape
        matrix = self.matrix(width, height)
        moved = warped(image, matrix, (width, height), cv2.INTER_LANCZOS4)
        is_seen = on_photo(matrix, height, width)
        return np.clip(moved, np.float32(0), np.float32(1)), is_seen


def rotation(radians: float) -> NDArray[np.float64]:
    """Return shape (2, 2), by which x, y are turned clockwise as seen on a screen."""
    cos, sin = math.cos(radians), math.sin(radians)
    return np.array([[cos, -sin], [sin, cos]])


def on_photo(matrix: NDArray[np.float64], height: int, width: int) -> Kept:
    """Which pixels of the golden photo lie on a photo of the same size.

    In each row they are those between two columns: a straight line enters and leaves.
    """
    rows, columns = np.arange(height), np.arange(width, dtype=np.float32)
    first, last = np.zeros(height), np.full(height, width - 1.0)
    for axis, side in enumerate((width, height)):
        across, down, start = matrix[axis].tolist()
        begin = down * rows + start  # of the place on the photo, at column 0
        if abs(across) * width < FLAT:
            outside = (begin < -FLAT) | (begin > side - 1 + FLAT)
            last[outside] = -1.0
            continue
        ends = np.sort([-begin / across, (side - 1 - begin) / across], axis=0)
        first, last = np.maximum(first, ends[0]), np.minimum(last, ends[1])
    low, high = (
        each[:, None].astype(np.float32) for each in (first - FLAT, last + FLAT)
    )
    return np.asarray((columns >= low) & (columns <= high))


def warped(
    image: Image, matrix: NDArray[np.float64], size_wh: tuple[int, int], way: int
) -> Image:
    """Return, at each place, what lies on the image where the matrix leads.

    Args:
        image: Shape (h, w).
        matrix: Shape (2, 3), x, y, 1 of a place to x, y on the image.
        size_wh: Of the answer.
        way: How OpenCV interpolates.
    """
    found = cv2.warpAffine(
        image,
        matrix,
        size_wh,
        flags=way | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.asarray(found, dtype=np.float32)

"""What the four measurements share: half-size image, curvature, noise."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from glassline.arrays import Image
from glassline.errors import InputError, ShapeError

__all__ = ["GREY_STEP", "Plane", "Surface", "gaussian_kernel"]

Plane = NDArray[np.float32]
"""One number a pixel, rows first."""

GREY_STEP = 1.0 / 255.0
"""One step of an 8-bit camera: nothing finer than a part of it is evidence."""

BORDER = cv2.BORDER_REFLECT_101
MEDIAN_SAMPLES = 1 << 14  # the median of so many pixels is good to one per cent


class Surface:
    """One photo, and the pictures derived from it that several features need.

    Each derived picture is computed when it is first asked for, and kept.

    Args:
        image: Shape (h, w), grey, 0 black to 1 white, float32, h and w >= 1.

    Raises:
        ShapeError: The image is not (h >= 1, w >= 1).
        InputError: A pixel is NaN or infinite.

    Example:
        >>> surface = Surface(np.full((6, 9), 0.5, dtype=np.float32))
        >>> surface.half.shape
        (3, 4)
    """

    def __init__(self, image: Image) -> None:
        if image.ndim != 2 or min(image.shape) < 1:
            raise ShapeError(f"image: expected shape (h, w), got {image.shape}.")
        self.image: Plane = np.ascontiguousarray(image, dtype=np.float32)
        if not math.isfinite(cv2.sumElems(self.image)[0]):
            raise InputError("image: expected finite pixels, got NaN or infinity.")
        self.half = _halve(self.image)
        self._curvature: dict[float, tuple[Plane, Plane]] = {}
        self._noise: dict[float, float] = {}

    def curvature(self, width_px: float) -> tuple[Plane, Plane]:
        """Return the mean curvature and its anisotropy at one line width.

        With L the Hessian of the half-size image blurred by sigma, scaled by
        sigma^2, the two pictures are

            mean = (Lxx + Lyy) / 2,   turn = sqrt(((Lxx - Lyy) / 2)^2 + Lxy^2)

        so that the eigenvalues are mean + turn and mean - turn: positive in a
        dark valley, negative on a bright ridge.

        Args:
            width_px: Width in photo pixels of the line it answers to most,
                4 sigma (sigma in half-size pixels is half the bar's half width).

        Source:
            T. Lindeberg, Int. J. Computer Vision 30(2), 1998 (scale
            normalisation); C. Steger, IEEE PAMI 20(2), 1998 (line width).
        """
        if width_px not in self._curvature:
            self._curvature[width_px] = _curvature(self.half, width_px / 4.0)
        return self._curvature[width_px]

    def noise(self, width_px: float) -> float:
        """Return the surface's own curvature noise at one width, > 0.

        1.4826 times the median absolute deviation of the mean curvature: the
        standard deviation if the surface is Gaussian, blind to defects that
        cover less than half of it. Never under a quarter of a grey step, which
        is what rounding to 8 bits alone would do.
        """
        if width_px not in self._noise:
            mean, _ = self.curvature(width_px)
            self._noise[width_px] = max(_spread(mean), GREY_STEP / 4.0)
        return self._noise[width_px]


def gaussian_kernel(sigma_px: float, derivative: int = 0) -> Plane:
    """Return a sampled Gaussian, or its first or second derivative.

    The sampled kernels are corrected so that they do exactly what their names
    say on polynomials: the Gaussian keeps a constant, the first derivative of
    a ramp is its slope, the second derivative of x^2 is 2 and of a ramp is 0.

    Args:
        sigma_px: Standard deviation, > 0.
        derivative: 0, 1 or 2.

    Returns:
        Shape (2 r + 1,), r = ceil(3.5 sigma), at least 1.

    Example:
        >>> kernel = gaussian_kernel(1.0, 2)
        >>> place = np.arange(-4, 5)
        >>> print(f"{(kernel * place**2).sum():.4f}")
        2.0000
    """
    radius = max(1, math.ceil(3.5 * sigma_px))
    place = np.arange(-radius, radius + 1, dtype=np.float64)
    bell = np.exp(-0.5 * (place / sigma_px) ** 2)
    bell /= bell.sum()
    if derivative == 1:
        bell = place * bell
        bell /= (bell * place).sum()
    elif derivative == 2:
        bell = (place**2 / sigma_px**2 - 1.0) * bell
        bell -= bell.mean()
        bell *= 2.0 / (bell * place**2).sum()
    return bell.astype(np.float32)


def _halve(image: Plane) -> Plane:
    """Average 2 x 2 pixels; a last odd row or column is left out."""
    height, width = image.shape
    if height < 2 or width < 2:
        image = np.repeat(image, 2, 0) if height < 2 else image
        image = np.repeat(image, 2, 1) if width < 2 else image
        height, width = image.shape
    size_wh = (width // 2, height // 2)
    even = image[: 2 * size_wh[1], : 2 * size_wh[0]]
    return np.asarray(cv2.resize(even, size_wh, interpolation=cv2.INTER_AREA))


def _curvature(half: Plane, sigma_px: float) -> tuple[Plane, Plane]:
    bell, slope, bend = (gaussian_kernel(sigma_px, order) for order in range(3))
    bell, bend = bell * np.float32(sigma_px), bend * np.float32(sigma_px)
    slope = slope * np.float32(sigma_px)
    xx = cv2.sepFilter2D(half, cv2.CV_32F, bend, bell, borderType=BORDER)
    yy = cv2.sepFilter2D(half, cv2.CV_32F, bell, bend, borderType=BORDER)
    xy = cv2.sepFilter2D(half, cv2.CV_32F, slope, slope, borderType=BORDER)
    mean = cv2.addWeighted(xx, 0.5, yy, 0.5, 0.0)
    turn = cv2.addWeighted(xx, 0.5, yy, -0.5, 0.0, dst=xx)
    turn = cv2.magnitude(turn, xy, magnitude=yy)
    return np.asarray(mean), np.asarray(turn)


def _spread(values: Plane) -> float:
    flat = values.reshape(-1)
    some = flat[:: max(1, flat.size // MEDIAN_SAMPLES)]
    return float(1.4826 * np.median(np.abs(some - np.median(some))))

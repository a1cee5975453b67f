"""The camera: defocus, exposure, noise, quantisation and JPEG."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import UInt8

from glassline.arrays import Image
from glassline.errors import InputError, check_within

__all__ = ["Camera", "Colour", "Photo"]

Photo = UInt8[np.ndarray, "h w"]
"""Grey photo as a camera delivers it; 0 black to 255 white."""

Colour = UInt8[np.ndarray, "h w 3"]
"""The same in red, green and blue."""


@dataclass(frozen=True)
class Camera:
    """A monochrome industrial camera with a linear response.

    Args:
        exposure: Factor on the light; 1 keeps the surface's level.
        defocus_px: Blur (sigma) of the lens in pixels; 0 is none.
        read_noise: Noise of a dark pixel, as a share of white.
        full_well: Electrons that make white; fewer make more shot noise. 0 turns
            shot noise off.
        jpeg_quality: 1 to 100, or None for no compression.

    Raises:
        InputError: A value is not finite or outside its range.
    """

    exposure: float = 1.0
    defocus_px: float = 0.5
    read_noise: float = 0.003
    full_well: float = 12_000.0  # a common sensor with pixels of 3.5 micrometres
    jpeg_quality: int | None = None

    def __post_init__(self) -> None:
        limits = {
            "exposure": (0, 100),
            "defocus_px": (0, 50),
            "read_noise": (0, 1),
            "full_well": (0, 1e9),
        }
        for name, (low, high) in limits.items():
            check_within(f"camera.{name}", getattr(self, name), low, high)
        if self.jpeg_quality is not None and not 1 <= self.jpeg_quality <= 100:
            raise InputError(
                "camera.jpeg_quality: expected 1 to 100, or None for no compression, "
                f"got {self.jpeg_quality}."
            )

    def shoot(self, light: Image, rng: np.random.Generator) -> Photo:
        """Take the photo of the light: what the pixel values become.

            value = round(255 * clip(v + noise, 0, 1)),  v = exposure * blurred light
            noise variance = read_noise^2 + max(v, 0) / full_well

        Returns:
            Shape (h, w), grey levels 0 to 255.

        Source:
            EMVA Standard 1288, release 4.0 (2021), the linear camera model of
            section 2; shot noise is taken as normal, which it is above some ten
            electrons.
        """
        value = light
        if self.defocus_px > 0:
            value = np.asarray(
                cv2.GaussianBlur(value, (0, 0), self.defocus_px), dtype=np.float32
            )
        value = np.asarray(value * np.float32(self.exposure), dtype=np.float32)
        noise = rng.standard_normal(value.shape, dtype=np.float32)
        variance = np.full_like(value, self.read_noise**2)
        if self.full_well > 0:
            variance += np.maximum(value, 0) / np.float32(self.full_well)
        value += noise * np.sqrt(variance)
        grey = np.rint(np.clip(value, 0, 1) * np.float32(255))
        photo = np.asarray(grey, dtype=np.uint8)
        if self.jpeg_quality is None:
            return photo
        _, coded = cv2.imencode(
            ".jpg", photo, [cv2.IMWRITE_JPEG_QUALITY, self.jpeg_quality]
        )
        return np.asarray(cv2.imdecode(coded, cv2.IMREAD_GRAYSCALE), dtype=np.uint8)

"""Photos and feature maps as pictures inside a page."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from glassline.arrays import Image
from glassline.render.png import as_url

__all__ = ["overlay", "photo"]

WIDTH = 480  # px; sharp enough on paper, small enough to mail
USUAL, TOP = (
    0.9,
    0.999,
)  # shares of the surface: below the first no ink, above the second all
INK = (0.0, 0.32, 0.96)  # blue, green, red: orange, readable in grey and colour-blind


def photo(image: Image) -> str:
    """Return the photo as a data URI (PNG), at most 480 px wide."""
    return _data_uri(_fit(image))


def overlay(image: Image, shown: NDArray[np.float32], strength: float) -> str:
    """Return the photo with one feature map laid over it in orange.

    The ink is as strong as the map where it stands above nine tenths of the
    surface, brought to its own largest value, times `strength`; so a part on
    which the feature is weak stays nearly clean.

    Args:
        image: Shape (h, w), 0 to 1.
        shown: Shape (h', w'), >= 0.
        strength: 0 (nothing to see) to 1 (as far out as the scale goes).
    """
    grey = _fit(image)
    size = (grey.shape[1], grey.shape[0])
    ink = cv2.resize(shown.astype(np.float32), size, interpolation=cv2.INTER_LINEAR)
    usual, top = np.quantile(ink, [USUAL, TOP]).tolist()
    ink = np.clip((ink - usual) / (top - usual), 0, 1) if top > usual else 0 * ink
    alpha = (np.clip(strength, 0, 1) * np.sqrt(ink))[..., None]
    base = (0.35 + 0.65 * grey)[..., None]  # lifted, so that ink shows on dark parts
    return _data_uri((1 - alpha) * base + alpha * np.array(INK, np.float32))


def _fit(image: Image) -> Image:
    h, w = image.shape
    if w <= WIDTH:
        return image
    size = (WIDTH, max(1, round(h * WIDTH / w)))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA))


def _data_uri(pixels: NDArray[Any]) -> str:
    return as_url(np.clip(pixels * 255 + 0.5, 0, 255).astype(np.uint8))

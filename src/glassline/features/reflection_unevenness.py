"""How uneven the reflection is, beyond the lamp's own gradient."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from glassline.features.surface import GREY_STEP, Plane, Surface

__all__ = ["ReflectionUnevenness", "measure"]


@dataclass(frozen=True)
class ReflectionUnevenness:
    """How finely slow brightness is looked at.

    Attributes:
        cells: Cells along each side of the photo.
        share: Upper and lower share of the cells that is set against each other.
    """

    cells: int = 16
    share: float = 0.1


def measure(surface: Surface, settings: ReflectionUnevenness) -> tuple[float, Plane]:
    """Range of slow brightness around the lamp's plane, in per cent.

    The photo is averaged over cells x cells areas, the best plane (the lamp)
    is taken away, and with q the quantiles of what is left

        reading = 100 (q_{1 - share} - q_{share}) / mean brightness

    Args:
        surface: The photo.
        settings: Cells and share.

    Returns:
        The reading, >= 0, in per cent of the mean brightness: 0 for a plane,
        about 1 for an even surface, 10 for glare that anyone sees. The map has
        half the photo's size: distance of each cell from the plane.

    Source:
        Flat-field residual, as in EMVA Standard 1288, release 4.0, section 4
        (non-uniformity after removal of the trend); quantiles are ours.
    """
    height, width = surface.image.shape
    size_wh = (min(settings.cells, width), min(settings.cells, height))
    cells: Plane = np.asarray(
        cv2.resize(surface.image, size_wh, interpolation=cv2.INTER_AREA), np.float32
    )
    rest = _without_plane(cells)
    mean = max(float(cells.mean()), 4.0 * GREY_STEP)
    low, high = np.quantile(rest, [settings.share, 1.0 - settings.share])
    half_wh = surface.half.shape[::-1]
    away = (np.abs(rest) * (100.0 / mean)).astype(np.float32)
    shown = cv2.resize(away, half_wh, interpolation=cv2.INTER_NEAREST)
    return float(100.0 * (high - low) / mean), np.asarray(shown)


def _without_plane(cells: Plane) -> NDArray[np.float64]:
    """Cells less their least-squares plane; on a grid its axes are orthogonal."""
    rest = cells.astype(np.float64)
    rest -= rest.mean()
    for axis in (0, 1):
        place = np.arange(cells.shape[axis], dtype=np.float64)
        place -= place.mean()
        length = (place**2).sum()
        if length > 0:
            slope = (rest.mean(axis=1 - axis) * place).sum() / length
            rest -= slope * (place[:, None] if axis == 0 else place[None, :])
    return rest

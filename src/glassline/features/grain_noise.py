"""How much isolated grain the surface carries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from glassline.features.surface import Plane, Surface

__all__ = ["GrainNoise", "measure"]


@dataclass(frozen=True)
class GrainNoise:
    """What counts as a grain.

    Attributes:
        polarity: Grains brighter than the surface, darker, or either.
        width_px: Width of a grain, in photo pixels.
        share: Share of the surface that grains are expected to cover: the
            reading is the grain that is exceeded on this share.
    """

    polarity: Literal["bright", "dark", "either"] = "either"
    width_px: float = 6.0
    share: float = 0.01


def measure(surface: Surface, settings: GrainNoise) -> tuple[float, Plane]:
    """Contrast of round specks, in units of the surface's own noise.

    A speck curves in both directions alike, a line in one only: with l1 and l2
    the eigenvalues of the Hessian, the grain at a point is the smaller of the
    two where both have the sign of a speck, else 0. The reading is the value
    exceeded on `share` of the surface, divided by the noise.

    Args:
        surface: The photo.
        settings: Polarity, width and share.

    Returns:
        The reading, >= 0, in units of noise: 0 without any speck, about 1.5 on
        plain noise, above 4 with visible specks. The map has half the photo's
        size and the same unit.

    Source:
        Both eigenvalues of one sign mark a blob: A. F. Frangi et al., MICCAI
        1998, table 1, doi:10.1007/BFb0056195.
    """
    mean, turn = surface.curvature(settings.width_px)
    if settings.polarity == "either":
        grain: Plane = np.abs(mean) - turn
    else:
        sign = np.float32(1.0 if settings.polarity == "dark" else -1.0)
        grain = sign * mean - turn
    noise = surface.noise(settings.width_px)
    shown: Plane = np.asarray(np.maximum(grain, 0.0) / noise, np.float32)
    value = float(np.quantile(shown, 1.0 - settings.share))
    return value, shown

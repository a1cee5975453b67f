"""How much of the surface is burnt out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from glassline.features import Feature, Surface
from glassline.features.surface import CELL_PX


@dataclass(frozen=True)
class Saturated:
    """From which grey on a pixel counts as burnt out: 0 black to 1 white."""

    limit: float = 0.98


def measure(surface: Surface, settings: Saturated) -> tuple[float, NDArray[np.float32]]:
    """Share of the photo at or above the limit, in per cent, and where it is.

    The reading is 0 to 100; the map has a cell for 4 x 4 px: 1 where the cell's mean
    is at or above the limit, else 0.
    """
    share = 100.0 * float(np.mean(surface.image >= settings.limit))
    cells = surface.smaller(CELL_PX) >= settings.limit
    return share, cells.astype(np.float32)


FEATURE = Feature(
    settings=Saturated,
    measure=measure,
    unit="% of the surface",
    grid=(Saturated(), Saturated(0.9)),
)

"""How much isolated grain the surface carries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from glassline.arrays import PlaneName
from glassline.errors import RecipeError, check_within
from glassline.features.ranks import strongest
from glassline.features.surface import Surface, facing
from glassline.features.workspace import Plane

__all__ = ["GRID", "GrainNoise", "measure"]

WIDTHS_PX = (3.0, 32.0)  # what half to eighth size photos can show


@dataclass(frozen=True)
class GrainNoise:
    """What counts as a grain.

    Attributes:
        polarity: Grains brighter than the surface, darker, or either.
        width_px: Width of a grain, in photo pixels, 3 to 32.
        share: Share of the surface that counts, its grainiest: 0 the strongest
            grain alone, 1 all of the surface.
        plane: What of the photo is read: its grey, or a plane of its colour.
    """

    polarity: Literal["bright", "dark", "either"] = "either"
    width_px: float = 6.0
    share: float = 0.01
    plane: PlaneName = "luma"

    def __post_init__(self) -> None:
        check_within("width_px", self.width_px, *WIDTHS_PX, RecipeError)
        check_within("share", self.share, 0, 1, RecipeError)


GRID = (
    GrainNoise(),
    GrainNoise("bright", 5, 0.02),
    GrainNoise("bright", 7, 1),
    GrainNoise("bright", 6, 0.01),
    GrainNoise("bright", 8, 0.1),
    GrainNoise("bright", 8, 1),
    GrainNoise("dark", 4, 0.03),
    GrainNoise("dark", 7, 1),
    GrainNoise("dark", 6, 0.01),
    GrainNoise("dark", 8, 0.03),
    GrainNoise("dark", 8, 1),
)
"""The settings training may choose from, the defaults first."""


def measure(surface: Surface, settings: GrainNoise) -> tuple[float, Plane]:
    """Contrast of round specks, in units of the surface's own noise.

    A speck curves in both directions alike, a line in one only: with l1 >= l2 the
    eigenvalues of the Hessian at the speck's width, taken positive for the
    polarity looked for,

        grain = l2  where that is positive, else 0

    divided by the noise of the curvature over the whole surface, and the largest
    value in each cell of 4 x 4 px kept. The reading is the mean of grain over the
    grainiest share of the cells: it grows with the number of specks and with
    their contrast.

    Returns:
        The reading, >= 0, in units of noise: 0 without any speck, about 2 on
        plain noise, above 4 with specks that can be seen. The map has a cell for
        4 x 4 px, in the same unit.

    Source:
        Two eigenvalues of one sign mark a blob: A. F. Frangi et al., MICCAI 1998,
        table 1, doi:10.1007/BFb0056195.
    """
    found = surface.curvature(settings.width_px)

    def grain_of(rows: slice) -> Plane:
        mean = found.mean[rows]
        grain = facing(
            mean,
            settings.polarity,
            out=surface.workspace.plane("part", mean.shape),
        )
        return np.subtract(grain, found.turn[rows], out=grain)

    grain = surface.cells_of(found.mean.shape, grain_of, surface.largest)
    cells = np.maximum(surface.blanked(grain), np.float32(0.0))
    cells *= np.float32(1.0 / found.noise)
    return strongest(surface.counted(cells), settings.share), cells

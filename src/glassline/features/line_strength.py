"""How strong the strongest thin line on the surface is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from glassline.arrays import PlaneName
from glassline.errors import RecipeError, check_within
from glassline.features.paths import best_paths, best_sum
from glassline.features.ranks import strongest
from glassline.features.surface import CELL_PX, Surface, facing
from glassline.features.two_sided import contrasts
from glassline.features.workspace import Plane

__all__ = ["GRID", "LineStrength", "measure", "standing_out"]

WIDTHS_PX = (3.0, 32.0)  # what half to eighth size photos can show
BESIDE_PX = (1.0, 16.0)  # how far to either side the photo itself is looked at
COUNTED = 6  # cells whose mean is the reading: one cell alone repeats badly
WIDER = 2.0  # a whole line may be so much wider than width_px
KEPT_UP = 3.0  # times the noise: below 2.5 plain noise keeps it up across the photo
MOST = 8.0  # times the noise: no cell counts for more, however bright


@dataclass(frozen=True)
class LineStrength:
    """What counts as a line.

    Attributes:
        polarity: Lines brighter than the surface, darker, or either.
        width_px: Width of the line, in photo pixels, 3 to 32; of lines against both
            sides 1 to 16, to whole pixels.
        length_px: Length that must be seen without a break, in photo pixels,
            8 to 256.
        extent: The contrast of the strongest "stretch" of that length; or what the
            "whole" line adds up to, however long, in lines of width_px to twice
            that width (then at most 16).
        plane: What of the photo is read: its grey, or a plane of its colour.
    """

    polarity: Literal["bright", "dark", "either"] = "either"
    width_px: float = 6.0
    length_px: float = 32.0
    extent: Literal["stretch", "whole"] = "stretch"
    sides: Literal["curve", "both"] = "curve"
    plane: PlaneName = "luma"

    def __post_init__(self) -> None:
        low, high = BESIDE_PX if self.sides == "both" else WIDTHS_PX
        if self.sides == "both" and self.extent == "whole":
            raise RecipeError(
                'sides: expected "curve" for whole lines, got "both": against both sides '
                "a stretch is looked for."
            )
        if self.extent == "whole":
            high /= WIDER
        check_within("width_px", self.width_px, low, high, RecipeError)
        check_within("length_px", self.length_px, 8, 256, RecipeError)

    @property
    def widths_px(self) -> tuple[float, ...]:
        """The widths at which a line is looked for."""
        wider = (WIDER * self.width_px,) if self.extent == "whole" else ()
        return (self.width_px, *wider)

    @property
    def unit(self) -> str:
        """The unit of the reading."""
        return "noise x px" if self.extent == "whole" else "times the noise"


GRID = (
    LineStrength(),
    LineStrength("bright", 4),
    LineStrength("bright", 6, 16),
    LineStrength("bright", 6, 32),
    LineStrength("dark", 4),
    LineStrength("dark", 6, 16),
    LineStrength("dark", 6, 32),
    LineStrength("dark", 8),
    LineStrength("bright", extent="whole"),
    LineStrength("dark", extent="whole"),
    LineStrength("either", 2, sides="both"),
    LineStrength("either", 4, sides="both"),
)
"""The settings training may choose from, the defaults first."""


def measure(surface: Surface, settings: LineStrength) -> tuple[float, Plane]:
    """Contrast of the strongest stretch of line, or of the whole line, in noise.

    At each point the ridge is what brightness curves across the point more than
    along it: with l1 >= l2 the eigenvalues of the Hessian at the line's width,
    taken positive for the polarity looked for,

        ridge = l1 - |l2|  where that is positive, else 0

    divided by the noise of the curvature in some 48 px around, and the largest
    value in each cell of 4 x 4 px kept. From each cell p the best path of
    length / 2 is followed ahead and back, each step to one of the three next
    cells, for four headings:

        line(p) = max over headings of
                  min( mean ridge on the best path ahead, the same back )

    The reading is the mean of line over its 6 strongest cells. Taking the smaller
    of the two ways asks for a line on both sides of p, which a speck or the edge
    of a blob has not; taking the best path lets a scratch bend.

    Of a whole line the contrast is added up over its length instead, as an
    inspector weighs a long faint scratch against a short clear one:

        reading = 4 px x max over paths of the sum over its cells of
                  ( min(ridge, 8) - 3 ),   ridge: the larger of that at width_px
                                           and that at twice width_px

    on paths of any length, which may bend and cross gaps. Plain noise keeps up 3
    times itself nowhere, so what it reads hardly grows with the photo's size. The
    length is that along rows or along columns, whichever is more: a line aslant by
    45 degrees reads 0.7 of a level one.

    Against both sides the ridge of each heading is the mean of 4 px along it less what is
    beside it, at width_px, on the side that is nearer in brightness (`two_sided`), over
    the noise in some 48 px around; and a path of a heading follows its own ridge. The
    border of a light or of the part has one side alike, a wide line both.

    Returns:
        The reading, >= 0. Of a stretch in units of noise: 0 on a surface without
        any ridge, about 2 on plain noise, above 3 for a line that can be seen. Of a
        whole line in noise x px: some 10 on plain noise, 100 for a level line of 5
        times the noise and 50 px. The map has a cell for 4 x 4 px, in the same unit; of a
        whole line it shows what each cell adds.

    Source:
        Ridge from the Hessian: C. Steger, IEEE PAMI 20(2), 1998,
        doi:10.1109/34.659930. Paths: H. Talbot & B. Appleton, Image and Vision
        Computing 25(4), 2007, doi:10.1016/j.imavis.2006.07.021; ours are followed
        by their mean or sum instead of a threshold.
    """
    if settings.extent == "whole":
        gain = standing_out(surface, settings)
        reading = CELL_PX * best_sum(gain, surface.workspace)
        return reading, np.maximum(CELL_PX * gain, np.float32(0.0))
    if settings.sides == "both":
        ridges = contrasts(surface, settings.polarity, settings.width_px)
    else:
        ridges = (_ridge(surface, settings.polarity, settings.width_px),)
    steps = max(1, round(settings.length_px / (2 * CELL_PX)))
    best = best_paths(ridges, steps)
    return strongest(best, COUNTED / best.size), surface.blanked(best)


def standing_out(surface: Surface, settings: LineStrength) -> Plane:
    """What each cell adds to a whole line: its ridge above what noise keeps up."""
    ridges = [_ridge(surface, settings.polarity, each) for each in settings.widths_px]
    gain = np.minimum(np.maximum(*ridges), np.float32(MOST))
    gain -= np.float32(KEPT_UP)
    return gain


def _ridge(surface: Surface, polarity: str, width_px: float) -> Plane:
    """Largest ridge in each cell over the noise around: 2 min(mean, turn)."""
    found = surface.curvature(width_px)

    def ridge_of(rows: slice) -> Plane:
        mean = found.mean[rows]
        ridge = facing(mean, polarity, out=surface.workspace.plane("part", mean.shape))
        return np.minimum(ridge, found.turn[rows], out=ridge)

    ridge = surface.cells_of(found.mean.shape, ridge_of, surface.largest)
    cells = np.maximum(surface.blanked(ridge), np.float32(0.0))
    cells /= np.float32(0.5) * surface.local_noise(width_px)
    return cells

"""How strong the strongest thin line on the surface is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from glassline.errors import RecipeError
from glassline.features.surface import CELL_PX, Plane, Surface, strongest

__all__ = ["GRID", "LineStrength", "measure"]

WIDTHS_PX = (3.0, 32.0)  # what half to eighth size photos can show
COUNTED = 6  # cells whose mean is the reading: one cell alone repeats badly
AHEAD_XY = (  # the three next cells of a path that runs right, down, or aslant
    ((1, -1), (1, 0), (1, 1)),
    ((-1, 1), (0, 1), (1, 1)),
    ((0, 1), (1, 1), (1, 0)),
    ((0, 1), (-1, 1), (-1, 0)),
)


@dataclass(frozen=True)
class LineStrength:
    """What counts as a line.

    Attributes:
        polarity: Lines brighter than the surface, darker, or either.
        width_px: Width of the line, in photo pixels, 3 to 32.
        length_px: Length that must be seen without a break, in photo pixels,
            8 to 256.
    """

    polarity: Literal["bright", "dark", "either"] = "either"
    width_px: float = 6.0
    length_px: float = 32.0

    def __post_init__(self) -> None:
        low, high = WIDTHS_PX
        if not low <= self.width_px <= high:
            raise RecipeError(
                f"width_px: expected {low:g} to {high:g} px, got {self.width_px:g}."
            )
        if not 8 <= self.length_px <= 256:
            raise RecipeError(
                f"length_px: expected 8 to 256 px, got {self.length_px:g}."
            )


GRID = (
    LineStrength(),
    *(
        LineStrength(polarity, width_px, length_px)
        for polarity in ("bright", "dark")
        for width_px, length_px in ((4, 32), (6, 16), (6, 32), (8, 16), (8, 32))
    ),
)
"""The settings training may choose from, the defaults first."""


def measure(surface: Surface, settings: LineStrength) -> tuple[float, Plane]:
    """Contrast of the strongest stretch of line, in units of the noise around it.

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

    Args:
        surface: The photo.
        settings: Polarity, width and length of the lines.

    Returns:
        The reading, >= 0, in units of noise: 0 on a surface without any ridge,
        about 2 on plain noise, above 3 for a line that can be seen. The map has
        a cell for 4 x 4 px, in the same unit.

    Source:
        Ridge from the Hessian: C. Steger, IEEE PAMI 20(2), 1998,
        doi:10.1109/34.659930. Paths: H. Talbot & B. Appleton, Image and Vision
        Computing 25(4), 2007, doi:10.1016/j.imavis.2006.07.021; ours are followed
        by their mean instead of a threshold, both ways from each cell.
    """
    ridge = _ridge(surface, settings)
    steps = max(1, round(settings.length_px / (2 * CELL_PX)))
    best = np.zeros_like(ridge)
    for ahead in AHEAD_XY:
        back = tuple((-x, -y) for x, y in ahead)
        both = np.minimum(_followed(ridge, ahead, steps), _followed(ridge, back, steps))
        np.maximum(best, both, out=best)
    best *= np.float32(1.0 / steps)
    return strongest(best, COUNTED / best.size), best


def _ridge(surface: Surface, settings: LineStrength) -> Plane:
    """Largest ridge in each cell over the noise around: 2 min(mean, turn)."""
    found = surface.curvature(settings.width_px)
    if settings.polarity == "dark":
        ridge = np.minimum(found.mean, found.turn)
    elif settings.polarity == "bright":
        ridge = np.minimum(-found.mean, found.turn)
    else:
        ridge = np.minimum(np.abs(found.mean), found.turn)
    cells = np.maximum(surface.in_cells(ridge), np.float32(0.0))
    return np.asarray(2.0 * cells / surface.local_noise(settings.width_px), np.float32)


def _followed(ridge: Plane, steps_xy: tuple[tuple[int, int], ...], steps: int) -> Plane:
    """Sum of the ridge on the best path from each cell, the cell itself left out."""
    rows, columns = ridge.shape
    field = np.zeros((rows + 2, columns + 2), dtype=np.float32)
    total = np.zeros_like(ridge)
    inside = field[1:-1, 1:-1]
    views = [field[1 + y : 1 + y + rows, 1 + x : 1 + x + columns] for x, y in steps_xy]
    for _ in range(steps):
        np.add(ridge, total, out=inside)
        np.maximum(views[0], views[1], out=total)
        np.maximum(total, views[2], out=total)
    return total

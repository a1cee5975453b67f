"""How strong the strongest thin line on the surface is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from glassline.errors import RecipeError
from glassline.features.surface import CELL_PX, Plane, Surface, facing, strongest

__all__ = ["GRID", "LineStrength", "best_paths", "measure"]

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
    best = best_paths(ridge, steps)
    return strongest(best, COUNTED / best.size), best


def _ridge(surface: Surface, settings: LineStrength) -> Plane:
    """Largest ridge in each cell over the noise around: 2 min(mean, turn)."""
    found = surface.curvature(settings.width_px)
    ridge = surface.workspace.scratch(found.mean)
    np.minimum(facing(found.mean, settings.polarity, out=ridge), found.turn, out=ridge)
    cells = np.maximum(surface.in_cells(ridge), np.float32(0.0))
    return np.asarray(2.0 * cells / surface.local_noise(settings.width_px), np.float32)


def best_paths(ridge: Plane, steps: int) -> Plane:
    """Mean ridge on the weaker of the two ways along the best path of each cell.

    A path takes `steps` steps ahead from a cell, each to one of the three next
    cells of its heading (right, down, or aslant), and as many back; beyond the
    border the ridge is 0.

    Example:
        A row of five ones: only the middle cell has two ones on both sides.

        >>> best_paths(np.ones((1, 5), dtype=np.float32), 2)
        array([[0. , 0.5, 1. , 0.5, 0. ]], dtype=float32)
    """
    rows, columns = ridge.shape
    framed = np.zeros((rows + 2, columns + 2), dtype=np.float32)  # 0 outside
    framed[1:-1, 1:-1] = ridge
    best, ahead, back, field = (np.zeros_like(framed) for _ in range(4))
    for nexts in AHEAD_XY:
        offsets = [y * (columns + 2) + x for x, y in nexts]
        _follow(framed, offsets, steps, field, out=ahead)
        _follow(framed, [-offset for offset in offsets], steps, field, out=back)
        np.maximum(best, np.minimum(ahead, back, out=back), out=best)
    return np.asarray(best[1:-1, 1:-1] * np.float32(1.0 / steps))


def _follow(
    ridge: Plane, offsets: list[int], steps: int, field: Plane, *, out: Plane
) -> None:
    """Sum the ridge on the best path from each cell, the cell itself left out.

    Rows lie one after the other in memory, so that a step to the next cell is one
    offset for all of them; the frame of zeros takes what would wrap around.
    """
    edge = ridge.shape[1] + 1
    flat, total = field.reshape(-1), out.reshape(-1)[edge:-edge]
    first, second, third = (
        flat[edge + each : flat.size - edge + each] for each in offsets
    )
    out[:] = 0.0
    for _ in range(steps):
        np.add(ridge, out, out=field)
        np.maximum(first, second, out=total)
        np.maximum(total, third, out=total)
        out[:, 0] = out[:, -1] = 0.0

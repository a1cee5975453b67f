"""What an inspector would point at: a line, a speck, an area of the photo."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

__all__ = ["Area", "Line", "Mark", "Speck"]

Point = tuple[float, float]
"""Row and column in photo pixels, from the centre of the top left pixel."""


Matrix = NDArray[np.float64]
"""Shape (2, 3): x, y, 1 of a place to its x, y on another photo, as points count them."""


@dataclass(frozen=True)
class Line:
    """A line that was traced from one end to the other.

    Attributes:
        points: Row and column of the corners of the trace, the first and the last
            its ends; at least two.
        length_px: Length along the trace.
        width_px: Full width at half of the contrast, the median along the trace.
        contrast: Middle of the line less the surface beside it, as a share of that
            surface's brightness; above 0 brighter, below darker.
        strength: The reading at the place where the trace began.
    """

    points: tuple[Point, ...]
    length_px: float
    width_px: float
    contrast: float
    strength: float

    def moved(self, down_px: float, right_px: float) -> Line:
        """Return the same line in a photo that begins so much higher and further left."""
        points = tuple(
            (row + down_px, column + right_px) for row, column in self.points
        )
        return replace(self, points=points)

    def laid(self, matrix: Matrix) -> Line:
        """Return the same line on a photo where it lies as the matrix says."""
        points = tuple(_laid(matrix, row, column) for row, column in self.points)
        return replace(self, points=points)


@dataclass(frozen=True)
class Speck:
    """A round speck.

    Attributes:
        row: Of its centre, in photo pixels from the centre of the top left pixel.
        column: The same, from the left.
        diameter_px: Of a circle as large as what has at least half of its contrast.
        contrast: Middle of the speck less the surface around, as a share of that
            surface's brightness; above 0 brighter, below darker.
        strength: In the unit of the reading.
    """

    row: float
    column: float
    diameter_px: float
    contrast: float
    strength: float

    def moved(self, down_px: float, right_px: float) -> Speck:
        """Return the same speck in a photo that begins so much higher and further left."""
        return replace(self, row=self.row + down_px, column=self.column + right_px)

    def laid(self, matrix: Matrix) -> Speck:
        """Return the same speck on a photo where it lies as the matrix says."""
        row, column = _laid(matrix, self.row, self.column)
        return replace(self, row=row, column=column)


@dataclass(frozen=True)
class Area:
    """A rectangle of the photo.

    Attributes:
        top: Upper edge in photo pixels, counted from the photo's upper edge.
        left: Left edge.
        bottom: Lower edge, outside the area; > top.
        right: Right edge, outside the area; > left.
        strength: In the unit of the reading; above 0 rougher or brighter than the
            rest of the surface, below 0 smoother or darker.
    """

    top: float
    left: float
    bottom: float
    right: float
    strength: float

    def moved(self, down_px: float, right_px: float) -> Area:
        """Return the same area in a photo that begins so much higher and further left."""
        return replace(
            self,
            top=self.top + down_px,
            left=self.left + right_px,
            bottom=self.bottom + down_px,
            right=self.right + right_px,
        )

    def laid(self, matrix: Matrix) -> Area:
        """Return the upright rectangle around the area on a photo that was turned."""
        corners = [
            _laid(matrix, row - 0.5, column - 0.5)
            for row in (self.top, self.bottom)
            for column in (self.left, self.right)
        ]
        rows, columns = zip(*corners, strict=True)
        return replace(
            self,
            top=min(rows) + 0.5,
            left=min(columns) + 0.5,
            bottom=max(rows) + 0.5,
            right=max(columns) + 0.5,
        )


Mark = Line | Speck | Area
"""One place that drove a reading."""


def _laid(matrix: Matrix, row: float, column: float) -> Point:
    x, y = (float(a * column + b * row + c) for a, b, c in matrix)
    return y, x

"""Polygons and fills, pixel by pixel and in fractions: nothing shared with the package."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

Corner = tuple[float, float]


def centres_inside(corners: Sequence[Corner], width: int, height: int) -> np.ndarray:
    """Whether a ray to the left from each pixel's centre leaves through an odd number."""
    points = [(Fraction(x), Fraction(y)) for x, y in corners]
    return np.array(
        [
            [_is_inside(points, column, row) for column in range(width)]
            for row in range(height)
        ]
    )


def _is_inside(points: list[tuple[Fraction, Fraction]], column: int, row: int) -> bool:
    x, y = Fraction(2 * column + 1, 2), Fraction(2 * row + 1, 2)
    passed = 0
    for (x0, y0), (x1, y1) in zip(points, points[1:] + points[:1], strict=True):
        if min(y0, y1) <= y < max(y0, y1):
            passed += x0 + (y - y0) / (y1 - y0) * (x1 - x0) <= x
    return passed % 2 == 1


def crosses_itself(corners: Sequence[Corner]) -> bool:
    """Whether any two sides share a point that is not the corner between them.

    Each pair is solved for the place along both sides, which lies in [0, 1] where they
    meet; parallel ones by the places of the other's ends.
    """
    points = [(Fraction(x), Fraction(y)) for x, y in corners]
    count = len(points)
    sides = [(points[at], points[(at + 1) % count]) for at in range(count)]
    return any(
        _share(sides[one], sides[other], one, other, count)
        for other in range(count)
        for one in range(other)
    )


def _share(first, second, one, other, count):
    (p, p1), (q, q1) = first, second
    r, s = (p1[0] - p[0], p1[1] - p[1]), (q1[0] - q[0], q1[1] - q[1])
    gap = (q[0] - p[0], q[1] - p[1])
    cross = r[0] * s[1] - r[1] * s[0]
    is_next = other - one in (1, count - 1)
    if cross:
        t = (gap[0] * s[1] - gap[1] * s[0]) / cross
        u = (gap[0] * r[1] - gap[1] * r[0]) / cross
        return 0 <= t <= 1 and 0 <= u <= 1 and not is_next
    if gap[0] * r[1] - gap[1] * r[0]:
        return False
    square = r[0] ** 2 + r[1] ** 2
    ends = sorted(
        (gap[0] + k * s[0]) * r[0] / square + (gap[1] + k * s[1]) * r[1] / square
        for k in (0, 1)
    )
    low, high = max(ends[0], Fraction(0)), min(ends[1], Fraction(1))
    return low < high if is_next else low <= high

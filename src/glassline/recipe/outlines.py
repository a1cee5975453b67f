"""Polygons that a recipe draws on a photo: each one outline that does not cross itself."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations

from glassline.errors import RecipeError

__all__ = ["MAX_CORNERS", "Outline", "check_outline"]

Outline = tuple[tuple[float, float], ...]
"""Corners, x and y in pixels from the upper left corner of the whole upright photo."""

MAX_CORNERS = 400  # of one polygon: what has more is better drawn as a mask picture
Point = tuple[Fraction, Fraction]


def check_outline(where: str, corners: Outline) -> None:
    """Refuse a polygon that has no inside, or not one: it crosses or touches itself.

    Exact, in fractions: no corner is too near to be told.

    Args:
        where: What the recipe calls the polygon.
        corners: Its corners in order, the last joined to the first.

    Raises:
        RecipeError: Fewer than three corners or more than 400, one that is no number,
            one twice in a row, or two sides that share a point; the message names it.

    Example:
        >>> check_outline("image.part[0]", ((0, 0), (9, 0), (9, 9)))
        >>> check_outline("image.part[0]", ((0, 0), (9, 9), (9, 0), (0, 9)))
        Traceback (most recent call last):
            ...
        glassline.errors.RecipeError: image.part[0]: expected an outline that does not
        cross or touch itself, got the side from [0, 0] to [9, 9] and the one from [9, 0]
        to [0, 9] with a point in common. Give the corners in their order around it.
    """
    if not 3 <= len(corners) <= MAX_CORNERS:
        raise RecipeError(
            f"{where}: expected 3 to {MAX_CORNERS} corners, got {len(corners)}."
        )
    for place, corner in enumerate(corners):
        if not all(map(math.isfinite, corner)):
            raise RecipeError(
                f"{where}[{place}]: expected finite numbers, got {_told(corner)}."
            )
        if corner == corners[place - 1]:
            raise RecipeError(
                f"{where}[{place}]: expected another corner than the one before, got "
                f"{_told(corner)} twice."
            )
    points = [(Fraction(x), Fraction(y)) for x, y in corners]
    sides = [(each, (each + 1) % len(points)) for each in range(len(points))]
    for one, other in combinations(sides, 2):
        if _meet(points, one, other):
            pairs = [
                f"from {_told(corners[a])} to {_told(corners[b])}"
                for a, b in (one, other)
            ]
            raise RecipeError(
                f"{where}: expected an outline that does not cross or touch itself, got "
                f"the side {pairs[0]} and the one {pairs[1]} with a point in common. Give "
                "the corners in their order around it."
            )


def _told(corner: Sequence[float]) -> str:
    return f"[{', '.join(f'{each:g}' for each in corner)}]"


def _meet(points: list[Point], one: tuple[int, int], other: tuple[int, int]) -> bool:
    """Whether two sides share a point, other than the corner that neighbours share."""
    common = set(one) & set(other)
    (a, b), (c, d) = ([points[each] for each in side] for side in (one, other))
    if common:  # of three corners and more, neighbours have just one in common
        (shared,) = common
        first, second = (points[(set(side) - {shared}).pop()] for side in (one, other))
        return _runs_back(points[shared], first, second)
    if _apart(a, b, c, d):
        return False
    turns = (_side(a, b, c), _side(a, b, d), _side(c, d, a), _side(c, d, b))
    return turns[0] * turns[1] <= 0 and turns[2] * turns[3] <= 0


def _runs_back(corner: Point, first: Point, second: Point) -> bool:
    """Whether two sides leave their corner in one direction."""
    ahead = sum(
        (p - c) * (q - c) for p, q, c in zip(first, second, corner, strict=True)
    )
    return _side(corner, first, second) == 0 and ahead > 0


def _apart(a: Point, b: Point, c: Point, d: Point) -> bool:
    """Whether the boxes around two sides have no point in common."""
    return any(
        max(a[axis], b[axis]) < min(c[axis], d[axis])
        or max(c[axis], d[axis]) < min(a[axis], b[axis])
        for axis in (0, 1)
    )


def _side(a: Point, b: Point, c: Point) -> int:
    """1 where c lies left of the way from a to b, -1 right of it, 0 on its line."""
    turn = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
    return (turn > 0) - (turn < 0)

"""Sums of four pixels along a heading, and those beside them, as counted one by one."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from glassline.arrays import Image
from glassline.features import lanes
from glassline.features.lanes import Strips
from glassline.features.workspace import Plane, Workspace

TALL, WIDE = 96, 44
ACROSS = [(1, 0), (0, 1), (0, 1), (0, 1)]  # where lines of each heading lie beside
STEPS = [(0, 1), (1, 0), (1, 1), (1, -1)]  # how those of each heading go on


def _sum(photo: Image, heading: int, row: int, column: int) -> np.float32:
    """Four pixels, the first two first; mirrored at the border of the photo."""
    down, right = STEPS[heading]
    first = (0, {2: -1, 3: 2}.get(heading, 0))
    total = np.float32(0.0)
    for step in range(4):
        at = (row + step * down, column + first[1] + step * right)
        total += photo[
            tuple(_mirror(*pair) for pair in zip(at, photo.shape, strict=True))
        ]
    return total


def _mirror(place: int, side: int) -> int:
    return side - 1 - abs(side - 1 - abs(place))


def _expected(photo: Image, heading: int, distance: int) -> tuple[Plane, Plane]:
    """The largest contrast of either kind, and the sum of the bends, cell by cell."""
    along, across = (TALL // 4, WIDE // 4), ACROSS[heading]
    far = round(distance * 2**0.5) if heading > 1 else distance
    most, total = np.full(along, -np.inf), np.zeros(along)
    sides = (TALL, along[1]) if heading == 0 else (along[0], WIDE)
    scale = (1, 4) if heading == 0 else (4, 1)

    def at(*place: int) -> np.float64:
        inside = [_mirror(each, side) for each, side in zip(place, sides, strict=True)]
        return np.float64(
            _sum(photo, heading, *(p * s for p, s in zip(inside, scale, strict=True)))
        )

    for row, column in np.ndindex(*sides):
        cell = (row // 4, column) if heading == 0 else (row, column // 4)
        one, other = (
            at(row + way * far * across[0], column + way * far * across[1])
            for way in (-1, 1)
        )
        middle = at(row, column)
        contrast = max(min(one, other) - middle, middle - max(one, other))
        most[cell] = max(most[cell], contrast)
        total[cell] += abs(one + other - 2 * middle)
    return most, total


@pytest.mark.parametrize("distance", [2, 7])
@pytest.mark.parametrize("heading", range(4))
def test_lines_are_compared_with_those_beside_them(
    rng: np.random.Generator,
    monkeypatch: pytest.MonkeyPatch,
    heading: int,
    distance: int,
) -> None:
    """In three strips; brightness in whole numbers, so that every sum is exact."""
    monkeypatch.setattr(lanes, "STRIP_CELLS", 1)
    photo = rng.integers(0, 256, (TALL, WIDE)).astype(np.float32)

    found = [
        [np.array(each) for each in lines.compared("either")]
        for _, headings in Strips(photo, distance, Workspace())
        for place, lines in enumerate(headings)
        if place == heading
    ]

    most, total = _expected(photo, heading, distance)
    assert_array_equal(np.concatenate([each[0] for each in found]), most)
    assert_array_equal(np.concatenate([each[1] for each in found]), total)

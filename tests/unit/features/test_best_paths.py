"""The best path both ways from each cell, counted by hand and by brute force."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from glassline.features.line_strength import AHEAD_XY, best_paths
from glassline.features.surface import Plane


def brute_force(ridge: Plane, steps: int) -> Plane:
    """Try every path of every cell, one by one."""
    rows, columns = ridge.shape

    def best(row: int, column: int, nexts: list[tuple[int, int]], left: int) -> float:
        if left == 0:
            return 0.0
        return max(
            at(row + y, column + x) + best(row + y, column + x, nexts, left - 1)
            for x, y in nexts
        )

    def at(row: int, column: int) -> float:
        inside = 0 <= row < rows and 0 <= column < columns
        return float(ridge[row, column]) if inside else 0.0

    found = np.zeros_like(ridge)
    for row, column in np.ndindex(rows, columns):
        found[row, column] = max(
            min(
                best(row, column, list(ahead), steps),
                best(row, column, [(-x, -y) for x, y in ahead], steps),
            )
            for ahead in AHEAD_XY
        )
    return found / steps


def test_a_bent_line_is_followed() -> None:
    """A line that steps down once: two cells on both sides of the middle are on it."""
    ridge = np.array(
        [
            [0, 0, 0, 0, 0],
            [6, 6, 6, 0, 0],
            [0, 0, 0, 6, 6],
            [0, 0, 0, 0, 0],
            [0, 0, 0, 0, 0],
        ],
        dtype=np.float32,
    )

    found = best_paths(ridge, 2)

    assert found[1, 2] == 6
    assert found[4, 2] == 0


def test_a_speck_has_no_line() -> None:
    """One cell alone: nothing on both sides of any cell."""
    ridge = np.zeros((5, 5), dtype=np.float32)
    ridge[2, 2] = 9

    assert_array_equal(best_paths(ridge, 2), np.zeros((5, 5)))


def test_the_end_of_a_line_counts_its_one_side() -> None:
    """Six cells in a row: the third has two ones ahead, two behind; the first none."""
    ridge = np.zeros((3, 8), dtype=np.float32)
    ridge[1, 1:7] = 1

    assert_array_equal(best_paths(ridge, 2)[1], [0, 0, 0.5, 1, 1, 0.5, 0, 0])


@pytest.mark.parametrize("size_hw", [(1, 1), (1, 6), (5, 5), (6, 4)])
@pytest.mark.parametrize("steps", [1, 2, 3])
def test_the_short_cut_finds_what_brute_force_finds(
    rng: np.random.Generator, size_hw: tuple[int, int], steps: int
) -> None:
    """Every path of every cell, one by one: the same."""
    ridge = rng.integers(0, 10, size_hw).astype(np.float32)

    assert_allclose(best_paths(ridge, steps), brute_force(ridge, steps), rtol=1e-6)

"""The best paths of one length, and of any, by hand and by brute force."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from glassline.features.paths import AHEAD_XY, best_paths, best_sum, whole_paths
from glassline.features.workspace import Plane, Workspace


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

    found = best_paths([ridge], 2)

    assert found[1, 2] == 6
    assert found[4, 2] == 0


def test_a_speck_has_no_line() -> None:
    """One cell alone: nothing on both sides of any cell."""
    ridge = np.zeros((5, 5), dtype=np.float32)
    ridge[2, 2] = 9

    assert_array_equal(best_paths([ridge], 2), np.zeros((5, 5)))


def test_the_end_of_a_line_counts_its_one_side() -> None:
    """Six cells in a row: the third has two ones ahead, two behind; the first none."""
    ridge = np.zeros((3, 8), dtype=np.float32)
    ridge[1, 1:7] = 1

    assert_array_equal(best_paths([ridge], 2)[1], [0, 0, 0.5, 1, 1, 0.5, 0, 0])


@pytest.mark.parametrize("size_hw", [(1, 1), (1, 6), (5, 5), (6, 4)])
@pytest.mark.parametrize("steps", [1, 2, 3])
def test_the_short_cut_finds_what_brute_force_finds(
    rng: np.random.Generator, size_hw: tuple[int, int], steps: int
) -> None:
    """Every path of every cell, one by one: the same."""
    ridge = rng.integers(0, 10, size_hw).astype(np.float32)

    assert_allclose(best_paths([ridge], steps), brute_force(ridge, steps), rtol=1e-6)


def test_a_wide_plane_is_followed_in_strips_that_do_not_show(
    rng: np.random.Generator,
) -> None:
    """Its left part, of one strip alone, to the last bit; four cells from the cut."""
    ridge = rng.random((90, 1500), dtype=np.float32)

    found = best_paths([ridge], 4)

    assert_array_equal(found[:, :96], best_paths([ridge[:, :100]], 4)[:, :96])


def every_whole_path(gain: Plane) -> Plane:
    """Try every path that runs right or down, from everywhere, cell by cell."""
    rows, columns = gain.shape
    found = np.zeros_like(gain)

    def extend(path: list[tuple[int, int]], total: float, is_right: bool) -> None:
        total += float(gain[path[-1]])
        for cell in path:
            found[cell] = max(found[cell], total)
        row, column = path[-1]
        for aside in (-1, 0, 1):
            step = (aside, 1) if is_right else (1, aside)
            ahead = (row + step[0], column + step[1])
            if 0 <= ahead[0] < rows and 0 <= ahead[1] < columns:
                extend([*path, ahead], total, is_right)

    for start in np.ndindex(rows, columns):
        for is_right in (True, False):
            extend([start], 0.0, is_right)
    return found


def test_a_whole_path_bends_and_crosses_a_gap() -> None:
    """5 + 5 - 2 + 5 + 5: the gap costs less than what lies beyond it."""
    gain = np.full((4, 6), -2, dtype=np.float32)
    gain[1, :2] = gain[2, 3:5] = 5

    found = whole_paths(gain)

    assert found.max() == 5 + 5 - 2 + 5 + 5
    assert_array_equal(found[1, :2], [18, 18])
    assert_array_equal(found[2, 3:5], [18, 18])
    assert found[3, 5] == 5 + 5 - 2 + 5 + 5 - 2
    assert found[0, 5] == 5 + 5 - 2 + 5 - 2 - 2  # left after three of its cells


def test_a_gap_that_costs_more_than_lies_beyond_is_not_crossed() -> None:
    """The longer part alone is the best path; the map shows the other's best too."""
    gain = np.array([[4, 4, -9, 3]], dtype=np.float32)

    assert_array_equal(whole_paths(gain), [[8, 8, 2, 3]])


def test_where_nothing_gains_all_is_zero() -> None:
    """No path is better than none."""
    gain = np.full((3, 4), -1, np.float32)

    assert_array_equal(whole_paths(gain), np.zeros((3, 4)))
    assert best_sum(gain) == 0


@pytest.mark.parametrize(
    "size_hw", [(1, 1), (1, 6), (6, 1), (3, 4), (4, 3), (2, 9), (9, 2)]
)
def test_sweeps_find_what_trying_every_path_finds(
    rng: np.random.Generator, size_hw: tuple[int, int]
) -> None:
    """The same sum through every cell."""
    gain = rng.integers(-5, 6, size_hw).astype(np.float32)

    expected = every_whole_path(gain)
    assert_array_equal(whole_paths(gain), expected)
    assert best_sum(gain) == expected.max()


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_a_turned_plane_has_the_same_paths(
    rng: np.random.Generator, turns: int
) -> None:
    """Whole numbers: to the last bit."""
    gain = rng.integers(-9, 6, (17, 23)).astype(np.float32)

    turned = whole_paths(np.ascontiguousarray(np.rot90(gain, turns)))

    assert_array_equal(turned, np.rot90(whole_paths(gain), turns))


def test_memory_used_before_changes_nothing(rng: np.random.Generator) -> None:
    """What another plane of another size left there is not read."""
    workspace = Workspace()
    first, second = (
        rng.normal(-0.5, 2, size_hw).astype(np.float32)
        for size_hw in ((12, 20), (20, 12))
    )
    expected = best_sum(second)

    best_sum(first, workspace)

    assert best_sum(second, workspace) == expected


@pytest.mark.parametrize("size_hw", [(4, 4000), (4000, 4)])
def test_a_long_strip_takes_no_square_of_memory(size_hw: tuple[int, int]) -> None:
    """Three times the plane, where a square of its side would be a thousand times."""
    workspace = Workspace()
    gain = np.full(size_hw, -1, np.float32)
    gain[2, 2] = 5

    assert best_sum(gain, workspace) == 5
    lanes = [plane.nbytes for plane in workspace.planes]
    assert 0 < sum(lanes) < 4 * gain.nbytes

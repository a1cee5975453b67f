"""The middle and the strongest, by counting and beside sorting."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from glassline.features.ranks import at_rank, median, some_of, strongest


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        pytest.param([7.0], 7.0, id="one"),
        pytest.param([3.0, 1.0], (1 + 3) / 2, id="two"),
        pytest.param([5.0, -1.0, 2.0], 2.0, id="three"),
        pytest.param([4.0, 4.0, 4.0, 9.0], 4.0, id="ties"),
    ],
)
def test_the_median_by_counting(values: list[float], expected: float) -> None:
    """The middle one, or the mean of the middle two."""
    assert median(np.array(values)) == expected


@pytest.mark.parametrize("size", [1, 2, 9, 10, 999, 1000])
def test_the_median_is_numpy_s(rng: np.random.Generator, size: int) -> None:
    """Of single precision, any shape and any size."""
    values = rng.normal(0, 1, (size, 3)).astype(np.float32)

    assert median(values) == pytest.approx(float(np.median(values)), rel=1e-6)


@pytest.mark.parametrize(
    ("share", "expected"),
    [
        pytest.param(0.0, 8.0, id="the largest alone"),
        pytest.param(0.25, 8.0, id="a quarter is one of four"),
        pytest.param(0.5, (8 + 3) / 2, id="half is two"),
        pytest.param(1.0, (8 + 3 + 2 + 1) / 4, id="all"),
    ],
)
def test_strongest_by_counting(share: float, expected: float) -> None:
    """The mean of the largest 0, 1, 2 and 4 of 1, 2, 3, 8."""
    assert strongest(np.array([2.0, 8.0, 1.0, 3.0]), share) == expected


@pytest.mark.parametrize("count", [1, 2, 3, 7, 50, 999, 1000])
def test_strongest_agrees_with_sorting(rng: np.random.Generator, count: int) -> None:
    """The short cut finds exactly the values that sorting finds, ties included."""
    values = rng.integers(0, 200, 1000).astype(np.float64)

    assert strongest(values, count / 1000) == pytest.approx(
        np.sort(values)[-count:].mean(), rel=1e-12
    )


@pytest.mark.parametrize("size", [20_000, 20_001])
@pytest.mark.parametrize("kind", ["spread", "below 0", "many alike", "few above 0"])
def test_of_many_values_none_is_missed(
    rng: np.random.Generator, kind: str, size: int
) -> None:
    """What sorting all of them finds, to the last bit; sums in double precision."""
    spread = rng.normal(0, 1, size)
    values = {
        "spread": spread,
        "below 0": spread - 9,
        "many alike": np.round(2 * spread),
        "few above 0": np.maximum(spread - 2.5, 0),
    }[kind].astype(np.float32)
    ordered = np.sort(values)

    assert median(values) == np.median(ordered.astype(np.float64))
    assert strongest(values, 0.03) == math.fsum(ordered[-600:].tolist()) / 600
    assert strongest(values, 0.6) == pytest.approx(
        math.fsum(ordered[-round(0.6 * size) :].tolist()) / round(0.6 * size), rel=1e-12
    )


@pytest.mark.parametrize(
    "size_hw", [(1024, 1024), (480, 640), (64, 2048), (1, 1), (7, 1)]
)
def test_a_sample_comes_from_every_column(size_hw: tuple[int, int]) -> None:
    """Columns that a step with a common factor would pass over are in it."""
    columns = np.tile(np.arange(float(size_hw[1])), (size_hw[0], 1))

    seen = some_of(columns, 8192)

    assert set(seen.tolist()) == set(range(size_hw[1]))
    assert 0.7 * min(8192, columns.size) <= seen.size <= 2 * 8192


def test_a_small_plane_is_its_own_sample() -> None:
    """All values, in their order."""
    plane = np.arange(12.0).reshape(3, 4)

    assert some_of(plane, 100).tolist() == plane.reshape(-1).tolist()


@pytest.mark.parametrize("size", [1, 7, 40_000])
def test_a_rank_is_that_of_sorting(rng: np.random.Generator, size: int) -> None:
    """The smallest, one in the middle, and the largest; many values tie."""
    values = np.round(rng.random(size), 3)
    ranks = [0, size // 3, size - 1]

    found = [at_rank(values, rank) for rank in ranks]

    assert_array_equal(found, np.sort(values)[ranks])

"""Several measurements of one feature: a weighted geometric mean of 1 + r."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from glassline.features.sums import blend, shares


@pytest.mark.parametrize(
    ("readings", "weights", "reading"),
    [
        pytest.param([1.0, 7.0], [0.5, 0.5], 3.0, id="2 and 8 make 4"),
        pytest.param([0.0, 15.0], [0.75, 0.25], 1.0, id="1 and 16, a quarter: 2"),
        pytest.param([3.0, 3.0], [0.2, 0.8], 3.0, id="alike"),
        pytest.param([-1.0, 1.0], [0.5, 0.5], 0.0, id="of either sign"),
    ],
)
def test_the_blend_by_hand(
    readings: list[float], weights: list[float], reading: float
) -> None:
    """1 + reading is the weighted geometric mean of the 1 + r."""
    assert_allclose(blend(readings, weights), reading, atol=1e-12)


def test_one_measurement_is_itself_to_the_last_bit(rng: np.random.Generator) -> None:
    """No logarithm and back."""
    values = rng.lognormal(size=50)

    assert_array_equal(blend([values], [1.0]), values)


def test_a_blend_rises_with_each_and_lies_between(rng: np.random.Generator) -> None:
    """So x keeps its one cause."""
    low, high = np.sort(rng.lognormal(size=(2, 200)), axis=0)

    found = blend([low, high], [0.3, 0.7])

    assert (found >= low * (1 - 1e-12)).all()
    assert (found <= high * (1 + 1e-12)).all()
    assert (blend([low, 1.1 * high], [0.3, 0.7]) > found).all()


def test_many_parts_blend_as_one_by_one(rng: np.random.Generator) -> None:
    """The same bits alone or in a row: training and inspection agree."""
    both = rng.lognormal(size=(2, 300))

    alone = [float(blend([a, b], [0.25, 0.75])) for a, b in both.T.tolist()]

    assert blend(list(both), [0.25, 0.75]).tolist() == alone


def test_each_counts_by_its_own_spread() -> None:
    """A reading that spreads three times as far weighs a third as much."""
    assert shares([0.5, 1.5]) == pytest.approx((0.75, 0.25))

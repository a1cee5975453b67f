"""Exact bounds of a rate, at their ends and against sums of the binomial."""

from __future__ import annotations

from math import comb

import pytest
from numpy.testing import assert_allclose

from glassline.decide.binomial import lower_bound, upper_bound


@pytest.mark.parametrize(
    ("k", "n", "low", "high"),
    [
        pytest.param(0, 20, 0.0, 1 - 0.05 ** (1 / 20), id="none of 20"),
        pytest.param(20, 20, 0.05 ** (1 / 20), 1.0, id="all of 20"),
        pytest.param(0, 1, 0.0, 0.95, id="none of one"),
        pytest.param(1, 1, 0.05, 1.0, id="one of one"),
        pytest.param(0, 0, 0.0, 1.0, id="nothing seen"),
    ],
)
def test_the_ends_by_hand(k: int, n: int, low: float, high: float) -> None:
    """None of n: (1 - p)^n = 0.05. All of n: p^n = 0.05."""
    assert_allclose(lower_bound(k, n, 0.95), low, rtol=1e-12)
    assert_allclose(upper_bound(k, n, 0.95), high, rtol=1e-12)


@pytest.mark.parametrize(("k", "n"), [(1, 2), (3, 20), (19, 20), (40, 187)])
def test_at_a_bound_the_tail_is_what_is_left_of_the_confidence(k: int, n: int) -> None:
    """The defining sums, term by term, with no beta function."""
    low, high = lower_bound(k, n, 0.9), upper_bound(k, n, 0.9)

    above = sum(comb(n, j) * low**j * (1 - low) ** (n - j) for j in range(k, n + 1))
    below = sum(comb(n, j) * high**j * (1 - high) ** (n - j) for j in range(k + 1))

    assert_allclose([above, below], 0.1, rtol=1e-10)

"""What lots prove about parts, against exact fractions and an exact enumeration."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from scipy.stats import binom

from glassline.decide.lots import lots_bound, lots_needed, lots_prove


def staked(escaped: list[int], parts: list[int], rate: Fraction) -> Fraction:
    """The product of the docstring, exactly."""
    product = Fraction(1)
    for y, m in zip(escaped, parts, strict=True):
        product *= 1 + Fraction(9, 10) * (rate * m - y) / ((1 - rate) * max(parts))
    return product


@pytest.mark.parametrize("seed", range(20))
def test_the_proof_is_the_exact_product(seed: int, rng: np.random.Generator) -> None:
    """On random lots the answer is that of fractions, at the bound and beside it."""
    parts = rng.integers(1, 30, 40 + seed).tolist()
    escaped = [min(m, int(rng.integers(0, 40) == 0) * m) for m in parts]

    bound = lots_bound(escaped, parts, 0.9)

    just_above, just_below = Fraction(bound + 1e-9), Fraction(bound - 1e-9)
    assert staked(escaped, parts, just_above) > 10 > staked(escaped, parts, just_below)
    assert lots_prove(escaped, parts, bound, 0.9)
    assert not lots_prove(escaped, parts, bound - 1e-9, 0.9)


@pytest.mark.parametrize(
    ("escape", "confidence"), [(0.01, 0.95), (0.05, 0.9), (0.5, 0.5)], ids=str
)
def test_the_lots_needed_are_the_first_that_prove_it(
    escape: float, confidence: float
) -> None:
    """Equal lots, none escaped; one lot fewer does not."""
    g = lots_needed(escape, confidence)

    assert lots_prove([0] * g, [7] * g, escape, confidence)
    assert not lots_prove([0] * (g - 1), [7] * (g - 1), escape, confidence)


def test_small_lots_count_less_than_the_largest() -> None:
    """Two hundred single parts are worth about two lots of a hundred: four with those."""
    small = lots_bound([0] * 202, [1] * 200 + [100] * 2, 0.95)
    equal = lots_bound([0] * 4, [100] * 4, 0.95)
    two = lots_bound([0] * 2, [100] * 2, 0.95)

    assert equal * 0.8 < small < two


@pytest.mark.parametrize(
    ("escaped", "parts"),
    [
        pytest.param([], [], id="no lot"),
        pytest.param([3], [3], id="one lot, escaped"),
        pytest.param([5, 5], [5, 5], id="all escaped"),
    ],
)
def test_what_proves_nothing_has_a_bound_of_one(
    escaped: list[int], parts: list[int]
) -> None:
    """No part tells, or every part speaks against it."""
    assert lots_bound(escaped, parts, 0.95) == 1


def test_a_part_that_escapes_raises_the_bound_less_than_a_lot() -> None:
    """One of 400 lots: nothing, one of its twenty parts, all of them."""
    bounds = [lots_bound([y] + [0] * 399, [20] * 400, 0.95) for y in (0, 1, 20)]

    assert bounds[0] < bounds[1] < bounds[2]
    assert bounds[1] - bounds[0] < 0.05 * (bounds[2] - bounds[0])


def wrongly_proved(lots: int, share: float, large: int, target: float) -> float:
    """How often a rate at the target is proved below it, in the worst case.

    A lot is large with probability `share` and escapes then whole, so often that just
    the target of all parts do; small ones never escape. Summed over both counts.
    """
    escapes = target * (share * large + 1 - share) / (share * large)

    def proves(k: int, j: int) -> bool:
        sizes = [large] * k + [1] * (lots - k)
        return lots_prove([large] * j + [0] * (lots - j), sizes, target, 0.95)

    return sum(
        binom.pmf(k, lots, share)
        * sum(binom.pmf(j, k, escapes) for j in range(k + 1) if proves(k, j))
        for k in range(lots + 1)
    )


@pytest.mark.parametrize("large", [2, 10, 50])
@pytest.mark.parametrize("share", [0.1, 0.4, 1.0])
@pytest.mark.parametrize("lots", [60, 100])
def test_a_rate_at_the_target_is_rarely_proved_below_it(
    lots: int, share: float, large: int
) -> None:
    """At most as often as is stated, enumerated exactly."""
    assert wrongly_proved(lots, share, large, 0.05) <= 0.05


def test_the_stated_risk_is_nearly_used_by_equal_lots() -> None:
    """Sixty-five lots of copies: the bound is not larger than it has to be."""
    assert 0.03 < wrongly_proved(65, 1.0, 20, 0.05) <= 0.05


def test_no_lots_prove_nothing() -> None:
    """The bound of nothing seen is 1, and no bet was won."""
    assert lots_bound([], [], 0.95) == 1.0
    assert not lots_prove([], [], 0.5, 0.95)


@pytest.mark.parametrize(("escape", "is_proved"), [(0.0, False), (1.0, True)])
def test_a_share_below_nothing_is_never_proved(escape: float, is_proved: bool) -> None:
    """And one of at most everything always is."""
    assert lots_prove([0] * 400, [20] * 400, escape, 0.95) is is_proved

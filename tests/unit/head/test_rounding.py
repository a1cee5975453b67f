"""The bound on what rounding does to logits, against exact fractions."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from glassline.errors import InputError
from glassline.head import Head
from glassline.head.rounding import UNIT, gamma, lead_rounding, logit_rounding

NUMBERS = st.one_of(
    st.floats(-8, 8),
    st.floats(-1e3, 1e3),
    st.floats(-1e150, 1e150),
    st.floats(-1e-150, 1e-150),
    st.sampled_from([0.0, -0.0, 5e-324, 1e-310, 1 / 3, 0.1]),
)


@st.composite
def parts(draw: st.DrawFn) -> tuple[Head, np.ndarray]:
    """A head of 1 to 5 features and 2 to 4 classes of any size, and one part."""
    d, k = draw(st.integers(1, 5)), draw(st.integers(2, 4))
    rows = [[draw(NUMBERS) for _ in range(k)] for _ in range(d)]
    b, x = [draw(NUMBERS) for _ in range(k)], [draw(NUMBERS) for _ in range(d)]
    return Head(np.array(rows), np.array(b)), np.array([x])


def exact(head: Head, x: np.ndarray) -> list[Fraction]:
    """The logits of one part, in fractions."""
    return [
        sum(
            (
                Fraction(float(value)) * Fraction(float(weight))
                for value, weight in zip(x[0], column, strict=True)
            ),
            Fraction(float(bias)),
        )
        for column, bias in zip(head.W.T, head.b, strict=True)
    ]


@given(parts())
def test_no_logit_is_further_off_than_the_bound(case: tuple[Head, np.ndarray]) -> None:
    """Whatever cancels or underflows: against the sum in fractions."""
    head, x = case

    computed = [Fraction(float(z)) for z in head.logits(x)[0]]
    bound = [Fraction(float(e)) for e in logit_rounding(head, x)[0]]

    off = [abs(z - true) for z, true in zip(computed, exact(head, x), strict=True)]
    assert all(e <= most for e, most in zip(off, bound, strict=True))


@given(parts())
def test_no_lead_is_further_off_than_the_bound(case: tuple[Head, np.ndarray]) -> None:
    """The difference of computed logits, as it is and rounded once more."""
    head, x = case
    z, true = head.logits(x)[0], exact(head, x)

    bound = lead_rounding(head, x)[0]

    pairs = [(a, b) for a in range(head.k) for b in range(head.k) if a != b]
    plain = [Fraction(float(z[a])) - Fraction(float(z[b])) for a, b in pairs]
    rounded = [Fraction(float(z[a] - z[b])) for a, b in pairs]
    leads = [true[a] - true[b] for a, b in pairs]
    most = [Fraction(float(bound[a, b])) for a, b in pairs]
    assert all(abs(p - t) <= m for p, t, m in zip(plain, leads, most, strict=True))
    assert all(abs(r - t) <= m for r, t, m in zip(rounded, leads, most, strict=True))


def test_the_bound_is_not_far_above_what_happens(rng: np.random.Generator) -> None:
    """Of 2,000 ordinary parts the worst uses more than a fifth of it."""
    head = Head(rng.normal(size=(4, 3)), rng.normal(size=3))
    x = rng.normal(size=(2_000, 4))

    off = [
        [abs(float(Fraction(float(z)) - true)) for z, true in zip(row, of, strict=True)]
        for row, of in zip(
            head.logits(x), (exact(head, row[None]) for row in x), strict=True
        )
    ]

    assert (np.array(off) / logit_rounding(head, x)).max() > 0.2


def test_the_bound_by_hand() -> None:
    """With one feature, 1 + 3 roundings of the sum of sizes: |2 x -3| + |1|."""
    head = Head(np.array([[-3.0, 0.0]]), np.array([1.0, 0.0]))

    bound = logit_rounding(head, np.array([[2.0]]))

    assert_allclose(bound, [[4 * UNIT * 7, 2.0**-1073]], rtol=1e-15)
    assert gamma(4) == 4 * UNIT / (1 - 4 * UNIT)


def test_the_bound_of_the_largest_sizes_holds_for_a_whole_range(
    rng: np.random.Generator,
) -> None:
    """It grows with |x|, so the corner of a box speaks for the box."""
    head = Head(rng.normal(size=(4, 3)), rng.normal(size=3))
    inside = rng.uniform(-1, 1, size=(500, 4)) * np.array([1.0, 2.0, 3.0, 4.0])

    corner = lead_rounding(head, np.array([[1.0, 2.0, 3.0, 4.0]]))

    assert (lead_rounding(head, inside) <= corner).all()


def test_a_sum_that_overflows_is_not_bounded() -> None:
    """The logit itself is finite, as its terms cancel; its error may be anything."""
    head = Head(np.array([[1e308], [-1e308]]), np.zeros(1))
    x = np.array([[1.0, 1.0]])

    assert np.isfinite(head.logits(x)).all()
    assert logit_rounding(head, x)[0, 0] == np.inf


def test_what_is_no_part_is_refused() -> None:
    """As by the head itself."""
    head = Head(np.eye(1), np.zeros(1))

    with pytest.raises(
        InputError, match=r"^x\[0, 0\]: expected a finite number, got nan\.$"
    ):
        logit_rounding(head, np.array([[np.nan]]))

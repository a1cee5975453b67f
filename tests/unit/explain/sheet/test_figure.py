"""How numbers are printed: few decimals, no lying zero, no minus zero."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassline.explain.sheet.figure import Figure
from glassline.render.numbers import number, printed


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        pytest.param([0, 1, 0], ["0", "1", "0"], id="whole numbers"),
        pytest.param([0.5, -0.25], ["0.50", "-0.25"], id="one number of decimals"),
        pytest.param([1 / 3], ["0.3333"], id="at most four"),
        pytest.param([0.1 + 0.2], ["0.3"], id="rounding of binary is not printed"),
        pytest.param([-0.0], ["0"], id="no minus zero"),
        pytest.param([1.0, 0.00004], ["1.0000", "4.0e-5"], id="small is not zero"),
        pytest.param([1.0, 0.00005], ["1.0000", "0.0001"], id="half a unit rounds up"),
        pytest.param([5e-324], ["4.9e-324"], id="smallest double"),
        pytest.param([1.7e308, 0.5], ["1.700000e308", "0.5"], id="largest"),
        pytest.param([9_999_999.0], ["9999999"], id="just below a power of ten"),
        pytest.param([1e7], ["1.000000e7"], id="from here on powers of ten"),
    ],
)
def test_print_by_hand(values: list[float], expected: list[str]) -> None:
    """A matrix has one number of decimals, as few as are exact, four at most."""
    assert printed(np.array([values], dtype=np.float64)) == [expected]


@given(st.floats(-1e12, 1e12))
def test_print_is_within_half_a_unit_of_its_last_place(value: float) -> None:
    """What is printed is the value, rounded where the print ends."""
    text = Decimal(number(value))

    unit = Decimal((0, (1,), int(text.as_tuple().exponent)))

    assert abs(text - Decimal(value)) <= unit / 2


def test_what_rounding_leaves_of_a_cancelled_sum_is_zero() -> None:
    """0.1 + 0.2 - 0.3 is 5.6e-17 in doubles; as a sum of a sheet it prints as 0."""
    rest = np.array([[0.1 + 0.2 - 0.3, 0.5]])

    assert Figure.of("s", rest).printed == [["0.0", "0.5"]]


def test_a_small_probability_is_no_rest() -> None:
    """A probability of 4e-18 is what was computed and is printed."""
    assert Figure.of("p", np.array([[1.0, 4e-18]])).printed == [["1.0000", "4.0e-18"]]

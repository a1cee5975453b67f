"""Where a share falls, and shares as single-precision programs give them."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from glassline.decide import brier, calibration_error
from glassline.decide.calibration import bins_of
from glassline.errors import InputError, ShapeError


@pytest.mark.parametrize("bins", [1, 3, 7, 10, 100, 1000])
def test_every_edge_lies_in_the_bin_that_it_begins(bins: int) -> None:
    """I / bins is in bin i, though i / bins * bins may round below i; 1 in the last."""
    edges = np.arange(bins + 1) / bins

    assert_array_equal(bins_of(edges, bins), [*range(bins), bins - 1])


@pytest.mark.parametrize("bins", [3, 10, 100])
def test_the_float_below_an_edge_lies_in_the_bin_below(bins: int) -> None:
    """As exact comparison has it."""
    edges = np.arange(1, bins + 1) / bins

    assert_array_equal(bins_of(np.nextafter(edges, 0), bins), np.arange(bins))


def test_random_shares_lie_where_exact_comparison_puts_them(
    rng: np.random.Generator,
) -> None:
    """Against fractions, edge by edge."""
    shares = rng.uniform(size=200)

    edges = [Fraction(i / 100) for i in range(1, 100)]
    expected = [sum(Fraction(p) >= edge for edge in edges) for p in shares.tolist()]
    assert_array_equal(bins_of(shares, 100), expected)


@pytest.mark.bad_shape  # float32 where the checked run expects float64
def test_single_precision_scores_as_double() -> None:
    """Rows of float32 sum to 1 to 1e-7 only; they are taken as they are."""
    said = np.array([[0.7, 0.2, 0.1], [1 / 3, 1 / 3, 1 / 3]])
    labels = np.array([0, 2])

    single = said.astype(np.float32)
    assert_allclose(brier(single, labels), brier(said, labels), rtol=1e-6)
    assert_allclose(
        calibration_error(single, labels), calibration_error(said, labels), rtol=1e-6
    )


@pytest.mark.bad_shape
@pytest.mark.parametrize(
    ("said", "labels", "bins", "error", "message"),
    [
        pytest.param(
            [[0.5, 0.5]],
            [0],
            0,
            InputError,
            "bins: expected a number >= 1, got 0.",
            id="no bins",
        ),
        pytest.param(
            [0.5, 0.5],
            [0],
            10,
            ShapeError,
            "probabilities: expected shape (n, k), got (2,).",
            id="one row without its brackets",
        ),
        pytest.param(
            np.zeros((0, 2)),
            [],
            10,
            InputError,
            "probabilities: expected at least one part, got none.",
            id="no parts",
        ),
    ],
)
def test_what_has_no_calibration_error(
    said: Any, labels: list[int], bins: int, error: type[Exception], message: str
) -> None:
    """A score of nothing is no score."""
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        calibration_error(said, np.array(labels, np.int64), bins=bins)

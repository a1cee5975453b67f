"""What a gauge study found: AIAG's figures by hand, and what is refused."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

from glassline.decide import Gauge, Nearby, aiag
from glassline.errors import InputError, ShapeError

PHOTOS = "0123456789abcdef" * 4


def gauge(**fields: Any) -> Gauge:
    """A gauge of two features and two kinds, some fields replaced."""
    usual: dict[str, Any] = {
        "parts": 10,
        "photos_sha256": PHOTOS,
        "between": (1.2, 2.0),
        "spread": {"shift": (0.3, 0.0), "noise": (0.4, 0.1)},
    }
    return Gauge(**{**usual, **fields})


@pytest.mark.parametrize(
    ("percent", "word"),
    [
        (0.0, "good"),
        (math.nextafter(10, 0), "good"),
        (10.0, "conditional"),
        (30.0, "conditional"),
        (math.nextafter(30, 31), "poor"),
        (100.0, "poor"),
        (math.nan, "unknown"),
    ],
)
def test_aiag_has_a_word_on_each_side_of_its_limits(percent: float, word: str) -> None:
    """10 and 30 themselves are conditional."""
    assert aiag(percent) == word


def test_kinds_add_up_by_their_squares() -> None:
    """3, 4, 5."""
    assert_allclose(gauge().sigma, [0.5, 0.1], rtol=1e-15)


def test_grr_is_the_gauge_s_share_of_the_total() -> None:
    """5, 12, 13."""
    assert_allclose(
        gauge().grr, [100 * 0.5 / 1.3, 100 * 0.1 / math.hypot(0.1, 2.0)], rtol=1e-14
    )


def test_categories_are_whole_and_at_least_one() -> None:
    """1.41 x 1.2 / 0.5 is 3.38, 1.41 x 0.1 / 0.5 is 0.28."""
    assert gauge(between=(1.2, 2.0)).ndc == (3, 28)
    assert gauge(between=(0.1, 2.0)).ndc == (1, 28)


def test_each_feature_has_its_grade() -> None:
    """38 % is poor, 5 % good."""
    assert gauge().grades == ("poor", "good")


def test_a_feature_that_repeats_exactly_has_no_limit_of_categories() -> None:
    """And 0 % of its spread is the gauge's."""
    exact = gauge(spread={"shift": (0.0, 0.1)})

    assert (exact.ndc[0], exact.grr[0], exact.grades[0]) == (None, 0.0, "good")


def test_a_feature_that_never_varies_has_no_grr() -> None:
    """0 of 0 is no figure."""
    blind = gauge(between=(0.0, 1.0), spread={"shift": (0.0, 0.1)})

    assert np.isnan(blind.grr).tolist() == [True, False]
    assert (blind.ndc[0], blind.grades[0]) == (None, "unknown")


def test_no_spread_from_part_to_part_is_all_gauge() -> None:
    """100 %, and one category."""
    alike = gauge(between=(0.0, 0.0))

    assert (alike.grr.tolist(), alike.ndc) == ([100.0, 100.0], (1, 1))


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        pytest.param(
            {"parts": 1}, "gauge.parts: expected at least 2, got 1.", id="one-part"
        ),
        pytest.param(
            {"photos_sha256": "abc"},
            "gauge.photos_sha256: expected 64 hexadecimal digits, got 'abc'.",
            id="no-hash",
        ),
        pytest.param(
            {"spread": {}},
            "gauge.spread: expected at least one kind, got none.",
            id="no-kind",
        ),
        pytest.param(
            {"between": (1.0, math.nan)},
            "gauge.between: expected finite numbers >= 0, got nan.",
            id="nan",
        ),
        pytest.param(
            {"spread": {"shift": (0.1, -0.5)}},
            "gauge.spread.shift: expected finite numbers >= 0, got -0.5.",
            id="below-0",
        ),
        pytest.param(
            {"spread": {"noise": (0.1, math.inf)}},
            "gauge.spread.noise: expected finite numbers >= 0, got inf.",
            id="infinite",
        ),
    ],
)
def test_what_no_study_can_find_is_refused(
    fields: dict[str, Any], message: str
) -> None:
    """The first field at fault, by name."""
    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        gauge(**fields)


def test_a_kind_with_too_few_numbers_is_refused() -> None:
    """One number a feature."""
    with pytest.raises(
        ShapeError,
        match=r"^gauge\.spread\.noise: expected 2 numbers to match between, got 1\.$",
    ):
        gauge(spread={"shift": (0.1, 0.1), "noise": (0.1,)})


def test_features_without_a_covariance_move_each_by_itself() -> None:
    """The squares of sigma on the diagonal."""
    gauge = Gauge(3, "0" * 64, (1.0, 1.0), {"shift": (0.3, 0.0), "noise": (0.4, 2.0)})

    assert_allclose(gauge.covariance, [[0.25, 0.0], [0.0, 4.0]])


def test_a_covariance_that_was_found_is_kept() -> None:
    """As rows of plain numbers."""
    rows = ((0.25, 0.1), (0.1, 4.0))

    gauge = Gauge(3, "0" * 64, (1.0, 1.0), {"shift": (0.5, 2.0)}, rows)

    assert gauge.covariance == rows


@pytest.mark.parametrize(
    "covariance",
    [
        pytest.param(((1.0, 0.5), (0.4, 1.0)), id="not-symmetric"),
        pytest.param(((1.0, np.nan), (np.nan, 1.0)), id="nan"),
    ],
)
def test_a_covariance_that_is_none_is_refused(
    covariance: tuple[tuple[float, ...], ...],
) -> None:
    """By name."""
    with pytest.raises(
        InputError,
        match=r"^gauge\.covariance: expected a symmetric matrix of finite numbers\.$",
    ):
        Gauge(3, "0" * 64, (1.0, 1.0), {"shift": (0.3, 0.1)}, covariance)


@pytest.mark.bad_shape
def test_a_covariance_of_other_features_is_refused() -> None:
    """A row and a column a feature."""
    with pytest.raises(
        ShapeError,
        match=r"^gauge\.covariance: expected shape \(2, 2\), got \(1, 1\)\.$",
    ):
        Gauge(3, "0" * 64, (1.0, 1.0), {"shift": (0.3, 0.1)}, ((1.0,),))


def test_the_share_beyond_is_that_of_the_normal() -> None:
    """1.645 spreads away lie 5 %, at the border half."""
    near = Nearby((1.0,), (0.0,), 1.6448536269514722, "review", 2.0)

    assert_allclose(near.share, 0.05)
    assert replace(near, distance=0.0).share == 0.5

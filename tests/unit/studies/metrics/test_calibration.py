"""Brier and calibration error: closed cases, edges."""

from __future__ import annotations

import re

import numpy as np
import pytest
from numpy.testing import assert_allclose

from glassline.decide import brier, calibration_error
from glassline.errors import InputError, ShapeError
from glassline.head import softmax
from glassline.studies.metrics import reliability
from glassline.training.temperature import calibrate


def drawn(
    rng: np.random.Generator, n: int, temperature: float
) -> tuple[np.ndarray, np.ndarray]:
    """Logits, and labels drawn from their softmax at a temperature."""
    z = rng.normal(size=(n, 3)) * 3
    labels = (softmax(z / temperature).cumsum(axis=1) < rng.random((n, 1))).sum(axis=1)
    return z, labels.astype(np.int64)


@pytest.mark.parametrize(
    ("p", "labels", "score"),
    [
        pytest.param([[1.0, 0.0]], [0], 0.0, id="sure and right"),
        pytest.param([[1.0, 0.0]], [1], 2.0, id="sure and wrong"),
        pytest.param([[1 / 3, 1 / 3, 1 / 3]], [0], 2 / 3, id="even: (k - 1) / k"),
        pytest.param(
            [[0.7, 0.3], [0.2, 0.8]],
            [0, 0],
            (2 * 0.3**2 + 2 * 0.8**2) / 2,
            id="two parts",
        ),
    ],
)
def test_brier_by_hand(p: list[list[float]], labels: list[int], score: float) -> None:
    """Squared distances, summed over classes, averaged over parts."""
    assert_allclose(brier(np.array(p), np.array(labels)), score, rtol=1e-14)


def test_the_calibration_error_is_that_of_the_reliability_table(
    rng: np.random.Generator,
) -> None:
    """Bin by bin: its share of the parts times the distance of said and true."""
    z, labels = drawn(rng, 500, 2.0)
    p = softmax(z)

    table = reliability(p, labels, np.arange(500))

    by_hand = sum(b.hits.n * abs(b.mean - b.hits.value) for b in table) / 500
    assert_allclose(calibration_error(p, labels), by_hand, rtol=1e-12)


def test_certainty_counts_in_the_last_bin() -> None:
    """A probability of 1 that is wrong every second time is off by one half."""
    p = np.array([[1.0, 0.0], [1.0, 0.0]])

    assert calibration_error(p, np.array([0, 1])) == 0.5
    assert calibration_error(p, np.array([0, 1]), bins=1) == 0.5


def test_calibrating_lowers_both_scores(rng: np.random.Generator) -> None:
    """Logits four times too large: the temperature mends what both figures see."""
    z, labels = drawn(rng, 4_000, 4.0)

    p = calibrate(z, labels).probabilities(z)

    assert calibration_error(p, labels) < calibration_error(softmax(z), labels) / 4
    assert brier(p, labels) < brier(softmax(z), labels)


def test_a_calibrated_head_does_not_score_zero(rng: np.random.Generator) -> None:
    """About 0.8 sqrt(p (1 - p) / m), as the docstring warns: m parts in one bin."""
    m, errors = 100, []
    for _ in range(400):
        labels = (rng.random(m) > 0.7).astype(np.int64)
        errors.append(calibration_error(np.tile([0.7, 0.3], (m, 1)), labels))

    expected = 0.8 * np.sqrt(0.7 * 0.3 / m)
    assert_allclose(np.mean(errors), expected, rtol=0.1)


Y = np.array([0, 1])


@pytest.mark.parametrize(
    ("p", "labels", "error", "message"),
    [
        pytest.param(
            np.empty((0, 2)),
            np.empty(0, np.int64),
            InputError,
            "probabilities: expected at least one part, got none.",
            id="no part",
        ),
        pytest.param(
            np.array([[0.5, 0.5], [0.5, 0.6]]),
            Y,
            InputError,
            "probabilities[1]: expected numbers >= 0 that sum to 1, got [0.5, 0.6].",
            id="sums to 1.1",
        ),
        pytest.param(
            np.array([0.5, 0.5]),
            Y,
            ShapeError,
            "probabilities: expected shape (n, k), got (2,).",
            id="one axis",
            marks=pytest.mark.bad_shape,
        ),
    ],
)
def test_what_can_not_be_scored_is_refused(
    p: np.ndarray, labels: np.ndarray, error: type[Exception], message: str
) -> None:
    """Brier and calibration error say the same."""
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        brier(p, labels)
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        calibration_error(p, labels)


def test_no_bin_is_refused() -> None:
    """At least one."""
    with pytest.raises(InputError, match=r"^bins: expected a number >= 1, got 0\.$"):
        calibration_error(np.full((1, 2), 0.5), np.array([0]), bins=0)

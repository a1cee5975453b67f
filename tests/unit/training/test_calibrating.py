"""One temperature: closed cases, recovery, edges."""

from __future__ import annotations

import re

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax

from glassline.errors import InputError, LabelError, ShapeError
from glassline.head import cross_entropy, softmax
from glassline.training.temperature import TemperatureOutcome, calibrate


def drawn(
    rng: np.random.Generator, n: int, temperature: float
) -> tuple[np.ndarray, np.ndarray]:
    """Logits, and labels drawn from their softmax at a temperature."""
    z = rng.normal(size=(n, 3)) * 3
    labels = (softmax(z / temperature).cumsum(axis=1) < rng.random((n, 1))).sum(axis=1)
    return z, labels.astype(np.int64)


@pytest.mark.parametrize("right", [2, 3, 9])
def test_odds_by_hand(right: int) -> None:
    """All logits (1, 0), `right` of n right: odds of right to 1, so 1/T is its log."""
    z = np.array([[1.0, 0.0]] * (right + 1))

    found = calibrate(z, np.array([0] * right + [1]))

    assert found.outcome is TemperatureOutcome.FITTED
    assert_allclose(found.value, 1 / np.log(right), rtol=1e-13)
    share = right / (right + 1)
    assert_allclose(
        found.after, -share * np.log(share) - (1 - share) * np.log(1 - share)
    )


@pytest.mark.parametrize("temperature", [0.3, 1.0, 4.0])
def test_the_temperature_of_the_labels_is_found(
    temperature: float, rng: np.random.Generator
) -> None:
    """Labels drawn from softmax(z / T): T comes back within its standard error."""
    z, labels = drawn(rng, 40_000, temperature)
    p = softmax(z / temperature)
    spread = (p * z**2).sum(axis=1) - (p * z).sum(axis=1) ** 2
    error = temperature**2 / np.sqrt(spread.sum())  # from the information in 1 / T

    found = calibrate(z, labels)

    assert_allclose(found.value, temperature, atol=3.5 * error)
    assert found.after <= found.before


def test_a_general_minimiser_finds_the_same(rng: np.random.Generator) -> None:
    """SciPy's bounded search over 1/T on its own log-softmax."""
    z, labels = drawn(rng, 300, 2.0)

    found = calibrate(z, labels)

    other = minimize_scalar(
        lambda a: -log_softmax(a * z, axis=1)[np.arange(300), labels].mean(),
        bounds=(1e-3, 10),
        options={"xatol": 1e-12},
    )
    assert_allclose(1 / found.value, other.x, rtol=1e-7)
    assert_allclose(found.after, other.fun, rtol=1e-12)


def test_at_the_optimum_the_slope_is_zero(rng: np.random.Generator) -> None:
    """The mean logit under p equals the mean logit of the labels."""
    z, labels = drawn(rng, 200, 0.5)

    p = calibrate(z, labels).probabilities(z)

    said, told = (p * z).sum(axis=1).mean(), z[np.arange(200), labels].mean()
    assert_allclose(said, told, rtol=1e-12)


def test_losses_are_those_of_the_head(rng: np.random.Generator) -> None:
    """Before and after are mean cross-entropies, nats a part."""
    z, labels = drawn(rng, 100, 3.0)

    found = calibrate(z, labels)

    assert_allclose(found.before, cross_entropy(z, labels), rtol=1e-13)
    assert_allclose(found.after, cross_entropy(z / found.value, labels), rtol=1e-13)
    assert found.n == 100


def test_weights_count_like_repeats(rng: np.random.Generator) -> None:
    """A part of weight 2 is two parts, and one of weight 0 is none."""
    z, labels = drawn(rng, 90, 2.0)
    weights = np.repeat([0.0, 1.0, 2.0], 30)

    weighted = calibrate(z, labels, weights=weights)

    times = weights.astype(int)
    repeated = calibrate(np.repeat(z, times, axis=0), np.repeat(labels, times))
    assert_allclose(weighted.value, repeated.value, rtol=1e-12)


@pytest.mark.parametrize("size", [1e-200, 1e200])
def test_the_size_of_the_logits_is_the_size_of_the_temperature(
    size: float, rng: np.random.Generator
) -> None:
    """Logits times c: T times c, at any size; a constant a row changes nothing."""
    z, labels = drawn(rng, 100, 2.0)

    found = calibrate(z, labels)

    assert_allclose(calibrate(z * size, labels).value, found.value * size, rtol=1e-11)
    moved = z + rng.normal(size=(100, 1))
    assert_allclose(calibrate(moved, labels).value, found.value, rtol=1e-12)


def test_no_mistake_leaves_the_temperature_alone() -> None:
    """Any sharpening would fit better: T stays 1, and the outcome says so."""
    z = np.array([[2.0, 0.0], [0.0, 0.1]])

    found = calibrate(z, np.array([0, 1]))

    assert (found.value, found.outcome) == (1.0, TemperatureOutcome.FLAWLESS)
    assert found.after == found.before
    assert_allclose(found.probabilities(z), softmax(z), rtol=1e-15)


def test_logits_that_mislead_give_even_probabilities() -> None:
    """The wrong class is the larger more often than not: T is infinite."""
    z = np.array([[1.0, 0.0]] * 3)

    found = calibrate(z, np.array([0, 1, 1]))

    assert (found.value, found.outcome) == (np.inf, TemperatureOutcome.UNINFORMATIVE)
    assert_array_equal(found.probabilities(z), np.full((3, 2), 0.5))
    assert_allclose(found.after, np.log(2), rtol=1e-15)


def test_one_mistake_in_a_million_weights() -> None:
    """Odds of 1e9 to 1: far from the start, found all the same."""
    found = calibrate(
        np.array([[1.0, 0.0]] * 2), np.array([0, 1]), weights=np.array([1e9, 1.0])
    )

    assert_allclose(found.value, 1 / np.log(1e9), rtol=1e-8)


Z = np.array([[1.0, 0.0], [0.0, 1.0]])
Y = np.array([0, 1])


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        pytest.param(
            {"logits": np.array([[1.0], [0.0]])},
            ShapeError,
            "logits: expected shape (n, k >= 2), got (2, 1).",
            id="one class",
        ),
        pytest.param(
            {"logits": np.array([[1.0, np.nan], [0.0, 1.0]])},
            InputError,
            "logits[0, 1]: expected a finite number, got nan.",
            id="nan",
        ),
        pytest.param(
            {"logits": np.array([[1e308, -1e308], [0.0, 1.0]])},
            InputError,
            "logits: expected a row less than 1e308 apart, got more.",
            id="too far apart",
        ),
        pytest.param(
            {"labels": np.array([0, 2])},
            LabelError,
            "labels[1]: expected a class id in [0, 2), got 2.",
            id="no such class",
        ),
        pytest.param(
            {"labels": Z},
            ShapeError,
            "labels: expected shape (2,) of class ids, got (2, 2).",
            id="shares",
            marks=pytest.mark.bad_shape,
        ),
        pytest.param(
            {"weights": np.zeros(2)},
            InputError,
            "labels: expected at least one part that counts, got none.",
            id="no weight",
        ),
        pytest.param(
            {"weights": np.array([1.0, -1.0])},
            InputError,
            "weights[1]: expected a number >= 0, got -1.0.",
            id="negative weight",
        ),
        pytest.param(
            {"logits": np.empty((0, 2)), "labels": np.empty(0, np.int64)},
            InputError,
            "labels: expected at least one part that counts, got none.",
            id="no part",
        ),
    ],
)
def test_what_can_not_be_calibrated_is_refused(
    changes: dict[str, np.ndarray], error: type[Exception], message: str
) -> None:
    """Each message names the argument, what was expected and what came."""
    arguments = {"logits": Z, "labels": Y} | changes

    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        calibrate(**arguments)

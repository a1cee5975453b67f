"""The certificate: recomputed from the definition, and honest about a wrong head."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.testing import assert_allclose
from reference import head as reference

from glassline.errors import InputError, LabelError, ShapeError
from glassline.head import Head, certify


def test_the_gradient_is_that_of_the_objective(rng):
    """Its length equals that of central differences of J in 60 digits."""
    x, y = rng.normal(size=(12, 2)), rng.integers(0, 3, size=12)
    w = rng.uniform(0.5, 2.0, size=12)
    theta = rng.normal(size=(3, 3))
    rows, h = reference.one_hot(y, 3), 1e-4

    def along(i, c):
        def at(step):
            moved = theta.copy()
            moved[i, c] += step
            return reference.objective(x, rows, moved, 0.1, w)

        return (at(h) - at(-h)) / (2 * h)

    slopes = [along(i, c) for i in range(3) for c in range(3)]

    got = certify(x, y, Head(theta[:2], theta[2]), penalty=0.1, weights=w)

    assert_allclose(got.gradient_norm, np.linalg.norm(slopes), rtol=1e-7)
    assert_allclose(
        got.objective, reference.objective(x, rows, theta, 0.1, w), rtol=1e-13
    )
    assert_allclose(got.distance_bound, got.gradient_norm / 0.1, rtol=1e-15)
    assert_allclose(got.weight, w.sum(), rtol=1e-15)


def test_condition_of_even_odds():
    """At p = 1/2 on x = -1, 1 the curvature is 1/2 in both directions that count."""
    head = Head(np.zeros((1, 2)), np.zeros(2))

    got = certify(np.array([[-1.0], [1.0]]), np.array([0, 1]), head, penalty=0.25)

    assert_allclose(got.condition, 1.0)


@pytest.mark.parametrize(
    ("head", "condition", "bound"),
    [
        pytest.param(
            Head(np.zeros((1, 2)), np.zeros(2)), math.inf, math.inf, id="flat-feature"
        ),
        pytest.param(
            Head(np.zeros((1, 1)), np.zeros(1)), 1.0, math.inf, id="one-class"
        ),
    ],
)
def test_without_penalty(head, condition, bound):
    """Without penalty nothing bounds the distance, and a feature of 0 has no curvature."""
    got = certify(np.zeros((2, 1)), np.array([0, 0]), head, penalty=0.0)

    assert (got.condition, got.distance_bound) == (condition, bound)


def test_undecided_parts_are_left_out(rng):
    """Rows of zeros change no number of the certificate."""
    x, head = (
        rng.normal(size=(20, 2)),
        Head(rng.normal(size=(2, 3)), rng.normal(size=3)),
    )
    rows = reference.one_hot(rng.integers(0, 3, size=20), 3)
    rows[15:] = 0.0

    got = certify(x, rows, head, penalty=0.1)

    kept = certify(x[:15], rows[:15], head, penalty=0.1)
    assert_allclose(
        [got.objective, got.gradient_norm, got.condition, got.weight],
        [kept.objective, kept.gradient_norm, kept.condition, kept.weight],
        rtol=1e-14,
    )


def test_no_condition_for_wide_x(rng):
    """Above 300 weights the condition is left out."""
    head = Head(np.zeros((200, 2)), np.zeros(2))

    got = certify(
        rng.normal(size=(5, 200)), np.array([0, 1, 0, 1, 0]), head, penalty=0.1
    )

    assert got.condition is None


HEAD = Head(np.zeros((1, 2)), np.zeros(2))


@pytest.mark.parametrize(
    ("x", "y", "penalty", "error", "message"),
    [
        pytest.param(
            [[1.0, 2.0]],
            [0],
            1.0,
            ShapeError,
            r"^x: expected shape \(n, 1\), got \(1, 2\)\.$",
            id="features",
        ),
        pytest.param(
            [[1.0]],
            [2],
            1.0,
            LabelError,
            r"^y\[0\]: expected a class id in \[0, 2\), got 2\.$",
            id="label",
        ),
        pytest.param(
            [[1.0]],
            [0],
            -1.0,
            InputError,
            r"^penalty: expected a finite number >= 0, got -1\.0\.$",
            id="penalty",
        ),
        pytest.param(
            [[1.0]],
            [[0.0, 0.0]],
            1.0,
            InputError,
            r"^y: expected at least one decided part with a weight above 0, got none\.$",
            id="undecided",
        ),
    ],
)
@pytest.mark.bad_shape
def test_refusals(x, y, penalty, error, message):
    """What can not be certified is refused by name."""
    with pytest.raises(error, match=message):
        certify(x, y, HEAD, penalty=penalty)

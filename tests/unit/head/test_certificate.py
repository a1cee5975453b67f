"""The certificate: recomputed from the definition, and honest about a wrong head."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.testing import assert_allclose
from reference import head as reference

from glassline.errors import InputError, LabelError, ShapeError
from glassline.head import Certificate, Head, certify, fit


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
    assert_allclose(
        got.distance_bound, (got.gradient_norm + got.rounding) / 0.1, rtol=1e-15
    )
    assert_allclose(got.weight, w.sum(), rtol=1e-15)


HEAD = Head(np.zeros((1, 2)), np.zeros(2))


def random_parts(rng, n=20):
    """Draw parts of two features and three classes, each with a part."""
    y = rng.integers(0, 3, size=n)
    y[:3] = 0, 1, 2
    return rng.normal(size=(n, 2)), y


def soft(x, y):
    """Return the parts with shares that sum to 1 only to nine digits."""
    rows = np.round(0.7 * reference.one_hot(y, 3) + 0.1, 9)
    rows[:, 0] += 7e-10
    return x, rows


HARD_TO_SUM = {
    "random": lambda rng: (random_parts(rng), 1e-3),
    "little-penalty": lambda rng: (random_parts(rng), 1e-9),
    "one-part": lambda rng: ((rng.normal(size=(1, 2)), np.array([2])), 1e-3),
    "one-part-little-penalty": lambda rng: (
        (rng.normal(size=(1, 2)), np.array([2])),
        1e-9,
    ),
    "separated": lambda rng: (
        (np.sort(rng.normal(size=(12, 1)), axis=0), np.repeat([0, 1], 6)),
        1e-9,
    ),
    "large-x": lambda rng: ((1e6 * random_parts(rng)[0], random_parts(rng)[1]), 1e-3),
    "far-x": lambda rng: ((1e6 + random_parts(rng)[0], random_parts(rng)[1]), 1e-3),
    "tiny-x": lambda rng: ((1e-200 * random_parts(rng)[0], random_parts(rng)[1]), 1e-3),
    "duplicates": lambda rng: (
        tuple(np.repeat(a[:3], 8, axis=0) for a in random_parts(rng)),
        1e-3,
    ),
    "zeros": lambda rng: ((np.zeros((6, 1)), np.repeat([0, 1], 3)), 1e-3),
    "shares": lambda rng: (soft(*random_parts(rng)), 1e-3),
}


@pytest.mark.parametrize("weighted", [False, True], ids=["plain", "weighted"])
@pytest.mark.parametrize("case", HARD_TO_SUM)
@pytest.mark.filterwarnings("ignore::glassline.errors.GlasslineWarning")
def test_no_optimum_is_further_away_than_the_bound(rng, case, weighted):
    """Against the gradient and the optimum in 60 digits: of `fit`, and recomputed."""
    (x, y), penalty = HARD_TO_SUM[case](rng)
    w = rng.uniform(0.1, 5.0, size=len(x)) if weighted else np.ones(len(x))
    k = y.shape[1] if y.ndim == 2 else max(2, int(y.max()) + 1)
    rows = y if y.ndim == 2 else reference.one_hot(y, k)

    found = fit(x, y, penalty=penalty, weights=w, classes=k, tolerance=1e-13)

    proofs = (
        found.certificate,
        certify(x, y, found.head, penalty=penalty, weights=w),
    )
    theta = np.vstack([found.head.W, found.head.b])
    exact = reference.gradient(x, rows, theta.tolist(), penalty, w)
    length = float(reference.mpmath.norm(exact))
    away = float(reference.distance_to_optimum(x, rows, theta, penalty, w))
    assert (
        max(abs(proof.gradient_norm - length) / proof.rounding for proof in proofs) < 1
    )
    assert away <= min(proof.distance_bound for proof in proofs)


@pytest.mark.parametrize("shift", [0.0, 50.0, 1e6])
@pytest.mark.parametrize("scale", [1.0, 30.0, 1e6])
def test_the_rounding_of_any_head(rng, scale, shift):
    """Of heads that are no optimum, steep or shifted, on x of any size."""
    x, y = random_parts(rng)
    x = x * rng.choice([1e-3, 1.0, 1e3], size=2)
    theta = scale * rng.normal(size=(3, 3)) + shift

    proof = certify(x, y, Head(theta[:2], theta[2]), penalty=1e-3)

    exact = reference.gradient(
        x, reference.one_hot(y, 3), theta.tolist(), 1e-3, np.ones(20)
    )
    length = float(reference.mpmath.norm(exact))
    assert abs(proof.gradient_norm - length) <= proof.rounding


def test_the_bound_is_small_where_numbers_are(rng):
    """Of 600 standardised parts the rounding is a thousandth of a gradient of 1e-9."""
    x, y = random_parts(rng, n=600)

    found = fit(x, y, penalty=3e-4)

    assert 0 < found.certificate.rounding < 1e-12


@pytest.mark.parametrize(
    ("penalty", "norm", "is_finished"),
    [(1e-3, 1e-9, True), (1e-3, 1.1e-9, False), (1e-9, 1e-15, True), (0.0, 0.0, False)],
)
def test_training_is_finished_where_no_gradient_moves_it(penalty, norm, is_finished):
    """By 1e-6, rounding aside; without a penalty there is no saying."""
    proof = Certificate(0.5, norm, math.inf, 1.0, penalty, 10.0, 1e-3)

    assert proof.is_finished is is_finished


@pytest.mark.parametrize("size", [1e155, 1e300])
def test_x_whose_squares_no_float_holds(size):
    """The Hessian overflows: no condition, and a bound that says that it is none."""
    x = size * np.array([[1.0], [-1.0], [0.5]])

    proof = certify(x, np.array([0, 1, 1]), HEAD, penalty=1e-3)

    assert proof.condition == math.inf
    assert proof.distance_bound > 1e140


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

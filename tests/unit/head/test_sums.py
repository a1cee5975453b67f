"""Statistics: exact, additive, of one sign, and the same for any number of workers."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from reference import head as reference

from glassline.errors import InputError, LabelError, ShapeError
from glassline.head import (
    Head,
    cross_entropy,
    logit_gradient,
    part_losses,
    smooth,
    softmax,
    statistics,
)


def case(rng, n, d=4, k=3, scale=1.0):
    """Draw parts, labels and a head."""
    head = Head(scale * rng.normal(size=(d, k)), rng.normal(size=k))
    return rng.normal(size=(n, d)), rng.integers(0, k, size=n), head


def moved(head, step):
    """Return the head with step, shape (d + 1, k), added."""
    return Head(head.W + step[:-1], head.b + step[-1])


@pytest.mark.parametrize("amount", [0.0, 0.1, 0.5, 1.0])
@pytest.mark.parametrize("weighted", [False, True], ids=["plain", "weighted"])
@pytest.mark.parametrize("k", [1, 2, 3, 5])
def test_sums_are_those_of_the_parts(rng, amount, weighted, k):
    """Loss and gradient equal the part-wise functions, added up."""
    x, labels, head = case(rng, 300, k=k)
    y = smooth(reference.one_hot(labels, k), amount)
    y[:30] = 0.0
    w = rng.uniform(0.0, 2.0, size=300) if weighted else np.ones(300)
    z = head.logits(x)
    wide = np.hstack([x, np.ones((300, 1))])

    got = statistics(x, y, head, weights=w if weighted else None)

    assert_allclose(got.loss, w @ part_losses(z, y), rtol=1e-13, atol=1e-15)
    assert_allclose(
        got.gradient,
        wide.T @ (w[:, None] * logit_gradient(z, y)),
        rtol=1e-12,
        atol=1e-12,
    )
    assert_allclose(got.weight, w[30:].sum(), rtol=1e-14)


def test_hessian_is_that_of_the_definition(rng):
    """Row i, class c stand at i k + c; compared with loops in 60 digits."""
    x, y, head = case(rng, 12, d=2)
    w = rng.uniform(0.5, 2.0, size=12)
    theta = np.vstack([head.W, head.b])

    got = statistics(x, y, head, weights=w)

    assert_allclose(got.hessian, reference.hessian(x, theta, w), rtol=1e-12, atol=1e-14)


@pytest.mark.slow
def test_gradient_agrees_with_differences(rng):
    """200 draws: the slope along a random step, by central differences of order 4."""
    h = 1e-3

    def slopes():
        x, labels, head = case(rng, 8)
        y = smooth(reference.one_hot(labels, 3), rng.choice([0.0, 0.1, 0.5, 1.0]))
        w, step = rng.uniform(0.1, 2.0, size=8), rng.normal(size=(5, 3))

        def at(t):
            return statistics(
                x, y, moved(head, t * step), weights=w, hessian=False
            ).loss

        exact = (statistics(x, y, head, weights=w).gradient * step).sum()
        return exact, (8 * (at(h) - at(-h)) - (at(2 * h) - at(-2 * h))) / (12 * h)

    exact, measured = np.array([slopes() for _ in range(200)]).T

    assert_allclose(measured, exact, rtol=5e-6, atol=1e-10)


@pytest.mark.parametrize("draws", [200, pytest.param(2000, marks=pytest.mark.soak)])
def test_hessian_is_symmetric_and_never_negative(rng, draws):
    """Symmetric, no eigenvalue below rounding, and blind to a shift of all classes."""

    def look():
        x, y, head = case(rng, 5, scale=rng.choice([0.1, 1.0, 10.0, 100.0]))
        hessian = statistics(x, y, head).hessian
        values = np.linalg.eigvalsh(hessian)
        shift = np.kron(np.eye(5), np.ones((3, 1)))
        size = max(abs(values).max(), 1e-300)
        return (
            abs(hessian - hessian.T).max(),
            values.min() / size,
            abs(hessian @ shift).max() / size,
        )

    asymmetry, lowest, blindness = np.array([look() for _ in range(draws)]).T

    assert_array_equal(asymmetry, 0.0)
    assert lowest.min() >= -1e-12
    assert blindness.max() <= 1e-13


def test_hessian_keeps_its_sign_where_p_rounds_to_1():
    """At logits 40 apart, diag(p) - p p^T loses everything; the pair sums do not."""
    head = Head(np.array([[40.0, 0.0]]), np.zeros(2))

    got = statistics(np.array([[1.0]]), np.array([0]), head).hessian

    expected = math.exp(-40) * np.kron(np.ones((2, 2)), [[1.0, -1.0], [-1.0, 1.0]])
    assert_allclose(got, expected, rtol=1e-13)


@pytest.mark.slow
def test_hessian_agrees_with_differences_of_the_gradient(rng):
    """Products with random steps, by central differences, within 1e-6."""
    h = 1e-4

    def products():
        x, y, head = case(rng, 20)
        step = rng.normal(size=(5, 3))
        ahead = statistics(x, y, moved(head, h * step), hessian=False).gradient
        behind = statistics(x, y, moved(head, -h * step), hessian=False).gradient
        exact = statistics(x, y, head).hessian @ step.reshape(-1)
        return exact, ((ahead - behind) / (2 * h)).reshape(-1)

    exact, measured = np.array([products() for _ in range(200)]).swapaxes(0, 1)

    assert_allclose(measured, exact, rtol=1e-6, atol=1e-6)


def test_statistics_add_up(rng):
    """The sums of two blocks of parts are those of all parts."""
    x, y, head = case(rng, 100)

    both = statistics(x[:37], y[:37], head) + statistics(x[37:], y[37:], head)
    whole = statistics(x, y, head)

    assert_allclose(both.loss, whole.loss, rtol=1e-14)
    assert_allclose(both.gradient, whole.gradient, rtol=1e-12, atol=1e-13)
    assert_allclose(both.hessian, whole.hessian, rtol=1e-12, atol=1e-13)
    assert both.weight == whole.weight


@pytest.mark.parametrize("hessian", [True, False])
@pytest.mark.parametrize("weighted", [True, False])
def test_workers_do_not_change_a_bit(rng, hessian, weighted):
    """1, 2 and 16 workers give identical sums over 30 blocks."""
    x, y, head = case(rng, 240_000)
    w = rng.uniform(size=len(x)) if weighted else None

    one, two, many = (
        statistics(x, y, head, weights=w, hessian=hessian, workers=n)
        for n in (1, 2, 16)
    )

    assert (one.loss, one.weight) == (two.loss, two.weight) == (many.loss, many.weight)
    assert_array_equal(two.gradient, one.gradient)
    assert_array_equal(many.gradient, one.gradient)
    assert_array_equal(np.array(two.hessian, float), np.array(one.hessian, float))
    assert_array_equal(np.array(many.hessian, float), np.array(one.hessian, float))


def test_sums_too_large_to_hold_side_by_side(rng):
    """With 100 classes and 340 blocks workers give way to memory, and change nothing."""
    x, y, head = case(rng, 21_760, d=2, k=100)

    one, two = (statistics(x, y, head, hessian=False, workers=n) for n in (1, 2))

    assert one.loss == two.loss
    assert_array_equal(two.gradient, one.gradient)


def test_many_sums_lose_nothing(rng):
    """Over 240,000 parts the loss is within 1e-12 of an exactly rounded sum."""
    x, y, head = case(rng, 240_000)

    got = statistics(x, y, head, hessian=False).loss

    assert_allclose(got, math.fsum(part_losses(head.logits(x), y)), rtol=1e-12)


@pytest.mark.parametrize("weighted", [False, True])
def test_logits_far_above_the_label(rng, weighted):
    """Where exp would overflow the sums are taken from the largest logit instead."""
    x, y, head = case(rng, 50, scale=3000.0)
    z = head.logits(x)
    w = rng.uniform(0.5, 2.0, size=50) if weighted else np.ones(50)
    wide = np.hstack([x, np.ones((50, 1))])

    got = statistics(x, y, head, weights=w)

    assert z.max() > 5000
    assert_allclose(got.loss, w @ part_losses(z, y), rtol=1e-13)
    assert_allclose(
        got.gradient,
        wide.T @ (w[:, None] * logit_gradient(z, y)),
        rtol=1e-9,
        atol=1e-9,
    )
    assert np.isfinite(got.hessian).all()


def test_logits_as_far_above_the_label_as_can_be():
    """Where the loss itself overflows it is inf, and p is still 0 and 1."""
    head = Head(np.array([[1e308, -1e308]]), np.zeros(2))

    got = statistics(np.array([[1.0]]), np.array([1]), head)

    assert got.loss == math.inf
    assert_array_equal(got.gradient, [[1.0, -1.0], [1.0, -1.0]])


def test_a_wide_hessian_is_summed_in_short_blocks(rng):
    """With 40 features and 5 classes, several short blocks give the definition."""
    x, y, head = case(rng, 2000, d=40, k=5, scale=0.1)
    p = softmax(head.logits(x))
    wide = np.hstack([x, np.ones((2000, 1))])
    curve = np.einsum("na,ab->nab", p, np.eye(5)) - np.einsum("na,nb->nab", p, p)
    expected = np.einsum("ni,nab,nj->iajb", wide, curve, wide, optimize=True)

    got = statistics(x, y, head)

    assert_allclose(got.hessian, expected.reshape(205, 205), rtol=1e-10, atol=1e-10)
    assert_allclose(got.loss / 2000, cross_entropy(head.logits(x), y), rtol=1e-13)


def test_no_parts_sum_to_nothing():
    """An empty block adds zeros, so a stream may hold one."""
    head = Head(np.ones((2, 2)), np.zeros(2))

    got = statistics(np.empty((0, 2)), np.empty(0, np.int64), head)

    assert (got.loss, got.weight) == (0.0, 0)
    assert_array_equal(got.gradient, np.zeros((3, 2)))
    assert_array_equal(got.hessian, np.zeros((6, 6)))


HEAD = Head(np.ones((2, 3)), np.zeros(3))
PART = np.ones((1, 2))


@pytest.mark.parametrize(
    ("x", "y", "options", "error", "message"),
    [
        pytest.param(
            [[1.0, math.nan]],
            [0],
            {},
            InputError,
            r"^x\[0, 1\]: expected a finite number, got nan\.$",
            id="nan",
        ),
        pytest.param(
            np.ones((1, 3)),
            [0],
            {},
            ShapeError,
            r"^x: expected shape \(n, 2\), got \(1, 3\)\.$",
            id="three-features",
        ),
        pytest.param(
            PART,
            [3],
            {},
            LabelError,
            r"^y\[0\]: expected a class id in \[0, 3\), got 3\.$",
            id="label",
        ),
        pytest.param(
            PART,
            [0],
            {"weights": [-1.0]},
            InputError,
            r"^weights\[0\]: expected a number >= 0, got -1\.0\.$",
            id="weight",
        ),
        pytest.param(
            PART,
            [0],
            {"workers": 0},
            InputError,
            r"^workers: expected a number >= 1, got 0\.$",
            id="workers",
        ),
    ],
)
@pytest.mark.bad_shape
def test_refusals(x, y, options, error, message):
    """What can not be summed is refused by name."""
    with pytest.raises(error, match=message):
        statistics(x, y, HEAD, **options)


def test_unlike_statistics_do_not_add():
    """Sums of other shapes, or with and without Hessian, are refused."""
    other = Head(np.ones((2, 2)), np.zeros(2))
    full = statistics(PART, np.array([0]), HEAD)

    with pytest.raises(
        ShapeError,
        match=r"^statistics: expected \(3, 3\) as on the left, got \(3, 2\)\.$",
    ):
        full + statistics(PART, np.array([0]), other)
    with pytest.raises(
        ShapeError, match=r"^statistics: expected a Hessian in both or in neither\.$"
    ):
        full + statistics(PART, np.array([0]), HEAD, hessian=False)
    with pytest.raises(
        TypeError,
        match=r"^unsupported operand type\(s\) for \+: 'Statistics' and 'int'$",
    ):
        full + 1

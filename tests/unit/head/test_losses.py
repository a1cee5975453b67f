"""Cross-entropy and its gradient: digits, extremes, labels of every kind, refusals."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.testing import assert_allclose, assert_array_equal
from reference import head as reference

from glassline.errors import InputError, LabelError, ShapeError
from glassline.head import cross_entropy, logit_gradient, part_losses, smooth, softmax

LARGEST = np.finfo(np.float64).max


def as_floats(rows):
    """Return a matrix of many digits as floats."""
    return np.array([[float(value) for value in row] for row in rows])


wide_rows = st.integers(1, 6).flatmap(
    lambda k: st.tuples(
        hnp.arrays(np.float64, (3, k), elements=st.floats(-690, 690)),
        hnp.arrays(np.int64, (3,), elements=st.integers(0, k - 1)),
    )
)


@pytest.mark.parametrize(
    ("logits", "labels", "expected"),
    [
        pytest.param(
            [[2.0, 0.0], [0.0, 0.0]],
            [0, 1],
            (math.log1p(math.exp(-2)) + math.log(2)) / 2,
            id="docstring",
        ),
        pytest.param([[0.0, 0.0]], [1], math.log(2), id="even-of-two"),
        pytest.param([[7.0, 7.0, 7.0]], [2], math.log(3), id="even-of-three"),
        pytest.param(
            [[0.0, -40.0]], [0], math.log1p(math.exp(-40)), id="confident-and-right"
        ),
        pytest.param([[0.0, -690.0]], [0], math.exp(-690), id="a-loss-of-1e-300"),
        pytest.param([[0.0, 1e308]], [0], 1e308, id="confident-and-wrong"),
        pytest.param([[4.0]], [0], 0.0, id="one-class"),
        pytest.param([[-LARGEST, LARGEST]], [0], math.inf, id="exact-value-overflows"),
        pytest.param(
            [[0.0, 1.5e308], [0.0, 1.5e308]],
            [0, 0],
            1.5e308,
            id="only-the-sum-overflows",
        ),
    ],
)
def test_known_values(logits, labels, expected):
    """Losses that have a closed form are that form."""
    got = cross_entropy(np.array(logits), np.array(labels))

    assert_allclose(got, expected, rtol=1e-13)


@pytest.mark.parametrize("scale", [0.01, 1.0, 10.0, 100.0])
@pytest.mark.parametrize(
    ("k", "n"),
    [
        (1, 50),
        (2, 500),
        (3, 500),
        (10, 200),
        (1000, 2),
        pytest.param(10_000, 1, marks=pytest.mark.soak),
    ],
)
def test_sixty_digits_agree(rng, k, n, scale):
    """Each part's loss is within 1e-13 of 60-digit arithmetic, down to 1e-300."""
    z = scale * rng.normal(size=(n, k))
    y = rng.integers(0, k, size=n)
    expected = [float(loss) for loss in reference.hard_losses(z, y)]

    assert_allclose(part_losses(z, y), expected, rtol=1e-13, atol=1e-300)


@pytest.mark.slow
@given(wide_rows)
@settings(derandomize=True, max_examples=1000, deadline=None)
def test_any_logits_agree_with_sixty_digits(case):
    """No logits within 690 of 0 cost more than 1e-13 of the loss."""
    z, y = case
    expected = [float(loss) for loss in reference.hard_losses(z, y)]

    assert_allclose(part_losses(z, y), expected, rtol=1e-13, atol=1e-300)


@pytest.mark.soak
@given(wide_rows)
@settings(derandomize=True, max_examples=10_000, deadline=None)
def test_many_logits_agree_with_sixty_digits(case):
    """The same over ten thousand cases."""
    z, y = case
    expected = [float(loss) for loss in reference.hard_losses(z, y)]

    assert_allclose(part_losses(z, y), expected, rtol=1e-13, atol=1e-300)


@pytest.mark.bad_shape
def test_single_precision_is_read_exactly(rng):
    """Logits in float32 lose nothing more: their loss is that of the same numbers."""
    z = (10 * rng.normal(size=(200, 3))).astype(np.float32)
    y = rng.integers(0, 3, size=200)

    assert_array_equal(part_losses(z, y), part_losses(z.astype(np.float64), y))


@pytest.mark.parametrize("scale", [0.1, 1.0, 30.0])
def test_shares_agree_with_sixty_digits(rng, scale):
    """Soft rows are weighed class by class without losing digits."""
    z = scale * rng.normal(size=(200, 4))
    y = rng.dirichlet(np.ones(4), size=200)
    expected = [float(loss) for loss in reference.losses(z, y)]

    assert_allclose(part_losses(z, y), expected, rtol=1e-13)


def test_one_hot_rows_are_class_ids(rng):
    """Both ways of writing a label give the same bits."""
    z, y = rng.normal(size=(50, 3)), rng.integers(0, 3, size=50)

    assert_array_equal(part_losses(z, reference.one_hot(y, 3)), part_losses(z, y))
    assert_array_equal(logit_gradient(z, reference.one_hot(y, 3)), logit_gradient(z, y))


def test_undecided_parts_are_left_out_of_the_mean(rng):
    """A row of zeros changes neither the sum nor what it is divided by."""
    z, y = rng.normal(size=(6, 3)), reference.one_hot([0, 1, 2, 0, 1, 2], 3)
    y[[1, 4]] = 0.0
    kept = [0, 2, 3, 5]

    assert_array_equal(part_losses(z, y)[[1, 4]], 0.0)
    assert_array_equal(logit_gradient(z, y)[[1, 4]], 0.0)
    assert_allclose(cross_entropy(z, y), cross_entropy(z[kept], y[kept]), rtol=1e-15)


def test_weights_are_repeats(rng):
    """A part of weight 3 counts like three parts, one of weight 0 like none."""
    z, y = rng.normal(size=(40, 3)), rng.integers(0, 3, size=40)
    w = rng.integers(0, 5, size=40)
    repeated = np.repeat(np.arange(40), w)

    got = cross_entropy(z, y, weights=w.astype(np.float64))

    assert_allclose(got, cross_entropy(z[repeated], y[repeated]), rtol=1e-14)


@pytest.mark.parametrize("amount", [0.0, 0.1, 0.5, 1.0])
@pytest.mark.parametrize("weighted", [False, True], ids=["plain", "weighted"])
@pytest.mark.parametrize("undecided", [0, 20], ids=["decided", "undecided"])
@pytest.mark.parametrize("k", [2, 3, 5, 10])
def test_smoothing_weights_and_undecided_together(rng, amount, weighted, undecided, k):
    """All options at once are the plain formula, written out here."""
    n = 120
    z, y = rng.normal(size=(n, k)), reference.one_hot(rng.integers(0, k, size=n), k)
    y[:undecided] = 0.0
    w = rng.uniform(0.1, 2.0, size=n) if weighted else np.ones(n)
    log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    mixed = (1 - amount) * y + amount / k
    each = -(mixed * log_p).sum(axis=1)[undecided:]

    got = cross_entropy(z, smooth(y, amount), weights=w if weighted else None)

    assert_allclose(got, (w[undecided:] @ each) / w[undecided:].sum(), rtol=1e-13)


def test_full_smoothing_is_the_mean_over_classes(rng):
    """With amount 1 the label no longer matters: the loss is mean(-log p)."""
    z, y = rng.normal(size=(100, 3)), reference.one_hot(rng.integers(0, 3, size=100), 3)
    log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))

    assert_allclose(part_losses(z, smooth(y, 1.0)), -log_p.mean(axis=1), rtol=2e-15)


def test_loss_is_convex(rng):
    """Half way between two logit rows the loss is at most the mean of both."""
    a, b = 20 * rng.normal(size=(2, 1000, 4))
    y = rng.integers(0, 4, size=1000)

    between = part_losses((a + b) / 2, y)

    assert (between <= (part_losses(a, y) + part_losses(b, y)) / 2 + 1e-12).all()


@pytest.mark.parametrize("scale", [0.1, 1.0, 30.0, 100.0])
@pytest.mark.parametrize("k", [1, 2, 3, 10])
def test_gradient_agrees_with_many_digits(rng, k, scale):
    """The difference p - y keeps its digits also where p rounds to 1: relative error <= 1e-13."""
    z = scale * rng.normal(size=(100, k))
    y = reference.one_hot(z.argmax(axis=1), k)
    expected, _ = reference.logit_gradient(z, y)

    assert_allclose(logit_gradient(z, y), as_floats(expected), rtol=1e-13, atol=1e-300)


def soft_case(rng, n, k, scale, least):
    """Draw logits, and shares that sum to 1, some of them as small as 10^-least."""
    y = rng.dirichlet(np.ones(k), size=n) * 10.0 ** -rng.uniform(0, least, size=(n, k))
    y[rng.uniform(size=(n, k)) < 0.2] = 0.0
    y[np.arange(n), rng.integers(0, k, size=n)] += 1.0
    return scale * rng.uniform(-1, 1, size=(n, k)), y / y.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("least", [0, 20, 300])
@pytest.mark.parametrize("scale", [0.1, 30.0, 345.0, 1e4, 1e200, 1e308])
@pytest.mark.parametrize(("k", "n"), [(2, 100), (3, 100), (10, 20), (1000, 1)])
def test_any_shares_agree_with_many_digits(rng, k, n, scale, least):
    """Loss and gradient of soft rows keep 1e-13, from shares of 1e-300 to logits of 1e308."""
    z, y = soft_case(rng, n, k, scale, least)
    exact, sizes = reference.logit_gradient(z, y)

    losses, gradient = part_losses(z, y), logit_gradient(z, y)

    assert_allclose(
        losses,
        [float(loss) for loss in reference.losses(z, y)],
        rtol=1e-13,
        atol=1e-300,
    )
    error = abs(gradient - as_floats(exact))
    assert (error <= 1e-13 * as_floats(sizes) + 1e-300).all()


def test_a_small_share_of_a_part_that_is_certain():
    """The other label pulls with its own small share, which 1 + 1e-20 does not hold."""
    z, y = np.array([[0.0, -800.0]]), np.array([[1.0, 1e-20]])

    assert_allclose(logit_gradient(z, y), [[1e-20, -1e-20]], rtol=1e-13)
    assert_allclose(part_losses(z, y), [800e-20], rtol=1e-13)


def test_a_small_share_of_a_gap_that_no_float_holds():
    """2e308 overflows, 1e-10 of it does not."""
    z, y = np.array([[1e308, -1e308]]), np.array([[1 - 1e-10, 1e-10]])

    assert_allclose(part_losses(z, y), [2e298], rtol=1e-13)
    assert_allclose(cross_entropy(z, y), 2e298, rtol=1e-13)


def test_the_mean_of_a_loss_that_no_float_holds():
    """Of two parts one is 2e308 nats wrong, the other right: 1e308 on average."""
    z = np.array([[-1e308, 1e308], [1e308, -1e308]])

    got = cross_entropy(z, np.array([0, 0]), weights=np.array([3.0, 3.0]))

    assert_allclose(got, 1e308, rtol=1e-13)


def test_rows_weigh_their_sum():
    """A row of 1 - 5e-10 is the same label, counted so much less, above and below."""
    z, y = np.array([[0.0, 2.0], [0.0, 0.0]]), np.array([[0.5, 0.5], [0.0, 1.0]])
    short = y * np.array([[1 - 5e-10], [1.0]])

    got = cross_entropy(z, short)

    assert_allclose(
        got, cross_entropy(z, y, weights=np.array([1 - 5e-10, 1.0])), rtol=1e-15
    )


def test_confident_gradient_is_not_zero():
    """At z = [0, -40] the label's share of the push is as large as the other's."""
    got = logit_gradient(np.array([[0.0, -40.0]]), np.array([0]))

    assert_allclose(got, [[-math.exp(-40), math.exp(-40)]], rtol=1e-13)


@pytest.mark.parametrize("amount", [0.0, 0.1, 0.5, 1.0])
def test_gradient_agrees_with_differences(rng, amount):
    """Central differences of order 4 confirm p - y on 200 parts."""
    z, labels = rng.normal(size=(200, 3)), rng.integers(0, 3, size=200)
    y, h = smooth(reference.one_hot(labels, 3), amount), 1e-3

    def along(c, size):
        moved = z.copy()
        moved[:, c] += size
        return part_losses(moved, y)

    slopes = np.stack(
        [
            (8 * (along(c, h) - along(c, -h)) - (along(c, 2 * h) - along(c, -2 * h)))
            / (12 * h)
            for c in range(3)
        ],
        axis=1,
    )

    assert_allclose(logit_gradient(z, y), slopes, rtol=5e-6, atol=1e-10)


def test_gradient_of_class_ids_is_p_minus_y(rng):
    """The definition, where it loses nothing."""
    z, y = rng.normal(size=(50, 3)), rng.integers(0, 3, size=50)

    assert_allclose(
        logit_gradient(z, y), softmax(z) - reference.one_hot(y, 3), atol=4e-16
    )


@pytest.mark.parametrize("more", [-5e-10, 5e-10])
def test_shares_may_miss_1_by_rounding(more):
    """A row that sums to 1 within 1e-9 is a label."""
    losses = part_losses(np.zeros((1, 2)), np.array([[0.5, 0.5 + more]]))

    assert_allclose(losses, math.log(2) * (1 + more), rtol=1e-13)


def test_no_parts():
    """An empty batch has no losses, and no mean."""
    z, y = np.empty((0, 3)), np.empty(0, dtype=np.int64)

    assert part_losses(z, y).shape == (0,)
    assert logit_gradient(z, y).shape == (0, 3)
    with pytest.raises(
        InputError,
        match=r"^targets: expected at least one decided part with a weight above 0, got none\.$",
    ):
        cross_entropy(z, y)


TWO = np.zeros((2, 3))


@pytest.mark.parametrize(
    ("logits", "targets", "weights", "error", "message"),
    [
        pytest.param(
            [[0.0, math.nan]],
            [0],
            None,
            InputError,
            r"^logits\[0, 1\]: expected a finite number, got nan\.$",
            id="nan",
        ),
        pytest.param(
            [[0.0, 1.0], [-math.inf, math.inf]],
            [0, 0],
            None,
            InputError,
            r"^logits\[1, 0\]: expected a finite number, got -inf \(1 more\)\.$",
            id="infinity",
        ),
        pytest.param(
            TWO,
            [0, 3],
            None,
            LabelError,
            r"^targets\[1\]: expected a class id in \[0, 3\), got 3\.$",
            id="id-too-large",
        ),
        pytest.param(
            TWO,
            [-1, 7],
            None,
            LabelError,
            r"^targets\[0\]: expected a class id in \[0, 3\), got -1 \(1 more\)\.$",
            id="first-bad-id",
        ),
        pytest.param(
            TWO,
            [0],
            None,
            ShapeError,
            r"^targets: expected shape \(2,\), one a part, got \(1,\)\.$",
            id="one-label-short",
        ),
        pytest.param(
            TWO,
            [0.0, 1.0],
            None,
            ShapeError,
            r"^targets: expected shape \(2,\) of integers or \(2, 3\), got \(2,\) of float64\.$",
            id="ids-as-floats",
        ),
        pytest.param(
            TWO,
            np.zeros((2, 2)),
            None,
            ShapeError,
            r"^targets: expected shape \(2,\) of integers or \(2, 3\), got \(2, 2\)\.$",
            id="rows-of-two",
        ),
        pytest.param(
            TWO,
            [[1, 0, 0], [0.5, 0.4, 0]],
            None,
            LabelError,
            r"^targets\[1\]: expected shares >= 0 that sum to 1 \(or to 0: undecided\), got \[0\.5, 0\.4, 0\.0\]\.$",
            id="shares-of-0.9",
        ),
        pytest.param(
            TWO,
            [[1, 0, 0], [0.5, 0.5 - 1.5e-6, 0]],
            None,
            LabelError,
            r"^targets\[1\]: expected shares >= 0 that sum to 1 \(or to 0: undecided\), got \[0\.5, 0\.4999985, 0\.0\]\.$",
            id="shares-just-off",
        ),
        pytest.param(
            TWO,
            [[1.5, -0.5, 0], [1, 0, 0]],
            None,
            LabelError,
            r"^targets\[0\]: expected shares >= 0 that sum to 1 \(or to 0: undecided\), got \[1\.5, -0\.5, 0\.0\]\.$",
            id="negative-share",
        ),
        pytest.param(
            TWO,
            [[1, 0, 0], [0, 0, math.inf]],
            None,
            InputError,
            r"^targets\[1, 2\]: expected a finite number, got inf\.$",
            id="infinite-share",
        ),
        pytest.param(
            TWO,
            [0, 1],
            [1.0],
            ShapeError,
            r"^weights: expected shape \(2,\), one a part, got \(1,\)\.$",
            id="one-weight-short",
        ),
        pytest.param(
            TWO,
            [0, 1],
            [1.0, -2.0],
            InputError,
            r"^weights\[1\]: expected a number >= 0, got -2\.0\.$",
            id="negative-weight",
        ),
        pytest.param(
            TWO,
            [0, 1],
            [math.nan, 1.0],
            InputError,
            r"^weights\[0\]: expected a finite number, got nan\.$",
            id="nan-weight",
        ),
        pytest.param(
            TWO,
            [0, 1],
            [1e308, 1e308],
            InputError,
            r"^weights: expected a finite sum, got inf\. Divide all by one number: only their ratios count\.$",
            id="weights-that-overflow",
        ),
        pytest.param(
            TWO,
            [0, 1],
            [0.0, 0.0],
            InputError,
            r"^targets: expected at least one decided part with a weight above 0, got none\.$",
            id="all-weights-0",
        ),
        pytest.param(
            TWO,
            np.zeros((2, 3)),
            None,
            InputError,
            r"^targets: expected at least one decided part with a weight above 0, got none\.$",
            id="all-undecided",
        ),
        pytest.param(
            [1.0, 2.0],
            [0],
            None,
            ShapeError,
            r"^logits: expected shape \(n, k >= 1\), got \(2,\)\.$",
            id="one-axis",
        ),
    ],
)
@pytest.mark.bad_shape
def test_refusals(logits, targets, weights, error, message):
    """What can not be scored is refused, naming the first offender."""
    with pytest.raises(error, match=message):
        cross_entropy(logits, targets, weights=weights)

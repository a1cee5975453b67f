"""The head itself: W, b, and logits that do not depend on the batch."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from glassline.errors import InputError, ShapeError
from glassline.head import Head, softmax


def test_logits_are_xw_plus_b():
    """Two features and two classes, by hand."""
    head = Head(W=np.array([[1.0, -1.0], [2.0, 0.5]]), b=np.array([0.25, -0.25]))

    z = head.logits(np.array([[3.0, 4.0]]))

    assert_array_equal(z, [[3 * 1 + 4 * 2 + 0.25, 3 * -1 + 4 * 0.5 - 0.25]])
    assert_array_equal(head.probabilities(np.array([[3.0, 4.0]])), softmax(z))
    assert (head.d, head.k) == (2, 2)


def test_the_sum_goes_from_left_to_right():
    """The order ((x0 w0 + x1 w1) + x2 w2) + b shows where rounding does."""
    head = Head(W=np.array([[1.0], [1.0], [1.0]]), b=np.array([1.0]))

    z = head.logits(np.array([[1e16, 1.0, -1e16]]))

    assert_array_equal(z, [[((1e16 + 1.0) + -1e16) + 1.0]])


@pytest.mark.parametrize("d", [1, 4, 37])
@pytest.mark.parametrize("order", ["C", "F"])
def test_batch_does_not_matter(rng, d, order):
    """Of 12,288 logits none differs between a batch of 1, of 7 and of 4,096."""
    x = np.asarray(rng.normal(size=(4096, d)), order=order)
    head = Head(W=rng.normal(size=(d, 3)), b=rng.normal(size=3))
    whole = head.logits(x)

    alone = np.vstack([head.logits(x[i : i + 1]) for i in range(4096)])
    sevens = np.vstack([head.logits(x[i : i + 7]) for i in range(0, 4096, 7)])

    assert_array_equal(alone, whole)
    assert_array_equal(sevens, whole)
    assert_array_equal(
        np.vstack([head.probabilities(x[i : i + 1]) for i in range(0, 4096, 64)]),
        head.probabilities(x)[::64],
    )


def test_no_parts():
    """An empty batch gives no rows."""
    assert Head(np.ones((4, 3)), np.ones(3)).logits(np.empty((0, 4))).shape == (0, 3)


def test_a_head_can_not_change():
    """The numbers are the head's own, and may not be written."""
    W = np.ones((2, 2))
    head = Head(W, np.zeros(2))
    W[0, 0] = 5.0

    assert_array_equal(head.W, np.ones((2, 2)))
    assert not head.W.flags.writeable
    assert not head.b.flags.writeable


def test_small_products_may_vanish():
    """A product below 5e-324 is 0, without a word."""
    head = Head(np.array([[1e-200, 1.0]]), np.zeros(2))

    assert_allclose(head.logits(np.array([[1e-200]])), [[0.0, 1e-200]])


@pytest.mark.parametrize(
    ("W", "b", "error", "message"),
    [
        pytest.param(
            [1.0],
            [1.0],
            ShapeError,
            r"^W: expected shape \(d >= 1, k >= 1\), got \(1,\)\.$",
            id="flat",
        ),
        pytest.param(
            np.zeros((0, 3)),
            np.zeros(3),
            ShapeError,
            r"^W: expected shape \(d >= 1, k >= 1\), got \(0, 3\)\.$",
            id="no-feature",
        ),
        pytest.param(
            np.zeros((4, 3)),
            np.zeros(4),
            ShapeError,
            r"^b: expected shape \(3,\) to match W \(4, 3\), got \(4,\)\.$",
            id="bias-a-feature",
        ),
        pytest.param(
            [[1.0, math.nan]],
            [0.0, 0.0],
            InputError,
            r"^W\[0, 1\]: expected a finite number, got nan\.$",
            id="nan",
        ),
        pytest.param(
            [[1.0, 2.0]],
            [0.0, math.inf],
            InputError,
            r"^b\[1\]: expected a finite number, got inf\.$",
            id="infinite-bias",
        ),
    ],
)
@pytest.mark.bad_shape
def test_no_such_head(W, b, error, message):
    """A head of the wrong shape, or with NaN in it, does not exist."""
    with pytest.raises(error, match=message):
        Head(W, b)


@pytest.mark.parametrize(
    ("x", "error", "message"),
    [
        pytest.param(
            [[1.0, 2.0, 3.0]],
            ShapeError,
            r"^x: expected shape \(n, 2\), got \(1, 3\)\.$",
            id="three-features",
        ),
        pytest.param(
            [1.0, 2.0],
            ShapeError,
            r"^x: expected shape \(n, d >= 1\), got \(2,\)\.$",
            id="one-part-flat",
        ),
        pytest.param(
            [[1.0, 2.0], [3.0, math.nan]],
            InputError,
            r"^x\[1, 1\]: expected a finite number, got nan\.$",
            id="nan",
        ),
        pytest.param(
            [[1.0, -math.inf]],
            InputError,
            r"^x\[0, 1\]: expected a finite number, got -inf\.$",
            id="infinity",
        ),
        pytest.param(
            [["1", "2"]],
            InputError,
            r"^x: expected an array of numbers, got \[\['1', '2'\]\]\.$",
            id="text",
        ),
        pytest.param(
            [[1 + 2j, 0]],
            InputError,
            r"^x: expected an array of numbers, got \[\[\(1\+2j\), 0\]\]\.$",
            id="complex",
        ),
        pytest.param(
            [[1e308, 1e308]],
            InputError,
            r"^logits\[0, 0\]: expected a finite number, got inf \(1 more\)\. x is too large for these weights\.$",
            id="overflow",
        ),
    ],
)
@pytest.mark.bad_shape
def test_no_such_part(x, error, message):
    """A part that can not be judged is refused; there is no NaN verdict."""
    head = Head(np.array([[1.0, 2.0], [3.0, 4.0]]), np.zeros(2))

    with pytest.raises(error, match=message):
        head.probabilities(x)

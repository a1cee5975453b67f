"""Softmax and its logarithm: values, extremes, refusals."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.testing import assert_allclose, assert_array_equal
from reference import head as reference

from glassline.errors import InputError, ShapeError
from glassline.head import log_softmax, softmax

LARGEST = np.finfo(np.float64).max
finite = st.floats(allow_nan=False, allow_infinity=False)
logit_rows = hnp.arrays(
    np.float64, hnp.array_shapes(min_dims=2, max_dims=2, max_side=12), elements=finite
)
modest_rows = hnp.arrays(
    np.float64,
    hnp.array_shapes(min_dims=2, max_dims=2, max_side=8),
    elements=st.floats(-700, 700),
)


@pytest.mark.parametrize(
    ("logits", "expected"),
    [
        pytest.param([0.0, 0.0], [1 / 2, 1 / 2], id="even"),
        pytest.param([math.log(3), 0.0], [3 / 4, 1 / 4], id="three-to-one"),
        pytest.param(
            [[math.log(2), 0.0, 0.0]], [[2 / 4, 1 / 4, 1 / 4]], id="three-classes"
        ),
        pytest.param([5.0], [1.0], id="one-class"),
        pytest.param([0.0, -math.inf], [1.0, 0.0], id="impossible"),
        pytest.param([[LARGEST, -LARGEST]], [[1.0, 0.0]], id="as-far-apart-as-can-be"),
        pytest.param([[LARGEST, LARGEST]], [[1 / 2, 1 / 2]], id="both-largest"),
        pytest.param([[5e-324, 0.0]], [[1 / 2, 1 / 2]], id="smallest-number"),
        pytest.param([[3, 3]], [[1 / 2, 1 / 2]], id="integers"),
    ],
)
@pytest.mark.bad_shape
def test_known_values(logits, expected):
    """Odds that can be said in words give the probabilities in words."""
    got = softmax(np.array(logits))

    assert_allclose(got, expected, rtol=4e-16)


@pytest.mark.parametrize("k", [1, 2, 3, 10, 1000])
@pytest.mark.parametrize("scale", [0.01, 1.0, 10.0, 100.0])
def test_sixty_digits_agree(rng, k, scale):
    """Each probability and its logarithm are within 1e-13 of 60-digit arithmetic."""
    z = scale * rng.normal(size=(max(1, 60 // k), k))
    exact = reference.probabilities(z)
    expected = [[float(p) for p in row] for row in exact]
    log_expected = [[float(reference.mpmath.log(p)) for p in row] for row in exact]

    assert_allclose(softmax(z), expected, rtol=1e-13)
    assert_allclose(
        log_softmax(z)[z != z.max(1, keepdims=True)],
        np.array(log_expected)[z != z.max(1, keepdims=True)],
        rtol=1e-13,
    )


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize(
    "layout",
    [
        pytest.param(np.ascontiguousarray, id="rows"),
        pytest.param(np.asfortranarray, id="columns"),
        pytest.param(lambda z: np.repeat(z, 2, axis=1)[:, ::2], id="strided"),
        pytest.param(lambda z: z[::-1][::-1], id="reversed-twice"),
    ],
)
@pytest.mark.bad_shape
def test_memory_layout_does_not_matter(rng, dtype, layout):
    """Bits depend on the numbers, not on how they lie in memory or may be written."""
    z = (100 * rng.normal(size=(7, 33))).astype(dtype)
    expected = softmax(z.astype(np.float64))
    given = layout(z)
    given.flags.writeable = False

    assert_array_equal(softmax(given), expected)
    assert_array_equal(log_softmax(given), log_softmax(z.astype(np.float64)))


@pytest.mark.parametrize("k", [1, 2, 3, 7, 8, 9, 100, 129, 1000])
def test_batch_does_not_matter(rng, k):
    """A row alone has the bits it has in batches of 7 and 4,096."""
    z = 10 * rng.normal(size=(4096, k))
    p, log_p = softmax(z), log_softmax(z)
    places = [0, 1, 1234, 4095]

    assert_array_equal([softmax(z[i : i + 1])[0] for i in places], p[places])
    assert_array_equal([softmax(z[i]) for i in places], p[places])
    assert_array_equal(softmax(z[100:107]), p[100:107])
    assert_array_equal([log_softmax(z[i : i + 1])[0] for i in places], log_p[places])


@pytest.mark.slow
@given(logit_rows)
@settings(derandomize=True, max_examples=1000, deadline=None)
def test_any_finite_logits_give_shares(z):
    """Up to 1.797e308: shares in [0, 1], sum 1, in the order of the logits."""
    p = softmax(z)
    order = np.argsort(z, axis=1, kind="stable")

    assert np.isfinite(p).all()
    assert (p >= 0).all()
    assert_allclose(p.sum(axis=1), 1.0, rtol=0, atol=4 * np.spacing(1.0))
    assert (np.diff(np.take_along_axis(p, order, axis=1), axis=1) >= 0).all()
    assert (log_softmax(z) <= 0).all()
    assert not np.isnan(log_softmax(z)).any()


@pytest.mark.slow
@given(modest_rows, st.floats(-1000, 1000))
@settings(derandomize=True, max_examples=1000, deadline=None)
def test_a_constant_changes_nothing(z, shift):
    """One constant added to a row changes p by no more than rounding the logits does."""
    assert_allclose(softmax(z + shift), softmax(z), rtol=2e-12, atol=1e-300)


@pytest.mark.slow
@given(modest_rows, st.randoms(use_true_random=False))
@settings(derandomize=True, max_examples=1000, deadline=None)
def test_classes_have_no_favourite(z, random):
    """Classes in another order give the same probabilities in that order."""
    order = list(range(z.shape[1]))
    random.shuffle(order)

    assert_allclose(softmax(z[:, order]), softmax(z)[:, order], rtol=1e-15)


@pytest.mark.slow
@given(modest_rows, st.floats(0.0, 50.0))
@settings(derandomize=True, max_examples=1000, deadline=None)
def test_raising_a_logit_raises_its_probability(z, more):
    """A larger logit never lowers its class and never lifts another."""
    raised = z.copy()
    raised[:, 0] += more
    before, after = softmax(z), softmax(raised)

    assert (after[:, 0] >= before[:, 0] * (1 - 1e-15)).all()
    assert (after[:, 1:] <= before[:, 1:] * (1 + 1e-15)).all()


@pytest.mark.slow
@given(modest_rows)
@settings(derandomize=True, max_examples=1000, deadline=None)
def test_the_two_agree(z):
    """exp(log_softmax) is softmax, as far as the exponent keeps its digits."""
    assert_allclose(np.exp(log_softmax(z)), softmax(z), rtol=1e-12, atol=1e-300)


def test_no_parts_give_no_rows():
    """An empty batch is an empty answer, not an error."""
    assert softmax(np.empty((0, 3))).shape == (0, 3)
    assert log_softmax(np.empty((0, 3))).shape == (0, 3)


def test_confident_logarithm_keeps_its_digits():
    """With z = [0, -40], log p_0 is -log1p(exp(-40)), where p_0 rounds to 1."""
    assert_allclose(
        log_softmax(np.array([0.0, -40.0]))[0], -math.log1p(math.exp(-40)), rtol=1e-15
    )


@pytest.mark.parametrize("function", [softmax, log_softmax])
@pytest.mark.parametrize(
    ("logits", "error", "message"),
    [
        pytest.param(
            [[0.0, 1.0], [0.0, math.nan]],
            InputError,
            r"^logits\[1, 1\]: expected a finite number or -inf, got nan\.$",
            id="nan",
        ),
        pytest.param(
            [math.inf, 1.0],
            InputError,
            r"^logits\[0\]: expected a finite number or -inf, got inf\.$",
            id="inf",
        ),
        pytest.param(
            [[0.0, 1.0], [-math.inf, -math.inf]],
            InputError,
            r"^logits\[1\]: expected at least one class above -inf, got none\.$",
            id="all-impossible",
        ),
        pytest.param(
            [-math.inf],
            InputError,
            r"^logits: expected at least one class above -inf, got none\.$",
            id="all-impossible-alone",
        ),
        pytest.param(
            np.zeros((2, 0)),
            ShapeError,
            r"^logits: expected shape \(n, k >= 1\) or \(k,\), got \(2, 0\)\.$",
            id="no-class",
        ),
        pytest.param(
            3.0,
            ShapeError,
            r"^logits: expected shape \(n, k >= 1\) or \(k,\), got \(\)\.$",
            id="a-number",
        ),
        pytest.param(
            ["a", "b"],
            InputError,
            r"^logits: expected an array of numbers, got \['a', 'b'\]\.$",
            id="text",
        ),
        pytest.param(
            [[1.0], [1.0, 2.0]],
            InputError,
            r"^logits: expected an array of numbers, got \[\[1\.0\], \[1\.0, 2\.0\]\]\.$",
            id="ragged",
        ),
    ],
)
@pytest.mark.bad_shape
def test_refusals(function, logits, error, message):
    """What is no row of logits is refused by name, never answered with NaN."""
    with pytest.raises(error, match=message):
        function(logits)

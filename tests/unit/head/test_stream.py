"""Fit from blocks: the head of the whole, from any cut, or a refusal by name."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from reference import head as reference

from glassline.errors import GlasslineWarning, InputError, LabelError, ShapeError
from glassline.head import Outcome, certify, fit, fit_blocks


def drawn(rng, n):
    """Draw n parts of three overlapping classes."""
    x = rng.normal(size=(n, 4))
    return x, (x @ rng.normal(size=(4, 3)) + rng.gumbel(size=(n, 3))).argmax(axis=1)


def in_blocks(*arrays, size):
    """Return a function that yields the arrays in blocks of this size."""
    return lambda: (
        tuple(array[start : start + size] for array in arrays)
        for start in range(0, len(arrays[0]), size)
    )


def theta(found):
    """Return W and b as one matrix."""
    return np.vstack([found.head.W, found.head.b])


@pytest.mark.parametrize("size", [1, 7, 90])
def test_any_cut_gives_the_head_of_the_whole(rng, size):
    """Few parts in any blocks fit like all parts at once."""
    x, y = drawn(rng, 90)

    found = fit_blocks(in_blocks(x, y, size=size), classes=3, penalty=1e-3)

    whole = fit(x, y, penalty=1e-3)
    assert found.outcome is Outcome.CONVERGED
    assert found.parts_per_class == whole.parts_per_class
    assert_allclose(theta(found), theta(whole), atol=2e-6)
    assert certify(x, y, found.head, penalty=1e-3).gradient_norm <= 1.1e-9


@pytest.mark.parametrize("weighted", [False, True])
def test_many_parts_need_few_passes(rng, weighted):
    """300,000 parts: one pass to look, four to finish, the same bits for 3 workers."""
    x, y = drawn(rng, 300_000)
    arrays = (x, y, rng.uniform(size=len(x))) if weighted else (x, y)
    passes = []

    def blocks():
        passes.append(1)
        return in_blocks(*arrays, size=50_000)()

    found = fit_blocks(blocks, classes=3, penalty=1e-3, tolerance=1e-6)

    again = fit_blocks(blocks, classes=3, penalty=1e-3, tolerance=1e-6, workers=3)
    weights = arrays[2] if weighted else None
    proof = certify(x, y, found.head, penalty=1e-3, weights=weights)
    assert len(passes) <= 2 * 5
    assert any(60_000 < s.parts <= 131_072 for s in found.steps)  # the sample kept
    assert proof.gradient_norm <= 1e-6
    assert_allclose(found.certificate.objective, proof.objective, rtol=1e-13)
    assert_allclose(found.certificate.weight, proof.weight, rtol=1e-13)
    assert_array_equal(theta(again), theta(found))


def test_the_sample_keeps_the_mix(rng):
    """A common class is thinned, a rare one is not: each vote stands for its share.

    The head of the sample, where the search over all parts begins, is then within a
    hundredth of the best one; with a mix of half and half it would be far.
    """
    x = rng.normal(size=(200_000, 1))
    y = (rng.uniform(size=len(x)) < 0.02).astype(np.int64)

    found = fit_blocks(in_blocks(x, y, size=50_000), classes=2, penalty=1e-3)

    begins = next(step for step in found.steps if step.parts == len(x))
    assert begins.objective <= found.certificate.objective * 1.001
    assert min(step.parts for step in found.steps) < 100_000


def test_blocks_too_large_for_floats():
    """The outcome says so, as in a fit of the whole."""
    x, y = np.array([[1e200], [-1e200], [5e199]]), np.array([0, 1, 1])
    with pytest.warns(
        GlasslineWarning, match=r"^class 0 has one part: its weights are guesses\.$"
    ):
        found = fit_blocks(lambda: [(x, y)], classes=2, penalty=0.1)

    assert found.outcome is Outcome.OVERFLOW


def test_the_bound_counts_what_blocks_cost(rng):
    """More blocks are longer sums: the rounding grows with them."""
    x, y = drawn(rng, 90)

    many, one = (
        fit_blocks(in_blocks(x, y, size=size), classes=3, penalty=1e-3).certificate
        for size in (1, 90)
    )

    assert one.rounding < many.rounding < 10 * one.rounding
    assert_allclose(
        one.rounding, fit(x, y, penalty=1e-3).certificate.rounding, rtol=0.1
    )


def test_rows_undecided_and_empty_blocks(rng):
    """Soft rows, undecided rows and a block without parts are read as they should be."""
    x, y = drawn(rng, 300)
    rows = 0.9 * reference.one_hot(y, 3) + 0.1 / 3
    rows[:40] = 0.0

    def blocks():
        yield x[:100], rows[:100]
        yield x[:0], rows[:0]
        yield x[100:], rows[100:]

    found = fit_blocks(blocks, classes=3, penalty=1e-3)

    assert_allclose(theta(found), theta(fit(x, rows, penalty=1e-3)), atol=2e-6)


def test_a_class_without_parts():
    """It is named, as in a fit of the whole."""
    with pytest.warns(
        GlasslineWarning, match=r"^class 2 has no part: its weights are guesses\.$"
    ):
        found = fit_blocks(
            lambda: [(np.array([[0.0], [1.0], [0.5], [2.0]]), np.array([0, 1, 1, 0]))],
            classes=3,
            penalty=0.1,
        )

    assert found.outcome is Outcome.CLASS_MISSING


ONE = (np.array([[0.0], [1.0]]), np.array([0, 1]))


@pytest.mark.parametrize(
    ("second", "error", "message"),
    [
        pytest.param(
            ([[math.nan]], [0]),
            InputError,
            r"^blocks\[1\]: x\[0, 0\]: expected a finite number, got nan\.$",
            id="nan",
        ),
        pytest.param(
            ([[0.0]], [2]),
            LabelError,
            r"^blocks\[1\]: y\[0\]: expected a class id in \[0, 2\), got 2\.$",
            id="label",
        ),
        pytest.param(
            ([[0.0, 1.0]], [0]),
            ShapeError,
            r"^blocks\[1\]: x: expected shape \(n, 1\), got \(1, 2\)\.$",
            id="two-features",
        ),
        pytest.param(
            ([[0.0]], [0], [-1.0]),
            InputError,
            r"^blocks\[1\]: weights\[0\]: expected a number >= 0, got -1\.0\.$",
            id="weight",
        ),
        pytest.param(
            [[0.0]],
            ShapeError,
            r"^blocks\[1\]: expected \(x, y\) or \(x, y, weights\)\.$",
            id="no-pair",
        ),
    ],
)
@pytest.mark.bad_shape
def test_a_bad_block_is_named(second, error, message):
    """The message says which block, and what in it."""
    with pytest.raises(error, match=message):
        fit_blocks(lambda: [ONE, second], classes=2, penalty=1.0)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        pytest.param(
            {"penalty": 0.0},
            r"^penalty: expected a number above 0 for blocks, got 0\.$",
            id="no-penalty",
        ),
        pytest.param(
            {"penalty": -1.0},
            r"^penalty: expected a finite number >= 0, got -1\.0\.$",
            id="negative",
        ),
        pytest.param(
            {"penalty": 1.0, "workers": 0},
            r"^workers: expected a number >= 1, got 0\.$",
            id="workers",
        ),
    ],
)
def test_refused_options(options, message):
    """Options that end no search are refused before anything is read."""
    with pytest.raises(InputError, match=message):
        fit_blocks(lambda: [ONE], classes=2, **options)


def test_nothing_to_read():
    """No block at all is refused."""
    with pytest.raises(
        InputError,
        match=r"^blocks: expected at least one decided part with a weight above 0, got none\.$",
    ):
        fit_blocks(list, classes=2, penalty=1.0)


def test_blocks_that_run_out():
    """A generator object, which can be read once, is found out in the second pass."""
    once = iter([ONE])
    with pytest.raises(
        InputError, match=r"^blocks: expected the same 2 parts in every pass, got 0\.$"
    ):
        fit_blocks(lambda: once, classes=2, penalty=1.0)

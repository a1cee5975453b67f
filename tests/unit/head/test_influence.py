"""Leaving out: each head equals the one that a full fit without the part gives."""

from __future__ import annotations

import time

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from reference import head as reference

from glassline.errors import GlasslineWarning, InputError, LabelError, ShapeError
from glassline.head import (
    Head,
    Outcome,
    correct_label,
    fit,
    forget,
    leave_lots_out,
    leave_one_out,
    smooth,
)

PENALTY = 1e-3


def drawn(rng, n=600):
    """Draw n parts of three overlapping classes."""
    x = rng.normal(size=(n, 4))
    return x, (x @ rng.normal(size=(4, 3)) + rng.gumbel(size=(n, 3))).argmax(axis=1)


def optimum(x, y, weights=None, penalty=PENALTY):
    """Return the head fitted to all the digits there are."""
    return fit(x, y, penalty=penalty, weights=weights, tolerance=1e-13, classes=3).head


def theta(head):
    """Return W and b as one matrix."""
    return np.vstack([head.W, head.b])


@pytest.mark.slow
def test_each_head_is_that_of_a_cold_fit(rng):
    """All 600 leave-one-out heads say the same of all parts as cold fits, to 1e-8."""
    x, y = drawn(rng)
    every = np.arange(600)

    left = leave_one_out(x, y, optimum(x, y), penalty=PENALTY)

    cold = [
        optimum(np.delete(x, i, axis=0), np.delete(y, i)).probabilities(x)
        for i in every[::5]
    ]
    assert_array_equal(left.parts, every)
    assert_allclose(left.probabilities(x)[::5], cold, rtol=0, atol=1e-8)


@pytest.mark.slow
def test_six_hundred_refits_are_quick(rng):
    """All of them take less than half a second of one core."""
    x, y = drawn(rng)
    head = optimum(x, y)

    def took():
        start = time.process_time()
        leave_one_out(x, y, head, penalty=PENALTY)
        return time.process_time() - start

    assert min(took() for _ in range(3)) <= 0.5


def test_a_part_far_off_the_scale(rng):
    """Logits beyond 1,000, whose exponentials no float holds: as cold fits."""
    x, y = drawn(rng, n=60)
    head = optimum(x, y)
    x[:3] = 2000.0 * np.sign(head.W.T)  # each so far on its class's side

    y[:3] = head.logits(x[:3]).argmax(axis=1)
    head = optimum(x, y)
    left = leave_one_out(x, y, head, penalty=PENALTY)

    cold = [
        optimum(np.delete(x, i, axis=0), np.delete(y, i)).probabilities(x)
        for i in range(60)
    ]
    assert head.logits(x).max() > 1000
    assert_allclose(left.probabilities(x), cold, rtol=0, atol=1e-8)


@pytest.mark.parametrize("penalty", [1e-3, 0.0])
def test_rows_and_weights(rng, penalty):
    """Soft rows, weights and an undecided part: as a cold fit, and no effect."""
    x, ids = drawn(rng, n=60)
    y = smooth(reference.one_hot(ids, 3), 0.2)
    y[7] = 0.0
    w = rng.uniform(0.5, 3.0, size=60)
    head = optimum(x, y, w, penalty)

    left = leave_one_out(x, y, head, penalty=penalty, weights=w, parts=[3, 7])

    keep = np.delete(np.arange(60), 3)
    assert_allclose(
        theta(left.head(0)),
        theta(optimum(x[keep], y[keep], w[keep], penalty)),
        atol=1e-7,
    )
    assert_allclose(theta(left.head(1)), theta(head), atol=1e-9)


def test_weights_below_1_in_all(rng):
    """Only the ratio of weights counts, also for what is left."""
    x, y = drawn(rng, n=60)
    w = rng.uniform(0.5, 3.0, size=60)
    head, lots = optimum(x, y, w), ["a", "b", "b"] * 20

    small = leave_one_out(x, y, head, penalty=PENALTY, weights=1e-6 * w)
    fits = leave_lots_out(x, y, lots, head, penalty=PENALTY, weights=1e-6 * w)

    others = np.array(lots) == "a"
    plain = leave_one_out(x, y, head, penalty=PENALTY, weights=w)
    assert_allclose(small.W, plain.W, atol=1e-9)
    assert_allclose(
        theta(fits["b"].head),
        theta(optimum(x[others], y[others], w[others])),
        atol=1e-8,
    )


def test_a_part_that_holds_a_class_up(rng):
    """Without the only scratch the head moves far: such parts are refitted in full."""
    x, y = np.vstack([rng.normal(size=(30, 2)), [[6.0, 6.0]]]), np.array([0] * 30 + [1])
    with pytest.warns(
        GlasslineWarning, match=r"^class 1 has one part: its weights are guesses\.$"
    ):
        head = fit(x, y, penalty=1e-4, tolerance=1e-12).head

    left = leave_one_out(x, y, head, penalty=1e-4, parts=[30])

    with pytest.warns(
        GlasslineWarning, match=r"^class 1 has no part: its weights are guesses\.$"
    ):
        cold = fit(x[:30], y[:30], penalty=1e-4, tolerance=1e-12, classes=2)
    assert_allclose(theta(left.head(0)), theta(cold.head), atol=1e-7)


def test_dependent_features_without_penalty(rng):
    """Where the Hessian has no inverse, the full fit takes over."""
    x, y = drawn(rng, n=60)
    x = np.hstack([x, np.zeros((60, 1))])
    with pytest.warns(
        GlasslineWarning, match=r"^x\[:, 4\] is 0 on every part: it tells nothing\.$"
    ):
        head = fit(x, y, penalty=0.0, tolerance=1e-12).head

    left = leave_one_out(x, y, head, penalty=0.0, parts=[5])

    keep = np.delete(np.arange(60), 5)
    cold = fit(x[keep, :4], y[keep], penalty=0.0, tolerance=1e-12).head
    assert_allclose(left.W[0, :4], cold.W, atol=1e-7)
    assert_allclose(left.W[0, 4], 0.0, atol=1e-15)


def test_a_penalty_below_rounding():
    """Beside two features that are one, a penalty of 1e-30 gives no inverse either."""
    x, y = np.array([[0.0, 0.0], [1.0, 1.0], [2.0, 2.0], [3.0, 3.0]]), np.arange(4) % 2
    head = Head(np.zeros((2, 2)), np.zeros(2))

    left = leave_one_out(x, y, head, penalty=1e-30, parts=[0])

    assert left.outcomes == (Outcome.CONVERGED,)
    assert left.distance_bound[0] > 1e10  # which says how little such a penalty holds


def test_wide_x_is_refitted_one_by_one(rng):
    """Above 300 weights there is no Hessian to share."""
    x = rng.normal(size=(40, 120))
    y = np.arange(40) % 3
    head = optimum(x, y, penalty=0.1)

    left = leave_one_out(x, y, head, penalty=0.1, parts=[0])

    assert_allclose(
        theta(left.head(0)), theta(optimum(x[1:], y[1:], penalty=0.1)), atol=1e-9
    )


def test_each_head_says_how_it_ended_and_how_far_it_can_be(rng):
    """Beside a fit without the part in 60 digits, on x of a size that costs digits."""
    x, y = drawn(rng, n=20)
    x = 1e3 * x[:, :2]
    head = optimum(x, y)

    left = leave_one_out(x, y, head, penalty=PENALTY, parts=[0, 7])

    keep = np.delete(np.arange(20), 7)
    away = reference.distance_to_optimum(
        x[keep],
        reference.one_hot(y[keep], 3),
        theta(left.head(1)),
        PENALTY,
        np.ones(19),
    )
    assert set(left.outcomes) <= {Outcome.CONVERGED, Outcome.PRECISION}
    assert float(away) <= left.distance_bound[1] < 1e-3


@pytest.mark.parametrize(
    ("size", "penalty", "outcome"),
    [
        pytest.param(1e6, 1e-3, Outcome.PRECISION, id="large-x"),
        pytest.param(1e155, 1e-3, Outcome.OVERFLOW, id="x-that-overflows"),
        pytest.param(1.0, 1e-3, Outcome.CONVERGED, id="as-it-should-be"),
    ],
)
def test_a_refit_that_could_not_be_finished_says_so(rng, size, penalty, outcome):
    """Gradients on large x do not reach 1e-12, and beyond 1e154 there are none."""
    x, y = drawn(rng, n=40)
    head = Head(np.zeros((4, 3)), np.zeros(3))

    left = leave_one_out(size * x, y, head, penalty=penalty, parts=[0, 1])

    fits = leave_lots_out(size * x, y, [0, 1] * 20, head, penalty=penalty)
    assert left.outcomes == (outcome, outcome)
    assert [found.outcome for found in fits.values()] == [outcome, outcome]
    assert (left.distance_bound > 0).all()


def test_classes_that_come_apart_without_a_part():
    """Without penalty and without the part that overlapped there is no optimum."""
    x = np.array([[0.0], [1.0], [2.0], [3.0], [2.5], [0.5]])
    y = np.array([0, 0, 1, 1, 0, 1])
    head = fit(x, y, penalty=0.0).head

    left = leave_one_out(x, y, head, penalty=0.0, parts=[4, 0])
    fits = leave_lots_out(x, y, [*"abcdef"], head, penalty=0.0)

    apart = leave_one_out(x[:4], y[:4], head, penalty=0.0, parts=[0])
    assert left.outcomes == (Outcome.CONVERGED, Outcome.CONVERGED)
    assert fits["e"].outcome is Outcome.CONVERGED
    assert apart.outcomes == (Outcome.SEPARABLE,)
    assert_array_equal(left.distance_bound, np.inf)


def test_a_class_that_goes_with_its_only_part(rng):
    """Its probability rests on the penalty alone: the outcome of a full fit."""
    x, y = drawn(rng, n=60)
    y[y == 2] = 1
    y[4] = 2
    with pytest.warns(GlasslineWarning, match=r"^class 2 has one part"):
        head = optimum(x, y)

    left = leave_one_out(x, y, head, penalty=PENALTY, parts=[4, 5])

    assert left.outcomes == (Outcome.CLASS_MISSING, Outcome.CONVERGED)


def test_a_part_that_outweighs_all_others(rng):
    """What is left is summed anew: the difference of the sums has no digits."""
    x, y = drawn(rng, n=30)
    w = np.ones(30)
    w[3] = 1e17
    keep = np.delete(np.arange(30), 3)
    head = optimum(x[keep], y[keep])

    left = leave_one_out(x, y, head, penalty=PENALTY, weights=w, parts=[3])

    assert_allclose(theta(left.head(0)), theta(head), atol=1e-9)
    assert left.outcomes == (Outcome.CONVERGED,)


def test_lots(rng):
    """Each lot's head is that of a cold fit to the other lots."""
    x, y = drawn(rng, n=150)
    lots = ["a", "b", "c"] * 50

    fits = leave_lots_out(x, y, lots, optimum(x, y), penalty=PENALTY)

    others = np.array(lots) != "b"
    assert list(fits) == ["a", "b", "c"]
    assert_allclose(
        theta(fits["b"].head), theta(optimum(x[others], y[others])), atol=1e-9
    )


def test_a_corrected_label_is_a_full_retrain(rng):
    """The head and every probability are those of a cold fit with the new label."""
    x, y = drawn(rng)
    changed = y.copy()
    changed[17] = (y[17] + 1) % 3

    found = correct_label(
        x, y, optimum(x, y), part=17, label=int(changed[17]), penalty=PENALTY
    )

    cold = optimum(x, changed)
    assert found.certificate.gradient_norm <= 1e-12
    assert_allclose(
        found.head.probabilities(x), cold.probabilities(x), rtol=0, atol=1e-9
    )


@pytest.mark.slow
def test_a_corrected_label_takes_no_time(rng):
    """Less than 5 ms of one core for 600 parts, with every check."""
    x, y = drawn(rng)
    head = optimum(x, y)

    def took(part):
        start = time.process_time()
        correct_label(x, y, head, part=part, label=0, penalty=PENALTY)
        return time.process_time() - start

    assert min(took(part) for part in range(20)) <= 0.005


def test_a_corrected_row(rng):
    """An undecided row gets a label too."""
    x, ids = drawn(rng, n=100)
    y = reference.one_hot(ids, 3)
    y[4] = 0.0

    found = correct_label(
        x, y, optimum(x, y), part=4, label=int(ids[4]), penalty=PENALTY
    )

    assert_allclose(theta(found.head), theta(optimum(x, ids)), atol=1e-9)
    assert_array_equal(y[4], np.zeros(3))


@pytest.mark.parametrize("weighted", [False, True])
def test_what_is_forgotten_was_never_there(rng, weighted):
    """Forgetting 20 parts gives the head that never saw them."""
    x, y = drawn(rng, n=200)
    w = rng.uniform(0.5, 2.0, size=200) if weighted else None
    kept = np.arange(20, 200)

    found = forget(x, y, optimum(x, y, w), parts=range(20), penalty=PENALTY, weights=w)

    cold = optimum(x[kept], y[kept], None if w is None else w[kept])
    assert_allclose(theta(found.head), theta(cold), atol=1e-9)
    assert found.certificate.distance_bound <= 1e-9


X, Y = np.array([[0.0], [1.0]]), np.array([0, 1])
HEAD = Head(np.zeros((1, 2)), np.zeros(2))


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        pytest.param(
            lambda: leave_one_out(X, Y, HEAD, penalty=1.0, parts=[2]),
            InputError,
            r"^part: expected one of \[0, 2\), got 2\.$",
            id="no-such-part",
        ),
        pytest.param(
            lambda: leave_one_out(X, Y, HEAD, penalty=-1.0),
            InputError,
            r"^penalty: expected a finite number >= 0, got -1\.0\.$",
            id="penalty",
        ),
        pytest.param(
            lambda: leave_one_out(X[:1], Y[:1], HEAD, penalty=1.0),
            InputError,
            r"^parts: expected at least one decided part left, got none\.$",
            id="the-only-part",
        ),
        pytest.param(
            lambda: leave_lots_out(X, Y, ["a"], HEAD, penalty=1.0),
            ShapeError,
            r"^lots: expected 2 names, one a part, got 1\.$",
            id="one-lot-name",
        ),
        pytest.param(
            lambda: leave_lots_out(X, Y, ["a", "a"], HEAD, penalty=1.0),
            InputError,
            r"^parts: expected at least one decided part left, got none\.$",
            id="one-lot-of-all",
        ),
        pytest.param(
            lambda: correct_label(X, Y, HEAD, part=-1, label=0, penalty=1.0),
            InputError,
            r"^part: expected one of \[0, 2\), got -1\.$",
            id="part-before-the-first",
        ),
        pytest.param(
            lambda: correct_label(X, Y, HEAD, part=0, label=2, penalty=1.0),
            LabelError,
            r"^label: expected a class id in \[0, 2\), got 2\.$",
            id="no-such-class",
        ),
        pytest.param(
            lambda: forget(X, Y, HEAD, parts=[0, 5], penalty=1.0),
            InputError,
            r"^part: expected one of \[0, 2\), got 5\.$",
            id="forget-whom",
        ),
    ],
)
def test_refusals(call, error, message):
    """What can not be left out, corrected or forgotten is refused by name."""
    with pytest.raises(error, match=message):
        call()

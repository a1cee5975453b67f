"""Standard errors and intervals: against the exact posterior, and what they promise."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.testing import assert_allclose
from reference.sampling import Target, draws

from glassline.errors import InputError
from glassline.head import Head, fit, laplace_posterior, softmax

PENALTY = 1e-3


def drawn(rng, n, true):
    """Draw n parts from a true head."""
    x = rng.normal(size=(n, true.d))
    return x, (true.logits(x) + rng.gumbel(size=(n, true.k))).argmax(axis=1)


def log_odds(p):
    """Return the scale on which an interval is symmetric."""
    return np.log(p / (1 - p))


def test_one_proportion():
    """Log odds of m in n: standard error sqrt(n / (m (n - m))), half of it a bias."""
    y = np.array([0] * 30 + [1] * 70)
    x = np.zeros((100, 1))
    bias = np.array([math.log(0.3), math.log(0.7)])
    head = Head(np.zeros((1, 2)), bias - bias.mean())

    found = laplace_posterior(x, y, head, penalty=1e-9)

    error = math.sqrt(100 / (30 * 70))
    ends = 1 / (
        1 + np.exp(-(math.log(0.7 / 0.3) + np.array([-1, 1]) * 1.959964 * error))
    )
    assert_allclose(found.standard_errors[1], error / 2, rtol=1e-6)
    assert_allclose(found.intervals(np.zeros((1, 1)))[0, 1], ends, rtol=1e-6)


@pytest.mark.slow
def test_long_chains_agree(rng):
    """50 chains over the 10 directions, 1,000 parts: deviations to 5 %, shares to 3 %."""
    n, classes = 1000, np.eye(3)
    true = Head(rng.normal(size=(4, 3)), np.array([0.5, 0.0, -0.5]))
    x, y = drawn(rng, n, true)
    head = fit(x, y, penalty=PENALTY).head
    found = laplace_posterior(x, y, head, penalty=PENALTY)
    values, vectors = np.linalg.eigh(found.covariance)
    kept = values > 1e-12 * values[-1]
    target = Target(
        wide=np.hstack([x, np.ones((n, 1))]),
        rows=classes[y],
        precision=n * PENALTY,
        centre=np.vstack([head.W, head.b]),
        root=vectors[:, kept] * np.sqrt(values[kept]),
    )

    theta = draws(target, 50, 60, rng)

    between, within = theta.mean(axis=0).var(axis=0), theta.var(axis=0).mean(axis=0)
    thetas = theta.reshape(-1, 5, 3)
    seen = softmax((np.array([1.0, -1.0, 0.5, 0.5, 1.0]) @ thetas).reshape(-1, 3))
    ends = found.intervals(np.array([[1.0, -1.0, 0.5, 0.5]]), level=0.9)[0]
    inside = ((seen > ends[:, 0]) & (seen < ends[:, 1])).mean(axis=0)
    middle, reach = np.median(log_odds(seen), axis=0), log_odds(ends)
    measured = log_odds(np.quantile(seen, [0.05, 0.95], axis=0).T)
    assert int(kept.sum()) == 10
    assert (between / within).max() < 0.05  # every chain tells the same
    assert_allclose(np.vstack(found.standard_errors), thetas.std(axis=0), rtol=0.05)
    assert_allclose(inside, 0.9, atol=0.03)
    assert_allclose(measured, reach, rtol=0, atol=0.1 * np.diff(reach).max())
    assert_allclose(middle, reach.mean(axis=1), rtol=0, atol=0.1 * np.diff(reach).max())


@pytest.mark.slow
def test_intervals_cover_the_truth(rng):
    """Over 60 draws of 300 parts, 90 % intervals hold the true probability 9 times of 10."""
    true = Head(np.array([[1.0, -1.0, 0.0]]), np.zeros(3))
    part = np.array([[0.7]])
    expected = true.probabilities(part)[0]

    def holds():
        x, y = drawn(rng, 300, true)
        head = fit(x, y, penalty=1e-6).head
        ends = laplace_posterior(x, y, head, penalty=1e-6).intervals(part, level=0.9)[0]
        return (ends[:, 0] < expected) & (expected < ends[:, 1])

    assert_allclose(np.mean([holds() for _ in range(60)]), 0.9, atol=0.07)


def test_more_parts_say_more(rng):
    """Four times the parts halve the standard errors."""
    true = Head(rng.normal(size=(2, 3)), np.zeros(3))
    x, y = drawn(rng, 500, true)
    head = fit(x, y, penalty=1e-6).head

    once = laplace_posterior(x, y, head, penalty=1e-6)
    four = laplace_posterior(np.tile(x, (4, 1)), np.tile(y, 4), head, penalty=1e-6)

    assert_allclose(four.standard_errors[0], once.standard_errors[0] / 2, rtol=1e-10)


def test_far_parts_have_wide_intervals(rng):
    """Ends stay inside [0, 1], in order, and open up away from what was seen."""
    true = Head(np.array([[1.0, -1.0, 0.0]]), np.zeros(3))
    x, y = drawn(rng, 100, true)
    found = laplace_posterior(x, y, fit(x, y, penalty=PENALTY).head, penalty=PENALTY)

    ends = found.intervals(np.array([[0.0], [1.0], [30.0], [3000.0]]))

    p = found.head.probabilities(np.array([[0.0], [1.0], [30.0], [3000.0]]))
    assert ((ends[..., 0] <= p) & (p <= ends[..., 1])).all()
    assert ((ends >= 0) & (ends <= 1)).all()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        pytest.param(
            lambda head: laplace_posterior(
                np.ones((1, 1)),
                np.array([0]),
                Head(np.ones((1, 1)), np.ones(1)),
                penalty=1.0,
            ),
            r"^head: expected at least two classes, got 1\.$",
            id="one-class",
        ),
        pytest.param(
            lambda head: laplace_posterior(
                np.full((1, 1), 1e200), np.array([0]), head, penalty=1.0
            ),
            r"^x: expected numbers whose squares add up to a finite one, got inf\. Divide x by its spread\.$",
            id="squares-overflow",
        ),
        pytest.param(
            lambda head: laplace_posterior(
                np.ones((1, 1)), np.array([0]), head, penalty=0.0
            ),
            r"^penalty: expected a number above 0, got 0\.$",
            id="no-penalty",
        ),
        pytest.param(
            lambda head: laplace_posterior(
                np.ones((1, 1)), np.zeros((1, 2)), head, penalty=1.0
            ),
            r"^y: expected at least one decided part with a weight above 0, got none\.$",
            id="undecided",
        ),
        pytest.param(
            lambda head: laplace_posterior(
                np.ones((1, 1)), np.array([0]), head, penalty=1.0
            ).intervals(np.ones((1, 1)), level=1.0),
            r"^level: expected a number in \(0, 1\), got 1\.0\.$",
            id="level",
        ),
    ],
)
def test_refusals(call, message):
    """Without a penalty, a decided part or a level there is no interval."""
    with pytest.raises(InputError, match=message):
        call(Head(np.zeros((1, 2)), np.zeros(2)))

"""The margins of decision and novelty against exact arithmetic that shares no code."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from numpy.typing import NDArray

from glassline.export.margins import Rounding, decision_is_open
from glassline.export.rules import Ellipsoids, Rules
from glassline.model import Model

SINGLE = Rounding(2.0**-24)
PARTS = 60
Numbers = NDArray[np.float64]


def _single(rules: Rules, u: Numbers, rng: np.random.Generator) -> Numbers:
    """Probabilities in single precision, in the order of the block; exp is off by 4."""
    W, b = rules.W.astype(np.float32), rules.b.astype(np.float32)
    x = u.astype(np.float32)  # within the clip: there is no end to reach
    z = x[:, :1] * W[0]
    for i in range(1, rules.d):
        z = z + x[:, i : i + 1] * W[i]
    z = z + b
    e = np.exp(z - z.max(axis=1, keepdims=True))
    e = e * (1 + rng.choice([-3.5, 3.5], e.shape) * 2.0**-23).astype(np.float32)
    p = _divided(e)
    if rules.ratio is not None:
        p = _divided(p * rules.ratio.astype(np.float32))
    return p


def _divided(e: Numbers) -> Numbers:
    total = e[:, 0]
    for c in range(1, e.shape[1]):
        total = total + e[:, c]
    return e / total[:, np.newaxis]


def _costs(rules: Rules, p: Numbers) -> Numbers:
    """Expected costs in single precision, class by class."""
    costs = rules.costs.astype(np.float32)
    found = p[:, :1] * costs[0]
    for c in range(1, rules.k):
        found = found + p[:, c : c + 1] * costs[c]
    return found


def _exact(rules: Rules, u: Numbers) -> list[list[mpmath.mpf]]:
    """Probabilities to sixty digits."""
    return [_exact_row(rules, row) for row in u.tolist()]


def _exact_row(rules: Rules, row: list[float]) -> list[mpmath.mpf]:
    with mpmath.workdps(60):
        z = [
            mpmath.fsum(
                [mpmath.mpf(v) * w for v, w in zip(row, column, strict=True)] + [bias]
            )
            for column, bias in zip(rules.W.T.tolist(), rules.b.tolist(), strict=True)
        ]
        ratio = [1.0] * rules.k if rules.ratio is None else rules.ratio.tolist()
        e = [mpmath.exp(each) * share for each, share in zip(z, ratio, strict=True)]
        return [each / mpmath.fsum(e) for each in e]


@pytest.fixture(params=["as trained", "with priors"])
def rules(request: pytest.FixtureRequest, settled: Model) -> Rules:
    """The rules of a model; decided by cost, no part being novel."""
    ratio = {"as trained": None, "with priors": np.array([1.9, 0.2, 0.9])}
    return replace(
        Rules.of(settled), region=None, threshold=None, ratio=ratio[request.param]
    )


def test_where_rounding_turns_two_costs_the_decision_is_open(
    rules: Rules, rng: np.random.Generator
) -> None:
    """Accepting is made to cost what rejecting does, between what each side computes."""
    u = rng.uniform(-4, 4, (PARTS, 4))
    single = _costs(rules, _single(rules, u, rng)).astype(float)
    turned = []
    for row, p, computed in zip(u, _exact(rules, u), single, strict=True):
        exact = [
            mpmath.fsum([a * b for a, b in zip(p, column, strict=True)])
            for column in rules.costs.T.tolist()
        ]
        between = float(exact[1] - exact[0]) / 2 + (computed[1] - computed[0]) / 2
        costs = rules.costs + np.array([between, 0.0, 0.0])  # the shares add up to 1
        costs[:, 2] += 100.0  # a person is far too dear
        moved = replace(rules, costs=costs)
        lead = _costs(moved, _single(moved, row[None], rng)).astype(float)[0]
        truth = mpmath.fsum(
            [a * (c - d) for a, c, d in zip(p, *costs.T.tolist()[:2], strict=True)]
        )
        if (lead[0] - lead[1]) * truth <= 0:
            turned.append(decision_is_open(moved, row[None], SINGLE)[0])

    assert len(turned) > PARTS / 4
    assert all(turned)


def test_where_rounding_turns_a_threshold_the_decision_is_open(
    rules: Rules, rng: np.random.Generator
) -> None:
    """The threshold of a guarantee between the exact probability and the computed one."""
    u = rng.uniform(-4, 4, (PARTS, 4))
    computed = _single(rules, u, rng)[:, 0].astype(float)
    exact = [float(row[0]) for row in _exact(rules, u)]

    found = [
        decision_is_open(replace(rules, threshold=limit), row[None], SINGLE)[0]
        for row, limit in zip(u, (computed + exact) / 2, strict=True)
    ]

    assert all(found)


def test_away_from_every_limit_nothing_is_open(
    rules: Rules, rng: np.random.Generator
) -> None:
    """The margin is no idle one: a thousandth of a probability is beyond it."""
    u = rng.uniform(-1, 1, (PARTS, 4))
    costs = np.array([[0.0, 50.0, 90.0], [9.0, 50.0, 90.0], [9.0, 50.0, 90.0]])
    exact = [float(row[0]) for row in _exact(rules, u)]
    plain = replace(rules, costs=costs)

    found = [
        decision_is_open(replace(plain, threshold=p * 1.001), row[None], SINGLE)[0]
        for row, p in zip(u, exact, strict=True)
    ]

    assert not any(found)


def _square_single(u: Numbers, center: Numbers, inverse: Numbers) -> float:
    """(u - m) A^-1 (u - m)^T in single precision, row by row."""
    away = (u.astype(np.float32) - center.astype(np.float32)).astype(np.float32)
    rows = inverse.astype(np.float32)
    total = np.float32(0)
    for i in range(len(u)):
        row = np.float32(0)
        for j in range(len(u)):
            row = np.float32(row + rows[i, j] * away[j])
        total = np.float32(total + away[i] * row)
    return float(total)


def _square_exact(u: Numbers, center: Numbers, inverse: Numbers) -> Fraction:
    away = [
        Fraction(v) - Fraction(m)
        for v, m in zip(u.tolist(), center.tolist(), strict=True)
    ]
    return sum(
        (
            a * Fraction(w) * b
            for a, row in zip(away, inverse.tolist(), strict=True)
            for b, w in zip(away, row, strict=True)
        ),
        Fraction(0),
    )


@pytest.mark.parametrize("spread", [0.05, 1.0, 30.0])
def test_where_rounding_turns_novelty_the_decision_is_open(
    settled: Model, rng: np.random.Generator, spread: float
) -> None:
    """The limit where single precision puts the part; a hundredth beyond it nothing is."""
    rules = replace(
        Rules.of(settled), threshold=0.0, costs=np.array([[0.0, 50.0, 90.0]] * 3)
    )
    root = rng.normal(0, spread, (4, 4))
    inverse = root @ root.T  # as unlike a ball as four features make it
    center = rng.normal(0, 2, 4)
    at, beyond, far = [], [], []
    for u in rng.uniform(-5, 5, (PARTS, 4)):
        exact = float(_square_exact(u, center, inverse))
        computed = _square_single(u, center, inverse)
        for limit, said in ((computed, at), (exact, at), (1.5 * exact, beyond)):
            region = Ellipsoids(center[None], inverse[None], limit)
            is_open = decision_is_open(replace(rules, region=region), u[None], SINGLE)
            said.append(bool(is_open[0]))
        far.append(computed != exact)

    assert all(at)
    assert sum(far) > PARTS / 2
    assert not all(beyond)

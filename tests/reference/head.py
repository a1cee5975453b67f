"""The mathematics of the head in plain Python and 60 digits, from docs/method.md."""

from __future__ import annotations

from collections.abc import Sequence

import mpmath
import numpy as np
from numpy.typing import NDArray

Rows = Sequence[Sequence[float]]
Matrix = list[list[mpmath.mpf]]
DIGITS = 60


def probabilities(logits: Rows) -> Matrix:
    """Return exp(z_c) / sum_j exp(z_j) a row."""
    with mpmath.workdps(DIGITS):
        powers = [[mpmath.exp(mpmath.mpf(float(z))) for z in row] for row in logits]
        return [[e / mpmath.fsum(row) for e in row] for row in powers]


def losses(logits: Rows, targets: Rows) -> list[mpmath.mpf]:
    """Return -sum_c y_c log p_c a row."""
    with mpmath.workdps(DIGITS):
        found = []
        for z, y in zip(logits, targets, strict=True):
            exact = [mpmath.mpf(float(value)) for value in z]
            log_sum = mpmath.log(mpmath.fsum(mpmath.exp(value) for value in exact))
            found.append(
                mpmath.fsum(
                    mpmath.mpf(float(share)) * (log_sum - value)
                    for share, value in zip(y, exact, strict=True)
                )
            )
        return found


def hard_losses(logits: Rows, labels: Sequence[int]) -> list[mpmath.mpf]:
    """Return log(1 + sum_{j != y} exp(z_j - z_y)) a row, in as many digits as it takes."""
    found = []
    for z, label in zip(logits, labels, strict=True):
        own = mpmath.mpf(float(z[label]))
        with mpmath.workdps(800):  # differences of numbers as far apart as 1e300
            gaps = [mpmath.mpf(float(v)) - own for j, v in enumerate(z) if j != label]
        with mpmath.workdps(DIGITS):
            odds = mpmath.fsum(mpmath.exp(gap) for gap in gaps)
            with mpmath.workdps(400):  # so that 1 + 1e-300 is not 1
                found.append(mpmath.log(1 + odds))
    return found


def logit_gradient(logits: Rows, targets: Rows) -> Matrix:
    """Return p_c sum(y) - y_c a row, subtracted in 400 digits."""
    with mpmath.workdps(400):
        found = []
        for z, y in zip(logits, targets, strict=True):
            powers = [mpmath.exp(mpmath.mpf(float(value))) for value in z]
            shares = [mpmath.mpf(float(value)) for value in y]
            whole, voted = mpmath.fsum(powers), mpmath.fsum(shares)
            found.append(
                [
                    e / whole * voted - share
                    for e, share in zip(powers, shares, strict=True)
                ]
            )
        return found


def one_hot(labels: Sequence[int], k: int) -> NDArray[np.float64]:
    """Return a row a label."""
    return np.array(
        [[float(c == label) for c in range(k)] for label in labels]
    ).reshape(-1, k)


def objective(
    x: Rows,
    targets: Rows,
    theta: Rows,
    penalty: float,
    weights: Sequence[float],
) -> float:
    """Return J at theta (W, and b as its last row), one number at a time."""
    weight, loss = 0.0, mpmath.mpf(0)
    logits = [_logits(row, theta) for row in x]
    for value, y, w in zip(losses(logits, targets), targets, weights, strict=True):
        if any(y):
            loss += w * value
            weight += w
    size = sum(value * value for row in theta for value in row)
    return float(loss / weight + penalty * size / 2)


def hessian(x: Rows, theta: Rows, weights: Sequence[float]) -> NDArray[np.float64]:
    """Return sum w x~_i x~_j p_a (delta_ab - p_b) at row (i, a), column (j, b)."""
    d, k = len(theta) - 1, len(theta[0])
    total = np.zeros(((d + 1) * k, (d + 1) * k))
    for row, w in zip(x, weights, strict=True):
        p = probabilities([_logits(row, theta)])[0]
        wide = [*row, 1.0]
        for i in range(d + 1):
            for j in range(d + 1):
                for a in range(k):
                    for b in range(k):
                        curve = p[a] * ((a == b) - p[b])
                        total[i * k + a, j * k + b] += float(
                            w * wide[i] * wide[j] * curve
                        )
    return total


def _logits(row: Sequence[float], theta: Rows) -> list[float]:
    wide = [*row, 1.0]
    return [
        sum(x * line[c] for x, line in zip(wide, theta, strict=True))
        for c in range(len(theta[0]))
    ]

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
    """Return sum_c y_c (z_t - z_c + log(1 + sum_{j != t} exp(z_j - z_t))) a row.

    With t the largest, in as many digits as it takes: gaps of numbers as far apart as
    1e308 and 5e-324, and a 1 beside 1e-300.
    """
    found = []
    for z, y in zip(logits, targets, strict=True):
        top = int(np.argmax(z))
        with mpmath.workdps(800):
            gaps = [mpmath.mpf(float(z[top])) - mpmath.mpf(float(v)) for v in z]
        with mpmath.workdps(400):
            powers = [_power(-gap) for j, gap in enumerate(gaps) if j != top]
            log_sum = mpmath.log(1 + mpmath.fsum(powers))
            found.append(
                mpmath.fsum(
                    mpmath.mpf(float(share)) * (log_sum + gap)
                    for share, gap in zip(y, gaps, strict=True)
                )
            )
    return found


def _power(exponent: mpmath.mpf) -> mpmath.mpf:
    """Return exp; 0 where it is below 1e-40000, which takes mpmath long to find."""
    return mpmath.mpf(0) if exponent < -100_000 else mpmath.exp(exponent)


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


def logit_gradient(logits: Rows, targets: Rows) -> tuple[Matrix, Matrix]:
    """Return p_c sum(y) - y_c a row, subtracted in 400 digits, and the size of its terms.

    The terms are p_c times the other labels, and y_c times the other probabilities.
    """
    with mpmath.workdps(400):
        found, sizes = [], []
        for z, y in zip(logits, targets, strict=True):
            top = mpmath.mpf(float(max(z)))
            powers = [_power(mpmath.mpf(float(value)) - top) for value in z]
            shares = [mpmath.mpf(float(value)) for value in y]
            whole, voted = mpmath.fsum(powers), mpmath.fsum(shares)
            pairs = list(zip(powers, shares, strict=True))
            found.append([e / whole * voted - share for e, share in pairs])
            sizes.append(
                [
                    max(e / whole * (voted - share), share * (whole - e) / whole)
                    for e, share in pairs
                ]
            )
        return found, sizes


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


def gradient(
    x: Rows, targets: Rows, theta: Matrix, penalty: float, weights: Sequence[float]
) -> mpmath.matrix:
    """Return the gradient of J at theta, one column of (d + 1) k numbers, in 60 digits."""
    with mpmath.workdps(DIGITS):
        d, k = len(theta) - 1, len(theta[0])
        total, weight = mpmath.zeros((d + 1) * k, 1), mpmath.mpf(0)
        for row, y, w in zip(x, targets, weights, strict=True):
            wide = [*(mpmath.mpf(float(value)) for value in row), mpmath.mpf(1)]
            p = _shares(wide, theta)
            shares = [mpmath.mpf(float(share)) for share in y]
            voted = mpmath.fsum(shares)
            weight += mpmath.mpf(float(w)) * voted
            for i, value in enumerate(wide):
                for c in range(k):
                    pull = p[c] * voted - shares[c]
                    total[i * k + c] += mpmath.mpf(float(w)) * value * pull
        flat = [value for line in theta for value in line]
        return total / weight + mpmath.mpf(penalty) * mpmath.matrix(flat)


def distance_to_optimum(
    x: Rows,
    targets: Rows,
    theta: Rows,
    penalty: float,
    weights: Sequence[float],
    *,
    steps: int = 60,
) -> mpmath.mpf:
    """Return |theta - theta*| by Newton's method in 60 digits, from theta."""
    with mpmath.workdps(DIGITS):
        d, k = len(theta) - 1, len(theta[0])
        start = [[mpmath.mpf(float(value)) for value in line] for line in theta]
        here = [list(line) for line in start]
        slope = gradient(x, targets, here, penalty, weights)
        for _ in range(steps):
            step = mpmath.lu_solve(
                _curvature(x, targets, here, penalty, weights), -slope
            )
            length = mpmath.mpf(1)
            while True:
                ahead = [
                    [here[i][c] + length * step[i * k + c] for c in range(k)]
                    for i in range(d + 1)
                ]
                after = gradient(x, targets, ahead, penalty, weights)
                if mpmath.norm(after) < mpmath.norm(slope) or length < 1e-30:
                    break
                length /= 2
            here, slope = ahead, after
            if mpmath.norm(slope) < mpmath.mpf(10) ** -45 * penalty:
                break
        moved = [
            a - b
            for p, q in zip(here, start, strict=True)
            for a, b in zip(p, q, strict=True)
        ]
        return mpmath.norm(mpmath.matrix(moved)) + mpmath.norm(slope) / penalty


def _curvature(
    x: Rows, targets: Rows, theta: Matrix, penalty: float, weights: Sequence[float]
) -> mpmath.matrix:
    d, k = len(theta) - 1, len(theta[0])
    total = mpmath.mpf(penalty) * mpmath.eye((d + 1) * k)
    shares = [
        mpmath.mpf(float(w)) * mpmath.fsum(y)
        for w, y in zip(weights, targets, strict=True)
    ]
    for row, w in zip(x, shares, strict=True):
        wide = [*(mpmath.mpf(float(value)) for value in row), mpmath.mpf(1)]
        p = _shares(wide, theta)
        for i in range(d + 1):
            for j in range(d + 1):
                for a in range(k):
                    for b in range(k):
                        curve = p[a] * ((a == b) - p[b])
                        total[i * k + a, j * k + b] += (
                            w / mpmath.fsum(shares) * wide[i] * wide[j] * curve
                        )
    return total


def _shares(wide: list[mpmath.mpf], theta: Matrix) -> list[mpmath.mpf]:
    logits = [
        mpmath.fsum(value * line[c] for value, line in zip(wide, theta, strict=True))
        for c in range(len(theta[0]))
    ]
    powers = [mpmath.exp(value - max(logits)) for value in logits]
    return [e / mpmath.fsum(powers) for e in powers]


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

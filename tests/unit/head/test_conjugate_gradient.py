"""The step for wide x, beside the Hessian that it never forms."""

from __future__ import annotations

import numpy as np
from numpy.testing import assert_array_less

from glassline.head import Head, statistics
from glassline.head.conjugate_gradient import Wide
from glassline.head.kernel import blocks
from glassline.head.newton import Point
from glassline.head.objective import without_shift
from glassline.head.targets import votes


def test_the_step_solves_the_newton_system(rng):
    """With weights, the residual is at most a thousandth of a short gradient."""
    x, y, w = (
        rng.normal(size=(80, 6)),
        rng.integers(0, 3, size=80),
        rng.uniform(0.1, 5.0, 80),
    )
    theta = without_shift(rng.normal(size=(7, 3)))
    gradient = without_shift(1e-7 * rng.normal(size=(7, 3)))
    groups = votes(y, 3, w)
    wide = Wide(blocks(x, groups), float(w.sum()), 1e-3, workers=1)

    step = wide.direction(Point(theta, 0.0, gradient))

    sums = statistics(x, y, Head(theta[:-1], theta[-1]), weights=w)
    hessian = sums.hessian / sums.weight + 1e-3 * np.eye(21)
    left = hessian @ step.reshape(-1) + gradient.reshape(-1)
    assert_array_less(np.linalg.norm(left), 1.01e-3 * np.linalg.norm(gradient))

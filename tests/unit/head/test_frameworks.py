"""Loss, slopes and curvature beside the stored values of PyTorch and JAX."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose
from reference import head as reference

from glassline.head import Head, logit_gradient, smooth, statistics

STORED = json.loads(
    (Path(__file__).parents[2] / "golden" / "frameworks.json").read_text()
)


@pytest.mark.parametrize("framework", ["torch", "jax"])
@pytest.mark.parametrize("case", STORED["cases"])
def test_frameworks_say_the_same(case, framework):
    """To 1e-12 of the largest number, which is all that they keep of small ones."""
    given, said = (STORED["cases"][case][part] for part in ("given", framework))
    x, head = np.array(given["x"]), Head(np.array(given["W"]), np.array(given["b"]))
    y = np.array(given["y"])
    rows = smooth(
        reference.one_hot(y, head.k) if y.ndim == 1 else y, given.get("smoothing", 0.0)
    )
    w = np.array(given.get("weights", np.ones(len(x))))

    got = statistics(x, rows, head, weights=w)
    slopes = w[:, None] * logit_gradient(head.logits(x), rows)

    assert_allclose(got.loss, said["loss"], rtol=1e-12, atol=1e-12)
    assert_allclose(slopes, said["by_logits"], rtol=1e-12, atol=1e-12)
    assert_allclose(got.gradient[:-1], said["by_W"], rtol=1e-12, atol=1e-12)
    assert_allclose(got.gradient[-1], said["by_b"], rtol=1e-12, atol=1e-12)
    assert_allclose(got.hessian, said["hessian"], rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("framework", ["torch", "jax"])
def test_frameworks_lose_what_is_kept_here(framework):
    """Sure and right, z = [0, -40]: their loss is 0, the true one log(1 + e^-40)."""
    case = STORED["cases"]["sure and right"]
    x, head = (
        np.array(case["given"]["x"]),
        Head(np.array(case["given"]["W"]), np.zeros(2)),
    )

    got = statistics(x, np.array([0]), head)

    assert case[framework]["loss"] == 0
    assert_allclose(got.loss, np.log1p(np.exp(-40.0)), rtol=1e-13)
    assert_allclose(got.gradient[0], np.exp(-40.0) * np.array([-1.0, 1.0]), rtol=1e-13)

"""Write what PyTorch and JAX say of the head's loss to `frameworks.json`, beside this file.

    python tests/golden/frameworks.py

Needs torch and jax, which nothing else here does: the tests read the stored values.
Both work in 64 bits; slopes and curvatures come from their automatic differentiation.
"""

from __future__ import annotations

import json
import platform
from pathlib import Path
from typing import Any

import jax
import numpy as np
import torch

Case = dict[str, Any]


def cases() -> dict[str, Case]:
    """Return the inputs, as plain lists: a case says what it leaves out is plain."""
    rng = np.random.default_rng(7)  # noqa: TID251  the one seed of these values
    x, W, b = rng.normal(size=(7, 4)), rng.normal(size=(4, 3)), rng.normal(size=3)
    head = {"x": x, "W": W, "b": b}
    ids = [0, 1, 2, 0, 1, 2, 2]
    shares = rng.dirichlet(np.ones(3), size=7)
    undecided = shares * (np.arange(7) != 5)[:, None]
    weights = rng.uniform(0.1, 3.0, size=7)

    def logits(*z: float) -> Case:
        return {"x": [[1.0]], "W": [z], "b": [0.0] * len(z)}

    found: dict[str, Case] = {
        "class ids": {**head, "y": ids},
        "weights": {**head, "y": ids, "weights": weights},
        "smoothed by 0.1": {**head, "y": ids, "smoothing": 0.1},
        "smoothed by 1": {**head, "y": ids, "smoothing": 1.0},
        "shares, one undecided": {**head, "y": undecided},
        "shares, smoothed and weighted": {
            **head,
            "y": shares,
            "smoothing": 0.3,
            "weights": weights,
        },
        "logits of thirty": {**head, "W": 30 * W, "y": ids},
        "two classes": {"x": x, "W": W[:, :2], "b": b[:2], "y": [0, 1, 1, 0, 1, 0, 0]},
        "seven classes": {
            "x": x[:, :1],
            "W": rng.normal(size=(1, 7)),
            "b": rng.normal(size=7),
            "y": [6, 0, 3, 3, 5, 1, 2],
        },
        "even": {**logits(0.0, 0.0, 0.0), "y": [2]},
        "sure and right": {**logits(0.0, -40.0), "y": [0]},
        "sure and wrong": {**logits(0.0, -40.0), "y": [1]},
        "700 and right": {**logits(700.0, 0.0, -700.0), "y": [0]},
        "700 and wrong": {**logits(700.0, 0.0, -700.0), "y": [2]},
        "1e308 and right": {**logits(1e308, 0.0, -1.0), "y": [0]},
        "1e308 and wrong": {**logits(1e308, 0.0, -1.0), "y": [1]},
        "5e-324": {**logits(5e-324, 0.0), "y": [0]},
    }
    return {name: _plain(case) for name, case in found.items()}


def torch_says(case: Case) -> Case:
    """Return loss, slopes and curvature by torch.nn.functional.cross_entropy."""
    x, theta, w = (torch.tensor(array) for array in _arrays(case))
    y = torch.tensor(np.array(case["y"]))

    def loss(z: torch.Tensor) -> torch.Tensor:
        each = torch.nn.functional.cross_entropy(
            z, y, reduction="none", label_smoothing=_smoothing(case)
        )
        return (each * w).sum()

    z = (x @ theta).requires_grad_()
    by_theta = torch.func.grad(lambda t: loss(x @ t))(theta)
    curves = torch.func.hessian(lambda t: loss(x @ t))(theta)
    slope = torch.autograd.grad(loss(z), z)[0]
    return _answer(loss(z).item(), slope.numpy(), by_theta.numpy(), curves.numpy())


def jax_says(case: Case) -> Case:
    """Return the same by -sum y' jax.nn.log_softmax(z)."""
    x, theta, w = _arrays(case)
    rows = np.array(case["y"], dtype=float)
    if rows.ndim == 1:
        rows = np.eye(theta.shape[1])[case["y"]]
    amount = _smoothing(case)
    rows = (1 - amount) * rows + amount / rows.shape[1]

    def loss(z: jax.Array) -> jax.Array:
        return -(w[:, None] * rows * jax.nn.log_softmax(z, axis=1)).sum()

    def of_theta(t: jax.Array) -> jax.Array:
        return loss(x @ t)

    return _answer(
        float(loss(x @ theta)),
        np.asarray(jax.grad(loss)(x @ theta)),
        np.asarray(jax.grad(of_theta)(theta)),
        np.asarray(jax.hessian(of_theta)(theta)),
    )


def _arrays(case: Case) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return x~ (a last column of 1), theta (b as the last row) and weights."""
    x = np.array(case["x"])
    wide = np.hstack([x, np.ones((len(x), 1))])
    weights = np.array(case.get("weights", np.ones(len(x))))
    return wide, np.vstack([case["W"], case["b"]]), weights


def _smoothing(case: Case) -> float:
    return float(case.get("smoothing", 0.0))


def _answer(
    loss: float, by_logits: np.ndarray, by_theta: np.ndarray, curves: np.ndarray
) -> Case:
    """Return what is stored; what is not finite is left out."""
    said = {
        "loss": np.array(loss),
        "by_logits": by_logits,
        "by_W": by_theta[:-1],
        "by_b": by_theta[-1],
        "hessian": curves.reshape(by_theta.size, by_theta.size),
    }
    return {k: v.tolist() for k, v in said.items() if np.isfinite(v).all()}


def _plain(case: Case) -> Case:
    return {name: np.asarray(value).tolist() for name, value in case.items()}


if __name__ == "__main__":
    jax.config.update("jax_enable_x64", True)
    versions = {
        "torch": torch.__version__,
        "jax": jax.__version__,
        "numpy": np.__version__,
        "python": platform.python_version(),
    }
    lines = [
        f"{json.dumps(name)}: "
        + json.dumps({"given": case, "torch": torch_says(case), "jax": jax_says(case)})
        for name, case in cases().items()
    ]
    Path(__file__).with_suffix(".json").write_text(
        f'{{"versions": {json.dumps(versions)}, "cases": {{\n'
        + ",\n".join(lines)
        + "\n}}\n"
    )

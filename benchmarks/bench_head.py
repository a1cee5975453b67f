"""Time the fit against every scikit-learn solver of the same objective, in one run.

    python -m benchmarks.bench_head [small million wide]

One JSON line a comparison: ours and the peer in seconds (the fastest of the repeats,
taken in turns), their ratio, and by how much the two objectives differ.
"""

from __future__ import annotations

import json
import os
import platform
import sys
import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import scipy
import sklearn
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

import glassline
from glassline.head import Fit, Head, certify, fit

PENALTY = 1e-3
TOLERANCE = 1e-6  # the gradient length both sides stop at
SAME = 1e-10  # relative difference of the objectives that counts as the same optimum
CASES = {  # name: parts, features, spread of the true weights, repeats, solvers
    "small": (600, 4, 1.0, 40, ("lbfgs", "newton-cg", "newton-cholesky", "sag", "saga")),
    "million": (1_000_000, 4, 1.0, 5, ("lbfgs", "newton-cg", "newton-cholesky")),
    "wide": (1_300, 1_568, 0.03, 5, ("lbfgs", "newton-cg")),
}


def drawn(n: int, d: int, spread: float) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Draw n parts whose labels follow a softmax head with three classes."""
    rng = np.random.default_rng(1)  # noqa: TID251  the one seed of this benchmark
    x = rng.normal(size=(n, d))
    logits = x @ (spread * rng.normal(size=(d, 3)))
    return x, (logits + rng.gumbel(size=(n, 3))).argmax(axis=1)


def theirs(
    wide: NDArray[np.float64], y: NDArray[np.int64], solver: str, tolerance: float
) -> LogisticRegression:
    """Fit scikit-learn's head: the constant column is penalised like ours."""
    return LogisticRegression(
        C=1 / (len(wide) * PENALTY),
        fit_intercept=False,
        solver=solver,
        tol=tolerance,
        max_iter=10_000,
    ).fit(wide, y)


def seconds(job: Callable[[], Any]) -> tuple[float, Any]:
    """Run a job once."""
    start = time.perf_counter()
    result = job()
    return time.perf_counter() - start, result


def gap(x: NDArray[np.float64], y: NDArray[np.int64], ours: Fit, peer: Any) -> float:
    """Return how much higher the peer's objective is, relative to ours."""
    head = Head(peer.coef_.T[:-1], peer.coef_.T[-1])
    other = certify(x, y, head, penalty=PENALTY)
    return other.objective / ours.certificate.objective - 1


def compare(name: str) -> None:
    """Print one line a solver for one case."""
    n, d, spread, repeats, solvers = CASES[name]
    x, y = drawn(n, d, spread)
    wide = np.hstack([x, np.ones((n, 1))])
    times: dict[str, list[float]] = {solver: [] for solver in ("ours", *solvers)}
    found: dict[str, Any] = {}
    for _ in range(repeats):
        took, found["ours"] = seconds(
            lambda: fit(x, y, penalty=PENALTY, tolerance=TOLERANCE)
        )
        times["ours"].append(took)
        for solver in solvers:
            took, found[solver] = seconds(lambda s=solver: theirs(wide, y, s, TOLERANCE))
            times[solver].append(took)
    for solver in solvers:
        apart = gap(x, y, found["ours"], found[solver])
        report(
            name=f"fit-{name}",
            peer=f"LogisticRegression({solver})",
            ours_s=min(times["ours"]),
            peer_s=min(times[solver]),
            n=n,
            d=d,
            objective_gap=apart,
            same_optimum=abs(apart) <= SAME,
            gradient_norm=found["ours"].certificate.gradient_norm,
        )


def report(*, name: str, ours_s: float, peer_s: float, **more: Any) -> None:
    """Print one line of JSON."""
    line = {
        "name": name,
        "ours_s": round(ours_s, 6),
        "peer_s": round(peer_s, 6),
        "ratio": round(ours_s / peer_s, 4),
        **more,
        "versions": versions(),
    }
    print(json.dumps(line), flush=True)


def versions() -> dict[str, str]:
    """Return what the figures depend on."""
    return {
        "glassline": glassline.__version__,
        "numpy": np.__version__,
        "scipy": scipy.__version__,
        "scikit-learn": sklearn.__version__,
        "python": platform.python_version(),
        "cores": str(os.cpu_count()),
    }


if __name__ == "__main__":
    warnings.simplefilter("ignore")  # some solvers stop before the tolerance
    for case in sys.argv[1:] or CASES:
        compare(case)

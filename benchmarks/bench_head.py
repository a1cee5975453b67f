"""Time the fit against every scikit-learn solver of the same objective, in one run.

    python -m benchmarks.bench_head [small million wide]

One JSON line a comparison: ours and the peer in seconds (the fastest of the repeats,
taken in turns), their ratio, and how far each stops above the best objective.
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
from glassline.head import Head, certify, fit

PENALTY = 1e-3
TOLERANCES = tuple(10.0**-digits for digits in range(6, 12))  # gradient lengths
SAME = 1e-10  # above the best objective, relative to it: the same optimum
CASES = {  # name: parts, features, spread of the true weights, repeats, solvers
    "small": (
        600,
        4,
        1.0,
        40,
        ("lbfgs", "newton-cg", "newton-cholesky", "sag", "saga"),
    ),
    "million": (1_000_000, 4, 1.0, 5, ("lbfgs", "newton-cg", "newton-cholesky")),
    "wide": (1_300, 1_568, 0.03, 5, ("lbfgs", "newton-cg")),
}


def drawn(
    n: int, d: int, spread: float
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
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


def gap(x: NDArray[np.float64], y: NDArray[np.int64], head: Head, best: float) -> float:
    """Return how far a head's objective is above the best one, relative to it."""
    return certify(x, y, head, penalty=PENALTY).objective / best - 1


def head_of(peer: LogisticRegression) -> Head:
    """Return the peer's weights as a head."""
    return Head(peer.coef_.T[:-1], peer.coef_.T[-1])


def compare(name: str) -> None:
    """Print one line a solver for one case.

    Each side stops at the first tolerance of 1e-6, 1e-7, ... that brings it to the
    optimum: a solver that stops early is not a fast one.
    """
    n, d, spread, repeats, solvers = CASES[name]
    x, y = drawn(n, d, spread)
    wide = np.hstack([x, np.ones((n, 1))])
    best = fit(x, y, penalty=PENALTY, tolerance=1e-12).certificate.objective

    def ours(tolerance: float) -> Head:
        return fit(x, y, penalty=PENALTY, tolerance=tolerance).head

    jobs: dict[str, Callable[[float], Head]] = {"ours": ours}
    for solver in solvers:
        jobs[solver] = lambda tol, s=solver: head_of(theirs(wide, y, s, tol))  # type: ignore[misc]
    tolerances = {
        who: next(
            (tol for tol in TOLERANCES if gap(x, y, job(tol), best) <= SAME),
            TOLERANCES[-1],
        )
        for who, job in jobs.items()
    }
    times: dict[str, list[float]] = {who: [] for who in jobs}
    heads: dict[str, Head] = {}
    for _ in range(repeats):
        for who, job in jobs.items():
            start = time.perf_counter()
            heads[who] = job(tolerances[who])
            times[who].append(time.perf_counter() - start)
    for solver in solvers:
        report(
            name=f"fit-{name}",
            peer=f"LogisticRegression({solver})",
            ours_s=min(times["ours"]),
            peer_s=min(times[solver]),
            n=n,
            d=d,
            gap=gap(x, y, heads["ours"], best),
            peer_gap=gap(x, y, heads[solver], best),
            tolerance=tolerances["ours"],
            peer_tolerance=tolerances[solver],
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

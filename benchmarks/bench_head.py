"""Time the fit against every scikit-learn solver of the same objective, in one run.

    python -m benchmarks.bench_head [small million wide parquet influence]

Against PyTorch's L-BFGS too, where it is installed. One JSON line a comparison: ours and the peer in seconds (the fastest of the repeats,
taken in turns), their ratio, and how far each stops above the best objective.
"""

from __future__ import annotations

import json
import os
import platform
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from importlib.metadata import version
from importlib.util import find_spec
from typing import Any

import duckdb
import numpy as np
import psutil
import scipy
import sklearn
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

import glassline
from glassline.head import (
    Head,
    certify,
    fit,
    fit_blocks,
    leave_one_out,
    logit_gradient,
    statistics,
)

PENALTY = 1e-3
TOLERANCES = tuple(10.0**-digits for digits in range(6, 12))  # gradient lengths
SAME = 1e-10  # above the best objective, relative to it: the same optimum
ROW_GROUP = 131_072  # parts in a block, as they lie in the file
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


def torch_lbfgs(
    wide: NDArray[np.float64], y: NDArray[np.int64], tolerance: float
) -> Head:
    """Fit with torch.optim.LBFGS, in 64 bits and with its own line search."""
    import torch  # noqa: PLC0415  only where it is installed

    x, labels = torch.from_numpy(wide), torch.from_numpy(y)
    theta = torch.zeros(wide.shape[1], 3, dtype=torch.float64, requires_grad=True)
    search = torch.optim.LBFGS(
        [theta],
        max_iter=10_000,
        max_eval=100_000,
        tolerance_grad=tolerance,
        tolerance_change=0.0,
        line_search_fn="strong_wolfe",
    )

    def closure() -> torch.Tensor:
        search.zero_grad()
        loss = torch.nn.functional.cross_entropy(x @ theta, labels)
        loss = loss + PENALTY / 2 * (theta**2).sum()
        loss.backward()
        return loss

    search.step(closure)
    found = theta.detach().numpy()
    return Head(found[:-1], found[-1])


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
        peer = f"LogisticRegression({solver})"
        jobs[peer] = lambda tol, s=solver: head_of(theirs(wide, y, s, tol))  # type: ignore[misc]
    if find_spec("torch"):
        jobs[f"torch.optim.LBFGS, {version('torch')}"] = lambda tol: torch_lbfgs(
            wide, y, tol
        )
    else:
        sys.stderr.write("PyTorch is not installed: its L-BFGS is left out.\n")
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
    for peer in [who for who in jobs if who != "ours"]:
        report(
            name=f"fit-{name}",
            peer=peer,
            ours_s=min(times["ours"]),
            peer_s=min(times[peer]),
            n=n,
            d=d,
            gap=gap(x, y, heads["ours"], best),
            peer_gap=gap(x, y, heads[peer], best),
            tolerance=tolerances["ours"],
            peer_tolerance=tolerances[peer],
        )


def stream(n: int, path: str) -> dict[str, Any]:
    """Return one line: n parts read from Parquet in blocks, a pass at a time."""
    reader = duckdb.connect(config={"threads": 1, "memory_limit": "150MB"})
    process, passes, peak = psutil.Process(), 0, 0
    before = process.memory_info().rss

    def blocks() -> Iterator[tuple[NDArray[np.float64], NDArray[np.integer]]]:
        nonlocal passes, peak
        passes += 1
        for start in range(0, n, ROW_GROUP):
            columns = reader.execute(
                "SELECT x1, x2, x3, x4, y FROM read_parquet(?, file_row_number=true)"
                " WHERE file_row_number >= ? AND file_row_number < ?",
                [path, start, min(start + ROW_GROUP, n)],
            ).fetchnumpy()
            yield (
                np.column_stack([columns[f"x{i}"] for i in range(1, 5)]),
                columns["y"],
            )
            peak = max(peak, process.memory_info().rss)

    start = time.perf_counter()
    found = fit_blocks(blocks, classes=3, penalty=PENALTY, tolerance=TOLERANCES[0])
    took = time.perf_counter() - start
    return {
        "name": "fit-parquet",
        "ours_s": round(took, 3),
        "n": n,
        "passes": passes,
        "microseconds_a_part_and_pass": round(1e6 * took / n / passes, 4),
        "memory_mb_above_import": round((peak - before) / 1e6, 1),
        "outcome": found.outcome.name,
        "gradient_norm": found.certificate.gradient_norm,
        "versions": {**versions(), "duckdb": duckdb.__version__},
    }


def streams() -> None:
    """Print one line a size: the fastest of three runs, and the memory of the worst."""
    sizes = (1_000_000, 3_000_000, 10_000_000)
    with tempfile.TemporaryDirectory() as folder:
        write_parquet(sizes[-1], f"{folder}/parts.parquet")
        turns = [
            [stream(n, f"{folder}/parts.parquet") for n in sizes] for _ in range(3)
        ]
    for runs in zip(*turns, strict=True):
        line = min(runs, key=lambda run: run["ours_s"])
        line["memory_mb_above_import"] = max(
            run["memory_mb_above_import"] for run in runs
        )
        print(json.dumps(line), flush=True)


def write_parquet(n: int, path: str) -> None:
    """Write n drawn parts: four normal features, and a label by a softmax head."""
    normal = "sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random())"
    gumbel = "-ln(-ln(random()))"
    with duckdb.connect(config={"threads": 1, "memory_limit": "150MB"}) as writer:
        writer.execute("SELECT setseed(0.5)")
        writer.execute(
            f"""COPY (
                SELECT x1, x2, x3, x4, CASE WHEN a >= b AND a >= c THEN 0
                    WHEN b >= c THEN 1 ELSE 2 END::TINYINT AS y
                FROM (SELECT *, x1 - x2 + {gumbel} a, x3 / 2 - x1 + {gumbel} b,
                    x2 - x4 + {gumbel} c
                FROM (SELECT {normal} x1, {normal} x2, {normal} x3, {normal} x4
                    FROM range({n}))))
            TO '{path}' (FORMAT parquet, ROW_GROUP_SIZE {ROW_GROUP})"""  # noqa: S608
        )


def first_order(
    x: NDArray[np.float64], y: NDArray[np.int64], head: Head
) -> NDArray[np.float64]:
    """Return each part's p of its label without it, by the usual approximation.

        theta without i  ~  theta + H^-1 (gradient of L_i) / n

    Source:
        P. W. Koh and P. Liang, ICML 2017, arXiv:1703.04730, eq. 1.
    """
    wide = np.hstack([x, np.ones((len(x), 1))])
    hessian = np.asarray(statistics(x, y, head).hessian) / len(x)
    inverse = np.linalg.inv(hessian + PENALTY * np.eye(len(hessian)))
    each = wide[:, :, None] * logit_gradient(head.logits(x), y)[:, None, :]
    moves = (each.reshape(len(x), -1) @ inverse.T / len(x)).reshape(each.shape)
    heads = [Head(head.W + move[:-1], head.b + move[-1]) for move in moves]
    places = range(len(x))
    p = [heads[i].probabilities(x[i : i + 1])[0, y[i]] for i in places]
    return np.array(p)


def influence() -> None:
    """Print the five largest effects of a part on its own probability, both ways."""
    for name, spread in (("overlapping", 1.0), ("clear", 4.0)):
        x, y = drawn(600, 4, spread)
        head = fit(x, y, penalty=PENALTY, tolerance=1e-12).head
        own = (np.arange(600), np.arange(600), y)
        before = head.probabilities(x)[own[1:]]
        start = time.perf_counter()
        left = leave_one_out(x, y, head, penalty=PENALTY)
        took = time.perf_counter() - start
        exact = left.probabilities(x)[own] - before
        usual = first_order(x, y, head) - before
        for part in np.argsort(exact)[:5].tolist():
            line = {
                "name": f"influence-{name}",
                "part": part,
                "p_of_its_label": round(before[part], 4),
                "exact_change": round(exact[part], 4),
                "usual_approximation": round(usual[part], 4),
                "understated_by": f"{1 - usual[part] / exact[part]:.1%}",
                "all_600_refits_s": round(took, 3),
            }
            print(json.dumps(line), flush=True)


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
    torch = {"torch": version("torch")} if find_spec("torch") else {}
    return {
        "glassline": glassline.__version__,
        "numpy": np.__version__,
        "scipy": scipy.__version__,
        "scikit-learn": sklearn.__version__,
        "python": platform.python_version(),
        "cores": str(os.cpu_count()),
        **torch,
    }


if __name__ == "__main__":
    warnings.simplefilter("ignore")  # some solvers stop before the tolerance
    for case in sys.argv[1:] or [*CASES, "parquet", "influence"]:
        if case == "influence":
            influence()
        elif case == "parquet":
            streams()
        else:
            compare(case)

"""What is decided, worked slowly in 60 digits, and by trying readings one by one."""

from __future__ import annotations

from collections.abc import Sequence

import mpmath
import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
DIGITS = 60
SAFEST_FIRST = ("review", "reject", "accept")
COLUMNS = {"accept": 0, "reject": 1, "review": 2}


def decided(
    W: Numbers,
    b: Numbers,
    costs: Numbers,
    ratio: Sequence[float],
    x: Sequence[float],
    *,
    threshold: float | None = None,
) -> tuple[str, float]:
    """Return the action by docs/decisions.md, class 0 being the good one, and how clear.

    Clear is by how much it would take to decide otherwise, as a share of the largest
    cost (or of p): below 1e-13 the program's rounding may decide.
    """
    with mpmath.workdps(DIGITS):
        z = [
            mpmath.fsum(
                mpmath.mpf(float(v)) * float(w) for v, w in zip(x, column, strict=True)
            )
            + float(bias)
            for column, bias in zip(np.asarray(W).T, b, strict=True)
        ]
        top = max(z)
        e = [mpmath.exp(v - top) * float(r) for v, r in zip(z, ratio, strict=True)]
        p = [value / mpmath.fsum(e) for value in e]
        cost = {
            name: mpmath.fsum(
                q * float(row[at]) for q, row in zip(p, costs, strict=True)
            )
            for name, at in COLUMNS.items()
        }
        largest = max(abs(value) for value in cost.values())
        slack = mpmath.mpf("1e-12") * largest
        names = list(SAFEST_FIRST)
        edges = []
        if threshold is not None:
            edges.append(abs(p[0] - threshold))
            if p[0] >= threshold:
                return "accept", float(edges[0])
            names.remove("accept")
        least = min(cost[name] for name in names)
        taken = next(name for name in names if cost[name] <= least + slack)
        scale = largest if largest else mpmath.mpf(1)
        edges += [abs(cost[name] - least - slack) / scale for name in names]
        return taken, float(min(edges))


def ball(rng: np.random.Generator, root: Numbers, radius: float, count: int) -> Numbers:
    """Readings around 0, most of them near the border: root s with |s| <= radius."""
    d = len(root)
    ways = rng.normal(size=(count, d))
    ways /= np.sqrt((ways**2).sum(axis=1, keepdims=True))
    return (ways * radius * rng.random((count, 1)) ** (1 / (2 * d))) @ root.T

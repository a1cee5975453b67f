"""What is unusual about the parts that a head is fitted to."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from glassline.head.certificate import condition_of
from glassline.head.newton import Minimum, Outcome, Point
from glassline.head.targets import Votes

__all__ = ["judge"]

SUSPICIOUS = 1e-8  # of the largest: below it features may be dependent: look closely
DEPENDENT = 1e-10  # of the largest singular value: dependent to ten digits
SUSPICIOUS_CONDITION = 1e6  # without penalty: flat enough to ask whether it ends at all
MARGIN = 1e-7  # of the largest |x~|: what the linear programme calls above 0


def judge(
    x: NDArray[np.float64],
    groups: Sequence[Votes],
    found: Minimum,
    hessian: NDArray[np.float64] | None,
    penalty: float,
) -> tuple[Outcome, tuple[str, ...]]:
    """Return the outcome that fits the parts too, and what is unusual about them.

    The Hessian is that of J at the end, shape (k (d + 1), k (d + 1)); None for wide x,
    where dependent features are no news.
    """
    notes = []
    missing = [group.label for group in groups if len(group.rows) == 0]
    for group in groups:
        if len(group.rows) <= 1:
            count = "one part" if len(group.rows) else "no part"
            notes.append(f"class {group.label} has {count}: its weights are guesses.")
    if hessian is not None and _suspects_dependence(hessian, len(groups), penalty):
        notes += _dependent_features(x, groups)
    outcome = found.outcome
    if penalty == 0 and (missing or _separable(x, groups, found.point, hessian)):
        outcome = Outcome.SEPARABLE
        notes.append(
            "the penalty is 0 and the classes are separated: there is no optimum."
        )
    elif missing and outcome.is_optimum:
        outcome = Outcome.CLASS_MISSING
    return outcome, tuple(notes)


def _suspects_dependence(hessian: NDArray[np.float64], k: int, penalty: float) -> bool:
    """Say whether the features (with the bias) may be linearly dependent.

    The diagonal blocks of the Hessian add up to sum_i weight_i x~_i x~_i^T (and the
    penalty), which is singular if x~ is. Sums that are not finite tell nothing.
    """
    width = len(hessian) // k
    if not np.isfinite(hessian).all():
        return False
    gram = np.einsum("iaja->ij", hessian.reshape(width, k, width, k)).copy()
    gram[np.diag_indices(width)] -= k * penalty
    diagonal = gram.diagonal()
    if not (diagonal > SUSPICIOUS * k * penalty).all():
        return True
    scale = np.sqrt(diagonal)
    return bool(np.linalg.eigvalsh(gram / scale / scale[:, None])[0] < SUSPICIOUS)


def _dependent_features(x: NDArray[np.float64], groups: Sequence[Votes]) -> list[str]:
    """Describe features that are constant, or that others make up, one line each."""
    seen = np.concatenate([group.rows for group in groups])
    used = x[np.unique(seen)]
    constant = used.max(axis=0) == used.min(axis=0)
    said = [
        f"x[:, {j}] is {used[0, j]:g} on every part: it tells nothing."
        for j in np.flatnonzero(constant)
    ]
    varying = np.flatnonzero(~constant)
    # Halved first, so that the difference of two numbers near 1e308 is finite.
    centred = used[:, varying] / 2 - (used[:, varying] / 2).mean(axis=0)
    centred /= abs(centred).max(axis=0)
    if len(varying) > 1 and len(used) > len(varying):
        values, vectors = np.linalg.svd(centred, full_matrices=False)[1:]
        if values[-1] < DEPENDENT * values[0]:
            names = varying[abs(vectors[-1]) > 1e-3]
            columns = " and ".join(f"x[:, {j}]" for j in names)
            said.append(
                f"{columns} are linearly dependent: only their sum is told apart."
            )
    return said


def _separable(
    x: NDArray[np.float64],
    groups: Sequence[Votes],
    point: Point,
    hessian: NDArray[np.float64] | None,
) -> bool:
    """Say whether the search ran away: cheap proofs first, the exact one last."""
    if all(_on_its_side(x, group, point) for group in groups):
        return True
    if hessian is None:
        return False
    flat = condition_of(hessian, len(groups)) > SUSPICIOUS_CONDITION
    return flat and _overlap_free(x, groups)


def _on_its_side(x: NDArray[np.float64], group: Votes, point: Point) -> bool:
    """Say whether every part of a class has its largest logit there."""
    with np.errstate(over="ignore", invalid="ignore"):
        z = x[group.rows] @ point.theta[:-1] + point.theta[-1]
    own = z[:, group.label].copy()
    z[:, group.label] = -np.inf
    return bool((own > z.max(axis=1)).all())


def _overlap_free(x: NDArray[np.float64], groups: Sequence[Votes]) -> bool:
    """Say whether some weights put no part on the wrong side and one on the right.

    Then, without a penalty, those weights times any number are better still, and
    there is no optimum. Decided by a linear programme: the largest sum of margins

        max sum_{i, j} (theta_{y_i} - theta_j) . x~_i,   each >= 0,   |theta| <= 1

    is 0 if and only if the parts overlap.

    Source:
        A. Albert and J. A. Anderson, Biometrika 71(1), 1984,
        doi:10.1093/biomet/71.1.1; the programme: K. Konis, thesis, Oxford 2007.
    """
    from scipy.optimize import linprog  # noqa: PLC0415  0.2 s, for this question alone

    k = len(groups)
    scale = np.where(abs(x).max(axis=0) > 0, abs(x).max(axis=0), 1.0)
    rows = []
    for group in groups:
        wide = np.hstack([x[group.rows] / scale, np.ones((len(group.rows), 1))])
        for other in range(k):
            if other != group.label:
                row = np.zeros((len(wide), k, wide.shape[1]))
                row[:, group.label] = wide
                row[:, other] = -wide
                rows.append(row.reshape(len(wide), -1))
    margins = np.vstack(rows)
    found = linprog(
        -margins.sum(axis=0) / len(margins),
        A_ub=-margins,
        b_ub=np.zeros(len(margins)),
        bounds=(-1, 1),
        method="highs",
    )
    return bool(found.status == 0 and -found.fun * len(margins) > MARGIN)

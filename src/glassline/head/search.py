"""Where to look: at once on few parts, up a ladder of samples on many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from glassline.head.certificate import MAX_DENSE
from glassline.head.conjugate_gradient import Wide
from glassline.head.kernel import blocks
from glassline.head.newton import Minimum, Step, minimise
from glassline.head.objective import Penalised
from glassline.head.sums import add_blocks
from glassline.head.targets import Votes

__all__ = ["LARGE_PARTS", "Settings", "rungs", "sample", "search", "slack"]

LARGE_PARTS = (
    100_000  # from here a pass costs more than a step, and a sample is worth it
)
FIRST_RUNG = 4_096  # parts: a Newton step takes as long as its overhead
RUNG_RATIO = 32  # one Newton step on the next rung undoes the error of the last


@dataclass(frozen=True)
class Settings:
    """What a search is asked for; the fields are those of `fit`."""

    penalty: float
    max_steps: int
    tolerance: float
    workers: int


def search(
    x: NDArray[np.float64],
    groups: Sequence[Votes],
    theta: NDArray[np.float64],
    settings: Settings,
) -> tuple[Minimum, NDArray[np.float64] | None]:
    """Go down from theta, and return the end and the last Hessian of J taken.

    Args:
        x: Shape (n, d), checked.
        groups: The votes, class by class.
        theta: Shape (d + 1, k), the start.
        settings: What was asked for.
    """
    if theta.size > MAX_DENSE:
        wide = Wide(
            blocks(x, groups), _total(groups), settings.penalty, settings.workers
        )
        found = minimise(
            wide, theta, max_steps=settings.max_steps, tolerance=settings.tolerance
        )
        return found, None
    steps: tuple[Step, ...] = ()
    hessian = None
    count = 0 if theta.any() else sum(len(group.rows) for group in groups)
    for parts in rungs(count):  # a start that is given needs no sample
        sampled = [sample(group, parts // len(groups)) for group in groups]
        found, hessian = _down(
            x, sampled, theta, replace(settings, tolerance=slack(settings, parts))
        )
        theta, steps = found.point.theta, steps + found.steps
    found, hessian = _down(x, groups, theta, settings, hessian)
    return Minimum(found.point, found.outcome, steps + found.steps), hessian


def rungs(parts: int) -> list[int]:
    """Return the sizes of the samples to climb before all parts are read."""
    if parts < LARGE_PARTS:
        return []
    sizes = [FIRST_RUNG]
    while sizes[-1] * RUNG_RATIO * 4 < parts:
        sizes.append(sizes[-1] * RUNG_RATIO)
    return sizes


def slack(settings: Settings, parts: int) -> float:
    """Return the tolerance of a sample: its own gradient is no nearer the truth."""
    return max(settings.tolerance, 0.3 / float(np.sqrt(parts)))


def sample(group: Votes, parts: int) -> Votes:
    """Return every so-many-th vote of a class, each weighing as many as it stands for."""
    every = max(1, len(group.rows) // parts)
    weight = group.weight if isinstance(group.weight, float) else group.weight[::every]
    return Votes(group.label, group.rows[::every], weight * every)


def _down(
    x: NDArray[np.float64],
    groups: Sequence[Votes],
    theta: NDArray[np.float64],
    settings: Settings,
    hessian: NDArray[np.float64] | None = None,
) -> tuple[Minimum, NDArray[np.float64]]:
    """Go down from theta, at first with this Hessian if one is given."""
    parts, weight = blocks(x, groups), _total(groups)
    count = sum(len(group.rows) for group in groups)
    objective = Penalised(
        lambda at, curved: add_blocks(
            at, parts, weight, curved=curved, workers=settings.workers
        ),
        settings.penalty,
        count,
        reuses_hessian=hessian is not None,
        hessian=hessian,
    )
    found = minimise(
        objective,
        theta,
        max_steps=settings.max_steps,
        tolerance=settings.tolerance,
    )
    own = found.point.hessian
    return found, objective.hessian if own is None else own


def _total(groups: Sequence[Votes]) -> float:
    return float(sum(group.total for group in groups))

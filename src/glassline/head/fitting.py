"""Fit the head: the one W and b that lower the objective furthest."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from glassline.arrays import ClassIds, Features, PartWeights, Targets
from glassline.errors import GlasslineWarning, InputError, ShapeError
from glassline.head.blocks import Block, blocks
from glassline.head.certificate import (
    MAX_DENSE,
    Certificate,
    certificate_at,
    check_penalty,
)
from glassline.head.diagnostics import judge
from glassline.head.inputs import as_features, as_weights
from glassline.head.linear import Head
from glassline.head.newton import Minimum, Outcome, Step, minimise
from glassline.head.objective import Penalised, Wide, without_shift
from glassline.head.rounding import Summed, rounded_by, sizes_of
from glassline.head.sums import Statistics, add_blocks, as_theta
from glassline.head.targets import Votes, as_targets, votes
from glassline.head.threads import one_thread
from glassline.interface.checked import checked
from glassline.interface.record import Record

__all__ = [
    "Fit",
    "Outcome",
    "Search",
    "Settings",
    "climb",
    "every_so_many",
    "finished",
    "fit",
    "last_leg",
    "search",
    "slack",
]

LARGE_PARTS = 100_000  # from here a sample is worth it: a pass costs more than a step
FIRST_RUNG = 4_096  # parts: a Newton step takes as long as its overhead
RUNG_RATIO = 32  # one Newton step on the next rung undoes the error of the last


@dataclass(frozen=True, eq=False, repr=False)
class Fit(Record):
    """A fitted head, and how far it can be trusted.

    Attributes:
        head: W and b; each feature's weights sum to 0 over the classes, b too.
        outcome: How the search ended.
        certificate: How far the head can be from the optimum.
        steps: Every point on the way, the start first.
        tolerance: The gradient length that was asked for.
        parts_per_class: Votes of each class.
        notes: What is unusual about the parts, one sentence each; also warned of.
    """

    head: Head
    outcome: Outcome
    certificate: Certificate
    steps: tuple[Step, ...]
    tolerance: float
    parts_per_class: tuple[int, ...]
    notes: tuple[str, ...] = ()

    @property
    def message(self) -> str:
        """Return the outcome as a sentence, with its numbers."""
        missing = [str(c) for c, n in enumerate(self.parts_per_class) if n == 0]
        return self.outcome.value.format(
            steps=len(self.steps) - 1,
            gradient_norm=self.certificate.gradient_norm,
            tolerance=self.tolerance,
            missing=" or ".join(missing),
        )


@checked
def fit(  # noqa: PLR0913  options, each with a default but the penalty
    x: Features,
    y: ClassIds | Targets,
    *,
    penalty: float,
    weights: PartWeights | None = None,
    classes: int | None = None,
    start: Head | None = None,
    max_steps: int = 100,
    tolerance: float = 1e-9,
    workers: int = 1,
) -> Fit:
    """Return the head that minimises the penalised mean cross-entropy.

        J = sum_i w_i L_i / sum_i w_i + (penalty / 2) (sum W^2 + sum b^2)

    The mean divides by the summed weight of the decided parts, so the penalty is
    per part and does not change its meaning with n, class weights or repeats
    (scikit-learn's C is 1 / (n penalty), and spares the intercept). The penalty is
    on all of W and b, hence the optimum is unique and does not depend on `start`.

    Exact Newton steps with a line search; from 100,000 votes, and where no `start`
    is given, begun on every so-many-th part and finished on all; above 300 weights
    each step is solved by conjugate gradients. The same bits for any number of
    workers.

    Args:
        x: Shape (n, d), standard units, all finite.
        y: Shape (n,) class ids, or (n, k) rows: one-hot, shares (two inspectors
            disagree), or all 0 for undecided, which is skipped.
        penalty: >= 0, nats per squared weight. With 0 the head is still the one
            with sums of 0 over the classes, but the optimum may not exist.
        weights: Shape (n,), >= 0; left out, 1 a part.
        classes: The number of classes k; left out, that of `start`, the width of
            y, or the largest id + 1.
        start: Where to begin; left out, at 0.
        max_steps: Newton steps before giving up, >= 0.
        tolerance: Length of the gradient of J at which to stop, > 0.
        workers: Threads, >= 1.

    Returns:
        A `Fit`. A search that does not end is an `outcome`, not an error.

    Raises:
        ShapeError: The shapes do not fit.
        InputError: A number is NaN or infinite, an option is out of range, or no
            decided part has a weight above 0.
        LabelError: A label is not one of the k classes.

    Warns:
        GlasslineWarning: A class has no part or one part, a feature is constant,
            features are linearly dependent, or the optimum does not exist.

    Example:
        Three good parts and one bad, told apart by nothing: without penalty the
        probabilities are the frequencies.

        >>> import warnings
        >>> with warnings.catch_warnings(action="ignore"):  # x is constant
        ...     found = fit(np.zeros((4, 1)), np.array([0, 0, 0, 1]), penalty=0.0)
        >>> print(found.head.probabilities(np.zeros((1, 1))).round(6))
        [[0.75 0.25]]
        >>> found.outcome.name
        'CONVERGED'

    Source:
        Newton: Nocedal and Wright, Numerical Optimization (2006), chapters 3, 7;
        objective and Hessian: Bishop (2006), sections 4.3.4 and 5.5.
    """
    x = as_features(x)
    settings = Settings(penalty, max_steps, tolerance, workers)
    k = classes if classes is not None or start is None else start.k
    targets, k = as_targets(y, len(x), k, name="y")
    groups = votes(targets, k, as_weights(weights, len(x)))
    if not _total(groups) > 0:
        raise InputError(
            "y: expected at least one decided part with a weight above 0, got none."
        )
    theta = _start(start, x.shape[1], k)
    counts = [len(group.rows) for group in groups]
    with one_thread(max(x.size * k, float(theta.size) ** 3)):
        found = search(x, groups, theta, settings)
        return finished(x, groups, found, settings, counts)


def _start(start: Head | None, d: int, k: int) -> NDArray[np.float64]:
    if start is None:
        return np.zeros((d + 1, k))
    if start.W.shape != (d, k):
        raise ShapeError(
            f"start: expected W of shape ({d}, {k}) to match x and y, got {start.W.shape}."
        )
    return without_shift(as_theta(start))


@dataclass(frozen=True)
class Settings:
    """What a search is asked for; the fields are those of `fit`.

    Raises:
        InputError: One is out of range; the message names it.
    """

    penalty: float
    max_steps: int
    tolerance: float
    workers: int

    def __post_init__(self) -> None:
        check_penalty(self.penalty)
        if self.max_steps < 0:
            raise InputError(
                f"max_steps: expected a number >= 0, got {self.max_steps}."
            )
        if not 0 < self.tolerance < np.inf:
            raise InputError(
                f"tolerance: expected a number above 0, got {self.tolerance}."
            )
        if self.workers < 1:
            raise InputError(f"workers: expected a number >= 1, got {self.workers}.")


@dataclass(frozen=True, eq=False)
class Search:
    """How a search ended, the last Hessian of J that it took, and how it summed."""

    found: Minimum
    hessian: NDArray[np.float64] | None
    summed: Summed


def finished(
    x: NDArray[np.float64],
    groups: Sequence[Votes],
    ended: Search,
    settings: Settings,
    parts_per_class: Sequence[int],
) -> Fit:
    """Judge a search by its parts, or by a sample of them, warn, and sign the result."""
    found, penalty = ended.found, settings.penalty
    outcome, notes = judge(x, groups, found, ended.hessian, penalty)
    for note in notes:
        warnings.warn(note, GlasslineWarning, stacklevel=3)
    return Fit(
        head=Head(found.point.theta[:-1], found.point.theta[-1]),
        outcome=outcome,
        certificate=certificate_at(found.point, ended.hessian, penalty, ended.summed),
        steps=found.steps,
        tolerance=settings.tolerance,
        parts_per_class=tuple(parts_per_class),
        notes=notes,
    )


def search(
    x: NDArray[np.float64],
    groups: Sequence[Votes],
    theta: NDArray[np.float64],
    settings: Settings,
) -> Search:
    """Go down from theta: at once on few parts, up a ladder of samples on many."""
    count = sum(len(group.rows) for group in groups)

    def sample(parts: int) -> tuple[NDArray[np.float64], list[Votes]]:
        return x, [_sample(group, parts // len(groups)) for group in groups]

    theta, steps, hessian = climb(sample, count, theta, settings)
    last = _down(x, groups, theta, settings, hessian)
    return replace(last, found=replace(last.found, steps=steps + last.found.steps))


def climb(
    sample: Callable[[int], tuple[NDArray[np.float64], Sequence[Votes]]],
    count: int,
    theta: NDArray[np.float64],
    settings: Settings,
) -> tuple[NDArray[np.float64], tuple[Step, ...], NDArray[np.float64] | None]:
    """Fit samples of `count` votes, each larger; return where and how to go on with all.

    Args:
        sample: Returns x and about as many votes as it is asked for.
        count: Of all votes.
        theta: Where to begin, shape (d + 1, k).
        settings: Of the whole search.

    Returns:
        Theta, the steps that led there, and the last Hessian; None without a sample.
    """
    steps: tuple[Step, ...] = ()
    hessian = None
    needs_none = theta.size > MAX_DENSE or theta.any()  # a start, or no Hessian to keep
    for parts in _rungs(0 if needs_none else count):
        rung = _down(
            *sample(parts),
            theta,
            replace(settings, tolerance=slack(settings, parts)),
        )
        theta, steps = rung.found.point.theta, steps + rung.found.steps
        hessian = rung.hessian
    return theta, steps, hessian


def _rungs(parts: int) -> list[int]:
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


def every_so_many(votes: int, parts: int) -> int:
    """Return how many votes of a class one of its sample stands for."""
    return max(1, votes // parts)


def _sample(group: Votes, parts: int) -> Votes:
    """Return every so-many-th vote of a class, each weighing as many as it stands for."""
    every = every_so_many(len(group.rows), parts)
    weight = group.weight if isinstance(group.weight, float) else group.weight[::every]
    return Votes(group.label, group.rows[::every], weight * every)


def _down(
    x: NDArray[np.float64],
    groups: Sequence[Votes],
    theta: NDArray[np.float64],
    settings: Settings,
    hessian: NDArray[np.float64] | None = None,
) -> Search:
    """Go down from theta, at first with this Hessian if one is given."""
    parts, weight = blocks(x, groups), _total(groups)
    if theta.size <= MAX_DENSE:
        return last_leg(
            lambda at, curved: add_blocks(
                at, parts, weight, curved=curved, workers=settings.workers
            ),
            sum(len(group.rows) for group in groups),
            theta,
            settings,
            hessian,
            lambda: _summed(parts, weight),
        )
    objective = Wide(parts, weight, settings.penalty, settings.workers)
    found = minimise(
        objective, theta, max_steps=settings.max_steps, tolerance=settings.tolerance
    )
    return Search(found, None, _summed(parts, weight))


def last_leg(
    summed: Callable[[NDArray[np.float64], bool], Statistics],
    votes_summed: int,
    theta: NDArray[np.float64],
    settings: Settings,
    hessian: NDArray[np.float64] | None,
    rounded: Callable[[], Summed],
) -> Search:
    """Go down from theta with exact Hessians, whoever sums.

    Args:
        summed: Returns the statistics at theta, with the Hessian if asked.
        votes_summed: How many votes those are of.
        theta: Where to begin, shape (d + 1, k).
        settings: Of the search.
        hessian: One to begin with, of a sample.
        rounded: Returns how it was summed, once the search ended.
    """
    objective = Penalised(
        summed,
        settings.penalty,
        votes_summed,
        reuses_hessian=hessian is not None,
        hessian=hessian,
    )
    found = minimise(
        objective, theta, max_steps=settings.max_steps, tolerance=settings.tolerance
    )
    return Search(found, objective.hessian_at(found.point), rounded())


def _summed(parts: Sequence[Block], weight: float) -> Summed:
    return rounded_by(
        [sizes_of(block) for block in parts], weight, parts[0].xt.shape[1]
    )


def _total(groups: Sequence[Votes]) -> float:
    return float(sum(group.total for group in groups))

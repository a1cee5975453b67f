"""What the head would be without a part or a lot, with another label, or untaught."""

from __future__ import annotations

import warnings
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from glassline.arrays import ClassIds, Features, PartWeights, Targets
from glassline.errors import GlasslineWarning, InputError, LabelError, ShapeError
from glassline.head.certificate import MAX_DENSE, check_penalty
from glassline.head.fitting import Fit, fit
from glassline.head.inputs import as_features, as_weights
from glassline.head.linear import Head
from glassline.head.newton import Outcome
from glassline.head.objective import without_shift
from glassline.head.rounding import Summed, gradient_rounding, mean_sizes
from glassline.head.sums import as_theta, statistics
from glassline.head.targets import as_targets
from glassline.interface.record import Record

__all__ = ["LeftOut", "correct_label", "forget", "leave_lots_out", "leave_one_out"]

TOLERANCE = 1e-12  # a thousandth of the default of `fit`: effects are small numbers
CHUNK_NUMBERS = 131_072  # 1 MiB of float64: the second-level cache of one core
ROUNDS = 12  # the error shrinks about n-fold a round; what takes longer is refitted

Lot = TypeVar("Lot", bound=Hashable)


@dataclass(frozen=True, eq=False, repr=False)
class LeftOut(Record):
    """The heads that would have been, each without one part.

    Attributes:
        parts: Shape (m,), the part that each is without.
        W: Shape (m, d, k).
        b: Shape (m, k).
        outcomes: How each fit ended; look at it before the head.
        distance_bound: Shape (m,), how far each can be from the optimum without the
            part, as in a `Certificate`.
    """

    parts: NDArray[np.intp]
    W: NDArray[np.float64]
    b: NDArray[np.float64]
    outcomes: tuple[Outcome, ...]
    distance_bound: NDArray[np.float64]

    def head(self, place: int) -> Head:
        """Return the head without part `parts[place]`."""
        return Head(self.W[place], self.b[place])

    def probabilities(self, x: Features) -> NDArray[np.float64]:
        """Return what each head says of the parts x, shape (m, n, k)."""
        places = range(len(self.parts))
        return np.stack([self.head(place).probabilities(x) for place in places])


def leave_one_out(
    x: Features,
    y: ClassIds | Targets,
    head: Head,
    *,
    penalty: float,
    weights: PartWeights | None = None,
    parts: Sequence[int] | None = None,
) -> LeftOut:
    """Return the head that a full fit without each part would give.

    Exact, not the usual first-order influence, which understates the parts that
    matter most because they also hold up the curvature. Each is solved to a gradient
    of 1e-12, starting at `head`, or as far as 64-bit numbers allow; its outcome and
    its distance to the optimum without that part say so. The mean of J divides by the
    weight that is left.

    Args:
        x: Shape (n, d), as fitted.
        y: Shape (n,) class ids, or (n, k) rows, as fitted.
        head: The optimum on all parts (or any head: it is only the start).
        penalty: As fitted.
        weights: Shape (n,), as fitted.
        parts: Which parts to leave out in turn; left out, all.

    Raises:
        ShapeError, InputError, LabelError: As `fit`; or a part is not one of the n,
            or is the only decided one.

    Example:
        Of three parts the last one is bad; without it none is, and the probability
        of bad falls from 0.36 to what the penalty leaves:

        >>> x, y = np.zeros((3, 1)), np.array([0, 0, 1])
        >>> head = Head(np.zeros((1, 2)), np.zeros(2))
        >>> left = leave_one_out(x, y, head, penalty=0.1)
        >>> print(left.probabilities(np.zeros((1, 1)))[:, 0, 1].round(2))
        [0.5  0.5  0.11]
        >>> [outcome.name for outcome in left.outcomes]
        ['CONVERGED', 'CONVERGED', 'CLASS_MISSING']

    Source:
        What it replaces: P. W. Koh and P. Liang, ICML 2017, arXiv:1703.04730.
    """
    taught = _teaching(x, y, head, penalty, weights)
    which = _check_parts(parts, len(taught.x))
    theta, bounds = _refit_without_each(taught, as_theta(head), which)
    outcomes = taught.outcomes_without(which)
    for place in np.flatnonzero(np.isnan(bounds)).tolist():
        found = taught.fit_without(which[place : place + 1], head)
        theta[place] = as_theta(found.head)
        bounds[place] = found.certificate.distance_bound
        outcomes[place] = found.outcome
    return LeftOut(which, theta[:, :-1], theta[:, -1], tuple(outcomes), bounds)


def leave_lots_out(
    x: Features,
    y: ClassIds | Targets,
    lots: Sequence[Lot],
    head: Head,
    *,
    penalty: float,
    weights: PartWeights | None = None,
) -> dict[Lot, Fit]:
    """Return, for each lot, the full fit without its parts, with its certificate.

    `lots` are n names (lot, inspector, shift, camera), one a part; the answer has them
    in the order in which they first appear. All else is as for `leave_one_out`.

    Raises:
        ShapeError, InputError, LabelError: As `fit`; or a lot is everything.

    Example:
        >>> x, y = np.array([[0.0], [1.0], [0.5]]), np.array([0, 1, 1])
        >>> head = Head(np.zeros((1, 2)), np.zeros(2))
        >>> list(leave_lots_out(x, y, ["A", "A", "B"], head, penalty=0.1))
        ['A', 'B']
    """
    taught = _teaching(x, y, head, penalty, weights)
    if len(lots) != len(taught.x):
        raise ShapeError(
            f"lots: expected {len(taught.x)} names, one a part, got {len(lots)}."
        )
    members: dict[Lot, list[int]] = {}
    for part, lot in enumerate(lots):
        members.setdefault(lot, []).append(part)
    return {
        lot: taught.fit_without(np.array(own), head) for lot, own in members.items()
    }


def correct_label(  # noqa: PLR0913  a part, its label, and what `fit` was given
    x: Features,
    y: ClassIds | Targets,
    head: Head,
    *,
    part: int,
    label: int,
    penalty: float,
    weights: PartWeights | None = None,
) -> Fit:
    """Return the full fit after one label was changed: the retrain, in a millisecond.

    `part` is the one whose label was wrong, `label` what a person says now, in
    [0, k). All else is as for `leave_one_out`; y is not changed.

    Raises:
        ShapeError, InputError, LabelError: As `fit`; or no such part or class.

    Warns:
        GlasslineWarning: As `fit`.

    Example:
        >>> x, y = np.arange(5.0)[:, None], np.array([0, 1, 0, 1, 1])
        >>> before = fit(x, y, penalty=0.1)
        >>> after = correct_label(x, y, before.head, part=1, label=0, penalty=0.1)
        >>> before.parts_per_class, after.parts_per_class
        ((2, 3), (3, 2))
    """
    targets, _ = as_targets(y, len(x), head.k, name="y")
    _check_parts([part], len(x))
    if not 0 <= label < head.k:
        raise LabelError(f"label: expected a class id in [0, {head.k}), got {label}.")
    changed = targets.copy()
    changed[part] = label if changed.ndim == 1 else np.eye(head.k)[label]
    return fit(
        x, changed, penalty=penalty, weights=weights, start=head, tolerance=TOLERANCE
    )


def forget(
    x: Features,
    y: ClassIds | Targets,
    head: Head,
    *,
    parts: Iterable[int],
    penalty: float,
    weights: PartWeights | None = None,
) -> Fit:
    """Return the full fit to the parts that are left: as if the others never were.

    The certificate of the result is that of the remaining parts: within its bound
    the head equals one that never saw the others.

    All but the `parts` to forget is as for `leave_one_out`.

    Raises:
        ShapeError, InputError, LabelError: As `fit`; or no such part, or none left.

    Warns:
        GlasslineWarning: As `fit`.
    """
    taught = _teaching(x, y, head, penalty, weights)
    gone = _check_parts(list(parts), len(taught.x))
    return taught.fit_without(gone, head, quiet=False)


@dataclass(frozen=True, eq=False)
class _Teaching:
    """What a head was fitted to, checked once: x, labels, penalty and weights."""

    x: NDArray[np.float64]
    targets: NDArray[np.int64] | NDArray[np.float64]
    k: int
    penalty: float
    weights: NDArray[np.float64] | None

    @cached_property
    def wide(self) -> NDArray[np.float64]:
        """Return x~, shape (n, d + 1): x and a last column of 1."""
        return np.hstack([self.x, np.ones((len(self.x), 1))])

    @cached_property
    def shares(self) -> NDArray[np.float64]:
        """Return w y, shape (n, k); an undecided part has none."""
        rows = self.targets
        if rows.ndim == 1:
            rows = (rows[:, None] == np.arange(self.k)).astype(np.float64)
        return np.asarray(
            rows if self.weights is None else rows * self.weights[:, None]
        )

    @cached_property
    def counts(self) -> NDArray[np.float64]:
        """Return what each part weighs, shape (n,)."""
        return np.asarray(self.shares.sum(axis=1))

    @cached_property
    def sizes(self) -> NDArray[np.float64]:
        """Return the root mean square of x~, shape (d + 1,)."""
        with np.errstate(over="ignore", under="ignore"):
            squares = self.counts @ self.x**2
        return mean_sizes(
            squares, float(self.counts.sum()), lambda: abs(self.x).max(axis=0)
        )

    def outcomes_without(self, parts: NDArray[np.intp]) -> list[Outcome]:
        """Return how fits that converge without each of some parts have ended."""
        voted = self.shares > 0
        missing = (voted.sum(axis=0) == voted[parts]).any(axis=1)
        return [Outcome.CLASS_MISSING if m else Outcome.CONVERGED for m in missing]

    def fit_without(
        self, parts: NDArray[np.intp], head: Head, *, quiet: bool = True
    ) -> Fit:
        """Return the full fit to the other parts, from the head that all gave."""
        keep = np.delete(np.arange(len(self.x)), parts)
        if not self.counts[keep].sum() > 0:
            raise InputError(
                "parts: expected at least one decided part left, got none."
            )
        with warnings.catch_warnings():
            if quiet:  # a trial: its outcome says what matters
                warnings.simplefilter("ignore", GlasslineWarning)
            return fit(
                self.x[keep],
                self.targets[keep],
                penalty=self.penalty,
                weights=None if self.weights is None else self.weights[keep],
                start=head,
                tolerance=TOLERANCE,
            )


def _teaching(
    x: object, y: object, head: Head, penalty: float, weights: object
) -> _Teaching:
    check_penalty(penalty)
    checked = as_features(x, head.d)
    targets, _ = as_targets(y, len(checked), head.k, name="y")
    return _Teaching(
        checked, targets, head.k, penalty, as_weights(weights, len(checked))
    )


def _check_parts(parts: Sequence[int] | None, n: int) -> NDArray[np.intp]:
    """Return places in [0, n); None means all."""
    which = np.arange(n) if parts is None else np.asarray(parts, dtype=np.intp)
    wrong = (which < 0) | (which >= n)
    if wrong.any():
        raise InputError(f"part: expected one of [0, {n}), got {which[wrong][0]}.")
    return which


def _refit_without_each(
    taught: _Teaching, theta: NDArray[np.float64], parts: NDArray[np.intp]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the optimum without each part, and its bound: NaN where a full fit must.

    All variants walk together: one round evaluates the gradient of each over its own
    n - 1 parts, and steps with the Hessian that `theta` has without that part. One
    part of n moves the optimum by about 1/n, so the step's error shrinks as fast.
    Without a penalty only a full fit asks whether there is an optimum.

    Returns:
        Shapes (m, d + 1, k) and (m,).
    """
    start = without_shift(theta)
    solved, bounds = np.empty((len(parts), *theta.shape)), np.full(len(parts), np.nan)
    if theta.size > MAX_DENSE or taught.penalty == 0:
        return solved, bounds
    head = Head(start[:-1], start[-1])
    sums = statistics(taught.x, taught.targets, head, weights=taught.weights)
    chunk = max(1, CHUNK_NUMBERS // (taught.k * max(1, len(taught.x))))
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        for first in range(0, len(parts), chunk):
            here = slice(first, first + chunk)
            solved[here], bounds[here] = _walk(
                taught, start, np.asarray(sums.hessian), parts[here]
            )
    return solved, bounds


def _walk(
    taught: _Teaching,
    start: NDArray[np.float64],
    hessian: NDArray[np.float64],
    which: NDArray[np.intp],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the optimum without each of a few parts, and the bounds of those done."""
    width, k = start.shape
    wide, counts, penalty = taught.wide, taught.counts, taught.penalty
    weight = counts.sum() - counts[which]
    theta = np.repeat(start[None], len(which), axis=0)
    norm = np.full(len(which), np.nan)
    if (weight < counts[which]).any():
        return theta, norm  # what is left of a difference has lost digits
    rest = (hessian - _hessians(taught, start, which)) / weight[:, None, None]
    # Curvature along the shifts, where gradients have no part, makes it definite.
    shift = np.kron(np.eye(width), np.ones((k, k)) / k)
    try:
        inverse = np.linalg.inv(rest + penalty * np.eye(width * k) + shift)
    except np.linalg.LinAlgError:
        return theta, norm
    done = np.zeros(len(which), dtype=np.bool_)
    for _ in range(ROUNDS):
        z = np.matmul(theta.transpose(0, 2, 1), wide.T)  # (m, k, n)
        z -= z.max(axis=1, keepdims=True)
        pull = np.exp(z, out=z)
        pull *= (counts / pull.sum(axis=1))[:, None, :]
        pull -= taught.shares.T
        pull[np.arange(len(which)), :, which] = 0.0
        gradient = (pull @ wide).transpose(0, 2, 1) / weight[:, None, None]
        gradient += penalty * theta
        norm = np.sqrt((gradient**2).sum(axis=(1, 2)))
        done = norm <= TOLERANCE
        if done.all():
            break
        step = (inverse @ gradient.reshape(len(which), -1, 1)).reshape(-1, width, k)
        step[done] = 0.0
        theta -= step - step.mean(axis=2, keepdims=True)
    # The sizes of all parts, over the weight that is left, are at least those left.
    share = np.sqrt(counts.sum() / weight)[:, None]
    summed = Summed(taught.sizes * share, 0.0, len(wide), 2)
    norm = np.where(done, norm, np.nan)
    return theta, (norm + gradient_rounding(theta, norm, penalty, summed)) / penalty


def _hessians(
    taught: _Teaching, theta: NDArray[np.float64], parts: NDArray[np.intp]
) -> NDArray[np.float64]:
    """Return each part's Hessian of w L, shape (m, (d + 1) k, (d + 1) k)."""
    wide = taught.wide[parts]
    z = wide @ theta
    e = np.exp(z - z.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    each = p[:, :, None] * (np.eye(taught.k) - p[:, None, :])
    each *= taught.counts[parts][:, None, None]
    size = wide.shape[1] * taught.k
    return np.asarray(
        np.einsum("ni,nj,nab->niajb", wide, wide, each).reshape(-1, size, size)
    )

"""What the head would be without a part, or without a lot."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from glassline.arrays import ClassIds, Features, PartWeights, Probabilities, Targets
from glassline.errors import InputError, ShapeError
from glassline.head.certificate import check_penalty
from glassline.head.inputs import as_features, as_weights
from glassline.head.leaving_out import Teaching, first_order, refit_without_each
from glassline.head.linear import Head
from glassline.head.relabel import TOLERANCE, check_parts
from glassline.head.search import Settings, search
from glassline.head.sums import as_theta
from glassline.head.targets import as_targets, votes

__all__ = [
    "LeftOut",
    "influence_approximation",
    "leave_lots_out",
    "leave_one_out",
]

MAX_STEPS = 100

Lot = TypeVar("Lot", bound=Hashable)


@dataclass(frozen=True, eq=False)
class LeftOut:
    """The heads that would have been, each without one part.

    Attributes:
        parts: Shape (m,), the part that each is without.
        W: Shape (m, d, k).
        b: Shape (m, k).
    """

    parts: NDArray[np.intp]
    W: NDArray[np.float64]
    b: NDArray[np.float64]

    def head(self, place: int) -> Head:
        """Return the head without part `parts[place]`."""
        return Head(self.W[place], self.b[place])

    def probabilities(self, x: Features) -> NDArray[np.float64]:
        """Return what each head says of the parts x, shape (m, n, k)."""
        said: list[Probabilities] = [
            self.head(place).probabilities(x) for place in range(len(self.parts))
        ]
        return np.stack(said)


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

    Exact, not the usual first-order influence: each is solved to a gradient of
    1e-12, starting at `head`, so it lies within 1e-12 / penalty of the optimum
    without that part. The mean of J divides by the weight that is left.

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

    Source:
        What it replaces: P. W. Koh and P. Liang, ICML 2017, arXiv:1703.04730.
    """
    taught = _teaching(x, y, head, penalty, weights)
    which = check_parts(parts, len(taught.x))
    theta, unsolved = refit_without_each(taught, as_theta(head), which, TOLERANCE)
    for place in unsolved:
        keep = np.delete(np.arange(len(taught.x)), which[place])
        theta[place] = _refit(taught, keep, head)
    return LeftOut(which, theta[:, :-1], theta[:, -1])


def influence_approximation(
    x: Features,
    y: ClassIds | Targets,
    head: Head,
    *,
    penalty: float,
    weights: PartWeights | None = None,
) -> LeftOut:
    """Return the heads without each part by the usual first-order approximation.

        theta without i  ~  theta + H^-1 (gradient of w_i L_i) / sum w

    For comparison only: it understates the parts that matter most, because they
    also hold up the curvature. `leave_one_out` is exact and fast enough.

    Args and errors: as `leave_one_out`.

    Source:
        Koh and Liang, ICML 2017, arXiv:1703.04730, eq. 1.
    """
    taught = _teaching(x, y, head, penalty, weights)
    theta = first_order(taught, as_theta(head))
    return LeftOut(np.arange(len(taught.x)), theta[:, :-1], theta[:, -1])


def leave_lots_out(
    x: Features,
    y: ClassIds | Targets,
    lots: Sequence[Lot],
    head: Head,
    *,
    penalty: float,
    weights: PartWeights | None = None,
) -> dict[Lot, Head]:
    """Return, for each lot, the head that a full fit without its parts would give.

    Args:
        x: Shape (n, d), as fitted.
        y: Shape (n,) class ids, or (n, k) rows, as fitted.
        lots: n names: lot, inspector, shift, camera.
        head: The optimum on all parts (or any head: it is only the start).
        penalty: As fitted.
        weights: Shape (n,), as fitted.

    Returns:
        Lot to head, in the order in which the lots first appear.

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
    found = {}
    for lot, own in members.items():
        theta = _refit(taught, np.delete(np.arange(len(taught.x)), own), head)
        found[lot] = Head(theta[:-1], theta[-1])
    return found


def _teaching(
    x: object, y: object, head: Head, penalty: float, weights: object
) -> Teaching:
    """Check what was fitted, once."""
    check_penalty(penalty)
    checked = as_features(x, head.d)
    targets, _ = as_targets(y, len(checked), head.k, name="y")
    return Teaching(
        checked, targets, head.k, penalty, as_weights(weights, len(checked))
    )


def _refit(taught: Teaching, keep: NDArray[np.intp], head: Head) -> NDArray[np.float64]:
    """Return theta fitted to some of the parts, from the head that all gave."""
    w = taught.weights
    groups = votes(taught.targets[keep], taught.k, None if w is None else w[keep])
    if not sum(group.total for group in groups) > 0:
        raise InputError("parts: expected at least one decided part left, got none.")
    settings = Settings(taught.penalty, MAX_STEPS, TOLERANCE, workers=1)
    found, _ = search(taught.x[keep], groups, as_theta(head), settings)
    return found.point.theta

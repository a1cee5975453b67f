"""What people said: class ids or rows, read as votes; smoothing and class weights."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from glassline.arrays import ClassIds, Targets, as_floats
from glassline.errors import InputError, LabelError, ShapeError
from glassline.head.inputs import check_finite

__all__ = [
    "SUM_TOLERANCE",
    "Votes",
    "as_class_ids",
    "as_targets",
    "balanced",
    "class_weights",
    "one_if_equal",
    "smooth",
    "votes",
]

SUM_TOLERANCE = 1e-6  # of shares that sum to 1: they may come in single precision


@dataclass(frozen=True, eq=False)
class Votes:
    """The parts that speak for one class.

    A one-hot row is one vote of weight 1, a soft row is one vote a class, an
    undecided row is none: cross-entropy is linear in y, so the sums are the same.

    Attributes:
        label: The class.
        rows: Shape (m,), the places of the parts, rising.
        weight: y times the part's weight, > 0: one number for all, or shape (m,).
    """

    label: int
    rows: NDArray[np.intp]
    weight: float | NDArray[np.float64]

    @property
    def total(self) -> float:
        """Return the summed weight."""
        if isinstance(self.weight, float):
            return self.weight * len(self.rows)
        return float(self.weight.sum())


def as_targets(
    targets: object, n: int, k: int | None = None, name: str = "targets"
) -> tuple[NDArray[np.int64] | NDArray[np.float64], int]:
    """Return labels as ids (n,) int64 or rows (n, k) float64, and the class count.

    Args:
        targets: Class ids of shape (n,), or rows of shape (n, k).
        n: The number of parts.
        k: The number of classes; left out, the rows' width, or the largest id + 1.
        name: What the caller calls them.

    Raises:
        ShapeError: Not one label a part, or rows of another width than k.
        LabelError: An id outside [0, k), or a row that is neither a share of 1 nor 0.
        InputError: Not numbers, or one is NaN or infinite.
    """
    array = np.asarray(targets)
    if array.shape == (0,):  # an empty list has no kind
        array = array.astype(np.int64)
    if array.ndim == 1 and array.dtype.kind in "iu":
        return _ids(array, n, k, name)
    rows = as_floats(targets, name)
    wanted = f"({n},) of integers or ({n}, {'k' if k is None else k})"
    if rows.ndim != 2 or rows.shape[0] != n or k not in (None, rows.shape[1]):
        kind = f" of {array.dtype}" if rows.shape == (n,) else ""
        raise ShapeError(f"{name}: expected shape {wanted}, got {rows.shape}{kind}.")
    check_finite(rows, name)
    sums = rows.sum(axis=1)
    wrong = (rows < 0).any(axis=1) | ((abs(sums - 1) > SUM_TOLERANCE) & (sums != 0))
    if wrong.any():
        first = int(np.argmax(wrong))
        raise LabelError(
            f"{name}[{first}]: expected shares >= 0 that sum to 1 (or to 0: undecided), "
            f"got {rows[first].tolist()}."
        )
    return rows, rows.shape[1]


def as_class_ids(labels: object, n: int, k: int) -> NDArray[np.int64]:
    """Return labels as ids (n,) int64: `as_targets` where shares will not do."""
    ids, _ = as_targets(labels, n, k, name="labels")
    if ids.ndim != 1:
        raise ShapeError(
            f"labels: expected shape ({n},) of class ids, got {ids.shape}."
        )
    return ids.astype(np.int64, copy=False)


def _ids(
    array: NDArray[np.integer], n: int, k: int | None, name: str
) -> tuple[NDArray[np.int64], int]:
    if array.shape != (n,):
        raise ShapeError(
            f"{name}: expected shape ({n},), one a part, got {array.shape}."
        )
    lowest, highest = (int(array.min()), int(array.max())) if n else (0, 0)
    limit = highest + 1 if k is None else k
    if lowest < 0 or highest >= limit:
        wrong = (array < 0) | (array >= limit)
        first = int(np.argmax(wrong))
        more = f" ({int(wrong.sum()) - 1} more)" if wrong.sum() > 1 else ""
        raise LabelError(
            f"{name}[{first}]: expected a class id in [0, {limit}), "
            f"got {array[first]}{more}."
        )
    return array.astype(np.int64, copy=False), max(limit, 2) if k is None else k


def votes(
    targets: NDArray[np.int64] | NDArray[np.float64],
    k: int,
    weights: NDArray[np.float64] | None = None,
) -> list[Votes]:
    """Sort checked labels into votes, class by class; weight 0 is no vote."""
    weight: NDArray[np.float64] | None
    if targets.ndim == 2:
        place = np.nonzero(targets.T)[1]
        counts = np.count_nonzero(targets, axis=0)
        share = targets.T[targets.T != 0]
        weight = share if weights is None else share * weights[place]
    else:
        # The narrowest integers: only those are sorted in linear time.
        place = np.argsort(targets.astype(np.min_scalar_type(k)), kind="stable")
        counts = np.bincount(targets, minlength=k)
        weight = None if weights is None else weights[place]
    groups = []
    for c, (a, b) in enumerate(pairwise([0, *np.cumsum(counts).tolist()])):
        own = np.ones(1) if weight is None else weight[a:b]
        if own.all():
            groups.append(Votes(c, place[a:b], one_if_equal(own)))
        else:
            groups.append(Votes(c, place[a:b][own > 0], one_if_equal(own[own > 0])))
    return groups


def one_if_equal(weight: NDArray[np.float64]) -> float | NDArray[np.float64]:
    """Return equal weights as one number, which costs nothing in the sums."""
    if len(weight) == 0:
        return 1.0
    return float(weight[0]) if weight.min() == weight.max() else weight


def smooth(targets: Targets, amount: float) -> Targets:
    """Return labels moved towards even shares.

        y' = (1 - amount) y + amount / k,    undecided rows stay 0

    With amount 1 the loss is the mean of -log p over all classes.

    Args:
        targets: Shape (n, k): one-hot, soft, or 0 for undecided.
        amount: In [0, 1].

    Raises:
        InputError: The amount is outside [0, 1].
        LabelError: A row is neither a share of 1 nor 0.

    Example:
        >>> smooth(np.array([[1.0, 0.0], [0.0, 0.0]]), 0.2).tolist()
        [[0.9, 0.1], [0.0, 0.0]]

    Source:
        C. Szegedy et al., CVPR 2016, section 7, doi:10.1109/CVPR.2016.308.
    """
    if not 0 <= amount <= 1:
        raise InputError(f"amount: expected a number in [0, 1], got {amount}.")
    array = as_floats(targets, "targets")
    if array.ndim != 2:
        raise ShapeError(f"targets: expected shape (n, k), got {array.shape}.")
    rows, k = as_targets(array, len(array))
    decided = rows.any(axis=1, keepdims=True)
    return np.where(decided, (1 - amount) * rows + amount / k, 0.0)


def class_weights(y: ClassIds | Targets, k: int) -> NDArray[np.float64]:
    """Return the weight a class that makes all present classes count the same.

        weight_c = (decided parts) / (classes present * parts of class c)

    so that the weights of the decided parts average 1. For class ids, the weight
    a part is `class_weights(y, k)[y]`; for rows, `y @ class_weights(y, k)`.

    Args:
        y: Shape (n,) class ids, or (n, k) rows (soft rows count by their shares).
        k: The number of classes.

    Returns:
        Shape (k,); 0 for a class without parts.

    Raises:
        ShapeError: y is neither (n,) integers nor (n, k).
        LabelError: y holds something that is no label of k classes.

    Example:
        Three good parts and one scratch:

        >>> class_weights(np.array([0, 0, 0, 1]), 2).round(4).tolist()
        [0.6667, 2.0]
    """
    targets, _ = as_targets(y, len(np.asarray(y)), k, name="y")
    counts = (
        targets.sum(axis=0)
        if targets.ndim == 2
        else np.bincount(targets, minlength=k).astype(np.float64)
    )
    return balanced(counts)


def balanced(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return `class_weights` for how many parts each class has, shape (k,)."""
    present = counts > 0
    share = counts.sum() / max(int(present.sum()), 1)
    return np.asarray(
        np.divide(share, counts, out=np.zeros(len(counts)), where=present)
    )

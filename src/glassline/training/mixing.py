"""Learn of each feature which two measurements it is read as, and their weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from glassline.features import Scale
from glassline.features.sums import blend
from glassline.head import part_losses
from glassline.head.threads import one_thread
from glassline.training.choosing import (
    MOST,
    Mix,
    Parts,
    Shares,
    head_of,
    inner_folds,
    shares_of,
)

__all__ = ["Mixture", "learn_mixes", "mixture_loss"]

STEPS = 300  # of the descent; what is kept is rounded, so its last digits cost nothing
DOWN = 1e-9  # relative fall of the loss at which it ends
SMALL = 0.1  # of the larger: a second measurement below says nothing
GRID = 32  # weights are whole parts of it: exact in binary, and easy by hand


@dataclass(frozen=True)
class Mixture:
    """What each feature is read as.

    Attributes:
        mixes: The columns of each feature, one or two.
        weights: One a column; of a feature they sum to 1.
    """

    mixes: tuple[Mix, ...]
    weights: tuple[tuple[float, ...], ...]

    def values(self, readings: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the readings of the features, shape (n, d), of those of all columns."""
        columns = [
            blend([readings[:, column] for column in mix], each)
            for mix, each in zip(self.mixes, self.weights, strict=True)
        ]
        return np.stack(columns, axis=1)

    def alone(self, place: int, column: int) -> Mixture:
        """Return the mixture in which one feature is read as one column alone."""
        mixes, weights = list(self.mixes), list(self.weights)
        mixes[place], weights[place] = (column,), (1.0,)
        return Mixture(tuple(mixes), tuple(weights))

    def moved(self, by: int) -> Mixture:
        """Return the mixture of columns that lie so many places further on."""
        mixes = tuple(tuple(column + by for column in mix) for mix in self.mixes)
        return replace(self, mixes=mixes)


def learn_mixes(
    parts: Parts,
    columns: Mapping[str, Sequence[int]],
    penalty: float,
    *,
    most: int = MOST,
) -> Mixture:
    """Learn what each feature is read as, by the loss of the head itself.

    With u_gj the reading of column j of feature g in standard units,

        x_g = sum_j a_gj u_gj,  a_gj >= 0,    z = x W + b
        minimise  sum_i w_i CE_i / sum_i w_i + (penalty / 2) (|a|^2 + |W|^2 + |b|^2)

    from two starts, the defaults and all columns alike; the lower end counts. The
    largest `most` of each feature are kept, and learnt once more. A feature then is
    `blend` of them with weights a_gj / spread_gj, divided by their sum and rounded to
    whole 32nds. No a is below 0, so a feature rises with each of its measurements.

    The problem is not convex: another start may end elsewhere. The starts are fixed
    and sums are taken on one thread, so that the same parts give the same mixture.

    Args:
        parts: Labelled, some of them of weight above 0.
        columns: Feature to the columns of its candidates, the default first.
        penalty: Above 0.
        most: Measurements a feature: 1 or 2.

    Example:
        >>> x = np.array([0.0, 0.1, 0.2, 3.0, 3.1, 3.2])
        >>> labels = np.repeat([0, 1], 3)
        >>> parts = Parts(np.stack([1 + x % 1, x], axis=1), np.eye(2)[labels],
        ...               np.ones(6), None, labels, np.arange(6))
        >>> learn_mixes(parts, {"only": (0, 1)}, 1e-3).mixes
        ((1,),)
    """
    scale = Scale.fit(parts.readings, parts.good)
    descent = _Descent(scale.x(parts.readings), parts, columns, penalty)
    defaults, alike = np.zeros(descent.m), np.zeros(descent.m)
    for span in columns.values():
        defaults[span[0]] = 1.0
        alike[list(span)] = len(span) ** -0.5
    # not 0 itself: from there a measurement whose feature has no weight yet can not move
    starts = (defaults + 0.05, alike)
    free = np.ones(descent.m, np.bool_)
    with one_thread():
        ends = [descent.run(start, free) for start in starts]
        _, a = min(ends, key=lambda end: end[0])
        kept = np.zeros(descent.m, np.bool_)
        for span in columns.values():
            kept[sorted(span, key=lambda j: (-a[j], j))[:most]] = True
        _, a = descent.run(np.where(kept, a, 0.0) + 1e-3, kept)
    found = [
        _rounded(span, a[list(span)], np.array(scale.spread)[list(span)])
        for span in columns.values()
    ]
    return Mixture(tuple(mix for mix, _ in found), tuple(each for _, each in found))


def _rounded(
    span: Sequence[int], a: NDArray[np.float64], spread: NDArray[np.float64]
) -> tuple[Mix, tuple[float, ...]]:
    """Return the columns of one feature and their weights in whole 32nds."""
    if not a.max() > 0:
        return (span[0],), (1.0,)
    part = np.where(a >= SMALL * a.max(), a / spread, 0.0)
    parts = np.rint(GRID * part / part.sum()).astype(int)
    parts[parts.argmax()] += GRID - parts.sum()
    places = np.flatnonzero(parts).tolist()
    return (
        tuple(span[place] for place in places),
        tuple(float(parts[place]) / GRID for place in places),
    )


class _Descent:
    """The loss as a function of a, W and b, and the way down from a start."""

    def __init__(
        self,
        u: NDArray[np.float64],
        parts: Parts,
        columns: Mapping[str, Sequence[int]],
        penalty: float,
    ) -> None:
        self.u, self.targets, self.penalty = u, parts.targets, penalty
        self.w = (parts.weights / parts.weights.sum())[:, None]
        self.m, self.d, self.k = u.shape[1], len(columns), parts.targets.shape[1]
        self.owner = np.zeros((self.m, self.d))
        for feature, span in enumerate(columns.values()):
            self.owner[list(span), feature] = 1.0

    def run(
        self, start: NDArray[np.float64], free: NDArray[np.bool_]
    ) -> tuple[float, NDArray[np.float64]]:
        """Return the loss at the end and a, shape (m,); what is not free stays 0."""
        from scipy.optimize import minimize  # noqa: PLC0415  0.2 s

        numbers = (self.d + 1) * self.k
        bounds = [(0.0, None if each else 0.0) for each in free.tolist()]
        found = minimize(
            self._at,
            np.concatenate([np.where(free, start, 0.0), np.zeros(numbers)]),
            jac=True,
            method="L-BFGS-B",
            bounds=bounds + [(None, None)] * numbers,
            options={"maxiter": STEPS, "ftol": DOWN, "gtol": 1e-6},
        )
        return float(found.fun), np.asarray(found.x[: self.m])

    def _at(self, theta: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        """Return the loss and its gradient."""
        a, rest = theta[: self.m], theta[self.m :]
        W, b = rest[: -self.k].reshape(self.d, self.k), rest[-self.k :]
        x = self.u @ (self.owner * a[:, None])
        z = x @ W + b
        z -= z.max(axis=1, keepdims=True)
        e = np.exp(z)
        t = e.sum(axis=1, keepdims=True)
        losses = self.targets.sum(axis=1, keepdims=True) * np.log(t)
        losses -= (self.targets * z).sum(axis=1, keepdims=True)
        loss = float((self.w * losses).sum())
        back = self.w * (e / t * self.targets.sum(axis=1, keepdims=True) - self.targets)
        of_a = (self.u.T @ (back @ W.T) * self.owner).sum(axis=1)
        gradient = np.concatenate([of_a, (x.T @ back).ravel(), back.sum(axis=0)])
        return (
            loss + self.penalty / 2 * float(theta @ theta),
            gradient + self.penalty * theta,
        )


def mixture_loss(
    parts: Parts,
    columns: Mapping[str, Sequence[int]],
    penalty: float,
    *,
    most: int = MOST,
) -> Shares:
    """Return the cross-validated loss of learnt mixtures, each group's share of it.

    The folds are those of `inner_loss`; mixture, scale and head are all learnt without
    the fold that is scored.
    """
    lost = np.zeros(len(parts.labels))
    for seen, own in inner_folds(parts):
        known = parts.subset(seen)
        mixture = learn_mixes(known, columns, penalty, most=most)
        values = mixture.values(parts.readings)
        x = Scale.fit(values[seen], known.good).x(values)
        head = head_of(known, x[seen], penalty)
        lost[own] += part_losses(head.logits(x[own]), parts.targets[own])
    return shares_of(parts, lost)

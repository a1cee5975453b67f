"""A running line held against its training: what moved, since which lot, what follows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassline.arrays import Features
from glassline.model import Model
from glassline.monitor.change import changed_at
from glassline.monitor.drift import FALSE_ALARMS, Drift, consequences, find_drift
from glassline.monitor.limits import Limits
from glassline.monitor.memory import cusum

__all__ = ["LOTS", "Watch", "in_batches", "watch"]

LOTS = (4, 20)  # of today: a large move within a few lots, a small one within many
MOST_SUM = 5.0  # spreads: mended, ten good lots forget a move, however great it was
Groups = NDArray[np.int64]


@dataclass(frozen=True)
class Watch:
    """Whether a line drifts now, and since when.

    Attributes:
        drift: Of the newest lots. Where something was noticed, its shifts and its
            consequences are those of the parts since the change.
        since: Feature to the place of the first part that reads otherwise; of the
            features that were noticed.
        parts: How many parts came since the earliest of these changes, that one included.
    """

    drift: Drift
    since: dict[str, int]
    parts: int

    def as_json(self) -> dict[str, Any]:
        """Return the answer as plain data."""
        return {**self.drift.as_json(), "since": self.since, "parts_since": self.parts}


def in_batches(n: int, size: int) -> Groups:
    """Return groups for n parts without lots: so many in a row are one.

    A last group that is not full belongs to the one before.

    Example:
        >>> in_batches(7, 3).tolist()
        [0, 0, 0, 1, 1, 1, 1]
    """
    full = max(1, n // size)
    return np.minimum(np.arange(n) // size, full - 1)


def watch(
    model: Model,
    values: Features,
    groups: Groups,
    *,
    lots: tuple[int, ...] = LOTS,
    false_alarms: float = FALSE_ALARMS,
) -> Watch:
    """Hold the newest lots of a line against training, and find since when they moved.

    Whether anything moved is asked of the newest few lots, and of the newest many, each at
    its part of the false alarms, by `find_drift`. Of a feature that did, the lots since its
    cumulative sum (`cusum`, which stops at `MOST_SUM`) was last 0 are looked at, so that
    what was mended before does not count; the change is the likeliest step among them (`changed_at`). How far it
    moved, and what that does to decisions, is then counted on all parts since.

    Args:
        model: That decided on these parts, with its record of training.
        values: Shape (n, d), readings in the order of time, each in its own unit.
        groups: Shape (n,), lots in the order of their first part.
        lots: How many of the newest are compared, each for itself; rising.
        false_alarms: In (0, 1): how often a line that did not change may be noticed.

    Raises:
        InputError: As in `find_drift`.
    """
    order = _in_order(groups)
    found = _newest(model, values, order, lots, false_alarms)
    noticed = [j for j, shift in enumerate(found.shifts) if shift.is_noticed]
    if not noticed:
        return Watch(found, {}, 0)
    before = np.array(found.before.means)
    centre = before.mean(axis=0)
    places, means = _means(model, values, order)
    first = {j: int(places[_since(before[:, j], means[:, j])]) for j in noticed}
    start = min(first.values())
    now = means[places >= start].mean(axis=0)
    moved = np.zeros(len(centre))
    moved[noticed] = (now - centre)[noticed]
    shifts = tuple(
        replace(shift, value=float(moved[j])) if j in first else shift
        for j, shift in enumerate(found.shifts)
    )
    told = replace(
        found,
        shifts=shifts,
        consequences=consequences(model, values[start:], moved),
    )
    since = {model.feature_names[j]: place for j, place in first.items()}
    return Watch(told, since, len(values) - start)


def _newest(
    model: Model,
    values: Features,
    order: Groups,
    lots: tuple[int, ...],
    false_alarms: float,
) -> Drift:
    """Return the first comparison that notices anything, or else the one of most lots."""

    def compared(count: int) -> Drift:
        newest = order > order.max(initial=-1) - count
        found = find_drift(
            model,
            values[newest],
            order[newest],
            false_alarms=false_alarms / len(lots),
        )
        return replace(found, false_alarms=false_alarms)

    *few, many = lots
    fast = (found for found in map(compared, few) if found.answer == "drift")
    return next(fast, None) or compared(many)


def _since(before: NDArray[np.float64], means: NDArray[np.float64]) -> int:
    """Return the lot from which one number moved, without what was mended before."""
    centre, spread = float(before.mean()), float(before.std(ddof=1))
    limits = Limits(centre, max(spread, np.spacing(1.0)), len(before))
    chart = cusum(means, limits, most=MOST_SUM)
    start = min(chart.since(len(means) - 1), len(means) - 1)
    return start + changed_at(means[start:], centre)


def _in_order(groups: Groups) -> Groups:
    """Number groups in the order of their first part."""
    _, first, own = np.unique(groups, return_index=True, return_inverse=True)
    rank = np.empty(len(first), np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    return np.asarray(rank[own])


def _means(
    model: Model, values: Features, order: Groups
) -> tuple[Groups, NDArray[np.float64]]:
    """Return of each lot with parts that look good its first part, and its mean x."""
    x = model.scale.x(values)
    place = model.recipe.classes.index(str(model.recipe.good))
    rows = np.flatnonzero(model.head.logits(x).argmax(axis=1) == place)
    names, own = np.unique(order[rows], return_inverse=True)
    sums = np.zeros((len(names), x.shape[1]))
    np.add.at(sums, own, x[rows])
    starts = np.unique(order, return_index=True)[1]
    return starts[names], sums / np.bincount(own)[:, np.newaxis]

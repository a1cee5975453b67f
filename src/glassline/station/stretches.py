"""Parts dealt into stretches: by a name, by the plant's clock, or so many in a row."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time

import numpy as np
from numpy.typing import NDArray

from glassline.monitor.watch import in_batches
from glassline.station.clock import offsets, shown
from glassline.store import Day
from glassline.store.columns import NONE, Codes, Columns

__all__ = ["CALENDAR", "Stretches", "stretches"]

BATCH = 20  # parts of a stretch where nobody names lots
CALENDAR = Day("UTC", "00:00")
SECONDS = {"hour": 3600.0, "day": 86400.0}


@dataclass(frozen=True, eq=False)
class Stretches:
    """Parts that belong together, stretch by stretch in the order of time.

    Attributes:
        ids: Shape (n,), the stretch of each part, counted from 0.
        names: What each is called.
        at: Shape (g,), when its first part came, seconds since 1970.
    """

    ids: NDArray[np.int64]
    names: tuple[str, ...]
    at: NDArray[np.float64]

    def newest(self, count: int) -> NDArray[np.int64]:
        """Return the numbers of the newest stretches, the oldest of them first."""
        return np.arange(max(0, len(self.names) - count), len(self.names))

    def means(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the mean of each stretch, shape (g, ...)."""
        sums = np.zeros((len(self.names), *values.shape[1:]))
        np.add.at(sums, self.ids, values)
        sizes = np.bincount(self.ids, minlength=len(self.names))
        return sums / sizes.reshape(-1, *[1] * (values.ndim - 1))


def stretches(found: Columns, by: str, day: Day = CALENDAR) -> Stretches:
    """Deal parts into stretches: by a name, by the clock, or so many in a row.

    Lots where some are named; parts without one are a stretch a day. Where nobody names
    lots at all, twenty parts in a row are one. Hours and days
    are those of the plant: what comes before its day begins belongs to the day before.
    """
    if by in SECONDS:
        return _by_clock(found.at, by, day)
    codes: Codes = getattr(found, by)
    if by == "lot" and not (codes.ids != NONE).any():
        ids = in_batches(len(found), BATCH)
        first = np.unique(ids, return_index=True)[1]
        names = tuple(
            shown(_utc(each), day.zone)[5:] for each in found.at[first].tolist()
        )
        return Stretches(ids, names, found.at[first])
    _, first, ids = np.unique(codes.ids, return_index=True, return_inverse=True)
    order = np.argsort(first, kind="stable")
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    starts = first[order]
    names = tuple(
        codes.names[code] if code != NONE else "-"
        for code in codes.ids[starts].tolist()
    )
    return Stretches(rank[ids], names, found.at[starts])


def _by_clock(at: NDArray[np.float64], by: str, day: Day) -> Stretches:
    there = at + offsets(at, day.zone)
    if by == "day":
        begins = time.fromisoformat(day.starts_at)
        there -= 3600.0 * begins.hour + 60.0 * begins.minute
    slots, first, ids = np.unique(
        np.floor(there / SECONDS[by]), return_index=True, return_inverse=True
    )
    written = "%m-%d" if by == "day" else "%m-%d %H:%M"
    starts = (_utc(slot * SECONDS[by]) for slot in slots.tolist())
    names = tuple(each.strftime(written) for each in starts)
    return Stretches(np.asarray(ids, np.int64), names, at[first])


def _utc(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)

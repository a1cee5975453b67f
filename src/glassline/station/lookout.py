"""Whether the line drifts, asked again as parts come; a void guarantee is published."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import numpy as np

from glassline.errors import ConflictError, InputError
from glassline.model import Model
from glassline.model.reading import reads_alike
from glassline.monitor import Watch, watch
from glassline.monitor.watch import in_batches
from glassline.store import Columns, Recent, Store
from glassline.store.columns import NONE

__all__ = ["Lookout", "Seen", "alike"]

STEP = 20  # parts until it is asked again
WHO = "station"
REASON = "drift: {features} since {since}; the guarantee is void"


@dataclass(frozen=True, eq=False)
class Seen:
    """What the lookout found last.

    Attributes:
        watch: Of the newest parts that the running model's scale fits.
        model: The model that they were held against.
        since: Feature to the lot, or "", and the time UTC of its first part that reads
            otherwise.
    """

    watch: Watch
    model: Model
    since: dict[str, tuple[str, datetime]]

    @property
    def is_drift(self) -> bool:
        """Return whether anything moved."""
        return self.watch.drift.answer == "drift"


def alike(store: Store, model: Model, hashes: tuple[str, ...]) -> frozenset[str]:
    """Return those hashes whose models read as this one does, its own among them."""
    own = model.sha256
    others = (each for each in hashes if each != own)
    same = {each for each in others if reads_alike(store.model(each), model)}
    return frozenset({own, *same})


class Lookout:
    """Holds the newest parts against training, at most once a few parts.

    Args:
        store: The records, and the model that runs.
        recent: Its newest inspections.
    """

    def __init__(self, store: Store, recent: Recent) -> None:
        self._store, self._recent = store, recent
        self._lock = threading.Lock()
        self._seen: Seen | None = None
        self._asked: tuple[str, int] = ("", 0)

    @property
    def last(self) -> Seen | None:
        """Return what was found last, without looking."""
        return self._seen

    def look(self) -> Seen | None:
        """Return whether the line drifts; None where nothing can be said."""
        model = self._store.running
        if model is None:
            return None
        with self._lock:
            found = self._recent.columns()
            asked = (model.sha256, len(found) // STEP)
            if asked != self._asked:
                self._seen, self._asked = _look(self._store, model, found), asked
            return self._seen

    def keep_promises(self) -> bool:
        """Publish the running model without its promise, if a drift voids it.

        Its threshold stays, so that nothing is accepted that was not; each verdict from
        then on says that nothing is promised. Rolled back, the promise stands again.

        Returns:
            Whether it was published.
        """
        seen = self.look()
        if seen is None or not seen.is_drift:
            return False
        kept = seen.model.guarantee
        if kept is None or kept.is_void:
            return False
        void = replace(seen.model, guarantee=replace(kept, is_void=True))
        first = min(at for _, at in seen.since.values())
        reason = REASON.format(
            features=", ".join(seen.since), since=first.isoformat(timespec="seconds")
        )
        try:
            self._store.publish(void, who=WHO, reason=reason)
        except ConflictError:  # another station was first
            return False
        return True


def _look(store: Store, model: Model, found: Columns) -> Seen | None:
    read = found.read_by(alike(store, model, found.model.names))
    if not len(read):
        return None
    lots = read.lot.ids
    groups = (
        np.where(lots == NONE, len(read.lot.names) + np.arange(len(read)), lots)
        if (lots != NONE).any()
        else _as_trained(model, len(read))
    )
    try:
        seen = watch(model, read.values(), groups)
    except InputError:  # no class of good parts, or nothing kept of training
        return None
    names = read.lot.names
    since = {
        feature: (
            names[lots[row]] if lots[row] != NONE else "",
            datetime.fromtimestamp(float(read.at[row]), UTC),
        )
        for feature, row in seen.since.items()
    }
    return Seen(seen, model, since)


def _as_trained(model: Model, n: int) -> np.ndarray:
    """Deal parts without lots into batches as large as the groups of training."""
    before = model.record.reference
    size = 1 if before is None else max(1, round(before.parts / max(1, before.groups)))
    return in_batches(n, size)

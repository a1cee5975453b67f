"""The newest inspections as columns, kept up to date: arrays for rates and charts."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, select

from glassline.store.core import Core
from glassline.store.listing import DECISIONS
from glassline.store.tables import inspections, labels, streams

__all__ = ["NONE", "Codes", "Columns", "Recent"]

NONE = -1
MOST = 200_000  # inspections: a line of two parts a second for a day
TEXTS = ("stream", "predicted_class", "label", "model", "lot", "shift", "camera")
NUMBERS = ("seq", "at", "decision", "readings")

Ids = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Codes:
    """A column of names, as numbers.

    Attributes:
        ids: Shape (n,), places in `names`; `NONE` where nothing was named.
        names: Each name once, in the order in which they first came.
    """

    ids: Ids
    names: tuple[str, ...] = ()

    def with_more(self, values: Iterable[str | None]) -> Codes:
        """Return the column with more rows at its end.

        Example:
            >>> codes = Codes(np.zeros(0, np.int64)).with_more(["B", None, "A", "B"])
            >>> codes.ids.tolist(), codes.names
            ([0, -1, 1, 0], ('B', 'A'))
        """
        known: dict[str | None, int] = {None: NONE}
        known |= {name: place for place, name in enumerate(self.names)}
        more = [known.setdefault(value, len(known) - 1) for value in values]
        names = tuple(name for name in known if name is not None)
        return Codes(np.concatenate([self.ids, np.array(more, np.int64)]), names)

    def subset(self, rows: NDArray[Any] | slice) -> Codes:
        """Return the column of some rows; the names stay."""
        return Codes(self.ids[rows], self.names)


@dataclass(frozen=True, eq=False)
class Columns:
    """n inspections and refusals in the order of time.

    Attributes:
        stream: The stream of each.
        seq: Shape (n,), its number there.
        at: Shape (n,), seconds since 1970, UTC.
        decision: Shape (n,), places in `DECISIONS`: an `Action`, or 3 for refused.
        readings: Shape (n,), the readings of each as bytes of float64; None of none.
        predicted_class: The most probable class of each.
        label: What a person last said of each.
        model: The hash of the model that looked.
        lot: As named.
        shift: As named.
        camera: As named.
    """

    stream: Codes
    seq: Ids
    at: NDArray[np.float64]
    decision: Ids
    readings: NDArray[np.object_]
    predicted_class: Codes
    label: Codes
    model: Codes
    lot: Codes
    shift: Codes
    camera: Codes

    @classmethod
    def none(cls) -> Columns:
        """Return no inspection."""
        empty = np.zeros(0, np.int64)
        return cls(
            seq=empty,
            at=np.zeros(0),
            decision=empty,
            readings=np.zeros(0, np.object_),
            **{name: Codes(empty) for name in TEXTS},
        )

    def __len__(self) -> int:
        return len(self.at)

    def record(self, row: int) -> str:
        """Return the name of one record."""
        return f"{self.stream.names[self.stream.ids[row]]}-{self.seq[row]}"

    def subset(self, rows: NDArray[Any] | slice) -> Columns:
        """Return some rows."""
        held = {each.name: getattr(self, each.name) for each in fields(self)}
        taken: dict[str, Any] = {
            name: value.subset(rows) if isinstance(value, Codes) else value[rows]
            for name, value in held.items()
        }
        return Columns(**taken)

    def read_by(self, models: Collection[str]) -> Columns:
        """Return the rows with readings of one of these models: no refused photo."""
        known = np.array([name in models for name in self.model.names] + [False])
        has_readings = np.array([each is not None for each in self.readings], np.bool_)
        return self.subset(known[self.model.ids] & has_readings)

    def values(self) -> NDArray[np.float64]:
        """Return the readings, shape (n, d); every row must have d of them."""
        found = b"".join(self.readings)
        return np.frombuffer(found, "<f8").reshape(len(self), -1 if found else 0)


class Recent:
    """The newest inspections of all streams, read once and then kept up to date.

    A hundred thousand take seconds to read; what came since takes milliseconds. Threads
    may share one.

    Args:
        core: The records.
        limit: How many are held.
    """

    def __init__(self, core: Core, limit: int = MOST) -> None:
        self._core, self._limit = core, limit
        self._held, self._seen = Columns.none(), dict[str, int]()
        self._lock = threading.Lock()

    def columns(self) -> Columns:
        """Return them as they stand now."""
        with self._lock, self._core.read() as connection:
            heads = connection.execute(select(streams.c.stream, streams.c.seq)).all()
            news = [(name, self._seen.get(name, 0), int(seq)) for name, seq in heads]
            for name, before, last in news:
                if last > before:
                    self._take(connection, name, before, last)
            return self._held

    def _take(
        self, connection: Connection, stream: str, before: int, last: int
    ) -> None:
        """Add what one stream has after one number, up to another."""
        columns = [inspections.c[name] for name in (*NUMBERS, *TEXTS)]
        query = (
            select(*columns)
            .where(
                inspections.c.stream == stream,
                inspections.c.seq > before,
                inspections.c.seq <= last,
            )
            .order_by(inspections.c.seq.desc())
            .limit(self._limit)
        )
        rows = connection.execute(query).all()
        said = connection.execute(
            select(labels.c.of_stream, labels.c.of_seq, labels.c.label)
            .where(
                labels.c.stream == stream, labels.c.seq > before, labels.c.seq <= last
            )
            .order_by(labels.c.seq)
        ).all()
        held = _labelled(_joined(self._held, rows[::-1]), said)
        order = np.argsort(held.at, kind="stable")[-self._limit :]
        is_in_order = len(order) == len(held) and bool((np.diff(order) == 1).all())
        self._held = held if is_in_order else held.subset(order)
        self._seen[stream] = last


def _joined(held: Columns, rows: Sequence[Any]) -> Columns:
    if not rows:
        return held
    found = dict(zip((*NUMBERS, *TEXTS), zip(*rows, strict=True), strict=True))
    place = {name: code for code, name in enumerate(DECISIONS)}
    readings = np.empty(len(rows), np.object_)
    readings[:] = found["readings"]
    seconds = [datetime.fromisoformat(each).timestamp() for each in found["at"]]
    decision = [place[each] for each in found["decision"]]
    return Columns(
        seq=np.concatenate([held.seq, np.array(found["seq"], np.int64)]),
        at=np.concatenate([held.at, np.array(seconds)]),
        decision=np.concatenate([held.decision, np.array(decision, np.int64)]),
        readings=np.concatenate([held.readings, readings]),
        **{name: getattr(held, name).with_more(found[name]) for name in TEXTS},
    )


def _labelled(held: Columns, said: Sequence[Any]) -> Columns:
    """Return the columns with what people said since; of one record the last counts."""
    last = {(stream, int(seq)): label for stream, seq, label in said}
    if not last or not len(held):
        return held
    places = {name: place for place, name in enumerate(held.stream.names)}
    order = np.lexsort((held.seq, held.stream.ids))
    keys = held.stream.ids[order] * (1 << 40) + held.seq[order]
    label = held.label.with_more(last.values())
    news = label.ids[len(held) :]
    ids = label.ids[: len(held)].copy()
    for (stream, seq), code in zip(last, news.tolist(), strict=True):
        key = places.get(stream, NONE) * (1 << 40) + seq
        at = int(np.searchsorted(keys, key))
        if at < len(keys) and keys[at] == key:
            ids[order[at]] = code
    return replace(held, label=Codes(ids, label.names))

"""The chain of each stream, row by row: what was altered, deleted, moved or cut."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from glassline.store.ledger import FIRST, KINDS, Row, as_text, record_of

__all__ = ["Chain", "Finding", "Heads", "absent", "witnesses"]

Heads = Mapping[str, tuple[int, str]]
"""Stream to its last number and hash."""

MOST_SOUGHT = 200  # altered rows of a stream among which one that moved is looked for


@dataclass(frozen=True)
class Finding:
    """One thing that is not as it was written.

    Attributes:
        kind: altered, reordered, unlinked, deleted, inserted, cut, head, unreadable,
            derived, photo_missing, photo_altered, model_missing, model_altered, or
            database.
        place: The row, the table's row, the photo or the model, by its name.
        told: What is amiss, in a few words.
    """

    kind: str
    place: str
    told: str = ""

    def as_json(self) -> dict[str, str]:
        """Return it as plain data."""
        return {"kind": self.kind, "place": self.place, "told": self.told}


@dataclass
class Chain:
    """A walk along all streams, in the order of stream and number.

    Attributes:
        heads: Where each stream says that it ends.
        rows: Rows so far.
        found: What is amiss so far.
        witnessed: What rows say of other streams' ends: stream, number and hash, and
            the row that says so.
    """

    heads: Heads
    rows: int = 0
    found: list[Finding] = field(default_factory=list)
    witnessed: list[tuple[str, int, str, str]] = field(default_factory=list)
    _last: Row | None = None
    _altered: list[Row] = field(default_factory=list)
    _ended: set[str] = field(default_factory=set)

    def walk(self, rows: Iterable[Row]) -> None:
        """Go on by these rows."""
        for row in rows:
            self.rows += 1
            key: tuple[object, object] = (row.stream, row.seq)  # SQLite holds anything
            if not (isinstance(key[0], str) and isinstance(key[1], int)):
                self._add("altered", f"{row.stream}-{row.seq}", "its number is none")
                continue
            if self._last is None or self._last.stream != row.stream:
                self._end()
                self._last = None
            self._link(row)
            self._look(row)
            self._last = row

    def finish(self) -> None:
        """End the last stream, and name those of which no row is left."""
        self._end()
        for stream, (seq, _) in self.heads.items():
            if stream not in self._ended and seq:
                self._add("cut", _span(stream, 1, seq), "no row is left")

    def _add(self, kind: str, place: str, told: str = "") -> None:
        self.found.append(Finding(kind, place, told))

    def _link(self, row: Row) -> None:
        """Compare a row with the one before it."""
        last = self._last.seq if self._last else 0
        previous = self._last.hash if self._last else FIRST
        if row.seq > last + 1:
            self._add("deleted", _span(row.stream, last + 1, row.seq - 1))
        elif row.seq < 1:
            self._add("inserted", row.record, "numbers begin at 1")
        elif row.previous != previous:
            self._add("unlinked", row.record, "it does not name the row before it")

    def _look(self, row: Row) -> None:
        """Compare a row with its own hash, and take what it witnesses."""
        if row.computed != row.hash:
            self._altered.append(row)
            return
        try:
            genuine = as_text(row.body) == row.text and row.kind in KINDS
        except (ValueError, TypeError):
            genuine = False
        if not genuine:
            self._add("unreadable", row.record, "it is not as glassline writes rows")
        elif row.kind == "heads":
            for stream, (seq, digest) in row.body["heads"].items():
                self.witnessed.append((stream, seq, digest, row.record))

    def _end(self) -> None:
        """Compare the end of a stream with where it says that it ends."""
        self._name_altered()
        if self._last is None:
            return
        stream, last = self._last.stream, self._last
        self._ended.add(stream)
        seq, digest = self.heads.get(stream, (0, FIRST))
        if last.seq < seq:
            self._add("cut", _span(stream, last.seq + 1, seq))
        elif last.seq > seq:
            self._add("inserted", _span(stream, seq + 1, last.seq), "behind the end")
        elif last.hash != digest:
            self._add("head", last.record, "the stream ends with another hash")

    def _name_altered(self) -> None:
        """Say of each altered row whether it only has another row's place."""
        altered, self._altered = self._altered, []
        numbers = [row.seq for row in altered[:MOST_SOUGHT]]
        for row in altered:
            was = next(
                (n for n in numbers if replace(row, seq=n).computed == row.hash), None
            )
            if was is None:
                self._add("altered", row.record, "its hash is that of another content")
            else:
                told = f"it was {record_of(row.stream, was)}"
                self._add("reordered", row.record, told)


def _span(stream: str, first: int, last: int) -> str:
    """Return the name of one row, or of the first and the last of many."""
    one = record_of(stream, first)
    return one if first == last else f"{one} to {record_of(stream, last)}"


def witnesses(heads: Mapping[str, Any]) -> Iterator[tuple[str, int, str, str]]:
    """Return heads that were noted outside as what a row witnesses."""
    for stream, (seq, digest) in heads.items():
        yield stream, int(seq), str(digest), "outside"


def absent(
    witnessed: Sequence[tuple[str, int, str, str]],
    standing: Mapping[tuple[str, int], str],
) -> Iterator[Finding]:
    """Yield each row that somebody saw and that is not there as it was.

    Args:
        witnessed: Stream, number, hash and who saw it.
        standing: Stream and number to the hash that stands there now.
    """
    for stream, seq, digest, who in witnessed:
        found = standing.get((stream, seq))
        if found is None:
            yield Finding("cut", record_of(stream, seq), f"{who} saw it")
        elif found != digest:
            yield Finding("altered", record_of(stream, seq), f"{who} saw another one")

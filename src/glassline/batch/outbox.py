"""What a watched folder's photos came to, and what others have still to be told of it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["Letter", "Mark", "Outbox"]

SCHEMA = """
CREATE TABLE IF NOT EXISTS seen (
  path BLOB PRIMARY KEY, size INTEGER, mtime_ns INTEGER, sha256 TEXT
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS known (sha256 TEXT PRIMARY KEY, record TEXT) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS letters (
  number INTEGER PRIMARY KEY, channel TEXT, record TEXT, body TEXT
);
"""
WAIT_S = 30.0  # for another process of the same state; there should be none


@dataclass(frozen=True)
class Mark:
    """What tells that a file is still the one that was looked at."""

    size: int
    mtime_ns: int


@dataclass(frozen=True)
class Letter:
    """One thing to tell one of the others.

    Attributes:
        number: Counts up.
        record: Of which record.
        body: What to tell.
    """

    number: int
    record: str
    body: Any


class Outbox:
    """A SQLite file with what was seen, and what is to be told; one transaction for both.

    A photo is noted only with the letters that it gives, so none is lost and none is
    written twice, whenever the program ends. A letter goes once it was taken; who takes it
    may be told twice, and knows that by the record that it names.

    Args:
        path: Made where there is none.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        with self._open() as database:
            database.executescript(SCHEMA)

    def marks(self) -> dict[bytes, Mark]:
        """Return what each file was when it was dealt with."""
        with self._open() as database:
            found = database.execute("SELECT path, size, mtime_ns FROM seen")
            return {path: Mark(size, mtime_ns) for path, size, mtime_ns in found}

    def record_of(self, sha256: str) -> str | None:
        """Return the record of a content; None where it has none yet."""
        query = "SELECT record FROM known WHERE sha256 = ?"
        with self._open() as database:
            found = database.execute(query, [sha256]).fetchone()
        return str(found[0]) if found else None

    def note(
        self,
        path: bytes,
        mark: Mark,
        sha256: str,
        record: str,
        letters: Mapping[str, Any],
    ) -> None:
        """Note that a file was dealt with, and what is to be told by which channel.

        Where the content was known, nobody is told again.
        """
        with self._open() as database:
            database.execute(
                "INSERT OR REPLACE INTO seen VALUES (?, ?, ?, ?)",
                [path, mark.size, mark.mtime_ns, sha256],
            )
            added = database.execute(
                "INSERT OR IGNORE INTO known VALUES (?, ?)", [sha256, record]
            )
            if added.rowcount:
                database.executemany(
                    "INSERT INTO letters (channel, record, body) VALUES (?, ?, ?)",
                    [
                        (channel, record, json.dumps(body))
                        for channel, body in letters.items()
                    ],
                )

    def waiting(self, channel: str, most: int = 100) -> list[Letter]:
        """Return letters that nobody took yet, the oldest first."""
        query = (
            "SELECT number, record, body FROM letters WHERE channel = ? "
            "ORDER BY number LIMIT ?"
        )
        with self._open() as database:
            found = database.execute(query, [channel, most]).fetchall()
        return [
            Letter(number, record, json.loads(body)) for number, record, body in found
        ]

    def taken(self, letters: Sequence[Letter]) -> None:
        """Take letters out."""
        with self._open() as database:
            database.executemany(
                "DELETE FROM letters WHERE number = ?",
                [[each.number] for each in letters],
            )

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """Open a connection of this thread, for one transaction."""
        with closing(sqlite3.connect(self._path, timeout=WAIT_S)) as database, database:
            database.execute("PRAGMA synchronous = FULL")
            yield database

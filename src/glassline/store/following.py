"""What follows from all rows of a kind, read once and then kept up to date."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol, TypeVar

from sqlalchemy import select

from glassline.store.core import Core
from glassline.store.ledger import Row
from glassline.store.tables import ledger

__all__ = ["Follower", "Followers"]

PAGE = 1_000  # rows read at a time


class Follower(Protocol):
    """What a stream's rows of one kind come to, row by row; made without arguments."""

    kind: str

    def add(self, row: Row) -> None:
        """Take the next row, in the order of numbers."""
        ...


F = TypeVar("F", bound=Follower)


class Followers:
    """The followers of a store, one of each type. Threads may share them.

    Rows are never changed and never deleted, so what was read once stands: each look
    reads what came since, by an index, however much the ledger holds.

    Args:
        core: The records; its own stream is followed.
    """

    def __init__(self, core: Core) -> None:
        self._core = core
        self._held: dict[type[Any], tuple[Any, int]] = {}
        self._lock = threading.RLock()

    @contextmanager
    def now(self, kind: type[F]) -> Iterator[F]:
        """Give what the rows come to as they stand now; nobody changes it meanwhile."""
        with self._lock:
            found, seen = self._held.get(kind) or (kind(), 0)
            for row in self._since(kind.kind, seen):
                found.add(row)
                self._held[kind] = found, row.seq
            yield found

    def _since(self, kind: str, seen: int) -> Iterator[Row]:
        while True:
            query = select(ledger).where(
                ledger.c.kind == kind,
                ledger.c.stream == self._core.stream,
                ledger.c.seq > seen,
            )
            with self._core.read() as connection:
                rows = connection.execute(
                    query.order_by(ledger.c.seq).limit(PAGE)
                ).all()
            yield from (Row(*each) for each in rows)
            if len(rows) < PAGE:
                return
            seen = rows[-1].seq

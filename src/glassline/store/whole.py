"""What is asked of all records at once: to verify, replay, copy, export, rebuild them."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import select

from glassline.dataset.readings import Progress, no_progress
from glassline.errors import InputError
from glassline.store import backup as backing
from glassline.store import export as exporting
from glassline.store import listing, rebuilding, verification
from glassline.store import replay as replaying
from glassline.store.backup import Backup
from glassline.store.chain import Heads
from glassline.store.core import Core
from glassline.store.following import Follower, Followers
from glassline.store.ledger import KINDS, Row
from glassline.store.library import Library
from glassline.store.listing import Where
from glassline.store.photos import Keep, trim
from glassline.store.replay import Replay
from glassline.store.tables import ledger, streams
from glassline.store.verification import Findings

__all__ = ["Whole"]

F = TypeVar("F", bound=Follower)


class Whole:
    """The records of a store as a whole; `Store` adds what a station does with each."""

    def __init__(self, core: Core, keep: Keep) -> None:
        self.core, self.keep = core, keep
        self._library = Library(core)
        self._followers = Followers(core)

    def rows(
        self,
        kind: str | None = None,
        *,
        stream: str | None = None,
        before: int | None = None,
        limit: int = 100,
    ) -> list[Row]:
        """Return rows of the ledger, of a stream the newest first.

        Args:
            kind: Of one kind alone.
            stream: Left out, that which this store writes.
            before: Only those with a lower number.
            limit: At most so many, 1 to 1,000.

        Raises:
            InputError: There is no such kind, or the limit is outside.
        """
        if kind is not None and kind not in KINDS:
            raise InputError(f"kind: expected one of {', '.join(KINDS)}, got {kind!r}.")
        if not 1 <= limit <= listing.MOST_ROWS:
            raise InputError(
                f"limit: expected 1 to {listing.MOST_ROWS:,}, got {limit}."
            )
        clauses = [ledger.c.stream == (stream or self.core.stream)]
        clauses += [ledger.c.kind == kind] if kind else []
        clauses += [ledger.c.seq < before] if before is not None else []
        query = select(ledger).where(*clauses).order_by(ledger.c.seq.desc())
        with self.core.read() as connection:
            found = connection.execute(query.limit(limit)).all()
        return [Row(*each) for each in found]

    def following(self, kind: type[F]) -> AbstractContextManager[F]:
        """Give what all rows of a kind come to, of this store's stream; see `Followers`."""
        return self._followers.now(kind)

    def heads(self) -> dict[str, tuple[int, str]]:
        """Return each stream's last number and hash: note them elsewhere as a witness."""
        with self.core.read() as connection:
            found = connection.execute(select(streams).order_by(streams.c.stream)).all()
        return {each.stream: (int(each.seq), str(each.hash)) for each in found}

    def verify(
        self,
        *,
        heads: Heads | None = None,
        photos: bool = True,
        progress: Progress = no_progress,
    ) -> Findings:
        """Compare everything with what was written; see `verification.verify`."""
        return verification.verify(
            self.core, self._library, heads=heads, photos=photos, progress=progress
        )

    def replay(
        self,
        *,
        stream: str | None = None,
        after: str | None = None,
        limit: int | None = None,
        progress: Progress = no_progress,
    ) -> Replay:
        """Work recorded inspections out again, bit by bit; see `replay.replay`."""
        return replaying.replay(
            self.core,
            self._library,
            stream=stream,
            after=after,
            limit=limit,
            progress=progress,
        )

    def backup(self, path: Path, *, progress: Progress = no_progress) -> Backup:
        """Copy everything while others write; see `backup.backup`."""
        return backing.backup(self.core, path, progress)

    def export(
        self,
        path: Path,
        where: Where | None = None,
        *,
        progress: Progress = no_progress,
    ) -> int:
        """Write records to .csv, .xlsx or .parquet; see `export.export`."""
        return exporting.export(
            self.core, self._library, path, where=where, progress=progress
        )

    def rebuild(self, *, progress: Progress = no_progress) -> int:
        """Fill the derived tables again from the ledger, and return its rows."""
        return rebuilding.rebuild(self.core, progress)

    def info(self) -> dict[str, Any]:
        """Return what the store holds, in figures."""
        return rebuilding.info(self.core, self._library)

    def trim(self) -> int:
        """Remove photos down below the budget, and return how many; see `photos.trim`."""
        return trim(self.core, self.keep)

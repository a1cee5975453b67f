"""One open database: short reads, and writes that stand in the ledger or nowhere."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Generic, TypeVar

from sqlalchemy import Connection, bindparam, insert, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from glassline.errors import InputError, StoreError, StoreFullError
from glassline.files import check_room, held
from glassline.store.derived import apply
from glassline.store.engine import (
    WRITES,
    address,
    connect,
    named,
    place_of,
)
from glassline.store.identifiers import Day
from glassline.store.ledger import (
    FIRST,
    Row,
    as_columns,
    as_text,
    check_stream,
    row_hash,
    stamp,
)
from glassline.store.schema import migrate
from glassline.store.tables import ledger, streams
from glassline.store.turns import Turns

__all__ = ["HEADS_EVERY", "PHOTOS", "Core", "Draft", "Moment", "utc_now"]

PHOTOS = "photos"  # the folder of photos, in the folder of files
HEADS_EVERY = 500  # rows of a stream between two looks at the heads of the others
ROOM = 1 << 20  # bytes that must be free for a station to be ready
TRIES = 4  # of a write that another one overtook, or whose connection broke
# Built once: what every commit says, SQLAlchemy then finds compiled.
HEAD = (
    select(streams.c.seq, streams.c.hash)
    .where(streams.c.stream == bindparam("name"))
    .with_for_update()
)
ADD = insert(ledger)
MOVE = (
    update(streams)
    .where(streams.c.stream == bindparam("name"))
    .values(seq=bindparam("last"), hash=bindparam("digest"))
)
T = TypeVar("T")


def utc_now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


class Moment:
    """A time, by the wall and by the clock that never goes back."""

    def __init__(self, now: Callable[[], datetime] = utc_now) -> None:
        self.wall = now()
        self.at = stamp(self.wall)
        self.clock_ns = time.monotonic_ns()


class Draft:
    """Rows that will stand in the ledger together, or none of them.

    Attributes:
        connection: What the transaction reads and writes by.
        stream: Whose rows they are.
        rows: Those so far.
    """

    def __init__(self, connection: Connection, stream: str) -> None:
        self.connection = connection
        self.stream = stream
        self.rows: list[Row] = []
        head = connection.execute(HEAD, {"name": stream}).one_or_none()
        if head is None:
            connection.execute(insert(streams).values(stream=stream, seq=0, hash=FIRST))
        self.seq, self.hash = (int(head[0]), str(head[1])) if head else (0, FIRST)

    def append(self, kind: str, who: str, text: str, moment: Moment) -> Row:
        """Add a row behind the last one of the stream."""
        place = (self.stream, self.seq + 1, moment.at, moment.clock_ns)
        digest = row_hash((self.hash, *place, kind, who, text))
        row = Row(*place, kind, who, text, self.hash, digest)
        self.rows.append(row)
        self.seq, self.hash = row.seq, row.hash
        return row

    def flush(self) -> None:
        """Write the rows, and what follows from them."""
        if not self.rows:
            return
        self.connection.execute(ADD, [as_columns(row) for row in self.rows])
        apply(self.connection, self.rows)
        self.connection.execute(
            MOVE, {"name": self.stream, "last": self.seq, "digest": self.hash}
        )


class _Attempt(Generic[T]):
    """One try of a write: its draft, and what the work returned."""

    def __init__(self, work: Callable[[Draft], T]) -> None:
        self.work = work
        self.draft: Draft | None = None

    def make(self) -> None:
        """Do the work on the draft."""
        if self.draft is not None:
            self.found = self.work(self.draft)


class Core:
    """An open database, and the folder of its photos and models.

    Attributes:
        place: What it is called in messages.
        stream: The stream that this program writes.
        day: When the plant's day begins.
        now: What tells the time.
    """

    def __init__(  # noqa: PLR0913  as `Store.open`
        self,
        url: str | Path,
        *,
        stream: str,
        files: Path | None,
        day: Day,
        timeout_s: float,
        now: Callable[[], datetime],
        create: bool = True,
    ) -> None:
        found = address(url)
        self.place, self.stream = place_of(found), check_stream(stream)
        self.day, self.now = day, now
        self.is_sqlite = found.get_backend_name() == "sqlite"
        if self.is_sqlite and not create and not Path(self.place).is_file():
            raise StoreError(f"{self.place}: expected a store, got nothing there.")
        beside = Path(self.place).with_suffix(".files") if self.is_sqlite else None
        self._files = _made(files or beside, PHOTOS)
        # Wherever the photos lie, writers meet beside the database. At the first opening
        # nobody else writes, or the file system knows no locks.
        self._beside = folder = _made(beside)
        with held(folder, alone=True) if folder else nullcontext() as has_locks:
            takes_turns = bool(has_locks)
            self.engine = connect(found, timeout_s, takes_turns=takes_turns)
            try:
                with named(self.place):
                    migrate(self.engine, self.place)
            except BaseException:
                self.engine.dispose()
                raise
        self._turns = Turns(self.place, folder if takes_turns else None, timeout_s)
        self._writing = self.engine.execution_options(**{WRITES: True})
        self._has_told = False

    @property
    def files(self) -> Path:
        """Return the folder of photos and models.

        Raises:
            InputError: A store in PostgreSQL was opened without one.
        """
        if self._files is None:
            raise InputError(
                "files: expected a folder for photos and models, got none. A store in "
                "PostgreSQL needs one."
            )
        return self._files

    def check_room(self) -> None:
        """See whether the next photo and its row have room: a megabyte, where they lie.

        Raises:
            StoreFullError: They have none.
        """
        for folder in {self.files, *([self._beside] if self._beside else ())}:
            try:
                check_room(folder, ROOM)
            except OSError as error:
                raise StoreFullError(
                    f"{folder}: expected room for a megabyte, got: {error.strerror}. "
                    "Make room."
                ) from error

    def close(self) -> None:
        """Close every connection; the last one tidies the log, as a writer would."""
        with self._turns.taken():
            self.engine.dispose()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Give a connection that sees one state of the records; keep it short."""
        with named(self.place), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def alone(self) -> Iterator[Connection]:
        """Give a connection for what is no row of the ledger, in one transaction."""
        with (
            named(self.place),
            self._turns.taken(),
            self._writing.begin() as connection,
        ):
            yield connection

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """Give a connection that sees one state of the records, however long it takes.

        With a rollback journal writers wait meanwhile; verify a backup there.
        """
        options = {} if self.is_sqlite else {"isolation_level": "REPEATABLE READ"}
        engine = self.engine.execution_options(**options)
        with named(self.place), engine.connect() as connection:
            yield connection

    def write(self, work: Callable[[Draft], T]) -> T:
        """Do work in one transaction, and return what it returns once that is on disk.

        Done again where another writer was first, or the connection broke: work must
        only read, and append to its draft.

        Raises:
            StoreError: It can not be written; nothing of it was.
        """
        with named(self.place):
            for last in (False,) * (TRIES - 1) + (True,):
                attempt = _Attempt(work)
                try:
                    with self._turns.taken(), self._writing.begin() as connection:
                        attempt.draft = Draft(connection, self.stream)
                        attempt.make()
                        self._tell_heads(attempt.draft)
                        attempt.draft.flush()
                    return attempt.found
                except DBAPIError as error:
                    if error.connection_invalidated and self._stands(attempt.draft):
                        return attempt.found  # only the answer to the commit was lost
                    was_first = isinstance(error, IntegrityError)
                    if last or not (was_first or error.connection_invalidated):
                        raise
        raise AssertionError  # the last try returns or raises

    def _stands(self, draft: Draft | None) -> bool:
        """Return whether a draft's last row is in the ledger after all."""
        if draft is None or not draft.rows:
            return False
        row = draft.rows[-1]
        place = (ledger.c.stream == row.stream, ledger.c.seq == row.seq)
        with self.engine.connect() as connection:
            found = connection.execute(select(ledger.c.hash).where(*place)).scalar()
        return found == row.hash

    def _tell_heads(self, draft: Draft) -> None:
        """Say now and then where the other streams stand: a cut tail then shows."""
        if not draft.rows:
            return
        first = draft.rows[0].seq
        if self._has_told and first // HEADS_EVERY == (draft.seq + 1) // HEADS_EVERY:
            return
        others = draft.connection.execute(
            select(streams).where(streams.c.stream != self.stream, streams.c.seq > 0)
        ).all()
        if others:
            heads = {each.stream: [int(each.seq), each.hash] for each in others}
            draft.append(
                "heads", "glassline", as_text({"heads": heads}), Moment(self.now)
            )
        self._has_told = True


def _made(folder: Path | None, *below: str) -> Path | None:
    """Make a folder, and what is to be below it."""
    if folder is None:
        return None
    try:
        folder.joinpath(*below).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(
            f"{folder}: expected a folder that can be written, got: {error.strerror}."
        ) from error
    return folder

"""A database by its address: SQLite or PostgreSQL, opened so that a commit is on disk."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from glassline.errors import (
    InputError,
    MissingExtraError,
    StoreBusyError,
    StoreDamagedError,
    StoreError,
    StoreFullError,
    show,
)

__all__ = [
    "TIMEOUT_S",
    "WRITES",
    "address",
    "connect",
    "is_mended",
    "journal_mode",
    "named",
    "place_of",
]

TIMEOUT_S = 30.0  # how long a writer waits for the others before it says so
CONNECTIONS = 8  # of one program; each waits for one of them as long as for the others
WRITES = "glassline_writes"

JOURNALS = {
    "wal": "PRAGMA journal_mode=WAL",
    "truncate": "PRAGMA journal_mode=TRUNCATE",
}
BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
FULL = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR}
DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
PRIMARY = 0xFF  # the part of SQLite's extended codes that says what kind of error it is
FULL_STATES = ("53100", "58030")  # of PostgreSQL: disk full, input or output error
BUSY_CLASSES = (
    "08",
    "40",
    "53",
    "55",
    "57",
)  # away, rolled back, short, locked, stopped
DAMAGED_CLASSES = ("XX",)


def address(url: str | Path) -> URL:
    """Return the address of a database: a URL, or the path of a SQLite file.

    Raises:
        InputError: It is neither SQLite in a file nor PostgreSQL.
        MissingExtraError: PostgreSQL, and psycopg is not installed.

    Example:
        >>> address("line.db").drivername, address("postgresql://h/line").drivername
        ('sqlite', 'postgresql+psycopg')
    """
    text = str(url)
    if "://" not in text:
        return URL.create("sqlite", database=text)
    try:
        found = make_url(text)
    except (ArgumentError, ValueError) as error:
        raise _no_address() from error
    kind = found.get_backend_name()
    if kind == "sqlite" and found.database not in (None, "", ":memory:"):
        return found.set(drivername="sqlite")
    if kind != "postgresql":
        raise _no_address()
    if find_spec("psycopg") is None:
        raise MissingExtraError.of("postgres")
    return found.set(drivername="postgresql+psycopg")


def _no_address() -> InputError:
    return InputError(
        "store: expected the path of a file, sqlite:///PATH or "
        "postgresql://USER@HOST/NAME, got another address."
    )


def place_of(url: URL) -> str:
    """Return what a database is called in messages: its file or name, no password.

    Example:
        >>> place_of(address("postgresql://anna:secret@db.plant/line"))
        'db.plant/line'
    """
    if url.get_backend_name() == "sqlite":
        return str(url.database)
    return f"{url.host or 'local'}/{url.database}"


def is_mended(version: tuple[int, ...]) -> bool:
    """Return whether a version of SQLite is free of the bug of the write-ahead log.

    From 3.7.0 to 3.51.2 two connections that write and checkpoint at the same instant
    can lose pages, unless it was mended in a later release of the branch.

    Example:
        >>> [is_mended(v) for v in ((3, 40, 1), (3, 44, 6), (3, 50, 7), (3, 51, 2))]
        [False, True, True, False]
    """
    return (
        version >= (3, 51, 3)
        or (3, 50, 7) <= version < (3, 51)
        or (3, 44, 6) <= version < (3, 45)
    )


def journal_mode(version: tuple[int, ...], *, takes_turns: bool) -> str:
    """Return the journal that is safe; either flushes a commit before it is answered.

    The write-ahead log needs one flush a commit, the rollback journal four. With a
    version that has the bug the log is taken only where writers take turns, under a lock
    that the file system knows: then no two ever write or checkpoint at the same instant.

    Example:
        >>> journal_mode((3, 40, 1), takes_turns=False)
        'truncate'
        >>> journal_mode((3, 40, 1), takes_turns=True)
        'wal'
    """
    return "wal" if takes_turns or is_mended(version) else "truncate"


def connect(
    url: URL, timeout_s: float = TIMEOUT_S, *, takes_turns: bool = False
) -> Engine:
    """Return an engine whose transactions say at their start whether they write.

    Args:
        url: As `address` returns it.
        timeout_s: How long to wait for a lock, or for a connection.
        takes_turns: Whether no two ever write at the same instant.
    """
    if url.get_backend_name() == "postgresql":
        engine = create_engine(
            url,
            pool_size=CONNECTIONS,
            max_overflow=0,
            pool_use_lifo=True,  # the one whose pages are at hand
            pool_timeout=timeout_s,
            pool_pre_ping=True,
            connect_args={
                "connect_timeout": max(2, int(timeout_s)),
                "options": "-c synchronous_commit=on "
                f"-c lock_timeout={int(timeout_s * 1000)}",
            },
        )
    else:
        engine = create_engine(
            url,
            pool_size=CONNECTIONS,
            max_overflow=0,
            pool_use_lifo=True,  # the one whose pages are at hand
            pool_timeout=timeout_s,
            connect_args={"timeout": timeout_s, "check_same_thread": False},
        )
        mode = journal_mode(sqlite3.sqlite_version_info, takes_turns=takes_turns)
        event.listen(engine, "connect", partial(_prepare, mode))
        event.listen(engine, "begin", _begin)
    return engine


def _prepare(mode: str, connection: sqlite3.Connection, _: Any) -> None:
    connection.isolation_level = None  # we begin ourselves: Python would begin too late
    connection.execute(JOURNALS[mode])
    connection.execute("PRAGMA synchronous=FULL")


def _begin(connection: Connection) -> None:
    """Take the write lock at once: asked for later, it could not be waited for."""
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def named(place: str) -> Iterator[None]:
    """Turn what a database says into one of our errors.

    Raises:
        StoreBusyError: A lock was not given in time, or the server is away.
        StoreFullError: The disk takes no more, or fails.
        StoreDamagedError: The file is no database, or a damaged one.
        StoreError: Anything else.
    """
    try:
        yield
    except PoolTimeoutError as error:
        raise StoreBusyError(
            f"{place}: expected a free connection in time, got none. Try again."
        ) from error
    except DBAPIError as error:
        raise _named(place, error) from error
    except UnicodeDecodeError as error:  # of SQLite's own words about a damaged schema
        raise StoreDamagedError(
            f"{place}: expected records as they were written, got bytes that are no text. "
            "Restore a backup."
        ) from error


def _named(place: str, error: DBAPIError) -> StoreError:
    told = show(str(error.orig).strip().splitlines()[0] if str(error.orig) else "")
    kind = _kind(error)
    if kind is StoreBusyError:
        return StoreBusyError(
            f"{place}: expected the records to be free in time, got: {told}. Try again."
        )
    if kind is StoreFullError:
        return StoreFullError(
            f"{place}: expected room to write, got: {told}. Nothing was half written; "
            "make room and try again."
        )
    if kind is StoreDamagedError:
        return StoreDamagedError(
            f"{place}: expected records as they were written, got: {told}. Restore a "
            "backup."
        )
    return StoreError(f"{place}: expected records, got: {told}.")


def _kind(error: DBAPIError) -> type[StoreError]:
    code = getattr(error.orig, "sqlite_errorcode", None)
    if code is not None:
        primary = int(code) & PRIMARY
        for codes, kind in (
            (BUSY, StoreBusyError),
            (FULL, StoreFullError),
            (DAMAGED, StoreDamagedError),
        ):
            if primary in codes:
                return kind
        return StoreError
    if isinstance(error.orig, sqlite3.OperationalError):
        return StoreDamagedError  # Python's own: a text that is none
    state = str(getattr(error.orig, "sqlstate", None) or "")
    if state in FULL_STATES:
        return StoreFullError
    if state.startswith(BUSY_CLASSES) or error.connection_invalidated:
        return StoreBusyError
    if not state and type(error.orig).__name__ == "OperationalError":
        return StoreBusyError  # no server answered, so that it gave no state either
    return StoreDamagedError if state.startswith(DAMAGED_CLASSES) else StoreError

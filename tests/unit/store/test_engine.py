"""Databases as they are opened, and what goes wrong with them by name."""

from __future__ import annotations

import os
import re
import signal
import sqlite3
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from databases import emptied, postgresql_server
from sqlalchemy import create_engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from glassline.errors import (
    GlasslineError,
    MissingExtraError,
    StoreBusyError,
    StoreDamagedError,
    StoreError,
)
from glassline.store import Entry, Row, Store
from glassline.store import engine as engines
from glassline.store.derived import pages
from glassline.store.engine import journal_mode, named
from glassline.store.turns import Turns

Open = Callable[..., Store]


@pytest.mark.parametrize(
    ("version", "takes_turns", "mode"),
    [
        ((3, 7, 0), False, "truncate"),
        ((3, 40, 1), False, "truncate"),
        ((3, 40, 1), True, "wal"),
        ((3, 44, 5), False, "truncate"),
        ((3, 44, 6), False, "wal"),
        ((3, 45, 0), False, "truncate"),
        ((3, 50, 6), False, "truncate"),
        ((3, 50, 7), False, "wal"),
        ((3, 51, 0), False, "truncate"),
        ((3, 51, 2), False, "truncate"),
        ((3, 51, 3), False, "wal"),
        ((4, 0, 0), False, "wal"),
    ],
)
def test_the_journal_is_safe_with_the_version(
    version: tuple[int, ...], takes_turns: bool, mode: str
) -> None:
    """The log only where it has no bug, or where no two ever write at once."""
    assert journal_mode(version, takes_turns=takes_turns) == mode


def test_a_commit_is_flushed_before_it_is_answered(tmp_path: Path) -> None:
    """FULL: in both journals, on every connection."""
    with Store.open(tmp_path / "line.db") as store, store.core.read() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar_one() == 2
        assert store.info()["database"]["journal"] == "wal"


def test_a_file_system_without_locks_gets_the_rollback_journal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, entries: list[Entry]
) -> None:
    """And everything works there too."""
    monkeypatch.setattr("glassline.files.fcntl", None)
    monkeypatch.setattr(engines, "is_mended", lambda _: False)

    with Store.open(tmp_path / "line.db") as store:
        store.record_all(entries)

        assert store.info()["database"]["journal"] == "truncate"
        assert store.verify().holds


def test_without_psycopg_it_is_said_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The extra is named."""
    monkeypatch.setattr(engines, "find_spec", lambda _: None)

    with pytest.raises(MissingExtraError, match=re.escape('"glassline[postgres]"')):
        Store.open("postgresql://localhost/line")


def test_postgresql_that_is_not_there_is_busy_and_no_password_is_told(
    tmp_path: Path,
) -> None:
    """It may be away for a moment."""
    url = f"postgresql://anna:secret@/line?host={tmp_path}"

    with pytest.raises(StoreBusyError, match=r"^local/line: expected the rec") as found:
        Store.open(url, files=tmp_path, timeout_s=2)

    assert "secret" not in str(found.value)


def test_postgresql_needs_a_folder_for_photos(
    postgresql_url: str, entries: list[Entry]
) -> None:
    """It says so when one is needed; looking at rows needs none."""
    with Store.open(emptied(postgresql_url)) as store:
        assert store.rows() == []
        with pytest.raises(
            GlasslineError, match=r"^files: expected a folder for photos"
        ):
            store.record(entries[0])


def test_a_foreign_lock_is_busy_and_then_it_goes_on(
    tmp_path: Path, entries: list[Entry]
) -> None:
    """Another program holds the file: nothing is lost, and nothing waits for ever."""
    with Store.open(tmp_path / "line.db", timeout_s=0.2) as store:
        foreign = sqlite3.connect(tmp_path / "line.db", isolation_level=None)
        foreign.execute("BEGIN IMMEDIATE")

        with pytest.raises(StoreBusyError, match=r"database is locked.*Try again\.$"):
            store.record(entries[0])
        assert store.rows() == []

        foreign.execute("ROLLBACK")
        foreign.close()
        assert store.record(entries[0]).record == "station-1"


def test_a_table_that_is_locked_in_postgresql_is_busy(
    open_store: Open, url: str, entries: list[Entry]
) -> None:
    """The same in both databases."""
    store = open_store(timeout_s=0.3)
    other = open_store()
    with other.core.engine.execution_options(glassline_writes=True).begin() as held:
        held.exec_driver_sql(
            "SELECT 1" if store.core.is_sqlite else "LOCK TABLE ledger"
        )
        with pytest.raises(StoreBusyError, match=r"Try again\.$"):
            store.record(entries[0])


def test_a_file_that_was_damaged_is_named(tmp_path: Path, entries: list[Entry]) -> None:
    """Pages of nonsense in the middle of it."""
    path = tmp_path / "line.db"
    with Store.open(path) as store:
        store.record_all(entries)
    data = bytearray(path.read_bytes())
    data[4096 : len(data) // 2] = b"\xff" * (len(data) // 2 - 4096)
    path.write_bytes(bytes(data))

    with pytest.raises(StoreDamagedError, match=r"Restore a backup\.$"):
        _used(path)


def _used(path: Path) -> None:
    with Store.open(path) as store:
        store.inspections()
        store.rebuild()


def test_a_folder_that_can_not_be_written_is_named(tmp_path: Path) -> None:
    """A file where the folder of photos belongs."""
    (tmp_path / "line.files").write_bytes(b"")

    with pytest.raises(StoreError, match="expected a folder that can be written"):
        Store.open(tmp_path / "line.db")


def test_a_store_that_must_be_there_is_not_made(tmp_path: Path) -> None:
    """A slip in the path makes no empty one."""
    path = tmp_path / "lien.db"

    with pytest.raises(StoreError, match="expected a store, got nothing there"):
        Store.open(path, create=False)
    assert [*tmp_path.iterdir()] == []


def test_threads_and_stores_take_turns(open_store: Open, entries: list[Entry]) -> None:
    """Four at once, in two stores of one stream: every row once, the chain whole."""
    stores = [open_store(), open_store()]
    errors: list[GlasslineError] = []

    def work(place: int) -> None:
        for turn in range(5):
            try:
                stores[place % 2].record_all(
                    [replace(e, key=f"{place} {turn} {e.key}") for e in entries[:2]]
                )
            except GlasslineError as error:
                errors.append(error)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert errors == []
    assert len(stores[0].inspections(limit=100).rows) == 40
    assert stores[0].verify().holds


def test_the_same_key_at_the_same_time_is_one_record(
    open_store: Open, entries: list[Entry]
) -> None:
    """Two streams, one key: whoever is second gets the record of the first."""
    stores = [open_store(stream="one"), open_store(stream="other")]
    found: list[str] = []

    def work(store: Store) -> None:
        found.extend(store.record(entry).record for entry in entries[:6])

    threads = [threading.Thread(target=work, args=(each,)) for each in stores]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert len(found) == 12
    assert len(set(found)) == 6
    assert len(stores[0].inspections().rows) == 6


def test_whose_turn_never_comes_is_told(tmp_path: Path) -> None:
    """After the time that was asked for."""
    one, other = Turns("line.db", tmp_path, 1), Turns("line.db", tmp_path, 0.1)
    message = (
        "line.db: expected other writers to be done in 0.1 s, got no turn. Try again."
    )

    with one.taken():
        start = time.monotonic()
        with pytest.raises(StoreBusyError, match=f"^{re.escape(message)}$"):
            _take(other)
        waited = time.monotonic() - start

    assert 0.1 <= waited < 5


def _take(turns: Turns) -> None:
    with turns.taken():
        raise AssertionError


def test_a_connection_that_was_cut_is_made_anew(
    postgresql_url: str, tmp_path: Path, entries: list[Entry]
) -> None:
    """The server ends every connection between two commits: nobody notices."""
    with Store.open(emptied(postgresql_url), files=tmp_path) as store:
        store.record(entries[0])
        other = create_engine(
            postgresql_url.replace("postgresql:", "postgresql+psycopg:")
        )
        with other.connect() as connection:
            connection.exec_driver_sql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE pid <> pg_backend_pid() AND datname = current_database()"
            )
        other.dispose()

        assert store.record(entries[1]).record == "station-2"
        assert store.verify().holds


def test_a_row_whose_commit_was_not_answered_is_written_once(
    open_store: Open, entries: list[Entry], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer is lost on its way: the row is looked for, and found."""
    store = open_store()
    dialect = type(store.core.engine.dialect)
    commit = dialect.do_commit
    lost = iter([True])

    def answers_nothing(self: Any, connection: Any) -> None:
        commit(self, connection)
        if next(lost, False):
            cut = OperationalError(
                "COMMIT", {}, Exception("cut"), connection_invalidated=True
            )
            raise cut

    monkeypatch.setattr(dialect, "do_commit", answers_nothing)

    recorded = store.record(replace(entries[0], key=None))

    assert recorded.record == "station-1"
    assert len(store.rows()) == 1
    assert store.verify().holds


class Told(Exception):  # noqa: N818  as a driver's own
    """What a driver raises, with its code."""

    def __init__(self, **codes: object) -> None:
        super().__init__("told")
        self.__dict__ |= codes


@pytest.mark.parametrize(
    ("codes", "code"),
    [
        ({"sqlite_errorcode": sqlite3.SQLITE_BUSY}, "store_busy"),
        ({"sqlite_errorcode": sqlite3.SQLITE_BUSY_SNAPSHOT}, "store_busy"),
        ({"sqlite_errorcode": sqlite3.SQLITE_LOCKED}, "store_busy"),
        ({"sqlite_errorcode": sqlite3.SQLITE_FULL}, "store_full"),
        ({"sqlite_errorcode": sqlite3.SQLITE_IOERR_FSYNC}, "store_full"),
        ({"sqlite_errorcode": sqlite3.SQLITE_CORRUPT}, "store_damaged"),
        ({"sqlite_errorcode": sqlite3.SQLITE_NOTADB}, "store_damaged"),
        ({"sqlite_errorcode": sqlite3.SQLITE_READONLY}, "store"),
        ({"sqlstate": "53100"}, "store_full"),
        ({"sqlstate": "53300"}, "store_busy"),
        ({"sqlstate": "55P03"}, "store_busy"),
        ({"sqlstate": "40P01"}, "store_busy"),
        ({"sqlstate": "57P01"}, "store_busy"),
        ({"sqlstate": "08006"}, "store_busy"),
        ({"sqlstate": "XX001"}, "store_damaged"),
        ({"sqlstate": "42501"}, "store"),
    ],
)
def test_what_a_database_says_has_a_name(codes: dict[str, object], code: str) -> None:
    """Busy, full, damaged, or none of them."""
    with (
        pytest.raises(StoreError, match=r"^line\.db: expected ") as found,
        named("line.db"),
    ):
        raise OperationalError("INSERT", {}, Told(**codes))

    assert found.value.code == code


def test_a_text_that_is_none_is_damage(tmp_path: Path, entries: list[Entry]) -> None:
    """In a row, and in SQLite's own words about a schema that it can not read."""
    path = tmp_path / "line.db"
    with Store.open(path) as store:
        store.record(entries[0])
        with store.core.engine.begin() as connection:
            connection.exec_driver_sql(
                "UPDATE inspections SET lot = CAST(x'ee41' AS TEXT)"
            )
        with pytest.raises(
            StoreDamagedError, match=r"^.*line\.db: expected records as th"
        ):
            store.inspections()
    path.write_bytes(
        path.read_bytes().replace(b"CREATE TABLE ledger", b"CREATE\xeeTABLE ledger")
    )

    with pytest.raises(
        StoreDamagedError, match=r"bytes that are no text\. Restore a b"
    ):
        Store.open(path)


def test_no_free_connection_is_busy() -> None:
    """All of them are at work for longer than one waits."""
    with pytest.raises(StoreBusyError, match="a free connection in time"), named("x"):
        raise PoolTimeoutError


@pytest.mark.soak
def test_a_server_that_is_killed_loses_nothing_it_answered(
    tmp_path: Path, entries: list[Entry]
) -> None:
    """Three times, while a station records; in between it says that it is busy."""
    acknowledged: list[str] = []
    codes: set[str] = set()
    with postgresql_server() as server:
        store = Store.open(server.get_uri(), files=tmp_path, timeout_s=5)
        stop = threading.Event()

        def work() -> None:
            turn = 0
            while not stop.is_set():
                turn += 1
                try:
                    entry = replace(entries[turn % 12], key=f"turn {turn}")
                    acknowledged.append(store.record(entry).record)
                except StoreError as error:
                    codes.add(error.code)
                    time.sleep(0.05)

        thread = threading.Thread(target=work)
        thread.start()
        for _ in range(3):
            time.sleep(2)
            os.kill(server.get_pid(), signal.SIGQUIT)  # at once, as in a power cut
            time.sleep(1)
            server.ensure_postgres_running()
        time.sleep(2)
        stop.set()
        thread.join()
        standing = {each.record for each in _all(store)}
        found = store.verify()
        store.close()

    print(f"{len(acknowledged)} acknowledged, {len(standing)} standing")  # noqa: T201  the figure
    assert codes == {"store_busy"}
    assert set(acknowledged) <= standing
    assert len(acknowledged) == len(set(acknowledged))
    assert found.found == ()


def _all(store: Store) -> list[Row]:
    return [row for page in pages(store.core.read) for row in page]

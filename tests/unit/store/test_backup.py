"""A copy is whole, holds all that was acknowledged before it began, or is not there."""

from __future__ import annotations

import re
import shutil
import sqlite3
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from crashing import stations

from glassline.dataset import Dataset
from glassline.errors import InputError, StoreFullError
from glassline.model import Model
from glassline.store import Entry, Keep, Store

Open = Callable[..., Store]


@pytest.fixture
def filled(open_store: Open, entries: list[Entry], settled: Model) -> Store:
    """A store with all photos kept, a label, and a second stream."""
    store = open_store(keep=Keep(accepted_share=1))
    store.publish(settled, who="anna", reason="first")
    store.record_all(entries)
    open_store(stream="other").label("station-2", "ok", who="bo", reason="seen")
    return store


def test_a_copy_is_a_store_with_the_same_rows(
    filled: Store, entries: list[Entry], tmp_path: Path
) -> None:
    """Of either database; photos and models with it; and it verifies and replays."""
    done = filled.backup(tmp_path / "copies" / "b.db")

    with Store.open(done.path, create=False) as copy:
        assert copy.heads() == filled.heads() == done.heads
        assert copy.inspections().rows == filled.inspections().rows
        assert copy.photo(entries[0].sha256) == entries[0].photo
        assert copy.running == filled.running
        assert copy.replay().holds
        assert copy.verify().holds
    assert done.findings.holds


def test_the_copy_of_what_does_not_hold_says_so(filled: Store, tmp_path: Path) -> None:
    """A fault is not passed on in silence."""
    with filled.core.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE ledger SET who = 'eve' WHERE seq = 5")

    found = filled.backup(tmp_path / "b.db").findings

    assert [(each.kind, each.place) for each in found.found] == [
        ("altered", "station-5")
    ]


def test_copies_while_others_write_are_whole(
    open_store: Open, entries: list[Entry], tmp_path: Path
) -> None:
    """Each holds at least what had been acknowledged when it began."""
    store = open_store()
    store.record(entries[0])
    stop = threading.Event()

    def work(stream: str) -> None:
        writer = open_store(stream=stream)
        turn = 0
        while not stop.is_set():
            turn += 1
            writer.record_all(
                [
                    replace(each, key=f"{stream} {turn} {each.key}")
                    for each in entries[:3]
                ]
            )

    threads = [threading.Thread(target=work, args=(name,)) for name in ("a", "b")]
    for each in threads:
        each.start()
    try:
        pairs = [(store.heads(), store.backup(tmp_path / f"{n}.db")) for n in range(2)]
    finally:
        stop.set()
        for each in threads:
            each.join()

    assert [done.findings.found for _, done in pairs] == [(), ()]
    behind = [
        stream
        for before, done in pairs
        for stream, (seq, _) in before.items()
        if done.heads[stream][0] < seq
    ]
    assert behind == []


def test_a_name_in_use_is_left_alone(filled: Store, tmp_path: Path) -> None:
    """No copy is written over another."""
    (tmp_path / "b.db").write_bytes(b"mine")
    message = f"{tmp_path / 'b.db'}: expected a name of nothing yet, got one in use."

    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        filled.backup(tmp_path / "b.db")
    assert (tmp_path / "b.db").read_bytes() == b"mine"


def test_without_room_nothing_is_left(
    filled: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk fills up at the first photo."""

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    (tmp_path / "copies").mkdir()
    monkeypatch.setattr(shutil, "copyfile", full)

    with pytest.raises(StoreFullError, match="expected room for a copy, got: "):
        filled.backup(tmp_path / "copies" / "b.db")

    assert [*(tmp_path / "copies").iterdir()] == []


def test_a_copy_is_one_file_that_any_sqlite_reads(
    filled: Store, tmp_path: Path
) -> None:
    """No log is left beside it."""
    filled.backup(tmp_path / "copies" / "b.db")

    lying = sorted(each.name for each in (tmp_path / "copies").iterdir())
    connection = sqlite3.connect(tmp_path / "copies" / "b.db")
    [(rows,)] = connection.execute("SELECT count(*) FROM ledger")
    connection.close()
    assert lying == ["b.db", "b.files"]
    assert rows == sum(seq for seq, _ in filled.heads().values())


@pytest.mark.soak
def test_fifty_copies_under_four_writers_are_whole(
    settled_folder: Path, line: Dataset, tmp_path: Path
) -> None:
    """Programs of their own write meanwhile; each copy holds what was acknowledged."""
    photos = [part.path for part in line.parts[:2]]
    path = tmp_path / "line.db"
    Store.open(path).close()

    def work(name: str) -> None:
        with stations(settled_folder, photos) as run:
            while not stop.is_set():
                run(store=str(path), name=f"{name} {time.monotonic_ns()}", turns=5)

    stop = threading.Event()
    with ThreadPoolExecutor(4) as pool, Store.open(path) as store:
        for name in ("a", "b", "c", "d"):
            pool.submit(work, name)
        try:
            pairs = [
                (store.heads(), store.backup(tmp_path / f"{n}.db")) for n in range(50)
            ]
        finally:
            stop.set()

    rows = [done.heads.get("station", (0, ""))[0] for _, done in pairs]
    print(f"50 copies, of {rows[0]:,} to {rows[-1]:,} rows")  # noqa: T201  the figure
    assert all(done.findings.holds for _, done in pairs)
    assert all(
        done.heads[stream][0] >= seq
        for before, done in pairs
        for stream, (seq, _) in before.items()
    )

"""Stores to try, in both databases, and photos that were inspected once."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from databases import KINDS, emptied

from glassline.dataset import Dataset
from glassline.inspection import attempt
from glassline.model import Model
from glassline.store import Entry, Identifiers, Store

Seen = list[tuple[bytes, Any]]
Open = Callable[..., Store]


@pytest.fixture(scope="session")
def quick_folder() -> Iterator[Path]:
    """A folder in memory, where there is one: a commit waits for no disk."""
    memory = Path("/dev/shm")  # noqa: S108  a folder of our own below it
    place = memory if os.access(memory, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="glassline-", dir=place) as folder:
        yield Path(folder)


@pytest.fixture
def tmp_path(quick_folder: Path) -> Iterator[Path]:
    """A folder of the test's own, in memory."""
    with tempfile.TemporaryDirectory(dir=quick_folder) as folder:
        yield Path(folder)


@pytest.fixture(params=KINDS)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database: SQLite, then PostgreSQL."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/line.db"
    return emptied(request.getfixturevalue("postgresql_url"))


@pytest.fixture
def open_store(url: str, tmp_path: Path) -> Iterator[Open]:
    """What opens the database, as often as a test likes, and closes it afterwards."""
    with ExitStack() as stack:

        def opened(**options: Any) -> Store:
            options = {"files": tmp_path / "files", **options}
            return stack.enter_context(Store.open(url, **options))

        yield opened


@pytest.fixture
def store(open_store: Open) -> Store:
    """An empty store."""
    return open_store()


@pytest.fixture(scope="session")
def seen(settled: Model, line: Dataset) -> Seen:
    """Twelve photos with what was seen on each, and one that was refused."""
    photos = [part.path.read_bytes() for part in line.parts[:12]] + [b"no photo"]
    return [(photo, attempt(settled, photo)) for photo in photos]


@pytest.fixture(scope="session")
def entries(seen: Seen, settled: Model) -> list[Entry]:
    """The same as entries: lot A of six, lot B of six, the refused one without a lot."""
    lots = ["A"] * 6 + ["B"] * 6 + [None]
    return [
        Entry(
            found,
            photo,
            Identifiers(lot=lot, unit_serial=f"S{place:02}"),
            who="camera 1",
            key=f"shot {place}",
            model=settled,
        )
        for place, ((photo, found), lot) in enumerate(zip(seen, lots, strict=True))
    ]

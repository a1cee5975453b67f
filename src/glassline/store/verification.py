"""Is everything as it was written? Ledger, tables, photos and models, each compared."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from itertools import zip_longest
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import (
    Connection,
    Table,
    create_engine,
    func,
    select,
    tuple_,
)
from sqlalchemy.exc import SQLAlchemyError

from glassline.dataset.readings import Progress, no_progress
from glassline.errors import (
    GlasslineError,
    NotFoundError,
    StoreDamagedError,
    StoreError,
)
from glassline.interface.record import Record
from glassline.store.chain import Chain, Finding, Heads, absent, witnesses
from glassline.store.core import Core
from glassline.store.derived import PAGE, pages, rebuild
from glassline.store.ledger import Row, record_of
from glassline.store.library import Library
from glassline.store.photos import read_photo
from glassline.store.tables import DERIVED, inspections, ledger, metadata, streams

__all__ = ["MOST_FINDINGS", "Findings", "verify"]

MOST_FINDINGS = 10_000  # kept; more say no more
STAGE = "verifying"
T = TypeVar("T")


@dataclass(frozen=True, eq=False, repr=False)
class Findings(Record):
    """What `verify` looked at and what it found amiss.

    Attributes:
        rows: Rows of the ledger.
        photos: Photos whose bytes were hashed.
        models: Models that were loaded.
        heads: Each stream's last number and hash: note them elsewhere, and next time
            nobody can have cut the end.
        found: What is amiss; nothing where all holds.
    """

    rows: int
    photos: int
    models: int
    heads: Heads
    found: tuple[Finding, ...]

    @property
    def holds(self) -> bool:
        """Return whether everything is as it was written."""
        return not self.found

    def as_json(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {
            "holds": self.holds,
            "rows": self.rows,
            "photos": self.photos,
            "models": self.models,
            "heads": {stream: list(head) for stream, head in self.heads.items()},
            "found": [each.as_json() for each in self.found],
        }


def verify(
    core: Core,
    library: Library,
    *,
    heads: Heads | None = None,
    photos: bool = True,
    progress: Progress = no_progress,
) -> Findings:
    """Compare everything with what was written, in one state of the records.

    Args:
        core: The records.
        library: Their models.
        heads: Ends of streams as they were noted outside, which must still be there.
        photos: Whether to read and hash every kept photo.
        progress: Told how far it is.
    """
    with core.snapshot() as connection, _any_text(core, connection):
        return _verified(core, library, connection, heads or {}, photos, progress)


@contextmanager
def _any_text(core: Core, connection: Connection) -> Iterator[None]:
    """Let bytes that are no text be read as such: they are findings, not a failure."""
    driver: Any = connection.connection.dbapi_connection
    if core.is_sqlite:
        driver.text_factory = partial(str, encoding="utf-8", errors="surrogateescape")
    try:
        yield
    finally:
        if core.is_sqlite:
            driver.text_factory = str


def _verified(
    core: Core,
    library: Library,
    connection: Connection,
    outside: Heads,
    photos: bool,
    progress: Progress,
) -> Findings:
    found = [*_told(_database(connection))] if core.is_sqlite else []
    chain = Chain({})
    found += _told(_walked(chain, connection, outside, progress))
    found += _told(_derived(connection))
    models = [*_told(_models(connection))]
    names = [each for each in models if isinstance(each, str)]
    found += [each for each in models if isinstance(each, Finding)]
    found += [each for name in names for each in _model(library, name)]
    kept = [*_told(_kept(connection))] if photos else []
    for place, each in enumerate(kept):
        found += [each] if isinstance(each, Finding) else _photo(core, *each)
        progress("verifying photos", place + 1, len(kept))
    return Findings(
        rows=chain.rows,
        photos=len(kept),
        models=len(names),
        heads=chain.heads,
        found=tuple(found[:MOST_FINDINGS]),
    )


def _told(found: Iterator[T]) -> Iterator[T | Finding]:
    """Yield what is found; that a database can not be read on is a finding too."""
    try:
        yield from found
    except (SQLAlchemyError, UnicodeDecodeError) as error:
        told = str(getattr(error, "orig", error)).splitlines()[0]
        yield Finding("database", "pages", told)


def _walked(
    chain: Chain, connection: Connection, outside: Heads, progress: Progress
) -> Iterator[Finding]:
    """Walk along all streams, and yield what is amiss with their rows."""
    ends = connection.execute(select(streams).order_by(streams.c.stream))
    chain.heads = {str(each.stream): (each.seq, str(each.hash)) for each in ends}
    total = connection.execute(select(func.count()).select_from(ledger)).scalar_one()
    try:
        for rows in pages(lambda: nullcontext(connection)):
            chain.walk(rows)
            progress(STAGE, chain.rows, 2 * total)
        chain.finish()
    finally:
        yield from chain.found
    seen = [*chain.witnessed, *witnesses(outside)]
    yield from absent(seen, _standing(connection, seen))


def _database(connection: Connection) -> Iterator[Finding]:
    """Yield what SQLite itself finds amiss: it knows its pages, not their content."""
    for (told,) in connection.exec_driver_sql("PRAGMA integrity_check"):
        if told != "ok":
            yield Finding("database", "pages", str(told))


def _standing(
    connection: Connection, seen: Sequence[tuple[str, int, str, str]]
) -> dict[tuple[str, int], str]:
    """Return the hashes that stand where others were seen."""
    places = sorted({(stream, seq) for stream, seq, _, _ in seen})
    standing: dict[tuple[str, int], str] = {}
    for start in range(0, len(places), PAGE // 4):
        chunk = places[start : start + PAGE // 4]
        query = select(ledger.c.stream, ledger.c.seq, ledger.c.hash).where(
            tuple_(ledger.c.stream, ledger.c.seq).in_(chunk)
        )
        standing |= {(s, int(q)): str(h) for s, q, h in connection.execute(query)}
    return standing


def _derived(connection: Connection) -> Iterator[Finding]:
    """Build the derived tables again beside, and yield each row that is another."""
    with tempfile.TemporaryDirectory(prefix="glassline-") as folder:
        scratch = create_engine(f"sqlite:///{Path(folder) / 'derived.db'}")
        try:
            metadata.create_all(scratch, tables=[*DERIVED])
            with scratch.begin() as fresh:
                fresh.exec_driver_sql("PRAGMA synchronous=OFF")
                rebuild(fresh, lambda: pages(lambda: nullcontext(connection)))
                for table in DERIVED:
                    yield from _differences(table, connection, fresh)
        except (
            LookupError,
            TypeError,
            ValueError,
            AttributeError,
            StoreError,
        ) as error:
            yield Finding("derived", "all", f"they can not be built: {error}")
        finally:
            scratch.dispose()


def _differences(
    table: Table, standing: Connection, fresh: Connection
) -> Iterator[Finding]:
    """Yield the rows of a table that are not as they follow from the ledger."""
    keys = [*table.primary_key.columns]
    one, other = _rows(table, standing), _rows(table, fresh)
    is_same = all(a == b for a, b in zip_longest(one, other))
    if is_same:
        return
    place = [table.columns.keys().index(key.name) for key in keys]
    stand = {_key(row, place): row for row in _rows(table, standing)}
    for row in _rows(table, fresh):
        found = stand.pop(_key(row, place), None)
        name = _named(table, _key(row, place))
        if found is None:
            yield Finding("derived", name, "it is missing")
        elif found != row:
            columns = zip(table.columns.keys(), found, row, strict=True)
            odd = ", ".join(key for key, a, b in columns if a != b)
            yield Finding("derived", name, f"{odd}: not as in the ledger")
    for key in stand:
        yield Finding("derived", _named(table, key), "no row of the ledger gives it")


def _rows(table: Table, connection: Connection) -> Iterator[tuple[Any, ...]]:
    """Yield all rows of a table by its key, page by page; numbers as they are kept."""
    keys = [*table.primary_key.columns]
    after: tuple[Any, ...] | None = None
    places = [table.columns.keys().index(key.name) for key in keys]
    while True:
        query = select(table).order_by(*keys).limit(PAGE)
        if after is not None:
            query = query.where(tuple_(*keys) > after)
        found = connection.execute(query).all()
        yield from (tuple(row) for row in found)
        if len(found) < PAGE:
            return
        after = _key(found[-1], places)


def _key(row: Sequence[Any], places: Sequence[int]) -> tuple[Any, ...]:
    return tuple(row[place] for place in places)


def _named(table: Table, key: tuple[Any, ...]) -> str:
    return f"{table.name} {'-'.join(map(str, key))}"


def _models(connection: Connection) -> Iterator[str]:
    """Yield the hash of each model that ever looked or ran."""
    told = inspections.c.model
    looked = connection.execute(select(told).where(told.is_not(None)).distinct())
    hashes = {str(each) for (each,) in looked}
    query = select(ledger).where(ledger.c.kind.in_(("published", "rolled_back")))
    for each in connection.execute(query):
        try:
            hashes.add(str(Row(*each).body["model"]))
        except (ValueError, LookupError):
            continue  # the chain says it already
    yield from sorted(hashes)


def _model(library: Library, sha256: str) -> Iterator[Finding]:
    try:
        library.read(sha256)
    except NotFoundError:
        yield Finding("model_missing", sha256)
    except GlasslineError as error:
        yield Finding("model_altered", sha256, str(error))


def _kept(connection: Connection) -> Iterator[tuple[str, str]]:
    """Yield each kept photo with the first record that it is of."""
    query = (
        select(
            inspections.c.sha256,
            func.min(inspections.c.stream),
            func.min(inspections.c.seq),
        )
        .where(inspections.c.photo_kept)
        .group_by(inspections.c.sha256)
        .order_by(inspections.c.sha256)
    )
    for sha256, stream, seq in connection.execute(query):
        yield str(sha256), record_of(stream, seq)


def _photo(core: Core, sha256: str, record: str) -> Iterator[Finding]:
    try:
        if read_photo(core, sha256) is None:
            yield Finding("photo_missing", sha256, f"of {record}")
    except StoreDamagedError:
        yield Finding("photo_altered", sha256, f"of {record}")

"""A run over many photos: every one of them exactly once, whatever happens meanwhile."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import cv2

from glassline.batch.item import Item
from glassline.batch.journal import Journal
from glassline.batch.judging import Row, columns
from glassline.batch.naming import Naming
from glassline.batch.output import check_kind, write
from glassline.batch.pool import Limits, Pool
from glassline.batch.sources import Asked, Source, find_sources
from glassline.batch.stopping import Stopping, noted
from glassline.errors import InputError, OutputError
from glassline.files import tail
from glassline.image.refusals import printable
from glassline.interface.checked import checked
from glassline.interface.record import Record
from glassline.model import Model

__all__ = ["Engine", "Progress", "Settings", "Summary", "run"]

FORMAT = 1
Progress = Callable[[int, int | None, int], None]
"""Called with (done, of how many, how many of them in an earlier run)."""


class Engine(Protocol):
    """What turns photos into rows: processes of this machine, or many machines."""

    @property
    def replaced(self) -> int:
        """Return how many workers died and were replaced."""
        ...

    def rows(self, items: Iterable[Item]) -> Iterator[list[Row]]:
        """Yield the row of each photo, in their order, as many as are known at once."""
        ...

    def stop(self) -> None:
        """Finish the photos under way, then no more."""
        ...


@dataclass(frozen=True)
class Settings:
    """How a run goes.

    Attributes:
        workers: Processes.
        resume: Go on with a run that ended before its time; begin one where there is none.
        overwrite: Begin anew, whatever there is.
        lang: Of the reasons in the rows.
        pattern: What names identifiers in a path, as `Naming` reads it.
        encoding: Of CSV manifests.
        limits: What one photo may take.
        engine: What runs it; left out, processes of this machine.
    """

    workers: int = 2
    resume: bool = False
    overwrite: bool = False
    lang: str = "en"
    pattern: str | None = None
    encoding: str | None = None
    limits: Limits = field(default_factory=Limits)
    engine: Callable[[Model, Settings], AbstractContextManager[Engine]] | None = None


@dataclass(frozen=True, eq=False, repr=False)
class Summary(Record):
    """What a run did.

    Attributes:
        out: The file that holds the rows, or will.
        photos: Rows, those of an earlier run included.
        resumed: How many of them are of an earlier run.
        inspected: How many have a verdict.
        decisions: Of those, by action.
        classes: Of those, by class.
        refused: How many have none, by reason.
        seconds: Of this run alone.
        rate: Photos a second, of this run alone.
        replaced: Workers that died and were replaced.
        interrupted: The signal that ended it before its time; None where it is done.
    """

    out: str
    photos: int
    resumed: int
    inspected: int
    decisions: Mapping[str, int]
    classes: Mapping[str, int]
    refused: Mapping[str, int]
    seconds: float
    rate: float
    replaced: int
    interrupted: int | None = None

    def as_json(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {
            "out": self.out,
            "photos": self.photos,
            "resumed": self.resumed,
            "inspected": self.inspected,
            "decisions": dict(self.decisions),
            "classes": dict(self.classes),
            "refused": dict(self.refused),
            "seconds": round(self.seconds, 3),
            "photos_per_second": round(self.rate, 1),
            "workers_replaced": self.replaced,
            "interrupted": self.interrupted is not None,
        }


@checked
def run(
    model: Model,
    sources: Sequence[str],
    out: str | Path,
    settings: Settings = Settings(),
    *,
    progress: Progress = lambda done, total, before: None,
) -> Summary:
    """Inspect many photos, and write a row for each.

    Every row is kept in `out`.journal from the moment it is known, in the order of the
    photos; `out` appears when all are done. A run that ended before, by whatever, goes on
    with `resume`, and gives the file that it would have given without the end: the same
    bytes, for any number of workers. A photo that is refused, that takes too long or too
    much memory, or of which a process dies is a row too, and stops nothing.

    SIGINT and SIGTERM end a run after the photos under way.

    Args:
        model: Which inspects.
        sources: Folders, files, patterns, CSV or Parquet tables, tar archives, addresses.
        out: Ends in .csv or .parquet.
        settings: How.
        progress: Told how far it is.

    Raises:
        InputError: `out` is there already, another run writes it, or it was begun with
            another model or other sources.
        DatasetError: A source can not be read.
        OutputError: There is no room for the rows; those that are kept stay.
        MissingExtraError: Parquet or an address, without what reads or writes it.
    """
    out = Path(out)
    check_kind(out)
    naming = Naming(settings.pattern) if settings.pattern else None
    asked = Asked(naming, settings.encoding, model.recipe.image.max_bytes)
    found = find_sources(sources, asked)
    known = dict.fromkeys(naming.names if naming else ())
    for source in found:
        known |= dict.fromkeys(source.identifiers)
    names = columns(model, tuple(known))
    header = {
        "format": FORMAT,
        "model": model.sha256,
        "opencv": cv2.__version__,
        "sources": list(map(printable, sources)),
        "columns": list(names),
        "lang": settings.lang,
    }
    place = out.with_name(f"{out.name}.journal")
    with _journal(place, out) as journal, noted() as stopping:
        _begin(journal, header, out, settings)
        job = _Job(model, found, tuple(known), journal, settings, progress)
        summary = job.done(out, names, stopping)
        if summary.interrupted is None:
            with _room(out, place):
                write(out, names, journal.rows())
                place.unlink()
    return summary


@dataclass(frozen=True)
class _Job:
    """The photos, where their rows go, and who is told."""

    model: Model
    sources: Sequence[Source]
    identifiers: tuple[str, ...]
    journal: Journal
    settings: Settings
    progress: Progress

    def done(self, out: Path, names: Sequence[str], stopping: Stopping) -> Summary:
        """Inspect what is not in the journal yet."""
        tally = _Tally(names)
        items = (i for source in self.sources for i in source.items(self.identifiers))
        before = self._passed_over(items, tally, out)
        total = _sum(source.count() for source in self.sources)
        start, replaced = time.monotonic(), 0
        make = self.settings.engine or _local
        if not stopping.signal:
            with make(self.model, self.settings) as engine:
                stopping.act = engine.stop
                for rows in engine.rows(items):
                    with _room(out, out.with_name(f"{out.name}.journal")):
                        self.journal.add(rows)
                    tally.add(rows)
                    self.progress(self.journal.count, total, before)
                replaced = engine.replaced
                stopping.act = None
        with _room(out, out.with_name(f"{out.name}.journal")):
            self.journal.flush()
        seconds = time.monotonic() - start
        return Summary(
            out=str(out),
            photos=self.journal.count,
            resumed=before,
            inspected=sum(tally.decisions.values()),
            decisions=_sorted(tally.decisions),
            classes=_sorted(tally.classes),
            refused=_sorted(tally.refused),
            seconds=seconds,
            rate=(self.journal.count - before) / seconds if seconds else 0.0,
            replaced=replaced,
            interrupted=stopping.signal,
        )

    def _passed_over(self, items: Iterator[Item], tally: _Tally, out: Path) -> int:
        """Pass over the photos whose rows are kept, and see that they are the same."""
        for row in self.journal.rows():
            item = next(items, None)
            if item is None or printable(item.name) != row[0]:
                got = printable(item.name) if item else "no more photos"
                raise InputError(
                    f"--resume: expected the photos of the run that {out} was begun "
                    f"with, got {got} in place of {row[0]}. Restore the sources, or "
                    "begin anew with --overwrite."
                )
            tally.add([row])
        return self.journal.count


class _Tally:
    """What the rows say, counted."""

    def __init__(self, names: Sequence[str]) -> None:
        self._at = [names.index(each) for each in ("class", "decision", "refused")]
        self.classes: Counter[str] = Counter()
        self.decisions: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()

    def add(self, rows: Sequence[Row]) -> None:
        """Count some rows more."""
        counters = (self.classes, self.decisions, self.refused)
        for at, counter in zip(self._at, counters, strict=True):
            counter.update(str(row[at]) for row in rows if row[at] is not None)


def _sorted(counter: Counter[str]) -> dict[str, int]:
    return dict(sorted(counter.items()))


def _sum(counts: Iterable[int | None]) -> int | None:
    known = list(counts)
    return None if None in known else sum(each or 0 for each in known)


def _local(model: Model, settings: Settings) -> AbstractContextManager[Engine]:
    return Pool(
        model, workers=settings.workers, limits=settings.limits, lang=settings.lang
    )


@contextmanager
def _journal(place: Path, out: Path) -> Iterator[Journal]:
    """Open and hold the journal; one without a row is taken away again."""
    with _room(out, place):
        try:
            opened = tail(place)
            file = opened.__enter__()
        except BlockingIOError as error:
            raise InputError(
                f"--out {out}: expected nobody else to write it, got another run at it. "
                "Wait for it, or choose another --out."
            ) from error
    journal = Journal(place, file)
    try:
        yield journal
    finally:
        if place.exists() and not journal.count:  # nothing is done that could be lost
            place.unlink()
        opened.__exit__(None, None, None)


def _begin(
    journal: Journal, header: Mapping[str, Any], out: Path, settings: Settings
) -> None:
    """Go on with what the journal holds, or begin it, as the settings allow."""
    if settings.resume and settings.overwrite:
        raise InputError("expected --resume or --overwrite, got both.")
    if journal.count and not settings.overwrite:
        if not settings.resume:
            raise InputError(
                f"--out {out}: expected no run that ended before its time, got one with "
                f"{journal.count:,} photos. Go on with --resume, or begin anew with "
                "--overwrite."
            )
        begun = journal.header or {}
        odd = [name for name in header if begun.get(name) != header[name]]
        if odd:
            raise InputError(
                f"--resume: expected the {odd[0]} that {out} was begun with, got "
                "another. Call it as before, or begin anew with --overwrite."
            )
        return
    if out.exists() and not settings.overwrite:
        raise InputError(
            f"--out {out}: expected no such file, got one. Choose another, or replace "
            "it with --overwrite."
        )
    with _room(out, out.with_name(f"{out.name}.journal")):
        journal.begin(header)


@contextmanager
def _room(out: Path, journal: Path) -> Iterator[None]:
    """Say what a disk that takes no more means for the run."""
    try:
        yield
    except OSError as error:
        if isinstance(error, BlockingIOError):
            raise
        raise OutputError(
            f"--out {out}: expected a place that can be written, got: "
            f"{error.strerror}. What is done stands in {journal.name}; make room, and go "
            "on with --resume."
        ) from error

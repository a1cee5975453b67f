"""A run over many photos: every one of them exactly once, whatever happens meanwhile."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import cv2

from glassline.batch.beginning import begin, held, place_of, room
from glassline.batch.item import Item
from glassline.batch.journal import Journal
from glassline.batch.judging import Row, columns
from glassline.batch.naming import Naming
from glassline.batch.output import check_kind, write
from glassline.batch.pool import Pool
from glassline.batch.settings import Engine, Progress, Settings
from glassline.batch.sources import Asked, Source, find_sources
from glassline.batch.sources.labelled import Labelled
from glassline.batch.stopping import Stopping, noted
from glassline.batch.summary import Summary, Tally
from glassline.dataset import Dataset
from glassline.dataset.readings import in_colour
from glassline.errors import InputError
from glassline.image.refusals import printable
from glassline.interface.checked import checked
from glassline.model import Model
from glassline.training.candidates import SEARCHED, Candidates
from glassline.training.kept import COLUMNS, about, candidate_columns

if TYPE_CHECKING:
    from glassline.batch.recording import Recorder

__all__ = ["run"]

FORMAT = 1


@checked
def run(
    model: Model,
    sources: Sequence[str],
    out: str | Path,
    settings: Settings = Settings(),  # noqa: B008  frozen
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
            With `readings`, what `Dataset.read` reads: the labels are kept too.
        out: Ends in .csv or .parquet.
        settings: How.
        progress: Told how far it is.

    Raises:
        InputError: `out` is there already, another run writes it, or it was begun with
            another model or other sources.
        DatasetError: A source can not be read.
        OutputError: There is no room for the rows; those that are kept stay.
        StoreError: They can not be recorded; those that are kept stay.
        MissingExtraError: Parquet or an address, without what reads or writes it.
    """
    out = Path(out)
    check_kind(out)
    found, told = _sources(model, sources, settings)
    candidates = None
    if settings.readings is not None:
        check_kind(settings.readings, "--readings", (".parquet",))
        about(model)  # refused before any work
        candidates = Candidates(model.recipe.features, _searched(model, found))
    more = candidate_columns(candidates) if candidates else ()
    names = columns(model, told, more)
    header = {
        "format": FORMAT,
        "model": model.sha256,
        "opencv": cv2.__version__,
        "sources": list(map(printable, sources)),
        "columns": list(names),
        "lang": settings.lang,
        "store": settings.store,
    }
    with held(out) as journal, noted() as stopping:
        begin(journal, header, out, settings)
        job = _Job(model, found, told, names, journal, settings, progress, candidates)
        summary = job.done(out, stopping)
        if summary.interrupted is None:
            with room(out):
                job.publish(out)
                place_of(out).unlink()
    return summary


def _sources(
    model: Model, arguments: Sequence[str], settings: Settings
) -> tuple[tuple[Source, ...], tuple[str, ...]]:
    """Return the sources, and what they say of each photo."""
    naming = Naming(settings.pattern) if settings.pattern else None
    if settings.readings is not None:
        if naming is not None:
            raise InputError("--pattern: expected no --readings with it.")
        found: tuple[Source, ...] = tuple(
            Labelled(Dataset.read(each, settings.encoding)) for each in arguments
        )
    else:
        asked = Asked(naming, settings.encoding, model.recipe.image.max_bytes)
        found = find_sources(arguments, asked)
    known = dict.fromkeys(naming.names if naming else ())
    for source in found:
        known |= dict.fromkeys(source.identifiers)
    return found, tuple(known)


@dataclass(frozen=True)
class _Job:
    """The photos, where their rows go, and who is told."""

    model: Model
    sources: Sequence[Source]
    told: tuple[str, ...]
    names: tuple[str, ...]
    journal: Journal
    settings: Settings
    progress: Progress
    candidates: Candidates | None

    def done(self, out: Path, stopping: Stopping) -> Summary:
        """Inspect what is not in the journal yet."""
        tally = Tally(self.names)
        items = (i for source in self.sources for i in source.items(self.told))
        before = self._passed_over(items, tally, out)
        start, replaced = time.monotonic(), 0
        if not stopping.signal:
            replaced = self._inspect(items, tally, out, stopping)
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

    def publish(self, out: Path) -> None:
        """Write the files that were asked for."""
        kept = self.names
        if self.settings.readings is not None and self.candidates is not None:
            more = candidate_columns(self.candidates)
            kept = self.names[: -1 - len(more)]
            wanted = (*COLUMNS, *more)
            rows = self._rows(wanted)
            told = about(self.model, self.candidates.searched)
            write(self.settings.readings, wanted, rows, told)
        write(out, kept, self._rows(kept))

    def _rows(self, wanted: Sequence[str]) -> Iterator[Row]:
        places = [self.names.index(name) for name in wanted]
        for row in self.journal.rows():
            yield tuple(row[at] for at in places)

    def _inspect(
        self, items: Iterator[Item], tally: Tally, out: Path, stopping: Stopping
    ) -> int:
        """Inspect photos until there are no more, and say how many workers died."""
        before, total = self.journal.count, _sum(each.count() for each in self.sources)
        make = self.settings.engine or _local
        with self._recorder() as records:
            if records is not None:
                items = records.remembered(items)
            with make(self.model, self.settings, self.candidates) as engine:
                stopping.act = engine.stop
                for rows in engine.rows(items):
                    if records is not None:
                        records.add(rows, self.journal.count)
                    with room(out):
                        self.journal.add(rows)
                    tally.add(rows)
                    self.progress(self.journal.count, total, before)
                stopping.act = None
                with room(out):
                    self.journal.flush()
                return engine.replaced

    def _recorder(self) -> AbstractContextManager[Recorder | None]:
        if self.settings.store is None:
            return nullcontext()
        from glassline.batch.recording import recorder  # noqa: PLC0415  SQLAlchemy
        from glassline.store import Store  # noqa: PLC0415

        run_name = str((self.journal.header or {})["run"])
        opened = Store.open(
            self.settings.store, stream="batch", files=self.settings.files
        )
        return recorder(opened, self.model, self.names, self.told, run_name)

    def _passed_over(self, items: Iterator[Item], tally: Tally, out: Path) -> int:
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


def _searched(model: Model, sources: Sequence[Source]) -> tuple[str, ...]:
    """Return the planes of colour that training on these photos would choose from."""
    data = (each.data for each in sources if isinstance(each, Labelled))
    return SEARCHED if any(in_colour(one, model.recipe.image) for one in data) else ()


def _sorted(counter: Counter[str]) -> dict[str, int]:
    return dict(sorted(counter.items()))


def _sum(counts: Iterable[int | None]) -> int | None:
    known = list(counts)
    return None if None in known else sum(each or 0 for each in known)


def _local(
    model: Model, settings: Settings, candidates: Candidates | None
) -> AbstractContextManager[Engine]:
    return Pool(
        model,
        workers=settings.workers,
        limits=settings.limits,
        lang=settings.lang,
        candidates=candidates,
    )

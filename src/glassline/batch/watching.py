"""A folder that a camera writes to: every finished photo is inspected once, by content."""

from __future__ import annotations

import hashlib
import math
import os
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from glassline.batch.delivering import Callback, Channel, CsvRows, Messages
from glassline.batch.item import Item
from glassline.batch.judging import Row, columns
from glassline.batch.naming import Naming
from glassline.batch.outbox import Mark, Outbox
from glassline.batch.pool import Limits, Pool
from glassline.batch.recording import entry_of, identifiers_of
from glassline.batch.stopping import Stopping, noted
from glassline.errors import ImageError, InputError
from glassline.image import read
from glassline.image.folder import walk_images
from glassline.model import Model
from glassline.store import Store

__all__ = ["Watch", "Watched", "watch"]

WHO = "glassline watch"
DONE = ".done"  # of the file beside a photo that says that it is whole
UNFINISHED = ("changed_while_reading", "vanished", "not_found", "empty")


@dataclass(frozen=True)
class Watch:
    """How a folder is watched.

    Attributes:
        store: The address of the records.
        out: A CSV that gets a row a record.
        pattern: What names identifiers in a path, as `Naming` reads it.
        callback: An address that each verdict is posted to.
        mqtt: A broker and topic that each verdict is published to.
        settle_s: How long a photo must be as it is to be finished.
        needs_done: Whether only a photo with its .done is finished.
        poll_s: How often the folder is looked at.
        once: End when all that is finished is dealt with.
        workers: Processes.
        lang: Of the reasons.
        limits: What one photo may take.
        files: The folder of photos, models and what was told; as of `Store.open`.
    """

    store: str
    out: Path | None = None
    pattern: str | None = None
    callback: str | None = None
    mqtt: str | None = None
    settle_s: float = 1.0
    needs_done: bool = False
    poll_s: float = 1.0
    once: bool = False
    workers: int = 2
    lang: str = "en"
    limits: Limits = field(default_factory=Limits)
    files: Path | None = None


@dataclass
class Watched:
    """What was done so far.

    Attributes:
        recorded: Photos that got a record.
        known: Files whose content had one.
        waiting: Letters that nobody took yet.
    """

    recorded: int = 0
    known: int = 0
    waiting: int = 0


@dataclass(frozen=True)
class _Finished:
    """A file that is to be dealt with, as it was read."""

    path: Path
    mark: Mark
    data: bytes
    sha256: str


def watch(model: Model, folder: Path, asked: Watch) -> Watched:
    """Inspect every finished photo of a folder once, and tell who wants to know.

    A photo is finished when its size and time have not changed for `settle_s`, or its
    .done is there. The folder is looked at again and again: no events are needed, so it
    may lie on a network. A content is recorded once, under its hash, whatever the file is
    called and whenever the program ends; a file that is written anew is another content.

    Ends with SIGINT or SIGTERM, after the photos under way.

    Raises:
        InputError: There is no such folder, or an option is not what it must be.
        StoreError: Records can not be opened or written.
        OutputError: The CSV can not be written.
    """
    if not folder.is_dir():
        raise InputError(f"{folder}: expected a folder to watch, got none.")
    with ExitStack() as opened:
        store = opened.enter_context(
            Store.open(asked.store, stream="watch", files=asked.files)
        )
        job = _Job(model, folder, asked, store)
        pool = opened.enter_context(
            Pool(model, workers=asked.workers, limits=asked.limits, lang=asked.lang)
        )
        stopping = opened.enter_context(noted())
        stopping.act = pool.stop
        job.go_on(pool, stopping)
        return job.done


class _Job:
    def __init__(self, model: Model, folder: Path, asked: Watch, store: Store) -> None:
        self.model, self.folder, self.asked, self.store = model, folder, asked, store
        naming = Naming(asked.pattern) if asked.pattern else None
        self.naming, self.told = naming, naming.names if naming else ()
        self.names = columns(model, self.told)
        self.outbox = Outbox(store.core.files / "watch.db")
        self.channels = self._channels()
        self.done = Watched()
        self._since: dict[Path, tuple[Mark, float]] = {}
        self._marks = self.outbox.marks()
        self._failure: BaseException | None = None

    def go_on(self, pool: Pool, stopping: Stopping) -> None:
        """Look at the folder until somebody says that it is enough."""
        wake = threading.Event()
        teller = threading.Thread(target=self._tell_for_ever, args=(wake,), daemon=True)
        teller.start()
        try:
            while not stopping.signal and self._failure is None:
                self._deal_with(self._finished(), pool)
                if self.asked.once and not self._since:
                    break
                _sleep(self.asked.poll_s, stopping)
        finally:
            wake.set()
            teller.join()
        if self._failure is not None:
            raise self._failure
        self._tell()
        self.done.waiting = sum(
            len(self.outbox.waiting(each.name)) for each in self.channels
        )

    def _channels(self) -> list[Channel]:
        asked = self.asked
        found: list[Channel] = []
        if asked.out is not None:
            found.append(CsvRows(asked.out, ("record", *self.names)))
        if asked.callback is not None:
            found.append(Callback(asked.callback))
        if asked.mqtt is not None:
            found.append(Messages(asked.mqtt))
        return found

    def _finished(self) -> Iterator[_Finished]:
        """Yield the files that are finished and were not dealt with as they are now."""
        now, since = time.monotonic(), self._since
        self._since = {}
        for path in walk_images(self.folder):
            try:
                status = path.lstat()
            except OSError:  # it went meanwhile
                continue
            mark = Mark(status.st_size, status.st_mtime_ns)
            if self._marks.get(os.fsencode(path)) == mark:
                continue
            before, first = since.get(path, (mark, now))
            first = first if before == mark else now
            is_done = path.with_name(path.name + DONE).exists()
            is_settled = (
                not self.asked.needs_done and now - first >= self.asked.settle_s
            )
            if not (is_done or is_settled):
                if not self.asked.needs_done:
                    self._since[path] = (mark, first)
                continue
            finished = self._read(path, mark)
            if finished is not None:
                yield finished

    def _read(self, path: Path, mark: Mark) -> _Finished | None:
        try:
            settings = self.model.recipe.image
            data = read(path, settings=settings, root=self.folder)
        except ImageError as error:
            if error.reason in UNFINISHED:
                return None
            data = b""  # a link, a pipe, what may not be read: told as what it is
            sha256 = hashlib.sha256(f"{path} {mark}".encode("utf-8", "replace"))
            return _Finished(path, mark, data, sha256.hexdigest())
        return _Finished(path, mark, data, hashlib.sha256(data).hexdigest())

    def _deal_with(self, found: Iterator[_Finished], pool: Pool) -> None:
        under_way: list[_Finished] = []
        begun: set[str] = set()

        def items() -> Iterator[Item]:
            for each in found:
                record = self.outbox.record_of(each.sha256)
                if record is not None:
                    self._note(each, record, {})
                    self.done.known += 1
                    continue
                if (
                    each.sha256 in begun
                ):  # another file of it is under way: see next time
                    self._since[each.path] = (each.mark, -math.inf)
                    continue
                begun.add(each.sha256)
                under_way.append(each)
                yield self._item(each)

        for rows in pool.rows(items()):
            some, under_way[:] = under_way[: len(rows)], under_way[len(rows) :]
            self._record(some, rows)

    def _item(self, each: _Finished) -> Item:
        said = self.naming.found(str(each.path)) if self.naming else {}
        told = tuple(said.get(name, "") for name in self.told)
        if each.data:
            return Item(str(each.path), told, data=each.data)
        return Item(str(each.path), told, path=str(each.path), root=str(self.folder))

    def _record(self, some: Sequence[_Finished], rows: Sequence[Row]) -> None:
        entries = [
            entry_of(
                self.model,
                item := self._item(each),
                dict(zip(self.names, row, strict=True)),
                identifiers=identifiers_of(self.told, item.told),
                key=f"watch {each.sha256}",
                who=WHO,
            )
            for each, row in zip(some, rows, strict=True)
        ]
        recorded = self.store.record_all(entries)
        for each, row, record in zip(some, rows, recorded, strict=True):
            letters = {
                channel.name: self._body(channel, record.record, row)
                for channel in self.channels
            }
            self._note(each, record.record, letters)
            self.done.recorded += 1

    def _note(self, each: _Finished, record: str, letters: Mapping[str, Any]) -> None:
        path = os.fsencode(each.path)
        self.outbox.note(path, each.mark, each.sha256, record, letters)
        self._marks[path] = each.mark

    def _body(self, channel: Channel, record: str, row: Row) -> Any:
        if isinstance(channel, CsvRows):
            return [record, *row]
        return {"record": record, **dict(zip(self.names, row, strict=True))}

    def _tell_for_ever(self, wake: threading.Event) -> None:
        """Tell the others while photos are read; who is away is asked again."""
        wait_s = self.asked.poll_s
        try:
            while not wake.wait(wait_s):
                wait_s = self.asked.poll_s if self._tell() else min(2 * wait_s, 60.0)
        except BaseException as error:  # noqa: BLE001  raised where it is waited for
            self._failure = error

    def _tell(self) -> bool:
        """Tell what waits, and say whether all of it was taken."""
        is_all = True
        for channel in self.channels:
            while letters := self.outbox.waiting(channel.name):
                taken = channel.deliver(letters)
                self.outbox.taken(letters[:taken])
                if taken < len(letters):
                    is_all = False
                    break
        return is_all


def _sleep(seconds: float, stopping: Stopping) -> None:
    until = time.monotonic() + seconds
    while not stopping.signal and time.monotonic() < until:
        time.sleep(min(0.1, seconds))

"""Photos read in processes that may die of them; rows come in the order of the photos."""

from __future__ import annotations

import os
import signal
import tempfile
import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from multiprocessing.connection import Connection, wait
from typing import Any, Self

from glassline.batch.item import Item
from glassline.batch.judging import Row, more_cells, refused_row
from glassline.batch.nursery import Nursery
from glassline.batch.worker import OUT_OF_MEMORY, Orders
from glassline.errors import ImageError
from glassline.image.refusals import named, refuse
from glassline.model import Model
from glassline.training.candidates import Candidates

__all__ = ["Limits", "Pool"]

CHUNK = 8  # photos a worker is asked at once; so a photo hardly waits for the pool
CHUNK_BYTES = 16_000_000  # of photos that travel themselves
AHEAD = 2048  # rows kept while a slow photo holds up the order
TICK_S = 0.2  # how often the pool looks up while nobody answers
GRACE_S = 5.0  # for a worker that its own alarm does not end, as on a dead disk
TRIES = 2  # once may be chance: another program took the memory


@dataclass(frozen=True)
class Limits:
    """What one photo may take.

    Attributes:
        timeout_s: Seconds.
        memory_bytes: Beyond what a worker has before it.
    """

    timeout_s: float = 60.0
    memory_bytes: int = 4_000_000_000  # the largest photo that is read takes about 2


@dataclass
class _Task:
    """Photos one after the other, the place of the first, and how often it was tried."""

    place: int
    items: Sequence[Item]
    tries: int = 0


@dataclass(eq=False)
class _Worker:
    child: int
    pipe: Connection[Any, Any]
    task: _Task | None = None
    until: float = 0.0
    is_awaited: bool = True


@dataclass
class _Order:
    """Rows that wait for those before them."""

    next: int = 0
    rows: dict[int, Row] = field(default_factory=dict)

    def ready(self) -> Iterator[Row]:
        """Yield the rows whose turn it is."""
        while self.next in self.rows:
            yield self.rows.pop(self.next)
            self.next += 1


class Pool:
    """Worker processes that share a model.

    A worker that dies, hangs or eats memory is replaced. The photos it had are tried one
    by one; the one of which a second worker dies alone is refused by name.

    Args:
        model: What they judge with; each loads its own from a copy.
        workers: How many.
        limits: What one photo may take.
        lang: Of the reasons.
        candidates: What else is read of each photo: those of the model's recipe, or None.

    Attributes:
        folder: Where the copy of the model lies meanwhile.
        replaced: Workers that were replaced.
    """

    def __init__(
        self,
        model: Model,
        *,
        workers: int = 2,
        limits: Limits = Limits(),
        lang: str = "en",
        candidates: Candidates | None = None,
    ) -> None:
        self._more = more_cells(candidates)
        self._model, self._count, self._limits = model, workers, limits
        self._folder = tempfile.TemporaryDirectory(prefix="glassline-")
        self.folder = self._folder.name
        model.save(self._folder.name)
        orders = Orders(
            model=self.folder,
            lang=lang,
            timeout_s=limits.timeout_s,
            memory_bytes=limits.memory_bytes,
            searched=candidates.searched if candidates else None,
        )
        self._nursery = Nursery(orders)
        self._workers: list[_Worker] = []
        self._again: deque[_Task] = deque()
        self._is_stopping = False
        self.replaced = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End every worker, and take away the copy of the model."""
        for each in self._workers:
            self._kill(each)
        self._workers.clear()
        self._nursery.close()
        self._folder.cleanup()

    def stop(self) -> None:
        """Ask every worker to finish the photo under way; `rows` then ends."""
        self._is_stopping = True
        for each in self._workers:
            if each.task is not None:
                with suppress(ProcessLookupError):
                    os.kill(each.child, signal.SIGTERM)

    def rows(self, items: Iterable[Item]) -> Iterator[list[Row]]:
        """Yield the row of each photo, in their order, as many as are known at once."""
        waiting, order, asked = iter(items), _Order(), 0
        while True:
            while not self._is_stopping and self._has_room(asked - order.next):
                task = self._again.popleft() if self._again else None
                if task is None:
                    chunk = _chunk(waiting)
                    if not chunk:
                        break
                    task, asked = _Task(asked, chunk), asked + len(chunk)
                self._give(task)
            busy = [each for each in self._workers if each.task is not None]
            if not busy:
                return
            for worker, answer in self._answers(busy):
                order.rows.update(self._taken(worker, answer))
            if ready := list(order.ready()):
                yield ready

    def _has_room(self, kept: int) -> bool:
        is_free = sum(each.task is not None for each in self._workers) < self._count
        return is_free and (bool(self._again) or kept < AHEAD)

    def _give(self, task: _Task) -> None:
        worker = next((each for each in self._workers if each.task is None), None)
        if worker is None:
            worker = _Worker(*self._nursery.born())
            self._workers.append(worker)
        worker.task = task
        longest = self._limits.timeout_s * len(task.items) + GRACE_S
        worker.until = time.monotonic() + longest
        with suppress(OSError):  # it died between two tasks: seen as it does not answer
            worker.pipe.send(list(task.items))

    def _answers(
        self, busy: Sequence[_Worker]
    ) -> Iterator[tuple[_Worker, list[Row] | None]]:
        """Yield who has answered what; None for who never will."""
        told = set(wait([each.pipe for each in busy], TICK_S))
        for each in busy:
            if each.pipe in told:
                try:
                    yield each, each.pipe.recv()
                except (EOFError, OSError):
                    yield each, None
            elif time.monotonic() > each.until:  # its own alarm did not end it
                with suppress(ProcessLookupError):
                    os.kill(
                        each.child,
                        signal.SIGALRM if each.is_awaited else signal.SIGKILL,
                    )
                each.is_awaited, each.until = False, time.monotonic() + GRACE_S

    def _taken(self, worker: _Worker, answer: list[Row] | None) -> dict[int, Row]:
        """Return the rows that an answer gives, by their places."""
        task = worker.task
        worker.task = None
        if task is None:
            return {}
        if answer is not None:
            return dict(enumerate(answer, task.place))
        self._workers.remove(worker)
        self.replaced += 1
        return self._without(task, self._kill(worker))

    def _without(self, task: _Task, ended: int) -> dict[int, Row]:
        """Try the photos of a dead worker one by one, or refuse the one it died of."""
        tries = task.tries + 1
        if len(task.items) == 1 and tries == TRIES:
            why = _death(ended, self._limits)
            item = task.items[0]
            told = named(why, item.name)
            row = refused_row(self._model, item, None, told, self._more)
            return {task.place: row}
        alone = [
            _Task(place, [item], min(tries, TRIES - 1))
            for place, item in enumerate(task.items, task.place)
        ]
        self._again.extendleft(reversed(alone))
        return {}

    def _kill(self, worker: _Worker) -> int:
        """End a worker that may have ended already, and return how it did."""
        worker.pipe.close()
        with suppress(ProcessLookupError):
            os.kill(worker.child, signal.SIGKILL)
        return self._nursery.ended(worker.child)


def _chunk(waiting: Iterator[Item]) -> list[Item]:
    """Take some photos, fewer where they travel themselves and are large."""
    chunk: list[Item] = []
    size = 0
    for item in islice(waiting, CHUNK):
        chunk.append(item)
        size += len(item.data or b"")
        if size >= CHUNK_BYTES:
            break
    return chunk


def _death(ended: int, limits: Limits) -> ImageError:
    """Say of what a worker died: its alarm clock, a signal, or an exit of its own."""
    if ended == -signal.SIGALRM:
        expected = f"a photo that is read in {limits.timeout_s:g} s"
        return refuse("timed_out", expected, "one that is not")
    if ended == OUT_OF_MEMORY:
        expected = f"a photo that is read in {limits.memory_bytes:,} bytes"
        return refuse("out_of_memory", expected, "one that is not")
    how = signal.Signals(-ended).name if ended < 0 else f"exit code {ended}"
    return refuse("crashed", "a photo that can be read", f"a crash ({how})")

"""The workers of a service, and what happens when one ends over a photo."""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import time
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any

from glassline.errors import ImageError
from glassline.image.refusals import refuse
from glassline.model import Model
from glassline.station.metrics import Metrics
from glassline.station.worker import Look, Seen, Teach, refusal_of, work

__all__ = ["Workers"]

TRIES = 2  # once may be chance: another program took the memory
FITS_PIPE = 100_000  # bytes that the system takes at once from who writes to a pipe
KNOWN = 3  # models that a worker keeps


@dataclass(eq=False)
class _Worker:
    """A process and the pipe to it.

    Attributes:
        knows: Hashes of the models it was taught, oldest first.
    """

    process: Any
    pipe: Connection[Any, Any]
    knows: list[str] = field(default_factory=list)
    answer: asyncio.Future[Seen] | None = None


class Workers:
    """Processes that read photos, each one at a time.

    A worker that ends over a photo, or takes too long, is replaced and the photo tried
    once more; then it is refused by name. No other photo notices.

    Args:
        count: How many.
        read_s: Time that one photo may take.
        metrics: Where a lost worker is counted.
    """

    def __init__(self, count: int, read_s: float, metrics: Metrics) -> None:
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload([work.__module__])
        self._count = count
        self._read_s = read_s
        self._metrics = metrics
        self._all: set[_Worker] = set()
        self._free: asyncio.Queue[_Worker] = asyncio.Queue()

    @property
    def processes(self) -> list[int]:
        """Return the ids of the processes."""
        return [int(each.process.pid) for each in self._all]

    async def start(self) -> None:
        """Start all of them."""
        for _ in range(self._count):
            self._free.put_nowait(await asyncio.to_thread(self._born))
        for each in self._all:
            self._listen(each)

    async def stop(self) -> None:
        """End all of them; nothing is under way any more."""
        for each in tuple(self._all):
            self._end(each)

    async def look(self, model: Model, order: Look) -> tuple[Seen, float]:
        """Return what a worker sees on a photo, or why it was refused, and for how long.

        Seconds, without the wait for a worker that is free.
        """
        last, began = ImageError("crashed", ""), 0.0
        for _ in range(TRIES):
            worker = await self._sound(await self._free.get())
            began = time.monotonic()
            try:
                async with asyncio.timeout(self._read_s):
                    seen = await self._ask(worker, model, order)
                    return seen, time.monotonic() - began
            except TimeoutError:
                expected = f"a photo that is read in {self._read_s:g} s"
                last = refuse("timed_out", expected, "one that is not")
            except (EOFError, OSError):
                last = refuse("crashed", "a photo that can be read", "a crash over it")
            finally:
                worker = await self._sound(worker)
                self._free.put_nowait(worker)
        seen = refusal_of(last.reason, str(last), order.name)
        return seen, time.monotonic() - began

    async def _ask(self, worker: _Worker, model: Model, order: Look) -> Seen:
        worker.answer = asyncio.get_running_loop().create_future()
        if order.sha256 not in worker.knows:
            await asyncio.to_thread(worker.pipe.send, Teach(order.sha256, model))
            worker.knows = [*worker.knows, order.sha256][-KNOWN:]
        if len(order.photo) < FITS_PIPE:
            worker.pipe.send(order)
        else:
            await asyncio.to_thread(worker.pipe.send, order)
        found = await worker.answer
        worker.answer = None
        return found

    async def _sound(self, worker: _Worker) -> _Worker:
        """Return the worker, or another one where it is not fit any more."""
        is_free = worker.answer is None and worker in self._all
        if is_free and worker.process.is_alive():
            return worker
        self._end(worker)
        self._metrics.lost_workers.inc()
        born = await asyncio.shield(asyncio.to_thread(self._born))
        self._listen(born)
        return born

    def _born(self) -> _Worker:
        here, there = self._context.Pipe()
        process = self._context.Process(target=work, args=(there,), daemon=True)
        process.start()
        there.close()
        here.recv()  # it has imported all that it needs, and listens
        born = _Worker(process, here)
        self._all.add(born)
        return born

    def _listen(self, worker: _Worker) -> None:
        loop = asyncio.get_running_loop()
        loop.add_reader(worker.pipe.fileno(), self._answered, worker)

    def _answered(self, worker: _Worker) -> None:
        try:
            found = worker.pipe.recv()
        except (EOFError, OSError) as error:
            asyncio.get_running_loop().remove_reader(worker.pipe.fileno())
            self._all.discard(worker)
            if worker.answer is not None and not worker.answer.done():
                worker.answer.set_exception(EOFError(str(error)))
            return
        if worker.answer is not None and not worker.answer.done():
            worker.answer.set_result(found)

    def _end(self, worker: _Worker) -> None:
        with contextlib.suppress(ValueError, OSError):
            asyncio.get_running_loop().remove_reader(worker.pipe.fileno())
        self._all.discard(worker)
        worker.pipe.close()
        worker.process.kill()
        worker.process.join()
        worker.process.close()

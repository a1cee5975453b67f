"""Photos in, recorded verdicts out: bounded, committed in groups, model by model."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime

from glassline.dataset.readings import Refusal
from glassline.errors import GlasslineError, ModelError
from glassline.inspection import Inspection
from glassline.model import Model
from glassline.station.metrics import Metrics
from glassline.station.room import Room
from glassline.station.settings import Settings
from glassline.station.worker import Look, inspection_of
from glassline.station.workers import Workers
from glassline.store import Entry, Identifiers, Recorded, Store

__all__ = ["Inspector", "Noted"]

MOST_TOGETHER = 64  # verdicts in one commit
MOST_WAIT_S = 0.01  # for others to share a commit with
PATIENCE = 1.5  # the same, in commits as long as the last
LOOK_S = 2.0  # how often another service's publication is looked for


@dataclass(frozen=True)
class Noted:
    """A photo with its verdict, or why it has none, and where that is recorded."""

    seen: Inspection | Refusal
    recorded: Recorded


class Inspector:
    """Looks at photos with the running model and records what it saw.

    No more photos are inside than can be answered in time; one more is refused at once.
    All verdicts that wait for the ledger share one commit,
    and an answer leaves after it. A photo is looked at with the model that ran when it
    came in, from its first pixel to its record, whatever is published meanwhile.

    Args:
        store: Whose model runs, and where verdicts go.
        settings: Workers and limits.
        metrics: Where it counts.

    Attributes:
        room: The places for photos.
        workers: The processes that read them.
    """

    def __init__(self, store: Store, settings: Settings, metrics: Metrics) -> None:
        self._store = store
        self._metrics = metrics
        self.workers = Workers(settings.workers, settings.read_s, metrics)
        self.room = Room(settings, metrics)
        self._last_s = 0.0  # that the last commit took
        self._model: Model | None = None
        self._queue: asyncio.Queue[tuple[Entry, asyncio.Future[Recorded]]]
        self._queue = asyncio.Queue()
        self._ledger = ThreadPoolExecutor(1, "ledger")
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def model(self) -> Model:
        """Return the model that runs.

        Raises:
            ModelError: None was published yet.
        """
        if self._model is None:
            raise ModelError(
                "model: expected one that was published, got none. "
                "Publish one, or start with: glassline serve --model MODEL"
            )
        return self._model

    async def start(self) -> None:
        """Start workers, and what commits."""
        await self.workers.start()
        await self.look_for_model()
        self._tasks = [
            asyncio.create_task(self._commit_for_ever()),
            asyncio.create_task(self._look_for_ever()),
        ]

    async def stop(self) -> None:
        """Record what is inside, then end."""
        while self.room.inside:
            await asyncio.sleep(0.01)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.workers.stop()
        self._ledger.shutdown()

    async def look_for_model(self) -> None:
        """Take the model that the store says runs, where it is another one."""
        sha256 = await asyncio.to_thread(lambda: self._store.running_hash)
        if sha256 != (self._model.sha256 if self._model else None):
            self._model = await asyncio.to_thread(lambda: self._store.running)

    async def inspect(  # noqa: PLR0913  what a record is made of
        self,
        photo: bytes,
        identifiers: Identifiers | None = None,
        *,
        who: str,
        sender: str = "",
        name: str = "photo",
        key: str | None = None,
        is_kept: bool = False,
    ) -> Noted:
        """Look at a photo, record what was seen, and return both.

        Args:
            photo: The bytes of a file.
            identifiers: What it belongs to.
            who: Who asks.
            sender: From which address; empty for this station itself.
            name: What the photo is called.
            key: Of the request: the same key again gives the first record.
            is_kept: Whether the photo is kept whatever the store's rule says.

        Raises:
            OverloadedError: There are too many photos inside, or too many of hers.
            ModelError: No model runs.
            StoreError: It could not be recorded; then nothing was.
        """
        model = self.model
        with self.room.taken(sender):
            order = Look(model.sha256, photo, name, who, datetime.now(UTC))
            found, busy_s = await self.workers.look(model, order)
            self.room.took(busy_s)
            seen = found if isinstance(found, Refusal) else inspection_of(found, model)
            given = identifiers or Identifiers()
            entry = Entry(seen, photo, given, who, key, model, is_kept)
            recorded = await self._recorded(entry)
        if isinstance(seen, Refusal):
            self._metrics.refused.labels(seen.reason).inc()
        else:
            self._metrics.inspections.labels(seen.decision).inc()
        return Noted(seen, recorded)

    async def _recorded(self, entry: Entry) -> Recorded:
        done: asyncio.Future[Recorded] = asyncio.get_running_loop().create_future()
        self._queue.put_nowait((entry, done))
        return await asyncio.shield(done)

    async def _commit_for_ever(self) -> None:
        """Commit all that wait, then those that came meanwhile.

        A commit waits for photos that are still being read, at most half again as long
        as the last commit took: shared, it costs each of them less than one of its own.
        """
        while True:
            together = [await self._queue.get()]
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(min(PATIENCE * self._last_s, MOST_WAIT_S)):
                    while len(together) < min(self.room.inside, MOST_TOGETHER):
                        together.append(await self._queue.get())
            await self._commit(together)

    async def _commit(
        self, together: Sequence[tuple[Entry, asyncio.Future[Recorded]]]
    ) -> None:
        began = time.monotonic()
        entries = [entry for entry, _ in together]
        loop = asyncio.get_running_loop()
        try:
            told = await loop.run_in_executor(
                self._ledger, self._store.record_all, entries
            )
        except GlasslineError as error:
            if len(together) > 1 and error.http_status < 500:  # one of them is amiss
                for each in together:
                    await self._commit([each])
                return
            for _, done in together:
                done.set_exception(error)
            return
        except Exception as error:  # noqa: BLE001  whoever waits must hear of it
            for _, done in together:
                done.set_exception(error)
            return
        self._last_s = time.monotonic() - began
        self._metrics.commit_seconds.observe(self._last_s)
        self._metrics.commit_entries.observe(len(together))
        for (_, done), recorded in zip(together, told, strict=True):
            done.set_result(recorded)

    async def _look_for_ever(self) -> None:
        while True:
            await asyncio.sleep(LOOK_S)
            try:
                await self.look_for_model()
            except GlasslineError:  # a store that is away: the next look finds it
                continue

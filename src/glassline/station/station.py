"""All that a request may ask for, in one place: store, inspector, people, jobs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Annotated, Any, ParamSpec, TypeVar

from fastapi import Depends, Request
from starlette.concurrency import run_in_threadpool

from glassline.errors import GlasslineError
from glassline.station.accounts import Accounts
from glassline.station.demo import DemoLine
from glassline.station.inspecting import Inspector
from glassline.station.jobs import Jobs
from glassline.station.known import Dealer
from glassline.station.labels import Labels
from glassline.station.logs import Log
from glassline.station.lookout import Lookout
from glassline.station.metrics import Metrics
from glassline.station.settings import Settings
from glassline.store import Recent, Store

__all__ = ["Station", "StationOf"]

WATCH_S = 15.0  # between two looks for drift; nothing is read where no part came

P = ParamSpec("P")
R = TypeVar("R")


class Station:
    """What one service is made of.

    Attributes:
        store: The records.
        settings: What it was told at its start.
        accounts: Who is known.
        inspector: Photos in, recorded verdicts out.
        jobs: Studies.
        demo: Rendered parts, for a station that has none yet.
        metrics: Its figures.
        log: Its log.
        whole: Held by who reads all records: one at a time.
        recent: The newest inspections, for rates and charts.
        lookout: Whether the line drifts.
        labels: Which labels do not fit the others.
        known: Known parts among those that wait.
        is_leaving: Whether it was told to stop: no longer ready, what runs is finished.
    """

    def __init__(self, store: Store, settings: Settings, log: Log) -> None:
        self.store = store
        self.settings = settings
        self.log = log
        self.metrics = Metrics()
        self.accounts = Accounts(store, settings)
        self.inspector = Inspector(store, settings, self.metrics)
        self.jobs = Jobs(settings.jobs, store.keep_model)
        self.whole = asyncio.Lock()
        self.demo = DemoLine(store, self.inspector)
        self.recent = Recent(store.core)
        self.lookout = Lookout(store, self.recent)
        self.labels = Labels(store)
        self.known = Dealer(store)
        self.is_leaving = False
        self._watching: asyncio.Task[None] | None = None

    async def call(
        self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs
    ) -> R:
        """Call what may take a while in a thread: the loop never waits for it."""
        return await run_in_threadpool(function, *args, **kwargs)

    async def start(self) -> None:
        """Start what works in the background."""
        await self.inspector.start()
        await self.jobs.start()
        self._watching = asyncio.create_task(self._watch_for_ever())

    async def stop(self) -> None:
        """Finish what is under way."""
        await self.demo.stop()
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)
        await self.jobs.stop()
        await self.inspector.stop()

    async def _watch_for_ever(self) -> None:
        """Ask now and then whether the line drifts; a promise that it voids is taken back."""
        while True:
            try:
                if await self.call(self.lookout.keep_promises):
                    await self.inspector.look_for_model()
            except GlasslineError as error:  # a busy store: asked again
                self.log.info("lookout", detail=str(error))
            except Exception as error:  # noqa: BLE001  a fault of ours must not end the watch
                self.log.error("lookout", detail=f"{type(error).__name__}: {error}")
            await asyncio.sleep(WATCH_S)


async def _station_of(request: Request) -> Any:
    return request.app.state.station


StationOf = Annotated[Station, Depends(_station_of)]
"""The station, as a route asks for it."""

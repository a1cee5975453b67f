"""All that a request may ask for, in one place: store, inspector, people, jobs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Annotated, Any, ParamSpec, TypeVar

from fastapi import Depends, Request
from starlette.concurrency import run_in_threadpool

from glassline.station.accounts import Accounts
from glassline.station.demo import DemoLine
from glassline.station.inspecting import Inspector
from glassline.station.jobs import Jobs
from glassline.station.logs import Log
from glassline.station.metrics import Metrics
from glassline.station.settings import Settings
from glassline.store import Store

__all__ = ["Station", "StationOf"]

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
        self.is_leaving = False

    async def call(
        self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs
    ) -> R:
        """Call what may take a while in a thread: the loop never waits for it."""
        return await run_in_threadpool(function, *args, **kwargs)

    async def start(self) -> None:
        """Start what works in the background."""
        await self.inspector.start()
        await self.jobs.start()

    async def stop(self) -> None:
        """Finish what is under way."""
        await self.demo.stop()
        await self.jobs.stop()
        await self.inspector.stop()


async def _station_of(request: Request) -> Any:
    return request.app.state.station


StationOf = Annotated[Station, Depends(_station_of)]
"""The station, as a route asks for it."""

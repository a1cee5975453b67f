"""The application: routes, pages, guards and one error shape, put together."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.formparsers import MultiPartParser

import glassline
from glassline.station import api, documents, health, pages, problems
from glassline.station.guards import Guards
from glassline.station.logs import Log, open_log
from glassline.station.pages.page import error_page
from glassline.station.settings import Settings
from glassline.station.station import Station
from glassline.store import Store

__all__ = ["create_app"]

ABOUT = (
    "Photos in, verdicts out, each kept so that an auditor can recompute it. "
    "Every answer is strict JSON; every error has one shape, `Problem`."
)


def create_app(
    store: Store, settings: Settings | None = None, log: Log | None = None
) -> FastAPI:
    """Return the service on a store, as an application of ASGI.

    Args:
        store: Where verdicts, labels, models, people and tokens are kept.
        settings: Limits, and whether anybody has to sign in.
        log: Where its lines go; left out, standard error.
    """
    station = Station(store, settings or Settings(), log or open_log())

    @asynccontextmanager
    async def working(app: FastAPI) -> AsyncIterator[None]:
        await station.start()
        yield
        await station.stop()

    app = FastAPI(
        title="glassline",
        version=glassline.__version__,
        description=ABOUT,
        lifespan=working,
        docs_url=None,  # they would fetch scripts from elsewhere
        redoc_url=None,
        separate_input_output_schemas=False,
    )
    # A form's photo stays in memory, as a body that is one does: the limit of bodies holds
    # for both, and no photo passes through a folder of the system's that may be full.
    MultiPartParser.spool_max_size = station.settings.max_photo_bytes
    app.state.station = station
    app.state.zone = store.core.day.zone
    problems.install(app, error_page, documents.allowed)
    documents.install(app, is_open=station.settings.is_open)
    app.include_router(health.router)
    for router in api.routers:
        app.include_router(router, prefix="/api/v1")
    for router in pages.routers:
        app.include_router(router, include_in_schema=False)
    app.add_middleware(
        Guards,
        settings=station.settings,
        log=station.log,
        metrics=station.metrics,
        room=station.inspector.room,
    )
    return app

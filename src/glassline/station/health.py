"""Whether a service lives, whether it is ready, and its figures."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from glassline.errors import GlasslineError
from glassline.render.plain import to_json
from glassline.station import golden
from glassline.station.metrics import MEDIA_TYPE
from glassline.station.people import needs
from glassline.station.problems import answers
from glassline.station.station import Station, StationOf

__all__ = ["router"]

router = APIRouter(tags=["health"])
PING_S = 2.0  # a store that takes longer is not ready


class Alive(BaseModel):
    """The process answers."""

    status: str = Field(examples=["alive"])


class Ready(BaseModel):
    """Whether photos can be inspected and recorded now, and what is in the way."""

    status: str = Field(examples=["ready"])
    reasons: list[str] = Field(default_factory=list, examples=[[]])
    model: str | None = Field(default=None, description="SHA-256 of the running model.")


@router.get("/health/live", response_model=Alive, operation_id="live")
async def live() -> Alive:
    """Say that the process answers; nothing is looked at."""
    return Alive(status="alive")


@router.get(
    "/health/ready",
    response_model=Ready,
    operation_id="ready",
    responses={503: {"model": Ready, "description": "Not ready, and why."}},
)
async def ready(station: StationOf) -> Response:
    """Say whether a photo sent now would be inspected and recorded."""
    reasons = [reason async for reason in _in_the_way(station)]
    found = {
        "status": "not ready" if reasons else "ready",
        "reasons": reasons,
        "model": station.store.running_hash,
    }
    status = 503 if reasons else 200
    more = {"retry-after": "1"} if reasons else None
    return Response(to_json(found), status, more, "application/json")


async def _in_the_way(station: Station) -> AsyncIterator[str]:
    if station.is_leaving:
        yield "leaving"
    if station.store.running_hash is None:
        yield "no_model"
    try:
        async with asyncio.timeout(PING_S):
            await station.call(station.store.core.write, lambda draft: None)
        await station.call(station.store.core.check_room)
        if await station.call(golden.is_due, station.store, datetime.now(UTC)):
            yield "golden_sample_due"
    except TimeoutError:
        yield "store_busy"
    except GlasslineError as error:
        yield error.code


@router.get(
    "/metrics",
    operation_id="metrics",
    dependencies=[needs("see")],
    response_class=Response,
    responses={
        200: {"content": {"text/plain": {"schema": {"type": "string"}}}},
        **answers(401, 403),
    },
)
async def metrics(station: StationOf) -> Response:
    """Return the figures as Prometheus reads them."""
    return Response(station.metrics.page(), media_type=MEDIA_TYPE)

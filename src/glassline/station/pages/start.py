"""The first visit: what a station is, and a demo line for who has no photos at hand."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from glassline.errors import InputError, check_one_of
from glassline.station.demo import RATES
from glassline.station.pages.page import page
from glassline.station.people import Person, needs
from glassline.station.station import Station, StationOf

__all__ = ["router"]

Sees = Annotated[Person, needs("see")]
Publishes = Annotated[Person, needs("publish")]

router = APIRouter()


@router.get("/")
def first_page(station: StationOf, who: Sees) -> RedirectResponse:
    """Lead to the line; to the first visit where there is no model yet."""
    is_new = station.store.running_hash is None
    return RedirectResponse("/start" if is_new else "/line", 303)


@router.get("/start")
def start_page(request: Request, station: StationOf, who: Sees) -> HTMLResponse:
    """Explain the station, and offer the demo line."""
    return page(
        request,
        "start.html",
        rates=RATES,
        may_start="publish" in who.rights,
        is_welcome=station.demo.is_welcome(),
        **_shown(station),
    )


@router.get("/start/state")
def demo_state(request: Request, station: StationOf, who: Sees) -> HTMLResponse:
    """Send where the demo line stands."""
    return page(request, "demo_state.html", **_shown(station))


@router.post("/start/demo")
async def start_demo(request: Request, station: StationOf, who: Publishes) -> Response:
    """Start the demo line, or let it go on at another rate."""
    async with request.form(max_files=0, max_fields=2) as form:
        asked = str(form.get("rate", ""))
    check_one_of("rate", asked, [str(rate) for rate in RATES], InputError)
    await station.demo.start(int(asked))
    return RedirectResponse("/start", 303)


@router.post("/start/demo/stop")
async def stop_demo(station: StationOf, who: Publishes) -> Response:
    """Stop the demo line; what it recorded stays."""
    await station.demo.stop()
    return RedirectResponse("/start", 303)


def _shown(station: Station) -> dict[str, Any]:
    return {
        "demo": station.demo.state,
        "is_on": station.demo.is_on,
        "has_model": station.store.running_hash is not None,
    }

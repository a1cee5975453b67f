"""Signing in: a badge or an employee number, and a PIN; the first one with a code."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from glassline.errors import GlasslineError, RequestError
from glassline.station.pages.page import own_address, page
from glassline.station.people import Asker
from glassline.station.station import Station, StationOf

__all__ = ["router"]

router = APIRouter()


@router.get("/signin")
def signin_page(
    request: Request, station: StationOf, who: Asker, next: str = "/"
) -> Response:
    """Ask who it is; who has signed in goes on."""
    if who is not None:
        return RedirectResponse(own_address(next), 303)
    return _form(request, station, next)


@router.post("/signin")
async def sign_in(request: Request, station: StationOf) -> Response:
    """Let a person in, and lead her where she wanted to go."""
    async with request.form(max_files=0, max_fields=6) as form:
        told = {name: str(value).strip() for name, value in form.items()}
    peer = request.client.host if request.client else ""
    try:
        if station.accounts.code is not None:
            person = await station.accounts.become_first(
                told.get("code", ""),
                told.get("number", ""),
                told.get("name", ""),
                told.get("pin", ""),
                peer,
            )
        else:
            person = await station.accounts.sign_in(
                told.get("number", ""), told.get("pin", ""), peer
            )
    except GlasslineError as error:
        if error.http_status >= RequestError.http_status + 100:
            raise
        return _form(request, station, told.get("next", "/"), error)
    answer = RedirectResponse(own_address(told.get("next", "/")), 303)
    await station.accounts.remember(answer, person)
    return answer


@router.post("/signout")
async def sign_out(station: StationOf) -> Response:
    """End the session."""
    answer = RedirectResponse("/signin", 303)
    station.accounts.forget(answer)
    return answer


def _form(
    request: Request, station: Station, to: str, error: GlasslineError | None = None
) -> HTMLResponse:
    wait = getattr(error, "retry_after_s", None)
    return page(
        request,
        "signin.html",
        status=error.http_status if error else 200,
        headers={"Retry-After": str(wait)} if wait else None,
        to=own_address(to),
        error=error,
        is_first=station.accounts.code is not None,
    )

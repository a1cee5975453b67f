"""A page of the station: a template with words, person and the way to the others."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from glassline.explain.faces.html import SHAPES
from glassline.render.templating import templates
from glassline.render.words import LANGUAGES, words
from glassline.station import clock
from glassline.station.language import COOKIE, language
from glassline.station.pages.assets import static

__all__ = [
    "SECTIONS",
    "error_page",
    "is_fragment",
    "language",
    "own_address",
    "page",
    "router",
]

YEAR_S = 365 * 24 * 3600
SECTIONS = {  # word in the catalogue to address, in the order of the bar
    "inspect": "/inspect",
    "rejudge": "/rejudge",
    "line": "/line",
    "labels": "/labels",
    "model": "/model",
    "learn": "/learn",
}
TOLD = (401, 403, 404, 409, 413, 422, 429, 503)  # errors with words of their own

router = APIRouter(include_in_schema=False)


def is_fragment(request: Request) -> bool:
    """Return whether htmx asks for a part of a page."""
    return "hx-request" in request.headers


def page(
    request: Request,
    template: str,
    *,
    section: str = "",
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    **shown: Any,
) -> HTMLResponse:
    """Return a template of this room, whole or a fragment, with what all of them use.

    A template gets `text` (the catalogue), `lang`, `tag`, `person` (None before signing
    in), `zone` (of the plant's clock), `when` (a time on it), `section`, `sections`,
    `static` (name to address), `shapes` (action to its sign), `here` (this address) and
    what is `shown`.

    Args:
        request: What is answered.
        template: File name; one that extends base.html is a whole page.
        section: Key of `SECTIONS` that is marked in the bar.
        status: HTTP status.
        headers: More headers.
        shown: What this template shows.
    """
    lang = language(request)
    text = words(lang)
    url, zone = request.url, getattr(request.app.state, "zone", "UTC")
    body = (
        templates("glassline.station.pages")
        .get_template(template)
        .render(
            text=text,
            lang=lang,
            tag=text["language"]["tag"],
            languages={each: words(each)["language"] for each in LANGUAGES},
            person=getattr(request.state, "person", None),
            section=section,
            sections=SECTIONS,
            static=static,
            shapes=SHAPES,
            zone=zone,
            when=partial(clock.shown, zone=zone),
            here=url.path + (f"?{url.query}" if url.query else ""),
            **shown,
        )
    )
    return HTMLResponse(body, status, headers)


def error_page(
    request: Request,
    status: int,
    detail: str = "",
    *,
    problem: str = "",
    headers: Mapping[str, str] | None = None,
) -> HTMLResponse:
    """Return what a person sees instead of a page; of a fragment, the sentence alone.

    Args:
        request: What can not be answered.
        status: HTTP status; it chooses the words.
        detail: What exactly, as the error says it, in English.
        problem: The code of the error, of which both languages have words.
        headers: More headers, such as Retry-After.
    """
    return page(
        request,
        "error_line.html" if is_fragment(request) else "error.html",
        status=status,
        headers=headers,
        code=status,
        key=str(status) if status in TOLD else "request" if status < 500 else "other",
        detail=detail,
        problem=problem,
    )


@router.get("/language/{lang}")
def choose_language(lang: str, to: str = "/") -> RedirectResponse:
    """Remember the language for a year, and go back to the page it was chosen on."""
    answer = RedirectResponse(own_address(to), 303)
    if lang in LANGUAGES:
        answer.set_cookie(COOKIE, lang, YEAR_S, httponly=True, samesite="lax")
    return answer


def own_address(to: str) -> str:
    """Return an address of this station; a foreign one becomes the first page.

    Example:
        >>> own_address("/line?lot=7"), own_address("//elsewhere/x"), own_address("http://a/b")
        ('/line?lot=7', '/', '/')
    """
    split = urlsplit(to)
    is_path = to.startswith("/") and not to.startswith("//")
    is_own = is_path and not (split.scheme or split.netloc)
    return to if is_own and "\\" not in to and to.isprintable() else "/"

"""Learn: the worked example as a page to play with."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from markupsafe import Markup

from glassline.explain.example import example
from glassline.explain.faces import learn
from glassline.render.words import words
from glassline.station.pages.page import language, page
from glassline.station.people import needs

__all__ = ["router"]

router = APIRouter(include_in_schema=False)


@router.get("/learn", dependencies=[needs("see")])
def playground(request: Request) -> Response:
    """Show every matrix of the worked example, and let a person change the numbers."""
    lang = language(request)
    return page(
        request,
        "learning.html",
        section="learn",
        title=words(lang)["learn"]["title"],
        body=Markup(learn.body(example(), lang)),  # noqa: S704  our own, escaped there
    )


@router.get("/learn.html", dependencies=[needs("see")])
def handout(request: Request) -> Response:
    """Return the page as one file to hand out, which needs no server."""
    return Response(
        learn.page(example(), language(request)),
        media_type="text/html; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="learn.html"'},
    )

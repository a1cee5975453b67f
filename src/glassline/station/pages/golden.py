"""The golden-sample check: known parts are shown again before a shift begins."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.datastructures import UploadFile

from glassline.dataset.readings import Refusal
from glassline.errors import ImageError, InputError, LabelError, check_one_of
from glassline.station import golden
from glassline.station.pages.page import language, page
from glassline.station.people import Person, needs
from glassline.station.station import StationOf

__all__ = ["router"]

Sees = Annotated[Person, needs("see")]
Inspects = Annotated[Person, needs("inspect")]
Labels = Annotated[Person, needs("label")]

router = APIRouter()


@router.get("/golden")
def golden_page(
    request: Request, station: StationOf, who: Sees, record: str = ""
) -> HTMLResponse:
    """Show each golden sample with its last check, and how to add one."""
    lang, model = language(request), station.store.running
    recipe = model.recipe if model else None
    classes = recipe.classes if recipe else ()
    return page(
        request,
        "golden.html",
        section="model",
        samples=golden.samples(station.store),
        is_due=golden.is_due(station.store, datetime.now(UTC)),
        hours=round(golden.SHIFT.total_seconds() / 3600),
        class_word=lambda name: recipe.class_name(name, lang) if recipe else name,
        classes=classes,
        record=record,
        may_name="label" in who.rights and bool(classes),
        may_check="inspect" in who.rights,
    )


@router.post("/golden")
async def name_sample(request: Request, station: StationOf, who: Labels) -> Response:
    """Name a golden sample, or take one off the list."""
    async with request.form(max_files=0, max_fields=8) as form:
        told = {name: str(value).strip() for name, value in form.items()}
    expected = told.get("expected") or None
    if expected is not None:
        check_one_of(
            "expected", expected, station.inspector.model.recipe.classes, LabelError
        )
    await station.call(
        golden.name,
        station.store,
        told.get("name", ""),
        told.get("record", ""),
        expected,
        who=who.number,
    )
    return RedirectResponse("/golden", 303)


@router.post("/golden/check")
async def check_sample(request: Request, station: StationOf, who: Inspects) -> Response:
    """Look at a new photo of a golden sample, and write down whether it is seen rightly."""
    async with request.form(max_files=1, max_fields=2) as form:
        sent, sample = form.get("photo"), str(form.get("sample", ""))
        photo, called = b"", ""
        if isinstance(sent, UploadFile):
            photo, called = await sent.read(), sent.filename or "photo"
    if not photo:
        raise InputError("photo: expected a photo of the golden sample, got none.")
    known = await station.call(golden.samples, station.store)
    named = {each.name: each for each in known}
    check_one_of("sample", sample, named)
    noted = await station.inspector.inspect(
        photo, who=who.number, name=called, is_kept=True
    )
    if isinstance(noted.seen, Refusal):
        raise ImageError(noted.seen.reason, noted.seen.message)
    await station.call(
        golden.check,
        station.store,
        named[sample],
        noted.seen,
        noted.recorded.record,
        who=who.number,
    )
    return RedirectResponse("/golden", 303)

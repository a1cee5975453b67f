"""Inspect: photos in, and one part with evidence, sum, costs and what would change it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.datastructures import UploadFile

from glassline.errors import ConflictError, InputError, NotFoundError, show
from glassline.explain.faces.picture import svg
from glassline.explain.faces.picture.layout import MARKED_X
from glassline.inspection import Inspection
from glassline.render.words import words
from glassline.station.pages.judged import Judged, ways_out
from glassline.station.pages.page import language, page
from glassline.station.pages.photos import shown_photo, thumbnail
from glassline.station.people import Person, needs
from glassline.station.recall import has_verdict, recalled, with_photo
from glassline.station.station import Station, StationOf
from glassline.store import Found, Listed

__all__ = ["router"]

RECENT = 12  # parts below the page
KEPT = {"Cache-Control": "private, max-age=86400, immutable"}  # a record never changes
DECIDED_OTHERWISE = ("novel", "measurement_limited", "unsettled")
ALIKE = 1e-9  # of x: browsers keep 15 digits of a slider
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

Sees = Annotated[Person, needs("see")]
Inspects = Annotated[Person, needs("inspect")]
Labels = Annotated[Person, needs("label")]

router = APIRouter()


@router.get("/inspect")
def inspect_page(request: Request, station: StationOf, who: Sees) -> HTMLResponse:
    """Show where photos are dropped, and what was inspected last."""
    return page(
        request,
        "inspect.html",
        section="inspect",
        error="",
        record="",
        recent=_recent(station),
    )


@router.post("/inspect")
async def inspect_photos(
    request: Request, station: StationOf, who: Inspects
) -> Response:
    """Look at each photo, record it, and go to the first of them."""
    async with request.form(max_files=100, max_fields=4) as form:
        sent = [each for each in form.getlist("photos") if isinstance(each, UploadFile)]
        photos = {each.filename or "photo": await each.read() for each in sent}
    noted = [
        await station.inspector.inspect(photo, who=who.number, name=name, is_kept=True)
        for name, photo in photos.items()
        if photo
    ]
    if not noted:
        raise InputError("photos: expected a photo, got none.")
    return RedirectResponse(f"/inspections/{noted[0].recorded.record}", 303)


@router.get("/inspections/{record}")
def inspection_page(
    request: Request, record: str, station: StationOf, who: Sees
) -> HTMLResponse:
    """Show one part with everything that led to its verdict."""
    found = station.store.inspection(record)
    shared: dict[str, Any] = {
        "found": found,
        "identifiers": _identifiers(found.listed, language(request)),
        "has_photo": found.photo is not None,
        "recent": _recent(station),
        "record": record,
        "photo_name": found.listed.image,
    }
    if not has_verdict(found):
        told = str(found.answer["message"])
        return page(
            request,
            "refused.html",
            section="inspect",
            message=told,
            reason=str(found.answer["refused"]),
            **shared,
        )
    seen = recalled(station.store, found, with_pixels=False)
    return page(
        request,
        "inspection.html",
        section="inspect",
        judged=Judged(seen, language(request)),
        **shared,
        **_label_shown(request, found, seen, who),
    )


@router.get("/inspections/{record}/photo")
def photo(record: str, station: StationOf, who: Sees) -> Response:
    """Send the photo as browsers show it."""
    shown = shown_photo(station.store.inspection(record))
    if shown is None or not shown[0]:
        raise NotFoundError(f"{record}: expected a photo that is kept, got none.")
    return Response(shown[0], media_type=shown[1], headers=KEPT)


@router.get("/inspections/{record}/thumbnail")
def small_photo(record: str, station: StationOf, who: Sees) -> Response:
    """Send the photo small."""
    small = thumbnail(station.store.inspection(record))
    if not small:
        raise NotFoundError(f"{record}: expected a photo that is kept, got none.")
    return Response(small, media_type="image/png", headers=KEPT)


@router.get("/inspections/{record}/evidence")
def evidence(
    record: str, station: StationOf, who: Sees, marked: bool = False
) -> HTMLResponse:
    """Send what drove the readings, to be laid over the photo; `marked`: what is unusual."""
    seen = _seen(station, record, with_pixels=True)
    size, found = (seen.photo.width, seen.photo.height), seen.evidence
    if marked:
        features = zip(found.marks.items(), seen.x.tolist(), strict=True)
        shown = {name: marks if x >= MARKED_X else () for (name, marks), x in features}
        found = replace(found, marks=shown)
    return HTMLResponse(svg.overlay(found, size), headers=KEPT)


@router.get("/inspections/{record}/ways")
def ways(request: Request, record: str, station: StationOf, who: Sees) -> HTMLResponse:
    """Send what would change the decision."""
    seen = _seen(station, record)
    return page(
        request,
        "ways.html",
        ways=list(ways_out(seen, language(request))),
        by_cost=seen.decided.reason.code not in DECIDED_OTHERWISE,
    )


@router.post("/inspections/{record}/suppose")
async def suppose(
    request: Request, record: str, station: StationOf, who: Sees
) -> HTMLResponse:
    """Send verdict, sum and costs as they would be at the x of the sliders."""
    async with request.form(max_files=0, max_fields=200) as form:
        asked = {name: _number(name, value) for name, value in form.items()}
    seen = await station.call(_supposed, station, record, asked)
    judged = Judged(seen, language(request))
    return page(request, "judged.html", judged=judged)


def _supposed(station: Station, record: str, asked: Mapping[str, float]) -> Inspection:
    """Return the verdict at these x; a slider that stands as read counts as read."""
    seen = _seen(station, record)
    read = dict(zip(seen.model.feature_names, seen.x.tolist(), strict=True))
    changed = {
        name: value
        for name, value in asked.items()
        if not math.isclose(value, read.get(name, math.nan), abs_tol=ALIKE)
    }
    return seen.suppose(changed) if changed else seen


@router.get("/inspections/{record}/sheet")
def sheet(request: Request, record: str, station: StationOf, who: Sees) -> HTMLResponse:
    """Show the whole worked sum, ready to be printed."""
    seen = _seen(station, record, with_pixels=True)
    return page(
        request,
        "sheet_page.html",
        section="inspect",
        record=record,
        sheet=seen.sheet.html_body(language(request)),
    )


@router.get("/inspections/{record}/sheet.xlsx")
def sheet_xlsx(
    request: Request, record: str, station: StationOf, who: Sees
) -> Response:
    """Send the sheet as a spreadsheet of live formulas."""
    sheet = _seen(station, record, with_pixels=True).sheet
    return Response(
        sheet.xlsx(language(request)), media_type=XLSX, headers=_named(record, "xlsx")
    )


@router.get("/inspections/{record}/sheet.json")
def sheet_json(record: str, station: StationOf, who: Sees) -> Response:
    """Send the sheet as JSON in full precision."""
    sheet = _seen(station, record, with_pixels=True).sheet
    return Response(
        sheet.json(), media_type="application/json", headers=_named(record, "json")
    )


@router.post("/inspections/{record}/label")
async def label(
    request: Request, record: str, station: StationOf, who: Labels
) -> HTMLResponse:
    """Keep what a person says of the part."""
    async with request.form(max_files=0, max_fields=4) as form:
        name, version = str(form.get("label", "")), str(form.get("version", ""))
    if not version.isdecimal():
        raise InputError(f"version: expected a whole number, got {show(version)}.")
    said, error = "", ""
    try:
        await station.call(
            station.store.label,
            record,
            name,
            who=who.number,
            reason="inspect",
            version=int(version),
        )
        said = name
    except ConflictError as conflict:
        error = str(conflict)
    found = await station.call(station.store.inspection, record)
    seen = recalled(station.store, found, with_pixels=False)
    shown = _label_shown(request, found, seen, who, said=said, error=error)
    return page(
        request, "label.html", status=409 if error else 200, found=found, **shown
    )


def _label_shown(
    request: Request,
    found: Found,
    seen: Inspection,
    who: Person,
    *,
    said: str = "",
    error: str = "",
) -> dict[str, Any]:
    lang = language(request)
    recipe, say = seen.model.recipe, words(lang)["station_inspect"]
    called = {name: recipe.class_name(name, lang) for name in recipe.classes}
    last = found.labels[-1] if found.labels else None
    return {
        "error": error,
        "said": say["labelled"].format(name=called.get(said, said)) if said else "",
        "labelled_by": say["labelled_by"].format(who=last.who) if last else "",
        "may_label": "label" in who.rights,
        "classes": list(called.items()),
        "class_word": lambda name: called.get(name, name),
    }


def _seen(station: Station, record: str, *, with_pixels: bool = False) -> Inspection:
    """Return the recorded inspection, its photo opened again where that is asked.

    Raises:
        NotFoundError: There is no such record, it was refused, or the photo is gone.
    """
    found = station.store.inspection(record)
    if with_pixels:
        with_photo(found)
    return recalled(station.store, found, with_pixels=with_pixels)


def _recent(station: Station) -> tuple[Listed, ...]:
    return station.store.inspections(limit=RECENT, newest_first=True).rows


def _identifiers(listed: Listed, lang: str) -> list[tuple[str, str]]:
    called = words(lang)["identifiers"]
    return [(called[name], str(value)) for name, value in listed.identifiers.items()]


def _number(name: str, value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        raise InputError(f"{name}: expected a number, got {show(value)}.") from None


def _named(record: str, suffix: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{record}.{suffix}"'}

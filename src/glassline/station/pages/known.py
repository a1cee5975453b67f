"""Known parts: which they are, how often they are mixed in, who judged them how."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from glassline.errors import LabelError, ModelError, check_one_of
from glassline.station import known
from glassline.station.appraising import Appraisal, appraisals
from glassline.station.pages.page import language, page
from glassline.station.people import Person, needs
from glassline.station.station import Station, StationOf
from glassline.studies.labels.agreement import LIMITS

__all__ = ["appraised", "router"]

Studies = Annotated[Person, needs("study")]

router = APIRouter()


@router.get("/known")
def known_page(
    request: Request, station: StationOf, who: Studies, record: str = ""
) -> HTMLResponse:
    """Show the known parts, how often they are mixed in, and how to name one."""
    lang, model = language(request), station.store.running
    recipe = model.recipe if model else None
    rows = [
        (each, station.store.inspection(each.record).listed)
        for each in known.known_parts(station.store)
    ]
    return page(
        request,
        "known.html",
        section="labels",
        rows=rows,
        rule=known.rule(station.store),
        shares=known.SHARES,
        class_word=lambda name: recipe.class_name(name, lang) if recipe else name,
        classes=recipe.classes if recipe else (),
        record=record,
        review=known.REVIEW,
        **appraised(station, who),
    )


@router.post("/known")
async def name_part(
    station: StationOf,
    who: Studies,
    record: Annotated[str, Form(max_length=200)] = "",
    expected: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Name a part whose verdict is known, or take one off the list."""
    if expected:
        classes = station.inspector.model.recipe.classes
        check_one_of("expected", expected, classes, LabelError)
    await station.call(
        known.name,
        station.store,
        record.strip(),
        expected or None,
        who=who.number,
    )
    return RedirectResponse("/known", 303)


@router.post("/known/rule")
async def set_rule(
    station: StationOf,
    who: Studies,
    one_in: Annotated[int, Form()],
    is_told: Annotated[bool, Form()] = False,
) -> Response:
    """Say how often known parts are mixed in, and whether people are told after it."""
    told = known.Rule(one_in, is_told)
    await station.call(known.set_rule, station.store, told, who=who.number)
    return RedirectResponse("/known", 303)


def appraised(station: Station, who: Person | None) -> dict[str, Any]:
    """Return what the table of known parts shows to a person.

    Whoever judges parts and is not told after her verdict does not see from this table
    either whether the last was a known one.
    """
    is_told = known.rule(station.store).is_told
    rights = who.rights if who else frozenset()
    may_see = is_told or "study" in rights or "label" not in rights
    return {
        "appraisals": _appraisals(station) if may_see else (),
        "limits": tuple(LIMITS),
        "may_name": "study" in rights,
    }


def _appraisals(station: Station) -> tuple[Appraisal, ...]:
    try:
        recipe = station.inspector.model.recipe
    except ModelError:
        return ()
    return appraisals(station.store, recipe)

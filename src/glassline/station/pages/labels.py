"""Labels: which to look at again, who agrees with whom, and with the model."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request, Response

from glassline.errors import DatasetError
from glassline.render.templating import templates
from glassline.render.words import words
from glassline.station.pages.known import appraised
from glassline.station.pages.page import language, page
from glassline.station.people import Person, needs
from glassline.station.station import Station, StationOf
from glassline.studies.labels import Audit
from glassline.studies.labels.agreement import LIMITS
from glassline.studies.labels.page import drawn_pair, what_changes
from glassline.studies.labels.text import pair_rows
from glassline.studies.metrics import Rate

__all__ = ["router"]

TOP = 10  # of each list

Sees = Annotated[Person, needs("see")]

router = APIRouter(include_in_schema=False)


@router.get("/labels")
async def labels(request: Request, station: StationOf, who: Sees) -> Response:
    """Show the frame of the page; the audit follows, as it may take a moment."""
    say = words(language(request))["station_labels"]
    told = await station.call(appraised, station, who)
    return page(request, "labels.html", section="labels", say=say, **told)


@router.get("/labels/audit", dependencies=[needs("see")])
async def audit(request: Request, station: StationOf) -> Response:
    """Show suspects, conflicting pairs, and agreement, over the labels as they stand."""
    lang = language(request)
    text = words(lang)
    told = await station.call(_audit, station)
    if isinstance(told, str):
        return page(
            request, "labels_none.html", say=text["station_labels"], detail=told
        )
    found, repeats = told
    shown = {each.part for each in found.suspects[:TOP]}
    for pair in found.conflicts[:TOP]:
        shown |= {pair.rejected, pair.passed}
    kept = await station.call(_kept, station, found, shown)
    drawing = templates("glassline.studies.labels").get_template("pair.svg.j2")
    draw = vars(drawing.module)["draw"]
    recipe = found.recipe
    return page(
        request,
        "labels_audit.html",
        say=text["station_labels"],
        told=text["labels"],
        found=found,
        repeats=repeats,
        suspects=found.suspects[:TOP],
        pairs=found.conflicts[:TOP],
        limits=tuple(LIMITS),
        name=lambda each: recipe.class_name(each, lang),
        label=lambda part: recipe.class_name(str(found.data.parts[part].label), lang),
        is_kept=lambda part: part in kept,
        record=lambda part: str(found.data.parts[part].path),
        changes=lambda each: what_changes(found, each, lang),
        strips=lambda pair: draw(drawn_pair(found, pair, lang)),
        rows=lambda pair: pair_rows(found, pair, lang),
    )


def _audit(station: Station) -> tuple[Audit, dict[str, Rate]] | str:
    """Return the audit; or why there is none yet."""
    try:
        return station.labels.audit(station.inspector.model)
    except DatasetError as error:
        return str(error)


def _kept(station: Station, found: Audit, shown: set[int]) -> set[int]:
    """Return those of the parts whose photos are kept."""
    return {
        part
        for part in shown
        if station.store.inspection(str(found.data.parts[part].path)).photo is not None
    }

"""Line: what a line did, whether it drifts, and what that costs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from glassline.errors import InputError, show
from glassline.model import Model
from glassline.monitor import RULES, Limits, Spec
from glassline.monitor.text import moves, sentences
from glassline.render.units import unit_of
from glassline.render.words import words
from glassline.station.lookout import Seen, alike
from glassline.station.overview import BY, Overview, View, overview
from glassline.station.pages import charts
from glassline.station.pages.page import language, page
from glassline.station.people import Person, needs
from glassline.station.specs import Held, capabilities, set_spec
from glassline.station.station import Station, StationOf

__all__ = ["router"]

HOURS = (0, 8, 24, 168)  # all, a shift, a day, a week
RATES = ("first_pass", "review", "rejected", "good", "escape", "overkill", "audited")
TOLD = ("first_pass", "review", "rejected", "overkill", "escape")  # of a table

router = APIRouter(include_in_schema=False)


@router.get("/line", dependencies=[needs("see")])
async def line(
    request: Request,
    station: StationOf,
    by: str = "lot",
    rules: str = "western_electric",
    hours: float = 0.0,
) -> Response:
    """Show rates, charts and Pareto of the newest inspections."""
    view = View(by, rules, hours, station.store.core.day)
    seen = await station.call(_overview, station, view)
    lang = language(request)
    text = words(lang)
    model, found, specs = seen or (None, None, ())
    drawn: dict[str, Any] = {}
    if model is not None and found is not None:
        names = {
            each: model.recipe.class_name(each, lang) for each in model.recipe.classes
        }
        drawn = {
            "passed": found.passed and charts.shares(found.passed, found.passed_at),
            "trends": [
                (each, charts.mean(each), charts.sums(each)) for each in found.trends
            ],
            "causes": charts.causes(found.causes, names) if found.causes else None,
        }
    return page(
        request,
        "line.html",
        section="line",
        say=text["station_line"],
        model=model,
        found=found,
        drawn=drawn,
        specs=specs,
        unit=lambda name: unit_of(text, name, model.units) if model else "",
        rates=RATES,
        told=TOLD,
        view=view,
        choices={"by": BY, "rules": tuple(RULES), "hours": HOURS},
    )


@router.get("/line/drift", dependencies=[needs("see")])
async def drift(request: Request, station: StationOf) -> Response:
    """Say whether the line drifts: which feature since when, and what follows."""
    seen = await station.call(station.lookout.look)
    return _told(request, "line_drift.html", seen)


@router.get("/line/notice", dependencies=[needs("see")])
async def notice(request: Request, station: StationOf) -> Response:
    """Return one sentence for every page while the line drifts, else nothing."""
    seen = await station.call(station.lookout.look)
    if seen is None or not seen.is_drift:
        return Response(status_code=204)
    return _told(request, "line_notice.html", seen)


@router.post("/line/limits")
async def freeze(
    station: StationOf,
    person: Annotated[Person, needs("study")],
    reason: Annotated[str, Form(max_length=200)],
    by: Annotated[str, Form()] = "lot",
) -> Response:
    """Freeze the limits of every chart as they stand: with date and person."""
    await station.call(
        _freeze, station, View(by, day=station.store.core.day), person.number, reason
    )
    return RedirectResponse(f"/line?by={by}", 303)


@router.post("/line/spec")
async def specify(
    station: StationOf,
    person: Annotated[Person, needs("study")],
    feature: Annotated[str, Form(max_length=100)],
    reason: Annotated[str, Form(min_length=1, max_length=200)],
    lower: Annotated[str, Form(max_length=40)] = "",
    upper: Annotated[str, Form(max_length=40)] = "",
) -> Response:
    """Record what a customer asks of a feature's reading."""
    spec = Spec(_end("lower", lower), _end("upper", upper))
    await station.call(
        set_spec,
        station.store,
        station.inspector.model,
        feature,
        spec,
        who=person.number,
        reason=reason,
    )
    return RedirectResponse("/line#capability", 303)


def _end(name: str, text: str) -> float | None:
    """Return an end of a specification; None where the field is empty."""
    if not text.strip():
        return None
    try:
        return float(text)
    except ValueError as error:
        raise InputError(f"{name}: expected a number, got {show(text)}.") from error


def _overview(
    station: Station, view: View
) -> tuple[Model, Overview, tuple[Held, ...]] | None:
    """Return the running model and the line under it; None without a model."""
    model = station.store.running
    if model is None:
        return None
    found = station.recent.columns()
    fits = alike(station.store, model, found.model.names)
    frozen = {
        name: {**row.body, "who": row.who}
        for name, row in station.store.limits().items()
    }
    specs = capabilities(model, found, fits, frozen)
    return model, overview(model, found, fits, frozen, view), specs


def _freeze(station: Station, view: View, who: str, reason: str) -> None:
    seen = _overview(station, view)
    if seen is None or seen[1].passed is None:
        raise InputError("limits: expected at least two lots to take them from.")
    model, found, _ = seen
    now = datetime.now(UTC)

    def kept(limits: Limits) -> dict[str, Any]:
        return replace(limits, frozen_at=now, who=who).as_json()

    if found.passed is not None:
        station.store.freeze_limits(
            "passed", kept(found.passed.limits), who=who, reason=reason
        )
    for each in found.trends:
        station.store.freeze_limits(
            each.name,
            kept(each.mean.limits),
            scale=_scale(model, each.name),
            who=who,
            reason=reason,
        )


def _scale(model: Model, name: str) -> tuple[float, ...]:
    """Return what x of a feature is measured in: limits hold on that scale alone."""
    if name not in model.feature_names:
        return ()
    place = model.feature_names.index(name)
    return model.scale.center[place], model.scale.spread[place]


def _told(request: Request, template: str, seen: Seen | None) -> Response:
    lang = language(request)
    since: Mapping[str, Any] = seen.since if seen else {}
    return page(
        request,
        template,
        say=words(lang)["station_line"],
        seen=seen,
        moved=list(moves(seen.watch.drift, lang)) if seen else [],
        sentences=list(sentences(seen.watch.drift, lang)) if seen else [],
        since=since,
    )

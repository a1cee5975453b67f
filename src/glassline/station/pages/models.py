"""Model: the one that runs as a table that reads, the candidate, and what ran before."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

import numpy as np
from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from glassline.errors import ConflictError, NotFoundError, check_one_of
from glassline.model import Model
from glassline.render.numbers import number, printed
from glassline.render.units import unit_of
from glassline.render.words import words
from glassline.station.api.studies import StudyGiven, order_of
from glassline.station.pages.page import language, page
from glassline.station.people import Person, needs
from glassline.station.station import Station, StationOf
from glassline.store.candidate import Candidate, candidate
from glassline.studies.comparison import Comparison, compare
from glassline.studies.comparison.text import lines

__all__ = ["router"]

CHANGES = 20  # of the last inspections that are named
STUDIES = ("guarantee", "gauge", "evaluate", "retrain")
HASH = r"^[0-9a-f]{64}$"

router = APIRouter(include_in_schema=False)
Hash = Annotated[str, Form(pattern=HASH)]
Reason = Annotated[str, Form(min_length=1, max_length=200)]


@router.get("/model", dependencies=[needs("see")])
async def model(request: Request, station: StationOf) -> Response:
    """Show the running model, its proofs and promises, and every change of it."""
    lang = language(request)
    running = await station.call(lambda: station.store.running)
    history = await station.call(station.store.models)
    return page(
        request,
        "model.html",
        section="model",
        say=words(lang)["station_model"],
        model=running,
        table=_table(running, lang) if running else None,
        proofs=list(_proofs(running, lang)) if running else [],
        guarantee=_guarantee(running, lang) if running else [],
        gauge=_gauge(running, lang) if running else [],
        history=history[::-1],
        can_go_back=running is not None and len(history) > 1,
        studies=STUDIES,
        number=number,
    )


@router.get("/model/candidate", dependencies=[needs("see")])
async def show_candidate(request: Request, station: StationOf) -> Response:
    """Show what the labels so far would make of the model, and what it would change."""
    found = await station.call(candidate, station.store)
    return _candidate(request, found)


@router.get("/model/differences", dependencies=[needs("see")])
async def show_differences(
    request: Request,
    station: StationOf,
    sha256: Annotated[str, Query(alias="model", pattern=HASH)],
) -> Response:
    """Say exactly where another model differs from the one that runs."""
    lang = language(request)
    found = await station.call(_compared, station, sha256)
    return page(
        request,
        "model_differences.html",
        say=words(lang)["station_model"],
        lines=list(lines(found, lang)),
    )


@router.post("/model/publish")
async def publish(
    station: StationOf,
    person: Annotated[Person, needs("publish")],
    sha256: Annotated[str, Form(alias="model", pattern=HASH)],
    reason: Reason,
) -> Response:
    """Let a model run that was shown: the candidate, or one that a study made."""
    found = await station.call(_model, station, sha256)
    await station.call(station.store.publish, found, who=person.number, reason=reason)
    await station.inspector.look_for_model()
    return RedirectResponse("/model", 303)


@router.post("/model/rollback")
async def roll_back(
    station: StationOf,
    person: Annotated[Person, needs("publish")],
    reason: Reason,
) -> Response:
    """Let the model run again that ran before."""
    await station.call(station.store.roll_back, who=person.number, reason=reason)
    await station.inspector.look_for_model()
    return RedirectResponse("/model", 303)


@router.get("/model/studies", dependencies=[needs("see")])
async def studies(request: Request, station: StationOf) -> Response:
    """Show the studies that were asked for, how far they are, and what they found."""
    return _studies(request, station)


@router.post("/model/studies")
async def study(
    request: Request,
    station: StationOf,
    person: Annotated[Person, needs("study")],
    kind: Annotated[str, Form()],
) -> Response:
    """Ask for a study of the labelled photos; inspecting goes on."""
    check_one_of("kind", kind, STUDIES)
    given = StudyGiven.model_validate({"kind": kind})
    order = await station.call(order_of, station, given)
    station.jobs.ask(order, person.number)
    return _studies(request, station)


@router.post("/model/studies/{job}/cancel")
async def cancel(
    request: Request,
    station: StationOf,
    job: str,
    person: Annotated[Person, needs("study")],
) -> Response:
    """Call a study off."""
    station.jobs.cancel(job)
    return _studies(request, station)


def _studies(request: Request, station: Station) -> Response:
    return page(
        request,
        "model_studies.html",
        say=words(language(request))["station_model"],
        jobs=station.jobs.all()[:10],
    )


def _candidate(request: Request, found: Candidate | None) -> Response:
    lang = language(request)
    running = found.model if found else None
    return page(
        request,
        "model_candidate.html",
        say=words(lang)["station_model"],
        found=found,
        changed=found.changed[:CHANGES] if found else (),
        proofs=list(_proofs(running, lang)) if running else [],
        name=_names(lang, running),
        number=number,
    )


def _names(lang: str, model: Model | None) -> Any:
    def name(class_id: str | None) -> str:
        if class_id is None:
            return "-"
        return model.recipe.class_name(class_id, lang) if model else class_id

    return name


def _model(station: Station, sha256: str) -> Model:
    """Return a kept model, or the candidate while it is still the one that was shown.

    Raises:
        ConflictError: Labels have come since: the candidate is another one by now.
    """
    try:
        return station.store.model(sha256)
    except NotFoundError:
        found = candidate(station.store)
    if found is None or found.model is None or found.model.sha256 != sha256:
        raise ConflictError(
            f"model {sha256[:12]}...: expected the candidate as it stands, got one that "
            "newer labels have changed. Look at it again."
        )
    return found.model


def _compared(station: Station, sha256: str) -> Comparison:
    return compare(station.inspector.model, _model(station, sha256))


def _table(model: Model, lang: str) -> dict[str, Any]:
    """Return W and b as rows that read: feature, unit, typical and spread, weights."""
    text, recipe = words(lang), model.recipe
    d = len(model.feature_names)
    typical, one_more = (
        model.scale.reading(np.zeros(d)),
        model.scale.reading(np.ones(d)),
    )
    weights = printed(model.head.W)
    return {
        "classes": [recipe.class_name(each, lang) for each in recipe.classes],
        "rows": [
            {
                "name": text["features"].get(name, name),
                "unit": unit_of(text, name, model.units),
                "typical": f"{typical[place]:.3g}",
                "one_more": f"{one_more[place]:.3g}",
                "weights": weights[place],
                "strongest": int(abs(model.head.W[place]).argmax()),
            }
            for place, name in enumerate(model.feature_names)
        ],
        "bias": printed(model.head.b[None])[0],
    }


def _proofs(model: Model, lang: str) -> Iterator[str]:
    """Yield how well the training is finished, and the temperature."""
    say, proof = words(lang)["training"], model.certificate
    if proof.penalty:
        yield say["proof"].format(
            gradient=number(proof.gradient_norm, 1),
            rounding="-" if proof.rounding is None else number(proof.rounding, 1),
            distance=number(proof.distance_bound, 1),
        )
    else:
        yield say["no_proof"]
    told = model.record.temperature
    if told is not None and told.applied != 1:
        yield say["temperature"].format(value=f"{told.applied:.3f}", folds=told.folds)


def _guarantee(model: Model, lang: str) -> list[str]:
    """Return the promise with k/n of each defect, or that it is void."""
    kept, text = model.guarantee, words(lang)
    if kept is None:
        return []
    say = text["station_model"]
    rows = [
        say["escapes"].format(
            name=model.recipe.class_name(each.name, lang),
            k=each.k,
            n=each.n,
            bound=f"{100 * each.bound:.2f}",
        )
        for each in kept.escapes
    ]
    head = say["promise"].format(
        threshold=f"{kept.threshold:.4f}",
        escape=f"{100 * kept.escape:g}",
        confidence=f"{100 * kept.confidence:g}",
    )
    return [head, *rows, *([text["guarantee"]["void"]] if kept.is_void else [])]


def _gauge(model: Model, lang: str) -> list[str]:
    """Return how well the readings repeat, feature by feature."""
    if model.gauge is None:
        return []
    text = words(lang)
    return [
        text["station_model"]["repeats"].format(
            name=text["features"].get(name, name),
            sigma=f"{sigma:.3f}",
            grr=f"{grr:.1f}",
            ndc=ndc,
        )
        for name, sigma, grr, ndc in zip(
            model.feature_names,
            model.gauge.sigma.tolist(),
            model.gauge.grr,
            model.gauge.ndc,
            strict=True,
        )
    ]

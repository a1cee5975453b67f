"""What people say of parts, the queue of those that wait, and notes beside."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from glassline.errors import ConflictError
from glassline.render.plain import to_json
from glassline.station.api.bodies import WORDS, StrictRoute
from glassline.station.api.inspections import JSON, Record, etag
from glassline.station.api.told import LabelGiven, LabelTold, QueueTold, TakenTold
from glassline.station.learning import candidate_told
from glassline.station.people import Person, needs
from glassline.station.problems import answers, problem
from glassline.station.station import StationOf
from glassline.store.ledger import Row

__all__ = ["router"]

router = APIRouter(tags=["labels"], route_class=StrictRoute)
Judge = Annotated[Person, needs("label")]


def version_of(if_match: str) -> int | None:
    """Return the version that an If-Match names; None where any will do.

    Example:
        >>> version_of('"3"'), version_of("*")
        (3, None)
    """
    return None if if_match == "*" else int(if_match.removeprefix("W/").strip('"'))


@router.post(
    "/inspections/{record}/labels",
    status_code=201,
    operation_id="label",
    response_model=LabelTold,
    responses=answers(400, 401, 403, 404, 409, 413, 415, 422, 429, 503, 507),
)
async def label(
    request: Request,
    record: Record,
    given: LabelGiven,
    station: StationOf,
    who: Judge,
    if_match: Annotated[
        str,
        Header(
            description="The ETag of the record as it was looked at; * for any.",
            pattern=r'^(\*|(W/)?"?[0-9]{1,9}"?)$',
        ),
    ] = "*",
) -> Response:
    """Say what a part is, or correct what was said; the earlier label stays readable.

    The answer has the candidate: the head refitted on all labels. It runs only once a
    person publishes it.
    """
    try:
        row = await station.call(
            station.store.label,
            record,
            given.name,
            who=who.number,
            reason=given.reason,
            note=given.note,
            shown=given.shown,
            dwell_s=given.dwell_s,
            version=version_of(if_match),
        )
    except ConflictError as error:
        found = await station.call(station.store.inspection, record)
        answer = problem(error, request)
        answer.headers["etag"] = etag(found.version)
        return answer
    station.metrics.labels.labels(given.name or "none").inc()
    version = row.body["version"]
    candidate = await station.call(candidate_told, station.store)
    said = {"record": record, "class": given.name, "version": version}
    return Response(
        to_json({**said, "candidate": candidate}),
        201,
        {"etag": etag(version)},
        JSON,
    )


@router.get(
    "/queue",
    operation_id="queue",
    response_model=QueueTold,
    dependencies=[needs("see")],
    responses=answers(401, 403, 422, 429, 503),
)
async def queue(
    station: StationOf, limit: Annotated[int, Query(ge=1, le=500)] = 50
) -> Response:
    """List what waits for a person and nobody looks at, the oldest first."""
    found = await station.call(station.store.queue, limit)
    rows = [each.as_json() for each in found]
    return Response(to_json({"inspections": rows}), media_type=JSON)


@router.post(
    "/queue/{record}/take",
    operation_id="take",
    response_model=TakenTold,
    responses=answers(401, 403, 404, 409, 422, 429, 503, 507),
)
async def take(record: Record, station: StationOf, who: Judge) -> TakenTold:
    """Take a part, so that nobody else looks at it meanwhile; again: for longer."""
    until = await station.call(station.store.take, record, who.number)
    return TakenTold(record=record, until=until)


@router.post(
    "/queue/{record}/release",
    status_code=204,
    operation_id="release",
    response_class=Response,
    responses=answers(401, 403, 404, 422, 429, 503, 507),
)
async def release(record: Record, station: StationOf, who: Judge) -> Response:
    """Give a part back that one has taken; nothing happens where one has it not."""
    await station.call(station.store.release, record, who.number)
    return Response(status_code=204)


class NoteGiven(BaseModel):
    """A note for the ledger."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        json_schema_extra={"examples": [{"text": "Lamp cleaned.", "about": None}]},
    )

    text: str = Field(min_length=1, max_length=2000, pattern=WORDS)
    about: dict[str, str | float | bool | None] | None = Field(
        default=None, description="What it is about, as plain data."
    )


class RowTold(BaseModel):
    """A row of the ledger."""

    model_config = ConfigDict(extra="allow")

    record: str
    at: str
    kind: str
    who: str
    hash: str


@router.post(
    "/notes",
    status_code=201,
    operation_id="note",
    response_model=RowTold,
    responses=answers(400, 401, 403, 413, 415, 422, 429, 503, 507),
)
async def note(
    given: NoteGiven, station: StationOf, who: Annotated[Person, needs("note")]
) -> Response:
    """Write a note into the ledger."""
    row = await station.call(
        station.store.note, given.text, who=who.number, about=given.about
    )
    return Response(to_json(_told(row)), 201, media_type=JSON)


def _told(row: Row) -> dict[str, Any]:
    """Return a note with its row in the ledger."""
    told = row.as_json()
    return row.body | {name: told[name] for name in told if name != "body"}


class NotesTold(BaseModel):
    """Notes, the newest first."""

    notes: list[RowTold]


@router.get(
    "/notes",
    operation_id="notes",
    response_model=NotesTold,
    dependencies=[needs("see")],
    responses=answers(401, 403, 422, 429, 503),
)
async def notes(
    station: StationOf, limit: Annotated[int, Query(ge=1, le=500)] = 50
) -> Response:
    """List the notes of this station, the newest first."""
    rows = await station.call(station.store.rows, "note", limit=limit)
    return Response(to_json({"notes": [_told(each) for each in rows]}), media_type=JSON)

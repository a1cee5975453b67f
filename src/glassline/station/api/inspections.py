"""Photos in, verdicts out; what was recorded, found again, with its whole sum."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter, Header, Path, Query, Request, Response
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, create_model

from glassline.errors import ImageError, check_one_of
from glassline.explain.faces.picture import svg
from glassline.inspection import Inspection
from glassline.render.plain import to_json
from glassline.render.png import as_png
from glassline.station.api.bodies import TEXT, WORDS, StrictRoute, photo_of
from glassline.station.api.told import InspectionTold, ListTold
from glassline.station.language import Lang
from glassline.station.people import Person, needs
from glassline.station.problems import answers, problem
from glassline.station.recall import recall, with_photo
from glassline.station.station import StationOf
from glassline.store import IDENTIFIERS, Where
from glassline.store.identifiers import MOST_CHARS, MOST_SHOTS

__all__ = ["JSON", "Filters", "Record", "etag", "router", "where_of"]

router = APIRouter(prefix="/inspections", tags=["inspections"], route_class=StrictRoute)

JSON = "application/json"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_LISTED = 500
Face = Literal["text", "markdown", "html", "json", "xlsx"]
FACES: dict[str, tuple[str, str]] = {  # of a sheet: media type, suffix of a file
    "text": ("text/plain; charset=utf-8", "txt"),
    "markdown": ("text/markdown; charset=utf-8", "md"),
    "html": ("text/html; charset=utf-8", "html"),
    "json": (JSON, "json"),
    "xlsx": (XLSX, "xlsx"),
}
SHEET_CSP = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:"
)

Record = Annotated[
    str,
    Path(
        description="Its name in the ledger.",
        max_length=90,
        examples=["station-42"],
    ),
]


def _as_written(value: object) -> object:
    """Let nothing be a time but what begins as a date: no seconds since 1970."""
    if isinstance(value, str) and not re.match(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        raise ValueError("expected a date as 2026-11-29, or a time that begins so")
    return value


def _kind(name: str) -> Any:
    """Return what an identifier is: a text, but for a number and a date."""
    if name == "shot_seq":
        return Annotated[int, Field(ge=0, le=MOST_SHOTS)] | None
    if name == "production_date":
        return Annotated[date, BeforeValidator(_as_written)] | None
    return (
        Annotated[str, Field(min_length=1, max_length=MOST_CHARS, pattern=WORDS)] | None
    )


def _schema(name: str) -> dict[str, Any]:
    """Return the same for a field of a form or an address."""
    if name == "shot_seq":
        return {"type": "integer", "minimum": 0, "maximum": MOST_SHOTS}
    if name == "production_date":
        return {"type": "string", "format": "date"}
    return {"type": "string", "maxLength": MOST_CHARS, "pattern": TEXT}


PHOTO_BODY: dict[str, Any] = {
    "required": True,
    "content": {
        **{
            f"image/{kind}": {"schema": {"type": "string", "format": "binary"}}
            for kind in ("jpeg", "png", "webp", "bmp", "tiff")
        },
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "properties": {
                    "photo": {"type": "string", "format": "binary"},
                    **{name: _schema(name) for name in IDENTIFIERS},
                },
                "required": ["photo"],
                "additionalProperties": False,
            }
        },
    },
}


Moment = Annotated[datetime, BeforeValidator(_as_written)]


class _Filters(BaseModel):
    """Which records of all; every filter narrows."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    decision: Literal["accept", "reject", "review", "refused"] | None = None
    predicted_class: str | None = Field(
        None, alias="class", pattern=TEXT, max_length=200
    )
    label: str | None = Field(None, pattern=TEXT, max_length=200)
    labelled: bool | None = Field(None, description="Whether anybody said a class.")
    model: str | None = Field(None, pattern=TEXT, max_length=64)
    reason_code: str | None = Field(None, pattern=TEXT, max_length=64)
    sha256: str | None = Field(None, pattern=TEXT, max_length=64)
    stream: str | None = Field(None, pattern=TEXT, max_length=64)
    since: Moment | None = Field(None, description="With its zone.")
    until: Moment | None = Field(None, description="With its zone.")
    after: str | None = Field(
        None, pattern=TEXT, description="`next` of the page before."
    )
    limit: int = Field(50, ge=1, le=MOST_LISTED)
    newest_first: bool = False


if TYPE_CHECKING:
    Filters = _Filters
else:
    Filters = create_model(
        "Filters",
        __base__=_Filters,
        **{name: (_kind(name), None) for name in IDENTIFIERS},
    )
"""The filters of a list: those of `_Filters`, and every identifier."""


def where_of(asked: Any) -> Where:
    """Return the filters of a request as the store knows them."""
    given = {name: getattr(asked, name) for name in IDENTIFIERS}
    if given["production_date"] is not None:
        given["production_date"] = given["production_date"].isoformat()
    return Where(
        decision=asked.decision,
        predicted_class=asked.predicted_class,
        label=asked.label,
        is_labelled=asked.labelled,
        model=asked.model,
        reason_code=asked.reason_code,
        sha256=asked.sha256,
        stream=asked.stream,
        since=asked.since,
        until=asked.until,
        identifiers={name: text for name, text in given.items() if text is not None},
    )


@router.post(
    "",
    status_code=201,
    operation_id="inspect",
    response_model=InspectionTold,
    responses=answers(400, 401, 403, 408, 413, 415, 422, 429, 503, 507),
    openapi_extra={
        "requestBody": PHOTO_BODY,
        "parameters": [
            {
                "name": name,
                "in": "query",
                "required": False,
                "schema": _schema(name),
                "description": "Of a body that is the photo itself.",
            }
            for name in IDENTIFIERS
        ],
    },
)
async def inspect(
    request: Request,
    station: StationOf,
    who: Annotated[Person, needs("inspect")],
    idempotency_key: Annotated[
        str | None,
        Header(
            description="The same again gives the first record.",
            min_length=1,
            max_length=200,
        ),
    ] = None,
) -> Response:
    """Inspect one photo, record the verdict, and answer once that is on disk.

    The body is the photo, identifiers in the address; or a form with `photo` and a field
    for each identifier. A photo that is refused is recorded too, and answered 422 with
    its reason and its record.
    """
    sent = await photo_of(request)
    noted = await station.inspector.inspect(
        sent.photo,
        sent.identifiers,
        who=who.number,
        sender=request.client.host if request.client else "",
        name=sent.name or "photo",
        key=idempotency_key,
    )
    record, seen = noted.recorded.record, noted.recorded.row.body["seen"]
    place = {"location": f"{request.url.path}/{record}"}
    if "refused" in seen:
        answer = problem(
            ImageError(seen["refused"], seen["message"]), request, record=record
        )
        answer.headers.update(place)
        return answer
    return Response(to_json({"record": record, **seen}), 201, place, JSON)


@router.get(
    "",
    operation_id="list_inspections",
    response_model=ListTold,
    dependencies=[needs("see")],
    responses=answers(400, 401, 403, 404, 422, 429, 503),
)
async def listing(
    station: StationOf,
    asked: Annotated[Filters, Query()],
) -> Response:
    """List what was recorded, page by page; what comes meanwhile disturbs no page."""
    page = await station.call(
        station.store.inspections,
        where_of(asked),
        after=asked.after,
        limit=asked.limit,
        newest_first=asked.newest_first,
    )
    rows = [each.as_json() for each in page.rows]
    return Response(to_json({"inspections": rows, "next": page.next}), media_type=JSON)


def etag(version: int) -> str:
    """Return the ETag of a record with so many labels."""
    return f'"{version}"'


@router.get(
    "/{record}",
    operation_id="inspection",
    response_model=InspectionTold,
    dependencies=[needs("see")],
    responses=answers(401, 403, 404, 422, 429, 503),
)
async def inspection(record: Record, station: StationOf) -> Response:
    """Return one record with everything: verdict, identifiers, labels, ledger hash."""
    found = await station.call(station.store.inspection, record)
    return Response(
        to_json(found.as_json()),
        headers={"etag": etag(found.version)},
        media_type=JSON,
    )


@router.get(
    "/{record}/sheet",
    operation_id="sheet",
    dependencies=[needs("see")],
    response_class=Response,
    responses={
        200: {
            "description": "The worked sum in the face that was asked for.",
            "content": {
                kind.partition(";")[0]: {"schema": {"type": "string"}}
                for kind, _ in FACES.values()
            },
        },
        **answers(401, 403, 404, 422, 429, 501, 503),
    },
)
async def sheet(
    record: Record, station: StationOf, lang: Lang, face: Face = "json"
) -> Response:
    """Return the whole sum behind a verdict: text, Markdown, HTML, JSON or XLSX."""
    seen = await station.call(recall, station.store, record)
    kind, suffix = FACES[face]
    shown = getattr(seen.sheet, face)
    body = await station.call(shown, *(() if face == "json" else (lang,)))
    headers = {"content-disposition": f'inline; filename="{record}.{suffix}"'}
    if face == "html":  # one page that needs nothing else: its style stands in it
        headers["content-security-policy"] = SHEET_CSP
    return Response(body, headers=headers, media_type=kind)


@router.get(
    "/{record}/evidence.svg",
    operation_id="evidence",
    dependencies=[needs("see")],
    response_class=Response,
    responses={
        200: {"content": {"image/svg+xml": {"schema": {"type": "string"}}}},
        **answers(401, 403, 404, 422, 429, 503),
    },
)
async def evidence(record: Record, station: StationOf, lang: Lang) -> Response:
    """Return the photo with what drove each reading: the scratch traced, specks ringed."""
    seen = await _seen(station, record)
    drawn = await station.call(lambda: svg.face(seen.evidence, lang))
    return Response(drawn, media_type="image/svg+xml")


@router.get(
    "/{record}/maps/{feature}.png",
    operation_id="map",
    dependencies=[needs("see")],
    response_class=Response,
    responses={
        200: {
            "content": {"image/png": {"schema": {"type": "string", "format": "binary"}}}
        },
        **answers(401, 403, 404, 422, 429, 503),
    },
)
async def feature_map(
    record: Record,
    feature: Annotated[str, Path(max_length=100)],
    station: StationOf,
) -> Response:
    """Return where on the photo a reading comes from, 16-bit grey; white is strongest."""
    seen = await _seen(station, record)
    check_one_of("feature", feature, seen.model.feature_names)
    read = await station.call(seen.model.front.read, seen.photo.view)
    found = read.maps[seen.model.feature_names.index(feature)]
    top = float(found.max()) or 1.0
    grey = (found.clip(0, None) / top * 65_535 + 0.5).astype("uint16")
    return Response(as_png(grey), media_type="image/png")


async def _seen(station: Any, record: str) -> Inspection:
    """Return a record whose photo was kept, opened again."""
    with_photo(await station.call(station.store.inspection, record))
    found: Inspection = await station.call(recall, station.store, record)
    return found


@router.get(
    "/{record}/photo",
    operation_id="photo",
    dependencies=[needs("see")],
    response_class=Response,
    responses={
        200: {
            "content": {
                "application/octet-stream": {
                    "schema": {"type": "string", "format": "binary"}
                }
            }
        },
        **answers(401, 403, 404, 422, 429, 503),
    },
)
async def photo(record: Record, station: StationOf) -> Response:
    """Return the bytes that came in, where they were kept: to be saved, not shown."""
    found = await station.call(station.store.inspection, record)
    name = f'attachment; filename="{record}"'
    return Response(
        with_photo(found),
        headers={"content-disposition": name},
        media_type="application/octet-stream",
    )

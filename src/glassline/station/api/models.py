"""Models: the one that runs, those before it, the candidate, and studies of them."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.convertors import StringConvertor, register_url_convertor

from glassline.errors import WrongTypeError, show
from glassline.model import Model
from glassline.render.plain import to_json
from glassline.station.api.bodies import StrictRoute
from glassline.station.api.inspections import JSON
from glassline.station.api.people import Reason, Strict
from glassline.station.api.told import CandidateTold
from glassline.station.learning import candidate_told, publishable
from glassline.station.packed import pack, unpack
from glassline.station.people import Person, needs
from glassline.station.problems import answers
from glassline.station.station import StationOf

__all__ = ["router"]


class HashConvertor(StringConvertor):
    """A SHA-256 in an address: what is none leads nowhere, and opens nothing."""

    regex = "[0-9a-f]{64}"


router = APIRouter(tags=["models"], route_class=StrictRoute)
Hash = Annotated[
    str, Path(pattern=r"^[0-9a-f]{64}$", description="SHA-256 of the model.")
]
MODEL_KINDS = ("application/zip", "application/octet-stream")
register_url_convertor("hash", HashConvertor())
Publisher = Annotated[Person, needs("publish")]


class Step(BaseModel):
    """One change of the model that runs."""

    number: int
    record: str
    action: Literal["published", "rolled_back"]
    model: str
    at: str
    who: str
    reason: str


class ModelsTold(BaseModel):
    """The model that runs, and every change of it."""

    running: str | None
    history: list[Step]


class ModelTold(BaseModel):
    """What a model is."""

    model_config = ConfigDict(extra="allow")

    model: str
    classes: list[str]
    features: list[str]
    front: str
    parts: int = Field(description="That it was trained on.")
    outcome: str
    is_running: bool


class PublishGiven(Strict):
    """Which model shall run, and why."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        json_schema_extra={
            "examples": [{"model": "candidate", "reason": "40 labels of lot A-17"}]
        },
    )

    model: str = Field(
        pattern=r"^([0-9a-f]{64}|candidate)$",
        description="The hash of the candidate as it was shown, of a study's model, of "
        "any one kept; or `candidate`, whichever it is now.",
    )
    reason: Reason


class RollbackGiven(Strict):
    """Why the model before shall run again."""

    reason: Reason


class RunsTold(BaseModel):
    """The model that runs now, and the row that says so."""

    record: str
    running: str


@router.get(
    "/models",
    operation_id="models",
    response_model=ModelsTold,
    dependencies=[needs("see")],
    responses=answers(401, 403, 429, 503),
)
async def models(station: StationOf) -> ModelsTold:
    """Say which model runs, and list every change of it, the first first."""
    found = await station.call(station.store.models)
    running = await station.call(lambda: station.store.running_hash)
    return ModelsTold(running=running, history=[Step(**vars(each)) for each in found])


class UploadTold(BaseModel):
    """A model that is kept now, and the row that says so; it does not run by that."""

    record: str
    model: str


@router.post(
    "/models",
    status_code=201,
    operation_id="upload_model",
    response_model=UploadTold,
    responses=answers(400, 401, 403, 408, 413, 415, 422, 429, 503, 507),
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                kind: {"schema": {"type": "string", "format": "binary"}}
                for kind in MODEL_KINDS
            },
        }
    },
)
async def upload(request: Request, station: StationOf, who: Publisher) -> UploadTold:
    """Keep a model that was trained elsewhere: a zip of its folder, or its file alone.

    It is checked as any model is, written down, and runs once it is published.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in MODEL_KINDS:
        raise WrongTypeError(
            f"content-type: expected {' or '.join(MODEL_KINDS)}, got {show(kind)}."
        )
    found = await station.call(unpack, await request.body())
    await station.call(station.store.keep_model, found)
    row = await station.call(
        station.store.note,
        "model uploaded",
        who=who.number,
        about={"uploaded": found.sha256},
    )
    return UploadTold(record=row.record, model=found.sha256)


@router.get(
    "/candidate",
    operation_id="candidate",
    response_model=CandidateTold,
    dependencies=[needs("see")],
    responses=answers(401, 403, 429, 503),
)
async def candidate(station: StationOf) -> Response:
    """Return the head refitted on all labels, with its proof and what it would change."""
    found = await station.call(candidate_told, station.store)
    return Response(to_json(found), media_type=JSON)


@router.post(
    "/models/publish",
    status_code=201,
    operation_id="publish",
    response_model=RunsTold,
    responses=answers(400, 401, 403, 404, 409, 413, 415, 422, 429, 503, 507),
)
async def publish(given: PublishGiven, station: StationOf, who: Publisher) -> RunsTold:
    """Let a model run from now on; photos under way end with the one before."""
    found = await station.call(publishable, station.store, given.model)
    row = await station.call(
        station.store.publish, found, who=who.number, reason=given.reason
    )
    await station.inspector.look_for_model()
    return RunsTold(record=row.record, running=found.sha256)


@router.post(
    "/models/rollback",
    status_code=201,
    operation_id="roll_back",
    response_model=RunsTold,
    responses=answers(400, 401, 403, 409, 413, 415, 422, 429, 503, 507),
)
async def rollback(
    given: RollbackGiven, station: StationOf, who: Publisher
) -> RunsTold:
    """Let the model run again that ran before: the same bits as then."""
    row = await station.call(
        station.store.roll_back, who=who.number, reason=given.reason
    )
    await station.inspector.look_for_model()
    return RunsTold(record=row.record, running=row.body["model"])


@router.get(
    "/models/{sha256:hash}",
    operation_id="model",
    response_model=ModelTold,
    dependencies=[needs("see")],
    responses=answers(401, 403, 404, 422, 429, 503),
)
async def model(sha256: Hash, station: StationOf) -> ModelTold:
    """Say what a model is."""
    found = await station.call(station.store.model, sha256)
    running = await station.call(lambda: station.store.running_hash)
    return ModelTold(
        model=found.sha256,
        classes=list(found.recipe.classes),
        features=list(found.feature_names),
        front=found.front.kind,
        parts=found.record.n,
        outcome=str(found.record.outcome),
        is_running=running == found.sha256,
    )


@router.get(
    "/models/{sha256:hash}/model.json",
    operation_id="download_model",
    dependencies=[needs("see")],
    response_class=Response,
    responses={
        200: {"content": {JSON: {"schema": {"type": "object"}}}},
        **answers(401, 403, 404, 422, 429, 503),
    },
)
async def download(sha256: Hash, station: StationOf) -> Response:
    """Return the file of a model, byte by byte as it was kept."""
    found: Model = await station.call(station.store.model, sha256)
    name = f'attachment; filename="{sha256[:12]}.json"'
    return Response(
        await station.call(found.as_bytes),
        headers={"content-disposition": name},
        media_type=JSON,
    )


@router.get(
    "/models/{sha256:hash}/model.zip",
    operation_id="download_folder",
    dependencies=[needs("see")],
    response_class=Response,
    responses={
        200: {
            "content": {
                "application/zip": {"schema": {"type": "string", "format": "binary"}}
            }
        },
        **answers(401, 403, 404, 422, 429, 503),
    },
)
async def download_folder(sha256: Hash, station: StationOf) -> Response:
    """Return a model with all that belongs to it: network, pictures, training parts."""
    found: Model = await station.call(station.store.model, sha256)
    name = f'attachment; filename="{sha256[:12]}.zip"'
    return Response(
        await station.call(pack, found),
        headers={"content-disposition": name},
        media_type="application/zip",
    )

"""Studies as jobs: asked for, watched, called off."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field

from glassline.errors import ConflictError
from glassline.station.api.bodies import StrictRoute
from glassline.station.api.people import Strict
from glassline.station.jobs import Job
from glassline.station.people import Person, needs
from glassline.station.problems import answers
from glassline.station.station import Station, StationOf
from glassline.station.studies import Order
from glassline.store import Labelled, Store
from glassline.store.photos import photo_path

__all__ = ["router"]

router = APIRouter(prefix="/studies", tags=["studies"], route_class=StrictRoute)
Scholar = Annotated[Person, needs("study")]
Id = Annotated[str, Path(max_length=40, description="As the answer to asking gave it.")]


class StudyGiven(Strict):
    """What shall be studied."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        json_schema_extra={"examples": [{"kind": "evaluate"}]},
    )

    kind: Literal["evaluate", "guarantee", "gauge", "retrain", "compare"]
    model: str | None = Field(
        None,
        pattern=r"^[0-9a-f]{64}$",
        description="Left out, the one that runs.",
    )
    other: str | None = Field(
        None,
        pattern=r"^[0-9a-f]{64}$",
        description="Of `compare`: the model to compare with; left out, the one that "
        "runs.",
    )
    with_training: bool = Field(
        False, description="Of `evaluate`: also parts that the model has learnt."
    )
    escape: float = Field(
        0.01, gt=0, lt=1, description="Of `guarantee`: share of each defect accepted."
    )
    confidence: float = Field(0.95, gt=0, lt=1, description="Of `guarantee`.")


class Progress(BaseModel):
    """How far a study is."""

    stage: str
    done: int
    total: int


class StudyTold(BaseModel):
    """A study, how far it is, and what it found."""

    id: str
    kind: str
    state: Literal["waiting", "running", "done", "failed", "cancelled"]
    who: str
    at: str
    model: str
    parts: int = Field(description="Labelled photos that it reads.")
    progress: Progress
    found: dict[str, Any] | None = Field(description="As the command's --json has it.")
    new_model: str | None = Field(
        description="Hash of the model it made: kept, and run once it is published."
    )
    code: str | None = Field(description="Where it failed: which error.")
    detail: str | None


class StudiesTold(BaseModel):
    """The studies that are remembered, the newest first."""

    studies: list[StudyTold]


def _told(job: Job) -> StudyTold:
    return StudyTold(**job.as_json())


@router.post(
    "",
    status_code=202,
    operation_id="ask_study",
    response_model=StudyTold,
    responses=answers(400, 401, 403, 404, 409, 413, 415, 422, 429, 503),
)
async def ask(given: StudyGiven, station: StationOf, who: Scholar) -> StudyTold:
    """Ask for a study of the labelled photos that were kept; inspecting goes on."""
    order = await station.call(order_of, station, given)
    return _told(station.jobs.ask(order, who.number))


def order_of(station: Station, given: StudyGiven) -> Order:
    """Return what a request asks for, with model and photos at hand.

    Raises:
        NotFoundError: There is no such model.
        ConflictError: No photo that was kept is labelled.
    """
    store = station.store
    model = station.inspector.model if given.model is None else store.model(given.model)
    other = None
    if given.kind == "compare":
        named = given.other is not None
        other = store.model(str(given.other)) if named else station.inspector.model
    parts = labelled_photos(store)
    if not parts and given.kind != "compare":
        raise ConflictError(
            "labels: expected photos that were kept and labelled, got none."
        )
    return Order(
        kind=given.kind,
        model=model,
        parts=parts,
        other=other,
        options={
            "with_training": given.with_training,
            "escape": given.escape,
            "confidence": given.confidence,
        },
    )


def labelled_photos(store: Store) -> tuple[tuple[str, str, str], ...]:
    """Return path, class and group of every photo that is labelled and kept."""
    found: Labelled = store.labelled()
    placed = (
        (photo_path(store.core, sha256), label, group)
        for sha256, label, group in zip(
            found.sha256, found.labels, found.groups, strict=True
        )
    )
    return tuple(
        (str(path), label, group) for path, label, group in placed if path.exists()
    )


@router.get(
    "",
    operation_id="studies",
    response_model=StudiesTold,
    dependencies=[needs("see")],
    responses=answers(401, 403, 429, 503),
)
async def studies(station: StationOf) -> StudiesTold:
    """List the studies since the service started, the newest first."""
    return StudiesTold(studies=[_told(each) for each in station.jobs.all()])


@router.get(
    "/{study}",
    operation_id="study",
    response_model=StudyTold,
    dependencies=[needs("see")],
    responses=answers(401, 403, 404, 422, 429, 503),
)
async def study(study: Id, station: StationOf) -> StudyTold:
    """Say how far a study is, or what it found."""
    return _told(station.jobs.one(study))


@router.post(
    "/{study}/cancel",
    operation_id="cancel_study",
    response_model=StudyTold,
    dependencies=[needs("study")],
    responses=answers(401, 403, 404, 409, 422, 429, 503),
)
async def cancel(study: Id, station: StationOf) -> StudyTold:
    """Call a study off."""
    return _told(station.jobs.cancel(study))

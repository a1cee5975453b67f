"""The records as a whole: verified, told about, taken along as a table."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response
from fastapi.responses import FileResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.background import BackgroundTask

from glassline.errors import OverloadedError
from glassline.render.plain import to_json
from glassline.station.api.bodies import StrictRoute
from glassline.station.api.inspections import JSON, Filters, where_of
from glassline.station.people import needs
from glassline.station.problems import answers
from glassline.station.station import Station, StationOf

__all__ = ["router"]

router = APIRouter(tags=["ledger"], route_class=StrictRoute)
PLACES = ("store", "files")  # on this machine: nobody else's business
TABLES = {  # format to media type
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
}


class FindingTold(BaseModel):
    """One thing that is not as it was written."""

    model_config = ConfigDict(extra="allow")


class FindingsTold(BaseModel):
    """Whether everything is as it was written, and what is not."""

    model_config = ConfigDict(extra="allow")

    holds: bool
    rows: int = Field(description="Of the ledger, compared.")
    photos: int = Field(description="Kept ones, hashed.")
    models: int
    heads: dict[str, list[Any]] = Field(
        description="Each stream's last number and hash: note them elsewhere."
    )
    found: list[FindingTold]


class InfoTold(BaseModel):
    """What the records hold."""

    model_config = ConfigDict(extra="allow")


class _Exported(Filters):
    """Which records, and as what."""

    format: Literal["csv", "xlsx", "parquet"] = "csv"


@router.post(
    "/ledger/verify",
    operation_id="verify",
    response_model=FindingsTold,
    dependencies=[needs("verify")],
    responses=answers(401, 403, 422, 429, 503),
)
async def verify(
    station: StationOf,
    photos: Annotated[
        bool, Query(description="Whether to hash every kept photo as well.")
    ] = True,
) -> Response:
    """Compare the whole ledger, and all that follows from it, with what was written."""
    _check_alone(station)
    async with station.whole:
        found = await station.call(station.store.verify, photos=photos)
    return Response(to_json(found.as_json()), media_type=JSON)


def _check_alone(station: Station) -> None:
    """Refuse a second reading of everything while one goes on."""
    if station.whole.locked():
        raise OverloadedError(
            "expected one reading of all records at a time. Ask again later.",
            retry_after_s=10,
        )


@router.get(
    "/ledger",
    operation_id="ledger",
    response_model=InfoTold,
    dependencies=[needs("see")],
    responses=answers(401, 403, 429, 503),
)
async def info(station: StationOf) -> Response:
    """Say what the records hold: streams, rows, photos, models."""
    found = await station.call(station.store.info)
    told = {name: each for name, each in found.items() if name not in PLACES}
    return Response(to_json(told), media_type=JSON)


@router.get(
    "/export",
    operation_id="export",
    dependencies=[needs("export")],
    response_class=Response,
    responses={
        200: {
            "description": "The table.",
            "content": {
                kind.partition(";")[0]: {
                    "schema": {"type": "string", "format": "binary"}
                }
                for kind in TABLES.values()
            },
        },
        **answers(401, 403, 404, 422, 429, 501, 503, 507),
    },
)
async def export(
    station: StationOf, asked: Annotated[_Exported, Query()]
) -> FileResponse:
    """Take records along as a table: CSV for Excel, XLSX, or Parquet."""
    _check_alone(station)
    folder = Path(tempfile.mkdtemp(prefix="glassline-export-"))
    path = folder / f"inspections.{asked.format}"
    try:
        async with station.whole:
            await station.call(station.store.export, path, where_of(asked))
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return FileResponse(
        path,
        media_type=TABLES[asked.format],
        filename=path.name,
        background=BackgroundTask(shutil.rmtree, folder, ignore_errors=True),
    )

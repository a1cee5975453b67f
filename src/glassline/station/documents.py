"""The document of the interface: OpenAPI, with the one shape of an error in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from glassline.station import api, health
from glassline.station.problems import Problem

__all__ = ["PREFIX", "Listed", "install", "listed"]

PREFIX = "/api/v1"

REFERENCES = "#/components/schemas/{model}"


def install(app: FastAPI) -> None:
    """Let an application describe itself, errors included."""

    def describe() -> dict[str, Any]:
        if app.openapi_schema is None:
            found = get_openapi(
                title=app.title,
                version=app.version,
                description=app.description,
                routes=app.routes,
                separate_input_output_schemas=False,
            )
            schemas = found.setdefault("components", {}).setdefault("schemas", {})
            schemas["Problem"] = Problem.model_json_schema(ref_template=REFERENCES)
            for unused in ("HTTPValidationError", "ValidationError"):
                schemas.pop(unused, None)
            app.openapi_schema = found
        return app.openapi_schema

    app.openapi = describe  # type: ignore[method-assign]  # as FastAPI says to do it


@dataclass(frozen=True)
class Listed:
    """One route of the interface for programs.

    Attributes:
        method: Of HTTP.
        path: With the names of what varies.
        right: What who asks must be allowed to do; None where nobody has to sign in.
        does: Its first sentence.
        statuses: What it may answer with.
    """

    method: str
    path: str
    right: str | None
    does: str
    statuses: tuple[int, ...]


def listed() -> Iterator[Listed]:
    """Yield every route for programs, as the code has them."""
    for prefix, router in (("", health.router), *((PREFIX, r) for r in api.routers)):
        for route in router.routes:
            if isinstance(route, APIRoute):
                yield _one(prefix, route)


def _one(prefix: str, route: APIRoute) -> Listed:
    calls = [each.call for each in route.dependant.dependencies]
    rights = [getattr(each, "right", None) for each in calls]
    statuses = {route.status_code or 200, *map(int, route.responses)}
    return Listed(
        method=min(route.methods or ()),
        path=prefix + route.path,
        right=next((right for right in rights if right), None),
        does=(route.description or "").partition("\n\n")[0].replace("\n", " "),
        statuses=tuple(sorted(statuses)),
    )

"""The document of the interface: OpenAPI, with the one shape of an error in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from starlette.routing import compile_path

from glassline.station import api, health
from glassline.station.problems import Problem

__all__ = ["PREFIX", "Listed", "allowed", "install", "listed"]

PREFIX = "/api/v1"

REFERENCES = "#/components/schemas/{model}"


def install(app: FastAPI, *, is_open: bool) -> None:
    """Let an application describe itself, errors included.

    Args:
        app: The application.
        is_open: Whether nobody signs in: then nothing is said of how.
    """

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
            if is_open:
                _unlock(found)
            app.openapi_schema = found
        return app.openapi_schema

    app.openapi = describe  # type: ignore[method-assign]  # as FastAPI says to do it


def _unlock(document: dict[str, Any]) -> None:
    document["components"].pop("securitySchemes", None)
    for methods in document["paths"].values():
        for operation in methods.values():
            operation.pop("security", None)


def allowed(path: str) -> str:
    """Return the methods that an address takes, as the header Allow says them.

    Example:
        >>> allowed("/api/v1/notes"), allowed("/api/v1/nothing")
        ('GET, POST', '')
    """
    routes = [each for each in listed() if _pattern(each.path).match(path)]
    exact = [each for each in routes if each.path == path]
    methods = {each.method for each in exact or routes}
    return ", ".join(sorted(methods))


@cache
def _pattern(path: str) -> re.Pattern[str]:
    return compile_path(path)[0]


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
        path=prefix + route.path_format,
        right=next((right for right in rights if right), None),
        does=(route.description or "").partition("\n\n")[0].replace("\n", " "),
        statuses=tuple(sorted(statuses)),
    )

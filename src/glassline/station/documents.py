"""The document of the interface: OpenAPI, with the one shape of an error in it."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from glassline.station.problems import Problem

__all__ = ["install"]

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

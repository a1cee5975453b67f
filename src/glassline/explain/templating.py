"""The templates of the faces that a browser shows."""

from __future__ import annotations

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

__all__ = ["templates"]


@cache
def templates() -> Environment:
    """Return the templates of this package; whatever they show is escaped."""
    return Environment(
        loader=PackageLoader("glassline.explain"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )

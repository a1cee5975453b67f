"""Rendered parts of known dose: the measuring stick, and a line to try things on."""

from __future__ import annotations

from importlib import import_module
from typing import Any

__all__ = [
    "CAUSES",
    "SURFACES",
    "Camera",
    "DoseResponse",
    "Doses",
    "Glare",
    "Grain",
    "RenderedPart",
    "Rendering",
    "Scratch",
    "Smear",
    "Surface",
    "Truth",
    "dose_response",
    "production_line",
    "render",
    "write_dataset",
]

_HOMES = {
    "CAUSES": "rendering",
    "SURFACES": "surfaces",
    "Camera": "camera",
    "DoseResponse": "meaning",
    "Doses": "rendering",
    "Glare": "glare",
    "Grain": "grain",
    "RenderedPart": "line",
    "Rendering": "rendering",
    "Scratch": "scratch",
    "Smear": "smear",
    "Surface": "surfaces",
    "Truth": "rendering",
    "dose_response": "meaning",
    "production_line": "line",
    "render": "rendering",
    "write_dataset": "line",
}


def __getattr__(name: str) -> Any:
    """Import a public name on its first use."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)

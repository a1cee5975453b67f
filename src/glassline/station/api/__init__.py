"""The routes under /api/v1, one file a subject."""

from __future__ import annotations

from fastapi import APIRouter

from glassline.station.api import inspections, labels, ledger, models, people, studies

__all__ = ["routers"]

routers: list[APIRouter] = [
    inspections.router,
    labels.router,
    models.router,
    studies.router,
    ledger.router,
    people.router,
]
"""The routers of the interface for programs."""

"""The pages that people work at: rendered here, small scripts beside them."""

from fastapi import APIRouter

from glassline.station.pages import (
    assets,
    golden,
    inspections,
    known,
    labels,
    learning,
    line,
    models,
    page,
    rejudge,
    signin,
    start,
)

__all__ = ["routers"]

routers: list[APIRouter] = [
    assets.router,
    page.router,
    signin.router,
    start.router,
    inspections.router,
    rejudge.router,
    golden.router,
    line.router,
    learning.router,
    models.router,
    labels.router,
    known.router,
]
"""One a file; the station mounts them in this order."""

"""The pages that people work at: rendered here, small scripts beside them."""

from fastapi import APIRouter

from glassline.station.pages import assets, page

__all__ = ["routers"]

routers: list[APIRouter] = [assets.router, page.router]
"""One a file; the station mounts them in this order."""

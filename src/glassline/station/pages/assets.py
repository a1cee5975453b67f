"""The files that pages load: style, scripts, htmx; read once, kept by browsers for ever."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from fastapi import APIRouter, HTTPException, Response

from glassline.explain.faces import learn

__all__ = ["router", "static"]

TYPES = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
    "woff": "font/woff",
}
FOR_EVER = "public, max-age=31536000, immutable"  # another file has another address
FACES = "glassline.explain.faces"
SHEET, FONT = "sheet.css", "glassline-math.woff"  # the sheet's own, its font beside it

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class File:
    """One file as it is sent."""

    data: bytes
    media_type: str
    version: str


@cache
def _files() -> dict[str, File]:
    found = {
        each.name: each.read_bytes()
        for each in files(__package__).joinpath("static").iterdir()
        if each.name.rpartition(".")[2] in TYPES
    }
    faces = files(FACES)
    found[FONT] = faces.joinpath("fonts", FONT).read_bytes()
    style = faces.joinpath("templates", SHEET).read_text("utf-8")
    found[SHEET] = style.replace("data:font/woff;base64,{font}", FONT).encode()
    found["learn.css"] = learn.style().encode()
    found |= {name: text.encode() for name, text in learn.scripts().items()}
    return {
        name: File(
            data, TYPES[name.rpartition(".")[2]], hashlib.sha256(data).hexdigest()[:12]
        )
        for name, data in found.items()
    }


def static(name: str) -> str:
    """Return the address of a file, its version in it.

    Example:
        >>> static("icon.svg").partition("?v=")[0]
        '/static/icon.svg'
    """
    return f"/static/{name}?v={_files()[name].version}"


@router.get("/static/{name}")
def file(name: str, v: str = "") -> Response:
    """Send one file; with its version in the address, to be kept."""
    found = _files().get(name)
    if found is None:
        raise HTTPException(404)
    kept = {"Cache-Control": FOR_EVER} if v == found.version else {}
    return Response(found.data, media_type=found.media_type, headers=kept)

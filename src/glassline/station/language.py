"""In which of the two languages a request is answered."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Depends, Query, Request

from glassline.render.words import LANGUAGES

__all__ = ["COOKIE", "Lang", "language"]

COOKIE = "glassline-language"


def language(request: Request) -> str:
    """Return the language that a person chose; else what the browser asks for."""
    chosen = request.cookies.get(COOKIE, "")
    if chosen in LANGUAGES:
        return chosen
    asked = request.headers.get("accept-language", "").strip().lower()
    return "zh-TW" if asked.startswith("zh") else "en"


async def _asked(
    request: Request,
    lang: Annotated[
        Literal["en", "zh-TW"] | None, Query(description="Of texts for people.")
    ] = None,
) -> str:
    return lang or language(request)


Lang = Annotated[str, Depends(_asked)]
"""The language of an answer: ?lang=, else the cookie, else what the browser asks for."""

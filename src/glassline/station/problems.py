"""The one shape of an error: problem+json for programs, a page for people."""

from __future__ import annotations

import http
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from glassline.errors import (
    GlasslineError,
    ImageError,
    InputError,
    RequestError,
    TooLargeError,
    UnknownPersonError,
    WrongTypeError,
    show,
)
from glassline.render.plain import to_json
from glassline.render.words import LANGUAGES, words
from glassline.station.language import language

__all__ = [
    "MEDIA_TYPE",
    "Problem",
    "answers",
    "install",
    "problem",
    "problem_text",
    "refusal",
]

MEDIA_TYPE = "application/problem+json"
MACHINES = ("/api/", "/health/", "/metrics", "/openapi.json")
DOCS = "https://glassline.invalid/errors#"  # a name, not a place: plants are offline
OURS = "A fault of ours; the log says more under this instance."
MOST_TOLD = 5  # fields of one request that are named
Page = Callable[..., Response]
BY_STATUS = {  # of what the framework itself refuses
    400: "request",
    404: "no_such_place",
    405: "wrong_method",
    406: "request",
    408: "too_slow",
    409: "conflict",
    413: TooLargeError.code,
    415: WrongTypeError.code,
    422: InputError.code,
    503: "overloaded",
    507: "store_full",
}


class Problem(BaseModel):
    """An error as RFC 9457 has it."""

    type: str = Field(description="The code as a URI; it leads nowhere.")
    title: str = Field(description="What kind of error, in the asker's language.")
    titles: dict[str, str] = Field(description="The same in both languages.")
    status: int
    code: str = Field(description="Which error of docs/errors.md; stable.")
    detail: str = Field(description="What was expected, what came, how to mend it.")
    instance: str = Field(description="The id of this request, as the log has it.")
    reason: str | None = Field(
        default=None, description="Of a refused photo: a code of docs/images.md."
    )
    record: str | None = Field(
        default=None, description="Of a refused photo: where that is recorded."
    )


EXAMPLE_DETAIL = {
    400: "body: expected JSON, got: it ends too early.",
    401: "expected a person who signed in, or a token.",
    403: "operator 1042: expected the right to publish, which engineer, quality have.",
    404: "record: expected one that is there, got 'station-99'.",
    409: "station-42: expected version 0, got 1. Look at it again.",
    413: "body: expected at most 20,000,000 bytes, got more.",
    415: "body: expected image/* or multipart/form-data, got 'text/plain'.",
    422: "limit: expected a whole number, got 'many'.",
    429: "10.0.0.7: expected at most 10 wrong tries a minute, got 10. Wait 41 seconds.",
    503: "expected at most 24 photos at a time. Ask again in a second.",
}


def answers(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return what the documents say of a route's errors: one shape for all."""
    return {
        status: {
            "description": http.HTTPStatus(status).phrase,
            "content": {
                MEDIA_TYPE: {
                    "schema": {"$ref": "#/components/schemas/Problem"},
                    "example": _table(
                        status, _code_of(status), EXAMPLE_DETAIL.get(status, ""), "en"
                    ),
                }
            },
        }
        for status in sorted(statuses)
    }


def _code_of(status: int) -> str:
    kinds = {kind.http_status: kind.code for kind in _kinds(GlasslineError)}
    return BY_STATUS.get(status) or kinds.get(status, GlasslineError.code)


def _kinds(kind: type[GlasslineError]) -> Iterator[type[GlasslineError]]:
    for below in kind.__subclasses__():
        yield from _kinds(below)
    yield kind


def problem(error: GlasslineError, request: Request, **more: str) -> Response:
    """Return an error as an answer to a request; `more` are fields beside the usual."""
    status = error.http_status
    told = str(error) if error.code != GlasslineError.code else OURS
    request_id = getattr(request.state, "request_id", "")
    table = _table(status, error.code, told, language(request), request_id=request_id)
    table |= more
    if isinstance(error, ImageError):
        table["reason"] = error.reason
    return Response(to_json(table), status, headers=_more(error), media_type=MEDIA_TYPE)


def _more(error: GlasslineError) -> dict[str, str]:
    wait = getattr(error, "retry_after_s", None)
    if wait is None and error.http_status == http.HTTPStatus.SERVICE_UNAVAILABLE:
        wait = 1
    more = {} if wait is None else {"retry-after": str(wait)}
    if isinstance(error, UnknownPersonError):
        more["www-authenticate"] = 'Bearer realm="glassline"'
    return more


def refusal(status: int, detail: str) -> GlasslineError:
    """Return what the framework refused as an error of ours, with its status."""
    code = _code_of(status)
    kind = type("RequestError", (RequestError,), {"code": code, "http_status": status})
    error: GlasslineError = kind(detail)
    return error


def _table(
    status: int, code: str, detail: str, lang: str, request_id: str = "5f2c9a01"
) -> dict[str, Any]:
    titles = {each: words(each)["problems"][code] for each in LANGUAGES}
    return {
        "type": f"{DOCS}{code}",
        "title": titles[lang],
        "titles": titles,
        "status": status,
        "code": code,
        "detail": detail,
        "instance": request_id,
    }


def problem_text(code: str, status: int, detail: str, lang: str = "en") -> str:
    """Return a problem as JSON, where there is no request that could be answered."""
    return to_json(_table(status, code, detail, lang, request_id=""))


def install(app: FastAPI, error_page: Page, allowed: Callable[[str], str]) -> None:
    """Let every error of an application leave in the one shape.

    Args:
        app: The application.
        error_page: What a person sees instead of a page, by status and sentence.
        allowed: The methods that an address takes, as a header.
    """

    async def _answer(request: Request, error: GlasslineError) -> Response:
        if request.url.path.startswith(MACHINES):
            return problem(error, request)
        return _page(request, error, error_page)

    async def ours(request: Request, error: Exception) -> Response:
        assumed = error if isinstance(error, GlasslineError) else GlasslineError()
        return await _answer(request, assumed)

    async def invalid(request: Request, error: Exception) -> Response:
        told = error.errors() if isinstance(error, RequestValidationError) else ()
        return await _answer(request, InputError(" ".join(_fields(told))))

    async def framework(request: Request, error: Exception) -> Response:
        cause = error.__cause__
        if isinstance(cause, GlasslineError):  # what reading the body ran into
            return await _answer(request, cause)
        status = error.status_code if isinstance(error, HTTPException) else 500
        detail = str(getattr(error, "detail", ""))
        answer = await _answer(request, refusal(status, detail))
        answer.headers.update(getattr(error, "headers", None) or {})
        if status == http.HTTPStatus.METHOD_NOT_ALLOWED:  # of all routes, not the first
            answer.headers["allow"] = allowed(request.url.path) or "GET"
        return answer

    app.add_exception_handler(GlasslineError, ours)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, framework)


def _page(request: Request, error: GlasslineError, error_page: Page) -> Response:
    """Answer a person: with the way to sign in, or a page that says what went wrong."""
    if isinstance(error, UnknownPersonError) and request.method == "GET":
        place = quote(request.url.path, safe="/")
        return RedirectResponse(f"/signin?next={place}", status_code=303)
    told = OURS if error.code == GlasslineError.code else str(error)
    more = _more(error)
    return error_page(
        request, error.http_status, told, problem=error.code, headers=more
    )


def _fields(errors: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yield what is wrong with each field, the first few of them."""
    for each in errors[:MOST_TOLD]:
        where = ".".join(str(part) for part in each["loc"][1:]) or str(each["loc"][0])
        got = each.get("input")
        told = "" if isinstance(got, dict) else f", got {show(got, 40)}"
        yield f"{where}: {each['msg']}{told}."
    if len(errors) > MOST_TOLD:
        yield f"And {len(errors) - MOST_TOLD} more."

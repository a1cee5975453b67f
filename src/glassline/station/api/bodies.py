"""The bodies of requests: strict JSON, and photos with what they belong to."""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException

from glassline.errors import InputError, RequestError, WrongTypeError, show
from glassline.store import Identifiers

__all__ = ["TEXT", "WORDS", "Sent", "StrictRoute", "photo_of"]

TEXT = r"^[^\x00]*$"  # PostgreSQL holds no zero byte
WORDS = r"^[^\x00]*[^\s\x00\x1c-\x1f\x85][^\x00]*$"  # and is not blank alone
MOST_DEEP = 32  # of JSON: nothing that is taken here is deeper than four
MOST_DIGITS = 400  # of a number: a double has at most 309 before its point
MOST_FIELDS = 40
FIELD_BYTES = 4096
DEEPER, LESS_DEEP = b"[{", b"]}"


class _Strict(Request):
    """A request whose JSON is what every reader of JSON agrees on."""

    async def json(self) -> Any:
        """Read the body as strict JSON.

        Raises:
            RequestError: It is none, says a key twice, is too deep, or has a number
                or a letter that JSON or UTF-8 does not have.
        """
        return read_json(await self.body())


class StrictRoute(APIRoute):
    """A route whose JSON bodies are read strictly."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Hand the route a request that is strict."""
        answer = super().get_route_handler()

        async def strict(request: Request) -> Response:
            return await answer(_Strict(request.scope, request.receive))

        return strict


def read_json(body: bytes) -> Any:
    """Return what a body of strict JSON says.

    Raises:
        RequestError: As `_Strict.json`.

    Example:
        >>> read_json(b'{"class": "ok"}')
        {'class': 'ok'}
        >>> read_json(b'{"class": "ok", "class": "dirt"}')
        Traceback (most recent call last):
            ...
        glassline.errors.RequestError: body: expected every key once, got 'class' twice.
    """
    if _depth(body) > MOST_DEEP:
        raise RequestError(f"body: expected JSON at most {MOST_DEEP} deep, got deeper.")
    try:
        return json.loads(
            body.decode("utf-8"),
            object_pairs_hook=_once,
            parse_constant=_no_number,
            parse_float=_finite,
            parse_int=_short,
        )
    except UnicodeDecodeError as error:
        raise RequestError("body: expected JSON in UTF-8, got other bytes.") from error
    except json.JSONDecodeError as error:
        raise RequestError(
            f"body: expected JSON, got another text at byte {error.pos}: {error.msg}."
        ) from error


def _depth(body: bytes) -> int:
    """Return how deep JSON may be at most; brackets in texts count as well."""
    depth = deepest = 0
    for byte in body:
        if byte in DEEPER:
            depth += 1
            deepest = max(deepest, depth)
        elif byte in LESS_DEEP:
            depth -= 1
    return deepest


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise RequestError(f"body: expected every key once, got {show(key)} twice.")
        for text in (key, value):
            if isinstance(text, str) and not _is_whole(text):
                raise RequestError(
                    f"body: expected whole letters, got half a one in {show(text)}."
                )
        found[key] = value
    return found


def _is_whole(text: str) -> bool:
    return not any("\ud800" <= letter <= "\udfff" for letter in text)


def _no_number(name: str) -> None:
    raise RequestError(f"body: expected numbers that JSON has, got {name}.")


def _finite(text: str) -> float:
    value = float(text) if len(text) <= MOST_DIGITS else float("inf")
    if value in (float("inf"), float("-inf")):
        raise RequestError(f"body: expected a finite number, got {show(text, 40)}.")
    return value


def _short(text: str) -> int:
    if len(text) > MOST_DIGITS:
        raise RequestError(
            f"body: expected a number of at most {MOST_DIGITS} digits, got more."
        )
    return int(text)


@dataclass(frozen=True)
class Sent:
    """A photo that was sent.

    Attributes:
        photo: Its bytes.
        name: What the sender calls it; empty where she says nothing.
        identifiers: What it belongs to.
    """

    photo: bytes
    name: str
    identifiers: Identifiers


async def photo_of(request: Request) -> Sent:
    """Read the photo in a request, and the identifiers beside it.

    The body is the photo itself, with identifiers in the address; or a form with a field
    `photo` and a field for each identifier.

    Raises:
        WrongTypeError: The body is neither.
        RequestError: The form is broken.
        InputError: An identifier is none, or can not be used.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    beside = [
        (name, value)
        for name, value in request.query_params.multi_items()
        if name != "lang"
    ]
    if kind == "multipart/form-data":
        return await _of_form(request, beside)
    if not (kind.startswith("image/") or kind == "application/octet-stream"):
        raise WrongTypeError(
            f"content-type: expected image/* or multipart/form-data, got {show(kind)}."
        )
    return Sent(await request.body(), "", _identifiers(beside))


async def _of_form(request: Request, beside: list[tuple[str, str]]) -> Sent:
    try:
        form: FormData = await request.form(
            max_files=1, max_fields=MOST_FIELDS, max_part_size=FIELD_BYTES
        )
    except MultiPartException as error:
        raise RequestError(f"body: expected a form, got: {error.message}") from error
    async with request.form():
        photo = form.get("photo")
        if not isinstance(photo, UploadFile):
            raise InputError("photo: expected a file in the form, got none.")
        texts = [
            (name, value)
            for name, value in form.multi_items()
            if name != "photo" and isinstance(value, str)
        ]
        found = _identifiers([*beside, *texts])
        return Sent(await photo.read(), photo.filename or "", found)


def _identifiers(pairs: list[tuple[str, str]]) -> Identifiers:
    names = [name for name, _ in pairs]
    for name in names:
        if names.count(name) > 1:
            raise InputError(f"{show(name)}: expected it once, got it twice.")
    return Identifiers.of(dict(pairs))

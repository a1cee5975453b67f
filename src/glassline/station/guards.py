"""What stands before every route: limits, time-outs, other sites, headers, the log."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import MutableMapping
from typing import Any
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from glassline.errors import (
    ForbiddenError,
    GlasslineError,
    OverloadedError,
    TooLargeError,
    TooSlowError,
    WrongTypeError,
)
from glassline.station.logs import Log
from glassline.station.metrics import Metrics
from glassline.station.problems import problem
from glassline.station.room import Room
from glassline.station.settings import Settings, is_loopback

__all__ = ["HEADERS", "Guards"]

SAFE = ("GET", "HEAD", "OPTIONS")
SAME_SITE = ("same-origin", "none")
CSP = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "content-security-policy": CSP,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(self), geolocation=(), microphone=()",
}
RAW = tuple((name.encode(), value.encode()) for name, value in HEADERS.items())
CACHED = (b"cache-control", b"public, max-age=3600")
UNCACHED = (b"cache-control", b"no-store")
API = "/api/v1"
PHOTOS = f"{API}/inspections"
MODELS = f"{API}/models"
SHED_S = 1.0  # between two lines in the log that tell of photos sent away
QUIET = ("/health/", "/metrics", "/static/")  # asked every few seconds: not in the log


class Guards:
    """Keeps an application's limits before any of its code runs, and its manners after.

    A body that is too large is refused by its declared length, else as soon as it is.
    A request that a page of another site made a browser send is refused, cookie or not;
    what is no browser says nothing of sites and passes. A photo for which there is no
    place is refused by its first line, before it is read and before anybody asks whose.
    """

    def __init__(
        self, app: ASGIApp, settings: Settings, log: Log, metrics: Metrics, room: Room
    ) -> None:
        self._app = app
        self._settings = settings
        self._log = log
        self._metrics = metrics
        self._room = room
        self._shed = _Shed()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or pass on what is none."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        asked = _Asked(scope, time.monotonic(), secrets.token_hex(8))
        scope.setdefault("state", {})["request_id"] = asked.id
        headers = Headers(scope=scope)

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                asked.status = message["status"]
                _dress(message, scope["path"], asked)
            async with asyncio.timeout(self._settings.body_s):
                await send(message)

        try:
            self._check(scope, headers)
            limited = self._limited(scope, headers, receive)
            await self._app(scope, limited, answer)
        except TimeoutError:  # a reader that takes nothing: the server closes it
            asked.status = asked.status or TooSlowError.http_status
        except GlasslineError as error:
            asked.close = error.http_status in (408, 413)
            asked.is_shed = isinstance(error, OverloadedError)
            await self._refuse(error, scope, receive, answer)
        except Exception as error:  # noqa: BLE001  the last door: a fault of ours
            told = f"{type(error).__name__}: {error}"
            self._log.error("fault", id=asked.id, path=scope["path"], told=told)
            if not asked.status:
                await self._refuse(GlasslineError(), scope, receive, answer)
        finally:
            self._tell(scope, asked)

    async def _refuse(
        self, error: GlasslineError, scope: Scope, receive: Receive, send: Send
    ) -> None:
        response = problem(error, Request(scope))
        await response(scope, receive, send)

    def _check(self, scope: Scope, headers: Headers) -> None:
        if scope["method"] == "POST" and scope["path"] == PHOTOS:
            self._room.check(_peer(scope))
        length = headers.get("content-length", "0")
        most = self._most(scope)
        if int(length) > most:
            raise TooLargeError(f"body: expected at most {most:,} bytes, got {length}.")
        packed = headers.get("content-encoding", "identity")
        if packed.lower() != "identity":
            raise WrongTypeError(
                f"content-encoding: expected none, got {packed[:40]!r}."
            )
        host = headers.get("host", "")
        if self._settings.is_open and not is_loopback(_name_of(host)):
            raise ForbiddenError(
                f"host: expected this machine's own name, got {host[:80]!r}. "
                "Without sign-in only localhost is served."
            )
        if scope["method"] not in SAFE and "authorization" not in headers:
            _check_site(headers, host, scope["scheme"])

    def _most(self, scope: Scope) -> int:
        path = scope["path"].rstrip("/")
        takes_photos = path in (PHOTOS, MODELS) or not path.startswith("/api/")
        return (
            self._settings.max_photo_bytes
            if takes_photos
            else self._settings.max_json_bytes
        )

    def _limited(self, scope: Scope, headers: Headers, receive: Receive) -> Receive:
        """Count the bytes of a body as they come, and end one that takes too long."""
        if "content-length" not in headers and "transfer-encoding" not in headers:
            return receive
        most, left_s = self._most(scope), self._settings.body_s
        got, ends = 0, time.monotonic() + left_s
        is_whole = False

        async def limited() -> Message:
            nonlocal got, is_whole
            if is_whole:  # what waits for the asker to go away may wait
                return await receive()
            try:
                async with asyncio.timeout(max(0.0, ends - time.monotonic())):
                    message = await receive()
            except TimeoutError:
                raise TooSlowError(
                    f"body: expected all of it within {left_s:g} s, got {got} bytes."
                ) from None
            got += len(message.get("body", b""))
            is_whole = not message.get("more_body", False)
            if got > most:
                raise TooLargeError(f"body: expected at most {most:,} bytes, got more.")
            return message

        return limited

    def _tell(self, scope: Scope, asked: _Asked) -> None:
        seconds = time.monotonic() - asked.at
        route = PHOTOS if asked.is_shed else _route(scope)
        method = _method(scope["method"])
        self._metrics.answered(route, method, asked.status, seconds)
        if scope["path"].startswith(QUIET) and asked.status < 400:
            return
        if asked.is_shed:
            self._shed.add(self._log)
            return
        self._log.info(
            "request",
            id=asked.id,
            method=scope["method"],
            path=scope["path"],
            status=asked.status,
            ms=round(1000 * seconds, 1),
            who=scope["state"].get("who"),
            peer=_peer(scope) or None,
        )


class _Asked:
    """One request: when it came, its id, and how it was answered."""

    def __init__(self, scope: Scope, at: float, request_id: str) -> None:
        self.at = at
        self.id = request_id
        self.status = 0
        self.close = False
        self.is_shed = False


class _Shed:
    """Counts photos that were sent away: a line in the log a second tells of all."""

    def __init__(self) -> None:
        self._count = 0
        self._told_at = -SHED_S

    def add(self, log: Log) -> None:
        """Count one, and tell of those so far where the last line is old enough."""
        self._count += 1
        now = time.monotonic()
        if now - self._told_at >= SHED_S:
            log.info("shed", photos=self._count)
            self._count, self._told_at = 0, now


def _route(scope: Scope) -> str:
    """Return the address with names for what varies: few of them, however many ask."""
    found = str(getattr(scope.get("route"), "path_format", "none"))
    is_ours = scope["path"].startswith(API) and not found.startswith(API)
    return f"{API}{found}" if is_ours and found != "none" else found


def _peer(scope: Scope) -> str:
    """Return the address that a request comes from; what headers say does not count."""
    return str(scope["client"][0]) if scope.get("client") else ""


def _method(method: str) -> str:
    known = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
    return method if method in known else "other"


def _dress(message: MutableMapping[str, Any], path: str, asked: _Asked) -> None:
    headers: list[tuple[bytes, bytes]] = message.setdefault("headers", [])
    stand = {name.lower() for name, _ in headers}
    headers += [each for each in RAW if each[0] not in stand]
    if b"cache-control" not in stand:
        headers.append(CACHED if path.startswith("/static/") else UNCACHED)
    headers.append((b"x-request-id", asked.id.encode()))
    if asked.close:
        headers[:] = [each for each in headers if each[0].lower() != b"connection"]
        headers.append((b"connection", b"close"))


def _name_of(host: str) -> str:
    """Return the name in a Host header, without its port.

    Example:
        >>> _name_of("localhost:8765"), _name_of("[::1]:8765"), _name_of("")
        ('localhost', '::1', '')
    """
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _check_site(headers: Headers, host: str, scheme: str) -> None:
    """Refuse what a page of another site made a browser send.

    Source:
        Fetch Metadata Request Headers, W3C: `Sec-Fetch-Site` can not be set by a page.
        A browser that does not send it sends `Origin` with every POST.
    """
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site is not None:
        allowed = site.lower() in SAME_SITE
    elif origin is not None:
        allowed = origin.lower() == f"{scheme}://{host}".lower()
    else:
        allowed = True
    if not allowed:
        raise ForbiddenError(
            "request: expected one of our own pages to send it, got another site's."
        )

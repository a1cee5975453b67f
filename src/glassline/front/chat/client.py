"""One request to one server: bounded in time and size, led nowhere else."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from glassline.errors import (
    AnswerError,
    MissingExtraError,
    ServerError,
    SilentError,
    show,
)

__all__ = ["Reply", "post"]

MAX_ANSWER_BYTES = 1_000_000  # four scores need 500


@dataclass(frozen=True)
class Reply:
    """What came back.

    Attributes:
        status: HTTP status, or that of an error inside an answer.
        body: At most `MAX_ANSWER_BYTES`.
        retry_after_s: How long the server asks to wait; 0 where it does not.
    """

    status: int
    body: bytes
    retry_after_s: float = 0.0


def post(
    url: str, body: Mapping[str, Any], *, key: str | None, timeout_s: float
) -> Reply:
    """Send one request and read the whole answer.

    The time is for everything from the name look-up to the last byte, so a server
    that drips can not hold a part for ever. No redirect is followed and no proxy,
    .netrc or other setting of the environment is used.

    Raises:
        TimeoutError: Not all was there in time.
        SilentError: The connection broke.
        ServerError: Nobody answers at that address.
        AnswerError: The answer is too large, or compressed.
        MissingExtraError: The extra vlm is not installed.
    """
    http = _library()
    headers = {
        "Content-Type": "application/json",
        "Accept": "application/json",
        "Accept-Encoding": "identity",  # nothing unfolds to more than was counted
        **({"Authorization": f"Bearer {key}"} if key else {}),
    }
    data = json.dumps(body).encode()
    try:
        # A loop of its own, in a thread of its own: the caller may be in a loop already.
        with ThreadPoolExecutor(1) as alone:
            return alone.submit(
                asyncio.run, _send(http, url, data, headers, timeout_s)
            ).result()
    except (TimeoutError, http.TimeoutException) as error:
        raise TimeoutError(f"none within {timeout_s:g} s.") from error
    except http.ConnectError as error:
        raise ServerError(
            f"{url}: expected a server, got: {show(str(error))}. Start it, or correct "
            "the address."
        ) from error
    except http.TransportError as error:
        raise SilentError(
            f"server: expected an answer, got: {show(str(error))}."
        ) from error


async def _send(
    http: ModuleType, url: str, data: bytes, headers: dict[str, str], timeout_s: float
) -> Reply:
    async with (
        asyncio.timeout(timeout_s),
        http.AsyncClient(
            trust_env=False, follow_redirects=False, timeout=timeout_s
        ) as client,
        client.stream("POST", url, content=data, headers=headers) as response,
    ):
        if response.headers.get("content-encoding", "identity") != "identity":
            raise AnswerError("answer: expected it plain, got it compressed.")
        body = bytearray()
        async for chunk in response.aiter_raw():
            body += chunk
            if len(body) > MAX_ANSWER_BYTES:
                raise AnswerError(
                    f"answer: expected at most {MAX_ANSWER_BYTES:,} bytes, got more."
                )
        return Reply(
            response.status_code,
            bytes(body),
            _seconds(response.headers.get("retry-after", "")),
        )


def _seconds(text: str) -> float:
    return float(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0.0


def _library() -> ModuleType:
    try:
        import httpx2  # noqa: PLC0415  an optional library
    except ImportError as error:
        raise MissingExtraError.of("vlm") from error
    return httpx2

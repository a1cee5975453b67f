"""The log: one line of JSON an event, on standard error, with no secret in it."""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from datetime import UTC, datetime
from typing import Any, TextIO

import structlog

from glassline.image import printable
from glassline.render.plain import to_json

__all__ = ["Log", "open_log"]

Log = Any
"""A structlog logger: `log.info("request", status=200)`."""

MOST_CHARS = 300  # of one value: with at most eight of them a line stays below 4 KiB
SECRETS = frozenset({"authorization", "cookie", "pin", "token", "code"})


def open_log(file: TextIO | None = None) -> Log:
    """Return the log of a service, and let the server's own lines join it."""
    log = structlog.wrap_logger(
        structlog.PrintLogger(file or sys.stderr),
        processors=[_timed, _written],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
    )
    for name in ("uvicorn", "uvicorn.error", "uvicorn.asgi"):
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [_Joining(log)], False
        logger.setLevel(logging.WARNING)
    logging.getLogger("uvicorn.access").handlers = []
    logging.getLogger("uvicorn.access").propagate = False
    return log


def _timed(log: Any, level: str, event: MutableMapping[str, Any]) -> dict[str, Any]:
    at = datetime.now(UTC).isoformat(timespec="milliseconds")
    return {"at": at, "level": level, **event}


def _written(log: Any, level: str, event: MutableMapping[str, Any]) -> str:
    return to_json(
        {
            name: "..." if name in SECRETS else _cut(value)
            for name, value in event.items()
        }
    )


def _cut(value: Any) -> Any:
    r"""Cut a text to what a line holds; what could act on a terminal is escaped.

    Example:
        >>> _cut("a\n\x1b[2J")
        'a\\n\\x1b[2J'
    """
    if value is None or isinstance(value, (bool, int, float)):
        return value
    text = str(value)[:MOST_CHARS]
    if text.isprintable() and "\\" not in text:
        return text
    text = printable(text)
    return text if len(text) <= MOST_CHARS else f"{text[:MOST_CHARS]}..."


class _Joining(logging.Handler):
    """Hands a line of the standard library's log on, with the kind of its error alone."""

    def __init__(self, log: Log) -> None:
        super().__init__()
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        told = {} if error is None else {"error": f"{type(error).__name__}: {error}"}
        level = "error" if record.levelno >= logging.ERROR else "warning"
        getattr(self._log, level)("server", told=record.getMessage().strip(), **told)

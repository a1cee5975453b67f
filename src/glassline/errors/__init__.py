"""Every error that glassline raises, each with its exit code and HTTP status.

GlasslineError             70  500   a fault of ours
├── InputError              2  422   a value that can not be used (also a ValueError)
│   ├── ShapeError          2  422   an array of the wrong shape
│   ├── LabelError          2  422   a label that the recipe does not have
│   ├── RecipeError         2  422   a recipe that contradicts itself
│   ├── DatasetError        2  422   a folder, CSV or Parquet that is no dataset
│   └── ImageError          2  422   a photo refused, with one reason code
├── ModelError              3  503   a model folder that can not be trusted
├── MissingExtraError       5  501   an optional library that is not installed
├── StoreError              4  503   records that can not be opened, read or written
│   ├── StoreBusyError      4  503   others hold them, or their server is away
│   ├── StoreFullError      4  507   the disk takes no more; reading goes on
│   ├── StoreDamagedError   4  500   not what was written
│   ├── NewerSchemaError    4  503   a newer glassline wrote them
│   ├── NotFoundError       4  404   no such record, model, person or token
│   └── ConflictError       4  409   somebody else was there first
├── OutputError            74  507   a disk or device that takes no more
├── FrontError              7  502   a server that reads features gave none
│   ├── ServerError         7  502   it can not be used at all
│   └── UnreadError         7  502   one part got no reading, with one reason code
│       ├── AnswerError     7  502   an answer that is not the scores asked for
│       ├── RefusedError    7  502   the server or its model declined
│       └── SilentError     7  504   no answer in time, or too busy, to the last try
└── RequestError            2  400   a request that the service can not follow
    ├── UnknownPersonError  2  401   nobody is signed in, or the token is not known
    ├── ForbiddenError      2  403   a person or token without the right
    ├── TooSlowError        2  408   a request that did not arrive in time
    ├── TooLargeError       2  413   a body larger than the service takes
    ├── WrongTypeError      2  415   a body of another type
    ├── TooManyTriesError   2  429   wrong tokens or PINs, too many of them
    └── OverloadedError     2  503   more work than the service can do now

A message reads ``where: expected X, got Y.`` and then how to mend it.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection
from typing import Any, Self

from glassline.errors.extras import EXTRAS

__all__ = [
    "EXTRAS",
    "AnswerError",
    "ConflictError",
    "DatasetError",
    "ForbiddenError",
    "FrontError",
    "GlasslineError",
    "GlasslineWarning",
    "ImageError",
    "InputError",
    "LabelError",
    "MissingExtraError",
    "ModelError",
    "NewerSchemaError",
    "NotFoundError",
    "OutputError",
    "OverloadedError",
    "RecipeError",
    "RefusedError",
    "RequestError",
    "ServerError",
    "ShapeError",
    "SilentError",
    "StoreBusyError",
    "StoreDamagedError",
    "StoreError",
    "StoreFullError",
    "TooLargeError",
    "TooManyTriesError",
    "TooSlowError",
    "UnknownPersonError",
    "UnreadError",
    "WrongTypeError",
    "check_one_of",
    "check_within",
    "nearest",
    "show",
]


class GlasslineError(Exception):
    """Base of every error raised on purpose; `code` is stable, for machines."""

    code = "fault"
    exit_code = 70
    http_status = 500


class InputError(GlasslineError, ValueError):
    """A value that can not be used: NaN, out of range, of the wrong kind."""

    code = "input"
    exit_code = 2
    http_status = 422


class ShapeError(InputError):
    """An array whose shape does not fit the others."""

    code = "shape"


class LabelError(InputError):
    """A label that is not one of the recipe's classes."""

    code = "label"


class RecipeError(InputError):
    """A recipe that is incomplete or contradicts itself."""

    code = "recipe"


class DatasetError(InputError):
    """A folder, CSV or Parquet file that can not be read as a dataset."""

    code = "dataset"


class ImageError(InputError):
    """A photo that is refused.

    Attributes:
        reason: One of the codes in `glassline.image.REASONS`; stable, for machines.
    """

    code = "photo"

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason

    def __reduce__(self) -> tuple[Any, ...]:
        """Keep the reason when the error crosses to another process."""
        return type(self), (self.reason, str(self))


class ModelError(GlasslineError):
    """A model folder that is damaged, incomplete or from a newer glassline."""

    code = "model"
    exit_code = 3
    http_status = 503


class MissingExtraError(GlasslineError):
    """A feature whose optional library is not installed."""

    code = "missing_extra"
    exit_code = 5
    http_status = 501

    @classmethod
    def of(cls, extra: str) -> Self:
        """Return the one error of an extra, whoever misses it.

        Example:
            >>> print(MissingExtraError.of("xlsx"))
            Writing a spreadsheet needs XlsxWriter. Install it with: pip install
            "glassline[xlsx]"
        """
        return cls(f'{EXTRAS[extra]} with: pip install "glassline[{extra}]"')


class StoreError(GlasslineError):
    """Records that can not be opened, read or written."""

    code = "store"
    exit_code = 4
    http_status = 503


class StoreBusyError(StoreError):
    """Others hold the records, or their server is away; the same again may do."""

    code = "store_busy"


class StoreFullError(StoreError):
    """The disk takes no more, or fails; nothing was half written, reading goes on."""

    code = "store_full"
    http_status = 507


class StoreDamagedError(StoreError):
    """The database, or a file beside it, is not what was written."""

    code = "store_damaged"
    http_status = 500


class NewerSchemaError(StoreError):
    """Records that a newer glassline wrote."""

    code = "newer_schema"


class NotFoundError(StoreError):
    """There is no such record, model, person or token."""

    code = "not_found"
    http_status = 404


class ConflictError(StoreError):
    """Somebody else was there first: what was seen is no longer what stands there."""

    code = "conflict"
    http_status = 409


class OutputError(GlasslineError):
    """A file that can not be written to its end: the disk is full, or gone."""

    code = "output"
    exit_code = 74
    http_status = 507


class FrontError(GlasslineError):
    """A server that reads features, and gave none."""

    code = "front"
    exit_code = 7
    http_status = 502


class ServerError(FrontError):
    """A server that can not be used for any part: no address, no key, no images."""

    code = "front_server"


class UnreadError(FrontError):
    """One part that got no reading, and a stable reason; the others are not touched."""

    code = "unread"
    reason = "unread"


class AnswerError(UnreadError):
    """An answer that is not the scores asked for: no JSON, missing, out of range."""

    code = "front_answer"
    reason = "not_scores"


class RefusedError(UnreadError):
    """The server, or its model, declined to score the photo."""

    code = "front_refused"
    reason = "refused"


class SilentError(UnreadError):
    """No answer in time, or a busy server, to the last try."""

    code = "front_silent"
    http_status = 504
    reason = "no_answer"


class RequestError(GlasslineError):
    """A request that the service can not follow; asked again after so long, it may be."""

    code = "request"
    exit_code = 2
    http_status = 400
    retry_after_s: int | None = None

    def __init__(self, message: str, *, retry_after_s: int | None = None) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class UnknownPersonError(RequestError):
    """Nobody is signed in, or the badge, the PIN or the token is not known."""

    code = "not_signed_in"
    http_status = 401


class ForbiddenError(RequestError):
    """A person or a token without the right to do this."""

    code = "forbidden"
    http_status = 403


class TooSlowError(RequestError):
    """A request that did not arrive in time."""

    code = "too_slow"
    http_status = 408


class TooLargeError(RequestError):
    """A body larger than the service takes."""

    code = "too_large"
    http_status = 413


class WrongTypeError(RequestError):
    """A body of a type that is not taken here."""

    code = "wrong_type"
    http_status = 415


class TooManyTriesError(RequestError):
    """Wrong tokens or PINs from one place, too many of them in a minute."""

    code = "too_many_tries"
    http_status = 429


class OverloadedError(RequestError):
    """More work than the service can do now; asked again soon, it can."""

    code = "overloaded"
    http_status = 503


class GlasslineWarning(UserWarning):
    """A result that is finite and defined, but rests on unusual data."""


def check_one_of(
    where: str,
    name: str,
    known: Collection[str],
    error: type[GlasslineError] = InputError,
    fix: str = "",
) -> None:
    """Refuse a name that is none of those known, and offer the nearest, or a fix.

    Example:
        >>> check_one_of("label", "scrach", ("ok", "scratch"), LabelError)
        Traceback (most recent call last):
            ...
        glassline.errors.LabelError: label: expected one of ok, scratch, got 'scrach'.
        Did you mean scratch?
    """
    if name not in known:
        raise error(
            f"{where}: expected one of {', '.join(known)}, got {show(name)}."
            f"{nearest(str(name), known) or fix}"
        )


def check_within(
    where: str,
    value: float,
    low: float,
    high: float,
    error: type[GlasslineError] = InputError,
) -> None:
    """Refuse a number outside [low, high], and NaN.

    Example:
        >>> check_within("share", 1.5, 0, 1)
        Traceback (most recent call last):
            ...
        glassline.errors.InputError: share: expected a number in [0, 1], got 1.5.
    """
    if not low <= value <= high:
        raise error(
            f"{where}: expected a number in [{low:.10g}, {high:.10g}], got {value}."
        )


def nearest(name: str, known: Collection[str]) -> str:
    """Ask whether the nearest of the names was meant; nothing where none is near."""
    folded = {each.casefold(): each for each in known}
    near = difflib.get_close_matches(name.casefold(), folded, 1)
    return f" Did you mean {folded[near[0]]}?" if near else ""


def show(value: object, limit_chars: int = 80) -> str:
    """Print a value for an error message: `repr`, at most `limit_chars` long.

    Example:
        >>> show("scrach")
        "'scrach'"
        >>> show("a" * 100, limit_chars=10)
        "'aaaaaa..."
    """
    text = repr(value)
    return text if len(text) <= limit_chars else text[: limit_chars - 3] + "..."

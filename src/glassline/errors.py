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
└── FrontError              7  502   a server that reads features gave none
    ├── ServerError         7  502   it can not be used at all
    └── UnreadError         7  502   one part got no reading, with one reason code
        ├── AnswerError     7  502   an answer that is not the scores asked for
        ├── RefusedError    7  502   the server or its model declined
        └── SilentError     7  504   no answer in time, or too busy, to the last try

A message reads ``where: expected X, got Y.`` and then how to mend it.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection
from typing import Any, Self

__all__ = [
    "EXTRAS",
    "AnswerError",
    "DatasetError",
    "FrontError",
    "GlasslineError",
    "GlasslineWarning",
    "ImageError",
    "InputError",
    "LabelError",
    "MissingExtraError",
    "ModelError",
    "RecipeError",
    "RefusedError",
    "ServerError",
    "ShapeError",
    "SilentError",
    "UnreadError",
    "check_one_of",
    "check_within",
    "nearest",
    "show",
]


EXTRAS = {
    "analytics": "Reading Parquet needs DuckDB. Install it",
    "cnn": "A network front needs onnx and ONNX Runtime. Install them",
    "cnn-train": "Exporting a network of timm needs PyTorch. Install it",
    "vlm": "A vlm front needs httpx2. Install it",
    "xlsx": "Writing a spreadsheet needs XlsxWriter. Install it",
}
"""What each extra is for, and what it brings."""


class GlasslineError(Exception):
    """Base of every error raised on purpose."""

    exit_code = 70
    http_status = 500


class InputError(GlasslineError, ValueError):
    """A value that can not be used: NaN, out of range, of the wrong kind."""

    exit_code = 2
    http_status = 422


class ShapeError(InputError):
    """An array whose shape does not fit the others."""


class LabelError(InputError):
    """A label that is not one of the recipe's classes."""


class RecipeError(InputError):
    """A recipe that is incomplete or contradicts itself."""


class DatasetError(InputError):
    """A folder, CSV or Parquet file that can not be read as a dataset."""


class ImageError(InputError):
    """A photo that is refused.

    Attributes:
        reason: One of the codes in `glassline.image.REASONS`; stable, for machines.
    """

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason

    def __reduce__(self) -> tuple[Any, ...]:
        """Keep the reason when the error crosses to another process."""
        return type(self), (self.reason, str(self))


class ModelError(GlasslineError):
    """A model folder that is damaged, incomplete or from a newer glassline."""

    exit_code = 3
    http_status = 503


class MissingExtraError(GlasslineError):
    """A feature whose optional library is not installed."""

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


class FrontError(GlasslineError):
    """A server that reads features, and gave none."""

    exit_code = 7
    http_status = 502


class ServerError(FrontError):
    """A server that can not be used for any part: no address, no key, no images."""


class UnreadError(FrontError):
    """One part that got no reading; the others are not touched by it.

    Attributes:
        reason: A stable code, for machines: `no_answer`, `refused`, `not_scores`.
    """

    reason = "unread"


class AnswerError(UnreadError):
    """An answer that is not the scores asked for: no JSON, missing, out of range."""

    reason = "not_scores"


class RefusedError(UnreadError):
    """The server, or its model, declined to score the photo."""

    reason = "refused"


class SilentError(UnreadError):
    """No answer in time, or a busy server, to the last try."""

    http_status = 504
    reason = "no_answer"


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

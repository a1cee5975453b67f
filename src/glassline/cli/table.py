"""Verdicts as a table that Excel opens: one row a photo, the same columns always."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from glassline.dataset.readings import Refusal
    from glassline.inspection import Inspection
    from glassline.model import Model

__all__ = ["columns", "row", "write"]

FORMULA = "=+-@\t\r"  # what a spreadsheet takes for the beginning of one
MARK = b"\xef\xbb\xbf"  # of UTF-8; without it Excel in Taiwan reads CP950


def columns(model: Model) -> list[str]:
    """Return the names of the columns of a model's verdicts."""
    classes, features = model.recipe.classes, model.feature_names
    return [
        *("image", "sha256", "class", "decision", "reason_code", "reason"),
        *(f"p_{name}" for name in classes),
        *(f"x_{name}" for name in features),
        *(f"reading_{name}" for name in features),
        *("refused", "message", "model"),
    ]


def row(model: Model, path: str, seen: Inspection | Refusal, lang: str) -> list[str]:
    """Return one row; numbers by shortest round trip, so the same bits come back."""
    from glassline.dataset.readings import Refusal

    numbers = len(model.recipe.classes) + 2 * len(model.feature_names)
    if isinstance(seen, Refusal):
        empty = [""] * (5 + numbers)
        return [_safe(path), *empty, seen.reason, _safe(seen.message), model.sha256]
    reason = seen.decided.reason
    said = (seen.predicted_class, seen.decision, reason.code, reason.text(lang))
    figures = (*seen.probabilities, *seen.x.tolist(), *seen.readings)
    return [
        *map(_safe, (path, seen.photo.sha256, *said)),
        *map(repr, figures),
        *("", "", model.sha256),
    ]


def write(
    path: Path, header: list[str], rows: Iterable[list[str]], *, append: bool
) -> None:
    """Write the table whole or not at all: UTF-8 with a mark, as Excel wants it.

    With `append` the rows of a table that is there stay, and come first, also those
    that another process appends at the same time.

    Raises:
        UsageError: The file can not be written, or has other columns.
    """
    from glassline.files import held, publish

    body = io.StringIO(newline="")
    csv.writer(body).writerows(rows)
    head = io.StringIO(newline="")
    csv.writer(head).writerow(header)
    try:
        with held(path.resolve().parent, alone=append):  # two may append to one table
            before = path.read_bytes() if append and path.exists() else b""
            if before:
                _check(path, before, header)
            text = "" if before else head.getvalue()
            added = (text + body.getvalue()).encode("utf-8", "backslashreplace")
            publish(path, (before or MARK) + added)
    except OSError as error:
        raise click.UsageError(
            f"--csv {path}: expected a file that can be written, got: {error.strerror}."
        ) from error


def _check(path: Path, before: bytes, header: list[str]) -> None:
    text = before.decode("utf-8-sig", "replace")
    found = next(csv.reader(io.StringIO(text, newline="")), [])
    if found != header:
        odd = sorted(set(found) ^ set(header)) or ["another order"]
        raise click.UsageError(
            f"--append: expected {path} with the columns of this model, got {odd[0]} "
            "amiss. Choose another --csv."
        )
    if not text.endswith("\n"):
        raise click.UsageError(f"--append: expected {path} to end with a whole row.")


def _safe(text: str) -> str:
    """Keep a text from being run as a formula: an apostrophe before it, as Excel does.

    Example:
        >>> _safe("=cmd()"), _safe("part.png")
        ("'=cmd()", 'part.png')
    """
    return f"'{text}" if text[:1] and text[0] in FORMULA else text

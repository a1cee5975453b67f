"""Whether a run may begin, or go on, and what a disk that takes no more means for it."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from glassline.batch.journal import Journal
from glassline.batch.settings import Settings
from glassline.errors import InputError, OutputError
from glassline.files import tail

__all__ = ["begin", "held", "place_of", "room"]


def place_of(out: Path) -> Path:
    """Return where the journal of a run lies."""
    return out.with_name(f"{out.name}.journal")


@contextmanager
def held(out: Path) -> Iterator[Journal]:
    """Open and hold the journal of a run; one without a row is taken away again.

    Raises:
        InputError: Another run holds it.
        OutputError: It can not be written.
    """
    place = place_of(out)
    with room(out):
        try:
            opened = tail(place)
            file = opened.__enter__()
        except BlockingIOError as error:
            raise InputError(
                f"--out {out}: expected nobody else to write it, got another run at it. "
                "Wait for it, or choose another --out."
            ) from error
    journal = Journal(place, file)
    try:
        yield journal
    finally:
        is_recorded = bool((journal.header or {}).get("store"))
        if place.exists() and not journal.count and not is_recorded:
            place.unlink()  # nothing is done that could be lost
        opened.__exit__(None, None, None)


def begin(
    journal: Journal, header: Mapping[str, Any], out: Path, settings: Settings
) -> None:
    """Go on with what the journal holds, or begin it, as the settings allow.

    Raises:
        InputError: Something is there that may not be written over, or gone on with.
    """
    if settings.resume and settings.overwrite:
        raise InputError("expected --resume or --overwrite, got both.")
    goes_on = settings.resume and journal.header is not None
    if (journal.count or goes_on) and not settings.overwrite:
        if not settings.resume:
            raise InputError(
                f"--out {out}: expected no run that ended before its time, got one with "
                f"{journal.count:,} photos. Go on with --resume, or begin anew with "
                "--overwrite."
            )
        begun = journal.header or {}
        odd = [name for name in header if begun.get(name) != header[name]]
        if odd:
            raise InputError(
                f"--resume: expected the {odd[0]} that {out} was begun with, got "
                "another. Call it as before, or begin anew with --overwrite."
            )
        return
    if out.exists() and not settings.overwrite:
        raise InputError(
            f"--out {out}: expected no such file, got one. Choose another, or replace "
            "it with --overwrite."
        )
    with room(out):
        journal.begin({**header, "run": secrets.token_hex(8)})


@contextmanager
def room(out: Path) -> Iterator[None]:
    """Say what a disk that takes no more means for the run."""
    try:
        yield
    except OSError as error:
        if isinstance(error, BlockingIOError):
            raise
        raise OutputError(
            f"--out {out}: expected a place that can be written, got: "
            f"{error.strerror}. What is done stands in {place_of(out).name}; make room, and go "
            "on with --resume."
        ) from error

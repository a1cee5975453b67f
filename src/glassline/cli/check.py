"""`glassline check`: marks a hand calculation."""

from __future__ import annotations

import stat
from pathlib import Path

import click

from glassline.cli.options import json_option, language_option
from glassline.cli.output import as_json, say
from glassline.errors import InputError
from glassline.image import printable

__all__ = ["command"]

WRONG = 1


@click.command("check")
@click.argument("file", type=click.Path(path_type=Path))
@language_option
@json_option
def command(file: Path, lang: str, as_lines: bool) -> None:
    """Mark a hand calculation, figure by figure.

    Each figure is marked at its own number of decimals.

    FILE is the JSON face of a sheet, with the figures to be marked under
    "printed"; or its XLSX face, as saved by any spreadsheet program. Exit code 0 when every figure follows, 1 when one does not.

    \b
    Example:
      glassline check worked-example.json
      glassline check part.xlsx
    """
    from glassline.explain.check import check, lines

    marks = check(_read(file))
    if as_lines:
        as_json(marks.as_json())
    else:
        say(*lines(marks, lang))
    if marks.wrong:
        raise click.exceptions.Exit(WRONG)


def _read(file: Path) -> bytes:
    """Read a file; never wait for a pipe, never read a device without end."""
    from glassline.explain.check.document import MAX_BYTES

    name = printable(str(file))
    try:
        if not stat.S_ISREG(file.stat().st_mode):
            raise InputError(f"{name}: expected a sheet, got: no regular file.")
        with file.open("rb") as opened:
            data = opened.read(MAX_BYTES + 1)
    except OSError as error:
        raise InputError(f"{name}: expected a sheet, got: {error.strerror}.") from error
    if len(data) > MAX_BYTES:
        raise InputError(f"{name}: expected at most {MAX_BYTES:,} bytes.")
    return data

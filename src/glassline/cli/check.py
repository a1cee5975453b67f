"""`glassline check`: marks a hand calculation."""

from __future__ import annotations

import json
from pathlib import Path

import click

from glassline.cli.output import as_json, json_option, language_option, say

__all__ = ["command"]

WRONG = 1
MAX_BYTES = 5_000_000  # a hand calculation, not a data set


@click.command("check")
@click.argument("file", type=click.Path(path_type=Path))
@language_option
@json_option
def command(file: Path, lang: str, as_lines: bool) -> None:
    """Mark a hand calculation, figure by figure.

    Each figure is marked at its own number of decimals.

    FILE is the JSON face of a sheet, with the figures to be marked under
    "printed". Exit code 0 when every figure follows, 1 when one does not.

    \b
    Example:
      glassline check worked-example.json
    """
    from glassline.errors import InputError
    from glassline.explain import check

    try:
        if file.stat().st_size > MAX_BYTES:
            raise InputError(f"{file}: expected at most {MAX_BYTES:,} bytes.")
        data = file.read_bytes()
    except OSError as error:
        raise InputError(f"{file}: expected a sheet, got: {error.strerror}.") from error
    marks = check(data)
    if as_lines:
        as_json(json.loads(marks.json()))
    else:
        say(marks.text(lang))
    if marks.wrong:
        raise click.exceptions.Exit(WRONG)

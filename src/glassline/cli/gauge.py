"""`glassline gauge`: how well the readings repeat when only the camera varies."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from glassline.cli.options import (
    encoding_option,
    json_option,
    language_option,
    read_data,
    workers_option,
)
from glassline.cli.output import as_json, progress_bar, say

__all__ = ["command"]

KINDS = ("shift", "turn", "exposure", "defocus", "noise", "jpeg")


@click.command("gauge")
@click.argument("model", type=click.Path(path_type=Path))
@click.argument("data", type=click.Path(path_type=Path))
@click.option(
    "--parts",
    type=click.IntRange(2),
    help="Read at most so many, evenly spaced over DATA; left out, all.",
)
@click.option(
    "--without",
    type=click.Choice(KINDS),
    multiple=True,
    help="Leave a cause out, as turn where a fixture holds the part; repeatable.",
)
@click.option("--save", is_flag=True, help="Save the result with the model.")
@workers_option
@encoding_option
@language_option
@json_option
def command(
    model: Path,
    data: Path,
    parts: int | None,
    without: tuple[str, ...],
    save: bool,
    workers: int,
    lang: str,
    as_lines: bool,
) -> None:
    """Measure how well the readings repeat.

    Each part is read again under small shifts, turns and mirrors, 5 % more and
    less light, slight defocus, sensor noise and JPEG; what changes is the
    gauge's, not the part's. For each feature: its repeatability, %GRR and number
    of distinct categories; for each cause: spread, bias, and how many classes and
    decisions it changed.

    \b
    Example:
      glassline gauge model photos
      glassline gauge model photos --parts 200 --without turn --save
    """
    from glassline.model import load
    from glassline.render.words import words
    from glassline.studies.gauge import study
    from glassline.studies.gauge.text import lines

    with progress_bar(lang) as progress:
        studied = load(model)
        found = study(
            studied,
            read_data(data),
            parts=parts,
            without=without,
            workers=workers,
            progress=progress,
        )
        place = None
        if save:
            studied = replace(studied, gauge=found.gauge)
            place = studied.save(model)
    if as_lines:
        as_json({"model": studied.sha256, **found.as_json()})
        return
    say(*lines(found, lang))
    if place:
        saved = words(lang)["gauge"]["saved"]
        say(saved.format(model=studied.sha256[:12], path=place))

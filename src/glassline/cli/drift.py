"""`glassline drift`: do today's photos read as those of training did?"""

from __future__ import annotations

from pathlib import Path

import click

from glassline.cli.options import (
    SHARE,
    encoding_option,
    json_option,
    language_option,
    read_photos,
    workers_option,
)
from glassline.cli.output import SOME_REFUSED, as_json, progress_bar, say
from glassline.cli.usage import tell_asked

__all__ = ["command"]

NOT_THE_SAME = 1


@click.command("drift")
@click.argument("model", type=click.Path(path_type=Path))
@click.argument("photos", type=click.Path(path_type=Path))
@click.option(
    "--reference",
    type=click.Path(path_type=Path),
    metavar="DATA",
    help="The photos of training, to be read again; left out, what the model keeps "
    "of them.",
)
@click.option(
    "--false-alarms",
    type=SHARE,
    default="1%",
    show_default=True,
    help="In how many checks a line that did not change may be noticed.",
)
@workers_option
@encoding_option
@language_option
@json_option
def command(
    model: Path,
    photos: Path,
    reference: Path | None,
    false_alarms: float,
    workers: int,
    lang: str,
    as_lines: bool,
) -> None:
    """Say whether today's photos read as those of training did.

    PHOTOS are a folder or a table with a column path; nobody needs to label them.
    Parts that look good to the model are held against those of training, feature by
    feature, whole lots at a time where the table names them (a column lot). What
    moved is told with its consequences: how far, which decisions it changes, and
    whether the guarantee still holds.

    \b
    Example:
      glassline drift model photos-of-today
      glassline drift model today.csv --reference photos

    Exit code 1 when something moved, or there are too few lots to tell; 6 when
    nothing did, but some photos were refused.
    """
    from glassline.model import load
    from glassline.monitor import drift
    from glassline.monitor.text import lines

    with progress_bar(lang) as progress:
        trained = load(model)
        found = drift(
            trained,
            read_photos(photos),
            read_photos(reference) if reference else None,
            false_alarms=false_alarms,
            workers=workers,
            progress=progress,
        )
    if as_lines:
        as_json({"model": trained.sha256, **found.as_json()})
    else:
        say(*lines(found, lang))
    tell_asked(trained, lang)
    if found.answer != "none":
        raise click.exceptions.Exit(NOT_THE_SAME)
    if found.refused:
        raise click.exceptions.Exit(SOME_REFUSED)

"""`glassline guarantee`: how few defects escape, proved, or what is missing for it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Literal

import click

from glassline.cli.options import (
    SHARE,
    encoding_option,
    json_option,
    language_option,
    read_data,
    workers_option,
)
from glassline.cli.output import SOME_REFUSED, as_json, progress_bar, say

__all__ = ["command"]

REFUSED = 1


@click.command("guarantee")
@click.argument("model", type=click.Path(path_type=Path))
@click.argument("data", type=click.Path(path_type=Path))
@click.option(
    "--escape",
    type=SHARE,
    required=True,
    help="The target: of each defect at most this share is accepted, as 1%.",
)
@click.option(
    "--confidence",
    type=SHARE,
    default="95%",
    show_default=True,
    help="How surely the promise holds.",
)
@click.option(
    "--by",
    type=click.Choice(["group", "photo", "photo-in-group"]),
    default="group",
    show_default=True,
    help="Of what the share is: of groups, one accepted if any of its photos is; of "
    "photos, each drawn for itself; or of photos, those of a group as alike as copies.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="Write the model with this guarantee here; it then accepts by it.",
)
@workers_option
@encoding_option
@language_option
@json_option
def command(
    model: Path,
    data: Path,
    escape: float,
    confidence: float,
    by: Literal["group", "photo", "photo-in-group"],
    out: Path | None,
    workers: int,
    lang: str,
    as_lines: bool,
) -> None:
    """Guarantee how few defects are accepted.

    Finds the cheapest threshold for accepting a part that keeps the escapes of
    every defect class below the target, with exact bounds; or refuses and says how
    many parts are missing. For 1 % at 95 % it takes 299 groups (or photos) of each
    defect, none of them accepted. A promise about groups says nothing of the share
    of parts where groups are lots; --by photo-in-group does, for 332 groups as large
    as the largest.

    Only photos count that the model was not trained on; others are left out and
    counted. If DATA is the training set itself, each part is judged by a head that
    was trained without its group.

    \b
    Example:
      glassline guarantee model new-photos --escape 1% --confidence 95%
      glassline guarantee model photos --escape 5% --out model-guaranteed

    Exit code 1 when no guarantee can be given; 6 when it is given, but some photos
    were refused.
    """
    from glassline.model import load
    from glassline.render.words import words
    from glassline.studies.guarantee import assure
    from glassline.studies.guarantee.text import lines

    with progress_bar(lang) as progress:
        trained = load(model)
        found = assure(
            trained,
            read_data(data),
            escape=escape,
            confidence=confidence,
            by=by,
            workers=workers,
            progress=progress,
        )
    place = None
    if out is not None and found.guarantee is not None:
        trained = replace(trained, guarantee=found.guarantee)
        place = trained.save(out)
    if as_lines:
        as_json({"model": trained.sha256, **found.as_json()})
    else:
        say(*lines(found, lang))
        if place:
            saved = words(lang)["guarantee"]["saved"]
            say(saved.format(model=trained.sha256[:12], path=place))
    if found.guarantee is None:
        raise click.exceptions.Exit(REFUSED)
    if found.refused:
        raise click.exceptions.Exit(SOME_REFUSED)

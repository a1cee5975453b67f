"""`glassline compare`: what a new model says differently."""

from __future__ import annotations

from pathlib import Path

import click

from glassline.cli.options import (
    encoding_option,
    json_option,
    language_option,
    read_data,
    refuse,
    workers_option,
)
from glassline.cli.output import SOME_REFUSED, as_json, progress_bar, say

__all__ = ["command"]

MAY_PASS = 1


@click.command("compare")
@click.argument("old", type=click.Path(path_type=Path))
@click.argument("new", type=click.Path(path_type=Path))
@click.argument("data", required=False, type=click.Path(path_type=Path))
@click.option(
    "--strict",
    is_flag=True,
    help="Exit 1 unless it is proved that NEW accepts nothing that OLD rejects or "
    "sends to review.",
)
@click.option(
    "--seen",
    is_flag=True,
    help="Prove only for readings between the least and the largest seen on DATA.",
)
@workers_option
@encoding_option
@language_option
@json_option
def command(
    old: Path,
    new: Path,
    data: Path | None,
    strict: bool,
    seen: bool,
    workers: int,
    lang: str,
    as_lines: bool,
) -> None:
    """Say where two models differ.

    Exactly, for every reading that there can be: whether NEW can accept what OLD
    rejects or sends to review, and for every two classes whether OLD can say one
    and NEW the other; either readings that show it, or the proof that there are
    none. On the photos of DATA: which get another class or decision.

    The exact part takes models with the same settings of each feature and the same
    image settings; otherwise they are different cameras, compared on photos only.

    \b
    Example:
      glassline compare model new-model photos
      glassline compare model new-model --strict

    Exit code 6 when some photos were refused.
    """
    from glassline.model import load
    from glassline.studies.comparison import compare
    from glassline.studies.comparison.text import lines

    if data is None:
        context = click.get_current_context()
        refuse(context, "expected DATA with it", "encoding", "workers", "seen")
    with progress_bar(lang) as progress:
        found = compare(
            load(old),
            load(new),
            read_data(data) if data else None,
            seen=seen,
            workers=workers,
            progress=progress,
        )
    if as_lines:
        as_json(found.as_json())
    else:
        say(*lines(found, lang))
    if strict and found.never_passes is not True:
        raise click.exceptions.Exit(MAY_PASS)
    if found.refused:
        raise click.exceptions.Exit(SOME_REFUSED)

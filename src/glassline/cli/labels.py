"""`glassline labels`: which labels to look at again, and why."""

from __future__ import annotations

from pathlib import Path

import click

from glassline.cli.options import (
    encoding_option,
    json_option,
    language_option,
    page_option,
    read_data,
    workers_option,
)
from glassline.cli.output import SOME_REFUSED, as_json, progress_bar, say, write_page

__all__ = ["command"]


@click.command("labels")
@click.argument("data", type=click.Path(path_type=Path))
@click.option(
    "--model",
    type=click.Path(path_type=Path),
    help="Use the recipe and the feature settings of this model; left out, those "
    "that training would choose.",
)
@click.option("--good", help="The class of good parts, if it is not called ok or good.")
@click.option(
    "--margin",
    type=click.FloatRange(0),
    default=0.0,
    show_default=True,
    help="The least margin of a conflicting pair, in spreads of good parts.",
)
@click.option(
    "--top",
    type=click.IntRange(1),
    default=10,
    show_default=True,
    help="How many of each list to show, and to retrain for; --json lists all.",
)
@page_option(help="Also write the lists with their photos: FILE.html.")
@workers_option
@encoding_option
@language_option
@json_option
def command(
    data: Path,
    model: Path | None,
    good: str | None,
    margin: float,
    top: int,
    out: Path | None,
    workers: int,
    lang: str,
    as_lines: bool,
) -> None:
    """List the labels to look at again.

    Suspect labels: another class is more probable to a head that was trained
    without the part and its group; and what would change if the label were
    corrected and everything retrained. Conflicting pairs: the milder part was
    rejected and the worse one passed, feature by feature; and the smallest set of
    parts that meets every pair. Each inspector's labels (column inspector), and how
    far inspectors and model agree, by the limits of AIAG.

    \b
    Example:
      glassline labels photos
      glassline labels labels.csv --model model --out labels.html

    Exit code 6 when some photos were refused.
    """
    from glassline.model import load
    from glassline.recipe import Recipe
    from glassline.render.words import words
    from glassline.studies.labels import audit, page
    from glassline.studies.labels.text import lines

    if model and good:
        raise click.UsageError("expected --model or --good; a model names it itself.")
    with progress_bar(lang) as progress:
        found = read_data(data)
        judge = load(model) if model else Recipe(classes=found.classes, good=good)
        audited = audit(
            found,
            judge,
            least=margin,
            retrained=top,
            workers=workers,
            progress=progress,
        )
    if out is not None:
        write_page(out, page(audited, lang, top=top))
    if as_lines:
        as_json(audited.as_json())
    else:
        say(*lines(audited, lang, top=top))
        if out is not None:
            say()
            say(words(lang)["labels"]["saved"].format(path=out))
    if audited.refused:
        raise click.exceptions.Exit(SOME_REFUSED)

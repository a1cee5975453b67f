"""`glassline learn`: the worked sum as a page to play with, in one file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from glassline.cli.options import language_option, page_option, read_text
from glassline.cli.output import say, write_page

__all__ = ["command"]


@click.command("learn")
@click.option(
    "--from",
    "file",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Begin with numbers of your own: JSON or CSV, as `sheet --from` reads them.",
)
@click.option("--label", help="What a person said of the part, to begin with.")
@page_option(required=True, help="Write the page to FILE.html.")
@language_option
def command(file: Path | None, label: str | None, out: Path, lang: str) -> None:
    """Write a page to learn from: change a number, and every matrix follows.

    One file to hand out: no server, nothing fetched, both languages. It begins with the
    reference example. Figures that somebody works out can be typed in and are marked.

    \b
    Example:
      glassline learn --out learn.html
      glassline learn --from numbers.csv --label dirt --out learn.html
    """
    from glassline.explain.example import EXAMPLE
    from glassline.explain.faces.learn import page
    from glassline.explain.given import read_given, work_out
    from glassline.render.words import words

    given = EXAMPLE if file is None else read_given(read_text(file), str(file))
    given = given if label is None else replace(given, label=label)
    if given.label is None:
        given = replace(given, label=(given.classes or work_out(given).classes)[0])
    write_page(out, page(work_out(given), lang))
    say(words(lang)["learn"]["saved"].format(path=out))

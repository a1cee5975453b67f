"""`glassline recipe`: a recipe to begin with, for the classes of a dataset."""

from __future__ import annotations

from pathlib import Path

import click

from glassline.cli.options import encoding_option, language_option, read_data
from glassline.cli.output import document

__all__ = ["command"]


@click.command("recipe")
@click.option(
    "--for",
    "data",
    type=click.Path(path_type=Path),
    required=True,
    metavar="DATA",
    help="Labelled photos: their classes are written.",
)
@click.option("--good", help="The class of good parts, if it is not called ok or good.")
@encoding_option
@language_option
def command(data: Path, good: str | None, lang: str) -> None:
    """Print a commented recipe for the classes of DATA, every setting at its default.

    \b
    Example:
      glassline recipe --for photos > recipe.toml
      glassline train photos --out model --recipe recipe.toml
    """
    from glassline.recipe.starter import starter

    document(starter(read_data(data).classes, good, lang).rstrip())

"""`glassline recipe`: a recipe to begin with, for the classes of a dataset."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from glassline.cli.options import encoding_option, language_option, read_data
from glassline.cli.output import document, harmless, progress_bar

if TYPE_CHECKING:
    from glassline.dataset import Dataset

__all__ = ["command"]

PICTURES = ("golden.png", "mask.png", "spread.png", "golden-approve.png")


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
@click.option(
    "--golden",
    "is_golden",
    is_flag=True,
    help="Also write golden.png, mask.png, spread.png and a picture to approve.",
)
@encoding_option
@language_option
def command(data: Path, good: str | None, is_golden: bool, lang: str) -> None:
    """Print a commented recipe for the classes of DATA, every setting at its default.

    With --golden it lays each photo on a golden one, and looks where mask.png is white;
    both are written into the folder where the command runs, beside the recipe. Look
    at golden-approve.png, and paint over mask.png what should be otherwise.

    \b
    Example:
      glassline recipe --for photos > recipe.toml
      glassline recipe --for photos --golden > recipe.toml
      glassline train photos --out model --recipe recipe.toml
    """
    from glassline.recipe.starter import starter

    found = read_data(data)
    if is_golden:
        _write_golden(found, good, lang)
    document(starter(found.classes, good, lang, is_golden=is_golden).rstrip())


def _write_golden(data: Dataset, good: str | None, lang: str) -> None:
    """Write the pictures, none over one that is there: somebody may have drawn on it."""
    from glassline.files import publish_all
    from glassline.studies.golden import propose
    from glassline.studies.golden_text import lines

    for name in PICTURES:
        if Path(name).exists():
            raise click.UsageError(
                f"--golden: expected no {name} in this folder, got one, which may have "
                "been drawn on. Move it away first."
            )
    with progress_bar(lang) as progress:
        made = propose(data, good, progress=progress)
    pictures = (made.golden_png, made.mask_png, made.spread_png, made.picture)
    try:
        publish_all(dict(zip(map(Path, PICTURES), pictures, strict=True)))
    except OSError as error:
        raise click.UsageError(
            f"--golden: expected a folder that can be written, got: {error.strerror}."
        ) from error
    for line in lines(made, lang):
        click.echo(harmless(line), err=True)

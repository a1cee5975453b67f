"""`glassline explain`: why a part got its class, and how close it was."""

from __future__ import annotations

from pathlib import Path

import click

from glassline.cli.options import json_option, language_option
from glassline.cli.output import as_json, progress_bar, say

__all__ = ["command"]


@click.command("explain")
@click.argument("model", type=click.Path(path_type=Path))
@click.argument("photo", type=click.Path(path_type=Path))
@click.option(
    "--between",
    nargs=2,
    metavar="CLASS CLASS",
    help="What speaks for the first against the second; left out, for the most "
    "probable class against the runner-up.",
)
@click.option(
    "--freeze",
    "frozen",
    multiple=True,
    metavar="FEATURE",
    help="Leave this feature as it is when looking for the nearest other class; "
    "repeatable.",
)
@language_option
@json_option
def command(
    model: Path,
    photo: Path,
    between: tuple[str, str] | None,
    frozen: tuple[str, ...],
    lang: str,
    as_lines: bool,
) -> None:
    """Say why a part got its class, and how close it was.

    What adds up to each logit, and to the log-odds of any two classes; what that is
    in probability, which does not add up; the smallest change of the readings that
    gives another class, of all together and of each alone, and another decision.

    \b
    Example:
      glassline explain model part.png
      glassline explain model part.png --between scratch ok --freeze grain_noise
    """
    from glassline.explain.faces.explanation import lines
    from glassline.inspection import inspect
    from glassline.model import load

    with progress_bar(lang):
        seen = inspect(load(model), photo)
        found = seen.explanation(between, frozen)
    if as_lines:
        as_json({**seen.as_json(), "explanation": found.as_json()})
    else:
        say(*lines(found, lang))

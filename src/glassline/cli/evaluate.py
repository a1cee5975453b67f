"""`glassline evaluate`: how often a model is right, in counts."""

from __future__ import annotations

from pathlib import Path

import click

from glassline.cli.output import as_json, json_option, progress_bar, say

__all__ = ["command"]

SOME_REFUSED = 6


@click.command("evaluate")
@click.argument("model", type=click.Path(path_type=Path))
@click.argument("data", type=click.Path(path_type=Path))
@json_option
def command(model: Path, data: Path, as_lines: bool) -> None:
    """Score a model on labelled photos.

    The photos should be ones that it was not trained on.

    \b
    Example:
      glassline evaluate model new-photos

    Exit code 6 when some photos were refused; they are counted, not scored.
    """
    from glassline.dataset import Dataset
    from glassline.evaluation import evaluate
    from glassline.model import load

    with progress_bar() as progress:
        found = evaluate(load(model), Dataset.read(data), progress=progress)
    if as_lines:
        as_json(found.as_json())
    else:
        say(found.text())
    if found.refused:
        raise click.exceptions.Exit(SOME_REFUSED)

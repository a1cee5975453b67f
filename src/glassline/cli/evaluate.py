"""`glassline evaluate`: how often a model is right, in counts."""

from __future__ import annotations

from pathlib import Path

import click

from glassline.cli.options import (
    encoding_option,
    json_option,
    language_option,
    page_option,
    read_data,
    refuse,
)
from glassline.cli.output import SOME_REFUSED, as_json, progress_bar, say, write_page
from glassline.cli.usage import tell_asked
from glassline.render.words import words

__all__ = ["command"]


@click.command("evaluate")
@click.argument("model", type=click.Path(path_type=Path))
@click.argument("data", type=click.Path(path_type=Path))
@click.option(
    "--subsets",
    is_flag=True,
    help="Score heads fitted to every subset of the features instead, out of fold "
    "on DATA, beside random directions.",
)
@click.option(
    "--seed",
    default=0,
    show_default=True,
    help="Of the random directions of --subsets.",
)
@click.option(
    "--with-training",
    is_flag=True,
    help="Score photos that the model was trained on too; such figures flatter.",
)
@page_option(help="Write the score and the parts seen wrongly as an HTML page here.")
@encoding_option
@language_option
@json_option
def command(
    model: Path,
    data: Path,
    subsets: bool,
    seed: int,
    with_training: bool,
    out: Path | None,
    lang: str,
    as_lines: bool,
) -> None:
    """Score a model on labelled photos.

    Photos that it was trained on are told and left out.

    \b
    Example:
      glassline evaluate model new-photos
      glassline evaluate model new-photos --out report.html
      glassline evaluate model photos --subsets

    Exit code 6 when some photos were refused; they are counted, not scored.
    """
    if subsets:
        why = "expected without --subsets, which scores out of fold"
        refuse(click.get_current_context(), why, "with_training", "out")
        _score_subsets(model, data, seed, lang, as_lines)
        return
    refuse(click.get_current_context(), "expected --subsets with it", "seed")
    from glassline.model import load
    from glassline.studies.evaluation import evaluate
    from glassline.studies.evaluation.text import lines
    from glassline.studies.report import page, told_by_wrong

    with progress_bar(lang) as progress:
        trained = load(model)
        found = evaluate(
            trained, read_data(data), with_training=with_training, progress=progress
        )
        if out is not None:
            story = told_by_wrong(str(data), trained, found)
            write_page(out, page(story, lang))
    if as_lines:
        as_json(found.as_json())
    else:
        say(*lines(found, lang))
        if out is not None:
            say(words(lang)["evaluation"]["saved"].format(path=out))
    tell_asked(trained, lang)
    if found.refused:
        raise click.exceptions.Exit(SOME_REFUSED)


def _score_subsets(
    model: Path, data: Path, seed: int, lang: str, as_lines: bool
) -> None:
    import numpy as np

    from glassline.model import load
    from glassline.studies.ablation import score_subsets
    from glassline.studies.ablation.text import lines

    rng = np.random.default_rng(seed)  # noqa: TID251  --seed
    with progress_bar(lang) as progress:
        found = score_subsets(load(model), read_data(data), rng=rng, progress=progress)
    if as_lines:
        as_json(found.as_json())
    else:
        say(*lines(found, lang))
    if found.refused:
        raise click.exceptions.Exit(SOME_REFUSED)

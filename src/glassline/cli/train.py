"""`glassline train`: a folder of labelled photos becomes a model."""

from __future__ import annotations

from pathlib import Path

import click

from glassline.cli.folders import make_ready
from glassline.cli.options import (
    encoding_option,
    json_option,
    language_option,
    read_data,
    refuse,
    workers_option,
)
from glassline.cli.output import SOME_REFUSED, as_json, progress_bar, say
from glassline.cli.usage import asked_by, tell_asked

__all__ = ["command"]


@click.command("train")
@click.argument("data", type=click.Path(path_type=Path))
@click.option(
    "--out", type=click.Path(path_type=Path), required=True, help="Model folder."
)
@click.option(
    "--recipe", type=click.Path(path_type=Path), help="recipe.toml of the line."
)
@click.option(
    "--like",
    type=click.Path(path_type=Path),
    metavar="MODEL",
    help="Read x as this model does: its settings and scale, no search.",
)
@click.option("--good", help="The class of good parts, if it is not called ok or good.")
@click.option(
    "--front",
    type=click.Choice(["measured", "cnn", "vlm"]),
    default="measured",
    show_default=True,
    help="What reads the features: measurements, a pretrained network, or a server.",
)
@click.option(
    "--backbone",
    help="Of --front cnn: a name, or an ONNX file. [default: efficientnet-lite0]",
)
@click.option("--int8", is_flag=True, help="Of --front cnn: run it in 8 bits.")
@workers_option
@encoding_option
@language_option
@json_option
@click.pass_context
def command(
    context: click.Context,
    data: Path,
    out: Path,
    recipe: Path | None,
    like: Path | None,
    good: str | None,
    front: str,
    backbone: str | None,
    int8: bool,
    workers: int,
    lang: str,
    as_lines: bool,
) -> None:
    """Train a model from labelled photos.

    DATA is a folder with a folder of photos for each class, or a CSV or Parquet
    file with the columns path and label.

    \b
    Example:
      glassline train photos --out model
      glassline train labels.csv --out model --recipe recipe.toml
      glassline train more-photos --out new-model --like model
      glassline train photos --out model --front cnn
      glassline train photos --out model --front vlm --recipe recipe.toml

    Exit code 6 when some photos were refused and left out.
    """
    from glassline.model import load
    from glassline.recipe import Recipe
    from glassline.training.alike import train_like
    from glassline.training.trainers import trainer

    if like:
        why = "expected no --like with it, which says how features are read"
        refuse(context, why, "good", "front", "backbone", "int8")
    if recipe and good:
        raise click.UsageError("expected --recipe or --good; a recipe names it itself.")
    if (backbone or int8) and front != "cnn":
        raise click.UsageError("--backbone and --int8: expected --front cnn with them.")
    train = trainer(front, backbone=backbone, int8=int8)
    make_ready(out)
    with progress_bar(lang) as progress:
        found = read_data(data)
        declared = Recipe.read(recipe) if recipe else None
        if like:
            other = load(like)
            model = train_like(
                found, other, declared, workers=workers, progress=progress
            )
        else:
            declared = declared or Recipe(classes=found.classes, good=good)
            model = train(found, declared, workers=workers, progress=progress)
        path = model.save(out)
    if as_lines:
        usage = {"usage": asked.as_json()} if (asked := asked_by(model)) else {}
        as_json(
            {
                "model": model.sha256,
                "path": str(path),
                **model.record.as_json(),
                **usage,
            }
        )
    else:
        from glassline.render.words import words
        from glassline.training.text import lines

        say(*lines(model, lang))
        written = words(lang)["training"]["written"]
        say(written.format(model=model.sha256[:12], path=path))
        tell_asked(model, lang)
    if model.record.refused:
        raise click.exceptions.Exit(SOME_REFUSED)

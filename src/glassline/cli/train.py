"""`glassline train`: a folder of labelled photos becomes a model."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from glassline.cli.folders import make_ready
from glassline.cli.options import json_option
from glassline.cli.output import as_json, progress_bar, say
from glassline.cli.usage import asked_by, tell_asked

if TYPE_CHECKING:
    from glassline.model import Model

__all__ = ["command"]

SOME_REFUSED = 6


@click.command("train")
@click.argument("data", type=click.Path(path_type=Path))
@click.option(
    "--out", type=click.Path(path_type=Path), required=True, help="Model folder."
)
@click.option(
    "--recipe", type=click.Path(path_type=Path), help="recipe.toml of the line."
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
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1, 64))
@json_option
def command(
    data: Path,
    out: Path,
    recipe: Path | None,
    good: str | None,
    front: str,
    backbone: str | None,
    int8: bool,
    workers: int,
    as_lines: bool,
) -> None:
    """Train a model from labelled photos.

    DATA is a folder with a folder of photos for each class, or a CSV or Parquet
    file with the columns path and label.

    \b
    Example:
      glassline train photos --out model
      glassline train labels.csv --out model --recipe recipe.toml
      glassline train photos --out model --front cnn
      glassline train photos --out model --front vlm --recipe recipe.toml

    Exit code 6 when some photos were refused and left out.
    """
    from glassline.dataset import Dataset
    from glassline.recipe import Recipe
    from glassline.training.trainers import trainer

    if recipe and good:
        raise click.UsageError("expected --recipe or --good; a recipe names it itself.")
    if (backbone or int8) and front != "cnn":
        raise click.UsageError("--backbone and --int8: expected --front cnn with them.")
    train = trainer(front, backbone=backbone, int8=int8)
    make_ready(out)
    with progress_bar() as progress:
        found = Dataset.read(data)
        declared = (
            Recipe.read(recipe) if recipe else Recipe(classes=found.classes, good=good)
        )
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
        _tell(model, path)
        tell_asked(model)
    if model.record.refused:
        raise click.exceptions.Exit(SOME_REFUSED)


def _tell(model: Model, path: Path) -> None:
    record, proof = model.record, model.certificate
    counts = ", ".join(f"{name} {count}" for name, count in record.counts.items())
    say(f"Trained on {record.n} parts ({counts}).")
    if record.refused:
        first = record.refused[0]
        say(
            f"Refused {len(record.refused)} photos; the first: {first.image} "
            f"({first.reason})."
        )
    say(f"{record.outcome}")
    if not proof.penalty:
        say("No proof: the penalty is 0, so how far the best answer is has no bound.")
    else:
        say(
            f"Proof: gradient {proof.gradient_norm:.1e}, so W and b are within "
            f"{proof.distance_bound:.1e} of the one best answer."
        )
    tempered = record.temperature
    if tempered and tempered.applied != 1:
        say(
            f"Temperature {tempered.applied:.2f}, from {tempered.folds} folds: "
            "W and b were divided by it."
        )
    for line in _concepts(model):
        say(line)
    say(f"Model {model.sha256[:12]} written to {path}")


def _concepts(model: Model) -> Iterator[str]:
    """Say what the concepts of a network cost and mean, where there is one."""
    if model.record.concepts is None:
        return
    figures = model.record.concepts.figures
    if figures is None:
        yield "Too few groups to say what the concepts cost and mean."
        return
    from glassline.training.concepts.text import lines

    yield from lines(figures)

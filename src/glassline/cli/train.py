"""`glassline train`: a folder of labelled photos becomes a model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

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

if TYPE_CHECKING:
    from glassline.dataset import Dataset
    from glassline.dataset.readings import Progress
    from glassline.head.shards import Run
    from glassline.model import Model
    from glassline.recipe import Recipe
    from glassline.studies.price import Price

__all__ = ["command"]

SAMPLE = 100_000  # as of `training.shards`, which is not imported for --help


@click.command("train")
@click.argument("data", type=click.Path(path_type=Path), nargs=-1, required=True)
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
@click.option(
    "--compare",
    is_flag=True,
    help="Say what the four features cost beside a black box on the same folds.",
)
@click.option(
    "--sample",
    type=click.IntRange(1),
    default=SAMPLE,
    show_default=True,
    metavar="PARTS",
    help="Of readings: how many are held in memory at once. Of more, settings, "
    "temperature and region are found on whole groups of so many.",
)
@click.option(
    "--engine",
    type=click.Choice(["local", "ray"]),
    default="local",
    show_default=True,
    help="Of readings: who sums them up, this process or tasks of Ray.",
)
@click.option(
    "--address", metavar="ADDRESS", help="Of a Ray cluster; left out, Ray here."
)
@workers_option
@encoding_option
@language_option
@json_option
@click.pass_context
def command(
    context: click.Context,
    data: tuple[Path, ...],
    out: Path,
    recipe: Path | None,
    like: Path | None,
    good: str | None,
    front: str,
    backbone: str | None,
    int8: bool,
    compare: bool,
    sample: int,
    engine: str,
    address: str | None,
    workers: int,
    lang: str,
    as_lines: bool,
) -> None:
    """Train a model from labelled photos.

    DATA is a folder with a folder of photos for each class, or a CSV or Parquet
    file with the columns path and label; or the readings of such photos, as
    glassline batch --readings keeps them: Parquet files, folders and patterns of
    them, any number in any order.

    \b
    Example:
      glassline train photos --out model
      glassline train labels.csv --out model --recipe recipe.toml
      glassline train more-photos --out new-model --like model
      glassline train readings.parquet --out model
      glassline train shards "more/part-*.parquet" --out model
      glassline train photos --out model --compare
      glassline train shards --out model --engine ray --address auto
      glassline train photos --out model --front cnn
      glassline train photos --out model --front vlm --recipe recipe.toml

    Exit code 6 when some photos were refused and left out.
    """
    if like:
        why = "expected no --like with it, which says how features are read"
        refuse(context, why, "good", "front", "backbone", "int8", "compare")
    if recipe and good:
        raise click.UsageError("expected --recipe or --good; a recipe names it itself.")
    if (backbone or int8) and front != "cnn" and not compare:
        why = "expected --front cnn or --compare with them"
        raise click.UsageError(f"--backbone and --int8: {why}.")
    weigh = _weigher(front, backbone, int8) if compare else None
    make_ready(out)
    with progress_bar(lang) as progress:
        if _holds_readings(data):
            _refuse_of_photos(context, engine)
            with _summing(engine, address, workers) as run:
                model = _from_readings(data, recipe, good, sample, run, progress)
            compared = []
        else:
            _refuse_of_readings(context)
            make = partial(_like, like) if like else _maker(front, backbone, int8)
            asked = (read_data(_only(data)), recipe, good, workers, progress)
            # First, so that what is missing for it is said before anything is trained.
            compared = [weigh(*asked)] if weigh else []
            model = make(*asked)
        path = model.save(out)
    if as_lines:
        as_json(_told(model, path, compared))
    else:
        from glassline.render.words import words
        from glassline.studies.price.text import lines as of_price
        from glassline.training.text import lines

        priced = (line for each in compared for line in of_price(each, lang))
        say(*lines(model, lang), *priced)
        written = words(lang)["training"]["written"]
        say(written.format(model=model.sha256[:12], path=path))
        tell_asked(model, lang)
    if model.record.refused:
        raise click.exceptions.Exit(SOME_REFUSED)


def _told(
    model: Model, path: Path, compared: Sequence[Price | None]
) -> dict[str, object]:
    """Return what --json says: the record, and what a server was asked and a price."""
    usage = {"usage": asked.as_json()} if (asked := asked_by(model)) else {}
    [price] = compared or [None]
    return {
        "model": model.sha256,
        "path": str(path),
        **model.record.as_json(),
        **usage,
        **({"compare": price and price.as_json()} if compared else {}),
    }


Make = Callable[["Dataset", Path | None, str | None, int, "Progress"], "Model"]


def _holds_readings(data: Sequence[Path]) -> bool:
    """Whether DATA is what `glassline batch --readings` kept."""
    if not any(map(_may_hold, data)):
        return False
    from glassline.training.kept import holds_readings

    return holds_readings(*data)


def _may_hold(each: Path) -> bool:
    return each.suffix == ".parquet" or any(each.glob("*.parquet"))


def _only(data: Sequence[Path]) -> Path:
    """Return the one DATA of photos."""
    first, *others = data
    if others:
        raise click.UsageError(
            f"DATA: expected one folder or table of photos, or files of readings, got "
            f"{len(data)}. Name the photos of several folders in one table."
        )
    return first


def _refuse_of_photos(context: click.Context, engine: str) -> None:
    """Refuse the options that say how photos are read, where readings are given."""
    why = "expected photos with it, got readings, which were taken already"
    refuse(context, why, "like", "front", "backbone", "int8", "compare")
    if engine == "local":
        refuse(context, why, "workers")
        refuse(context, "expected --engine ray with it", "address")


def _refuse_of_readings(context: click.Context) -> None:
    """Refuse the options that say how readings are summed, where photos are given."""
    why = "expected readings with it, got photos"
    refuse(context, why, "sample", "engine", "address")


def _summing(
    engine: str, address: str | None, workers: int
) -> AbstractContextManager[Run | None]:
    """Return who sums up readings, once it is entered; None is this process."""
    if engine == "local":
        return nullcontext()
    from glassline.batch.cluster import summing

    return summing(address, workers)


def _from_readings(
    data: Sequence[Path],
    recipe: Path | None,
    good: str | None,
    sample: int,
    run: Run | None,
    progress: Progress,
) -> Model:
    from glassline.recipe import Recipe
    from glassline.training.shards import train_shards

    return train_shards(
        *data,
        recipe=Recipe.read(recipe) if recipe else None,
        good=good,
        sample=sample,
        run=run,
        progress=progress,
    )


def _maker(front: str, backbone: str | None, int8: bool) -> Make:
    from glassline.training.trainers import trainer

    train = trainer(front, backbone=backbone, int8=int8)

    def make(
        found: Dataset,
        recipe: Path | None,
        good: str | None,
        workers: int,
        progress: Progress,
    ) -> Model:
        declared = _declared(found, recipe, good)
        return train(found, declared, workers=workers, progress=progress)

    return make


def _declared(found: Dataset, recipe: Path | None, good: str | None) -> Recipe:
    """Return the recipe of the line, or one for the classes of these photos."""
    from glassline.recipe import Recipe

    return Recipe.read(recipe) if recipe else Recipe(found.classes, good=good)


def _weigher(
    front: str, backbone: str | None, int8: bool
) -> Callable[..., Price | None]:
    """Return what holds the four features against a black box."""
    if front == "vlm":
        raise click.UsageError("--compare: expected --front measured or cnn, got vlm.")
    from glassline.studies.price import price

    def weigh(
        found: Dataset,
        recipe: Path | None,
        good: str | None,
        workers: int,
        progress: Progress,
    ) -> Price | None:
        return price(
            found,
            _declared(found, recipe, good),
            front=front,
            backbone=backbone,
            int8=int8,
            workers=workers,
            progress=progress,
        )

    return weigh


def _like(
    like: Path,
    found: Dataset,
    recipe: Path | None,
    _: str | None,
    workers: int,
    progress: Progress,
) -> Model:
    from glassline.model import load
    from glassline.recipe import Recipe
    from glassline.training.alike import train_like

    declared = Recipe.read(recipe) if recipe else None
    return train_like(found, load(like), declared, workers=workers, progress=progress)

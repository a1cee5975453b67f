"""`glassline demo`: the whole job, end to end, on a rendered line or on your photos."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from glassline.cli.output import progress_bar, say

if TYPE_CHECKING:
    from glassline.dataset import Dataset
    from glassline.evaluation import Evaluation
    from glassline.inspection import Inspection
    from glassline.model import Model
    from glassline.readings import Progress
    from glassline.recipe import Recipe

__all__ = ["command"]

PARTS = 300
SEED = 7
HELD_OUT = 3  # one fold in three is kept for scoring
SHOWN = 3
RENDERED = "glassline.synthetic"
PAGES = {"en": "report.html", "zh-TW": "report.zh-TW.html"}


@click.command("demo")
@click.option(
    "--data", type=click.Path(path_type=Path), help="Your own labelled photos."
)
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path("demo"), show_default=True
)
def command(data: Path | None, out: Path) -> None:
    """Do the whole job once, and write a report.

    Render a small production line, train, score, inspect three parts.

    With --data the same is done on your own photos: a folder for each class, or
    a CSV or Parquet file.

    \b
    Example:
      glassline demo --out demo
      glassline demo --data photos --out demo
    """
    from glassline.dataset import Dataset
    from glassline.evaluation import evaluate
    from glassline.recipe import Recipe
    from glassline.training import train

    with progress_bar() as progress:
        found = Dataset.read(data or _render(out / "line", progress))
        recipe = Recipe(classes=found.classes)
        trained_on, held_out = _split(found, recipe)
        model = train(trained_on, recipe, progress=progress)
        model.save(out / "model")
        scored = evaluate(model, held_out, progress=progress)
        seen = _three(model, held_out)
        _write_pages(out, str(data or RENDERED), scored, seen)
    _summary(out, scored, seen, model)


def _render(folder: Path, progress: Progress) -> Path:
    """Make the photos of a small production line: the same ones every time."""
    import shutil

    import numpy as np

    from glassline.synthetic import production_line, write_dataset

    if folder.exists():
        shutil.rmtree(folder)
    rng = np.random.default_rng(SEED)  # noqa: TID251  the one seed of the command line
    made = []
    for number, part in enumerate(production_line(PARTS, rng=rng), 1):
        made.append(part)
        progress("rendering parts", number, PARTS)
    write_dataset(made, folder)
    return folder


def _split(data: Dataset, recipe: Recipe) -> tuple[Dataset, Dataset]:
    """Keep one part in three for scoring; no group on both sides."""
    import numpy as np

    from glassline.folds import folds

    labels = data.targets(recipe.classes).argmax(axis=1)
    dealt = folds(labels, data.groups(), HELD_OUT)
    return data.subset(np.flatnonzero(dealt)), data.subset(np.flatnonzero(dealt == 0))


def _three(model: Model, held_out: Dataset) -> tuple[Inspection, ...]:
    """Inspect the first part of each class, three in all, none of them picked."""
    from glassline.errors import ImageError
    from glassline.inspection import inspect

    seen: dict[str | None, list[Inspection]] = {
        name: [] for name in model.recipe.classes
    }
    for part in held_out.parts:
        if part.label in seen and len(seen[part.label]) < SHOWN:
            try:
                found = inspect(model, part.path, label=part.label, root=part.within)
            except ImageError:
                continue  # counted and named by the evaluation
            seen[part.label].append(found)
    rounds = [
        each[turn]
        for turn in range(SHOWN)
        for each in seen.values()
        if turn < len(each)
    ]
    return tuple(rounds[:SHOWN])


def _write_pages(
    out: Path, name: str, scored: Evaluation, seen: tuple[Inspection, ...]
) -> None:
    from glassline.report import Story, page

    story = Story(name=name, held_out=scored, inspections=seen, other=PAGES)
    for lang, file in PAGES.items():
        (out / file).write_text(page(story, lang), encoding="utf-8")


def _summary(
    out: Path, scored: Evaluation, seen: tuple[Inspection, ...], model: Model
) -> None:
    say(
        f"Trained on {model.record['n']} parts in {len(model.record['steps']) - 1} Newton steps."
    )
    say(f"{model.record['outcome']}")
    say()
    say("Scored on the parts kept back:")
    say(scored.text())
    say()
    for each in seen:
        share = each.probabilities[each.predicted_class]
        say(f"{Path(each.photo.name).name}, labelled {each.label}:")
        say(f"  {each.predicted_class} {share:.4f}: {each.decision}")
        say(f"  {each.reason}")
    say()
    say(f"Model:  {out / 'model'}")
    for lang, file in PAGES.items():
        say(f"Report: {out / file} ({lang})")

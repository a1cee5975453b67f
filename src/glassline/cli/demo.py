"""`glassline demo`: the whole job, end to end, on a rendered line or on your photos."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from glassline.cli.folders import make_ready
from glassline.cli.options import json_option, language_option
from glassline.cli.output import as_json, progress_bar, say
from glassline.errors import InputError

if TYPE_CHECKING:
    from glassline.dataset import Dataset, Part
    from glassline.dataset.readings import Progress
    from glassline.inspection import Inspection
    from glassline.model import Model
    from glassline.recipe import Recipe
    from glassline.studies.evaluation import Evaluation
    from glassline.studies.report import Story

__all__ = ["command"]

PARTS = 600
LOT = 5  # parts a lot: many small lots say more than few large ones
SEED = 7
HELD_OUT = 3  # one fold in three is kept for scoring
SHOWN = 3
RENDERED = "glassline.synthetic"
PAGES = {"en": "report.html", "zh-TW": "report.zh-TW.html"}


@click.command("demo")
@click.option(
    "--data", type=click.Path(path_type=Path), help="Your own labelled photos."
)
@click.option("--good", help="The class of good parts, if it is not called ok or good.")
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path("demo"), show_default=True
)
@language_option
@json_option
def command(
    data: Path | None, good: str | None, out: Path, lang: str, as_lines: bool
) -> None:
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
    from glassline.dataset.readings import joined
    from glassline.recipe import Recipe
    from glassline.studies.evaluation import evaluate
    from glassline.studies.report import Story
    from glassline.training import train

    make_ready(out)
    with progress_bar(lang) as progress:
        found = Dataset.read(data or _render(out / "line", progress))
        recipe = Recipe(classes=found.classes, good=good)
        trained_on, held_out = _split(joined(found, recipe.image, progress), recipe)
        model = train(trained_on, recipe, progress=progress)
        model.save(out / "model")
        scored = evaluate(model, held_out, progress=progress)
        seen = _three(model, held_out, scored)
        story = Story(str(data or RENDERED), model, scored, seen, PAGES)
        _write_pages(out, story)
    if as_lines:
        pages = [str(out / file) for file in PAGES.values()]
        as_json({**scored.as_json(), "model": model.sha256, "reports": pages})
    else:
        _summary(out, story, lang)


def _render(folder: Path, progress: Progress) -> Path:
    """Make the photos of a small production line: the same ones every time."""
    import numpy as np

    from glassline.synthetic import production_line, write_dataset

    make_ready(folder, mark=True)
    rng = np.random.default_rng(SEED)  # noqa: TID251  the one seed of the command line
    made = []
    for number, part in enumerate(production_line(PARTS, rng=rng, lot_size=LOT), 1):
        made.append(part)
        progress("rendering parts", number, PARTS)
    write_dataset(made, folder)
    return folder


def _split(data: Dataset, recipe: Recipe) -> tuple[Dataset, Dataset]:
    """Keep one part in three for scoring; no group on both sides."""
    import numpy as np

    from glassline.dataset.folds import deal

    labels = data.targets(recipe.classes).argmax(axis=1)
    dealt = deal(labels, data.groups(), HELD_OUT, least=HELD_OUT)
    return data.subset(np.flatnonzero(dealt)), data.subset(np.flatnonzero(dealt == 0))


def _three(
    model: Model, held_out: Dataset, scored: Evaluation
) -> tuple[Inspection, ...]:
    """Inspect the first parts of each class in turn, three in all, none picked."""
    from glassline.inspection import inspect

    refused = {refusal.path for refusal in scored.refused}
    by_class: dict[str | None, list[Part]] = {}
    for part in held_out.parts:
        if str(part.path) not in refused:
            by_class.setdefault(part.label, []).append(part)
    order = [name for name in (*model.recipe.classes, None) if name in by_class]
    turns = [
        by_class[name][turn]
        for turn in range(SHOWN)
        for name in order
        if turn < len(by_class[name])
    ]
    return tuple(
        inspect(model, part.path, label=part.label, root=part.within)
        for part in turns[:SHOWN]
    )


def _write_pages(out: Path, story: Story) -> None:
    from glassline.files import publish_all
    from glassline.studies.report import page

    texts = {out / file: page(story, lang) for lang, file in PAGES.items()}
    try:
        publish_all(
            {path: t.encode("utf-8", "backslashreplace") for path, t in texts.items()}
        )
    except OSError as error:
        raise InputError(
            f"--out {out}: expected a folder that can be written, got: {error.strerror}."
        ) from error


def _summary(out: Path, story: Story, lang: str) -> None:
    from glassline.render.words import words
    from glassline.studies.evaluation.text import lines
    from glassline.training.text import outcome

    told, decisions = words(lang)["demo"], words(lang)["decisions"]
    record = story.model.record
    say(told["trained"].format(n=record.n, steps=len(record.steps) - 1))
    say(outcome(record.outcome, lang))
    say()
    say(told["scored"])
    say(*lines(story.held_out, lang))
    say()
    for each in story.inspections:
        label = each.label or told["in_shares"]
        verdict = told["verdict"].format(
            name=each.predicted_class,
            probability=f"{each.probabilities[each.predicted_class]:.4f}",
            action=decisions[each.decision],
        )
        say(told["part"].format(photo=Path(each.photo.name).name, label=label))
        say(f"  {verdict}")
        say(f"  {each.decided.reason.text(lang)}")
    say()
    say(told["model"].format(path=out / "model"))
    for page, file in PAGES.items():
        say(told["report"].format(path=out / file, lang=page))

"""Real images: five grouped folds on every set, written to docs/results.md."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.document import conditions, write_section
from glassline.dataset import Dataset
from glassline.dataset.folds import FOLDS, deal
from glassline.dataset.readings import Readings, read_parts
from glassline.recipe import Recipe
from glassline.studies.crossvalidation import cross_validate
from glassline.studies.metrics import Score
from glassline.studies.price.control import grey_statistics
from glassline.training import read_candidates
from glassline.training.concepts.figures import balanced_accuracy
from glassline.training.crossfit import out_of_fold

SETS = ("neu_osd", "neu_cls", "kolektor_osd", "mtd_osd", "alu_sheet", "mpdd_plate")
SEEDS = (0, 1, 2)
FIGURES = ("accuracy", "balanced_accuracy", "macro_f1", "log_loss")


@dataclass(frozen=True)
class Row:
    """One set: its figures over the seeds, and how long it took."""

    name: str
    n: int
    groups: int
    majority: float
    figures: dict[str, tuple[float, float, float]]
    control: float
    confusion: Any
    classes: tuple[str, ...]
    seconds: float


def main() -> None:
    """Score every set found below the folder given."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path("../shared/data")
    found = [folder / name for name in SETS if (folder / name).is_dir()]
    if not found:
        sys.exit(f"{folder}: expected the folders {', '.join(SETS)}, got none of them.")
    rows = []
    for each in found:
        rows.append(score_set(each))
        print(as_line(rows[-1]), flush=True)
    write_section("real images", document(rows, folder))


def score_set(folder: Path) -> Row:
    """Cross-validate one set with every seed; photos are read once."""
    start = time.perf_counter()
    data = Dataset.read(folder)
    recipe = Recipe(classes=data.classes)
    readings = read_candidates(data, recipe)
    runs = [cross_validate(readings, recipe, seed=seed) for seed in SEEDS]
    greys = read_parts(data, grey_statistics, recipe.image)
    scores = [run.scores for run in runs]
    figures = {}
    for name in FIGURES:
        each = [getattr(score, name) for score in scores]
        ends = [(one.value, one.low, one.high) for one in each]
        value, low, high = np.mean(ends, axis=0).tolist()
        figures[name] = (value, low, high)
    return Row(
        name=folder.name,
        n=runs[0].n,
        groups=scores[0].groups,
        majority=scores[0].majority,
        figures=figures,
        control=float(np.mean([score_control(greys, recipe, seed) for seed in SEEDS])),
        confusion=runs[0].confusion,
        classes=recipe.classes,
        seconds=time.perf_counter() - start,
    )


def score_control(greys: Readings, recipe: Recipe, seed: int) -> float:
    """Return the balanced accuracy of the same scale and head on nine grey statistics."""
    known = greys.data.labelled(recipe.classes)
    dealt = deal(known.labels, known.data.groups(), FOLDS, seed=seed)
    logits = out_of_fold(greys.values[known.rows], known.data, recipe, dealt)
    return balanced_accuracy(known.labels, logits.argmax(axis=1))


def as_line(row: Row) -> str:
    """Return one row of the table in Markdown."""
    cells = [
        Score(value, low, high).text() for value, low, high in row.figures.values()
    ]
    counts = f"{row.n} / {row.groups}"
    return (
        f"| {row.name} | {counts} | {row.majority:.3f} | {' | '.join(cells)} "
        f"| {row.control:.3f} |"
    )


def document(rows: list[Row], folder: Path) -> str:
    """Return the section: table, conditions, confusion matrices of the first seed."""
    lines = [
        "## Real images, the four measured features alone",
        "",
        f"`make results DATA={folder}`, {conditions('glassline', 'opencv-python-headless', 'numpy')}.",
        f"{FOLDS} folds by group, {len(SEEDS)} deals of the groups; settings, scale and head",
        "are chosen without the fold that is scored. A figure is the mean over the deals, as",
        "are the ends of its 95 % interval (by group: it speaks of other groups of",
        "the same line, of no other surface). Default recipe.",
        "Control: balanced accuracy of the same scale and head on nine grey-level",
        "statistics (mean, spread, seven percentiles), which know nothing of surfaces.",
        "",
        "| set | parts / groups | commonest class | accuracy | balanced | macro-F1 | cross-entropy (nats) | control |",
        "|---|---|---|---|---|---|---|---|",
        *[as_line(row) for row in rows],
        "",
        f"Time for all deals and folds of a set, reading included: "
        f"{', '.join(f'{row.name} {row.seconds:.0f} s' for row in rows)} (2 cores).",
        "",
        "Counts of the first deal, a row a true class, a column the most probable one:",
    ]
    for row in rows:
        lines += ["", f"| {row.name} | {' | '.join(row.classes)} |"]
        lines += ["|---" * (len(row.classes) + 1) + "|"]
        for name, counts in zip(row.classes, row.confusion.tolist(), strict=True):
            lines.append(f"| **{name}** | {' | '.join(map(str, counts))} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()

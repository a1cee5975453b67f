"""A kind of defect that training never saw: is it noticed, and at what cost?"""

from __future__ import annotations

import sys
import warnings
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from benchmarks.document import conditions, write_section
from glassline.dataset import Dataset
from glassline.dataset.folds import deal
from glassline.dataset.readings import Readings
from glassline.errors import GlasslineWarning
from glassline.model.verdict import decide
from glassline.recipe import ACTIONS, Recipe, ReviewSettings
from glassline.training import read_candidates, train_on
from glassline.training.crossfit import splits

SETS = {
    "neu_osd": "ok",
    "mtd_osd": "ok",
    "kolektor_osd": "ok",
    "mtd_cls": "free",
    "neu_cls": None,
}
RATES = (0.02, 0.05)
ACCEPT, REVIEW = ACTIONS.index("accept"), ACTIONS.index("review")


@dataclass
class Row:
    """One class left out of training, and what became of its parts and of the others."""

    name: str
    unseen: str
    n: int = 0
    known: int = 0
    accepted: int = 0  # of the unseen, by cost alone
    novel: dict[float, int] = field(default_factory=dict)
    still_accepted: dict[float, int] = field(default_factory=dict)
    extra: dict[float, int] = field(
        default_factory=dict
    )  # known parts, newly to review


def main() -> None:
    """Leave each defect class of every set out of training in turn."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path("../shared/data")
    found = [name for name in SETS if (folder / name).is_dir()]
    if not found:
        sys.exit(f"{folder}: expected the folders {', '.join(SETS)}, got none of them.")
    warnings.simplefilter("ignore", GlasslineWarning)
    rows = []
    for name in found:
        data = Dataset.read(folder / name)
        recipe = Recipe(classes=data.classes, good=SETS[name])
        readings = read_candidates(data, recipe)
        for unseen in recipe.classes:
            if unseen != recipe.good:
                rows.append(left_out(name, readings, recipe, unseen))
                print(as_line(rows[-1]), flush=True)
    write_section("novelty", document(rows, folder))


def left_out(name: str, readings: Readings, recipe: Recipe, unseen: str) -> Row:
    """Train without one class, five times by group, and judge the fold left out."""
    labels = readings.data.targets(recipe.classes).argmax(axis=1)
    dealt = deal(labels, readings.data.groups())
    is_new = labels == recipe.classes.index(unseen)
    row = Row(name, unseen)
    for rate in RATES:
        known = Recipe(
            classes=tuple(each for each in recipe.classes if each != unseen)
            if len(recipe.classes) > 2
            else recipe.classes,
            good=recipe.good,
            review=ReviewSettings(novelty=rate),
        )
        for others, own in splits(dealt):
            trained = train_on(readings.subset(others[~is_new[others]]), known)
            model = trained.model
            values = trained.values(readings.values[own])
            said = decide(model, values)
            count(row, rate, is_new[own], said.ranking.actions, said.actions)
    row.n, row.known = int(is_new.sum()), int((~is_new).sum())
    row.accepted //= len(RATES)
    return row


def count(
    row: Row,
    rate: float,
    is_new: np.ndarray,
    by_cost: np.ndarray,
    taken: np.ndarray,
) -> None:
    """Add the counts of one fold."""
    row.accepted += int((is_new & (by_cost == ACCEPT)).sum())
    for table, hits in (
        (row.novel, is_new & (taken == REVIEW)),
        (row.still_accepted, is_new & (taken == ACCEPT)),
        (row.extra, ~is_new & (taken != by_cost)),
    ):
        table[rate] = table.get(rate, 0) + int(hits.sum())


def as_line(row: Row) -> str:
    """Return one row of the table in Markdown."""
    cells = [f"{row.name}: {row.unseen}", f"{row.accepted}/{row.n}"]
    for rate in RATES:
        cells += [
            f"{row.still_accepted[rate]}/{row.n}",
            f"{row.novel[rate]}/{row.n}",
            f"{row.extra[rate]}/{row.known}",
        ]
    return f"| {' | '.join(cells)} |"


def document(rows: list[Row], folder: Path) -> str:
    """Return the section."""
    heads = " | ".join(
        f"{100 * rate:g} %: accepted | to review | known parts, newly to review"
        for rate in RATES
    )
    return "\n".join(
        [
            "## A kind of defect that training never saw",
            "",
            f"`make novelty DATA={folder}`, {conditions('glassline', 'numpy')}.",
            "Each defect class in turn is left out of training (settings, scale, head,",
            "region); 5 folds by group, so every part is judged by a model that saw neither",
            "its class nor, for the others, its group. First column: accepted by cost alone.",
            "Then for two settings of `review.novelty`: how many of the unseen class are",
            "still accepted, how many go to a person, and how many parts of the known",
            "classes go to a person that would not have.",
            "",
            f"| unseen class | accepted by cost | {heads} |",
            "|---" + "|---:" * (1 + 3 * len(RATES)) + "|",
            *[as_line(row) for row in rows],
        ]
    )


if __name__ == "__main__":
    main()

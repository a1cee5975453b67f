"""How much do a few photos teach? Accuracy and loss for 5 to 40 a class.

`python -m benchmarks.few_photos DATA` trains measured features, with `cnn` behind it
four concepts of the default network.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.document import conditions, write_section
from benchmarks.results import SETS
from glassline.arrays import Logits
from glassline.dataset import Dataset
from glassline.dataset.folds import deal
from glassline.dataset.readings import Readings
from glassline.front import Measured
from glassline.head import part_losses
from glassline.model.verdict import decide
from glassline.recipe import Recipe
from glassline.training import read_candidates
from glassline.training.cnn import Lessons, choose_backbone, read_statistics
from glassline.training.concepts import fit_concepts
from glassline.training.concepts.figures import ENDS, balanced_accuracy
from glassline.training.crossfit import quiet
from glassline.training.training import train_head, train_on

COUNTS = (5, 10, 20, 40)
DRAWS = 10
Rows = NDArray[np.int64]
Way = Callable[[Rows, Rows], Logits]
"""Given rows to learn from and rows to judge, returns the logits of these."""


def main() -> None:
    """Draw photos of every set found below the folder given, and score the rest."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path("../shared/data")
    front = "cnn" if "cnn" in sys.argv[2:] else "measured"
    lines = []
    for name in SETS:
        if not (folder / name).is_dir():
            continue
        data = Dataset.read(folder / name)
        recipe = Recipe(classes=data.classes)
        if front == "cnn":
            lessons = read_statistics(data, recipe, choose_backbone(data, recipe))
            readings, way = lessons.readings, by_network(lessons)
        else:
            readings = read_candidates(data, recipe)
            way = by_measurements(readings, recipe)
        lines.append(line_of(name, readings, recipe, way))
        print(lines[-1], flush=True)
    section = "few photos" if front == "measured" else "few photos, network"
    write_section(section, document(lines, folder, front))


def by_measurements(readings: Readings, recipe: Recipe) -> Way:
    """Train as `glassline train` does, on what was measured of some parts."""

    def judge(drawn: Rows, rest: Rows) -> Logits:
        found = train_on(readings.subset(drawn), recipe)
        others = readings.subset(rest)
        return decide(found.model, found.values(others.values)).logits

    return judge


def by_network(lessons: Lessons) -> Way:
    """Train as `glassline train --front cnn` does, less the figures that it reports."""
    recipe, material = lessons.recipe, lessons.material
    place = np.cumsum(lessons.readings.data.targets(recipe.classes).any(axis=1)) - 1

    def judge(drawn: Rows, rest: Rows) -> Logits:
        concepts = fit_concepts(material.subset(place[drawn], recipe), recipe)
        model = train_head(
            lessons.readings.subset(drawn),
            concepts.readings,
            recipe,
            front=Measured(recipe.features),  # a head does not know who reads for it
            ends=ENDS,
        )
        return decide(model, concepts.layer.read(lessons.statistics[rest])).logits

    return judge


def line_of(name: str, readings: Readings, recipe: Recipe, way: Way) -> str:
    """Return a set's row of the table in Markdown."""
    cells = [" | ".join(cells_of(readings, recipe, count, way)) for count in COUNTS]
    return f"| {name} | {' | '.join(cells)} |"


def cells_of(
    readings: Readings, recipe: Recipe, count: int, way: Way
) -> tuple[str, str]:
    """Return accuracy and loss of so many photos a class, each with its error."""
    found = np.array(list(draws(readings, recipe, count, way)))
    if not len(found):
        return "-", "-"
    error = found.std(axis=0, ddof=1) / np.sqrt(len(found))
    accuracy, loss = found.mean(axis=0)
    return f"{accuracy:.3f} ± {error[0]:.3f}", f"{loss:.2f} ± {error[1]:.2f}"


def draws(
    readings: Readings, recipe: Recipe, count: int, way: Way
) -> Iterator[tuple[float, float]]:
    """Yield balanced accuracy and cross-entropy on the groups that were not drawn."""
    known = readings.data.labelled(recipe.classes)
    groups = known.data.groups()
    for seed in range(DRAWS):
        drawn, rest = drawn_and_rest(known.labels, groups, count, seed)
        if len(np.unique(known.labels[rest])) < len(recipe.classes):
            # Of few groups some stay out of the draw, or nothing would be left.
            pool = np.flatnonzero(deal(known.labels, groups, seed=seed) != 0)
            some, _ = drawn_and_rest(known.labels[pool], groups[pool], count, seed)
            drawn = pool[some]
            rest = np.flatnonzero(~np.isin(groups, groups[drawn]))
        if len(np.unique(known.labels[rest])) < len(recipe.classes):
            continue
        with quiet():
            logits = way(known.rows[drawn], known.rows[rest])
        labels = known.labels[rest]
        losses = part_losses(logits, np.eye(len(recipe.classes))[labels])
        seen = np.asarray(logits.argmax(axis=1))
        yield balanced_accuracy(labels, seen), float(losses.mean())


def drawn_and_rest(
    labels: NDArray[np.int64], groups: NDArray[np.int64], count: int, seed: int
) -> tuple[Rows, Rows]:
    """Return the parts drawn, and those of groups of which none was."""
    rng = np.random.Generator(np.random.PCG64([count, seed]))
    drawn = draw(labels, groups, count, rng)
    return drawn, np.flatnonzero(~np.isin(groups, groups[drawn]))


def draw(
    labels: NDArray[np.int64],
    groups: NDArray[np.int64],
    count: int,
    rng: np.random.Generator,
) -> Rows:
    """Draw so many parts of each class, from as many groups as there are."""
    rows: list[int] = []
    for label in np.unique(labels).tolist():
        own = rng.permutation(np.flatnonzero(labels == label))
        _, turn = np.unique(groups[own], return_inverse=True)
        seen: dict[int, int] = {}
        place = []
        for group in turn.tolist():
            seen[group] = seen.get(group, 0) + 1
            place.append(seen[group])
        rows += own[np.argsort(place, kind="stable")][:count].tolist()
    return np.array(sorted(rows))


def document(lines: list[str], folder: Path, front: str) -> str:
    """Return the section: what few photos of a class give."""
    heads = " | ".join(f"{count}: balanced | nats" for count in COUNTS)
    libraries = conditions("glassline", "opencv-python-headless", "numpy")
    asked, what = "", "## Few photos"
    if front == "cnn":
        asked, what = " FRONT=cnn", "## Few photos, four concepts of a network"
    return "\n".join(
        [
            what,
            "",
            f"`make few-photos DATA={folder}{asked}`, {libraries}.",
            "So many photos of each class (or all there are) are drawn, from as many groups as there",
            "are; all of training sees those alone, and the groups that were not drawn are judged. Where",
            "no group of some class would be left, a fifth of the groups stays out of the draw first.",
            f"Mean of {DRAWS} draws and its standard error: balanced accuracy and cross-entropy (nats).",
            "A dash: even then no group of some class is left to judge.",
            "",
            f"| set | {heads} |",
            "|---" * (2 * len(COUNTS) + 1) + "|",
            *lines,
        ]
    )


if __name__ == "__main__":
    main()

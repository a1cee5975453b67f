"""How much do a few photos teach? Accuracy and loss for 5 to 40 a class."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.document import conditions, write_section
from benchmarks.results import SETS
from glassline.dataset import Dataset
from glassline.dataset.readings import Readings
from glassline.head import part_losses
from glassline.model.verdict import decide
from glassline.recipe import Recipe
from glassline.training import read_candidates
from glassline.training.concepts.figures import balanced_accuracy
from glassline.training.crossfit import quiet
from glassline.training.training import train_on

COUNTS = (5, 10, 20, 40)
DRAWS = 10
Rows = NDArray[np.int64]


def main() -> None:
    """Draw photos of every set found below the folder given, and score the rest."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path("../shared/data")
    lines = []
    for name in SETS:
        if not (folder / name).is_dir():
            continue
        data = Dataset.read(folder / name)
        recipe = Recipe(classes=data.classes)
        readings = read_candidates(data, recipe)
        cells = [" | ".join(cells_of(readings, recipe, count)) for count in COUNTS]
        lines.append(f"| {name} | {' | '.join(cells)} |")
        print(lines[-1], flush=True)
    write_section("few photos", document(lines, folder))


def cells_of(readings: Readings, recipe: Recipe, count: int) -> tuple[str, str]:
    """Return accuracy and loss of so many photos a class, each with its error."""
    found = np.array(list(draws(readings, recipe, count)))
    if not len(found):
        return "-", "-"
    error = found.std(axis=0, ddof=1) / np.sqrt(len(found))
    accuracy, loss = found.mean(axis=0)
    return f"{accuracy:.3f} ± {error[0]:.3f}", f"{loss:.2f} ± {error[1]:.2f}"


def draws(
    readings: Readings, recipe: Recipe, count: int
) -> Iterator[tuple[float, float]]:
    """Yield balanced accuracy and cross-entropy on the groups that were not drawn."""
    known = readings.data.labelled(recipe.classes)
    groups = known.data.groups()
    for seed in range(DRAWS):
        rng = np.random.Generator(np.random.PCG64([count, seed]))
        drawn = draw(known.labels, groups, count, rng)
        rest = np.flatnonzero(~np.isin(groups, groups[drawn]))
        if len(np.unique(known.labels[rest])) < len(recipe.classes):
            continue
        with quiet():
            found = train_on(readings.subset(known.rows[drawn]), recipe)
        others = readings.subset(known.rows[rest])
        said = decide(found.model, found.values(others.values))
        labels = known.labels[rest]
        losses = part_losses(said.logits, np.eye(len(recipe.classes))[labels])
        yield balanced_accuracy(labels, said.classes), float(losses.mean())


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


def document(lines: list[str], folder: Path) -> str:
    """Return the section: what few photos of a class give."""
    heads = " | ".join(f"{count}: balanced | nats" for count in COUNTS)
    return "\n".join(
        [
            "## Few photos",
            "",
            f"`make few-photos DATA={folder}`, {conditions('glassline', 'opencv-python-headless', 'numpy')}.",
            "So many photos of each class are drawn, from as many groups as there are; all of",
            f"training sees those alone, and the groups that were not drawn are judged. Mean of {DRAWS}",
            "draws and its standard error: balanced accuracy and cross-entropy (nats). A dash: no",
            "group of some class is left to judge.",
            "",
            f"| set | {heads} |",
            "|---" * (2 * len(COUNTS) + 1) + "|",
            *lines,
        ]
    )


if __name__ == "__main__":
    main()

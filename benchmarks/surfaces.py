"""Does what was chosen carry to a surface that took no part in choosing it?"""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.document import conditions, write_section
from benchmarks.results import SETS
from glassline.arrays import Logits
from glassline.dataset import Dataset
from glassline.dataset.folds import FOLDS, deal
from glassline.dataset.readings import Readings
from glassline.model.verdict import decide
from glassline.recipe import Recipe
from glassline.training import read_candidates
from glassline.training.candidates import Candidates
from glassline.training.choosing import Choice, Parts, gains, inner_loss
from glassline.training.concepts.figures import balanced_accuracy
from glassline.training.crossfit import quiet
from glassline.training.search import LIMITS, Limits, search
from glassline.training.training import train_on

WAYS = {
    "defaults": Limits(groups=math.inf),
    "walk": Limits(many=math.inf, columns=math.inf),
    "weights": Limits(many=0),
}
"""The three ways of training, whatever the limits."""

POSSIBLE = [
    Limits(groups=groups, many=many, columns=columns)
    for groups, many, columns in product((3, 6, 12), (20, 50, 100, 250), (20, 50, 200))
]
"""What the limits could have been."""

FEW = 5  # groups a class of a set that is cut, of which a fold leaves four
DRAWS = 5  # of such groups


@dataclass
class Surface:
    """One set: its readings, and what each way of training says of its parts.

    Attributes:
        name: Of the set.
        readings: Of every candidate; every part is labelled.
        recipe: The default for its classes.
        taken: Feature and number in its grid of what training on all parts takes.
        better: And of what alone gains over the default, on parts not seen.
        said: Way and number of the fold to the logits of that fold, with every
            candidate.
        cut: The same with a few groups a class: what limits of few groups are told by.
    """

    name: str
    readings: Readings
    recipe: Recipe
    taken: set[tuple[str, int]] = field(default_factory=set)
    better: set[tuple[str, int]] = field(default_factory=set)
    said: dict[tuple[str, int], Logits] = field(default_factory=dict)
    cut: tuple[Surface, ...] = ()

    @cached_property
    def labels(self) -> NDArray[np.int64]:
        """The class of each part, shape (n,)."""
        return self.readings.data.labelled(self.recipe.classes).labels

    @cached_property
    def folds(self) -> NDArray[np.int64]:
        """The fold of each part, shape (n,)."""
        return deal(self.labels, self.readings.data.groups(), FOLDS, least=FOLDS)

    def way(self, limits: Limits, fold: int) -> str:
        """Return how limits have training go about a fold's other parts."""
        seen = self.folds != fold
        labels, groups = self.labels[seen], self.readings.data.groups()[seen]
        if not limits.search(labels, groups):
            return "defaults"
        columns = self.readings.columns
        return "walk" if limits.walk(labels, groups, columns) else "weights"

    def score(self, limits: Limits, said: Mapping[tuple[str, int], Logits]) -> float:
        """Return the balanced accuracy under limits, of what each way said."""
        classes = np.zeros(len(self.labels), np.int64)
        for fold in range(FOLDS):
            logits = said[self.way(limits, fold), fold]
            classes[self.folds == fold] = logits.argmax(axis=1)
        return balanced_accuracy(self.labels, classes)

    def mean(self, limits: Limits) -> float:
        """Return the mean of its score and of those when it is cut."""
        cut = [each.score(limits, each.said) for each in self.cut]
        whole = self.score(limits, self.said)
        return (whole + float(np.mean(cut))) / 2 if cut else whole

    def learn(self) -> None:
        """Train in every way without each fold, and keep what is said of it."""
        for way, fold in product(WAYS, range(FOLDS)):
            self.said[way, fold] = self.judge(way, fold, None)

    def few(self, rng: np.random.Generator) -> Surface | None:
        """Return the set with a few groups of each class; None where it has no more."""
        groups, kept = self.readings.data.groups(), set[int]()
        for label in np.unique(self.labels):
            own = np.unique(groups[self.labels == label])
            kept.update(rng.permutation(own)[:FEW].tolist())
        rows = np.flatnonzero(np.isin(groups, list(kept)))
        if len(rows) == len(groups):
            return None
        return Surface(self.name, self.readings.subset(rows), self.recipe)

    def judge(self, way: str, fold: int, known: set[tuple[str, int]] | None) -> Logits:
        """Return the logits of one fold, trained on the others one way."""
        rows, own = (
            np.flatnonzero(self.folds != fold),
            np.flatnonzero(self.folds == fold),
        )
        find = partial(search_among, known=known, limits=WAYS[way])
        with quiet():
            found = train_on(self.readings.subset(rows), self.recipe, find=find)
        return decide(found.model, found.values(self.readings.values[own])).logits


@dataclass(frozen=True)
class Among:
    """Some of the candidates, under the numbers that they have among all."""

    every: Candidates
    columns: Mapping[str, Sequence[int]]

    is_settled = False

    @property
    def defaults(self) -> tuple[int, ...]:
        """Return the columns of the defaults."""
        return self.every.defaults

    def near(self, feature: str, column: int) -> tuple[int, ...]:
        """Return what is near among all and is one of these."""
        own = set(self.columns[feature])
        return tuple(each for each in self.every.near(feature, column) if each in own)


def search_among(
    parts: Parts,
    candidates: Candidates,
    penalty: float,
    *,
    known: set[tuple[str, int]] | None,
    **options: Any,
) -> Choice:
    """Search as training does, among the defaults and the settings that are known.

    A setting that is known may be read on any plane of colour.
    """
    if known is None:
        return search(parts, candidates, penalty, **options)
    columns = {
        name: [
            column
            for column in span
            if column == span.start or (name, number(candidates, name, column)) in known
        ]
        for name, span in candidates.columns.items()
    }
    return search(parts, Among(candidates, columns), penalty, **options)  # type: ignore[arg-type]


def number(candidates: Candidates, feature: str, column: int) -> int:
    """Return the number of a setting in its feature's grid, whatever its plane."""
    size = len(candidates.features[feature].grid)
    return (column - candidates.columns[feature].start) % size


def main() -> None:
    """Leave out each set in turn: choose on the others, score it."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path("../shared/data")
    surfaces = [read(folder / name) for name in SETS if (folder / name).is_dir()]
    if len(surfaces) < 2:
        sys.exit(f"{folder}: expected two of the folders {', '.join(SETS)} or more.")
    rng = np.random.Generator(np.random.PCG64(0))
    for each in surfaces:
        each.learn()
        each.cut = tuple(found for _ in range(DRAWS) if (found := each.few(rng)))
        for one in each.cut:
            one.learn()
        print(each.name, *map(ways_of, (each, *each.cut)), sep="  ", flush=True)
    lines = [line(each, surfaces) for each in surfaces]
    write_section("surfaces left out", document(lines, folder))


def read(folder: Path) -> Surface:
    """Read a set, and train on all of it to see what it takes."""
    data = Dataset.read(folder)
    recipe = Recipe(classes=data.classes)
    readings = read_candidates(data, recipe)
    known = readings.data.labelled(recipe.classes)
    surface = Surface(folder.name, readings.subset(known.rows), recipe)

    def noted(
        parts: Parts, known: Candidates, penalty: float, **options: Any
    ) -> Choice:
        choice = search(parts, known, penalty, **options)
        surface.taken.update(
            (name, number(known, name, column))
            for name, mix in zip(known.columns, choice.mixes, strict=True)
            for column in mix
        )
        surface.better.update(better(parts, known, penalty))
        return choice

    with quiet():
        train_on(surface.readings, recipe, find=noted)
    return surface


def better(
    parts: Parts, candidates: Candidates, penalty: float
) -> set[tuple[str, int]]:
    """Return each setting that gains over its default, the other three by default."""
    score = inner_loss(parts, penalty)
    plain = tuple((column,) for column in candidates.defaults)
    before = score(plain)
    return {
        (name, number(candidates, name, column))
        for place, (name, span) in enumerate(candidates.columns.items())
        for column in span
        if gains(before, score((*plain[:place], (column,), *plain[place + 1 :])))
    }


def line(left: Surface, surfaces: Sequence[Surface]) -> str:
    """Return one row: a set as it is trained, and as if it had never been seen."""
    others = [each for each in surfaces if each is not left]
    known = {pair for each in others for pair in each.taken | each.better}

    def mean(limits: Limits) -> float:
        return float(np.mean([each.mean(limits) for each in others]))

    means = [round(mean(limits), 6) for limits in POSSIBLE]
    equal = [
        limits
        for limits, each in zip(POSSIBLE, means, strict=True)
        if each == max(means)
    ]
    # Over more candidates than a surface has that was looked at, nothing was seen.
    fewest = min(limits.columns for limits in equal)
    equal = [limits for limits in equal if limits.columns == fewest]
    best = equal[len(equal) // 2]
    said = {
        (way, fold): left.judge(way, fold, known)
        for fold in range(FOLDS)
        for way in [left.way(best, fold)]
    }
    here, there = left.score(LIMITS, left.said), left.score(best, said)
    new = len(left.taken - known - {(name, 0) for name, _ in left.taken})
    limits = f"{best.groups:g} / {best.many:g} / {best.columns:g}"
    row = (
        f"| {left.name} | {here:.3f} | {there:.3f} | {100 * (there - here):+.1f} "
        f"| {limits} | {new} | {ways_of(left)} |"
    )
    print(row, flush=True)
    return row


def ways_of(surface: Surface) -> str:
    """Return what each way of training gives, whatever the limits."""
    scores = [surface.score(limits, surface.said) for limits in WAYS.values()]
    return " / ".join(f"{score:.3f}" for score in scores)


def document(lines: list[str], folder: Path) -> str:
    """Return the section: each set as it is trained, and as if never seen."""
    return "\n".join(
        [
            "## Surfaces left out",
            "",
            f"`make surfaces DATA={folder}`, {conditions('glassline', 'opencv-python-headless', 'numpy')}.",
            f"{FOLDS} folds by group, one deal; balanced accuracy. *As trained*: all candidates, the",
            "limits of the search as they are. *Left out*: what may be read is the defaults and what",
            "training takes, or what alone gains over the default, on one of the other sets (on any plane of",
            f"colour); and the limits are those, of {len(POSSIBLE)}, that are best in the mean of the other sets, each",
            f"as it is and cut to {FEW} groups of a class ({DRAWS} draws, where it has more), of equals those",
            "of the fewest candidates, and of these the middle ones. *New*: settings that this set",
            "alone takes, which it then has to do without. Limits:",
            "groups of a class at all / groups from which on weights are learnt / candidates. The formulas",
            "themselves were written with all six sets in sight: of that, only sets that nobody here has",
            "seen can tell.",
            "",
            "| set | as trained | left out | points | limits of the others | new | defaults / walk / weights |",
            "|---|---|---|---|---|---|---|",
            *lines,
        ]
    )


if __name__ == "__main__":
    main()

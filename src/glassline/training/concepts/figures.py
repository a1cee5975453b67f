"""How far concepts can be believed: price, meaning, control, and what each carries."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassline.arrays import ClassIds
from glassline.dataset.folds import FOLDS, deal, most_folds
from glassline.features.scale import Ends
from glassline.recipe import Recipe
from glassline.training.concepts.layer import fit_concepts, fit_probe
from glassline.training.concepts.material import Material
from glassline.training.concepts.meaning import meaning
from glassline.training.crossfit import Rows, classes_of, crossfit, splits

__all__ = ["ENDS", "Figures", "assess", "balanced_accuracy"]

DEALS = 3  # of the groups into folds
MANY = 2_000  # parts of which one deal says enough
# Spreads of good parts: a reading that is learnt has no outliers to tame.
ENDS = Ends(clip=100.0, slope=0.0, floor=0.0)
MANY_SUBSETS = 5  # features of which every choice is scored: 32 heads a fold


@dataclass(frozen=True)
class Figures:
    """What grouped folds say; every part is scored by what did not see it.

    Attributes:
        n: Parts.
        folds: Folds.
        deals: How often the groups were dealt; each figure is the mean.
        glass: Balanced accuracy of the head on the concepts.
        black_box: That of a linear probe on all statistics of the same backbone.
        control: That of a head on four random directions instead.
        meaning: Feature to the rank correlation of concept and teacher within a
            class, the mean over the classes; without those that no teacher grades.
        subsets: Balanced accuracy for each choice of concepts, joined by +; none of
            them is the empty text. Of more than five: none, each alone, all but each, all.
    """

    n: int
    folds: int
    deals: int
    glass: float
    black_box: float
    control: float
    meaning: Mapping[str, float]
    subsets: Mapping[str, float]

    @property
    def price(self) -> float:
        """Return what the glass costs: balanced accuracy lost to the black box."""
        return self.black_box - self.glass

    @property
    def mean_meaning(self) -> float:
        """Return the mean of `meaning` over the features."""
        return float(np.mean(list(self.meaning.values())))

    def as_json(self) -> dict[str, Any]:
        """Return the figures as plain data."""
        return {**asdict(self), "price": self.price, "mean_meaning": self.mean_meaning}


def assess(
    material: Material,
    recipe: Recipe,
    *,
    count: int = FOLDS,
    progress: Callable[[str, int, int], None] = lambda stage, done, total: None,
) -> Figures | None:
    """Score concepts on groups that they were not learnt from.

    In each fold everything is learnt anew: statistics are standardised, people's scores
    ranked, concepts taught (with their own inner folds), scale and head fitted. What
    was there before is not: the ranges of a backbone in 8 bits are set by 64 of all
    photos, without their labels. The groups are dealt
    three times, once where there are more than 2,000 parts: where a class has few
    parts, one deal says little.

    Args:
        material: The labelled parts.
        recipe: Classes and training settings.
        count: Folds; fewer where there are fewer groups.
        progress: Told how many folds are done.

    Returns:
        The figures; None where training within a fold is impossible.
    """
    labels, groups = material.labels, material.data.groups()
    if most_folds(labels, groups) < 3:  # a fold's own folds need two groups
        return None
    seeds = range(DEALS if len(labels) <= MANY else 1)
    deals = [deal(labels, groups, count, least=3, seed=seed) for seed in seeds]
    folds = [others for dealt in deals for others, _ in splits(dealt)]
    if min(most_folds(labels[others], groups[others]) for others in folds) < 2:
        return None
    places = iter(range(len(folds)))

    def say(others: Rows, own: Rows) -> tuple[NDArray[Any], ...]:
        place = next(places)
        said = _look(material, others, own, recipe, seed=place)
        progress("assessing concepts", place + 1, len(folds))
        return said

    said = [crossfit(dealt, say) for dealt in deals]

    def mean(classes: list[ClassIds]) -> float:
        return float(np.mean([balanced_accuracy(labels, each) for each in classes]))

    names = recipe.feature_names
    meanings = [meaning(read, material.teacher, labels, names) for read, *_ in said]
    chosen = _subsets(len(names))
    subsets = [mean([seen[:, at] for *_, seen in said]) for at in range(len(chosen))]
    return Figures(
        n=len(labels),
        folds=len(folds) // len(deals),
        deals=len(deals),
        glass=subsets[-1],
        black_box=mean([black_box for _, black_box, _, _ in said]),
        control=mean([control for _, _, control, _ in said]),
        meaning={n: float(np.mean([m[n] for m in meanings])) for n in meanings[0]},
        subsets={
            "+".join(names[f] for f in some): subsets[at]
            for at, some in enumerate(chosen)
        },
    )


def _look(
    material: Material, rows: Rows, own: Rows, recipe: Recipe, *, seed: int
) -> tuple[NDArray[np.float64], ClassIds, ClassIds, NDArray[np.int64]]:
    """Learn from some parts what is said of m others.

    Returns:
        Shape (m, d), their readings. Shape (m,), their classes by the probe, and by
        random directions. Shape (m, 2^d), by the concepts of each subset.
    """
    others, statistics = material.subset(rows, recipe), material.statistics[own]
    concepts, probe = fit_concepts(others, recipe), fit_probe(others)
    read = concepts.layer.read(statistics)
    width, d = statistics.shape[1], read.shape[1]
    seen = []
    for chosen in _subsets(d):
        kept = np.zeros(d)
        kept[list(chosen)] = 1
        taught = concepts.readings * kept
        seen.append(classes_of(taught, read * kept, others.data, recipe, ENDS))
    rng = np.random.Generator(np.random.PCG64(seed))
    random = rng.standard_normal((width, d))
    control = classes_of(
        probe.standard(others.statistics) @ random,
        probe.standard(statistics) @ random,
        others.data,
        recipe,
        ENDS,
    )
    return read, probe.classes(statistics), control, np.stack(seen, axis=1)


def _subsets(d: int) -> tuple[tuple[int, ...], ...]:
    """Return every choice among d features, none of them first and all last.

    Of more than five: none, each alone, all but each, all.
    """
    sizes = range(d + 1) if d <= MANY_SUBSETS else (0, 1, d - 1, d)
    return tuple(chosen for size in sizes for chosen in combinations(range(d), size))


def balanced_accuracy(labels: ClassIds, seen: ClassIds) -> float:
    """Return the mean recall over the classes that occur.

    Example:
        >>> balanced_accuracy(np.array([0, 0, 0, 1]), np.array([0, 0, 1, 1])).__round__(4)
        0.8333
    """
    return float(np.mean([(seen[labels == c] == c).mean() for c in np.unique(labels)]))

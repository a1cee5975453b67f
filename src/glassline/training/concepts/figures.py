"""How far concepts can be believed: price, meaning, control, and what each carries."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from glassline.arrays import ClassIds
from glassline.dataset.folds import folds, most_folds
from glassline.errors import GlasslineWarning
from glassline.head import fit
from glassline.recipe import Recipe
from glassline.training.concepts.layer import teach
from glassline.training.concepts.material import Material
from glassline.training.trainset import prepare

__all__ = ["CLIP", "FOLDS", "Figures", "assess", "balanced_accuracy", "meaning"]

FOLDS = 5
DEALS = 3  # of the groups into folds
MANY = 2_000  # parts of which one deal says enough
CLIP = 100.0  # spreads of good parts: a reading that is learnt has no outliers to tame
LEAST_PARTS = 3  # of a class, for a rank correlation within it


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
            class, the mean over the classes.
        subsets: Balanced accuracy for each choice of concepts, joined by +; none of
            them is the empty text.
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
    """Score concepts on groups that nothing about them has seen.

    In each fold everything is learnt anew: statistics are standardised, concepts
    taught (with their own inner folds), scale and head fitted. The groups are dealt
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
    count = min(count, most_folds(labels, groups))
    if count < 3:  # a fold's own folds need two groups
        return None
    deals = DEALS if len(labels) <= MANY else 1
    seen = []
    for seed in range(deals):
        dealt = folds(labels, groups, count, seed)
        one = _Seen.none(material)
        for fold in range(count):
            own = dealt == fold
            others = material.subset(np.flatnonzero(~own), recipe)
            if most_folds(others.labels, others.data.groups()) < 2:
                return None
            one.look(own, (material, others), recipe, fold + count * seed)
            progress("assessing concepts", fold + 1 + count * seed, count * deals)
        seen.append(one)

    def mean(classes: list[ClassIds]) -> float:
        return float(np.mean([balanced_accuracy(labels, each) for each in classes]))

    names = recipe.feature_names
    chosen = _subsets(len(names))
    meanings = [meaning(one.readings, material.teacher, labels, names) for one in seen]
    return Figures(
        n=len(labels),
        folds=count,
        deals=deals,
        glass=mean([one.subsets[-1] for one in seen]),
        black_box=mean([one.black_box for one in seen]),
        control=mean([one.control for one in seen]),
        meaning={name: float(np.mean([m[name] for m in meanings])) for name in names},
        subsets={
            "+".join(names[f] for f in some): mean([one.subsets[row] for one in seen])
            for row, some in enumerate(chosen)
        },
    )


@dataclass(frozen=True)
class _Seen:
    """What was seen of each part by what did not learn from it.

    Attributes:
        readings: Shape (n, d).
        black_box: Shape (n,), classes by the probe.
        control: Shape (n,), by random directions.
        subsets: Shape (2^d, n), by the concepts of each subset.
    """

    readings: NDArray[np.float64]
    black_box: ClassIds
    control: ClassIds
    subsets: NDArray[np.int64]

    @classmethod
    def none(cls, material: Material) -> _Seen:
        """Return room for what will be seen."""
        n, d = material.teacher.shape
        return cls(
            np.zeros((n, d)),
            np.zeros(n, np.int64),
            np.zeros(n, np.int64),
            np.zeros((2**d, n), np.int64),
        )

    def look(
        self,
        own: NDArray[np.bool_],
        parts: tuple[Material, Material],
        recipe: Recipe,
        seed: int,
    ) -> None:
        """Learn from the other parts; write down what is seen of one fold's own."""
        material, others = parts
        concepts = teach(others, recipe)
        statistics = material.statistics[own]
        read = concepts.layer.read(statistics)
        self.readings[own] = read
        self.black_box[own] = concepts.probe.classes(statistics)
        for row, chosen in enumerate(_subsets(read.shape[1])):
            kept = np.zeros(read.shape[1])
            kept[list(chosen)] = 1
            self.subsets[row, own] = _classes(
                concepts.readings * kept, read * kept, others, recipe
            )
        rng = np.random.Generator(np.random.PCG64(seed))
        random = rng.standard_normal((statistics.shape[1], read.shape[1]))
        self.control[own] = _classes(
            concepts.probe.standard(others.statistics) @ random,
            concepts.probe.standard(statistics) @ random,
            others,
            recipe,
        )


def _classes(
    readings: NDArray[np.float64],
    read: NDArray[np.float64],
    material: Material,
    recipe: Recipe,
) -> ClassIds:
    """Fit scale and head to readings of the material; return the classes of others."""
    lesson = prepare(readings, material.data, recipe, clip=CLIP)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", GlasslineWarning)  # of folds, not the model
        head = fit(
            lesson.x,
            lesson.targets,
            penalty=recipe.training.penalty,
            weights=lesson.weights,
            tolerance=1e-6,
        ).head
    return np.asarray(head.logits(lesson.scale.x(read)).argmax(axis=1))


def _subsets(d: int) -> tuple[tuple[int, ...], ...]:
    """Return every choice among d features, none of them first and all last."""
    return tuple(
        chosen for size in range(d + 1) for chosen in combinations(range(d), size)
    )


def balanced_accuracy(labels: ClassIds, seen: ClassIds) -> float:
    """Return the mean recall over the classes that occur.

    Example:
        >>> balanced_accuracy(np.array([0, 0, 0, 1]), np.array([0, 0, 1, 1])).__round__(4)
        0.8333
    """
    return float(np.mean([(seen[labels == c] == c).mean() for c in np.unique(labels)]))


def meaning(
    readings: NDArray[np.float64],
    teacher: NDArray[np.float64],
    labels: ClassIds,
    names: tuple[str, ...],
) -> dict[str, float]:
    """Return how concepts follow their teachers within a class.

    Args:
        readings: Shape (n, d), of concepts.
        teacher: Shape (n, d), what each is meant to say.
        labels: Shape (n,).
        names: Of the d features.

    Returns:
        Feature to Spearman's rank correlation within a class, the mean over the
        classes with three parts or more; 0 where a column does not vary.
    """
    classes = [c for c in np.unique(labels) if (labels == c).sum() >= LEAST_PARTS]
    return {
        name: float(
            np.mean(
                [
                    _correlation(readings[labels == c, f], teacher[labels == c, f])
                    for c in classes
                ]
                or [0.0]
            )
        )
        for f, name in enumerate(names)
    }


def _correlation(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    ranks = np.array([rankdata(a), rankdata(b)])
    ranks -= ranks.mean(axis=1, keepdims=True)
    size = np.sqrt((ranks**2).sum(axis=1)).prod()
    return float(ranks[0] @ ranks[1] / size) if size else 0.0

"""What the four features cost here: a black box on the same folds, and what would pay."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from glassline.arrays import ClassIds, Values, View
from glassline.dataset import Dataset
from glassline.dataset.copies import Copy
from glassline.dataset.folds import FOLDS, deal, most_folds
from glassline.dataset.readings import (
    Progress,
    Readings,
    Refusal,
    no_progress,
    read_parts,
)
from glassline.errors import check_one_of
from glassline.interface.checked import checked
from glassline.interface.record import Record
from glassline.recipe import Recipe
from glassline.studies.metrics import Score, difference
from glassline.studies.metrics.classification import mean_recall
from glassline.studies.price.control import GREY_STATISTICS, grey_statistics
from glassline.training import read_candidates, train_on
from glassline.training.candidates import Candidates
from glassline.training.crossfit import Rows, classes_of, crossfit, splits
from glassline.training.trainset import of_measurements

if TYPE_CHECKING:
    from glassline.front.onnx.graph import Backbone

__all__ = ["Gain", "Price", "price"]

LEAST = 3  # folds: the concepts deal groups again within them
SCORED = ("measured", "concepts", "black_box", "grey")
OWN = {"measured": ("measured", "concepts"), "cnn": ("concepts", "measured")}


@dataclass(frozen=True)
class Gain:
    """What one thing more, or another front, would add to the four features.

    Attributes:
        what: `front`: the other one; a feature: all measurements that it may be read as,
            each with a weight of its own; `measurements`: those of all features;
            `grey`: nine grey-level statistics.
        points: Balanced accuracy with it less that without.
    """

    what: str
    points: Score


@dataclass(frozen=True, eq=False, repr=False)
class Price(Record):
    """Four features beside a black box, on the same grouped folds.

    Attributes:
        front: What reads the four: measured or cnn.
        network: Whose statistics the black box sees.
        n: Parts.
        groups: Their groups.
        folds: How many folds.
        scores: Balanced accuracy of the `measured` features, of the network's `concepts`,
            of the `black_box` and of the nine `grey` statistics.
        cost: Balanced accuracy of the black box less that of the four features.
        gains: What would win some of it back, the largest first.
        refused: Photos that could not be read.
        copies: Photos that show what another one shows, and count for nothing.
    """

    front: str
    network: str
    n: int
    groups: int
    folds: int
    scores: Mapping[str, Score]
    cost: Score
    gains: tuple[Gain, ...]
    refused: tuple[Refusal, ...]
    copies: tuple[Copy, ...]

    @cached_property
    def pays(self) -> Gain | None:
        """Return the largest gain whose interval is above 0; None where none is."""
        return next((each for each in self.gains if each.points.low > 0), None)

    def as_json(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {
            "front": self.front,
            "network": self.network,
            "n": self.n,
            "groups": self.groups,
            "folds": self.folds,
            "balanced_accuracy": {
                name: each.as_json() for name, each in self.scores.items()
            },
            "cost": self.cost.as_json(),
            "gains": {each.what: each.points.as_json() for each in self.gains},
            "pays": self.pays.what if self.pays else None,
            "refused": [each.as_json() for each in self.refused],
            "copies": [each.as_json() for each in self.copies],
        }


@checked
def price(  # noqa: PLR0913  one keyword for each thing a caller may add
    data: Dataset,
    recipe: Recipe,
    *,
    front: str = "measured",
    backbone: str | None = None,
    int8: bool = False,
    workers: int = 2,
    progress: Progress = no_progress,
) -> Price | None:
    """Score the four features and a black box on the same folds; say what would pay.

    The groups are dealt into five folds. For each, everything is learnt from the others:
    settings, scale and head of the measured features; a linear probe on all statistics of
    a pretrained network (standardised, balanced classes, C = 0.01), which is the black
    box; four concepts of the same network; and the same scale and head on nine
    grey-level statistics, a trivial control. What one thing more would add to the
    measured features is tried by the same head on both together.

    Args:
        data: The labelled parts.
        recipe: Classes and training settings.
        front: What reads the four whose cost is asked.
        backbone: Of the black box; left out, the default.
        int8: Whether it runs in whole numbers of 8 bits.
        workers: Photos read at the same time.
        progress: Told how far each stage is.

    Returns:
        What was found; None where there are fewer than three groups, or a fold leaves
        fewer than two to learn from.

    Raises:
        MissingExtraError: The extra cnn is not installed.
        LabelError: A label is not one of the recipe's classes.
        DatasetError: No photo could be read.
        InputError: There is no such front or backbone.

    Example:
        >>> found = price(data, Recipe(classes=data.classes))  # doctest: +SKIP
        >>> print(found.cost, found.pays)  # doctest: +SKIP
    """
    check_one_of("front", front, tuple(OWN))
    data.targets(recipe.classes)  # a wrong label is found before the photos are read
    read = _read(data, recipe, backbone, int8, workers, progress)
    known = read.readings.data.labelled(recipe.classes)
    labels, groups = known.labels, known.data.groups()
    if most_folds(labels, groups) < LEAST:
        return None
    dealt = deal(labels, groups, FOLDS, least=LEAST)
    if min(most_folds(labels[rows], groups[rows]) for rows, _ in splits(dealt)) < 2:
        return None
    scored = read.subset(known.rows)
    done = iter(range(1, FOLDS + 1))

    def say(others: Rows, own: Rows) -> tuple[ClassIds, ...]:
        seen = _look(scored, others, own, recipe)
        progress("comparing with a black box", next(done), len(np.unique(dealt)))
        return tuple(seen.values())

    names = (*SCORED, *(f"+{name}" for name in scored.extras))
    seen = dict(zip(names, crossfit(dealt, say), strict=True))
    right = {name: each == labels for name, each in seen.items()}
    four, other = OWN[front]

    def gain(what: str, name: str) -> Gain:
        return Gain(what, difference(right[name], right[four], labels, groups))

    gains = [gain("front", other)]
    if front == "measured":
        gains += [gain(name, f"+{name}") for name in scored.extras]
    return Price(
        front=front,
        network=scored.network.name,
        n=len(labels),
        groups=len(np.unique(groups)),
        folds=len(np.unique(dealt)),
        scores={name: mean_recall(right[name], labels, groups) for name in SCORED},
        cost=difference(right["black_box"], right[four], labels, groups),
        gains=tuple(sorted(gains, key=lambda each: -each.points.value)),
        refused=read.readings.refused,
        copies=read.readings.copies,
    )


@dataclass(frozen=True)
class _Read:
    """Of each part a row: all candidates; nine grey statistics, those of the network."""

    readings: Readings
    others: NDArray[np.float64]
    candidates: Candidates
    network: Backbone

    @property
    def measured(self) -> NDArray[np.float64]:
        """Return what all candidates read of the whole photo."""
        whole, _ = self.readings.ways()
        return whole.values

    @property
    def grey(self) -> NDArray[np.float64]:
        return self.others[:, :GREY_STATISTICS]

    @property
    def statistics(self) -> NDArray[np.float64]:
        return self.others[:, GREY_STATISTICS:]

    @property
    def extras(self) -> dict[str, NDArray[np.float64]]:
        """What may stand beside the four features, by name."""
        each = {
            name: self.measured[:, list(columns)]
            for name, columns in self.candidates.columns.items()
            if len(columns) > 1
        }
        both = {"measurements": self.measured} if each else {}
        return {**each, **both, "grey": self.grey}

    def subset(self, rows: Rows) -> _Read:
        return replace(
            self, readings=self.readings.subset(rows), others=self.others[rows]
        )


def _read(
    data: Dataset,
    recipe: Recipe,
    backbone: str | None,
    int8: bool,
    workers: int,
    progress: Progress,
) -> _Read:
    """Read every photo with all that is compared: as training does, and beside it."""
    from glassline.front.onnx.backbones import DEFAULT  # noqa: PLC0415  needs the extra
    from glassline.training import cnn  # noqa: PLC0415  needs the extra cnn

    network = cnn.choose_backbone(data, recipe, backbone or DEFAULT, int8=int8)
    statistics = cnn.Statistics(data, recipe, network)

    def measure(view: View, /) -> Values:
        return np.concatenate((grey_statistics(view), statistics(view)))

    readings = read_candidates(
        data, of_measurements(recipe), workers=workers, progress=progress
    )
    beside = read_parts(
        readings.data,
        measure,
        recipe.image,
        workers=workers,
        progress=progress,
        planes=statistics.planes,
    )
    candidates = Candidates.of(recipe.features, readings.columns)
    return _Read(readings, beside.values, candidates, network)


def _look(parts: _Read, others: Rows, own: Rows, recipe: Recipe) -> dict[str, ClassIds]:
    """Learn from some parts which class each way says of the others."""
    from glassline.training.cnn import material_of  # noqa: PLC0415  needs the extra cnn
    from glassline.training.concepts import fit_concepts, fit_probe  # noqa: PLC0415  slow
    from glassline.training.concepts.figures import ENDS  # noqa: PLC0415

    taught = parts.readings.data.subset(others)

    def by_head(values: NDArray[np.float64]) -> ClassIds:
        return classes_of(values[others], values[own], taught, recipe)

    readings = parts.readings
    found = train_on(readings.subset(others), of_measurements(recipe))
    head, four = found.model.head, found.values(readings.values)
    defaults = parts.measured[:, list(parts.candidates.defaults)]
    material = material_of(
        readings.data, parts.statistics, defaults, recipe, parts.network
    )
    lessons, seen = material.subset(others, recipe), material.statistics[own]
    concepts = fit_concepts(lessons, recipe)
    read = concepts.layer.read(seen)
    return {
        "measured": head.logits(found.model.scale.x(four[own])).argmax(axis=1),
        "concepts": classes_of(concepts.readings, read, taught, recipe, ENDS),
        "black_box": fit_probe(lessons).classes(seen),
        "grey": by_head(parts.grey),
        **{
            f"+{name}": by_head(np.hstack([four, extra]))
            for name, extra in parts.extras.items()
        },
    }

"""Four concepts from the statistics of a backbone: what they are called, and the verdict."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve

from glassline.arrays import ClassIds, Values
from glassline.dataset.folds import deal, most_folds
from glassline.errors import DatasetError
from glassline.head import Head, fit
from glassline.head.threads import one_thread
from glassline.recipe import Recipe
from glassline.training.concepts.directions import directions
from glassline.training.concepts.material import Material, Table
from glassline.training.crossfit import crossfit, quiet

__all__ = ["Concepts", "Layer", "Probe", "fit_concepts", "fit_probe"]

SEED = 7  # another deal than those that score
PROBE_PENALTY = 100.0  # divided by n: C = 0.01, as linear probes of such features use
OF_CLASSES = 3000.0  # penalty of a ridge regression on 1,568 standardised statistics
OF_READINGS = 300.0
TOLERANCE = 1e-4  # of the probe's gradient: its argmax needs no ten digits
MIN_SPREAD = 1e-9


@dataclass(frozen=True, eq=False)
class Probe:
    """A linear classifier on all statistics: the black box that the glass replaces.

    Attributes:
        center: Shape (width,), mean of each statistic.
        spread: Shape (width,), its standard deviation.
        head: On the standardised statistics.
    """

    center: Values
    spread: Values
    head: Head

    def standard(self, statistics: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the statistics in standard units, shape (n, width)."""
        return np.asarray((statistics - self.center) / self.spread)

    def classes(self, statistics: NDArray[np.float64]) -> ClassIds:
        """Return the most probable class of each part, shape (n,)."""
        return np.asarray(self.head.logits(self.standard(statistics)).argmax(axis=1))


@dataclass(frozen=True, eq=False)
class Layer:
    """A linear map from statistics to readings.

    Attributes:
        weights: Shape (width, d).
        offset: Shape (d,).
    """

    weights: NDArray[np.float64]
    offset: Values

    def read(self, statistics: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the readings, shape (n, d)."""
        return np.asarray(statistics @ self.weights + self.offset)


@dataclass(frozen=True, eq=False)
class Concepts:
    """What was learnt from labelled parts.

    Attributes:
        layer: From statistics to readings, fitted to all of them.
        readings: Shape (n, d), the same of each part by a layer that did not see it.
        table: Shape (k, d), how strongly each class shows each feature.
    """

    layer: Layer
    readings: NDArray[np.float64]
    table: Table


@dataclass(frozen=True)
class _Halves:
    """What tells classes apart, and what varies within them: two linear maps."""

    center: Values
    between: NDArray[np.float64]
    within: NDArray[np.float64]

    def read(
        self, statistics: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return both, shapes (n, k) and (n, d)."""
        away = statistics - self.center
        return away @ self.between, away @ self.within


def fit_concepts(material: Material, recipe: Recipe) -> Concepts:
    """Learn four concepts that mean what they are called and carry the verdict.

    Each concept is linear in two predictions, both ridge regressions on the standardised
    statistics of the photos and of the photos mirrored:

        reading = between C + within G

    *between* predicts the class; *within* where a part stands among those of its class
    in each measured reading, as a normal score, with every stage of the backbone counting
    alike. C and G (see `directions`) put the first where the head looks and the second
    where it need not.

    The readings that the head is trained on come from layers that did not see the
    part: groups are dealt into five folds. Everything is deterministic: two linear
    systems and two small decompositions.

    Raises:
        DatasetError: There are fewer than two groups of labelled parts.

    Source:
        Concept bottleneck: P. W. Koh et al., Concept Bottleneck Models (ICML 2020);
        out-of-fold inputs: D. Wolpert, Stacked Generalization, Neural Networks 5(2),
        1992. Classes and measurements in different directions are ours.
    """
    groups = material.data.groups()
    if most_folds(material.labels, groups) < 2:
        raise DatasetError(
            f"{material.data.name}: expected at least 2 groups of labelled parts for a "
            "network front, got fewer. Add parts, or a column group with more values."
        )

    def say(
        others: NDArray[np.int64], own: NDArray[np.int64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        return _halves(material.subset(others, recipe)).read(material.statistics[own])

    with one_thread(), quiet():  # one thread: the same bits
        dealt = deal(material.labels, groups, seed=SEED)
        between, within = crossfit(dealt, say)
        halves = _halves(material)
        found = directions(material, recipe, between, within)
        weights = halves.between @ found.codes + halves.within @ found.room
        return Concepts(
            layer=Layer(weights, -halves.center @ weights),
            readings=between @ found.codes + within @ found.room,
            table=material.split()[0],
        )


def fit_probe(material: Material) -> Probe:
    """Fit the black box: a convex linear classifier on all statistics of the photos.

    Standardised, classes balanced as the recipe says, C = 0.01; with the certificate of
    a head. It sees no mirrored photo.
    """
    center, spread = _standard(material)
    head = fit(
        (material.statistics - center) / spread,
        material.targets,
        penalty=PROBE_PENALTY / len(material.targets),
        weights=material.weights,
        tolerance=TOLERANCE,
    ).head
    return Probe(center, spread, head)


def _standard(material: Material) -> tuple[Values, Values]:
    """Return mean and spread of each statistic, shape (width,) each."""
    spread = material.statistics.std(axis=0)
    spread = np.where(spread > MIN_SPREAD, spread, 1.0)
    return material.statistics.mean(axis=0), spread


def _halves(material: Material) -> _Halves:
    """Predict classes and measurements; each part counts once, whatever its class."""
    center, spread = _standard(material)
    seen = [material.statistics, *np.moveaxis(material.mirrored, 1, 0)]
    counts = material.data.weights()
    root = np.sqrt(counts / counts.mean())[:, None]
    x = np.concatenate([root * (each - center) / spread for each in seen])
    _, scores = material.split()
    shares = np.average(material.targets, axis=0, weights=counts)
    wanted = [
        np.tile(root * each, (len(seen), 1))
        for each in (material.targets - shares, scores)
    ]
    # Of many rows the product is what takes long; both regressions share it.
    gram = x.T @ x if len(x) > x.shape[1] else None
    between = _ridge(x, wanted[0], OF_CLASSES, np.ones(x.shape[1]), gram)
    within = _ridge(x, wanted[1], OF_READINGS, material.evened, gram)
    return _Halves(center, between / spread[:, None], within / spread[:, None])


def _ridge(
    x: NDArray[np.float64],
    wanted: NDArray[np.float64],
    penalty: float,
    scale: Values,
    gram: NDArray[np.float64] | None,
) -> NDArray[np.float64]:
    """Return the w that minimises |x w - wanted|^2 + penalty |w / scale|^2.

    Args:
        x: Shape (n, width).
        wanted: Shape (n, outputs).
        penalty: How much small weights are preferred.
        scale: Shape (width,), how large each column's weights may be.
        gram: x' x, where there are more rows than columns.

    Returns:
        Shape (width, outputs).
    """
    n, width = x.shape
    if gram is not None:
        square = scale[:, None] * gram * scale + penalty * np.eye(width)
        found = solve(square, scale[:, None] * (x.T @ wanted), assume_a="pos")
        return np.asarray(scale[:, None] * found)
    scaled = x * scale
    square = scaled @ scaled.T + penalty * np.eye(n)
    found = scaled.T @ solve(square, wanted, assume_a="pos")
    return np.asarray(scale[:, None] * found)

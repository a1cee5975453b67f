"""Four concepts from the statistics of a backbone, each bent to the verdict no further than needed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from glassline.arrays import ClassIds, Values
from glassline.dataset.folds import deal, most_folds
from glassline.errors import DatasetError
from glassline.head import Head, fit
from glassline.head.threads import one_thread
from glassline.recipe import Recipe
from glassline.training.concepts.material import Material, Table
from glassline.training.crossfit import crossfit, quiet

__all__ = ["Concepts", "Layer", "Probe", "fit_concepts"]

SEED = 7  # another deal than those that score
PROBE_PENALTY = 100.0  # divided by n: C = 0.01, as linear probes of such features use
RIDGE = 1000.0  # of the readings on 1,568 standardised statistics; 300 is as good
CLASS_GAIN = 2.0  # of what tells classes apart over what varies within one
MIXED = 0.15  # share of the within-class part kept where the verdict is read
KEPT = 1  # feature at least whose variation within a class is left whole
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
        probe: On the same statistics, fitted to all of them.
        table: Shape (k, d), how strongly each class shows each feature.
    """

    layer: Layer
    readings: NDArray[np.float64]
    probe: Probe
    table: Table


@dataclass(frozen=True)
class _Halves:
    """What tells classes apart, and what varies within them: two linear maps."""

    probe: Probe
    between: NDArray[np.float64]
    constant: Values
    within: NDArray[np.float64]

    def read(
        self, statistics: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return both halves of the readings, shape (n, d) each."""
        x = self.probe.standard(statistics)
        return x @ self.between + self.constant, x @ self.within


def fit_concepts(material: Material, recipe: Recipe) -> Concepts:
    """Learn four concepts that mean what they are called and carry the verdict.

    Each concept is the sum of two halves, in normal scores of its teacher:

        reading = 2 between + within B

    *between* is what a convex linear probe of the classes knows, each class by how
    strongly it shows the feature. *within* is a ridge regression on how far a part
    measures above its own class. B takes the second half out of the directions of
    concept space that tell classes apart (to 15 %): there the verdict is read, and
    in the others the variation within a class has room. Of the d directions at most
    d - 1 are taken so.

    The readings that the head is trained on come from layers that did not see the
    part: groups are dealt into five folds. Everything is deterministic; the probe
    carries the certificate of a head, the ridge is one linear system.

    Raises:
        DatasetError: There are fewer than two groups of labelled parts.

    Source:
        Concept bottleneck: P. W. Koh et al., Concept Bottleneck Models (ICML 2020);
        out-of-fold inputs: D. Wolpert, Stacked Generalization, Neural Networks 5(2),
        1992. Two halves kept in different directions are ours.
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
        table, _ = material.split()
        room = _room(table, within)
        weights = CLASS_GAIN * halves.between + halves.within @ room
        weights = weights / halves.probe.spread[:, None]
        return Concepts(
            layer=Layer(
                weights,
                CLASS_GAIN * halves.constant - halves.probe.center @ weights,
            ),
            readings=CLASS_GAIN * between + within @ room,
            probe=halves.probe,
            table=table,
        )


def _halves(material: Material) -> _Halves:
    probe = _probe(material)
    x = probe.standard(material.statistics)
    table, within = material.split()
    wanted = table[material.labels]
    between, constant = probe.head.W @ table, probe.head.b @ table
    # As large, over these parts, as the table says; the probe's own scale is nats.
    size = np.sqrt(
        (wanted**2).sum() / max(((x @ between + constant) ** 2).sum(), 1e-300)
    )
    return _Halves(probe, size * between, size * constant, _ridge(x, within))


def _probe(material: Material) -> Probe:
    spread = material.statistics.std(axis=0)
    spread = np.where(spread > MIN_SPREAD, spread, 1.0)
    center = material.statistics.mean(axis=0)
    head = fit(
        (material.statistics - center) / spread,
        material.targets,
        penalty=PROBE_PENALTY / len(material.targets),
        weights=material.weights,
        tolerance=TOLERANCE,
    ).head
    return Probe(center, spread, head)


def _ridge(x: NDArray[np.float64], wanted: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the w that minimises |x w - wanted|^2 + RIDGE |w|^2, shape (width, d)."""
    n, width = x.shape
    if n > width:
        gram = x.T @ x + RIDGE * np.eye(width)
        return np.asarray(np.linalg.solve(gram, x.T @ wanted))
    return np.asarray(x.T @ np.linalg.solve(x @ x.T + RIDGE * np.eye(n), wanted))


def _room(table: Table, within: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return B, shape (d, d): the identity, less 85 % of what tells classes apart.

    Args:
        table: Shape (k, d).
        within: Shape (n, d), whose spreads are the units of concept space.
    """
    spread = within.std(axis=0)
    spread = np.where(spread > MIN_SPREAD, spread, 1.0)
    _, sizes, directions = np.linalg.svd(table / spread)
    d = table.shape[1]
    taken = directions[: min(int((sizes > MIN_SPREAD).sum()), d - KEPT)]
    kept = np.eye(d) - (1 - MIXED) * taken.T @ taken
    return np.asarray(kept / spread[:, None] * spread)

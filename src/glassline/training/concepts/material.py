"""What a concept layer learns from: statistics, teachers, labels, groups."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float64
from numpy.typing import NDArray
from scipy.special import ndtri
from scipy.stats import rankdata

from glassline.arrays import ClassIds, PartWeights, Targets, Values
from glassline.dataset import Dataset
from glassline.errors import DatasetError, show
from glassline.recipe import Recipe
from glassline.training.trainset import part_weights

__all__ = ["Material", "Table", "normal_scores"]

Table = Float64[np.ndarray, "k d"]
"""Class by feature: how strongly a class shows a feature, in normal scores."""


@dataclass(frozen=True, eq=False)
class Material:
    """Labelled parts as a concept layer sees them, n of them.

    Attributes:
        data: The parts.
        statistics: Shape (n, width), what the backbone's stages hold.
        mirrored: Shape (n, views, width), the same of the photo mirrored; views may be 0.
        evened: Shape (width,), what makes every stage count alike, however many
            channels it has.
        readings: Shape (n, d), measured; of a concept that was added to the features
            what the recipe declares of the part's class.
        teacher: Shape (n, d), what teaches each feature: the measured reading, or
            the score a person gave.
        targets: Shape (n, k), the labels.
        weights: Shape (n,), class weights included.
        table: Shape (k, d), what the recipe declares of classes and features; NaN
            where it says nothing.
    """

    data: Dataset
    statistics: NDArray[np.float64]
    mirrored: NDArray[np.float64]
    evened: Values
    readings: NDArray[np.float64]
    teacher: NDArray[np.float64]
    targets: Targets
    weights: PartWeights
    table: Table

    @classmethod
    def of(
        cls,
        data: Dataset,
        statistics: NDArray[np.float64],
        readings: NDArray[np.float64],
        recipe: Recipe,
        *,
        mirrored: NDArray[np.float64] | None = None,
        evened: Values | None = None,
    ) -> Material:
        """Gather the labelled parts; undecided ones teach no concept.

        Where a person scored a feature of some parts, those scores teach it, and
        the parts without a score stand where their reading puts them among them.

        Raises:
            DatasetError: A score is of a feature that the recipe does not have.
        """
        known = data.labelled(recipe.classes)
        # What a class is declared to show stands in for a reading of an added concept.
        shown = known.targets @ _shares(recipe)
        measured = np.hstack([readings[known.rows], shown])
        return cls(
            data=known.data,
            statistics=statistics[known.rows],
            mirrored=(statistics[:, None][:, :0] if mirrored is None else mirrored)[
                known.rows
            ],
            evened=np.ones(statistics.shape[1]) if evened is None else evened,
            readings=measured,
            teacher=_taught(known.data, measured, recipe.feature_names),
            targets=known.targets,
            weights=part_weights(known.data, recipe),
            table=_declared(recipe),
        )

    @property
    def labels(self) -> ClassIds:
        """Return the class of each part, shape (n,); of shares the largest."""
        return np.asarray(self.targets.argmax(axis=1))

    def subset(self, rows: NDArray[np.int64], recipe: Recipe) -> Material:
        """Return these rows, weighed and ranked anew, as if there were no others."""
        data, readings = self.data.subset(rows), self.readings[rows]
        return replace(
            self,
            data=data,
            statistics=self.statistics[rows],
            mirrored=self.mirrored[rows],
            readings=readings,
            teacher=_taught(data, readings, recipe.feature_names),
            targets=self.targets[rows],
            weights=part_weights(data, recipe),
        )

    def split(self) -> tuple[Table, NDArray[np.float64]]:
        """Return the teacher in normal scores, between classes and within them.

        Returns:
            Shape (k, d): how strongly each class shows each feature, its mean
            normal score or what the recipe declares, less the mean over the
            classes; with more classes than features, spread evenly over a sphere.
            Shape (n, d): where each part stands within its class, in normal scores
            of its rank there.
        """
        scores = normal_scores(self.teacher)
        labels = self.labels
        count = np.bincount(labels, minlength=self.targets.shape[1])
        sums = np.zeros_like(self.table)
        np.add.at(sums, labels, scores)
        means = sums / np.maximum(count, 1)[:, None]
        shown = np.where(np.isnan(self.table), means, self.table)
        within = np.empty_like(scores)
        for label in np.unique(labels).tolist():
            own = labels == label
            within[own] = normal_scores(self.teacher[own])
        return _apart(shown - shown.mean(axis=0)), within


def _apart(table: Table) -> Table:
    """Spread the rows over a sphere where there are more of them than columns.

    Features that rise and fall together over the classes leave some directions nearly
    empty: with T = U S V', the table becomes U S^(1/2) V', which still has every class
    on its side of every direction and needs less of the large ones. A class in the middle
    of the others can be the most probable one to no linear head; on a sphere no class
    lies between others.

    Example:
        Sizes 8 and 2 become their roots, so 4 to 1 becomes 2 to 1:

        >>> even = _apart(np.array([[4.0, 1.0], [4.0, -1.0], [-4.0, 1.0], [-4.0, -1.0]]))
        >>> np.round(even / even[0, 1], 3).tolist()
        [[2.0, 1.0], [2.0, -1.0], [-2.0, 1.0], [-2.0, -1.0]]
    """
    k, d = table.shape
    if k <= d:
        return table
    left, sizes, right = np.linalg.svd(table, full_matrices=False)
    even = (left * np.sqrt(sizes)) @ right
    lengths = np.linalg.norm(even, axis=1, keepdims=True)
    usual = np.sqrt((table**2).sum() / k)
    return np.asarray(even * (usual / np.where(lengths > 0, lengths, np.inf)))


def normal_scores(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return where each value stands in its column, as a normal deviate.

        score = quantile((rank - 1/2) / n) of the standard normal; ties share

    so that no unit and no outlier of a teacher matters, only its order.

    Example:
        >>> normal_scores(np.array([[1.0], [5.0], [900.0]])).round(3).ravel().tolist()
        [-0.967, 0.0, 0.967]
    """
    ranks = rankdata(values, axis=0)
    return np.asarray(ndtri((ranks - 0.5) / len(values)))


def _shares(recipe: Recipe) -> Table:
    """Return how strongly each class shows each concept that was added, 0 to 1."""
    added = recipe.training.concepts or ()
    shown = [recipe.concepts.get(name, {}) for name in recipe.classes]
    table = [[each.get(name, 0.0) for name in added] for each in shown]
    return np.array(table, np.float64).reshape(len(recipe.classes), len(added))


def _declared(recipe: Recipe) -> Table:
    """Return the recipe's table: 0 in it is one below the middle, 1 one above."""
    found = np.full((len(recipe.classes), len(recipe.feature_names)), np.nan)
    found[:, len(recipe.measured_names) :] = -1
    for row, name in enumerate(recipe.classes):
        for feature, share in recipe.concepts.get(name, {}).items():
            found[row, recipe.feature_names.index(feature)] = 2 * share - 1
    return found


def _taught(
    data: Dataset, readings: NDArray[np.float64], names: tuple[str, ...]
) -> NDArray[np.float64]:
    """Return the readings, with the scores of people where there are some."""
    for part in data.parts:
        for name in part.scores or {}:
            if name not in names:
                raise DatasetError(
                    f"{part.source}: expected scores of {', '.join(names)}, got "
                    f"{show(name)}."
                )
    found = readings.copy()
    for column, name in enumerate(names):
        scores = np.array(
            [(part.scores or {}).get(name, np.nan) for part in data.parts]
        )
        scored = ~np.isnan(scores)
        if scored.any():
            # A part without a score: the score at its reading's rank among the parts.
            share = (rankdata(readings[:, column]) - 0.5) / len(readings)
            found[:, column] = np.quantile(scores[scored], share)
            found[scored, column] = scores[scored]
    return found

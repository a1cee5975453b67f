"""Where the verdict lies among the concepts, and where they follow what is measured."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from glassline.arrays import ClassIds
from glassline.recipe import Recipe
from glassline.training.concepts.material import Material, Table
from glassline.training.concepts.meaning import meaning

__all__ = ["Directions", "directions"]

KEPT = 1  # direction at least that is the measurements' alone
LOUD = (1.0, 0.7, 0.5, 0.35)  # classes beside measurements, in size within a class
MEANT = 0.55  # meaning that is asked for before the classes are louder
WORTH = 0.45  # meaning that quieter classes must reach to be worth their price
MIXED = 0.2  # share of the measurements where the verdict is read
SMALL = 0.3  # the logarithm of the scale leaves small readings nearly as they are
MIN_SPREAD = 1e-9


@dataclass(frozen=True, eq=False)
class Directions:
    """How two predictions become d readings: between @ codes + within @ room.

    Attributes:
        codes: Shape (k, d), what looking like each class adds to each reading.
        room: Shape (d, d), what each predicted measurement adds to each.
    """

    codes: Table
    room: NDArray[np.float64]


def directions(
    material: Material,
    recipe: Recipe,
    between: NDArray[np.float64],
    within: NDArray[np.float64],
) -> Directions:
    """Divide concept space between the verdict and the measurements.

    Of the d directions the verdict needs q = min(k - 1, d - 1). Taken for it are those
    in which the classes differ most by the table and the predicted measurements vary
    least within the classes: the q last eigenvectors of

        (correlation of the predictions within the classes) - q T'T / trace(T'T)

    H projects on them, P = 1 - H on the rest. With the predictions of the measurements
    in units of their spread within a class,

        reading = 0.3 ( loud between C + within (P + 0.2 H) )

    C puts the classes into H, turned there to be nearest to what the table says; with
    more classes than it has room for, each equally far from the middle. A head that
    looks along H sees the classes and a fifth of the measurements; how large these are
    in P does not matter to it, so the readings may be mostly what they are called.
    Within a class the first part is as large as the second, or less until the
    readings mean what they should (0.55), down to 0.35 of it; where they then mean
    less than 0.45, nothing is won, and it stays as large.

    Args:
        material: The parts, n of them.
        recipe: Classes and features.
        between: Shape (n, k), how much each part looks like each class, by what did
            not see it.
        within: Shape (n, d), how far it measures above its class, likewise.

    Source:
        The orthogonal matrix nearest to another: P. H. Schönemann, Psychometrika 31
        (1966). The division is ours.
    """
    table, _ = material.split()
    k, d = table.shape
    taken = min(k - 1, d - KEPT)
    labels = material.labels
    root = np.sqrt(material.weights / material.weights.mean())[:, None]
    spread = np.sqrt(((root * _away(within, labels)) ** 2).mean(axis=0))
    spread = np.where(spread > MIN_SPREAD, spread, 1.0)
    varied = root * _away(within, labels) / spread
    shown = table.T @ table
    shown = shown * taken / max(float(np.trace(shown)), MIN_SPREAD)
    axes = np.linalg.eigh(varied.T @ varied / len(varied) - shown)[1].T
    verdict, measured = axes[:taken], axes[taken:]
    codes = _placed(table, verdict)
    noise = ((root * _away(between @ codes, labels)) ** 2).sum(axis=1).mean()
    codes = codes * np.sqrt((d - taken) / max(float(noise), MIN_SPREAD))
    room = (measured.T @ measured + MIXED * verdict.T @ verdict) / spread[:, None]
    each = [Directions(SMALL * loud * codes, SMALL * room) for loud in LOUD]
    meant = [_meant(found, material, recipe, between, within) for found in each]
    reached = [at for at, value in enumerate(meant) if value >= MEANT]
    # Of few photos no measurement is predicted: quiet classes would buy no name.
    return each[reached[0] if reached else -1 if meant[-1] >= WORTH else 0]


def _meant(
    found: Directions,
    material: Material,
    recipe: Recipe,
    between: NDArray[np.float64],
    within: NDArray[np.float64],
) -> float:
    """Return the mean of the meanings over the features."""
    readings = between @ found.codes + within @ found.room
    each = meaning(readings, material.teacher, material.labels, recipe.feature_names)
    return float(np.mean(list(each.values())))


def _away(values: NDArray[np.float64], labels: ClassIds) -> NDArray[np.float64]:
    """Return how far each row is from the mean of its class."""
    found = np.array(values, np.float64)
    for label in np.unique(labels).tolist():
        own = labels == label
        found[own] -= found[own].mean(axis=0)
    return found


def _placed(table: Table, verdict: NDArray[np.float64]) -> Table:
    """Return a place for each class within some directions, shape (k, d).

    Args:
        table: Shape (k, d).
        verdict: Shape (q, d), orthonormal.
    """
    k = len(table)
    contrasts = np.linalg.svd(np.eye(k) - 1 / k)[0][:, : k - 1]
    left, sizes, right = np.linalg.svd(
        contrasts.T @ table @ verdict.T, full_matrices=False
    )
    if k - 1 <= len(verdict):
        return np.asarray(contrasts @ left @ right @ verdict)
    even = contrasts @ (left * np.sqrt(sizes)) @ right
    lengths = np.linalg.norm(even, axis=1, keepdims=True)
    even = even / np.where(lengths > 0, lengths, np.inf)
    return np.asarray((even - even.mean(axis=0)) @ verdict)

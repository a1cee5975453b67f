"""One number that makes the head's probabilities mean what they say on unseen groups."""

from __future__ import annotations

import math
import warnings
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassline.arrays import ClassIds, Logits, PartWeights
from glassline.dataset import Dataset
from glassline.dataset.folds import folds, most_folds
from glassline.errors import GlasslineWarning
from glassline.features.scale import CLIP
from glassline.head import Head, cross_entropy, fit, part_losses
from glassline.recipe import Recipe
from glassline.training.calibration import Temperature, calibrate
from glassline.training.trainset import part_weights, prepare

__all__ = ["FOLDS", "Tempered", "out_of_fold", "temper"]

FOLDS = 5
SOFTER, SHARPER = 1.0, 3.0  # standard errors that a gain must exceed


@dataclass(frozen=True)
class Tempered:
    """The temperature of a head, and whether it pays on groups it was not fitted to.

    Attributes:
        found: The temperature that fits all out-of-fold labels best.
        crossed: Mean cross-entropy of the same labels, each fold at the temperature
            of the other folds; what a temperature gives on groups that had no part
            in it.
        error: Standard error of `found.before` - `crossed` over the groups.
        folds: How many folds.
    """

    found: Temperature
    crossed: float
    error: float
    folds: int

    @property
    def value(self) -> float:
        """Return what divides the logits: the temperature found where it pays, else 1.

        It pays where it lowers the loss of other groups by more than one standard
        error of that gain; or, where it would make the head surer, by more than
        three: doubt costs a look, false certainty an escape.
        """
        least = (SHARPER if self.found.value < 1 else SOFTER) * self.error
        pays = self.found.before - self.crossed > least
        return self.found.value if pays and 0 < self.found.value < math.inf else 1.0

    def applied(self, head: Head) -> Head:
        """Return the head with W and b divided by `value`; the same head at 1."""
        t = self.value
        return head if t == 1 else Head(head.W / t, head.b / t)

    def as_json(self) -> dict[str, Any]:
        """Return what was found as plain data; null for what is not finite."""
        table = {
            **asdict(self.found),
            "outcome": self.found.outcome.value,
            "crossed": self.crossed,
            "error": self.error,
            "folds": self.folds,
            "applied": self.value,
        }
        return {
            key: None if isinstance(each, float) and not math.isfinite(each) else each
            for key, each in table.items()
        }


def temper(
    values: NDArray[np.float64], data: Dataset, recipe: Recipe, *, clip: float = CLIP
) -> Tempered | None:
    """Find the temperature of a recipe's heads on parts that they did not see.

    The groups are dealt into at most five folds; for each a scale and a head are
    fitted to the others, with the settings of the features as chosen on all. The
    temperature then minimises the cross-entropy of the logits of all folds, each
    part weighed as in training. Whether it pays is tried across the folds: each is
    scored at the temperature of the others.

    Args:
        values: Shape (n, d), the readings of every part.
        data: The same n parts.
        recipe: Classes and training settings.
        clip: Largest size of x.

    Returns:
        What was found; None with fewer than two folds of labelled groups.

    Source:
        Temperature: see `calibrate`. To change only for a gain above one standard
        error: L. Breiman et al., Classification and Regression Trees (1984), section
        3.4.3, there for the size of a tree. The three are ours.
    """
    targets = data.targets(recipe.classes)
    rows = np.flatnonzero((targets.sum(axis=1) > 0) & (data.weights() > 0))
    if not len(rows):
        return None
    known, values = data.subset(rows), values[rows]
    labels, groups = targets[rows].argmax(axis=1), known.groups()
    count = min(FOLDS, most_folds(labels, groups))
    weights = part_weights(known, recipe)
    if count < 2:
        return None
    dealt = folds(labels, groups, count)
    logits = out_of_fold(values, known, recipe, dealt, clip=clip)
    crossed = np.zeros_like(logits)
    for fold in range(count):
        others = dealt != fold
        found = calibrate(logits[others], labels[others], weights=weights[others])
        crossed[~others] = logits[~others] / found.value
    gains = part_losses(logits, labels) - part_losses(crossed, labels)
    return Tempered(
        found=calibrate(logits, labels, weights=weights),
        crossed=cross_entropy(crossed, labels, weights=weights),
        error=_standard_error(gains, weights, groups),
        folds=count,
    )


def _standard_error(
    gains: NDArray[np.float64], weights: PartWeights, groups: NDArray[np.int64]
) -> float:
    """Return the standard error of a weighted mean over parts that come in groups."""
    mean = float(weights @ gains / weights.sum())
    _, place = np.unique(groups, return_inverse=True)
    away = np.bincount(place, weights * (gains - mean))
    g = len(away)
    return float(math.sqrt(g / (g - 1) * (away @ away)) / weights.sum())


def out_of_fold(
    values: NDArray[np.float64],
    data: Dataset,
    recipe: Recipe,
    dealt: ClassIds,
    *,
    clip: float = CLIP,
) -> Logits:
    """Return the logits of each part by a head that was fitted without its fold.

    Args:
        values: Shape (n, d), the readings of every part.
        data: The same n parts, all labelled.
        recipe: Classes and training settings.
        dealt: Shape (n,), the fold of each part, as `folds` deals them.
        clip: Largest size of x.
    """
    logits = np.zeros((len(values), len(recipe.classes)))
    for fold in np.unique(dealt).tolist():
        own = dealt == fold
        others = np.flatnonzero(~own)
        lesson = prepare(values[others], data.subset(others), recipe, clip=clip)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", GlasslineWarning)  # of folds, not the model
            found = fit(
                lesson.x,
                lesson.targets,
                penalty=recipe.training.penalty,
                weights=lesson.weights,
            )
        logits[own] = found.head.logits(lesson.scale.x(values[own]))
    return logits

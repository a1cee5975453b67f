"""What buys what: every subset of the features scored, beside random directions."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from math import factorial
from typing import Any

import cv2
import numpy as np

from glassline.arrays import Values, View
from glassline.dataset import Dataset
from glassline.dataset.copies import Copy
from glassline.dataset.folds import deal
from glassline.dataset.readings import Progress, Refusal, no_progress
from glassline.errors import InputError
from glassline.head import part_losses
from glassline.interface.record import Record
from glassline.model import Model, read_with
from glassline.studies.metrics import Scores, score
from glassline.training.crossfit import out_of_fold

__all__ = ["Subset", "Subsets", "score_subsets"]

MAX_FEATURES = 8  # 256 subsets
SIDE = 16  # pixels a side of the small photo that random directions look at
CONTROLS = 20  # draws of random directions


@dataclass(frozen=True)
class Subset:
    """One subset of the features, and how it scores.

    Attributes:
        features: Their names, in order; empty knows the mix of the classes alone.
        scores: Out of fold.
    """

    features: tuple[str, ...]
    scores: Scores


@dataclass(frozen=True, eq=False, repr=False)
class Subsets(Record):
    """Every subset of the features on the same folds, and what chance would buy.

    Attributes:
        rows: The subsets, the smallest first.
        shares: Feature to its fair share, in nats a part, of what all of them
            together take off the loss; they add up to it.
        controls: As many random directions of the small photo as there are features,
            each draw scored in the same way.
        folds: How many folds.
        n: Parts that were scored.
        refused: Photos that could not be read.
        copies: Photos that show what another one shows, and count for nothing.
    """

    rows: tuple[Subset, ...]
    shares: dict[str, float]
    controls: tuple[Scores, ...]
    folds: int
    n: int
    refused: tuple[Refusal, ...]
    copies: tuple[Copy, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the table as plain data."""
        return {
            "n": self.n,
            "folds": self.folds,
            "subsets": [
                {"features": list(each.features), **_figures(each.scores)}
                for each in self.rows
            ],
            "shares": self.shares,
            "controls": [_figures(each) for each in self.controls],
            "refused": [each.as_json() for each in self.refused],
            "copies": [each.as_json() for each in self.copies],
        }


def score_subsets(
    model: Model,
    data: Dataset,
    *,
    rng: np.random.Generator,
    workers: int = 2,
    progress: Progress = no_progress,
) -> Subsets:
    """Score heads fitted to every subset of a model's features, each out of fold.

    The settings of the features are the model's; scale and head are fitted anew for
    each subset and fold, on the same folds by group. As a control the same is done
    with random numbers of a photo instead of features: the photo at 16 x 16 pixels,
    less its mean, along as many random directions.

    The fair share of a feature is its Shapley value for the mean loss: what it takes
    off when it comes in, averaged over all orders in which the features may come.

    Args:
        model: Whose features, with its recipe.
        data: Labelled parts; a part in shares counts as its largest.
        rng: Draws the random directions.
        workers: Photos read at the same time.
        progress: Told how far each stage is.

    Raises:
        LabelError: A label is not one of the model's classes.
        DatasetError: No photo could be read, or fewer than two groups are labelled.
        InputError: More than eight features; or they come from a network, whose
            concepts were taught by labels of these parts.

    Source:
        L. S. Shapley, in: Contributions to the Theory of Games II (1953), 307-317.
    """
    names = model.feature_names
    if not model.front.is_measured or len(names) > MAX_FEATURES:
        raise InputError(
            f"subsets: expected at most {MAX_FEATURES} measured features, got "
            f"{len(names)} of kind {model.front.kind}."
        )
    data.targets(model.recipe.classes)
    directions = rng.normal(size=(SIDE * SIDE, CONTROLS * len(names)))

    def both(view: View, /) -> Values:
        small = cv2.resize(
            view.grey, (SIDE, SIDE), interpolation=cv2.INTER_AREA
        ).ravel()
        random = (small - small.mean()) @ directions
        return np.concatenate([model.front.values(view), random])

    readings = read_with(model, data, both, workers=workers, progress=progress)
    known = readings.data.labelled(model.recipe.classes)
    if not len(known.rows):
        raise InputError("subsets: expected at least one labelled part, got none.")
    labels, groups, d = known.labels, known.data.groups(), len(names)
    dealt = deal(labels, groups)

    def scored(columns: tuple[int, ...]) -> Scores:
        values = readings.values[known.rows][:, list(columns)]
        if not columns:  # the mix of the classes alone
            values = np.zeros((len(labels), 1))
        logits = out_of_fold(values, known.data, model.recipe, dealt)
        losses, k = part_losses(logits, labels), len(model.recipe.classes)
        return score(labels, logits.argmax(axis=1), losses, groups, k)

    chosen = [each for size in range(d + 1) for each in combinations(range(d), size)]
    found = {}
    for done, each in enumerate(chosen, start=1):
        found[each] = scored(each)
        progress("scoring subsets", done, len(chosen))
    shares = _shapley({key: each.log_loss.value for key, each in found.items()}, d)
    return Subsets(
        rows=tuple(
            Subset(tuple(names[at] for at in each), scores)
            for each, scores in found.items()
        ),
        shares=dict(zip(names, shares, strict=True)),
        controls=tuple(
            scored(tuple(range(d + d * draw, 2 * d + d * draw)))
            for draw in range(CONTROLS)
        ),
        folds=len(np.unique(dealt)),
        n=len(labels),
        refused=readings.refused,
        copies=readings.copies,
    )


def _shapley(losses: dict[tuple[int, ...], float], d: int) -> list[float]:
    """Return what each of d features takes off the loss, averaged over all orders.

    Example:
        Alone 0 takes off 1 and 1 takes off 2; together they take off 4:

        >>> _shapley({(): 5.0, (0,): 4.0, (1,): 3.0, (0, 1): 1.0}, 2)
        [1.5, 2.5]
    """
    shares = [0.0] * d
    for subset, loss in losses.items():
        for feature in range(d):
            if feature not in subset:
                joined = losses[tuple(sorted((*subset, feature)))]
                s = len(subset)
                orders = factorial(s) * factorial(d - s - 1) / factorial(d)
                shares[feature] += orders * (loss - joined)
    return shares


def _figures(scores: Scores) -> dict[str, Any]:
    names = ("accuracy", "balanced_accuracy", "log_loss")
    return {name: getattr(scores, name).as_json() for name in names}

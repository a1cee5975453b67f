"""Where the parts that look good to a model lie: what drift is measured from."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from glassline.arrays import Features
from glassline.model.model import Model
from glassline.model.records import Reference

__all__ = ["refer"]

KEPT = 400  # groups: the sample of today is the smaller one anyway
DECIMALS = 6  # of a spread of good parts


def refer(
    model: Model, values: Features, groups: NDArray[np.int64]
) -> Reference | None:
    """Sum readings up, group by group: the mean x of the parts that look good.

    A part looks good whose most probable class is the good one. Nobody's label is
    asked, so that parts of training and unlabelled ones of today are taken by one rule.

    Args:
        model: Whose scale and head; it must have a good class for an answer.
        values: Shape (n, d), readings, each in its own unit.
        groups: Shape (n,), group ids.
    """
    good = model.recipe.good
    if good is None:
        return None
    x = model.scale.x(values)
    place = model.recipe.classes.index(good)
    rows = np.flatnonzero(model.head.logits(x).argmax(axis=1) == place)
    names, own = np.unique(groups[rows], return_inverse=True)
    sums = np.zeros((len(names), x.shape[1]))
    np.add.at(sums, own, x[rows])
    means = sums / np.bincount(own, minlength=len(names))[:, np.newaxis]
    kept = (
        np.arange(min(KEPT, len(names))) * len(names) // max(1, min(KEPT, len(names)))
    )
    return Reference(
        parts=len(x),
        looked_good=len(rows),
        groups=len(names),
        means=tuple(map(tuple, means[kept].round(DECIMALS).tolist())),
    )

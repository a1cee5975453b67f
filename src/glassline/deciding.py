"""From a part's probabilities to its decision, with what the costs do not know."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from glassline.arrays import Features, Probabilities, Values
from glassline.decide import Decision, Reason, Stand
from glassline.decide.escapes import told_apart
from glassline.model import Model
from glassline.recipe import ACTIONS

__all__ = ["actions", "decide"]

REVIEW = ACTIONS.index("review")


def decide(model: Model, readings: Values, probabilities: Values) -> Decision:
    """Decide on one part: by cost or guarantee, unless it is unlike all of training.

    Args:
        model: Whose policy and region.
        readings: Shape (d,), each in its own unit.
        probabilities: Shape (k,), as the head gives them.
    """
    decision = model.policy.decide(probabilities)
    if model.region is None:
        return decision
    stand = model.region.stand(model.scale.unclipped(readings[np.newaxis])[0])
    decision = decision.seen_at(stand)
    if stand.is_novel:
        decision = decision.to_review(_novel(stand, model.feature_names))
    return decision


def actions(
    model: Model, readings: Features, probabilities: Probabilities
) -> NDArray[np.int64]:
    """Return what `decide` takes for each of n parts, as places in `ACTIONS`.

    Args:
        model: Whose policy and region.
        readings: Shape (n, d), each in its own unit.
        probabilities: Shape (n, k), as the head gives them.
    """
    taken = model.policy.actions(probabilities)
    if model.region is None:
        return taken
    distances = model.region.distances(model.scale.unclipped(readings))
    return np.where(distances > model.region.limit, REVIEW, taken)


def _novel(stand: Stand, features: tuple[str, ...]) -> Reason:
    distance, limit = told_apart(stand.distance, stand.limit, 2)
    return Reason(
        "novel",
        {
            "distance": distance,
            "limit": limit,
            "class": stand.nearest,
            "feature": features[stand.farthest],
            "x": stand.unclipped[stand.farthest],
        },
    )

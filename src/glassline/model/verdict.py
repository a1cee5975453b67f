"""From a part's probabilities to its decision, with what the costs do not know."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from glassline.arrays import Features, Probabilities, Values
from glassline.decide import Decision, Nearby, Reason, Stand
from glassline.decide.flips import decision_within
from glassline.decide.guarantee import told_apart
from glassline.model.model import Model
from glassline.recipe import ACTIONS

__all__ = ["actions", "decide"]

REVIEW = ACTIONS.index("review")


def decide(
    model: Model, readings: Values, probabilities: NDArray[np.float64]
) -> Decision:
    """Decide on one part: by cost or guarantee, unless that is not to be trusted.

    A part unlike all of training goes to a person. So does one that would be accepted
    or rejected, but whose reading is so near the border that the camera's own
    repeatability could have put it on the other side; that is asked only of a model
    that knows its gauge.

    Args:
        model: Whose policy and region.
        readings: Shape (d,), each in its own unit.
        probabilities: Shape (k,), as the head gives them.
    """
    decision = model.policy.decide(probabilities)
    if model.region is not None:
        stand = model.region.stand(model.scale.unclipped(readings[np.newaxis])[0])
        decision = decision.seen_at(stand)
        if stand.is_novel:
            return decision.to_review(_novel(stand, model.feature_names))
    if decision.action != "review":
        nearby = _nearby(model, readings)
        if nearby is not None:
            decision = decision.limited_by(nearby, _limited(nearby, decision.action))
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
    if model.region is not None:
        distances = model.region.distances(model.scale.unclipped(readings))
        taken = np.where(distances > model.region.limit, REVIEW, taken)
    if _limit(model):
        for row in np.flatnonzero(taken != REVIEW).tolist():
            if _nearby(model, readings[row]) is not None:
                taken[row] = REVIEW
    return taken


def _limit(model: Model) -> float:
    """Return how many spreads of repeatability a decision must stand; 0: not asked."""
    return model.recipe.review.gauge if model.gauge is not None else 0.0


def _nearby(model: Model, readings: Values) -> Nearby | None:
    """Return the nearest reading within repeatability that is decided otherwise.

    A feature that lies beyond the clip of x by more than it could move back stays
    where it is.
    """
    limit = _limit(model)
    if model.gauge is None or not limit:
        return None
    u = model.scale.unclipped(readings[np.newaxis])[0]
    stays = np.abs(u) - model.scale.clip > limit * model.gauge.sigma
    covariance = np.array(model.gauge.covariance)
    covariance[stays], covariance[:, stays] = 0.0, 0.0
    x = model.scale.x(readings[np.newaxis])[0]
    return decision_within(model.head, model.policy, x, covariance, limit)


def _limited(nearby: Nearby, action: str) -> Reason:
    return Reason(
        "measurement_limited",
        {
            "action": action,
            "second": nearby.decision,
            "distance": nearby.distance,
            "limit": nearby.limit,
            "percent": f"{100 * nearby.share:.0f}",
        },
    )


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

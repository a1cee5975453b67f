"""The one way to decide: by cost or guarantee, novelty and the gauge limit alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from glassline.arrays import ClassIds, Features, Logits, Probabilities
from glassline.decide import Decision, Nearby, Reason, Stand, Unsettled
from glassline.decide.decision import Ranking, rank
from glassline.decide.flips import decision_within
from glassline.decide.guarantee import told_apart
from glassline.head import softmax
from glassline.interface.record import Record
from glassline.model.model import Model
from glassline.recipe import Action

__all__ = ["Decisions", "decide"]


def decide(model: Model, readings: Features, *, x: Features | None = None) -> Decisions:
    """Decide on n parts: by cost or guarantee, unless that is not to be trusted.

    A part unlike all of training goes to a person. So does one that would be accepted
    or rejected, but whose reading is so near the border that the camera's own
    repeatability could have put it on the other side; that is asked only of a model
    that knows its gauge. Whoever inspects, scores or compares decides here, and each
    part on its own: one by one or all at once gives the same.

    Args:
        model: Whose scale, head, policy, region and gauge.
        readings: Shape (n, d), each in its own unit.
        x: Shape (n, d), where features were set instead of read; left out, the
            readings in standard units.
    """
    x = model.scale.x(readings) if x is None else x
    logits = model.head.logits(x)
    probabilities = softmax(logits)
    ranking = rank(model.policy, probabilities)
    taken = ranking.actions.copy()
    unclipped = model.scale.unclipped(readings)
    is_novel = np.zeros(len(x), np.bool_)
    if model.region is not None:
        is_novel = model.region.distances(unclipped) > model.region.limit
    taken[is_novel] = Action.REVIEW
    limits = {
        row: nearby
        for row in np.flatnonzero(taken != Action.REVIEW).tolist()
        if (nearby := _nearby(model, x[row], unclipped[row])) is not None
    }
    taken[list(limits)] = Action.REVIEW
    return Decisions(
        model, x, logits, probabilities, taken, ranking, unclipped, is_novel, limits
    )


@dataclass(frozen=True, eq=False, repr=False)
class Decisions(Record):
    """What a model says of n parts, and what it decides on each.

    Attributes:
        model: Which.
        x: Shape (n, d), standard units.
        logits: Shape (n, k).
        probabilities: Shape (n, k), as the head gives them.
        actions: Shape (n,), each an `Action`.
        ranking: What cost or guarantee alone would do.
        unclipped: Shape (n, d), x before its clip.
        is_novel: Shape (n,), which parts are unlike all of training.
        limits: Place of a part to the reading within repeatability for which it goes
            to a person, or to how far it is known that there is none.
    """

    model: Model
    x: Features
    logits: Logits
    probabilities: Probabilities
    actions: NDArray[np.int64]
    ranking: Ranking
    unclipped: Features
    is_novel: NDArray[np.bool_]
    limits: Mapping[int, Nearby | Unsettled]

    @property
    def classes(self) -> ClassIds:
        """Return the most probable class of each part, shape (n,)."""
        return np.asarray(self.logits.argmax(axis=1))

    def decision(self, row: int) -> Decision:
        """Return the decision on one part with its reason: `actions[row]`, explained."""
        found, region = self.ranking.decision(row), self.model.region
        if region is not None:
            found = replace(found, stand=region.stand(self.unclipped[row]))
        if self.is_novel[row] and found.stand is not None:
            reason = _novel(found.stand, self.model.feature_names)
            return replace(found, action="review", reason=reason)
        if row in self.limits:
            limit = self.limits[row]
            return replace(
                found,
                action="review",
                reason=_limited(limit, found.action),
                nearby=limit if isinstance(limit, Nearby) else None,
            )
        return found


def _nearby(
    model: Model, x: NDArray[np.float64], unclipped: NDArray[np.float64]
) -> Nearby | Unsettled | None:
    """Return the nearest reading within repeatability that is decided otherwise.

    None where there is none. A feature that lies beyond the scale by more than it could
    move back stays where it is; one that far beyond the clip moves by its slope.
    """
    limit = model.recipe.review.gauge
    if model.gauge is None or not limit:
        return None
    scale, reach = model.scale, limit * np.array(model.gauge.sigma)
    moves = np.where(unclipped - scale.clip > reach, scale.slope, 1.0)
    moves[(unclipped - scale.far > reach) | (-scale.clip - unclipped > reach)] = 0.0
    covariance = moves[:, np.newaxis] * np.array(model.gauge.covariance) * moves
    return decision_within(model.head, model.policy, x, covariance, limit)


def _limited(nearby: Nearby | Unsettled, action: str) -> Reason:
    if isinstance(nearby, Unsettled):
        known = {"at_least": nearby.at_least, "limit": nearby.limit}
        return Reason("unsettled", {"action": action, **known})
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

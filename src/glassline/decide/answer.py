"""What a guarantee promises, or why none can be given."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from glassline.arrays import Probabilities
from glassline.decide.guarantee import Escapes
from glassline.decide.policy import TIE, Policy
from glassline.errors import InputError, ShapeError
from glassline.recipe import ACTIONS

__all__ = ["Guarantee", "Refusal", "Shortfall", "good_class", "scored"]

ACCEPT, REJECT, REVIEW = (ACTIONS.index(a) for a in ("accept", "reject", "review"))


@dataclass(frozen=True, eq=False)
class Guarantee:
    """A threshold with a promise: of each defect class at most `escape` is accepted.

    Attributes:
        threshold: A part is accepted from this adjusted probability of the good
            class on; 2 where nothing is accepted.
        lowest: Every threshold above or at this one keeps the promise.
        escapes: The counts at the threshold, one entry a defect class.
        cost: Expected cost of a part at the threshold, in the policy's currency.
        good_accepted: Good parts accepted at the threshold.
        good: Good parts.
        escape: The target rate.
        confidence: How surely the promise holds.
        policy: Costs and priors; `actions` puts the threshold in place of its accept.
    """

    threshold: float
    lowest: float
    escapes: tuple[Escapes, ...]
    cost: float
    good_accepted: int
    good: int
    escape: float
    confidence: float
    policy: Policy

    def actions(self, probabilities: Probabilities) -> NDArray[np.int64]:
        """Return the action of each of n parts, as places in `ACTIONS`.

        Accept from the threshold on; of the rest, reject or review, whichever the
        policy expects to cost less (review where they cost the same).

        Args:
            probabilities: Shape (n, k), as the head gives them.
        """
        scores, otherwise = scored(self.policy, probabilities)
        return np.where(scores >= self.threshold, ACCEPT, otherwise).astype(np.int64)


@dataclass(frozen=True)
class Shortfall:
    """A defect class with too few parts to promise anything.

    Attributes:
        name: The class.
        k: Parts of it that the policy accepts as it is, without a guarantee.
        n: Parts of it.
        needed: Parts that would prove the target if none of them escaped.
    """

    name: str
    k: int
    n: int
    needed: int


@dataclass(frozen=True)
class Refusal:
    """No promise can be made; says for which classes parts are missing.

    Attributes:
        shortfalls: The classes with too few parts, in the recipe's order.
        escape: The target rate.
        confidence: How surely it was to hold.
    """

    shortfalls: tuple[Shortfall, ...]
    escape: float
    confidence: float

    def __str__(self) -> str:
        """One sentence a class, each on its line."""
        return "\n".join(
            f"{short.name}: expected at least {short.needed:,} parts without an escape "
            f"for {100 * self.escape:g} % at {100 * self.confidence:g} %, "
            f"got {short.n:,}. Collect more or raise the target."
            for short in self.shortfalls
        )


def good_class(policy: Policy) -> int:
    """Return the place of the only class that may be accepted.

    Raises:
        InputError: The policy has none.
    """
    if policy.good is None:
        raise InputError(
            "policy: expected a good class, got None. "
            "Nothing can be accepted, so nothing can escape."
        )
    return policy.classes.index(policy.good)


def scored(
    policy: Policy, probabilities: Probabilities
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return each part's probability of the good class, and what else to do with it.

    Args:
        policy: Costs and priors.
        probabilities: Shape (n, k), as the head gives them.

    Returns:
        Shape (n,), adjusted; and shape (n,), the cheaper of reject and review as a
        place in `ACTIONS`.

    Raises:
        ShapeError: Not (n, k).
        InputError: A row is no probability, or the policy names no good class.
    """
    adjusted = policy.adjust(probabilities)
    if adjusted.ndim != 2:
        raise ShapeError(
            f"probabilities: expected shape (n, {len(policy.classes)}), "
            f"got {adjusted.shape}."
        )
    costs = policy.expected_costs(probabilities)
    slack = TIE * np.abs(costs).max(axis=1, initial=0.0)
    is_review = costs[:, REVIEW] <= costs[:, REJECT] + slack
    return adjusted[:, good_class(policy)], np.where(is_review, REVIEW, REJECT)

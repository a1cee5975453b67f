"""Between which probabilities a person decides, of one defect against the good class."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from glassline.decide.policy import Policy
from glassline.errors import InputError, show
from glassline.recipe import Action

__all__ = ["Band", "review_band"]


@dataclass(frozen=True)
class Band:
    """The probabilities of the good class at which a person decides.

    Attributes:
        low: From here on reviewing costs no more than rejecting; a probability.
        high: From here on a part is accepted; `low` where nothing is reviewed.
    """

    low: float
    high: float


def review_band(policy: Policy, defect: str) -> Band | None:
    """Return the review band of a part that is either good or of one defect.

    With p the probability of the good class g, adjusted to the line, and 1 - p that
    of the defect d, action a costs p C_ga + (1 - p) C_da. Two such lines cross at

        p = (C_da - C_db) / (C_da - C_db + C_gb - C_ga)

    so review is the cheapest between its crossings with reject and with accept, or
    up to the guaranteed threshold where the policy has one.

    Args:
        policy: Costs, and the guarantee if any.
        defect: The other class.

    Returns:
        The band; None where no part is reviewed, or where good parts are, however
        sure.

    Raises:
        InputError: The policy names no good class, or the defect is none of the
            others.

    Example:
        >>> from glassline.recipe import Recipe
        >>> band = review_band(Policy.of(Recipe(classes=("ok", "dirt"))), "dirt")
        >>> print(f"from {band.low:.2f} to {band.high:.2f}")
        from 0.20 to 0.95
    """
    if policy.good is None or defect not in policy.classes or defect == policy.good:
        others = ", ".join(name for name in policy.classes if name != policy.good)
        raise InputError(
            f"defect: expected one of {others}, and a good class beside them, "
            f"got {show(defect)}."
        )
    good = policy.classes.index(policy.good)
    rows = policy.costs[[good, policy.classes.index(defect)]]  # (2, 3)
    low, high = _cheaper(rows[:, Action.REVIEW] - rows[:, Action.REJECT])
    if policy.guarantee is None:
        up, down = _cheaper(rows[:, Action.REVIEW] - rows[:, Action.ACCEPT])
        low, high = max(low, up), min(high, down)
    else:
        high = min(high, policy.guarantee.threshold)
    return Band(low, high) if 0 <= low < high < 1 else None


def _cheaper(more: np.ndarray) -> tuple[float, float]:
    """Return where p more_g + (1 - p) more_d <= 0, as an interval of [0, 1]."""
    at_one, at_zero = more.tolist()
    if at_one <= 0 and at_zero <= 0:
        return 0.0, 1.0
    if at_one > 0 and at_zero > 0:
        return 1.0, 0.0
    crossing = at_zero / (at_zero - at_one)
    return (0.0, crossing) if at_zero <= 0 else (crossing, 1.0)

"""One part's decision, with what it is expected to cost and why it was taken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from glassline.errors import InputError, show
from glassline.recipe import ACTIONS
from glassline.render.words import words

if TYPE_CHECKING:  # a policy makes decisions; a decision only names its policy
    from glassline.decide.conformal import ClassSet
    from glassline.decide.gauge import Nearby
    from glassline.decide.novelty import Stand
    from glassline.decide.policy import Policy

__all__ = ["Decision", "Reason"]


@dataclass(frozen=True)
class Reason:
    """Why a decision was taken: a stable code for machines, a sentence for people.

    Args:
        code: A key of the catalogue's section decisions, without "reason_".
        params: What the sentence fills in: actions by name, costs as numbers,
            the currency as the recipe writes it.

    Raises:
        InputError: The catalogue has no sentence for the code.

    Example:
        >>> reason = Reason(
        ...     "tie", {"action": "review", "second": "accept", "cost": 1.0,
        ...             "currency": "looks"})
        >>> reason.text("en")
        'Expected to cost the same, 1.00 looks: review and accept; the safer one is
        taken.'
    """

    code: str
    params: Mapping[str, str | float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if f"reason_{self.code}" not in words("en")["decisions"]:
            raise InputError(
                f"reason: expected a code of the catalogue, got {show(self.code)}."
            )
        object.__setattr__(self, "params", MappingProxyType(dict(self.params)))

    def text(self, lang: str) -> str:
        """Return the sentence in "en" or "zh-TW"; numbers to two decimals."""
        catalogue = words(lang)
        said = {
            **{action: catalogue["decisions"][action] for action in ACTIONS},
            **catalogue["currencies"],
            **catalogue["features"],
        }
        filled = {
            name: said.get(value, value) if isinstance(value, str) else f"{value:.2f}"
            for name, value in self.params.items()
        }
        return catalogue["decisions"][f"reason_{self.code}"].format(**filled)


@dataclass(frozen=True, eq=False)
class Decision:
    """What to do with one part.

    Attributes:
        action: One of `ACTIONS`.
        expected_costs: Shape (3,), in the policy's currency, in the order of
            `ACTIONS`; also for an action that is not allowed.
        reason: Why this action.
        probabilities: Shape (k,), adjusted to the line's priors; they sum to 1.
        policy: The costs and priors behind the figures.
        nearby: The nearest reading within repeatability that is decided otherwise, if
            there is one and the model knows its gauge.
        possible: The classes that can not be ruled out, if that was asked.
        stand: Where the part stands to what training saw, if that was looked at.
    """

    action: str
    expected_costs: NDArray[np.float64]
    reason: Reason
    probabilities: NDArray[np.float64]
    policy: Policy
    stand: Stand | None = None
    nearby: Nearby | None = None
    possible: ClassSet | None = None

    def seen_at(self, stand: Stand) -> Decision:
        """Return the same decision, with where the part stands to training."""
        return replace(self, stand=stand)

    def among(self, possible: ClassSet) -> Decision:
        """Return the same decision, with the classes that can not be ruled out."""
        return replace(self, possible=possible)

    def limited_by(self, nearby: Nearby, reason: Reason) -> Decision:
        """Return a review, as another reading of the part may be decided otherwise."""
        return replace(self, action="review", reason=reason, nearby=nearby)

    def to_review(self, reason: Reason) -> Decision:
        """Return the same figures with a person to decide, for a stated reason.

        For whatever the costs do not know: a reading outside what training saw,
        a camera that can not tell the two sides of the verdict apart.
        """
        return replace(self, action="review", reason=reason)

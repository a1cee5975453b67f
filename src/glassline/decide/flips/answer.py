"""What a search for a flip answers: the nearest x of another class, or why none."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np

from glassline.arrays import Values
from glassline.decide.flips.proof import Proof, lower_bound
from glassline.decide.flips.reach import Reach
from glassline.errors import InputError
from glassline.head import Head

__all__ = [
    "DecisionFlip",
    "Flip",
    "NoDecisionFlip",
    "NoFlip",
    "Obstacle",
    "most_probable",
]


class Obstacle(Enum):
    """Why there is no flip; the value is the sentence."""

    FROZEN = "No feature is free to move."
    WEIGHTS = "The features that may move weigh the same for both classes."
    RANGES = "Every x within the ranges stays on this side."
    LEVEL = "The classes can be made level, and no more: there rounding decides."
    NEVER = "No x at all leads there."
    BEYOND = "There is none within what 64-bit numbers can tell."
    UNSETTLED = "None was found, and the search ended before none was proved."


@dataclass(frozen=True, eq=False)
class Flip:
    """The nearest x of another class.

    Attributes:
        x: Shape (d,), standard units; within the ranges, frozen features untouched.
        distance: |(x - start) / scale|, >= 0.
        predicted_class: The most probable class at x, as `Head.logits` has it.
        present_class: The most probable class at the start.
        target: The class asked for, or None.
        nudge: Nats by which x was pushed beyond the tie: 0, or the first of
            e, 2e, 4e, ... that makes the logits say so, where e is one unit in
            the last place of their largest sum of terms.
        reach: The start, the scale and the ranges.
        proof: Why nothing is nearer.
    """

    x: Values
    distance: float
    predicted_class: int
    present_class: int
    target: int | None
    nudge: float
    reach: Reach
    proof: Proof

    @property
    def change(self) -> Values:
        """Return x less the start, shape (d,)."""
        return np.asarray(self.x - self.reach.start)

    def gap(self, head: Head) -> float:
        """Work the proof again from W and b, and return what it leaves open.

        Returns:
            How much nearer a flip could be at most, in units of the distance:
            rounding, or the proof is none.

        Raises:
            InputError: x is not of the class claimed or outside its ranges, or
                the proof leaves out a way to the new class.
        """
        predicted = most_probable(head, self.x)
        claimed = (self.predicted_class, self.present_class)
        if (predicted, most_probable(head, self.reach.start)) != claimed:
            raise InputError(
                f"flip: expected class {claimed[0]} at x, got {predicted}."
            )
        if not ((self.reach.low <= self.x) & (self.x <= self.reach.high)).all():
            raise InputError("flip: expected x within its ranges, got one outside.")
        bound = _rechecked(
            head, self.reach, self.proof, self.present_class, self.target
        )
        return self.reach.distance(self.x) - bound


@dataclass(frozen=True, eq=False)
class NoFlip:
    """No x that may be reached is of another class.

    Attributes:
        obstacle: Why.
        present_class: The most probable class at the start.
        target: The class asked for, or None.
        reach: The start, the scale and the ranges.
        proof: Its `at_least` is inf where the emptiness holds to the last bit, and
            otherwise the distance within which there is none.
    """

    obstacle: Obstacle
    present_class: int
    target: int | None
    reach: Reach
    proof: Proof

    def __str__(self) -> str:
        return f"No flip possible. {self.obstacle.value}"

    def at_least(self, head: Head) -> float:
        """Work the proof again from W and b: no flip is nearer than this."""
        return _rechecked(head, self.reach, self.proof, self.present_class, self.target)


@dataclass(frozen=True, eq=False)
class DecisionFlip:
    """A nearest x of another decision.

    Attributes:
        x: Shape (d,), within the ranges, frozen features untouched.
        distance: |(x - start) / scale|.
        decision: What the policy decides at x, one of `ACTIONS`.
        present_decision: What it decides at the start.
        at_least: No x nearer than this has the decision, but for costs that the
            policy counts as equal; at most 1e-6 of the distance below it, or as far
            as 3,000 projections lead.
        reach: The start, the scale and the ranges.
    """

    x: Values
    distance: float
    decision: str
    present_decision: str
    at_least: float
    reach: Reach


@dataclass(frozen=True, eq=False)
class NoDecisionFlip:
    """No x that may be reached has the decision.

    Attributes:
        obstacle: Why.
        present_decision: What the policy decides at the start.
        at_least: None is nearer than this; inf: there is none.
        reach: The start, the scale and the ranges.
    """

    obstacle: Obstacle
    present_decision: str
    at_least: float
    reach: Reach

    def __str__(self) -> str:
        return f"No flip possible. {self.obstacle.value}"


def most_probable(head: Head, x: Values) -> int:
    """Return the class of the largest logit; of equals the first, as `inspect` does."""
    return int(np.argmax(head.logits(x[np.newaxis])[0]))


def _rechecked(
    head: Head, reach: Reach, proof: Proof, present: int, target: int | None
) -> float:
    """Return the proved distance, once no way to the new class is left out."""
    others = {c for c in range(head.k) if c != (present if target is None else target)}
    if target is None:
        single = all(len(region) == 1 for region in proof.regions)
        ways = {(side.winner, side.loser) for r in proof.regions for side in r}
        is_whole = single and ways == {(rival, present) for rival in others}
    else:
        is_whole = len(proof.regions) == 1 and all(
            side.winner == target and side.loser in others for side in proof.regions[0]
        )
    if not is_whole:
        raise InputError("proof: expected one half-space for each other class.")
    return lower_bound(head, reach, proof.regions)

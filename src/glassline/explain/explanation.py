"""One part explained: what adds up, what it does to probability, what would change it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassline.arrays import Values
from glassline.decide.flips import (
    DecisionFlip,
    Flip,
    NoDecisionFlip,
    NoFlip,
    flip,
    flip_decision,
)
from glassline.errors import LabelError, ShapeError, check_one_of, show
from glassline.explain.sheet.sums import LogOdds
from glassline.explain.sheet.worked_sum import WorkedSum
from glassline.head import Head
from glassline.interface.record import Record
from glassline.recipe.spelling import find

__all__ = ["Explanation"]


@dataclass(frozen=True, eq=False, repr=False)
class Explanation(Record):
    """Why one part got its class, and how close it was; make it with `of`.

    Attributes:
        sheet: The worked sum, with contributions, logits and probabilities.
        head: W and b.
        odds: What speaks for one class (`second`) against another (`best`), in nats;
            the adds and the bias add up to the log-odds of the two.
        without: Shape (d,), the probability of the most probable class were one
            feature at 0, a typical good part, and the others as they are.
        frozen: Features that the flips leave as they are.
        nearest: The smallest change of x to another class.
        alone: The same for each feature alone; None for one that is frozen.
        decision: The smallest change of x to another decision by cost, or None
            without a decision.
        bounds: Shape (d, 2), the x that the flips may reach.
    """

    sheet: WorkedSum
    head: Head
    odds: LogOdds
    without: Values
    frozen: tuple[str, ...]
    nearest: Flip | NoFlip
    alone: tuple[Flip | NoFlip | None, ...]
    decision: DecisionFlip | NoDecisionFlip | None
    bounds: NDArray[np.float64]

    @classmethod
    def of(
        cls,
        sheet: WorkedSum,
        head: Head,
        *,
        between: tuple[str, str] | None = None,
        frozen: Sequence[str] = (),
        bounds: NDArray[np.float64],
    ) -> Explanation:
        """Explain the part of a sheet.

        Args:
            sheet: Of this part, by this head; with a decision its policy is asked for
                the nearest other decision by cost.
            head: W (d, k) and b (k,).
            between: For which class, against which; left out, the most probable
                against the runner-up.
            frozen: Feature ids that the flips leave as they are.
            bounds: Shape (d, 2), the least and largest x each feature can have.

        Raises:
            LabelError: A class of `between` is not one of the sheet's, or both are one.
            InputError: A frozen feature is not one of the sheet's.
            ShapeError: bounds is not (d, 2).
        """
        x = sheet.figures["x"].value[0]
        fixed = [_place(name, sheet.features) for name in frozen]
        if bounds.shape != (len(x), 2):
            raise ShapeError(f"bounds: expected {(len(x), 2)}, got {bounds.shape}.")
        best = sheet.log_odds.best
        policy = sheet.decision.policy if sheet.decision else None
        return cls(
            sheet=sheet,
            head=head,
            odds=LogOdds.of(head, x, pair=_pair(between, sheet)),
            without=head.probabilities(np.where(np.eye(len(x)) == 1, 0.0, x))[:, best],
            frozen=tuple(frozen),
            nearest=flip(head, x, frozen=fixed, bounds=bounds),
            alone=tuple(
                None
                if feature in fixed
                else flip(
                    head,
                    x,
                    frozen=[other for other in range(len(x)) if other != feature],
                    bounds=bounds,
                )
                for feature in range(len(x))
            ),
            decision=flip_decision(head, policy, x, frozen=fixed, bounds=bounds)
            if policy
            else None,
            bounds=bounds,
        )

    def as_json(self) -> dict[str, Any]:
        """Return the explanation as plain data, numbers in full precision."""
        sheet, odds = self.sheet, self.odds
        figures = sheet.figures
        return {
            "classes": list(sheet.classes),
            "features": list(sheet.features),
            "x": figures["x"].value[0].tolist(),
            "contributions": figures["contributions"].value.tolist(),
            "bias": figures["b"].value[0].tolist(),
            "logits": figures["z"].value[0].tolist(),
            "probabilities": figures["p"].value[0].tolist(),
            "between": {
                "for": sheet.classes[odds.second],
                "against": sheet.classes[odds.best],
                "adds": list(odds.adds),
                "bias": odds.bias,
                "log_odds": odds.total,
            },
            "probability_without": self.without.tolist(),
            "frozen": list(self.frozen),
            "bounds": self.bounds.tolist(),
            "nearest": self._flip(self.nearest),
            "alone": [each and self._flip(each) for each in self.alone],
            "decision": _decision(self.decision),
        }

    def _flip(self, found: Flip | NoFlip) -> dict[str, Any]:
        classes = self.sheet.classes
        if isinstance(found, NoFlip):
            return {"obstacle": found.obstacle.name.lower()}
        return {
            "class": classes[found.predicted_class],
            "distance": found.distance,
            "at_least": found.distance - found.gap(self.head),
            "x": found.x.tolist(),
        }


def _decision(found: DecisionFlip | NoDecisionFlip | None) -> dict[str, Any] | None:
    if found is None:
        return None
    if isinstance(found, NoDecisionFlip):
        return {"obstacle": found.obstacle.name.lower()}
    return {
        "decision": found.decision,
        "distance": found.distance,
        "at_least": found.at_least,
        "x": found.x.tolist(),
    }


def _pair(between: tuple[str, str] | None, sheet: WorkedSum) -> tuple[int, int]:
    """Return (against, for)."""
    if between is None:
        return sheet.log_odds.second, sheet.log_odds.best
    between = (
        find("between", between[0], sheet.classes, LabelError),
        find("between", between[1], sheet.classes, LabelError),
    )
    if between[0] == between[1]:
        raise LabelError(
            f"between: expected two classes, got {show(between[0])} twice."
        )
    one, other = map(sheet.classes.index, between)
    return other, one


def _place(name: str, features: tuple[str, ...]) -> int:
    check_one_of("frozen", name, features)
    return features.index(name)

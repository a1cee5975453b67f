"""What a comparison of two models found, as values and plain data."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassline.arrays import Values
from glassline.dataset.readings import Copy, Refusal
from glassline.model import Model
from glassline.studies.comparison.differences import Difference, Verdict

__all__ = ["Change", "Comparison"]


@dataclass(frozen=True)
class Change:
    """Parts of which the two models say different things.

    Attributes:
        old: What the old model says: a class or a decision.
        new: What the new model says.
        parts: How many parts.
        image: The first of them.
    """

    old: str
    new: str
    parts: int
    image: str


@dataclass(frozen=True, eq=False)
class Comparison:
    """Where two models differ.

    Attributes:
        old: The model that was used.
        new: The one that may replace it.
        n: Parts that both looked at.
        refused: Photos that could not be read.
        copies: Photos that show what another one shows, and count for nothing.
        unlike: Features that the two read with different settings; empty where the
            exact comparison was possible.
        ranges: Least and largest reading of each feature that it covers.
        differences: One a pair of classes; None where `unlike` is not empty.
        classes: The parts with another class, by pair, the most first.
        decisions: The parts with another decision, by pair, the most first.
    """

    old: Model
    new: Model
    n: int
    refused: tuple[Refusal, ...]
    copies: tuple[Copy, ...]
    unlike: tuple[str, ...]
    ranges: tuple[tuple[float, float], ...]
    differences: tuple[Difference, ...] | None
    classes: tuple[Change, ...]
    decisions: tuple[Change, ...]

    @property
    def passing(self) -> tuple[Difference, ...]:
        """Return the pairs where the old model names a defect and the new one good."""
        recipe = self.new.recipe
        if recipe.good is None or self.differences is None:
            return ()
        good = recipe.classes.index(recipe.good)
        return tuple(each for each in self.differences if each.new_class == good)

    @property
    def never_passes(self) -> bool | None:
        """Return whether the new model never calls good what the old one called bad.

        True: proved in the ranges. False: at some readings, or some part, it does.
        None: not decided, as there is no exact comparison or no good class.
        """
        good = self.new.recipe.good
        if good is None:
            return None
        if any(each.new == good for each in self.classes) or any(
            each.verdict is Verdict.POSSIBLE for each in self.passing
        ):
            return False
        verdicts = {each.verdict for each in self.passing}
        return True if verdicts == {Verdict.IMPOSSIBLE} else None

    def probabilities(
        self, readings: Values
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return what each model makes of readings, shape (d,): p of the k classes."""
        row = np.asarray(readings)[np.newaxis]
        return (
            self.old.head.probabilities(self.old.scale.x(row))[0],
            self.new.head.probabilities(self.new.scale.x(row))[0],
        )

    def as_json(self) -> dict[str, Any]:
        """Return the comparison as plain data, numbers in full precision."""
        names = self.old.feature_names
        return {
            "old": self.old.sha256,
            "new": self.new.sha256,
            "n": self.n,
            "never_passes": self.never_passes,
            "unlike": list(self.unlike),
            "ranges": dict(zip(names, map(list, self.ranges), strict=False)),
            "differences": None
            if self.differences is None
            else [self._as_json(each) for each in self.differences],
            "classes": [asdict(each) for each in self.classes],
            "decisions": [asdict(each) for each in self.decisions],
            "refused": [each.as_json() for each in self.refused],
            "copies": [each.as_json() for each in self.copies],
        }

    def _as_json(self, found: Difference) -> dict[str, Any]:
        classes = self.old.recipe.classes
        table: dict[str, Any] = {
            "old": classes[found.old_class],
            "new": classes[found.new_class],
            "verdict": found.verdict.value,
            "margin": found.margin,
            "at_most": found.at_most,
            "boxes": found.boxes,
            "readings": None,
        }
        if found.readings is not None:
            old, new = self.probabilities(found.readings)
            table["readings"] = dict(
                zip(self.old.feature_names, found.readings.tolist(), strict=True)
            )
            table["probabilities"] = {"old": old.tolist(), "new": new.tolist()}
        return table

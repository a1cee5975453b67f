"""What an audit of labels found, as values and plain data."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassline.arrays import Features
from glassline.dataset import Dataset
from glassline.dataset.readings import Copy, Refusal
from glassline.image import printable
from glassline.recipe import Recipe
from glassline.studies.labels.agreement import Agreement
from glassline.studies.labels.conflicts import Conflict
from glassline.studies.metrics import Rate

__all__ = ["Audit", "Effect", "Inspector", "Suspect"]


@dataclass(frozen=True)
class Effect:
    """What a full retrain with one label corrected would change.

    Attributes:
        classes: Other parts whose most probable class changes.
        decisions: Other parts whose decision changes.
        shift: Largest change of any probability of another part.
        others: How many other parts there are.
    """

    classes: int
    decisions: int
    shift: float
    others: int


@dataclass(frozen=True)
class Suspect:
    """A label that a head which never saw the part, nor its group, does not believe.

    Attributes:
        part: Its place among the parts.
        label: The class a person named.
        seen: The class that is most probable out of fold.
        p_label: Probability of the label, out of fold.
        p_seen: Probability of `seen`.
        loss: -log p_label, nats.
        effect: What correcting it to `seen` changes; None beyond the first few.
    """

    part: int
    label: str
    seen: str
    p_label: float
    p_seen: float
    loss: float
    effect: Effect | None


@dataclass(frozen=True)
class Inspector:
    """The labels of one person.

    Attributes:
        name: As in the table; "" where it names nobody.
        suspects: Suspect labels, of all that the person gave.
        conflicts: Labels in at least one conflicting pair, of all.
        loss: Mean loss, nats, out of fold.
    """

    name: str
    suspects: Rate
    conflicts: Rate
    loss: float


@dataclass(frozen=True, eq=False)
class Audit:
    """Which labels to look at again; parts are counted from 0 in `data`.

    Attributes:
        data: The n labelled parts that could be read.
        recipe: Classes and features.
        units: Feature to the unit of its reading.
        readings: Shape (n, d), in each feature's own unit.
        x: Shape (n, d), before the clip.
        folds: How many folds judged the parts.
        suspects: The largest loss first.
        conflicts: The largest margin first; empty without a good class.
        to_check: A smallest set of parts with one of every conflicting pair.
        inspectors: One a person, in the order in which they first appear; empty
            where the table names nobody.
        agreements: The model (out of fold) against the labels, then each inspector
            against the majority of the others on the photos they share.
        pairs: Two inspectors, photos they share, Cohen's kappa.
        refused: Photos that could not be read.
        undecided: Parts without a label.
        copies: Photos that show what one before them shows; their labels count for
            inspectors only.
    """

    data: Dataset
    recipe: Recipe
    units: dict[str, str]
    readings: NDArray[np.float64]
    x: Features
    folds: int
    suspects: tuple[Suspect, ...]
    conflicts: tuple[Conflict, ...]
    to_check: tuple[int, ...]
    inspectors: tuple[Inspector, ...]
    agreements: tuple[Agreement, ...]
    pairs: tuple[tuple[str, str, int, float], ...]
    refused: tuple[Refusal, ...]
    undecided: int
    copies: tuple[Copy, ...] = ()

    def image(self, part: int) -> str:
        """Return the name of a part's photo: its folder and its file."""
        path = self.data.parts[part].path
        return printable("/".join(path.parts[-2:]))

    def as_json(self) -> dict[str, Any]:
        """Return the audit as plain data, numbers in full precision."""
        return {
            "n": len(self.data),
            "folds": self.folds,
            "suspects": [
                {**self._part(each.part), **asdict(each)} for each in self.suspects
            ],
            "conflicts": [
                {
                    "margin": each.margin,
                    "passed": self._measured(each.passed),
                    "rejected": self._measured(each.rejected),
                }
                for each in self.conflicts
            ],
            "to_check": [self._part(part) for part in self.to_check],
            "inspectors": [
                {
                    "inspector": each.name,
                    "n": each.suspects.n,
                    "suspects": each.suspects.k,
                    "conflicts": each.conflicts.k,
                    "loss": each.loss,
                }
                for each in self.inspectors
            ],
            "agreement": [each.as_json() for each in self.agreements],
            "kappa": [
                {"inspectors": [one, other], "n": n, "kappa": value}
                for one, other, n, value in self.pairs
            ],
            "undecided": self.undecided,
            "copies": [
                {**each.as_json(), "contradicts": each.contradicts}
                for each in self.copies
            ],
            "refused": [each.as_json() for each in self.refused],
        }

    def _part(self, part: int) -> dict[str, Any]:
        found = self.data.parts[part]
        return {
            "image": self.image(part),
            "source": found.source,
            "inspector": found.inspector,
        }

    def _measured(self, part: int) -> dict[str, Any]:
        names = self.recipe.feature_names
        return {
            **self._part(part),
            "part": part,
            "readings": dict(zip(names, self.readings[part].tolist(), strict=True)),
            "x": self.x[part].tolist(),
        }

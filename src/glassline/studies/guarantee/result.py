"""What was found when a guarantee was asked for, as values and plain data."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from glassline.dataset.readings import Refusal
from glassline.decide import Guarantee, TooFew
from glassline.recipe import Recipe

__all__ = ["Assurance"]


@dataclass(frozen=True, eq=False)
class Assurance:
    """A guarantee or its refusal, and the parts it was counted on.

    Attributes:
        answer: The guarantee, or why there is none.
        recipe: Whose classes.
        parts: "new" where the head learnt from none of them, "out_of_fold" where
            each was judged by a head without its group.
        counted: What is one part: a "group" of photos, or each "photo".
        n: Photos that were counted.
        groups: The groups they came in.
        learnt: Photos left out because the model was trained on them.
        repeated: Photos left out because they came before.
        undecided: Photos left out because they have no label.
        refused: Photos that could not be read.
        data_sha256: Hash of the photos that were counted, with labels and weights.
    """

    answer: Guarantee | TooFew
    recipe: Recipe
    parts: Literal["new", "out_of_fold"]
    counted: Literal["group", "photo"]
    n: int
    groups: int
    learnt: int
    repeated: int
    undecided: int
    refused: tuple[Refusal, ...]
    data_sha256: str

    @property
    def guarantee(self) -> Guarantee | None:
        """Return what a model keeps; None where the guarantee was refused."""
        found = self.answer
        if isinstance(found, TooFew):
            return None
        return replace(
            found,
            parts=self.parts,
            counted=self.counted,
            data_sha256=self.data_sha256,
        )

    def as_json(self) -> dict[str, Any]:
        """Return the answer as plain data, numbers in full precision."""
        found = self.answer
        return {
            "granted": isinstance(found, Guarantee),
            "escape": found.escape,
            "confidence": found.confidence,
            "guarantee": asdict(self.guarantee) if self.guarantee else None,
            "missing": [asdict(short) for short in found.shortfalls]
            if isinstance(found, TooFew)
            else [],
            "parts": self.parts,
            "counted": self.counted,
            "n": self.n,
            "groups": self.groups,
            "learnt": self.learnt,
            "repeated": self.repeated,
            "undecided": self.undecided,
            "refused": [each.as_json() for each in self.refused],
        }

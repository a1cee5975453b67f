"""Which parts may be counted, and what the head says of them."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

import numpy as np

from glassline.arrays import Probabilities
from glassline.dataset import Dataset
from glassline.dataset.copies import Copy
from glassline.dataset.readings import Progress, Refusal, no_progress
from glassline.decide import Counted, Guarantee, TooFew, find_guarantee
from glassline.errors import InputError
from glassline.head import softmax
from glassline.interface.checked import checked
from glassline.interface.record import Record
from glassline.model import Model, learnt, read_with
from glassline.recipe import Recipe
from glassline.studies.crossvalidation import cross_validate
from glassline.training import data_hash, read_candidates

__all__ = ["Assurance", "assure"]


@dataclass(frozen=True, eq=False, repr=False)
class Assurance(Record):
    """A guarantee or its refusal, and the parts it was counted on.

    Attributes:
        answer: The guarantee, or why there is none.
        recipe: Whose classes.
        parts: "new" where the head learnt from none of them, "out_of_fold" where
            each was judged by a head without its group.
        counted: Of what the share is promised, see `Counted`.
        n: Photos that were counted.
        groups: The groups they came in.
        learnt: Photos left out because the model was trained on them.
        undecided: Photos left out because they have no label.
        refused: Photos that could not be read.
        copies: Photos that show what another one shows, and count for nothing.
        data_sha256: Hash of the photos that were counted, with labels and weights.
    """

    answer: Guarantee | TooFew
    recipe: Recipe
    parts: Literal["new", "out_of_fold"]
    counted: Counted
    n: int
    groups: int
    learnt: int
    undecided: int
    refused: tuple[Refusal, ...]
    copies: tuple[Copy, ...]
    data_sha256: str

    @property
    def guarantee(self) -> Guarantee | None:
        """Return what a model keeps; None where the guarantee was refused."""
        found = self.answer
        if isinstance(found, TooFew):
            return None
        return replace(found, parts=self.parts, data_sha256=self.data_sha256)

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
            "repeated": len(self.copies),
            "undecided": self.undecided,
            "refused": [each.as_json() for each in self.refused],
            "copies": [each.as_json() for each in self.copies],
        }


@checked
def assure(  # noqa: PLR0913  options, each with a default
    model: Model,
    data: Dataset,
    *,
    escape: float,
    confidence: float,
    by: Counted = "group",
    workers: int = 2,
    progress: Progress = no_progress,
) -> Assurance:
    """Find the cheapest threshold that keeps a promise on escapes, or refuse.

    Only parts count whose labels the head did not learn from. Photos that the model
    was trained on are left out, by their hash, and their number is told. If the data
    are the training set itself (same photos, labels and weights), every part is
    judged out of fold instead: by a head that was trained without its group. That is
    the usual way, and honest about the labels; but the heads are not the one that is
    used, so new parts are the stronger proof. Photos with the same pixels count once.

    Args:
        model: Whose recipe, front and head.
        data: Labelled parts; a part in shares counts as its largest.
        escape: The target: of each defect class at most this share is accepted.
        confidence: How surely, in (0, 1).
        by: Of what the share is (`Counted`): of each "group" (one piece, or one lot),
            accepted if any of its photos is; of each "photo", where every photo is of
            another part and parts of one lot are no more alike than any; or of each
            "photo-in-group", where they may be.
        workers: Photos read at the same time.
        progress: Told how far each stage is.

    Raises:
        InputError: A number is out of range, the recipe has no good class, or no
            part is left to count.
        LabelError: A label is not one of the model's classes.
        DatasetError: No photo could be read, or too few groups for the folds.
    """
    data.targets(model.recipe.classes)  # a wrong label is found before the photos
    readings = read_with(model, data, workers=workers, progress=progress)
    targets = readings.data.targets(model.recipe.classes)
    known = targets.sum(axis=1) > 0
    whole = data_hash(readings, model.recipe) == model.record.data_sha256
    if whole and not model.front.is_measured:
        why = (
            "a head can be trained without a part, but the network's concepts know it."
            if model.front.is_taught
            else "out of fold only measured features are judged."
        )
        raise InputError(
            f"{data.name}: expected parts that the model was not trained on, got those "
            f"of training. Give other photos: {why}"
        )
    if whole:
        parts: Literal["new", "out_of_fold"] = "out_of_fold"
        known_before = np.zeros(len(targets), np.bool_)
        p = np.zeros(targets.shape)
        p[known] = _out_of_fold(model, data, workers, progress)
    else:
        parts, known_before = "new", learnt(model, readings)
        p = model.head.probabilities(model.scale.x(readings.values))
    rows = np.flatnonzero(known & ~known_before)
    if not len(rows):
        raise InputError(
            f"{data.name}: expected labelled parts that the model was not trained on, "
            f"got none of {len(known)}. Give other photos, or the whole training set: "
            "its parts are judged out of fold."
        )
    counted = readings.subset(rows)
    groups = counted.data.groups()
    return Assurance(
        answer=find_guarantee(
            p[rows],
            targets[rows].argmax(axis=1),
            model.policy,
            escape=escape,
            confidence=confidence,
            groups=groups,
            counted=by,
        ),
        recipe=model.recipe,
        parts=parts,
        counted=by,
        n=len(rows),
        groups=len(np.unique(groups)),
        learnt=int(known_before.sum()),
        undecided=int((~known & ~known_before).sum()),
        refused=readings.refused,
        copies=readings.copies,
        data_sha256=data_hash(counted, model.recipe),
    )


def _out_of_fold(
    model: Model, data: Dataset, workers: int, progress: Progress
) -> Probabilities:
    """Return the probabilities of the labelled parts, each by a head without its group."""
    candidates = read_candidates(data, model.recipe, workers=workers, progress=progress)
    return softmax(cross_validate(candidates, model.recipe, progress=progress).logits)

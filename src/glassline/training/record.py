"""What is said of a training: of its photos, of their counts, and how it ended."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import PurePath

import numpy as np

from glassline.dataset.readings import Readings
from glassline.head import Fit
from glassline.image import printable
from glassline.model.records import (
    PHOTO_DIGITS,
    CopiedPhoto,
    RefusedPhoto,
    TrainingRecord,
)
from glassline.recipe import Recipe

__all__ = ["Counted", "counted", "data_hash", "record_of", "with_names"]


@dataclass(frozen=True)
class Counted:
    """What is counted of all parts: their hash, those labelled, by class, and not."""

    data_sha256: str
    n: int
    counts: tuple[int, ...]
    undecided: int


def counted(readings: Readings, recipe: Recipe) -> Counted:
    """Count the parts that were read."""
    labels = readings.data.targets(recipe.classes)
    return Counted(
        data_sha256=data_hash(readings, recipe),
        n=int(labels.any(axis=1).sum()),
        counts=tuple((labels > 0.5).sum(axis=0).tolist()),
        undecided=int((~labels.any(axis=1)).sum()),
    )


def data_hash(readings: Readings, recipe: Recipe) -> str:
    """Hash photos, labels and weights in their order: what a model rests on."""
    digest = hashlib.sha256()
    for photo in readings.sha256:
        digest.update(bytes.fromhex(photo))
    digest.update(np.ascontiguousarray(readings.data.targets(recipe.classes)).tobytes())
    digest.update(readings.data.weights().tobytes())
    return digest.hexdigest()


def record_of(
    many: Counted, readings: Readings, recipe: Recipe, found: Fit
) -> TrainingRecord:
    """Say what a model rests on.

    Args:
        many: Of all parts.
        readings: Of the parts whose photos are to be known again.
        recipe: Whose classes.
        found: The head.
    """
    photos = (*readings.sha256, *(each.sha256 for each in readings.copies))
    return TrainingRecord(
        data_sha256=many.data_sha256,
        photos=tuple(sorted(photo[:PHOTO_DIGITS] for photo in photos)),
        n=many.n,
        counts=dict(zip(recipe.classes, many.counts, strict=True)),
        undecided=many.undecided,
        refused=tuple(
            RefusedPhoto(printable(PurePath(each.path).name), each.reason)
            for each in readings.refused
        ),
        outcome=with_names(found.message, recipe),
        notes=tuple(with_names(note, recipe) for note in found.notes),
        steps=found.steps,
        temperature=None,
        copies=tuple(
            CopiedPhoto(printable(each.part.path.name), printable(each.of.path.name))
            for each in readings.copies
        )
        or None,
    )


def with_names(note: str, recipe: Recipe) -> str:
    """Say `class 1` and `x[:, 0]` as the recipe calls them."""
    note = re.sub(
        r"(class|labelled) (\d+)",
        lambda m: f"{m[1]} {recipe.classes[int(m[2])]}",
        note,
    )
    return re.sub(r"x\[:, (\d+)\]", lambda m: recipe.feature_names[int(m[1])], note)

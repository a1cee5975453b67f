"""Photos read as a model reads them: by its front, through its image settings."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from glassline.dataset import Dataset
from glassline.dataset.readings import (
    Measure,
    Progress,
    Readings,
    no_progress,
    read_parts,
)
from glassline.interface.checked import checked
from glassline.model.model import Model
from glassline.model.records import PHOTO_DIGITS

__all__ = ["learnt", "read_with", "reads_alike"]


@checked
def read_with(
    model: Model,
    data: Dataset,
    measure: Measure | None = None,
    *,
    planes: Sequence[str] = (),
    workers: int = 2,
    progress: Progress = no_progress,
) -> Readings:
    """Read every part with a model's front, region, orientation and limits.

    Args:
        model: Which reads.
        data: The parts.
        measure: What else to take of each image that the model's settings let through;
            left out, the model's readings.
        planes: The planes of colour that it needs besides the model's own.
        workers: Photos read at the same time.
        progress: Told how far it is.

    Raises:
        DatasetError: Not one photo could be read; the message holds the first reason.
    """
    return read_parts(
        data,
        measure or model.front.values,
        model.recipe.image,
        workers=workers,
        progress=progress,
        planes=(*model.front.planes, *planes),
    )


def learnt(model: Model, readings: Readings) -> NDArray[np.bool_]:
    """Return which parts a model was trained on, by the hash of the photo or of a copy.

    A photo that was written anew (another format, other metadata) has another hash:
    it is told only where the photo of training is among the readings or their copies.

    Returns:
        Shape (n,), a row a part.
    """
    trained = set(model.record.photos)
    copied = {
        each.of.path
        for each in readings.copies
        if each.sha256[:PHOTO_DIGITS] in trained
    }
    return np.array(
        [
            photo[:PHOTO_DIGITS] in trained or part.path in copied
            for photo, part in zip(readings.sha256, readings.data.parts, strict=True)
        ]
    )


def reads_alike(one: Model, other: Model) -> bool:
    """Return whether two models read a photo to the same numbers, to the last setting."""
    return (
        one.front.as_json() == other.front.as_json()
        and one.recipe.image == other.recipe.image
        and one.feature_names == other.feature_names
    )

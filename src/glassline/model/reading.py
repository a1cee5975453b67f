"""Photos read as a model reads them: by its front, through its image settings."""

from __future__ import annotations

from glassline.dataset import Dataset
from glassline.dataset.readings import (
    Measure,
    Progress,
    Readings,
    no_progress,
    read_parts,
)
from glassline.model.model import Model

__all__ = ["read_with"]


def read_with(
    model: Model,
    data: Dataset,
    measure: Measure | None = None,
    *,
    workers: int = 2,
    progress: Progress = no_progress,
) -> Readings:
    """Read every part with a model's front, region, orientation and limits.

    Args:
        model: Which reads.
        data: The parts.
        measure: What else to take of each image that the model's settings let through;
            left out, the model's readings.
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
    )

"""Do the concepts of a model follow the measured readings on photos it has not seen?"""

from __future__ import annotations

from typing import Any

import numpy as np

from glassline.arrays import Values, View
from glassline.dataset.readings import Measure, Readings
from glassline.front import Measured
from glassline.model import Model
from glassline.training.concepts.meaning import meaning

__all__ = ["followed", "reader"]


def reader(model: Model) -> tuple[Measure, tuple[str, ...]]:
    """Return what reads a photo for an evaluation, and the planes of colour it needs.

    It gives the model's readings; behind those of another front, the measured ones, on
    the planes that the recipe declares.
    """
    if model.front.is_measured:
        return model.front.values, ()
    measured = Measured(model.recipe.features)

    def read(view: View, /) -> Values:
        return np.append(model.front.values(view), measured.values(view))

    return read, measured.planes


def followed(model: Model, readings: Readings) -> dict[str, Any] | None:
    """Return what training found of another front's concepts, and what they mean here.

    Args:
        model: The model.
        readings: What `reader` read, some of it labelled.

    Returns:
        `figures`, of training, null where there were too few groups and of a server,
        which was taught nothing; `meaning`, how each concept follows its measured reading within a class of these parts. None
        where the features are measured.
    """
    if model.front.is_measured:
        return None
    d = len(model.feature_names)
    known = readings.data.labelled(model.recipe.classes)
    taught = model.record.concepts
    return {
        "figures": taught.figures if taught else None,
        "meaning": meaning(
            readings.values[known.rows, :d],
            readings.values[known.rows, d:],
            known.labels,
            model.recipe.measured_names,
        ),
    }

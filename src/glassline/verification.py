"""Proof, from the photos, that a model is what training on them gives."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from glassline.dataset import Dataset
from glassline.head import Certificate, certify
from glassline.model import Model
from glassline.readings import Progress, no_progress, read_parts
from glassline.training import data_hash, prepare, train

__all__ = ["Verification", "verify"]

FINISHED = 1e-6  # distance to the optimum that no printed figure shows


@dataclass(frozen=True)
class Verification:
    """What was found when a model was held against its photos.

    Attributes:
        same_data: Photos, labels and weights hash to what the model names.
        same_scale: Centre and spread of the good parts come out the same.
        certificate: How far W and b can be from the optimum, recomputed.
        same_model: Trained again from nothing, the same bytes; None if not asked.
    """

    same_data: bool
    same_scale: bool
    certificate: Certificate
    same_model: bool | None = None

    @property
    def is_finished(self) -> bool:
        """Return whether W and b are as good as the optimum."""
        return self.certificate.distance_bound <= FINISHED

    @property
    def holds(self) -> bool:
        """Return whether the model is what it says it is."""
        return (
            self.same_data
            and self.same_scale
            and self.is_finished
            and self.same_model is not False
        )

    def as_json(self) -> dict[str, Any]:
        """Return the verification as plain data."""
        bound = self.certificate.distance_bound
        return {
            **asdict(self),
            "certificate": {
                **asdict(self.certificate),
                "distance_bound": bound if np.isfinite(bound) else None,
            },
            "holds": self.holds,
        }


def verify(
    model: Model,
    data: Dataset,
    *,
    retrain: bool = False,
    progress: Progress = no_progress,
) -> Verification:
    """Hold a model against the data that it was trained on.

    Args:
        model: The model to verify.
        data: The parts it was trained on.
        retrain: Also train again from nothing and compare the bytes; this proves
            the choice of settings too.
        progress: Told how far each stage is.

    Raises:
        LabelError: A label is not one of the model's classes.
        DatasetError: No photo could be read, or no part is labelled.
    """
    data.targets(model.recipe.classes)  # an unknown label is told before any photo
    readings = read_parts(
        data,
        lambda image: model.front.read(image).values,
        model.recipe.image,
        progress=progress,
    )
    lesson = prepare(readings.values, readings.data, model.recipe)
    return Verification(
        same_data=data_hash(readings, model.recipe) == model.record["data_sha256"],
        same_scale=lesson.scale == model.scale,
        certificate=certify(
            model.scale.x(readings.values),
            lesson.targets,
            model.fitted,
            penalty=model.recipe.training.penalty,
            weights=lesson.weights,
        ),
        same_model=train(data, model.recipe, progress=progress).sha256
        == replace(model, gauge=None, promise=None).sha256  # neither is trained
        if retrain
        else None,
    )

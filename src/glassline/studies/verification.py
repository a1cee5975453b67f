"""Proof, from the photos, that a model is what training on them gives."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassline.dataset import Dataset
from glassline.dataset.readings import Progress, Readings, no_progress
from glassline.head import Certificate, certify
from glassline.model import Model, read_with
from glassline.model.records import certificate_table
from glassline.training import data_hash
from glassline.training.trainers import trainer
from glassline.training.trainset import prepare

__all__ = ["Verification", "verify"]


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
        """Return whether no gradient is left that would move W and b."""
        return self.certificate.is_finished

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
        return {
            **asdict(self),
            "certificate": certificate_table(self.certificate),
            "holds": self.holds,
        }


def verify(
    model: Model,
    data: Dataset,
    *,
    retrain: bool = False,
    backbone: str | None = None,
    progress: Progress = no_progress,
) -> Verification:
    """Hold a model against the data that it was trained on.

    The head of a network front was trained on readings by layers that did not see
    the part, so those are made again.

    Args:
        model: The model to verify.
        data: The parts it was trained on.
        retrain: Also train again from nothing and compare the bytes; this proves
            the choice of settings, or the network, too.
        backbone: Of a network front: a name or the path of an ONNX file; left out,
            the name that the model was trained with.
        progress: Told how far each stage is.

    Raises:
        LabelError: A label is not one of the model's classes.
        DatasetError: No photo could be read, or no part is labelled.
        InputError: The backbone is not there.
        MissingExtraError: A network front, and the extra cnn is not installed.
    """
    data.targets(model.recipe.classes)  # an unknown label is told before any photo
    readings, values = _read(model, data, backbone, progress)
    lesson = prepare(values, readings.data, model.recipe, clip=model.scale.clip)
    return Verification(
        same_data=data_hash(readings, model.recipe) == model.record.data_sha256,
        same_scale=lesson.scale == model.scale,
        certificate=certify(
            model.scale.x(values),
            lesson.targets,
            model.fitted,
            penalty=model.recipe.training.penalty,
            weights=lesson.weights,
        ),
        same_model=_again(model, data, backbone, progress).sha256
        == replace(model, gauge=None, guarantee=None).sha256  # neither is trained
        if retrain
        else None,
    )


def _read(
    model: Model, data: Dataset, backbone: str | None, progress: Progress
) -> tuple[Readings, NDArray[np.float64]]:
    """Return the parts, and the readings that the head was trained on."""
    used = model.record.backbone
    if used is None:
        readings = read_with(model, data, progress=progress)
        return readings, readings.values
    from glassline.training import cnn  # noqa: PLC0415  needs the extra cnn

    found = cnn.choose_backbone(
        data, model.recipe, backbone or used.name, int8=used.int8
    )
    lessons = cnn.read_statistics(data, model.recipe, found, progress=progress)
    return lessons.readings, cnn.head_readings(lessons)


def _again(
    model: Model, data: Dataset, backbone: str | None, progress: Progress
) -> Model:
    used = model.record.backbone
    train = trainer(
        model.front.kind,
        backbone=backbone or (used.name if used else None),
        int8=used is not None and used.int8,
    )
    return train(data, model.recipe, progress=progress)

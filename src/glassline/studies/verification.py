"""Proof, from the photos, that a model is what training on them gives."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassline.dataset import Dataset
from glassline.dataset.readings import Progress, Readings, no_progress
from glassline.errors import InputError
from glassline.head import Certificate, certify, fit
from glassline.head.certificate import FINISHED
from glassline.image import printable
from glassline.interface.checked import checked
from glassline.interface.record import Record
from glassline.model import FILE, Model, read_with
from glassline.model.records import PHOTO_DIGITS, certificate_table
from glassline.model.sealed import unseal
from glassline.training import data_hash
from glassline.training.alike import train_like
from glassline.training.trainers import trainer
from glassline.training.trainset import (
    Trainset,
    gradient_tolerance,
    penalty_of,
    prepare,
)

__all__ = ["Moved", "Photo", "Verification", "verify"]


@dataclass(frozen=True)
class Photo:
    """A photo that only one side has.

    Attributes:
        sha256: The first digits of its hash, as a model keeps them.
        image: Its name; None where nothing but the hash is known.
    """

    sha256: str
    image: str | None = None


@dataclass(frozen=True)
class Moved:
    """A number, or a word, of the model that comes out otherwise.

    Attributes:
        place: Where it stands, as `scale.center[grain_noise]`.
        saved: In the model; None where it is not there.
        found: Now; likewise.
    """

    place: str
    saved: Any
    found: Any


@dataclass(frozen=True, eq=False, repr=False)
class Verification(Record):
    """What was found when a model was held against its photos.

    Attributes:
        same_data: Photos, labels and weights hash to what the model names.
        same_scale: Centre and spread of the good parts come out the same; None where
            they are those of another model (`train_like`).
        certificate: How far W and b can be from the optimum, recomputed.
        same_model: Trained again from nothing, the same bytes; None if not asked.
        missing: Photos of training that are not among these; a photo that was changed
            or is refused now is one of them.
        new: Photos that training did not have.
        moved: What comes out otherwise: parts of a class where the photos are those of
            training, centre and spread, W and b at the optimum, and what else
            training again gives.
    """

    same_data: bool
    same_scale: bool | None
    certificate: Certificate
    same_model: bool | None = None
    missing: tuple[Photo, ...] = ()
    new: tuple[Photo, ...] = ()
    moved: tuple[Moved, ...] = ()

    @property
    def is_finished(self) -> bool:
        """Return whether no gradient is left that would move W and b."""
        return self.certificate.is_finished

    @property
    def holds(self) -> bool:
        """Return whether the model is what it says it is."""
        return (
            self.same_data
            and self.same_scale is not False
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


@checked
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
        InputError: The backbone is not there; or again is asked of a sample.
        MissingExtraError: A network front, and the extra cnn is not installed.
    """
    data.targets(model.recipe.classes)  # an unknown label is told before any photo
    if retrain and model.record.sampled:
        raise InputError(
            "--retrain: expected a model whose settings were chosen on all parts, got one "
            "of a sample. Train again on the readings, and compare the files."
        )
    readings, values = _read(model, data, backbone, progress)
    given = model.scale if model.record.like else None
    lesson = prepare(
        values, readings.data, model.recipe, ends=model.scale.ends, scale=given
    )
    same_data = data_hash(readings, model.recipe) == model.record.data_sha256
    proof = certify(
        model.scale.x(values),
        lesson.targets,
        model.fitted,
        penalty=penalty_of(model.recipe),
        weights=lesson.weights,
    )
    # of a sample the model knows some photos only: the hash of all says it of all
    knows = same_data and model.record.sampled is not None
    missing, new = ((), ()) if knows else _photos(model, readings)
    moved = [*_scale(model, lesson)]
    if not same_data and not (missing or new):
        moved = [*_labels(model, readings), *moved]
    if not proof.is_finished:
        moved += _weights(model, lesson, values)
    same_model = None
    if retrain:
        own = replace(model, gauge=None, guarantee=None)  # neither is trained
        again = _again(model, data, backbone, progress)
        if model.record.reference is None:  # from before it was kept
            again = replace(again, record=replace(again.record, reference=None))
        same_model = again.sha256 == own.sha256
        moved += () if same_model or moved or missing or new else _documents(own, again)
    return Verification(
        same_data=same_data,
        same_scale=None if given else lesson.scale == model.scale,
        certificate=proof,
        same_model=same_model,
        missing=missing,
        new=new,
        moved=tuple(moved),
    )


def _photos(
    model: Model, readings: Readings
) -> tuple[tuple[Photo, ...], tuple[Photo, ...]]:
    """Return the photos that only the model knows, and those that only the data have."""
    named = [
        (p.path.name, photo)
        for p, photo in zip(readings.data.parts, readings.sha256, strict=True)
    ]
    named += [(each.part.path.name, each.sha256) for each in readings.copies]
    held = Counter(photo[:PHOTO_DIGITS] for _, photo in named)
    known = Counter(model.record.photos)
    only_held = held - known
    new = []
    for name, photo in named:
        if only_held[photo[:PHOTO_DIGITS]]:
            only_held[photo[:PHOTO_DIGITS]] -= 1
            new.append(Photo(photo[:PHOTO_DIGITS], printable(name)))
    return tuple(map(Photo, (known - held).elements())), tuple(new)


def _labels(model: Model, readings: Readings) -> Iterator[Moved]:
    """Yield the classes that have another number of parts than in training."""
    labels = readings.data.targets(model.recipe.classes)
    counts = (labels > 0.5).sum(axis=0).tolist()
    for name, count in zip(model.recipe.classes, counts, strict=True):
        if model.record.counts.get(name) != count:
            yield Moved(
                f"training.counts[{name}]", model.record.counts.get(name), count
            )
    undecided = int((~labels.any(axis=1)).sum())
    if undecided != model.record.undecided:
        yield Moved("training.undecided", model.record.undecided, undecided)


def _scale(model: Model, lesson: Trainset) -> Iterator[Moved]:
    """Yield centres and spreads that come out otherwise."""
    for name in ("center", "spread"):
        sides = (getattr(each, name) for each in (model.scale, lesson.scale))
        for feature, saved, found in zip(model.feature_names, *sides, strict=True):
            if saved != found:
                yield Moved(f"scale.{name}[{feature}]", saved, found)


def _weights(
    model: Model, lesson: Trainset, values: NDArray[np.float64]
) -> Iterator[Moved]:
    """Yield W and b that are not those of the optimum, the farthest first."""
    penalty = penalty_of(model.recipe)
    best = fit(
        model.scale.x(values),
        lesson.targets,
        penalty=penalty,
        weights=lesson.weights,
        start=model.fitted,
        tolerance=gradient_tolerance(penalty),
    ).head
    classes = model.recipe.classes
    places = [f"W[{f}, {c}]" for f in model.feature_names for c in classes]
    places += [f"b[{c}]" for c in classes]
    saved, found = (np.append(each.W.ravel(), each.b) for each in (model.fitted, best))
    away = np.abs(found - saved)
    for at in np.argsort(-away, kind="stable").tolist():
        if away[at] > FINISHED:
            yield Moved(f"optimum.{places[at]}", float(saved[at]), float(found[at]))


def _documents(own: Model, again: Model) -> Iterator[Moved]:
    """Yield what two model files say otherwise, in their order."""
    saved, found = (unseal(each.as_bytes(), FILE) for each in (own, again))
    for each in _differences("", saved, found):
        if each.place != "sha256":
            yield each


def _differences(place: str, saved: Any, found: Any) -> Iterator[Moved]:
    if isinstance(saved, Mapping) and isinstance(found, Mapping):
        for name in {**saved, **found}:
            inner = f"{place}.{name}" if place else name
            yield from _differences(inner, saved.get(name), found.get(name))
    elif _are_lists(saved, found):
        for at, (one, other) in enumerate(zip(saved, found, strict=True)):
            yield from _differences(f"{place}[{at}]", one, other)
    elif saved != found:
        yield Moved(place, saved, found)


def _are_lists(saved: Any, found: Any) -> bool:
    both = isinstance(saved, list) and isinstance(found, list)
    return both and len(saved) == len(found)


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
    if model.record.like:
        found = train_like(data, model, model.recipe, progress=progress)
        return replace(found, record=replace(found.record, like=model.record.like))
    used = model.record.backbone
    train = trainer(
        model.front.kind,
        backbone=backbone or (used.name if used else None),
        int8=used is not None and used.int8,
    )
    return train(data, model.recipe, progress=progress)

"""The way back: labelled photos become a model."""

from __future__ import annotations

import hashlib
import math
import re
import warnings
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassline.arrays import Targets
from glassline.dataset import Dataset
from glassline.errors import DatasetError, GlasslineWarning
from glassline.features import Scale
from glassline.front import Candidates
from glassline.head import Fit, class_weights, fit, smooth
from glassline.model import Model
from glassline.readings import Progress, Readings, no_progress, read_parts
from glassline.recipe import FEATURE_NAMES, Recipe

__all__ = ["Trained", "read_candidates", "train", "train_on"]


def train(
    data: Dataset,
    recipe: Recipe,
    *,
    workers: int = 2,
    progress: Progress = no_progress,
) -> Model:
    """Train a model: read every photo, choose settings, fit the head to its optimum.

    The same data and recipe give the same model, to the last bit, whatever the
    number of workers. Photos that are refused are left out and recorded.

    Args:
        data: The labelled parts.
        recipe: Classes, costs, settings.
        workers: Photos read at the same time.
        progress: Told how far each stage is.

    Raises:
        LabelError: A label is not one of the recipe's classes.
        DatasetError: No photo could be read, or no part is labelled.

    Warns:
        GlasslineWarning: The head is finite but rests on unusual data: a class
            without parts, perfect separation, a feature that never varies.
    """
    readings = read_candidates(data, recipe, workers=workers, progress=progress)
    return train_on(readings, recipe, progress=progress).model


def read_candidates(
    data: Dataset,
    recipe: Recipe,
    *,
    workers: int = 2,
    progress: Progress = no_progress,
) -> Readings:
    """Read every part with every setting that training may choose from."""
    data.targets(recipe.classes)  # a wrong label is found before the photos are read
    return read_parts(
        data,
        Candidates(recipe.features).read,
        recipe.image,
        workers=workers,
        progress=progress,
    )


@dataclass(frozen=True)
class Trained:
    """A model, and which columns of the candidate readings it uses."""

    model: Model
    columns: tuple[int, ...]


def train_on(
    readings: Readings, recipe: Recipe, *, progress: Progress = no_progress
) -> Trained:
    """Train a model on what `read_candidates` returned, or on some of its rows."""
    labels = readings.data.targets(recipe.classes)
    if not labels.any():
        raise DatasetError(
            f"{readings.data.name}: expected at least one labelled part, got none."
        )
    candidates = Candidates(recipe.features)
    columns = candidates.defaults
    tried: list[dict[str, Any]] = []
    values = readings.values[:, columns]
    scale, weights, found = _fit(values, labels, readings.data.weights(), recipe)
    for note in found.notes:
        warnings.warn(_with_names(note, recipe), GlasslineWarning, stacklevel=2)
    mix = (weights[:, None] * labels).sum(axis=0)
    model = Model(
        recipe=recipe,
        front=candidates.front(columns),
        scale=scale,
        head=found.head,
        training_mix=tuple((mix / mix.sum()).tolist()),
        certificate=_plain(asdict(found.certificate)),
        record={**_record(readings, recipe, labels, found), "candidates": tried},
    )
    return Trained(model, columns)


def _fit(
    values: NDArray[np.float64],
    labels: Targets,
    weights: NDArray[np.float64],
    recipe: Recipe,
) -> tuple[Scale, NDArray[np.float64], Fit]:
    decided = labels.any(axis=1)
    scale = Scale.fit(values[decided], _good(labels[decided], recipe))
    if recipe.training.class_weights == "balanced":
        weights = weights * (labels @ class_weights(labels, len(recipe.classes)))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", GlasslineWarning)  # said below, with names
        found = fit(
            scale.x(values),
            smooth(labels, recipe.training.label_smoothing),
            penalty=recipe.training.penalty,
            weights=weights,
        )
    return scale, weights, found


def _with_names(note: str, recipe: Recipe) -> str:
    """Say `class 1` and `x[:, 0]` as the recipe calls them."""
    note = re.sub(
        r"(class|labelled) (\d+)",
        lambda m: f"{m[1]} {recipe.classes[int(m[2])]}",
        note,
    )
    return re.sub(r"x\[:, (\d+)\]", lambda m: FEATURE_NAMES[int(m[1])], note)


def _good(labels: Targets, recipe: Recipe) -> NDArray[np.bool_] | None:
    if recipe.good is None:
        return None
    return np.asarray(labels[:, recipe.classes.index(recipe.good)] == 1)


def _record(
    readings: Readings, recipe: Recipe, labels: Targets, found: Fit
) -> dict[str, Any]:
    counts = (labels > 0.5).sum(axis=0).tolist()
    return {
        "data": readings.data.name,
        "data_sha256": _data_hash(readings, labels),
        "n": int((labels.sum(axis=1) > 0).sum()),
        "counts": dict(zip(recipe.classes, counts, strict=True)),
        "undecided": int((labels.sum(axis=1) == 0).sum()),
        "refused": [refusal.message for refusal in readings.refused],
        "outcome": _with_names(found.message, recipe),
        "notes": [_with_names(note, recipe) for note in found.notes],
        "steps": [_plain(asdict(step)) for step in found.steps],
    }


def _data_hash(readings: Readings, labels: Targets) -> str:
    """Hash photos, labels and weights in their order: what the model rests on."""
    digest = hashlib.sha256()
    for photo in readings.sha256:
        digest.update(bytes.fromhex(photo))
    digest.update(np.ascontiguousarray(labels).tobytes())
    digest.update(readings.data.weights().tobytes())
    return digest.hexdigest()


def _plain(table: Mapping[str, Any]) -> dict[str, Any]:
    """Make a table plain data; what is infinite (no bound) becomes null."""
    return {
        key: None if isinstance(value, float) and not math.isfinite(value) else value
        for key, value in table.items()
    }

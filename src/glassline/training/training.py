"""The way back: labelled photos become a model."""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassline.dataset import Dataset
from glassline.dataset.readings import (
    Progress,
    Readings,
    no_progress,
)
from glassline.errors import DatasetError, GlasslineWarning
from glassline.features import Scale
from glassline.features.scale import SOFT, Ends
from glassline.features.sums import shares
from glassline.front import Front
from glassline.head import Fit
from glassline.interface.checked import checked
from glassline.model import Model
from glassline.model.records import (
    Candidate,
    TemperatureRecord,
    TrainingRecord,
)
from glassline.model.reference import refer
from glassline.model.taught import Taught
from glassline.recipe import Recipe
from glassline.training.candidates import Candidates
from glassline.training.choosing import MOST, Choice, Parts, Tried, gains
from glassline.training.crossfit import quiet
from glassline.training.curve import learning_curve
from glassline.training.mixing import Mixture
from glassline.training.novelty import fit_region
from glassline.training.reading import read_candidates
from glassline.training.record import counted, data_hash, record_of, with_names
from glassline.training.search import Search, search
from glassline.training.temperature import temper
from glassline.training.trainset import (
    check_measured,
    good_parts,
    gradient_tolerance,
    learn,
    penalty_of,
    prepare,
    settled,
)

__all__ = [
    "Trained",
    "data_hash",
    "train",
    "train_head",
    "train_on",
]


@checked
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
            without parts, perfect separation, a feature that never varies; or photos
            of different groups look like one part photographed twice.
    """
    readings = read_candidates(data, recipe, workers=workers, progress=progress)
    readings.warn_of_near()
    return train_on(readings, recipe, progress=progress).model


@dataclass(frozen=True)
class Trained:
    """A model, and how its readings come from those of the candidates."""

    model: Model
    mixture: Mixture

    def values(self, readings: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the model's readings, shape (n, d), of those of all candidates."""
        return self.mixture.values(readings)


def train_on(
    readings: Readings,
    recipe: Recipe,
    *,
    find: Search = search,
    progress: Progress = no_progress,
) -> Trained:
    """Train a model on what `read_candidates` returned, or on some of its rows.

    Args:
        readings: Of every candidate.
        recipe: Classes and training settings.
        find: Finds what each feature is read as.
        progress: Told how far each stage is.
    """
    check_measured(recipe)
    recipe = settled(recipe, readings.data)
    candidates = Candidates.of(recipe.features, readings.columns)
    way = _choose(readings, recipe, candidates, progress, find)
    own, recipe, choice = way.readings, way.recipe, way.choice
    mixture = Mixture(choice.mixes, choice.weights or _weights(own, recipe, choice))
    model = train_head(
        own,
        mixture.values(own.values),
        recipe,
        front=candidates.front(mixture.mixes, mixture.weights),
    )
    return Trained(with_choice(model, candidates, choice), mixture.moved(way.first))


@dataclass(frozen=True)
class _Way:
    """One way of looking at the photos, and what is chosen then.

    Attributes:
        readings: Of every candidate.
        recipe: They were read with it.
        choice: What each feature is read as.
        first: The place of the first of these columns among all.
    """

    readings: Readings
    recipe: Recipe
    choice: Choice
    first: int = 0


def _choose(
    readings: Readings,
    recipe: Recipe,
    candidates: Candidates,
    progress: Progress,
    find: Search,
) -> _Way:
    """Choose settings, and leave the background out unless that loses.

    What is not the part has no say unless it is shown to have one: another table, and
    the same parts would get other verdicts.
    """
    whole, without = readings.ways()
    choice = choose_settings(whole, recipe, candidates, progress, find=find)
    if without is None or not choice.shares:
        return _Way(whole, recipe, choice)
    other = choose_settings(without, recipe, candidates, progress, find=find)
    if gains(np.array(other.shares), np.array(choice.shares)):
        return _Way(whole, recipe, choice)
    image = replace(recipe.image, background=readings.background)
    return _Way(without, replace(recipe, image=image), other, readings.columns)


def with_choice(model: Model, candidates: Candidates, choice: Choice) -> Model:
    """Return the model with a record of what was tried."""
    tried = tuple(
        Candidate(each.feature, _settings(candidates, each), each.loss)
        for each in choice.tried
    )
    record = replace(model.record, candidates=tried, adds=_adds(choice))
    return replace(model, record=record)


def _weights(
    readings: Readings, recipe: Recipe, choice: Choice
) -> tuple[tuple[float, ...], ...]:
    """Return weights by which each measurement counts by its own spread."""
    known = readings.data.labelled(recipe.classes)
    if not len(known.rows):
        return tuple((1.0,) for _ in choice.mixes)
    good = good_parts(known.targets, recipe)
    scale = Scale.fit(readings.values[known.rows], good)
    return tuple(
        shares([scale.spread[column] for column in mix]) for mix in choice.mixes
    )


def _settings(candidates: Candidates, tried: Tried) -> dict[str, Any]:
    """Return the settings of what was tried; of two measurements both, as a sum."""
    each = [candidates.settings(tried.feature, column) for column in tried.columns]
    return each[0] if len(each) == 1 else {"sum": each}


def _adds(choice: Choice) -> tuple[float, ...] | None:
    """Return what second measurements add; None where no feature has one."""
    return choice.adds if any(len(mix) > 1 for mix in choice.mixes) else None


def train_head(
    parts: Readings,
    values: NDArray[np.float64],
    recipe: Recipe,
    *,
    front: Front,
    ends: Ends = SOFT,
    scale: Scale | None = None,
) -> Model:
    """Fit scale, head and temperature to readings; put the model together.

    Args:
        parts: The n parts that were read.
        values: Shape (n, d), their readings as the head is to see them.
        recipe: Classes and training settings.
        front: What reads the features.
        ends: Of the scale, and the least spread.
        scale: Of another model; left out, it is taken from the good parts.

    Raises:
        DatasetError: No part is labelled, or a class with a prior has none.

    Warns:
        GlasslineWarning: As in `train`.
    """
    recipe = settled(recipe, parts.data)
    tolerance = gradient_tolerance(penalty_of(recipe))
    with quiet():  # said below, with names
        learnt, found = learn(
            values, parts.data, recipe, ends=ends, scale=scale, tolerance=tolerance
        )
    learning = Learning(
        learnt.scale,
        learnt.mix,
        found,
        record_of(counted(parts, recipe), parts, recipe, found),
        front,
    )
    return put_together(learning, parts, values, recipe, ends=ends, scale=scale)


@dataclass(frozen=True, eq=False)
class Learning:
    """What was learnt from all parts, before the rest of a model is found.

    Attributes:
        scale: Of the readings that the head sees.
        mix: Share of each class, as the head weighs it.
        found: The head.
        record: What it rests on.
        front: What reads the features.
    """

    scale: Scale
    mix: tuple[float, ...]
    found: Fit
    record: TrainingRecord
    front: Front


def put_together(
    learnt: Learning,
    parts: Readings,
    values: NDArray[np.float64],
    recipe: Recipe,
    *,
    ends: Ends = SOFT,
    scale: Scale | None = None,
) -> Model:
    """Find temperature, region and reference on parts, and put the model together.

    Args:
        learnt: Scale and head.
        parts: The n parts to find the rest on: all, or a sample.
        values: Shape (n, d), their readings as the head is to see them.
        recipe: Settled.
        ends: Of the scale, and the least spread.
        scale: Of another model, if the scale was taken from one.
    """
    found = learnt.found
    for note in (*found.notes, *_without_good(recipe)):
        warnings.warn(with_names(note, recipe), GlasslineWarning, stacklevel=3)
    _check_priors(learnt.mix, parts.data, recipe)
    tempered = temper(values, parts.data, recipe, ends=ends, scale=scale)
    is_all = learnt.record.sampled is None
    curve = None
    if is_all:
        curve = learning_curve(values, parts.data, recipe, ends=ends, scale=scale)
    known, novelty = parts.data.labelled(recipe.classes), recipe.review.novelty
    model = Model(
        recipe=recipe,
        front=learnt.front,
        scale=learnt.scale,
        head=tempered.applied(found.head) if tempered else found.head,
        optimum=found.head,
        region=fit_region(
            learnt.scale.unclipped(values[known.rows]),
            known.labels,
            known.data.groups(),
            recipe.classes,
            rate=novelty,
        )
        if novelty
        else None,
        training_mix=learnt.mix,
        certificate=found.certificate,
        record=replace(
            learnt.record,
            temperature=TemperatureRecord(**tempered.as_json()) if tempered else None,
            curve=curve,
            beyond=float(learnt.scale.beyond(values[known.rows]).mean()),
        ),
    )
    taught = Taught.of(replace(parts, values=values), recipe) if is_all else None
    record = replace(
        model.record,
        reference=refer(model, values, parts.data.groups()),
        taught=taught.sha256 if taught else None,
    )
    return replace(model, record=record, taught=taught)


def choose_settings(
    readings: Readings,
    recipe: Recipe,
    candidates: Candidates,
    progress: Progress,
    *,
    find: Search = search,
) -> Choice:
    """Choose what each feature is read as; the defaults where nothing can be scored."""
    known = readings.data.labelled(recipe.classes)
    values = readings.values[known.rows]
    if not len(values):
        return Choice(tuple((column,) for column in candidates.defaults), math.nan, ())
    learnt = prepare(values, known.data, recipe)
    parts = Parts(
        readings=values,
        targets=learnt.targets,
        weights=learnt.weights,
        good=good_parts(known.targets, recipe),
        labels=known.labels,
        groups=known.data.groups(),
    )
    return find(
        parts,
        candidates,
        penalty_of(recipe),
        most=recipe.training.measurements or MOST,
        progress=lambda done, total: progress("choosing settings", done, total),
    )


def _without_good(recipe: Recipe) -> tuple[str, ...]:
    if recipe.good is not None:
        return ()
    return (
        "no class is called ok or good, so no part will be accepted. Name the good "
        'class: good = "..." in the recipe, or --good.',
    )


def _check_priors(mix: tuple[float, ...], data: Dataset, recipe: Recipe) -> None:
    """Refuse a prior that no part supports: its probability could not be corrected."""
    if recipe.priors is None:
        return
    absent = [
        name for name, share in zip(recipe.classes, mix, strict=True) if not share
    ]
    if absent:
        raise DatasetError(
            f"{data.name}: expected a labelled part of every class that the recipe "
            f"gives a prior, got none of {', '.join(absent)}."
        )

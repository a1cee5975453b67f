"""Reads a labelled dataset and asks which of its labels do not fit the others."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassline.arrays import ClassIds, Features, Logits
from glassline.dataset import Dataset
from glassline.dataset.copies import Copy
from glassline.dataset.folds import deal
from glassline.dataset.readings import Progress, Readings, Refusal, no_progress
from glassline.errors import DatasetError, GlasslineWarning, InputError
from glassline.head import part_losses, softmax
from glassline.image import printable
from glassline.interface.checked import checked
from glassline.interface.record import Record
from glassline.model import Model, read_with
from glassline.model.verdict import Decisions, decide
from glassline.recipe import Recipe
from glassline.studies.labels.agreement import (
    Agreement,
    Vote,
    agreements,
    kappas,
    votes,
)
from glassline.studies.labels.conflicts import Conflict, conflicts, fewest_to_check
from glassline.studies.metrics import Rate
from glassline.training import read_candidates, train_head, train_on
from glassline.training.crossfit import out_of_fold, quiet
from glassline.training.temperature import temper
from glassline.training.trainset import prepare

__all__ = ["Audit", "Effect", "Inspector", "Suspect", "audit", "audit_readings"]


@dataclass(frozen=True)
class Effect:
    """What a full retrain with one label corrected would change.

    Attributes:
        classes: Other parts whose most probable class changes.
        decisions: Other parts whose decision changes.
        shift: Largest change of any probability of another part.
        others: How many other parts there are.
    """

    classes: int
    decisions: int
    shift: float
    others: int


@dataclass(frozen=True)
class Suspect:
    """A label that a head which never saw the part, nor its group, does not believe.

    Attributes:
        part: Its place among the parts.
        label: The class a person named.
        seen: The class that is most probable out of fold.
        p_label: Probability of the label, out of fold.
        p_seen: Probability of `seen`.
        loss: -log p_label, nats.
        effect: What correcting it to `seen` changes; None beyond the first few.
    """

    part: int
    label: str
    seen: str
    p_label: float
    p_seen: float
    loss: float
    effect: Effect | None


@dataclass(frozen=True)
class Inspector:
    """The labels of one person.

    Attributes:
        name: As in the table; "" where it names nobody.
        suspects: Suspect labels, of all that the person gave.
        conflicts: Labels in at least one conflicting pair, of all.
        loss: Mean loss, nats, out of fold.
    """

    name: str
    suspects: Rate
    conflicts: Rate
    loss: float


@dataclass(frozen=True, eq=False, repr=False)
class Audit(Record):
    """Which labels to look at again; parts are counted from 0 in `data`.

    Attributes:
        data: The n labelled parts that could be read.
        recipe: Classes and features.
        units: Feature to the unit of its reading.
        readings: Shape (n, d), in each feature's own unit.
        x: Shape (n, d), before the clip.
        folds: How many folds judged the parts.
        suspects: The largest loss first.
        conflicts: The largest margin first; empty without a good class.
        to_check: A smallest set of parts with one of every conflicting pair.
        inspectors: One a person, in the order in which they first appear; empty
            where the table names nobody.
        agreements: The model (out of fold) against the labels, then each inspector
            against the majority of the others on the photos they share.
        pairs: Two inspectors, photos they share, Cohen's kappa.
        refused: Photos that could not be read.
        undecided: Parts without a label.
        copies: Photos that show what one before them shows; their labels count for
            inspectors only.
    """

    data: Dataset
    recipe: Recipe
    units: dict[str, str]
    readings: NDArray[np.float64]
    x: Features
    folds: int
    suspects: tuple[Suspect, ...]
    conflicts: tuple[Conflict, ...]
    to_check: tuple[int, ...]
    inspectors: tuple[Inspector, ...]
    agreements: tuple[Agreement, ...]
    pairs: tuple[tuple[str, str, int, float], ...]
    refused: tuple[Refusal, ...]
    undecided: int
    copies: tuple[Copy, ...]

    def image(self, part: int) -> str:
        """Return the name of a part's photo: its folder and its file."""
        path = self.data.parts[part].path
        return printable("/".join(path.parts[-2:]))

    def as_json(self) -> dict[str, Any]:
        """Return the audit as plain data, numbers in full precision."""
        return {
            "n": len(self.data),
            "folds": self.folds,
            "suspects": [
                {**self._part(each.part), **asdict(each)} for each in self.suspects
            ],
            "conflicts": [
                {
                    "margin": each.margin,
                    "passed": self._measured(each.passed),
                    "rejected": self._measured(each.rejected),
                }
                for each in self.conflicts
            ],
            "to_check": [self._part(part) for part in self.to_check],
            "inspectors": [
                {
                    "inspector": each.name,
                    "n": each.suspects.n,
                    "suspects": each.suspects.k,
                    "conflicts": each.conflicts.k,
                    "loss": each.loss,
                }
                for each in self.inspectors
            ],
            "agreement": [each.as_json() for each in self.agreements],
            "kappa": [
                {"inspectors": [one, other], "n": n, "kappa": value}
                for one, other, n, value in self.pairs
            ],
            "undecided": self.undecided,
            "copies": [
                {**each.as_json(), "contradicts": each.contradicts}
                for each in self.copies
            ],
            "refused": [each.as_json() for each in self.refused],
        }

    def _part(self, part: int) -> dict[str, Any]:
        found = self.data.parts[part]
        return {
            "image": self.image(part),
            "source": found.source,
            "inspector": found.inspector,
        }

    def _measured(self, part: int) -> dict[str, Any]:
        names = self.recipe.feature_names
        return {
            **self._part(part),
            "part": part,
            "readings": dict(zip(names, self.readings[part].tolist(), strict=True)),
            "x": self.x[part].tolist(),
        }


@checked
def audit(
    data: Dataset,
    judge: Model | Recipe,
    *,
    least: float = 0.0,
    retrained: int = 20,
    workers: int = 2,
    progress: Progress = no_progress,
) -> Audit:
    """Find the labels that do not fit the others, and who gave them.

    A label is suspect where another class is more probable to a head that was
    trained without the part and its group. Two labels conflict where the part that
    passed has more of everything than the one that was rejected.

    Args:
        data: Labelled parts; a part in shares counts as its largest.
        judge: A model, whose recipe and settings of the features are used; or a
            recipe, and the settings are chosen as in training: on all parts, the
            label in question among them. The heads are always fitted to `data`.
        least: The least margin of a conflicting pair, in spreads of good parts.
        retrained: For how many suspects, the worst first, to retrain with the label
            corrected: scale, class weights and head, with the settings kept.
        workers: Photos read at the same time.
        progress: Told how far each stage is.

    Raises:
        LabelError: A label is not one of the classes.
        DatasetError: No photo could be read, or fewer than two groups are labelled.
        InputError: A model whose features come from a network.
    """
    recipe = judge if isinstance(judge, Recipe) else judge.recipe
    data.targets(recipe.classes)  # a wrong label is found before the photos are read
    model, readings = _read(data, judge, workers, progress)
    return audit_readings(
        readings, model, least=least, retrained=retrained, progress=progress
    )


def audit_readings(
    readings: Readings,
    model: Model,
    *,
    least: float = 0.0,
    retrained: int = 20,
    progress: Progress = no_progress,
) -> Audit:
    """Do the same on photos that were read already, as this model reads them."""
    recipe = model.recipe
    labelled = readings.data.labelled(recipe.classes)
    known, labels = readings.subset(labelled.rows), labelled.labels
    if not len(labels):
        raise DatasetError(f"{readings.data.name}: expected labelled parts, got none.")
    # the clip would hide which of two strong readings is the stronger
    x = prepare(known.values, known.data, recipe).scale.unclipped(known.values)
    logits, count = _judged(known, recipe, labels)
    given = votes(known, labels, recipe.classes)
    suspects = tuple(_suspects(known, model, labels, logits, retrained, progress))
    good = None if recipe.good is None else recipe.classes.index(recipe.good)
    found = () if good is None else conflicts(x, labels == good, least=least)
    return Audit(
        data=known.data,
        recipe=recipe,
        units=model.units,
        readings=known.values,
        x=x,
        folds=count,
        suspects=suspects,
        conflicts=found,
        to_check=fewest_to_check(found),
        inspectors=tuple(_inspectors(given, logits, labels, found)),
        agreements=tuple(agreements(given, logits.argmax(axis=1), good)),
        pairs=tuple(kappas(given)),
        refused=readings.refused,
        copies=readings.copies,
        undecided=len(readings.data) - len(labels),
    )


def _read(
    data: Dataset, judge: Model | Recipe, workers: int, progress: Progress
) -> tuple[Model, Readings]:
    """Return the readings with the settings of a model, or with those training chooses."""
    if isinstance(judge, Model):
        if judge.front.is_taught:
            raise InputError(
                "judge: expected a recipe, or a model of measured features, got a "
                "network: its concepts were taught by the labels in question."
            )
        return judge, read_with(judge, data, workers=workers, progress=progress)
    readings = read_candidates(data, judge, workers=workers, progress=progress)
    trained = train_on(readings, judge, progress=progress)
    return trained.model, replace(
        readings, values=trained.values(readings.values), background=None
    )


def _judged(known: Readings, recipe: Recipe, labels: ClassIds) -> tuple[Logits, int]:
    """Return each part's logits by heads that never saw its group, and the folds."""
    dealt = deal(labels, known.data.groups())
    logits = out_of_fold(known.values, known.data, recipe, dealt)
    tempered = temper(known.values, known.data, recipe)
    return logits / (tempered.value if tempered else 1.0), len(np.unique(dealt))


def _suspects(
    known: Readings,
    model: Model,
    labels: ClassIds,
    logits: Logits,
    retrained: int,
    progress: Progress,
) -> Iterator[Suspect]:
    p, classes = softmax(logits), model.recipe.classes
    losses = part_losses(logits, labels)
    seen = logits.argmax(axis=1)
    order = np.argsort(-losses, kind="stable")
    chosen = order[(seen != labels)[order]].tolist()
    before = _retrained(known, model) if chosen else None
    for place, part in enumerate(chosen):
        effect = None
        if place < retrained and before is not None:
            effect = _effect(known, model, part, classes[seen[part]], before)
            progress("retraining", place + 1, min(retrained, len(chosen)))
        yield Suspect(
            part=part,
            label=classes[labels[part]],
            seen=classes[seen[part]],
            p_label=float(p[part, labels[part]]),
            p_seen=float(p[part, seen[part]]),
            loss=float(losses[part]),
            effect=effect,
        )


def _retrained(known: Readings, model: Model) -> Decisions:
    """Return what a model fitted to all parts says of them; settings and limits stay."""
    with quiet():
        trial = train_head(known, known.values, model.recipe, front=model.front)
    if not trial.certificate.is_finished:
        warnings.warn(
            f"{known.data.name}: what a corrected label changes is not exact here. "
            f"{trial.record.outcome}",
            GlasslineWarning,
            stacklevel=2,
        )
    trial = replace(trial, gauge=model.gauge, guarantee=model.guarantee)
    return decide(trial, known.values)


def _effect(
    known: Readings,
    model: Model,
    part: int,
    seen: str,
    before: Decisions,
) -> Effect:
    """Retrain with one label corrected, and count what changes for the other parts."""
    parts = list(known.data.parts)
    parts[part] = replace(parts[part], label=seen, soft=None)
    corrected = replace(known, data=replace(known.data, parts=tuple(parts)))
    after = _retrained(corrected, model)
    others = np.arange(len(parts)) != part
    moved = np.abs(after.probabilities - before.probabilities)
    return Effect(
        classes=int((after.classes != before.classes)[others].sum()),
        decisions=int((after.actions != before.actions)[others].sum()),
        shift=float(moved[others].max(initial=0.0)),
        others=int(others.sum()),
    )


def _inspectors(
    given: Sequence[Vote],
    logits: Logits,
    labels: ClassIds,
    found: tuple[Conflict, ...],
) -> Iterator[Inspector]:
    """Yield how each inspector's labels stand, those of copies included."""
    conflicting = {part for pair in found for part in (pair.passed, pair.rejected)}
    names = dict.fromkeys(vote.inspector for vote in given)
    for name in names if any(names) else ():
        own = [vote for vote in given if vote.inspector == name]
        photos = np.array([vote.photo for vote in own])
        said = np.array([vote.label for vote in own])
        in_conflict = np.isin(photos, list(conflicting)) & (said == labels[photos])
        yield Inspector(
            name=name,
            suspects=Rate(int((logits[photos].argmax(axis=1) != said).sum()), len(own)),
            conflicts=Rate(int(in_conflict.sum()), len(own)),
            loss=float(part_losses(logits[photos], said).mean()),
        )

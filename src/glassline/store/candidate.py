"""The candidate: the head fitted again on every label, from the readings as recorded."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select

from glassline.arrays import ClassIds, Logits
from glassline.dataset import Dataset
from glassline.dataset.part import Part
from glassline.dataset.readings import Readings
from glassline.errors import InputError
from glassline.head import Fit, Head, cross_entropy
from glassline.interface.record import Record
from glassline.model import Model
from glassline.model.reading import reads_alike
from glassline.model.records import PHOTO_DIGITS, certificate_table
from glassline.model.taught import Taught
from glassline.model.verdict import decide
from glassline.recipe import ACTIONS, Recipe
from glassline.store.labelling import Labelled
from glassline.store.ledger import record_of
from glassline.store.store import Store
from glassline.store.tables import inspections
from glassline.training.crossfit import quiet
from glassline.training.training import data_hash
from glassline.training.trainset import (
    Trainset,
    gradient_tolerance,
    learn,
    penalty_of,
)

__all__ = ["Candidate", "Change", "Loss", "candidate", "refit"]

LAST = 1_000  # inspections that are decided again, to show what would change
FOLDS = 5


@dataclass(frozen=True)
class Change:
    """One of the last inspections that the candidate would decide otherwise.

    Attributes:
        record: Which.
        before: What the running model decides.
        after: What the candidate decides.
        label: What a person said, if anybody did.
    """

    record: str
    before: str
    after: str
    label: str | None


@dataclass(frozen=True)
class Loss:
    """How much labels that were kept back surprise either model, in nats a part.

    Labels of one lot (or serial) are kept back together, a fifth at a time.

    Attributes:
        n: Labels that the running model did not learn from either.
        candidate: Mean cross-entropy of heads that did not learn from the label.
        running: Of the running model, on the same labels.
    """

    n: int
    candidate: float
    running: float


@dataclass(frozen=True, eq=False, repr=False)
class Candidate(Record):
    """What the labels so far make of the running model.

    Attributes:
        running: Hash of the model that it would follow.
        model: The candidate; None while a class has no label, or where its labels
            would give what runs already.
        labels: How many labels of the station it rests on.
        taught: How many parts of training beside them: those that the running model
            was taught, but for photos that were labelled since. 0 of a model that does
            not hold them; then the labels are all there is.
        counts: Class to parts, labels and training together.
        missing: Classes without a part.
        left_out: Labels on readings that the running model would read otherwise, or of
            classes that it does not have; `retrain` reads those photos again.
        looked_at: How many of the last inspections were decided again.
        changed: Those that would be decided otherwise, the newest first.
        loss: On labels kept back; None where there are too few.
        outcome: How the fit ended, as a sentence.
    """

    running: str
    model: Model | None
    labels: int
    taught: int
    counts: Mapping[str, int]
    missing: tuple[str, ...]
    left_out: int
    looked_at: int
    changed: tuple[Change, ...]
    loss: Loss | None
    outcome: str

    def as_json(self) -> dict[str, Any]:
        """Return it as plain data, with the certificate."""
        model = self.model
        return {
            "running": self.running,
            "model": model.sha256 if model else None,
            "labels": self.labels,
            "taught": self.taught,
            "counts": dict(self.counts),
            "missing": list(self.missing),
            "left_out": self.left_out,
            "looked_at": self.looked_at,
            "changed": [vars(each) for each in self.changed],
            "loss": vars(self.loss) if self.loss else None,
            "outcome": self.outcome,
            "certificate": certificate_table(model.certificate) if model else None,
        }


def candidate(store: Store, *, last: int = LAST) -> Candidate | None:
    """Fit the candidate on all labels of a store, and show what it would change.

    Nothing runs by that: `store.publish(found.model, ...)` lets it run.

    Args:
        store: The records.
        last: How many of the last inspections to decide again.

    Returns:
        The candidate; None where no model runs.
    """
    running = store.running
    if running is None:
        return None
    alike = _read_alike(store, running)
    told = store.labelled()
    usable = _once(told, alike, running.recipe.classes)
    parts = _parts(running, told, usable)
    counts = _counts(parts, running.recipe)
    found = Candidate(
        running=running.sha256,
        model=None,
        labels=len(usable),
        taught=len(parts.data) - len(usable),
        counts=counts,
        missing=tuple(name for name, count in counts.items() if not count),
        left_out=_left_out(told, alike, running.recipe.classes),
        looked_at=0,
        changed=(),
        loss=None,
        outcome="",
    )
    if found.missing or not usable:
        return found
    model = refit(running, parts)
    looked_at, changed = _changed(store, alike, running, model, last)
    return replace(
        found,
        model=model if _differ(model.head, running.head) else None,
        looked_at=looked_at,
        changed=changed,
        loss=_loss(running, parts),
        outcome=model.record.outcome,
    )


def refit(running: Model, parts: Readings) -> Model:
    """Return a model with another head: the optimum on these parts.

    Front, scale, temperature, gauge and region stay; a guarantee does not, since it
    was given for another head.

    Args:
        running: The model to follow.
        parts: Labelled readings, read as it reads.
    """
    recipe, t = running.recipe, _temperature(running)
    learnt, found = _learn(running, parts)
    taught = Taught.of(parts, recipe)
    record = replace(
        running.record,
        data_sha256=data_hash(parts, recipe),
        photos=tuple(sorted(photo[:PHOTO_DIGITS] for photo in parts.sha256)),
        n=len(parts.data),
        counts=_counts(parts, recipe),
        undecided=0,
        refused=(),
        outcome=found.message,
        notes=found.notes,
        steps=found.steps,
        candidates=None,
        copies=None,
        like=running.sha256,
        taught=taught.sha256 if taught else None,
    )
    return replace(
        running,
        head=_tempered(found.head, t),
        optimum=found.head,
        training_mix=learnt.mix,
        certificate=found.certificate,
        record=record,
        guarantee=None,
        made=None,
        taught=taught,
    )


def _learn(running: Model, parts: Readings) -> tuple[Trainset, Fit]:
    with quiet():  # the outcome and the counts say it
        return learn(
            parts.values,
            parts.data,
            running.recipe,
            ends=running.scale.ends,
            scale=running.scale,
            tolerance=gradient_tolerance(penalty_of(running.recipe)),
        )


def _temperature(model: Model) -> float:
    return model.record.temperature.applied if model.record.temperature else 1.0


def _tempered(head: Head, t: float) -> Head:
    return head if t == 1 else Head(head.W / t, head.b / t)


def _differ(one: Head, other: Head) -> bool:
    return bool((one.W != other.W).any() or (one.b != other.b).any())


def _read_alike(store: Store, running: Model) -> frozenset[str]:
    """Return the models that read as the running one does, to the last setting."""
    with store.core.read() as connection:
        query = select(inspections.c.model).where(inspections.c.model.is_not(None))
        used = {str(each) for (each,) in connection.execute(query.distinct())}
    others = used - {running.sha256}
    return frozenset(
        {
            running.sha256,
            *(each for each in others if reads_alike(store.model(each), running)),
        }
    )


def _once(told: Labelled, alike: frozenset[str], classes: tuple[str, ...]) -> list[int]:
    """Return the rows that count: of one photo the last record, since it shows no more."""
    last = {told.sha256[row]: row for row in range(len(told.records))}
    return sorted(
        row
        for row in last.values()
        if told.models[row] in alike and told.labels[row] in classes
    )


def _left_out(told: Labelled, alike: frozenset[str], classes: tuple[str, ...]) -> int:
    pairs = zip(told.models, told.labels, strict=True)
    return sum(model not in alike or name not in classes for model, name in pairs)


def _counts(parts: Readings, recipe: Recipe) -> dict[str, int]:
    """Return how many parts are of each class by more than half."""
    counts = (parts.data.targets(recipe.classes) > 0.5).sum(axis=0)
    return dict(zip(recipe.classes, counts.tolist(), strict=True))


def _parts(running: Model, told: Labelled, rows: list[int]) -> Readings:
    """Return the readings of training, and those labelled since, as training has them.

    A photo of training that was labelled again counts once, with what was said last.
    """
    again = {told.sha256[row] for row in rows}
    parts = tuple(
        Part(
            path=Path(told.records[row]),
            label=told.labels[row],
            source=told.records[row],
            group=told.groups[row],
        )
        for row in rows
    )
    labelled = Readings(
        data=Dataset("labels", parts),
        values=told.readings[rows].reshape(len(rows), len(running.feature_names)),
        sha256=tuple(told.sha256[row] for row in rows),
        refused=(),
    )
    if running.taught is None:
        return labelled
    before = running.taught.readings
    is_kept = [photo not in again for photo in before.sha256]
    before = before.subset(np.flatnonzero(is_kept))
    return Readings(
        data=Dataset("training and labels", (*before.data.parts, *parts)),
        values=np.concatenate([before.values, labelled.values]),
        sha256=(*before.sha256, *labelled.sha256),
        refused=(),
    )


def _loss(running: Model, parts: Readings) -> Loss | None:
    """Let each fold of labels be judged by heads that did not learn from it."""
    trained = set(running.record.photos)
    is_new = np.array([each[:PHOTO_DIGITS] not in trained for each in parts.sha256])
    folds = np.array([_fold(part.group) for part in parts.data.parts])
    labels = parts.data.targets(running.recipe.classes).argmax(axis=1)
    x = running.scale.x(parts.values)
    logits = np.zeros((len(labels), len(running.recipe.classes)))
    is_judged = np.zeros(len(labels), np.bool_)
    for fold in range(FOLDS):
        inside, others = folds == fold, np.flatnonzero(folds != fold)
        if inside.any() and _has_all(labels[others], running.recipe):
            _, found = _learn(running, parts.subset(others))
            head = _tempered(found.head, _temperature(running))
            logits[inside] = head.logits(x[inside])
            is_judged |= inside
    rows = np.flatnonzero(is_judged & is_new)
    if not rows.size:
        return None
    return Loss(
        n=int(rows.size),
        candidate=_mean_loss(logits[rows], labels[rows]),
        running=_mean_loss(running.head.logits(x[rows]), labels[rows]),
    )


def _mean_loss(logits: Logits, labels: ClassIds) -> float:
    return float(cross_entropy(logits, labels))


def _fold(group: str) -> int:
    """Return the fold of a group: by its name, so that new labels do not deal anew."""
    return int(hashlib.sha256(group.encode()).hexdigest()[:8], 16) % FOLDS


def _has_all(labels: ClassIds, recipe: Recipe) -> bool:
    return len(np.unique(labels)) == len(recipe.classes)


def _changed(
    store: Store, alike: frozenset[str], running: Model, model: Model, last: int
) -> tuple[int, tuple[Change, ...]]:
    """Decide the last inspections again with both models."""
    if last < 0:
        raise InputError(f"last: expected a number >= 0, got {last}.")
    query = (
        select(
            inspections.c.stream,
            inspections.c.seq,
            inspections.c.readings,
            inspections.c.label,
        )
        .where(inspections.c.model.in_(sorted(alike)))
        .where(inspections.c.readings.is_not(None))
        .order_by(
            inspections.c.at.desc(), inspections.c.stream, inspections.c.seq.desc()
        )
        .limit(last)
    )
    with store.core.read() as connection:
        found = connection.execute(query).all()
    if not found:
        return 0, ()
    readings = np.array([np.frombuffer(each.readings, "<f8") for each in found])
    before, after = _actions(running, readings), _actions(model, readings)
    return len(found), tuple(
        Change(
            record_of(found[row].stream, found[row].seq),
            ACTIONS[before[row]],
            ACTIONS[after[row]],
            found[row].label,
        )
        for row in np.flatnonzero(before != after).tolist()
    )


def _actions(model: Model, readings: NDArray[np.float64]) -> NDArray[np.int64]:
    return decide(model, readings).actions

"""The labels of a store as a study of labels reads them: no photo is opened again."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import numpy as np

from glassline.dataset import Dataset, Part
from glassline.dataset.copies import Copy
from glassline.dataset.readings import Readings
from glassline.errors import DatasetError
from glassline.model import Model
from glassline.monitor import Judgement, repeatability
from glassline.station.lookout import alike
from glassline.store import Store
from glassline.store.labelling import Said, said
from glassline.studies.labels import Audit, audit_readings
from glassline.studies.metrics import Rate

__all__ = ["Labels", "readings_of"]

RETRAINED = 10  # suspects, the worst first, whose correction is tried by a full retrain


class Labels:
    """Audits the labels of a store, anew once some have come or another model runs.

    Args:
        store: The records.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._key: tuple[object, ...] = ()
        self._found: Audit | None = None
        self._repeats: dict[str, Rate] = {}

    def audit(self, model: Model) -> tuple[Audit, dict[str, Rate]]:
        """Return the audit, and how often each person said the same again.

        The parts of the audit are called as their records.

        Raises:
            DatasetError: Fewer than two lots are labelled.
        """
        with self._lock:
            told = said(self._store.core)
            key = (model.sha256, len(told), told[-1] if told else None)
            if self._found is None or key != self._key:
                readings = readings_of(self._store, model, told)
                self._found = audit_readings(readings, model, retrained=RETRAINED)
                self._repeats = repeatability(
                    Judgement(each.who, each.record, each.label) for each in told
                )
                self._key = key
            return self._found, self._repeats


def readings_of(store: Store, model: Model, told: tuple[Said, ...]) -> Readings:
    """Return labelled readings that this model could have read.

    Of one photo the last record counts, with the label that was said last; what others
    said of it counts as a copy's label does: for their agreement alone.

    Raises:
        DatasetError: Nothing is labelled.
    """
    held = store.labelled()
    fits = alike(store, model, tuple(dict.fromkeys(held.models)))
    last = {held.sha256[row]: row for row in range(len(held.records))}
    rows = [
        row
        for row in sorted(last.values())
        if held.models[row] in fits and held.labels[row] in model.recipe.classes
    ]
    if not rows:
        raise DatasetError("labels: expected some that people gave, got none.")
    by_record: dict[str, list[Said]] = {}
    for each in told:
        by_record.setdefault(each.record, []).append(each)
    parts, copies = [], []
    for row in rows:
        record = held.records[row]
        *others, own = by_record[record]
        part = Part(
            path=Path(record),
            label=held.labels[row],
            source=record,
            group=held.groups[row],
            inspector=own.who,
        )
        parts.append(part)
        copies += [
            Copy(
                replace(part, label=each.label, inspector=each.who),
                part,
                held.sha256[row],
            )
            for each in others
            if each.who != own.who and each.label in model.recipe.classes
        ]
    return Readings(
        data=Dataset("labels", tuple(parts)),
        values=np.ascontiguousarray(np.array([held.readings[row] for row in rows])),
        sha256=tuple(held.sha256[row] for row in rows),
        refused=(),
        copies=tuple(copies),
    )

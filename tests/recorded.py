"""A whole line in the records, with every label that a person gave."""

from __future__ import annotations

from glassline.dataset import Dataset
from glassline.inspection import attempt
from glassline.model import Model
from glassline.store import Entry, Identifiers, Store

__all__ = ["record_line"]


def record_line(store: Store, model: Model, line: Dataset, *, who: str) -> None:
    """Record every photo of a line, each group a lot, and label it as the line does."""
    photos = [part.path.read_bytes() for part in line.parts]
    entries = [
        Entry(attempt(model, photo), photo, Identifiers(lot=part.group), who=who)
        for photo, part in zip(photos, line.parts, strict=True)
    ]
    for each, part in zip(store.record_all(entries), line.parts, strict=True):
        store.label(each.record, part.label, who=who, reason="training")

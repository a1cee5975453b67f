"""Labelled photos into the records, so that the candidate knows what the model learnt."""

from __future__ import annotations

from itertools import islice

from glassline.dataset import Dataset
from glassline.dataset.readings import Progress, no_progress
from glassline.inspection import Inspection, inspect_many
from glassline.model import Model
from glassline.store.entry import Entry
from glassline.store.identifiers import MOST_CHARS, Identifiers
from glassline.store.labelling import label_all
from glassline.store.store import Store

__all__ = ["teach"]

TOGETHER = 32  # parts a commit


def teach(
    store: Store,
    model: Model,
    data: Dataset,
    *,
    who: str,
    reason: str = "training",
    progress: Progress = no_progress,
) -> int:
    """Record every labelled part of a dataset, with its label; each once, ever.

    A store of its own stream keeps them apart from what the line made: open it with
    `stream="training"`. Parts without one label (undecided, or shared between classes)
    and photos that are refused are left out.

    Returns:
        How many parts were added.

    Raises:
        LabelError: A label is not one of the model's classes.
    """
    data.targets(model.recipe.classes)  # a wrong label is found before anything is kept
    parts = [part for part in data.parts if part.label is not None]
    seen = zip(parts, inspect_many(model, (part.path for part in parts)), strict=True)
    added = done = 0
    while chunk := list(islice(seen, TOGETHER)):
        found = [(part, each) for part, each in chunk if isinstance(each, Inspection)]
        recorded = store.record_all(
            [
                Entry(
                    each,
                    part.path.read_bytes(),
                    Identifiers(lot=part.group[-MOST_CHARS:]),
                    who=who,
                    key=f"taught {model.sha256[:16]} {each.photo.sha256}",
                )
                for part, each in found
            ]
        )
        new = {
            place.record: str(part.label)
            for (part, _), place in zip(found, recorded, strict=True)
            if place.is_new
        }
        if new:
            label_all(store.core, new, who=who, reason=reason)
        added += sum(each.is_new for each in recorded)
        done += len(chunk)
        progress("recording", done, len(parts))
    return added

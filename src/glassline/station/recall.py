"""A record back as an inspection, for its sheet, its evidence and its maps."""

from __future__ import annotations

from datetime import datetime

import numpy as np

from glassline.arrays import Named
from glassline.errors import NotFoundError
from glassline.explain import Provenance
from glassline.image import Photo
from glassline.inspection import Inspection, inspect
from glassline.model.verdict import decide
from glassline.station.worker import UNSEEN
from glassline.store import Found, Store

__all__ = ["recall", "with_photo"]


def recall(store: Store, record: str) -> Inspection:
    """Return a record as the inspection that it was, by the model of then.

    Where the photo was kept it is read again; else the verdict is worked from the
    recorded readings, to the same bits, and there is nothing to point at.

    Raises:
        NotFoundError: There is no such record, or it is of a refused photo.
    """
    found = store.inspection(record)
    if found.listed.model is None or found.listed.predicted_class is None:
        raise NotFoundError(
            f"{record}: expected a verdict, got a photo that was refused: "
            f"{found.listed.reason_code}."
        )
    model, at = store.model(found.listed.model), datetime.fromisoformat(found.row.at)
    if found.photo is not None:
        return inspect(
            model, found.photo, label=found.label, who=found.row.who, inspected_at=at
        )
    readings = np.array([[*found.answer["features"].values()]])
    said = decide(model, readings)
    return Inspection(
        photo=Photo(found.listed.image, found.listed.sha256, "absent", 0, 0, UNSEEN),
        readings=Named(model.feature_names, readings[0]),
        maps=np.empty((readings.shape[1], 0, 0), np.float32),
        x=said.x[0],
        logits=said.logits[0],
        probabilities=Named(model.recipe.classes, said.probabilities[0]),
        decided=said.decision(0),
        model=model,
        label=found.label,
        provenance=Provenance(
            photo=found.listed.image,
            photo_sha256=found.listed.sha256,
            model_sha256=model.sha256,
            inspected_at=at,
            who=found.row.who,
        ),
    )


def with_photo(found: Found) -> bytes:
    """Return the photo of a record.

    Raises:
        NotFoundError: It was not kept, or was removed to make room.
    """
    if found.photo is None:
        raise NotFoundError(
            f"{found.record}: expected a photo that was kept, got its hash alone: "
            f"{found.listed.sha256}."
        )
    return found.photo

"""A record back as an inspection, for its sheet, its evidence and what would turn it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import numpy as np

from glassline.arrays import Named
from glassline.errors import NotFoundError
from glassline.explain import Provenance
from glassline.image import Photo, load
from glassline.inspection import Inspection
from glassline.model import Model
from glassline.model.verdict import decide
from glassline.station.worker import UNSEEN
from glassline.store import Found, Store

__all__ = ["has_verdict", "recall", "recalled", "with_photo"]


def has_verdict(found: Found) -> bool:
    """Return whether a record is of a photo that was read."""
    return found.listed.model is not None and found.listed.predicted_class is not None


def recall(store: Store, record: str, *, with_pixels: bool = True) -> Inspection:
    """Return a record as the inspection that it was, by the model of then.

    Raises:
        NotFoundError: There is no such record, or it is of a refused photo.
    """
    return recalled(store, store.inspection(record), with_pixels=with_pixels)


def recalled(store: Store, found: Found, *, with_pixels: bool = True) -> Inspection:
    """Return what was found as the inspection that it was, by the model of then.

    Readings, features, logits, probabilities and the decision are those of the record:
    no front is asked again. The reason is worked out from them, so that it can be said
    in both languages; there are no maps.

    Args:
        store: Which kept the model.
        found: The record.
        with_pixels: Whether the photo is opened again where it was kept, as evidence
            and sheet need it.

    Raises:
        NotFoundError: It is of a refused photo.
    """
    told, listed = found.answer, found.listed
    if not has_verdict(found) or listed.model is None:
        raise NotFoundError(
            f"{found.record}: expected a verdict, got a photo that was refused: "
            f"{listed.reason_code}."
        )
    model = store.model(listed.model)
    names, classes = model.feature_names, model.recipe.classes
    readings = np.array([told["features"][name] for name in names])
    x = np.array(told["x"])
    said = decide(model, readings[None], x=x[None]).decision(0)
    shares = np.array([told["probabilities"][name] for name in classes])
    return Inspection(
        photo=_photo(found, model, with_pixels),
        readings=Named(names, readings),
        maps=np.empty((len(names), 0, 0), np.float32),
        x=x,
        logits=np.array(told["logits"]),
        probabilities=Named(classes, shares),
        decided=replace(said, action=told["decision"]),
        model=model,
        label=found.label,
        provenance=Provenance(
            photo=listed.image,
            photo_sha256=listed.sha256,
            model_sha256=listed.model,
            inspected_at=datetime.fromisoformat(found.row.at),
            who=found.row.who,
        ),
    )


def _photo(found: Found, model: Model, with_pixels: bool) -> Photo:
    name, kept = found.listed.image, found.row.body["photo"]
    if with_pixels and found.photo is not None:
        return load(found.photo, settings=model.recipe.image, name=name)
    width, height = kept["size"]
    return Photo(name, found.listed.sha256, kept["kind"], width, height, UNSEEN)


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

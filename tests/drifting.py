"""A line whose lamp ages: rendered parts, recorded and partly labelled, behind a service."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
from services import Service, serving

from glassline.decide import Escapes, Guarantee
from glassline.inspection import attempt
from glassline.model import Model
from glassline.recipe import Action
from glassline.store import Entry, Identifiers
from glassline.synthetic import Surface, production_line

__all__ = ["AGED", "LOTS", "SIZE", "drifting", "promising"]

LOTS, AGED = 12, 16  # as in training, then under the aged lamp
SIZE = 5  # parts of a lot
SIZE_HW = (120, 160)


def promising(model: Model) -> Model:
    """Return the model with a guarantee, which a drift can void."""
    defects = (Escapes("scratch", 0, 60, 0.05), Escapes("dirt", 0, 60, 0.05))
    kept = Guarantee(0.9, 0.05, 0.95, defects, 20, 30, 0.1, "new", "photo", "")
    return replace(model, guarantee=kept)


def _parts(fresh: int, aged: int) -> Iterator[tuple[int, np.ndarray, str]]:
    """Yield lot, image and true class: first as in training, then three times as uneven."""
    rng = np.random.default_rng(11)  # noqa: TID251  a line of its own
    for first, lots, lamp in ((0, fresh, None), (fresh, aged, Surface(lamp=0.45))):
        made = production_line(
            lots * SIZE, rng=rng, surface=lamp, size_hw=SIZE_HW, lot_size=SIZE
        )
        for place, part in enumerate(made):
            yield first + place // SIZE, part.image, part.label


@contextmanager
def drifting(
    model: Model, folder: Path, fresh: int = LOTS, aged: int = AGED
) -> Iterator[Service]:
    """Run a service on the records of such a line until the block ends.

    Every part that was not settled is labelled by person 101, every fifth part by 102.

    Args:
        model: Which looks.
        folder: Where the store lies.
        fresh: Lots as in training.
        aged: Lots under the aged lamp.
    """
    with serving(folder, model) as service:
        entries, truths = [], []
        for lot, image, label in _parts(fresh, aged):
            photo = cv2.imencode(".png", image)[1].tobytes()
            named = Identifiers(
                lot=f"L{lot:02}",
                shift="day" if lot < fresh else "night",
                camera=f"C{lot % 2 + 1}",
            )
            entries.append(Entry(attempt(model, photo), photo, named, who="camera"))
            truths.append(label)
        for start in range(0, len(entries), SIZE):
            for recorded, label, entry, place in zip(
                service.store.record_all(entries[start : start + SIZE]),
                truths[start:],
                entries[start:],
                range(SIZE),
                strict=False,
            ):
                is_open = entry.seen.decision == Action.REVIEW.name.lower()  # type: ignore[union-attr]
                for person in ["101"] * is_open + ["102"] * (place == 0):
                    service.store.label(
                        recorded.record, label, who=person, reason="looked"
                    )
        yield service

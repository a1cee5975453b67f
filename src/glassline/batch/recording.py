"""The verdicts of a run as records: each once, under a key that a second try repeats."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

import numpy as np

from glassline.arrays import Named, View
from glassline.batch.item import Item, bytes_of
from glassline.batch.judging import Row
from glassline.dataset.readings import Refusal
from glassline.errors import ImageError
from glassline.explain import Provenance
from glassline.image import Photo
from glassline.image.formats import read_header
from glassline.image.looking import Looked
from glassline.image.refusals import named, printable, refuse
from glassline.inspection import Inspection
from glassline.model import Model
from glassline.model.verdict import decide
from glassline.store import IDENTIFIERS, Entry, Identifiers, Store
from glassline.store.identifiers import SHORT

__all__ = ["WHO", "Recorder", "entry_of", "identifiers_of", "recorder"]

WHO = "glassline batch"
BLANK = np.empty((0, 0), np.float32)
BLANK.setflags(write=False)
UNSEEN = Looked(View(BLANK), BLANK)


class Recorder:
    """Records rows as they come, with the photos that they are of.

    Args:
        store: Where.
        model: Which judged.
        names: The columns of the rows.
        told: The identifiers of the run.
        run: The name of the run: with the place of a photo it is the key of its record.
    """

    def __init__(
        self,
        store: Store,
        model: Model,
        names: Sequence[str],
        told: Sequence[str],
        run: str,
    ) -> None:
        self._store, self._model, self._told, self._run = store, model, told, run
        self._names = names
        self._waiting: deque[Item] = deque()

    def remembered(self, items: Iterable[Item]) -> Iterator[Item]:
        """Pass photos on, and keep them until their rows come."""
        for item in items:
            self._waiting.append(item)
            yield item

    def add(self, rows: Sequence[Row], first: int) -> None:
        """Record rows, the first of which stands at place `first` of the run.

        Raises:
            StoreError: They can not be recorded; none of them was.
        """
        self._store.record_all(
            [
                entry_of(
                    self._model,
                    item := self._waiting.popleft(),
                    dict(zip(self._names, row, strict=True)),
                    identifiers=identifiers_of(self._told, item.told),
                    key=f"batch {self._run} {place}",
                )
                for place, row in enumerate(rows, first)
            ]
        )


@contextmanager
def recorder(
    store: Store, model: Model, names: Sequence[str], told: Sequence[str], run: str
) -> Iterator[Recorder]:
    """Record a run in a store, and close it."""
    with store:
        yield Recorder(store, model, names, told, run)


def identifiers_of(names: Sequence[str], told: Sequence[str]) -> Identifiers:
    """Return those identifiers of a photo that records know.

    Example:
        >>> identifiers_of(("lot", "serial", "colour"), ("L7", "9", "red")).given
        {'lot': 'L7', 'unit_serial': '9'}
    """
    known = {*IDENTIFIERS, *SHORT}
    pairs = zip(names, told, strict=True)
    return Identifiers.of({name: text for name, text in pairs if name in known})


def entry_of(
    model: Model,
    item: Item,
    row: dict[str, str | float | None],
    *,
    identifiers: Identifiers,
    key: str,
    who: str = WHO,
) -> Entry:
    """Return what to record of a photo: the verdict of its row, decided again here.

    From the readings, by the one function that decides, so with the same bits. The bytes
    are read again; where they are others by now, that is recorded in place of a verdict.
    """
    name = printable(item.name)
    refused = row["refused"], row["message"]
    data = b""
    try:
        data = bytes_of(item, model.recipe.image)
        if not refused[0] and hashlib.sha256(data).hexdigest() != row["sha256"]:
            found = refuse(
                "changed_while_reading", "the bytes that were read", "others"
            )
            raise named(found, item.name)
    except ImageError as error:
        refused = (refused[0] or error.reason, refused[1] or str(error))
    if refused[0]:
        seen: Inspection | Refusal = Refusal(name, str(refused[0]), str(refused[1]))
    else:
        seen = _inspection(model, name, data, row, who)
    return Entry(seen, data, identifiers, who, key, model)


def _inspection(
    model: Model,
    name: str,
    data: bytes,
    row: dict[str, str | float | None],
    who: str,
) -> Inspection:
    header = read_header(data, settings=model.recipe.image, name=name)
    size = header.width, header.height
    if model.recipe.image.orientation == "exif" and header.orientation >= 5:
        size = size[::-1]
    cells = [row[f"reading_{each}"] for each in model.feature_names]
    readings = np.array(cells, np.float64)
    said = decide(model, readings[None])
    sha256 = str(row["sha256"])
    return Inspection(
        photo=Photo(name, sha256, header.kind, *size, UNSEEN),
        readings=Named(model.feature_names, readings),
        maps=np.empty((len(readings), 0, 0), np.float32),
        x=said.x[0],
        logits=said.logits[0],
        probabilities=Named(model.recipe.classes, said.probabilities[0]),
        decided=said.decision(0),
        model=model,
        provenance=Provenance(
            photo=name,
            photo_sha256=sha256,
            model_sha256=model.sha256,
            inspected_at=datetime.now(UTC).astimezone(),
            who=who,
        ),
    )

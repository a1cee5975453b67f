"""The one function of a batch: some photos become rows, wherever it runs."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

import cv2
import numpy as np

from glassline.arrays import Values
from glassline.batch.item import Item, bytes_of
from glassline.dataset.copies import pixel_hash
from glassline.errors import ImageError, UnreadError
from glassline.image import load
from glassline.image.refusals import named, printable, refuse
from glassline.model import Model
from glassline.model.verdict import Decisions, decide
from glassline.training.candidates import Candidates

__all__ = [
    "REASONS",
    "Cell",
    "Judge",
    "Read",
    "Row",
    "columns",
    "more_cells",
    "refused_row",
]

Cell = str | float | None
Row = tuple[Cell, ...]
"""The cells of one photo, in the order of `columns`."""

OWN = ("image", "sha256", "class", "decision", "reason_code", "reason")
LAST = ("refused", "message", "model")
REASONS: Mapping[str, str] = MappingProxyType(
    {
        "out_of_memory": "Reading the photo took more memory than a photo may take.",
        "timed_out": "Reading the photo took longer than a photo may take, twice.",
        "crashed": "The process that read the photo died of it, twice.",
        "failed": "The code that reads a feature of one's own failed on the photo.",
    }
)
"""Why a photo of a batch has no verdict, beside the reasons of `glassline.image`."""


def columns(
    model: Model, identifiers: Sequence[str], candidates: Sequence[str] = ()
) -> tuple[str, ...]:
    """Return the names of the columns of a model's rows.

    Args:
        model: Whose classes and features they are of.
        identifiers: What the sources say of each photo.
        candidates: What else is read of it, after the hash of its pixels.
    """
    classes, features = model.recipe.classes, model.feature_names
    own = (
        *OWN,
        *(f"p_{name}" for name in classes),
        *(f"logit_{name}" for name in classes),
        *(f"x_{name}" for name in features),
        *(f"reading_{name}" for name in features),
        *LAST,
    )
    told = (f"source_{name}" if name in own else name for name in identifiers)
    more = ("pixels", *candidates) if candidates else ()
    return (*own[:2], *told, *own[2:], *more)


def refused_row(
    model: Model, item: Item, sha256: str | None, why: ImageError, more: int = 0
) -> Row:
    """Return the row of a photo that has no verdict, with `more` cells after it."""
    numbers = 2 * (len(model.recipe.classes) + len(model.feature_names))
    nothing = (None,) * (len(OWN) - 2 + numbers)
    name = printable(item.name)
    told = (why.reason, str(why), model.sha256)
    return (name, sha256, *item.told, *nothing, *told, *(None,) * more)


def more_cells(candidates: Candidates | None) -> int:
    """Return how many cells a row has for candidates: their readings, and a hash."""
    grids = candidates.grids.values() if candidates else ()
    return 1 + sum(map(len, grids)) if candidates else 0


@dataclass(frozen=True)
class Judge:
    """Turns photos into rows.

    Attributes:
        model: Which.
        lang: Of the reasons.
        candidates: What else is read of each photo; None for nothing.
    """

    model: Model
    lang: str = "en"
    candidates: Candidates | None = None

    @property
    def more(self) -> int:
        """Return how many cells a row has for what else is read."""
        return more_cells(self.candidates)

    @cached_property
    def _planes(self) -> tuple[str, ...]:
        """Return the planes of colour that the model or a candidate reads."""
        more = self.candidates.planes if self.candidates else ()
        return tuple(dict.fromkeys((*self.model.front.planes, *more)))

    def rows(self, items: Sequence[Item]) -> list[Row]:
        """Return a row a photo, in their order: what `glassline.inspect` says of each."""
        return self.told([self.read(item) for item in items])

    def told(self, found: Sequence[Read | Row]) -> list[Row]:
        """Return the row of each photo that was read, or the row that it already is."""
        read = [each for each in found if isinstance(each, Read)]
        if not read:
            return [each for each in found if not isinstance(each, Read)]
        said = decide(self.model, np.stack([each.values for each in read]))
        places = iter(range(len(read)))
        return [
            self._row(each, said, next(places)) if isinstance(each, Read) else each
            for each in found
        ]

    def _row(self, read: Read, said: Decisions, at: int) -> Row:
        decision = said.decision(at)
        figures = (said.probabilities, said.logits, said.x)
        return (
            printable(read.item.name),
            read.sha256,
            *read.item.told,
            self.model.recipe.classes[int(said.logits[at].argmax())],
            decision.action,
            decision.reason.code,
            decision.reason.text(self.lang),
            *(number for table in figures for number in table[at].tolist()),
            *read.values.tolist(),
            *(None, None, self.model.sha256),
            *read.more,
        )

    def read(self, item: Item) -> Read | Row:
        """Read one photo; whatever is wrong with it is its row.

        Raises:
            MemoryError: It takes more memory than the process may have.
        """
        settings, name = self.model.recipe.image, item.name
        sha256 = None
        try:
            data = bytes_of(item, settings)
            sha256 = hashlib.sha256(data).hexdigest()
            _check_hash(item, sha256)
            view = load(data, settings=settings, name=name, planes=self._planes).view
            values = self.model.front.values(view)
            if self.candidates is None:
                return Read(item, sha256, values)
            more = (pixel_hash(view.grey).hex(), *self.candidates.read(view).tolist())
            return Read(item, sha256, values, more)
        except (ImageError, UnreadError) as error:
            why = ImageError(error.reason, str(error))
        except MemoryError:
            raise
        except Exception as error:
            if isinstance(error, cv2.error) and error.code == cv2.Error.STS_NO_MEM:
                raise MemoryError from error
            found = refuse("failed", "readings", f"{type(error).__name__}: {error}")
            why = named(found, name)
        return refused_row(self.model, item, sha256, why, self.more)


@dataclass(frozen=True, eq=False)
class Read:
    """A photo that was read: its hash and the readings of its features."""

    item: Item
    sha256: str
    values: Values
    more: Row = ()


def _check_hash(item: Item, sha256: str) -> None:
    if item.sha256 and item.sha256 != sha256:
        wanted = f"sha256 {item.sha256[:12]}... as in the manifest"
        raise named(refuse("hash_mismatch", wanted, f"{sha256[:12]}..."), item.name)

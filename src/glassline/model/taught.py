"""What a model was taught: every labelled part of training, as a file beside it.

With it a corrected or a new label is a full retrain of the head, years later and with no
photo at hand: the readings are here, and the optimum is unique.
"""

from __future__ import annotations

import csv
import hashlib
import io
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from glassline.dataset import Dataset
from glassline.dataset.part import Part
from glassline.dataset.readings import Readings
from glassline.errors import ModelError, show
from glassline.interface.record import Record
from glassline.recipe import Recipe

__all__ = ["MOST_PARTS", "NAME", "Taught"]

NAME = "parts.csv"
MOST_PARTS = 100_000  # of more, 15 MB, the file would be slower to read than photos
FIRST = ("photo", "group", "weight")


@dataclass(frozen=True, eq=False, repr=False)
class Taught(Record):
    """The labelled parts that a head was fitted to, with their readings.

    The file is CSV: `photo` (SHA-256 of its bytes), `group` (counted from 0), `weight`,
    `label_CLASS` (the share of each class), and each feature's reading in its unit;
    every number in its shortest form that gives the same bits back.

    Attributes:
        data: The bytes of the file.
        recipe: Whose classes and features they are of.
    """

    data: bytes
    recipe: Recipe

    @classmethod
    def of(cls, parts: Readings, recipe: Recipe) -> Taught | None:
        """Return what is taught by these parts; None of more than `MOST_PARTS`.

        Args:
            parts: What was read, with the d readings that the head sees; undecided parts
                teach nothing and are left out.
            recipe: Classes and features.
        """
        y = parts.data.targets(recipe.classes)
        rows = np.flatnonzero(y.any(axis=1))
        if len(rows) > MOST_PARTS:
            return None
        groups, weights = parts.data.groups(), parts.data.weights()
        text = io.StringIO()
        write = csv.writer(text, lineterminator="\n").writerow
        write(_header(recipe))
        for row in rows.tolist():
            numbers = [weights[row], *y[row], *parts.values[row]]
            write([parts.sha256[row], groups[row], *map(_short, numbers)])
        return cls(text.getvalue().encode("utf-8"), recipe)

    def _told(self) -> dict[str, int]:
        return {"parts": len(self.readings.data)}

    @property
    def sha256(self) -> str:
        """Return the hash of the file."""
        return hashlib.sha256(self.data).hexdigest()

    @cached_property
    def readings(self) -> Readings:
        """Return the parts as training has them; paths are the hashes of the photos.

        Raises:
            ModelError: The file is not of the recipe.
        """
        classes = self.recipe.classes
        parts, values = [], []
        for where, (photo, group, *numbers) in self._rows():
            weight, *rest = numbers
            label, soft = _said(classes, rest[: len(classes)])
            group = f"training {group}"
            parts.append(Part(Path(photo), label, where, group, weight, soft))
            values.append(rest[len(classes) :])
        return Readings(
            data=Dataset("training", tuple(parts)),
            values=np.array(values, np.float64).reshape(len(parts), -1),
            sha256=tuple(str(each.path) for each in parts),
            refused=(),
        )

    def _rows(self) -> Iterator[tuple[str, tuple[str, str, *tuple[float, ...]]]]:
        """Yield each line's place, photo, group and numbers."""
        lines = csv.reader(io.StringIO(self.data.decode("utf-8", "replace")))
        header = next(lines, [])
        if header != _header(self.recipe):
            raise ModelError(
                f"{NAME}: expected columns {', '.join(_header(self.recipe))}, "
                f"got {show(', '.join(header))}."
            )
        for number, row in enumerate(lines, 2):
            try:
                photo, group, *numbers = row
                found = [float(each) for each in numbers]
                if len(row) != len(header) or not all(map(math.isfinite, found)):
                    raise ValueError
            except ValueError:
                raise ModelError(
                    f"{NAME}: line {number}: expected a photo, a group and "
                    f"{len(header) - 2} finite numbers, got {show(','.join(row))}."
                ) from None
            yield f"{NAME}: line {number}", (photo, group, *found)


def _header(recipe: Recipe) -> list[str]:
    labels = (f"label_{name}" for name in recipe.classes)
    return [*FIRST, *labels, *recipe.feature_names]


def _said(
    classes: Sequence[str], shares: Sequence[float]
) -> tuple[str | None, dict[str, float] | None]:
    """Return the label, or the shares where there is more than one."""
    given = {c: share for c, share in zip(classes, shares, strict=True) if share}
    if list(given.values()) == [1.0]:
        return next(iter(given)), None
    return None, given


def _short(number: float) -> str:
    """Return the shortest text that gives the same bits back."""
    return repr(float(number)).removesuffix(".0")

"""The photos of a dataset, read once: one row of readings a part, refusals kept."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from glassline.arrays import Values, View
from glassline.dataset.copies import Copy, PartRead, counted_once, pixel_hash
from glassline.dataset.dataset import Dataset
from glassline.dataset.frame import frame
from glassline.dataset.likeness import alike, likeness
from glassline.dataset.part import Part
from glassline.dataset.pool import WORKERS, in_order
from glassline.errors import (
    DatasetError,
    GlasslineWarning,
    ImageError,
    ShapeError,
    UnreadError,
)
from glassline.image import load, printable
from glassline.interface.record import Record
from glassline.recipe import Background, ImageSettings

__all__ = [
    "Progress",
    "Readings",
    "Refusal",
    "gathered",
    "in_colour",
    "joined",
    "no_progress",
    "read_parts",
]

LOOKED_AT = 8  # photos, to see whether there is colour to look at
Progress = Callable[[str, int, int], None]
"""Called with (what is being done, done so far, of how many)."""


@runtime_checkable
class Measure(Protocol):
    """Anything that turns a view into numbers: a front, or a table of candidates."""

    def __call__(self, view: View, /) -> Values:
        """Return one row of numbers, shape (d,)."""


def no_progress(stage: str, done: int, total: int) -> None:
    """Say nothing."""


@dataclass(frozen=True)
class Refusal:
    """A photo that was refused, or that a server gave no reading of, and why."""

    path: str
    reason: str
    message: str

    def as_json(self) -> dict[str, str]:
        """Return it as every --json has it."""
        return {"image": self.path, "refused": self.reason, "message": self.message}


@dataclass(frozen=True, eq=False, repr=False)
class Readings(Record):
    """What was measured on a dataset.

    Attributes:
        data: The parts that could be read, in their order; n of them, no two with the
            same pixels. Groups that shared a photo are one group.
        values: Shape (n, d), in each reading's own unit.
        sha256: The hash of each photo's bytes, n of them.
        refused: The parts that could not be read.
        copies: The parts left out because another one shows the same pixels.
        near: Pairs of parts in different groups that look like one part photographed
            twice; nothing follows from it.
        background: What the second half of the columns was read without: each column
            stands there once more. None where all columns are of the whole photo.
    """

    data: Dataset
    values: NDArray[np.float64]
    sha256: tuple[str, ...]
    refused: tuple[Refusal, ...]
    copies: tuple[Copy, ...] = ()
    near: tuple[tuple[Part, Part], ...] = ()
    background: Background | None = None

    @property
    def columns(self) -> int:
        """Return how many columns there are, one that stands there twice counted once."""
        count: int = self.values.shape[1]
        return count if self.background is None else count // 2

    def split(self, count: int) -> tuple[Readings, NDArray[np.float64]]:
        """Return the readings of the first columns, and the columns behind them."""
        return (
            replace(self, values=np.ascontiguousarray(self.values[:, :count])),
            self.values[:, count:],
        )

    def ways(self) -> tuple[Readings, Readings | None]:
        """Return the readings of the whole photo, and those without its background."""
        if self.background is None:
            return self, None
        values, behind = self.values[:, : self.columns], self.values[:, self.columns :]
        whole = replace(self, values=np.ascontiguousarray(values), background=None)
        return whole, replace(whole, values=np.ascontiguousarray(behind))

    def warn_of_near(self) -> None:
        """Warn where parts of different groups look like one part."""
        if not self.near:
            return
        first = " and ".join(
            printable("/".join(part.path.parts[-2:])) for part in self.near[0]
        )
        warnings.warn(
            f"{self.data.name}: photos in different groups look like one part photographed "
            f"twice (pairs: {len(self.near)}); the first: {first}. Where they are, give "
            "them one group: else folds and intervals take them for different parts.",
            GlasslineWarning,
            stacklevel=3,
        )

    def frame(self, names: Sequence[str] = ()) -> Any:
        """Return a row a part as a DataFrame of pandas or polars.

        Columns: image, sha256, group, label, and each reading.

        Args:
            names: Of the d readings; left out, reading_1, reading_2...

        Raises:
            MissingExtraError: Neither is installed.
            ShapeError: Not a name for each reading.
        """
        d = self.values.shape[1]
        names = names or [f"reading_{place + 1}" for place in range(d)]
        if len(names) != d:
            raise ShapeError(f"names: expected {d}, one a reading, got {len(names)}.")
        parts = self.data.parts
        return frame(
            {
                "image": [str(part.path) for part in parts],
                "sha256": self.sha256,
                "group": [part.group for part in parts],
                "label": [part.label for part in parts],
                **{name: self.values[:, at] for at, name in enumerate(names)},
            }
        )

    def subset(self, rows: NDArray[np.int64]) -> Readings:
        """Return the readings of these rows, in the order given."""
        return replace(
            self,
            data=self.data.subset(rows),
            values=self.values[rows],
            sha256=tuple(self.sha256[row] for row in rows.tolist()),
        )


def read_parts(
    data: Dataset,
    measure: Measure,
    settings: ImageSettings,
    *,
    workers: int = WORKERS,
    progress: Progress = no_progress,
    planes: Sequence[str] = (),
) -> Readings:
    """Read and measure every part; a refused photo is kept as a refusal.

    Photos with the same pixels, in files of whatever name and format, count once: the
    first whose label most of them have is kept, the others are told as copies. The
    answer does not depend on the number of workers.

    Args:
        data: The parts.
        measure: What to take of each view.
        settings: How photos are read.
        workers: Photos read at the same time.
        progress: Told how many were read.
        planes: Planes of colour that the measure reads besides the grey.

    Raises:
        DatasetError: Not one photo could be read; the message holds the first reason.
    """
    read: list[PartRead] = []
    refused: list[Refusal] = []
    with closing(_in_order(data, measure, settings, workers, planes)) as answers:
        for row, found in enumerate(answers):
            if isinstance(found, Refusal):
                refused.append(found)
            else:
                read.append(found)
            progress("reading photos", row + 1, len(data))
    return gathered(data, read, refused)


def gathered(
    data: Dataset, read: Sequence[PartRead], refused: Sequence[Refusal]
) -> Readings:
    """Return what was read of a dataset as `read_parts` does, copies counted once.

    Raises:
        DatasetError: Nothing was read; the message holds the first reason.
    """
    if not read:
        first = refused[0].message if refused else "no part"
        raise DatasetError(
            f"{data.name}: expected at least one photo that can be read, got {first}"
        )
    kept, copies, _ = counted_once(read)
    near = alike([each.mark for each in kept], [each.part.group for each in kept])
    return Readings(
        data=replace(data, parts=tuple(each.part for each in kept)),
        values=np.array([each.values for each in kept]),
        sha256=tuple(each.sha256 for each in kept),
        refused=tuple(refused),
        copies=copies,
        near=tuple((kept[one].part, kept[other].part) for one, other in near),
    )


def in_colour(data: Dataset, settings: ImageSettings) -> bool:
    """Return whether one of a few photos, evenly spaced, has colour."""
    for at in range(LOOKED_AT):
        part = data.parts[at * len(data) // LOOKED_AT]
        try:
            photo = load(
                part.path, settings=settings, root=part.within, planes=("red",)
            )
        except ImageError:
            continue
        if photo.view.planes:
            return True
    return False


def joined(
    data: Dataset, settings: ImageSettings, progress: Progress = no_progress
) -> Dataset:
    """Return the same parts, those with the same pixels in one group, before any deal."""
    read = read_parts(data, lambda view: np.zeros(0), settings, progress=progress)
    groups = {part.path: part.group for part in read.data.parts}
    groups |= {each.part.path: each.of.group for each in read.copies}
    parts = (replace(p, group=groups.get(p.path, p.group)) for p in data.parts)
    return replace(data, parts=tuple(parts))


def _in_order(
    data: Dataset,
    measure: Measure,
    settings: ImageSettings,
    workers: int,
    planes: Sequence[str],
) -> Generator[PartRead | Refusal]:
    def one(part: Part) -> PartRead | Refusal:
        try:
            photo = load(part.path, settings=settings, root=part.within, planes=planes)
            _check_hash(part, photo.sha256)
        except ImageError as error:
            return Refusal(str(part.path), error.reason, str(error))
        try:
            values = measure(photo.view)
        except UnreadError as error:
            told = f"{printable(part.path.name)}: {error}"
            return Refusal(str(part.path), error.reason, told)
        return PartRead(
            part,
            photo.sha256,
            pixel_hash(photo.image),
            values,
            likeness(photo.image),
        )

    return in_order(one, data.parts, workers)


def _check_hash(part: Part, sha256: str) -> None:
    if part.sha256 and part.sha256 != sha256:
        raise ImageError(
            "hash_mismatch",
            f"{printable(part.path.name)}: expected sha256 {part.sha256[:12]}... as in "
            f"{part.source}, got {sha256[:12]}.... The file has changed since; "
            "restore it or correct the table.",
        )

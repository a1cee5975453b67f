"""The photos of a dataset, read once: one row of readings a part, refusals kept."""

from __future__ import annotations

import hashlib
import warnings
from collections import Counter
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from glassline.arrays import Image, Values, View
from glassline.dataset.dataset import Dataset
from glassline.dataset.frame import frame
from glassline.dataset.likeness import Likeness, alike, likeness
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
from glassline.recipe import ImageSettings

__all__ = [
    "Copy",
    "PartRead",
    "Progress",
    "Readings",
    "Refusal",
    "counted_once",
    "gathered",
    "in_colour",
    "joined",
    "no_progress",
    "pixel_hash",
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


@dataclass(frozen=True)
class Copy:
    """A photo that shows what another one shows, pixel for pixel: no evidence of its own.

    Attributes:
        part: The copy.
        of: The part that counts instead.
        sha256: The hash of the copy's bytes.
    """

    part: Part
    of: Part
    sha256: str

    @property
    def contradicts(self) -> bool:
        """Return whether both are labelled, and not alike."""
        said, counted = _said(self.part), _said(self.of)
        return bool(said and counted) and said != counted

    def as_json(self) -> dict[str, Any]:
        """Return both names as plain data."""
        return {"image": str(self.part.path), "of": str(self.of.path)}


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
    """

    data: Dataset
    values: NDArray[np.float64]
    sha256: tuple[str, ...]
    refused: tuple[Refusal, ...]
    copies: tuple[Copy, ...] = ()
    near: tuple[tuple[Part, Part], ...] = ()

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


@dataclass(frozen=True, eq=False, repr=False)
class PartRead(Record):
    """One part that was read.

    Attributes:
        part: Which.
        sha256: Of its bytes.
        pixels: The hash of its pixels.
        values: Its readings.
        mark: What it is known by, where that was looked at.
    """

    part: Part
    sha256: str
    pixels: bytes
    values: Values
    mark: Likeness | None = None


def pixel_hash(image: Image) -> bytes:
    """Return the SHA-256 of the shape and the numbers of an image."""
    pixels = hashlib.sha256(str(image.shape).encode())
    pixels.update(np.ascontiguousarray(image).data)
    return pixels.digest()


def counted_once(
    read: Sequence[PartRead],
) -> tuple[list[PartRead], tuple[Copy, ...], dict[str, str]]:
    """Keep one part of each set with the same pixels; join the groups that share one.

    Returns:
        The parts that are kept, the copies, and each group's name from now on.
    """
    sets: dict[bytes, list[PartRead]] = {}
    for each in read:
        sets.setdefault(each.pixels, []).append(each)
    groups = _joined([[each.part.group for each in alike] for alike in sets.values()])
    first = {pixels: _most_told(alike) for pixels, alike in sets.items()}
    kept = {
        pixels: replace(each, part=replace(each.part, group=groups[each.part.group]))
        for pixels, each in first.items()
    }
    copies = tuple(
        Copy(each.part, kept[each.pixels].part, each.sha256)
        for each in read
        if each is not first[each.pixels]
    )
    once = [kept[each.pixels] for each in read if each is first[each.pixels]]
    return once, copies, groups


def _most_told(alike: Sequence[PartRead]) -> PartRead:
    """Return the first that is labelled as most of them are."""
    told = Counter(said for each in alike if (said := _said(each.part)))
    most = max(told.values(), default=0)
    return next(each for each in alike if told[_said(each.part)] == most)


def _said(part: Part) -> tuple[tuple[str, float], ...]:
    """Return a part's label in shares; nothing where it has none."""
    shares = part.soft or ({part.label: 1.0} if part.label else {})
    return tuple(sorted((name, share) for name, share in shares.items() if share))


def _joined(sets: Sequence[Sequence[str]]) -> dict[str, str]:
    """Return each group's name, the same for all that are linked by a set.

    Example:
        >>> _joined([["a", "b"], ["c"], ["b", "d"]])
        {'a': 'a', 'b': 'a', 'c': 'c', 'd': 'a'}
    """
    above: dict[str, str] = {}

    def name(group: str) -> str:
        while above.setdefault(group, group) != group:
            group = above[group]
        return group

    for linked in sets:
        for group in linked:
            above[name(group)] = name(linked[0])
    return {group: name(group) for group in above}


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

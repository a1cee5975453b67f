"""The photos of a dataset, read once: one row of readings a part, refusals kept."""

from __future__ import annotations

from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from glassline.arrays import Image, Values
from glassline.dataset.dataset import Dataset
from glassline.dataset.part import Part
from glassline.errors import DatasetError, ImageError, UnreadError
from glassline.image import load, printable
from glassline.recipe import ImageSettings

__all__ = ["Progress", "Readings", "Refusal", "no_progress", "read_parts"]

WORKERS = 2  # decoding and OpenCV leave the interpreter free; more only where asked
AHEAD = 8  # parts a worker may run ahead, so that memory stays flat

Progress = Callable[[str, int, int], None]
"""Called with (what is being done, done so far, of how many)."""


@runtime_checkable
class Measure(Protocol):
    """Anything that turns an image into numbers: a front, or a table of candidates."""

    def __call__(self, image: Image, /) -> Values:
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
class Readings:
    """What was measured on a dataset.

    Attributes:
        data: The parts that could be read, in their order; n of them.
        values: Shape (n, d), in each reading's own unit.
        sha256: The hash of each photo's bytes, n of them.
        refused: The parts that could not be read.
    """

    data: Dataset
    values: NDArray[np.float64]
    sha256: tuple[str, ...]
    refused: tuple[Refusal, ...]

    def subset(self, rows: NDArray[np.int64]) -> Readings:
        """Return the readings of these rows, in the order given."""
        return Readings(
            data=self.data.subset(rows),
            values=self.values[rows],
            sha256=tuple(self.sha256[row] for row in rows.tolist()),
            refused=self.refused,
        )


def read_parts(
    data: Dataset,
    measure: Measure,
    settings: ImageSettings,
    *,
    workers: int = WORKERS,
    progress: Progress = no_progress,
) -> Readings:
    """Read and measure every part; a refused photo is kept as a refusal.

    The answer does not depend on the number of workers.

    Raises:
        DatasetError: Not one photo could be read; the message holds the first reason.
    """
    kept: list[int] = []
    rows: list[Values] = []
    hashes: list[str] = []
    refused: list[Refusal] = []
    with closing(_in_order(data, measure, settings, workers)) as answers:
        for row, found in enumerate(answers):
            if isinstance(found, Refusal):
                refused.append(found)
            else:
                kept.append(row)
                hashes.append(found[0])
                rows.append(found[1])
            progress("reading photos", row + 1, len(data))
    if not rows:
        first = refused[0].message if refused else "no part"
        raise DatasetError(
            f"{data.name}: expected at least one photo that can be read, got {first}"
        )
    return Readings(data.subset(kept), np.array(rows), tuple(hashes), tuple(refused))


def _in_order(
    data: Dataset, measure: Measure, settings: ImageSettings, workers: int
) -> Generator[tuple[str, Values] | Refusal]:
    def one(part: Part) -> tuple[str, Values] | Refusal:
        try:
            photo = load(part.path, settings=settings, root=part.within)
            _check_hash(part, photo.sha256)
        except ImageError as error:
            return Refusal(str(part.path), error.reason, str(error))
        try:
            return photo.sha256, measure(photo.image)
        except UnreadError as error:
            told = f"{printable(part.path.name)}: {error}"
            return Refusal(str(part.path), error.reason, told)

    if workers == 1:
        yield from map(one, data.parts)
        return
    pool = ThreadPoolExecutor(workers)
    try:
        parts = iter(data.parts)
        queue = [pool.submit(one, part) for part in islice(parts, workers * AHEAD)]
        while queue:
            done = queue.pop(0)
            queue.extend(pool.submit(one, part) for part in islice(parts, 1))
            yield done.result()
    finally:
        pool.shutdown(cancel_futures=True)  # on Ctrl-C nobody waits for the rest


def _check_hash(part: Part, sha256: str) -> None:
    if part.sha256 and part.sha256 != sha256:
        raise ImageError(
            "hash_mismatch",
            f"{printable(part.path.name)}: expected sha256 {part.sha256[:12]}... as in "
            f"{part.source}, got {sha256[:12]}.... The file has changed since; "
            "restore it or correct the table.",
        )

"""Labelled photos: a folder a class, or a table."""

from __future__ import annotations

import stat
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassline.arrays import ClassIds, Targets
from glassline.dataset.part import Part
from glassline.dataset.table import read_table
from glassline.errors import DatasetError, LabelError, check_one_of, show
from glassline.image import list_images

__all__ = ["Dataset", "Labelled"]

USUAL_ORDER = ("ok", "scratch", "dirt")
TABLES = ("labels.csv", "manifest.csv", "metadata.csv")  # looked for in this order
UNKNOWN = " Add it to classes in the recipe."


@dataclass(frozen=True)
class Dataset:
    """Parts in a fixed order, with their labels.

    Attributes:
        name: Folder or table it came from.
        parts: The parts, in byte order of path (folders) or row order (tables).
    """

    name: str
    parts: tuple[Part, ...]
    _classes: tuple[str, ...] = field(default=())

    @property
    def classes(self) -> tuple[str, ...]:
        """Return the classes found: ok, scratch, dirt in this order, others by name."""
        found = set(self._classes)
        for part in self.parts:
            found.update(part.soft or ([part.label] if part.label else []))
        usual = [name for name in USUAL_ORDER if name in found]
        return (*usual, *sorted(found - set(usual)))

    def __len__(self) -> int:
        return len(self.parts)

    def subset(self, rows: Sequence[int] | NDArray[np.int64]) -> Dataset:
        """Return the parts at these rows, in the order given."""
        return replace(self, parts=tuple(self.parts[int(row)] for row in rows))

    def groups(self) -> np.ndarray[Any, np.dtype[np.int64]]:
        """Return a group id for each part, shape (n,), counted from 0."""
        ids: dict[str, int] = {}
        return np.array(
            [ids.setdefault(part.group, len(ids)) for part in self.parts], np.int64
        )

    def weights(self) -> np.ndarray[Any, np.dtype[np.float64]]:
        """Return how much each part counts, shape (n,)."""
        return np.array([part.weight for part in self.parts], np.float64)

    def targets(self, classes: Sequence[str]) -> Targets:
        """Return y, shape (n, k): one-hot, soft, or zeros for undecided.

        Raises:
            LabelError: A label is not one of the classes; the message names the
                first, its place, and the nearest class.
        """
        column = {name: index for index, name in enumerate(classes)}
        y = np.zeros((len(self.parts), len(classes)))
        for row, part in enumerate(self.parts):
            shares = part.soft or ({part.label: 1.0} if part.label else {})
            for name, share in shares.items():
                check_one_of(part.source, name, column, LabelError, UNKNOWN)
                y[row, column[name]] = share
        return y

    def labelled(self, classes: Sequence[str]) -> Labelled:
        """Return the parts that somebody decided, of all weights.

        Raises:
            LabelError: As in `targets`.
        """
        targets = self.targets(classes)
        rows = np.flatnonzero(targets.any(axis=1))
        return Labelled(self.subset(rows), rows, targets[rows])

    @classmethod
    def read(cls, source: str | Path) -> Dataset:
        """Read a dataset from a folder, a CSV file or a Parquet file.

        A folder that holds labels.csv, manifest.csv or metadata.csv is read
        through that table; any other folder holds a folder for each class. A
        table has a column `path` (or file_name, image_path) and a column `label`
        (or class; empty is undecided), or soft columns label_<class> that sum
        to 1; and may have group (or lot), weight, inspector and sha256.

        Raises:
            DatasetError: There is nothing there, or it is no dataset.
            MissingExtraError: A Parquet file, and duckdb is not installed.
        """
        path = Path(source)
        try:
            return cls._read(path)
        except OSError as error:
            place = error.filename or path
            raise _not_readable(place, f"an error: {error.strerror}") from error

    @classmethod
    def _read(cls, path: Path) -> Dataset:
        try:
            mode = path.stat().st_mode
        except (FileNotFoundError, ValueError) as error:  # or a name with a zero byte
            raise _not_readable(path, "nothing there") from error
        if not stat.S_ISDIR(mode):
            return cls(str(path), read_table(path))
        table = next((path / name for name in TABLES if (path / name).is_file()), None)
        if table is None:
            return cls._from_folder(path)
        return cls(str(table), read_table(table))

    @classmethod
    def _from_folder(cls, folder: Path) -> Dataset:
        names = sorted(
            entry.name
            for entry in folder.iterdir()
            if entry.is_dir() and not entry.name.startswith(".")
        )
        parts = tuple(
            Part(path, name, f"folder {show(name)}", str(path), within=folder)
            for name in names
            for path in list_images(folder / name)
        )
        if not parts:
            raise DatasetError(
                f"{folder}: expected a folder of photos for each class (such as ok/ and "
                f"scratch/) or a {TABLES[0]}, got neither."
            )
        return cls(str(folder), parts, tuple(names))


@dataclass(frozen=True)
class Labelled:
    """The labelled parts of a dataset, m of its n.

    Attributes:
        data: The m parts.
        rows: Shape (m,), their places among the n.
        targets: Shape (m, k), one-hot or soft.
    """

    data: Dataset
    rows: NDArray[np.int64]
    targets: Targets

    @property
    def labels(self) -> ClassIds:
        """Return the class of each part, shape (m,); of shares the largest."""
        return np.asarray(self.targets.argmax(axis=1))


def _not_readable(path: object, got: str) -> DatasetError:
    return DatasetError(
        f"{path}: expected a folder, a CSV or a Parquet file, got {got}."
    )

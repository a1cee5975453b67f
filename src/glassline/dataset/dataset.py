"""Labelled photos: a folder a class, or a table."""

from __future__ import annotations

import stat
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassline.arrays import ClassIds, Targets
from glassline.dataset.folder import TABLES, read_folder
from glassline.dataset.formats.mvtec import is_mvtec, read_mvtec
from glassline.dataset.part import Part
from glassline.dataset.table import read_table
from glassline.errors import DatasetError, GlasslineWarning, LabelError, show
from glassline.image import list_images
from glassline.interface.checked import checked
from glassline.interface.record import Record
from glassline.recipe.spelling import find, key, spellings

__all__ = ["Dataset", "Labelled", "first_spellings", "unified"]

USUAL_ORDER = ("ok", "scratch", "dirt")
UNKNOWN = " Add it to classes in the recipe."


@dataclass(frozen=True, eq=False, repr=False)
class Dataset(Record):
    """Parts in a fixed order, with their labels.

    Attributes:
        name: Folder or table it came from.
        parts: The parts, in byte order of path (folders) or row order (tables).
    """

    name: str
    parts: tuple[Part, ...]

    @property
    def classes(self) -> tuple[str, ...]:
        """Return the classes found: ok, scratch, dirt in this order, others by name."""
        found = {name for part in self.parts for name in part.shares}
        order = {name: place for place, name in enumerate(USUAL_ORDER)}
        return tuple(sorted(found, key=lambda name: (order.get(key(name), 9), name)))

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

        A label is of the class that it spells, by the rule of `recipe.spelling`.

        Raises:
            LabelError: A label is not one of the classes; the message names the
                first, its place, and the nearest class.
        """
        column = {name: index for index, name in enumerate(classes)}
        y = np.zeros((len(self.parts), len(classes)))
        for row, part in enumerate(self.parts):
            for name, share in part.shares.items():
                if name not in column:
                    found = find(part.source, name, classes, LabelError, UNKNOWN)
                    column[name] = column[found]
                y[row, column[name]] += share
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
    @checked
    def read(cls, source: str | Path, encoding: str | None = None) -> Dataset:
        """Read a dataset from a folder, a CSV file or a Parquet file.

        A folder that holds labels.csv, manifest.csv or metadata.csv is read
        through that table; one as MVTec AD has them is read as that; any other folder
        holds a folder for each class. JSON of Label Studio and COCO, XML of CVAT and
        metadata.jsonl of Hugging Face are tables too. A
        table has a column `path` (or file_name, image_path) and a column `label`
        (or class; empty is undecided), or soft columns label_<class> that sum
        to 1; and may have group (or lot), weight, inspector and sha256.
        `docs/files.md` has every rule; what was read otherwise than it stands
        there is warned of.

        Args:
            source: The folder or file.
            encoding: Of a CSV; left out, it is found.

        Raises:
            DatasetError: There is nothing there, or it is no dataset.
            MissingExtraError: A Parquet file, and duckdb is not installed.
        """
        return cls._guarded(Path(source), encoding, labelled=True)

    @classmethod
    def photos(cls, source: str | Path, encoding: str | None = None) -> Dataset:
        """Read photos whose labels nobody asks for, with their lots where a table has them.

        As `read`, but a table needs only its column `path`, and a folder without a
        table may hold its photos in any way, each of them a group of its own.

        Raises:
            DatasetError: As of `read`.
            MissingExtraError: As of `read`.
        """
        return cls._guarded(Path(source), encoding, labelled=False)

    @classmethod
    def _guarded(cls, path: Path, encoding: str | None, labelled: bool) -> Dataset:
        try:
            return cls._read(path, encoding, labelled)
        except OSError as error:
            place = error.filename or path
            raise _not_readable(place, f"an error: {error.strerror}") from error

    @classmethod
    def _read(cls, path: Path, encoding: str | None, labelled: bool) -> Dataset:
        try:
            mode = path.stat().st_mode
        except (FileNotFoundError, ValueError) as error:  # or a name with a zero byte
            raise _not_readable(path, "nothing there") from error
        table: Path | None = path
        if stat.S_ISDIR(mode):
            files = {each.name.casefold(): each for each in path.iterdir()}
            named = (files.get(name) for name in TABLES)
            table = next((each for each in named if each and each.is_file()), None)
        if encoding is not None and (table is None or table.suffix == ".parquet"):
            raise DatasetError(f"encoding: expected a CSV to read with it, got {path}.")
        if table is not None:
            parts = read_table(table, encoding, labelled=labelled)
            return cls(str(table), unified(parts, table.name))
        if labelled:
            parts = read_mvtec(path) if is_mvtec(path) else read_folder(path)
            return cls(str(path), unified(parts, str(path)))
        loose = list_images(path)
        if not loose:
            raise _not_readable(path, "no photo in it")
        return cls(
            str(path),
            tuple(
                Part(each, None, path.name, str(each), within=path) for each in loose
            ),
        )


@dataclass(frozen=True, eq=False, repr=False)
class Labelled(Record):
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


def unified(parts: tuple[Part, ...], where: str) -> tuple[Part, ...]:
    """Return the parts with each class in its first spelling; tell of the others."""
    first = first_spellings((name for part in parts for name in part.shares), where)
    return tuple(part.spelt(first) for part in parts)


def first_spellings(names: Iterable[str], where: str) -> dict[str, str]:
    """Return the first spelling of each name of a class; tell of the others."""
    found = spellings(names)
    for one, others in found.items():
        if len(others) > 1:
            told = ", ".join(f"{show(name)} {count}" for name, count in others.items())
            warnings.warn(
                f"{where}: one class in {len(others)} spellings ({told}); read as "
                f"{show(one)}.",
                GlasslineWarning,
                stacklevel=3,
            )
    return {name: one for one, others in found.items() for name in others}


def _not_readable(path: object, got: str) -> DatasetError:
    return DatasetError(
        f"{path}: expected a folder, a CSV or a Parquet file, got {got}."
    )

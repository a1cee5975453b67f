"""Labelled photos: a folder a class, or a CSV or Parquet table."""

from __future__ import annotations

import csv
import difflib
import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassline.arrays import Targets
from glassline.errors import DatasetError, LabelError, MissingExtraError, show
from glassline.image import list_images

__all__ = ["Dataset", "Part"]

USUAL_ORDER = ("ok", "scratch", "dirt")
TABLES = ("labels.csv", "manifest.csv", "metadata.csv")  # looked for in this order
PATH_COLUMNS = ("path", "file_name", "image_path")
LABEL_COLUMNS = ("label", "class")
GROUP_COLUMNS = ("group", "lot")
SOFT_PREFIX = "label_"  # label_scratch = 0.7: seven inspectors in ten said scratch
MAX_TABLE_BYTES = 1_000_000_000


@dataclass(frozen=True)
class Part:
    """One photo and what a person said of it.

    Attributes:
        path: Where the photo lies.
        label: The class a person gave; None is undecided.
        source: Where the label stands, for messages.
        group: Parts of one group (a lot, one piece photographed twice) are
            never split between training and scoring.
        weight: How much the part counts; >= 0.
        soft: Class to share, where inspectors disagree; instead of `label`.
        sha256: What the photo must hash to, where the table says so.
        inspector: Who gave the label.
        within: The folder that the photo must not lie outside of.
    """

    path: Path
    label: str | None
    source: str
    group: str
    weight: float = 1.0
    soft: Mapping[str, float] | None = None
    sha256: str | None = None
    inspector: str | None = None
    within: Path | None = None


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
                if name not in column:
                    raise LabelError(_unknown_label(part, name, classes))
                y[row, column[name]] = share
        return y

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
        if path.is_dir():
            table = next(
                (path / name for name in TABLES if (path / name).is_file()), None
            )
            return cls._from_table(table) if table else cls._from_folder(path)
        if not path.exists():
            raise DatasetError(
                f"{path}: expected a folder, a CSV or a Parquet file, got nothing there."
            )
        return cls._from_table(path)

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

    @classmethod
    def _from_table(cls, path: Path) -> Dataset:
        suffix = path.suffix.lower()
        if suffix == ".parquet":
            rows = _parquet_rows(path)
        elif suffix == ".csv":
            rows = _csv_rows(path)
        else:
            raise DatasetError(
                f"{path.name}: expected .csv or .parquet, got {show(suffix)}."
            )
        if not rows:
            raise DatasetError(f"{path.name}: expected at least one row, got none.")
        columns = _Columns.of(rows[0], path.name)
        # The first data row of a CSV stands on line 2, as an editor counts.
        first = 2 if suffix == ".csv" else 1
        word = "line" if suffix == ".csv" else "row"
        return cls(
            str(path),
            tuple(
                columns.part(row, f"{path.name} {word} {number}", path.parent)
                for number, row in enumerate(rows, first)
            ),
        )


@dataclass(frozen=True)
class _Columns:
    """Which column of a table holds what."""

    path: str
    label: str | None
    group: str | None
    soft: tuple[str, ...]

    @classmethod
    def of(cls, row: Mapping[str, Any], where: str) -> _Columns:
        def first(names: Sequence[str]) -> str | None:
            return next((name for name in names if name in row), None)

        path = first(PATH_COLUMNS)
        soft = tuple(name for name in row if name and name.startswith(SOFT_PREFIX))
        label = first(LABEL_COLUMNS)
        if path is None or (label is None and not soft):
            raise DatasetError(
                f"{where}: expected the columns path and label, got "
                f"{', '.join(str(name) for name in row)}."
            )
        return cls(path, label, first(GROUP_COLUMNS), soft)

    def part(self, row: Mapping[str, Any], source: str, folder: Path) -> Part:
        text = str(row[self.path] or "").strip()
        if not text or "\0" in text:
            raise DatasetError(f"{source}: expected a path, got {show(text)}.")
        path = folder / text
        label = str(row[self.label] or "").strip() if self.label else ""
        return Part(
            path=path,
            label=label or None,
            source=source,
            group=str(row[self.group]) if self.group else str(path),
            weight=_number(row, "weight", source, default=1.0),
            soft=self._shares(row, source),
            sha256=str(row["sha256"]).lower() if row.get("sha256") else None,
            inspector=str(row["inspector"]) if row.get("inspector") else None,
            within=None if Path(text).is_absolute() else folder,
        )

    def _shares(self, row: Mapping[str, Any], source: str) -> dict[str, float] | None:
        shares = {
            name.removeprefix(SOFT_PREFIX): _number(row, name, source, default=0.0)
            for name in self.soft
        }
        total = math.fsum(shares.values())
        if not shares or total == 0:
            return None
        if abs(total - 1) > 1e-6:
            raise DatasetError(
                f"{source}: expected shares {SOFT_PREFIX}* that sum to 1, got {total:g}."
            )
        return {name: share / total for name, share in shares.items()}


def _number(row: Mapping[str, Any], name: str, source: str, *, default: float) -> float:
    value = row.get(name)
    if value is None or value == "":
        return default
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not 0 <= number < math.inf:
        raise DatasetError(
            f"{source}: {name}: expected a number >= 0, got {show(value)}."
        )
    return number


def _unknown_label(part: Part, name: str, classes: Sequence[str]) -> str:
    near = difflib.get_close_matches(name, classes, 1)
    hint = f" Did you mean {near[0]}?" if near else " Add it to classes in the recipe."
    return (
        f"{part.source}: expected one of {', '.join(classes)}, got {show(name)}.{hint}"
    )


def _csv_rows(path: Path) -> list[dict[str, Any]]:
    size = path.stat().st_size
    if size > MAX_TABLE_BYTES:
        raise DatasetError(
            f"{path.name}: expected at most {MAX_TABLE_BYTES:,} bytes, got {size:,}."
        )
    data = path.read_bytes()
    for encoding in ("utf-8-sig", "cp950"):  # spreadsheets in Taiwan save the second
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        try:
            return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
        except csv.Error as error:
            raise DatasetError(f"{path.name}: expected CSV, got: {error}.") from error
    raise DatasetError(f"{path.name}: expected CSV in UTF-8 or CP950, got neither.")


def _parquet_rows(path: Path) -> list[dict[str, Any]]:
    try:
        import duckdb  # noqa: PLC0415  an optional library
    except ImportError as error:
        raise MissingExtraError(
            'Reading Parquet needs DuckDB. Install it with: pip install "glassline[analytics]"'
        ) from error
    try:
        found = duckdb.execute("SELECT * FROM read_parquet(?)", [str(path)])
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    except duckdb.Error as error:
        first = str(error).splitlines()[0]
        raise DatasetError(f"{path.name}: expected Parquet, got: {first}.") from error

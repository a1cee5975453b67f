"""Datasets as tables: CSV and Parquet, with the columns that people really use."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from glassline.dataset.part import Part
from glassline.errors import DatasetError, MissingExtraError, show

__all__ = ["read_table"]

PATH_COLUMNS = ("path", "file_name", "image_path")
LABEL_COLUMNS = ("label", "class")
GROUP_COLUMNS = ("group", "lot")
SOFT_PREFIX = "label_"  # label_scratch = 0.7: seven inspectors in ten said scratch
MAX_TABLE_BYTES = 1_000_000_000


def read_table(path: Path) -> tuple[Part, ...]:
    """Read the parts of a CSV or Parquet file, in row order.

    Raises:
        DatasetError: It is no such table; the message names the first line at fault.
        MissingExtraError: A Parquet file, and duckdb is not installed.
    """
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
    return tuple(
        columns.part(row, f"{path.name} {word} {number}", path.parent)
        for number, row in enumerate(rows, first)
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

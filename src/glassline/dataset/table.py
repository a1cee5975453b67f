"""Datasets as tables: CSV and Parquet, with the columns that people really use."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
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
SCORE_PREFIX = "concept_"  # concept_line_strength = 0.8: a person saw a strong line
MAX_TABLE_BYTES = 1_000_000_000

Row = tuple[str, dict[str, Any]]  # where it stands, for messages, and its cells


def read_table(path: Path) -> tuple[Part, ...]:
    """Read the parts of a CSV or Parquet file, in row order.

    Raises:
        DatasetError: It is no such table; the message names the first line at fault.
        MissingExtraError: A Parquet file, and duckdb is not installed.
    """
    suffix = path.suffix.lower()
    if suffix not in (".csv", ".parquet"):
        raise DatasetError(
            f"{path.name}: expected .csv or .parquet, got {show(suffix)}."
        )
    if not path.is_file():  # a pipe would wait for ever, a device never end
        raise DatasetError(f"{path.name}: expected a file, got a pipe or device.")
    rows = _csv_rows(path) if suffix == ".csv" else _parquet_rows(path)
    parts = tuple(_parts(rows, path))
    if not parts:
        raise DatasetError(f"{path.name}: expected at least one row, got none.")
    return parts


def _parts(rows: Iterable[Row], path: Path) -> Iterator[Part]:
    columns = None
    for source, row in rows:
        columns = columns or _Columns.of(row, path.name)
        yield columns.part(row, source, path.parent)


@dataclass(frozen=True)
class _Columns:
    """Which column of a table holds what."""

    path: str
    label: str | None
    group: str | None
    soft: tuple[str, ...]
    scores: tuple[str, ...]

    @classmethod
    def of(cls, row: Mapping[str, Any], where: str) -> _Columns:
        def first(names: Sequence[str]) -> str | None:
            return next((name for name in names if name in row), None)

        path = first(PATH_COLUMNS)
        soft = tuple(name for name in row if name and name.startswith(SOFT_PREFIX))
        scores = tuple(name for name in row if name and name.startswith(SCORE_PREFIX))
        label = first(LABEL_COLUMNS)
        if path is None or (label is None and not soft):
            raise DatasetError(
                f"{where}: expected the columns path and label, got "
                f"{', '.join(str(name) for name in row)}."
            )
        return cls(path, label, first(GROUP_COLUMNS), soft, scores)

    def part(self, row: Mapping[str, Any], source: str, folder: Path) -> Part:
        text = _text(row, self.path)
        if not text or "\0" in text:
            raise DatasetError(f"{source}: expected a path, got {show(text)}.")
        path = folder / text
        return Part(
            path=path,
            label=_text(row, self.label) or None,
            source=source,
            group=_text(row, self.group) or str(path),  # blank: a group of its own
            weight=_number(row, "weight", source, default=1.0),
            soft=self._shares(row, source),
            sha256=_text(row, "sha256").lower() or None,
            inspector=_text(row, "inspector") or None,
            scores=self._scores(row, source),
            within=None if Path(text).is_absolute() else folder,
        )

    def _scores(self, row: Mapping[str, Any], source: str) -> dict[str, float] | None:
        found = {
            name.removeprefix(SCORE_PREFIX): _number(row, name, source, default=0.0)
            for name in self.scores
            if _text(row, name)
        }
        for name, score in found.items():
            if score > 1:
                raise DatasetError(
                    f"{source}: {SCORE_PREFIX}{name}: expected a number in [0, 1], "
                    f"got {score:g}."
                )
        return found or None

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


def _text(row: Mapping[str, Any], name: str | None) -> str:
    """Return a cell as text, "" where there is none; the class 0 is a text too."""
    value = row.get(name) if name else None
    return "" if value is None else str(value).strip()


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


def _csv_rows(path: Path) -> Iterator[Row]:
    """Yield the rows under the header, each with the line of an editor it begins on."""
    reader = csv.reader(io.StringIO(_csv_text(path), newline=""), strict=True)
    header: list[str] = []
    ended = 0  # a quoted cell may span lines: a row begins after the one before it
    try:
        for cells in reader:
            line, ended = ended + 1, reader.line_num
            if not cells:  # a blank line
                continue
            if not header:
                header = cells
                continue
            source = f"{path.name} line {line}"
            if len(cells) != len(header):
                raise DatasetError(
                    f"{source}: expected {len(header)} cells, got {len(cells)}."
                )
            yield source, dict(zip(header, cells, strict=True))
    except csv.Error as error:
        raise DatasetError(f"{path.name}: expected CSV, got: {error}.") from error


def _csv_text(path: Path) -> str:
    with path.open("rb") as file:
        data = file.read(MAX_TABLE_BYTES + 1)
    if len(data) > MAX_TABLE_BYTES:
        raise DatasetError(
            f"{path.name}: expected at most {MAX_TABLE_BYTES:,} bytes, got more."
        )
    for encoding in ("utf-8-sig", "cp950"):  # spreadsheets in Taiwan save the second
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise DatasetError(f"{path.name}: expected CSV in UTF-8 or CP950, got neither.")


def _parquet_rows(path: Path) -> Iterator[Row]:
    try:
        import duckdb  # noqa: PLC0415  an optional library
    except ImportError as error:
        raise MissingExtraError(
            'Reading Parquet needs DuckDB. Install it with: pip install "glassline[analytics]"'
        ) from error
    # DuckDB takes *, ? and [ for patterns, ~ and file: for places, and a folder
    # such as label=ok for a column; in brackets, and absolute, a path is that path.
    literal = re.sub(r"[*?\[]", r"[\g<0>]", str(path.absolute()))
    query = "SELECT * FROM read_parquet(?, hive_partitioning = false)"
    try:
        found = duckdb.execute(query, [literal])
        names = [column[0] for column in found.description]
        rows = found.fetchall()
    except duckdb.Error as error:
        first = str(error).splitlines()[0]
        raise DatasetError(f"{path.name}: expected Parquet, got: {first}.") from error
    for number, row in enumerate(rows, 1):
        yield f"{path.name} row {number}", dict(zip(names, row, strict=True))

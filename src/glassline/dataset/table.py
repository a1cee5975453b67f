"""Datasets as tables: CSV and Parquet, with the columns that people really use."""

from __future__ import annotations

import csv
import io
import math
import re
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from glassline.dataset.encoding import decode
from glassline.dataset.formats.documents import DOCUMENTS, as_table, read_document
from glassline.dataset.formats.label_studio import is_export, read_export
from glassline.dataset.parquet import columns_of, engine, literal, photo_column
from glassline.dataset.part import Part
from glassline.dataset.places import Places
from glassline.errors import DatasetError, GlasslineWarning, show
from glassline.recipe.spelling import key, shown

__all__ = ["read_table"]

COLUMNS = {  # what a column is called, the first name that a table has
    "path": ("path", "file_name", "filename", "image_path"),
    "label": ("label", "class"),
    "group": ("group", "lot"),
    "weight": ("weight",),
    "inspector": ("inspector",),
    "sha256": ("sha256",),
}
SHARE = re.compile(r"label[\s_-]+(.+)", re.IGNORECASE)  # label_scratch = 0.7: seven
# inspectors in ten said scratch
SCORE = re.compile(r"concept[\s_-]+(.+)", re.IGNORECASE)  # concept_line_strength = 0.8
MISSING = {"", "na", "n/a", "#n/a", "<na>", "nan", "null"}  # in any case; not none
DELIMITERS = (",", ";", "\t")
KINDS = (".csv", ".tsv", ".txt", ".parquet", *DOCUMENTS)
SPREADSHEET = " Save the sheet as CSV UTF-8."
MAX_TABLE_BYTES = 1_000_000_000

Cells = Sequence[Any]
Row = tuple[str, Cells]  # where it stands, for messages, and its cells


@dataclass(frozen=True)
class Table:
    """A table as its file has it.

    Attributes:
        header: The name of each column.
        rows: The rows that hold anything.
        has_comma: Whether 0,5 is a number, as where semicolons part the cells.
    """

    header: Cells
    rows: tuple[Row, ...]
    has_comma: bool = False


def read_table(
    path: Path, encoding: str | None = None, *, labelled: bool = True
) -> tuple[Part, ...]:
    """Read the parts of a CSV, a Parquet file or a document, in their order.

    Args:
        path: The file.
        encoding: Of a CSV; left out, it is found.
        labelled: Whether it must have labels.

    Raises:
        DatasetError: It is no such table; the message names the first line at fault.
        MissingExtraError: A Parquet file, and duckdb is not installed.
    """
    suffix = path.suffix.lower()
    if suffix not in KINDS:
        raise DatasetError(
            f"{path.name}: expected .csv or .parquet, got {show(suffix)}."
            f"{SPREADSHEET if suffix in ('.xlsx', '.xls', '.ods') else ''}"
        )
    if not path.is_file():  # a pipe would wait for ever, a device never end
        raise DatasetError(f"{path.name}: expected a file, got a pipe or device.")
    if suffix in DOCUMENTS:
        header, rows = read_document(path)
        table = Table(header, tuple(rows))
    elif suffix == ".parquet":
        table = _parquet(path)
    else:
        table = _csv(path, encoding, labelled)
        if is_export(table.header):
            header, rows = as_table(read_export(table.header, table.rows, path))
            table = Table(header, tuple(rows))
    columns = _Columns.of(table.header, path.name, labelled)
    if not table.rows:
        raise DatasetError(f"{path.name}: expected at least one row, got none.")
    places = Places(path.parent, path.name)
    shares = columns.shares_of(table, path.name)
    parts = tuple(_part(row, columns, shares, places, table) for row in table.rows)
    places.tell()
    return parts


@dataclass(frozen=True)
class _Columns:
    """Which column of a table holds what: its place, counted from 0."""

    plain: Mapping[str, int]
    shares: Mapping[str, int]
    scores: Mapping[str, int]

    @classmethod
    def of(cls, header: Cells, where: str, labelled: bool) -> _Columns:
        names = [shown(_text(name)) for name in header]
        keys = list(map(key, names))
        plain = {}
        for role, called in COLUMNS.items():
            found = next((key(each) for each in called if key(each) in keys), None)
            if found is not None:
                plain[role] = keys.index(found)
        shares = {
            m[1]: i for i, name in enumerate(names) if (m := SHARE.fullmatch(name))
        }
        scores = {
            m[1]: i for i, name in enumerate(names) if (m := SCORE.fullmatch(name))
        }
        read = {
            keys[at] for at in (*plain.values(), *shares.values(), *scores.values())
        }
        for at, name in enumerate(keys):
            if name in read and name in keys[:at]:
                raise DatasetError(
                    f"{where}: expected each column once, got {show(names[at])} twice "
                    f"(columns {keys.index(name) + 1} and {at + 1}). Rename or remove one."
                )
        is_labelled = "label" in plain or len(shares) > 1
        if "path" not in plain or (labelled and not is_labelled):
            wanted = "the columns path and label" if labelled else "a column path"
            raise DatasetError(f"{where}: expected {wanted}, got {', '.join(names)}.")
        return cls(plain, shares, scores)

    def shares_of(self, table: Table, where: str) -> Mapping[str, int]:
        """Return the columns that are shares: all the classes, or none is read."""
        if "label" not in self.plain:
            return self.shares
        labels = {key(_text(cells[self.plain["label"]])) for _, cells in table.rows}
        if self.shares and labels - {""} <= set(map(key, self.shares)):
            return self.shares
        numbers = [
            name
            for name, at in self.shares.items()
            if any(_is_number(cells[at]) for _, cells in table.rows)
        ]
        if numbers:
            warnings.warn(
                f"{where}: not read: {', '.join(f'label_{name}' for name in numbers)}. "
                "Beside a column label, columns label_* are shares only where they are "
                "all the classes.",
                GlasslineWarning,
                stacklevel=2,
            )
        return {}


def _part(
    row: Row,
    columns: _Columns,
    shares: Mapping[str, int],
    places: Places,
    table: Table,
) -> Part:
    source, cells = row

    def text(role: str) -> str:
        return _text(cells[columns.plain[role]]) if role in columns.plain else ""

    named = text("path")
    if not named or "\0" in named:
        raise DatasetError(f"{source}: expected a path, got {show(named)}.")
    path = places.find(named, source)
    label = shown(text("label")) or None
    return Part(
        path=path,
        label=label,
        source=source,
        group=text("group") or str(path),  # blank: a group of its own
        weight=_number(source, "weight", text("weight") or "1", table.has_comma),
        soft=None if label else _shares(source, cells, shares, table.has_comma),
        sha256=text("sha256").lower() or None,
        inspector=text("inspector") or None,
        scores=_scores(source, cells, columns.scores, table.has_comma),
        within=None if Path(named).is_absolute() else places.folder,
    )


def _scores(
    source: str, cells: Cells, columns: Mapping[str, int], has_comma: bool
) -> dict[str, float] | None:
    found = {
        name: _number(source, f"concept_{name}", text, has_comma)
        for name, at in columns.items()
        if (text := _text(cells[at]))
    }
    for name, score in found.items():
        if score > 1:
            raise DatasetError(
                f"{source}: concept_{name}: expected a number in [0, 1], got {score:g}."
            )
    return found or None


def _shares(
    source: str, cells: Cells, columns: Mapping[str, int], has_comma: bool
) -> dict[str, float] | None:
    shares = {
        name: _number(source, f"label_{name}", _text(cells[at]) or "0", has_comma)
        for name, at in columns.items()
    }
    total = math.fsum(shares.values())
    if not shares or total == 0:
        return None
    if abs(total - 1) > 1e-6:
        raise DatasetError(
            f"{source}: expected shares that sum to 1 in "
            f"{', '.join(f'label_{name}' for name in shares)}, got {total:g}."
        )
    return {name: share / total for name, share in shares.items()}


def _text(value: Any) -> str:
    """Return a cell as text, "" where it is missing; 1.0 as 1, as numbers are read."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # a column of whole numbers with a gap becomes one of floats
    text = "" if value is None else str(value).strip()
    return "" if text.casefold() in MISSING else text


def _number(source: str, name: str, text: str, has_comma: bool) -> float:
    try:
        number = float(text.replace(",", ".") if has_comma else text)
    except ValueError:
        number = math.nan
    if not 0 <= number < math.inf:
        raise DatasetError(
            f"{source}: {name}: expected a number >= 0, got {show(text)}."
        )
    return number


def _is_number(value: Any) -> bool:
    try:
        return math.isfinite(float(_text(value)))
    except ValueError:
        return False


def _csv(path: Path, encoding: str | None, labelled: bool) -> Table:
    with path.open("rb") as file:
        data = file.read(MAX_TABLE_BYTES + 1)
    if len(data) > MAX_TABLE_BYTES:
        raise DatasetError(
            f"{path.name}: expected at most {MAX_TABLE_BYTES:,} bytes, got more."
        )

    def classes(text: str) -> tuple[str, ...] | None:
        try:
            table = _parsed(text, path.name)
            columns = _Columns.of(table.header, path.name, labelled)
        except DatasetError:
            return None
        at = columns.plain.get("label")
        labels = {_text(cells[at]) for _, cells in table.rows} if at is not None else {}
        return tuple(sorted({*labels, *columns.shares} - {""}))

    return _parsed(decode(data, path.name, classes, encoding), path.name)


def _parsed(text: str, name: str) -> Table:
    """Read the rows under the header, each with the line of an editor it begins on."""
    delimiter = _delimiter(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    header: list[str] = []
    rows: list[Row] = []
    ended = 0  # a quoted cell may span lines: a row begins after the one before it
    try:
        for cells in reader:
            line, ended = ended + 1, reader.line_num
            if not any(map(str.strip, cells)) or (not header and _is_sep(cells)):
                continue
            if not header:
                header = cells
                continue
            while len(cells) > len(header) and not cells[-1].strip():
                cells.pop()
            source = f"{name} line {line}"
            if len(cells) != len(header):
                raise DatasetError(
                    f"{source}: expected {len(header)} cells, got {len(cells)}."
                )
            rows.append((source, cells))
    except csv.Error as error:
        raise DatasetError(f"{name}: expected CSV, got: {error}.") from error
    if not header:
        raise DatasetError(f"{name}: expected at least one row, got none.")
    return Table(header, tuple(rows), has_comma=delimiter == ";")


def _delimiter(text: str) -> str:
    """Return what parts the header into most cells; a comma where nothing does."""
    lines = (line for line in text.splitlines() if line.strip(",;\t "))
    header = next((line for line in lines if not _is_sep([line])), "")
    return max(
        DELIMITERS, key=lambda each: len(next(csv.reader([header], delimiter=each), []))
    )


def _is_sep(cells: Sequence[str]) -> bool:
    """Whether it is the line sep=; that tells a spreadsheet what parts the cells."""
    return re.fullmatch(r'"?sep=.?"?[,;\t]*', cells[0], re.IGNORECASE) is not None


def _parquet(path: Path) -> Table:
    held = photo_column(columns_of(path))
    if held is not None:
        raise DatasetError(
            f"{path.name}: expected paths of photos, got the photos themselves in column "
            f"{held}. Unpack them with: glassline convert {path.name} --to huggingface "
            "--out FOLDER"
        )
    # A folder such as label=ok is no column of its own.
    query = "SELECT * FROM read_parquet(?, hive_partitioning = false)"
    with engine(path.name) as opened:
        found = opened.execute(query, [literal(path)])
        header = [column[0] for column in found.description]
        rows = found.fetchall()
    return Table(header, tuple(_numbered(path.name, rows)))


def _numbered(name: str, rows: Iterable[Cells]) -> Iterator[Row]:
    for number, cells in enumerate(rows, 1):
        if any(map(_text, cells)):
            yield f"{name} row {number}", cells

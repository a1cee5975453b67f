"""All records as a table for others: CSV, XLSX or Parquet, a row a record, streamed."""

from __future__ import annotations

import csv
import json
import tempfile
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import func, select, tuple_

from glassline.dataset.readings import Progress, no_progress
from glassline.errors import InputError, MissingExtraError, StoreFullError
from glassline.files import published
from glassline.store.core import Core
from glassline.store.identifiers import IDENTIFIERS
from glassline.store.ledger import Row, record_of
from glassline.store.library import Library
from glassline.store.listing import Where
from glassline.store.tables import inspections, labels, ledger

__all__ = ["FORMATS", "export"]

PAGE = 500  # records read at a time
MOST_SHEET_ROWS = 1_048_576  # of a sheet of XLSX
ACTING = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet takes for a formula
Record = dict[str, Any]
Columns = dict[str, type]


def export(
    core: Core,
    library: Library,
    path: Path,
    *,
    where: Where | None = None,
    progress: Progress = no_progress,
) -> int:
    """Write the records that fit to a file, whole or not at all; its name says how.

    Columns: record, at, stream, seq, who, image, sha256, class, decision, reason,
    reason_code, message, model, label, labelled_by, labelled_at, label_reason, every
    identifier, then reading_, x_, z_ of each feature and class, and p_ of each class.

    Args:
        core: The records.
        library: Their models: whose features and classes the columns are.
        path: Ends in .csv (UTF-8 with a mark, as Excel wants it), .xlsx or .parquet.
        where: Which records; left out, all.
        progress: Told how far it is.

    Returns:
        How many records were written.

    Raises:
        InputError: The name ends otherwise, or there are more than a sheet holds.
        MissingExtraError: XlsxWriter or DuckDB is not installed.
        StoreFullError: There is no room; nothing is left.
    """
    write = FORMATS.get(path.suffix.lower())
    if write is None:
        raise InputError(
            f"{path.name}: expected a name that ends in {', '.join(FORMATS)}."
        )
    chosen = where or Where()
    columns = _columns(core, library)
    with core.read() as connection:
        counted = select(func.count()).select_from(inspections).where(*chosen.clauses)
        total = int(connection.execute(counted).scalar_one())
    try:
        with (
            published(path) as written,
            closing(_records(core, chosen, total, progress)) as records,
        ):
            write(written, columns, records, total)
    except OSError as error:
        raise StoreFullError(
            f"{path}: expected room for a table, got: {error.strerror}. Nothing was left."
        ) from error
    return total


def _columns(core: Core, library: Library) -> Columns:
    """Return all columns with their types: those of every model that ever looked."""
    texts = (
        *("record", "at", "stream"),
        *("who", "image", "sha256", "class", "decision", "reason", "reason_code"),
        *("message", "model", "label", "labelled_by", "labelled_at", "label_reason"),
    )
    found: Columns = dict.fromkeys(texts, str)
    found |= {"seq": int, "version": int}
    found |= {name: int if name == "shot_seq" else str for name in IDENTIFIERS}
    with core.read() as connection:
        told = inspections.c.model
        query = select(told).where(told.is_not(None)).distinct().order_by(told)
        models = [library.model(str(each)) for (each,) in connection.execute(query)]
    features = {name: None for model in models for name in model.feature_names}
    classes = {name: None for model in models for name in model.recipe.classes}
    found |= {f"reading_{name}": float for name in features}
    found |= {f"x_{name}": float for name in features}
    found |= {f"z_{name}": float for name in classes}
    return found | {f"p_{name}": float for name in classes}


def _records(
    core: Core, where: Where, total: int, progress: Progress
) -> Generator[Record]:
    """Yield the records page by page, as many as there were at the start."""
    after, done = ("", 0), 0
    place = tuple_(inspections.c.stream, inspections.c.seq)
    said = labels.alias()
    query = (
        select(ledger, said.c.label, said.c.who, said.c.at, said.c.reason)
        .add_columns(inspections.c.version)
        .join(
            inspections,
            (inspections.c.stream == ledger.c.stream)
            & (inspections.c.seq == ledger.c.seq),
        )
        .outerjoin(
            said,
            (said.c.of_stream == inspections.c.stream)
            & (said.c.of_seq == inspections.c.seq)
            & (said.c.version == inspections.c.version),
        )
        .where(*where.clauses)
        .order_by(inspections.c.stream, inspections.c.seq)
    )
    while done < total:
        with core.read() as connection:
            page = query.where(place > after).limit(min(PAGE, total - done))
            found = connection.execute(page).all()
        if not found:
            return
        for each in found:
            row = Row(*each[:9])
            yield _record(row, each[9:])
            after = (row.stream, row.seq)
        done += len(found)
        progress("exporting", done, total)


def _record(row: Row, said: Sequence[Any]) -> Record:
    body = row.body
    seen = body["seen"]
    names = ("label", "labelled_by", "labelled_at", "label_reason", "version")
    x, z = seen.get("x", ()), seen.get("logits", ())
    readings, p = seen.get("features", {}), seen.get("probabilities", {})
    return {
        "record": record_of(row.stream, row.seq),
        "at": row.at,
        "stream": row.stream,
        "seq": row.seq,
        "who": row.who,
        "image": seen["image"],
        "sha256": body["photo"]["sha256"],
        "class": seen.get("class"),
        "decision": seen.get("decision", "refused"),
        "reason": seen.get("reason"),
        "reason_code": seen.get("reason_code") or seen.get("refused"),
        "message": seen.get("message"),
        "model": body["model"],
        **dict(zip(names, said, strict=True)),
        **body["identifiers"],
        "production_date": body["production_date"],
        **{f"reading_{name}": value for name, value in readings.items()},
        **{f"x_{name}": value for name, value in zip(readings, x, strict=True)},
        **{f"z_{name}": value for name, value in zip(p, z, strict=True)},
        **{f"p_{name}": value for name, value in p.items()},
    }


def _harmless(value: Any) -> Any:
    """Return a text that no spreadsheet takes for a formula: an apostrophe goes before."""
    if isinstance(value, str) and value.startswith(ACTING):
        return f"'{value}"
    return value


def _csv(path: Path, columns: Columns, records: Iterator[Record], total: int) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        table = csv.writer(file)
        table.writerow([_harmless(name) for name in columns])
        for record in records:
            table.writerow([_harmless(record.get(name)) for name in columns])


def _xlsx(path: Path, columns: Columns, records: Iterator[Record], total: int) -> None:
    try:
        import xlsxwriter  # noqa: PLC0415  an extra
    except ModuleNotFoundError as error:
        raise MissingExtraError.of("xlsx") from error
    if total >= MOST_SHEET_ROWS:
        raise InputError(
            f"export: expected fewer than {MOST_SHEET_ROWS:,} records for a sheet, got "
            f"{total:,}. Choose some of them, or write .csv or .parquet."
        )
    options = {"constant_memory": True, "tmpdir": str(path.parent)}
    with xlsxwriter.Workbook(str(path), options) as book:
        sheet = book.add_worksheet("inspections")
        sheet.freeze_panes(1, 1)
        for place, name in enumerate(columns):
            sheet.write_string(0, place, name)
        for row, record in enumerate(records, start=1):
            for place, (name, kind) in enumerate(columns.items()):
                value = record.get(name)
                if value is None:
                    continue
                if kind is str:
                    sheet.write_string(row, place, value)
                else:
                    sheet.write_number(row, place, value)


def _parquet(
    path: Path, columns: Columns, records: Iterator[Record], total: int
) -> None:
    try:
        import duckdb  # noqa: PLC0415  an extra
    except ModuleNotFoundError as error:
        raise MissingExtraError.of("analytics") from error
    kinds = {str: "VARCHAR", int: "BIGINT", float: "DOUBLE"}
    names = {f"c{place}": name for place, name in enumerate(columns)}
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        lines = Path(folder) / "records.jsonl"
        with lines.open("w", encoding="utf-8") as file:
            for record in records:
                row = {short: record.get(name) for short, name in names.items()}
                file.write(json.dumps(row) + "\n")
        table = duckdb.read_json(
            str(lines),
            format="newline_delimited",
            columns={short: kinds[columns[name]] for short, name in names.items()},
        )
        told = ", ".join(f"{short} AS {_quoted(name)}" for short, name in names.items())
        table.project(told).write_parquet(str(path))


def _quoted(name: str) -> str:
    """Return a name as SQL quotes it: DuckDB alone reads this, never the records."""
    return '"' + name.replace('"', '""') + '"'


FORMATS: dict[str, Callable[[Path, Columns, Iterator[Record], int], None]] = {
    ".csv": _csv,
    ".xlsx": _xlsx,
    ".parquet": _parquet,
}
"""Endings of the file's name, and what writes it."""

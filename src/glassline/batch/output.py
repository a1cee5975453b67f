"""The rows of a journal as the file that was asked for: CSV or Parquet."""

from __future__ import annotations

import csv
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

from glassline.batch.judging import Cell, Row
from glassline.errors import InputError, MissingExtraError, show
from glassline.files import published

__all__ = ["KINDS", "check_kind", "csv_cells", "write"]

KINDS = (".csv", ".parquet")
FORMULA = "=+-@\t\r"  # what a spreadsheet takes for the beginning of one
GROUP_ROWS = 10_240  # of a Parquet file: what is kept in memory until it is written
NUMBERS = re.compile(r"(p|logit|x|reading|candidate)_.*")


def check_kind(out: Path, option: str = "--out", kinds: Sequence[str] = KINDS) -> None:
    """Refuse a file that is neither, or Parquet without what writes it.

    Raises:
        InputError: It ends otherwise, or its folder is not there.
        MissingExtraError: Parquet, and DuckDB is not installed.
    """
    if out.suffix.lower() not in kinds:
        raise InputError(
            f"{option} {out}: expected a file that ends in {' or '.join(kinds)}, got "
            f"{show(out.suffix)}."
        )
    if not out.parent.is_dir():
        raise InputError(f"{option} {out}: expected a folder that is there, got none.")
    if out.suffix.lower() == ".parquet":
        _duckdb()


def write(
    path: Path,
    columns: Sequence[str],
    rows: Iterable[Row],
    about: Mapping[str, str] | None = None,
) -> None:
    """Write a table whole or not at all; the same rows give the same bytes.

    CSV is UTF-8 with a mark, and no cell is a formula; numbers by shortest round trip. In
    Parquet numbers are doubles, and the file says of itself what `about` says.

    Raises:
        OSError: It can not be written.
    """
    with published(path) as written:
        if path.suffix.lower() == ".csv":
            _write_csv(written, chain([columns], rows))
        else:
            _write_parquet(written, columns, rows, about or {})


def _write_csv(written: Path, rows: Iterable[Sequence[Cell]]) -> None:
    with written.open(
        "w", encoding="utf-8-sig", errors="backslashreplace", newline=""
    ) as file:
        csv.writer(file).writerows(map(csv_cells, rows))


def csv_cells(row: Sequence[Cell]) -> list[str]:
    """Return the cells of a CSV: no formula, numbers by shortest round trip."""
    return [_safe(each) if isinstance(each, str) else _plain(each) for each in row]


def _plain(number: float | None) -> str:
    return "" if number is None else repr(number)


def _safe(text: str) -> str:
    return f"'{text}" if text[:1] and text[0] in FORMULA else text


def _write_parquet(
    written: Path,
    columns: Sequence[str],
    rows: Iterable[Row],
    about: Mapping[str, str],
) -> None:
    """Let DuckDB write it from a CSV beside it: in one thread, in the order of the rows."""
    duckdb = _duckdb()
    kinds = {
        name: "DOUBLE" if NUMBERS.fullmatch(name) else "VARCHAR" for name in columns
    }
    with tempfile.NamedTemporaryFile(dir=written.parent, suffix=".csv") as plain:
        for data in _quoted(rows):
            plain.write(data)
        plain.flush()
        with duckdb.connect(config={"threads": 1}) as engine:
            engine.execute("SET preserve_insertion_order = true")
            engine.execute(
                "COPY (SELECT * FROM "  # noqa: S608  where it writes to is no parameter
                "read_csv(?, header = false, columns = ?, "
                "nullstr = '', quote = '\"', escape = '\"', delim = ',', "
                "auto_detect = false, allow_quoted_nulls = false, parallel = false, "
                "max_line_size = 16000000)) "
                f"TO '{_escaped(str(written))}' (FORMAT parquet, COMPRESSION zstd, "
                f"ROW_GROUP_SIZE {GROUP_ROWS}{_metadata(about)})",
                [plain.name, kinds],
            )


def _quoted(rows: Iterable[Row]) -> Iterator[bytes]:
    """Yield rows as CSV in which every text is quoted and nothing is nothing."""
    for row in rows:
        cells = (
            '"' + each.replace('"', '""') + '"'
            if isinstance(each, str)
            else _plain(each)
            for each in row
        )
        yield (",".join(cells) + "\n").encode("utf-8", "backslashreplace")


def _metadata(about: Mapping[str, str]) -> str:
    pairs = ", ".join(f"{key}: '{_escaped(text)}'" for key, text in about.items())
    return f", KV_METADATA {{{pairs}}}" if pairs else ""


def _escaped(text: str) -> str:
    return text.replace("'", "''")


def _duckdb() -> Any:
    try:
        import duckdb  # noqa: PLC0415
    except ImportError as error:
        raise MissingExtraError.of("analytics") from error
    return duckdb

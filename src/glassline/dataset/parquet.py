"""Parquet files, read by DuckDB: the one file that knows how."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from glassline.errors import DatasetError, MissingExtraError

__all__ = ["columns_of", "engine", "literal", "photo_column", "workshop"]


MEMORY = "1GB"  # of a workshop: what does not fit goes on on disk


@contextmanager
def engine(name: str) -> Iterator[Any]:
    """Open DuckDB to read, in one thread and so in the order of the rows.

    Args:
        name: What the file is called in a message.

    Raises:
        DatasetError: The file is not what DuckDB reads; raised in place of its error.
        MissingExtraError: It is not installed.
    """
    with _told(name) as duckdb, _database(duckdb, os.getpid()).cursor() as opened:
        yield opened


@contextmanager
def workshop(name: str) -> Iterator[Any]:
    """Open a DuckDB for tables of one's own: level memory, the rest in a folder.

    Args:
        name: What the files are called in a message.

    Raises:
        DatasetError, MissingExtraError: As of `engine`.
    """
    with TemporaryDirectory(prefix="glassline-") as folder, _told(name) as duckdb:
        config = {"threads": 1, "memory_limit": MEMORY, "temp_directory": folder}
        with duckdb.connect(config=config) as opened:
            yield opened


@contextmanager
def _told(name: str) -> Iterator[Any]:
    """Yield DuckDB, and tell of its errors as ours."""
    try:
        import duckdb  # noqa: PLC0415  an optional library
    except ImportError as error:
        raise MissingExtraError.of("analytics") from error
    try:
        yield duckdb
    except duckdb.InterruptException as error:
        raise KeyboardInterrupt from error
    except duckdb.Error as error:
        first = str(error).splitlines()[0]
        raise DatasetError(f"{name}: expected Parquet, got: {first}.") from error
    except RuntimeError as error:  # what Ctrl-C within a query becomes
        if str(error) != "Query interrupted":
            raise
        raise KeyboardInterrupt from error


@cache
def _database(duckdb: Any, process: int) -> Any:
    """Return the one that a process reads with: to open one takes longer than to read."""
    return duckdb.connect(config={"threads": 1})


def literal(path: str | Path) -> str:
    """Return a path that DuckDB takes for that path.

    It takes *, ? and [ for patterns, ~ and file: for places; in brackets, and absolute, a
    path is that path.
    """
    return re.sub(r"[*?\[]", r"[\g<0>]", str(Path(path).absolute()))


def columns_of(path: str | Path) -> dict[str, str]:
    """Return the type of each column of a file, as DuckDB calls it."""
    with engine(Path(path).name) as opened:
        query = "DESCRIBE SELECT * FROM read_parquet(?, hive_partitioning = false)"
        found = opened.execute(query, [literal(path)]).fetchall()
    return {row[0]: row[1] for row in found}


def photo_column(kinds: Mapping[str, str]) -> str | None:
    """Return the column that holds photos: of bytes, or of records with bytes in them.

    Example:
        >>> photo_column({"lot": "VARCHAR", "image": "STRUCT(bytes BLOB, path VARCHAR)"})
        'image'
    """
    held = (
        name
        for name, kind in kinds.items()
        if kind == "BLOB" or (kind.startswith("STRUCT(") and "BLOB" in kind)
    )
    return next(held, None)

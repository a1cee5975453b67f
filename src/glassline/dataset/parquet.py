"""Parquet files, read by DuckDB: the one file that knows how."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from glassline.errors import DatasetError, MissingExtraError

__all__ = ["engine", "literal"]


@contextmanager
def engine(name: str) -> Iterator[Any]:
    """Open DuckDB, in one thread and so in the order of the rows.

    Args:
        name: What the file is called in a message.

    Raises:
        DatasetError: The file is not what DuckDB reads; raised in place of its error.
        MissingExtraError: It is not installed.
    """
    try:
        import duckdb  # noqa: PLC0415  an optional library
    except ImportError as error:
        raise MissingExtraError.of("analytics") from error
    with duckdb.connect(config={"threads": 1}) as opened:
        try:
            yield opened
        except duckdb.Error as error:
            first = str(error).splitlines()[0]
            raise DatasetError(f"{name}: expected Parquet, got: {first}.") from error


def literal(path: str | Path) -> str:
    """Return a path that DuckDB takes for that path.

    It takes *, ? and [ for patterns, ~ and file: for places; in brackets, and absolute, a
    path is that path.
    """
    return re.sub(r"[*?\[]", r"[\g<0>]", str(Path(path).absolute()))

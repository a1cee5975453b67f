"""Photos that a Parquet file names, or holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from glassline.batch.item import Item
from glassline.batch.sources.manifest import (
    HASH,
    identifiers_of,
    path_column,
    row_item,
)
from glassline.batch.sources.source import Asked, told
from glassline.dataset.parquet import columns_of, engine, literal, photo_column
from glassline.dataset.table import COLUMNS
from glassline.recipe.spelling import key

__all__ = ["ParquetManifest"]

ROWS_AT_ONCE = 64  # of a file that holds photos: what of it is in memory


@dataclass(frozen=True)
class ParquetManifest:
    """A Parquet file with a column of bytes, or one of paths; the rest is identifiers.

    Bytes are a column of the type BLOB, or of records with `bytes` and `path`, as Hugging
    Face writes them. Rows are read as they are needed.
    """

    name: str
    asked: Asked

    @cached_property
    def _kinds(self) -> Mapping[str, str]:
        """Return the type of each column."""
        return columns_of(self.name)

    @cached_property
    def _held(self) -> str | None:
        """Return the column that holds the photos themselves."""
        return photo_column(self._kinds)

    @cached_property
    def _path(self) -> str | None:
        header = list(self._kinds)
        if self._held is None:
            return header[path_column(header, self.name)]
        names = {key(each): each for each in header}
        return next((names[each] for each in COLUMNS["path"] if each in names), None)

    @property
    def identifiers(self) -> tuple[str, ...]:
        """Return every column but the bytes, the path and the hash."""
        others = [each for each in self._kinds if each != self._held]
        return identifiers_of(others, self._path)

    def count(self) -> int:
        """Return the number of rows, as the file says it."""
        with engine(self.name) as opened:
            query = "SELECT count(*) FROM read_parquet(?)"
            return int(opened.execute(query, [literal(self.name)]).fetchone()[0])

    def items(self, identifiers: Sequence[str]) -> Iterator[Item]:
        """Yield a photo a row."""
        for number, cells in enumerate(self._rows(), 1):
            row = dict(zip(self._kinds, cells, strict=True))
            held: Any = row.pop(self._held) if self._held else None
            said = {name: _text(value) for name, value in row.items()}
            path = said.get(self._path or "", "")
            if self._held is None:
                yield row_item(self.name, path, said, identifiers, self.asked)
                continue
            if isinstance(held, dict):
                held, path = held.get("bytes"), path or _text(held.get("path"))
            name = path or f"{self.name}#{number}"
            yield Item(
                name,
                told(identifiers, name, self.asked, said),
                data=bytes(held or b""),
                sha256=said.get(HASH, "").lower() or None,
            )

    def _rows(self) -> Iterator[Sequence[Any]]:
        with engine(self.name) as opened:
            query = "SELECT * FROM read_parquet(?, hive_partitioning = false)"
            found = opened.execute(query, [literal(self.name)])
            while rows := found.fetchmany(ROWS_AT_ONCE):
                yield from rows


def _text(value: Any) -> str:
    """Return a cell as text; nothing as nothing, 1.0 as 1."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return "" if value is None else str(value)

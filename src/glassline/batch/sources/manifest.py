"""Photos that a CSV table names, row by row."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from glassline.batch.item import Item
from glassline.batch.sources.source import Asked, told
from glassline.dataset.table import COLUMNS
from glassline.errors import DatasetError
from glassline.image.refusals import printable
from glassline.recipe.spelling import key

__all__ = ["HASH", "CsvManifest", "identifiers_of", "path_column", "row_item"]

HASH = "sha256"
MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


@dataclass(frozen=True)
class CsvManifest:
    """A CSV with a column `path` (or file_name, image_path...); the rest is identifiers.

    Read row by row, in the order of the rows, paths from the folder of the table.
    """

    name: str
    asked: Asked

    @cached_property
    def _header(self) -> list[str]:
        return next(self._rows(), (0, [""]))[1]

    @cached_property
    def _path_at(self) -> int:
        return path_column(self._header, self.name)

    @property
    def identifiers(self) -> tuple[str, ...]:
        """Return every column but the path and the hash."""
        return identifiers_of(self._header, self._header[self._path_at])

    def count(self) -> int:
        """Return the number of rows, read once."""
        return max(0, sum(1 for _ in self._rows()) - 1)

    def items(self, identifiers: Sequence[str]) -> Iterator[Item]:
        """Yield a photo a row.

        Raises:
            DatasetError: A row has another number of cells than the header.
        """
        at, rows = self._path_at, self._rows()
        next(rows)
        for line, cells in rows:
            if len(cells) != len(self._header):
                raise DatasetError(
                    f"{self.name} line {line}: expected {len(self._header)} cells, got "
                    f"{len(cells)}."
                )
            said = dict(zip(self._header, cells, strict=True))
            yield row_item(self.name, cells[at], said, identifiers, self.asked)

    def _rows(self) -> Iterator[tuple[int, list[str]]]:
        path = Path(self.name)
        try:
            with path.open("rb") as file:
                mark = file.read(2)
            codec = self.asked.encoding or MARKS.get(mark, "utf-8-sig")
            with path.open(encoding=codec, newline="") as text:
                delimiter = max(",;\t", key=text.readline().count)
                text.seek(0)
                reader = csv.reader(text, delimiter=delimiter)
                for cells in reader:
                    if any(map(str.strip, cells)):
                        yield reader.line_num, cells
        except (UnicodeError, LookupError, csv.Error) as error:
            raise DatasetError(
                f"{self.name}: expected a CSV in UTF-8, got: {error}. Save it as CSV "
                "UTF-8, or say --encoding."
            ) from error
        except OSError as error:
            raise DatasetError(
                f"{self.name}: expected a CSV that can be read, got: {error.strerror}."
            ) from error


def row_item(
    table: str,
    named: str,
    said: Mapping[str, str],
    identifiers: Sequence[str],
    asked: Asked,
) -> Item:
    """Return the photo that a cell names, from the folder of the table."""
    told_of = told(identifiers, named, asked, said)
    sha256 = said.get(HASH, "").lower() or None
    if "://" in named:
        return Item(named, told_of, address=named, sha256=sha256)
    folder = Path(table).parent
    is_absolute = Path(named).is_absolute()
    return Item(
        named,
        told_of,
        path=os.fspath(folder / named),
        root=None if is_absolute else os.fspath(folder),
        sha256=sha256,
    )


def path_column(header: Sequence[str], where: str) -> int:
    """Return which column names the photos.

    Raises:
        DatasetError: None does.
    """
    keys = list(map(key, header))
    for each in COLUMNS["path"]:
        if key(each) in keys:
            return keys.index(key(each))
    raise DatasetError(
        f"{where}: expected a column path, got {', '.join(map(printable, header))}."
    )


def identifiers_of(header: Iterable[str], path: str | None) -> tuple[str, ...]:
    """Return the columns that say something of a photo, but for its path and hash."""
    return tuple(each for each in header if each not in (path, HASH))

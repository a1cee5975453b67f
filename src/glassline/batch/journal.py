"""Every row from the moment it is known: what a run can go on from after any end."""

from __future__ import annotations

import json
import os
import time
import zlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from glassline.batch.judging import Row

__all__ = ["Journal"]

FLUSH_S = 1.0  # a cut of the power costs a second of work, and no row that was shown
DIGITS = 8  # of the checksum that begins a line


class Journal:
    """A file with a line a row, after a first line that says whose they are.

    Each line begins with the CRC-32 of the rest: what a cut of the power left of the last
    ones, or put in their place, is cut off when the file is opened again.

    Args:
        path: Where it lies.
        file: The same, open to append to, as `glassline.files.tail` gives it.

    Attributes:
        header: The first line; None in a new file.
        count: Rows.
    """

    def __init__(self, path: Path, file: BinaryIO) -> None:
        self._path, self._file = path, file
        self._flushed = time.monotonic()
        self.header: Mapping[str, Any] | None = None
        whole, self.count = 0, 0
        for number, (end, value) in enumerate(_lines(path)):
            whole = end
            if number:
                self.count = number
            else:
                self.header = value
        if whole != file.seek(0, os.SEEK_END):
            file.truncate(whole)

    def begin(self, header: Mapping[str, Any]) -> None:
        """Forget all rows, and write the first line."""
        self._file.truncate(0)
        self.header, self.count = header, 0
        self._write([header])
        os.fsync(self._file.fileno())

    def add(self, rows: Sequence[Row]) -> None:
        """Append rows; on disk within a second, or when `flush` is called."""
        self._write(rows)
        self.count += len(rows)
        if time.monotonic() - self._flushed > FLUSH_S:
            self.flush()

    def flush(self) -> None:
        """Wait until all rows are on disk."""
        os.fsync(self._file.fileno())
        self._flushed = time.monotonic()

    def rows(self) -> Iterator[Row]:
        """Yield every row again, in order."""
        lines = _lines(self._path)
        next(lines, None)
        for _, value in lines:
            yield tuple(value)

    def _write(self, values: Sequence[Any]) -> None:
        data = memoryview(b"".join(map(_line, values)))
        while data:  # a file without a buffer may take less than all
            data = data[self._file.write(data) :]


def _line(value: Any) -> bytes:
    body = json.dumps(value, ensure_ascii=True, allow_nan=False).encode("ascii")
    return f"{zlib.crc32(body):0{DIGITS}x} ".encode() + body + b"\n"


def _lines(path: Path) -> Iterator[tuple[int, Any]]:
    """Yield where each line ends, and what it says, up to the first that is not whole."""
    end = 0
    with path.open("rb") as lines:
        for line in lines:
            end += len(line)
            body = line[DIGITS + 1 : -1]
            if line != f"{zlib.crc32(body):0{DIGITS}x} ".encode() + body + b"\n":
                return
            yield end, json.loads(body)

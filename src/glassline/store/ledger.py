"""One row of the ledger: what happened, and the hash that ties it to the row before."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from glassline.errors import InputError, NotFoundError, show

__all__ = [
    "FIRST",
    "KINDS",
    "Row",
    "as_columns",
    "as_text",
    "check_stream",
    "parse_record",
    "record_of",
    "row_hash",
    "stamp",
]

KINDS = (
    "inspection",
    "label",
    "published",
    "rolled_back",
    "person",
    "token",
    "token_revoked",
    "photo_removed",
    "golden_check",
    "known_part",
    "limits",
    "note",
    "heads",
)
"""What a row can be of."""

FIRST = "0" * 64
"""What stands for the hash of the row before, in the first row of a stream."""

STREAM = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
RECORD = re.compile(r"([A-Za-z0-9][A-Za-z0-9_.-]{0,63})-([1-9][0-9]{0,17})")


def as_text(body: Mapping[str, Any]) -> str:
    """Return a body as the ledger holds it: JSON on one line, shortest round trips.

    Keys stay in their order, so that what is read back prints as it did.

    Raises:
        InputError: A number is NaN or infinite, or a text is half a letter.

    Example:
        >>> as_text({"x": [0.1, -0.0], "class": "髒污"})
        '{"x":[0.1,-0.0],"class":"髒污"}'
    """
    try:
        text = json.dumps(
            body, ensure_ascii=False, allow_nan=False, separators=(",", ":")
        )
        text.encode("utf-8")
    except (ValueError, TypeError) as error:
        raise InputError(
            f"body: expected plain data for JSON, got: {error}."
        ) from error
    return text


def stamp(at: datetime) -> str:
    """Return a time as the ledger holds it: UTC, to the microsecond.

    Example:
        >>> stamp(datetime(2026, 2, 28, tzinfo=UTC))
        '2026-02-28T00:00:00.000000+00:00'
    """
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def row_hash(fields: tuple[str, str, int, str, int, str, str, str]) -> str:
    """Return SHA-256 of a row, in hexadecimal.

    Args:
        fields: Hash of the row before, stream, number, time, clock, kind, who, body;
            hashed as the JSON of that list, without blanks, in UTF-8.

    Example:
        >>> row_hash((FIRST, "a", 1, "2026-02-28T00:00:00.000000+00:00", 0, "note", "x",
        ...           "{}"))[:16]
        '8fe8f54f82f9e496'
    """
    text = json.dumps(fields, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def record_of(stream: str, seq: int) -> str:
    """Return the name of a record in addresses, commands and JSON.

    Example:
        >>> record_of("station", 42)
        'station-42'
    """
    return f"{stream}-{seq}"


def parse_record(record: str) -> tuple[str, int]:
    """Return stream and number of a record's name.

    Raises:
        NotFoundError: It is no such name.

    Example:
        >>> parse_record("line-2-42")
        ('line-2', 42)
    """
    found = RECORD.fullmatch(record)
    if found is None:
        raise NotFoundError(
            f"record: expected a name as station-42, got {show(record)}."
        )
    return found[1], int(found[2])


def check_stream(stream: str) -> str:
    """Return the name of a stream.

    Raises:
        InputError: It is not 1 to 64 letters, digits, dots, dashes, underscores.
    """
    if not STREAM.fullmatch(stream):
        raise InputError(
            "stream: expected 1 to 64 letters, digits, dots, dashes and underscores, "
            f"got {show(stream)}."
        )
    return stream


@dataclass(frozen=True)
class Row:
    """One row of the ledger.

    Attributes:
        stream: Which station.
        seq: Which of its rows, counted from 1, without a gap.
        at: When, UTC, as text.
        clock_ns: The machine's monotonic clock then, in nanoseconds: it never goes back
            while the machine runs.
        kind: Of what; one of `KINDS`.
        who: Who did it.
        text: What happened, as JSON.
        previous: Hash of the row before; zeros for the first.
        hash: Of all of these.
    """

    stream: str
    seq: int
    at: str
    clock_ns: int
    kind: str
    who: str
    text: str
    previous: str
    hash: str

    @property
    def record(self) -> str:
        """Return the name of the row."""
        return record_of(self.stream, self.seq)

    @cached_property
    def body(self) -> dict[str, Any]:
        """Return what happened, as plain data."""
        return dict(json.loads(self.text))

    @property
    def computed(self) -> str:
        """Return the hash that the row should have."""
        return row_hash(
            (
                self.previous,
                self.stream,
                self.seq,
                self.at,
                self.clock_ns,
                self.kind,
                self.who,
                self.text,
            )
        )

    def as_json(self) -> dict[str, Any]:
        """Return the row as plain data; what happened under a name of its own.

        A label's body names a record too: that of the inspection.
        """
        return {
            "record": self.record,
            "at": self.at,
            "kind": self.kind,
            "who": self.who,
            "hash": self.hash,
            "body": self.body,
        }


def as_columns(row: Row) -> dict[str, Any]:
    """Return a row as the ledger's table has it, column to value."""
    found = {name: getattr(row, name) for name in COLUMNS}
    return found | {"body": row.text}


COLUMNS = ("stream", "seq", "at", "clock_ns", "kind", "who", "previous", "hash")

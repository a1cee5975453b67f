"""What follows from the rows of the ledger: the tables that questions are asked of."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from sqlalchemy import Connection, bindparam, delete, insert, select, tuple_, update

from glassline.store.identifiers import IDENTIFIERS
from glassline.store.ledger import Row, parse_record
from glassline.store.tables import (
    DERIVED,
    inspections,
    labels,
    ledger,
    models,
    people,
    tokens,
)

__all__ = ["apply", "clear", "pages", "rebuild"]

PAGE = 1_000  # rows read at a time: short enough that nobody waits for a reader
Rows = Sequence[Row]
INSPECTED = insert(inspections)
Step = Callable[[Connection, Rows], None]


def apply(connection: Connection, rows: Rows) -> None:
    """Bring the derived tables to where they stand after these rows."""
    kinds = {row.kind for row in rows}
    for kind, follow in (*FIRST_PASS, *SECOND_PASS):
        if kind in kinds:
            follow(connection, [row for row in rows if row.kind == kind])


def rebuild(connection: Connection, source: Callable[[], Iterator[Rows]]) -> None:
    """Empty the derived tables and fill them from all rows.

    Two passes: a label may stand in a stream that comes before its inspection's.

    Args:
        connection: Of the tables.
        source: Called for each pass; yields all rows of the ledger, page by page.
    """
    clear(connection)
    for steps in (FIRST_PASS, SECOND_PASS):
        for rows in source():
            for kind, follow in steps:
                found = [row for row in rows if row.kind == kind]
                if found:
                    follow(connection, found)


def clear(connection: Connection) -> None:
    """Empty the derived tables."""
    for table in DERIVED:
        connection.execute(delete(table))


def pages(
    connect: Callable[[], Any], after: tuple[str, int] = ("", 0)
) -> Iterator[list[Row]]:
    """Yield all rows of the ledger by stream and number, a page a short transaction.

    Args:
        connect: Returns a context manager that gives a connection.
        after: Begin behind this row.
    """
    while True:
        with connect() as connection:
            found = connection.execute(
                select(ledger)
                .where(tuple_(ledger.c.stream, ledger.c.seq) > after)
                .order_by(ledger.c.stream, ledger.c.seq)
                .limit(PAGE)
            ).all()
        if not found:
            return
        rows = [Row(*each) for each in found]
        yield rows
        after = (rows[-1].stream, rows[-1].seq)


def _inspected(connection: Connection, rows: Rows) -> None:
    connection.execute(INSPECTED, [_inspection(row) for row in rows])


def _inspection(row: Row) -> dict[str, Any]:
    body = row.body
    seen, photo, given = body["seen"], body["photo"], body["identifiers"]
    readings = seen.get("features")
    found = {name: given.get(name) for name in IDENTIFIERS}
    return found | {
        "stream": row.stream,
        "seq": row.seq,
        "at": row.at,
        "image": seen["image"],
        "sha256": photo["sha256"],
        "photo_bytes": photo["bytes"],
        "photo_kept": photo["kept"],
        "predicted_class": seen.get("class"),
        "decision": seen.get("decision", "refused"),
        "reason_code": seen.get("reason_code") or seen["refused"],
        "model": body["model"],
        "readings": _packed(readings) if readings else None,
        "key": body["key"],
        "label": None,
        "version": 0,
        "production_date": body["production_date"],
    }


def _packed(readings: dict[str, float]) -> bytes:
    return np.array([*readings.values()], "<f8").tobytes()


def _labelled(connection: Connection, rows: Rows) -> None:
    values = []
    for row in rows:
        of_stream, of_seq = parse_record(row.body["record"])
        values.append(
            {
                "stream": row.stream,
                "seq": row.seq,
                "of_stream": of_stream,
                "of_seq": of_seq,
                "version": row.body["version"],
                "label": row.body["label"],
                "at": row.at,
                "who": row.who,
                "reason": row.body["reason"],
                "note": row.body["note"],
                "dwell_s": row.body["dwell_s"],
            }
        )
    connection.execute(insert(labels), values)
    names = ("of_stream", "of_seq", "version", "label")
    connection.execute(
        update(inspections)
        .where(
            inspections.c.stream == bindparam("b_of_stream"),
            inspections.c.seq == bindparam("b_of_seq"),
            inspections.c.version < bindparam("b_version"),
        )
        .values(label=bindparam("b_label"), version=bindparam("b_version")),
        [{f"b_{name}": value[name] for name in names} for value in values],
    )


def _published(connection: Connection, rows: Rows) -> None:
    connection.execute(
        insert(models),
        [
            {
                "number": row.body["number"],
                "stream": row.stream,
                "seq": row.seq,
                "action": row.kind,
                "model": row.body["model"],
                "at": row.at,
                "who": row.who,
                "reason": row.body["reason"],
            }
            for row in rows
        ],
    )


def _known(connection: Connection, rows: Rows) -> None:
    """Take each person as last changed; who was changed elsewhere counts by version."""
    for row in rows:
        body = row.body
        found = {
            name: body[name] for name in ("version", "name", "role", "is_active")
        } | {
            "badge_sha256": body["badge_sha256"],
            "pin_hash": body["pin_hash"],
            "at": row.at,
        }
        same = people.c.number == body["number"]
        standing = connection.execute(select(people.c.version).where(same)).scalar()
        if standing is None:
            connection.execute(insert(people).values(number=body["number"], **found))
        elif standing < body["version"]:
            connection.execute(update(people).where(same).values(**found))


def _given(connection: Connection, rows: Rows) -> None:
    names = ("id", "name", "role", "sha256", "expires", "scopes")
    connection.execute(
        insert(tokens),
        [
            {**{name: row.body[name] for name in names}, "at": row.at, "revoked": False}
            for row in rows
        ],
    )


def _revoked(connection: Connection, rows: Rows) -> None:
    connection.execute(
        update(tokens).where(tokens.c.id == bindparam("b_id")).values(revoked=True),
        [{"b_id": row.body["id"]} for row in rows],
    )


def _removed(connection: Connection, rows: Rows) -> None:
    places = [parse_record(each) for row in rows for each in row.body["records"]]
    connection.execute(
        update(inspections)
        .where(
            inspections.c.stream == bindparam("b_stream"),
            inspections.c.seq == bindparam("b_seq"),
        )
        .values(photo_kept=False),
        [{"b_stream": stream, "b_seq": seq} for stream, seq in places],
    )


FIRST_PASS: tuple[tuple[str, Step], ...] = (
    ("inspection", _inspected),
    ("published", _published),
    ("rolled_back", _published),
    ("person", _known),
    ("token", _given),
)
SECOND_PASS: tuple[tuple[str, Step], ...] = (
    ("label", _labelled),
    ("token_revoked", _revoked),
    ("photo_removed", _removed),
)
"""What changes rows that the first pass made."""

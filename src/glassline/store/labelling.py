"""What people say of records: the queue, short leases, and labels that add up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from math import isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    delete,
    func,
    insert,
    or_,
    select,
)

from glassline.errors import ConflictError, InputError, LabelError, check_one_of, show
from glassline.store.core import Core, Draft, Moment
from glassline.store.identifiers import check_text
from glassline.store.ledger import Row, as_text, parse_record, record_of, stamp
from glassline.store.library import Library
from glassline.store.listing import Listed, listed, place_in
from glassline.store.tables import inspections, labels, leases

__all__ = [
    "LEASE_S",
    "Labelled",
    "Said",
    "label",
    "label_all",
    "labelled",
    "queue",
    "release",
    "said",
    "take",
]

LEASE_S = 600.0  # how long a part is one person's: longer than anybody looks at one
MOST_NOTE = 2_000  # letters
UNSURE = "not_sure"  # the reason of one who hands a part on


def label(  # noqa: PLR0913  what a label is made of
    core: Core,
    library: Library,
    record: str,
    name: str | None,
    *,
    who: str,
    reason: str,
    note: str = "",
    shown: Mapping[str, Any] | None = None,
    dwell_s: float | None = None,
    version: int | None = None,
) -> Row:
    """Record what a person says of an inspection; what was said before stays.

    Raises:
        NotFoundError: There is no such record.
        LabelError: The class is not one of the model's that looked.
        ConflictError: Somebody labelled it since `version`.
        InputError: `who` or `reason` is empty, or the time is no time.
    """
    check_text("who", who)
    check_text("reason", reason)
    if note:
        check_text("note", note, MOST_NOTE)
    if dwell_s is not None and not (isfinite(dwell_s) and dwell_s >= 0):
        raise InputError(f"dwell_s: expected seconds >= 0, got {show(dwell_s)}.")
    with core.read() as connection:
        found, _ = place_in(connection, record)
    if name is not None:
        _check_class(library, found.model, name)
    moment = Moment(core.now)

    def work(draft: Draft) -> Row:
        standing = _version(draft.connection, record)
        if version is not None and version != standing:
            raise ConflictError(
                f"{record}: expected the record as it stands, version {standing}, got "
                f"version {version}. Somebody labelled it meanwhile; look again."
            )
        text = _text(record, standing + 1, name, reason, note, shown, dwell_s)
        draft.connection.execute(delete(leases).where(*_place(leases, record)))
        return draft.append("label", who, text, moment)

    return core.write(work)


def label_all(
    core: Core, names: Mapping[str, str], *, who: str, reason: str
) -> list[Row]:
    """Record one label of each of many records, in one commit.

    Args:
        core: The records.
        names: Record to class, which is one of the model's that looked.
        who: Who says so.
        reason: Why.
    """
    moment = Moment(core.now)

    def work(draft: Draft) -> list[Row]:
        return [
            draft.append("label", who, _text(record, version, name, reason), moment)
            for record, name in names.items()
            for version in [_version(draft.connection, record) + 1]
        ]

    return core.write(work)


def _text(  # noqa: PLR0913  the body of a label
    record: str,
    version: int,
    name: str | None,
    reason: str,
    note: str = "",
    shown: Mapping[str, Any] | None = None,
    dwell_s: float | None = None,
) -> str:
    """Return the body of a label as the ledger holds it."""
    return as_text(
        {
            "record": record,
            "version": version,
            "label": name,
            "reason": reason,
            "note": note,
            "shown": dict(shown) if shown else None,
            "dwell_s": float(dwell_s) if dwell_s is not None else None,
        }
    )


def _check_class(library: Library, model: str | None, name: str) -> None:
    if model is None:
        raise LabelError(
            "label: expected a record that a model looked at, got one without."
        )
    check_one_of("label", name, library.model(model).recipe.classes, LabelError)


def _place(table: Any, record: str) -> tuple[Any, Any]:
    stream, seq = parse_record(record)
    return table.c.stream == stream, table.c.seq == seq


def _version(connection: Connection, record: str) -> int:
    """Return how many labels a record has; nobody adds one before we are done."""
    query = select(inspections.c.version).where(*_place(inspections, record))
    return int(connection.execute(query.with_for_update()).scalar_one())


def queue(
    core: Core, limit: int, *, stream: str | None = None, who: str | None = None
) -> list[Listed]:
    """Return what waits for a person, the oldest first; nobody else takes it yet.

    Decisions `review` and photos that were refused, while no label stands. For a person
    also what somebody else was not sure of, and a second look where the only person so
    far said another class than the model; never what she herself was not sure of.

    Args:
        core: The records.
        limit: At most so many.
        stream: Whose; left out, all.
        who: For whom: what she took stays in her queue. Left out, what is free.
    """
    taken = [*_same(leases.c.stream, leases.c.seq), leases.c.until > stamp(core.now())]
    said = [*_same(labels.c.of_stream, labels.c.of_seq)]
    last = [*said, labels.c.version == inspections.c.version]
    unsure = [*last, labels.c.label.is_(None), labels.c.reason == UNSURE]
    waits = and_(
        inspections.c.decision.in_(("review", "refused")), inspections.c.label.is_(None)
    )
    if who is not None:
        taken.append(leases.c.who != who)
        others = select(labels.c.seq).where(*unsure, labels.c.who != who).exists()
        again = or_(others, _second_look(who, last))
        own = select(labels.c.seq).where(*unsure, labels.c.who == who).exists()
        waits = or_(and_(waits, ~own), and_(inspections.c.version > 0, again))
    clauses = [waits, ~select(leases.c.seq).where(*taken).exists()]
    if stream is not None:
        clauses.append(inspections.c.stream == stream)
    query = (
        select(inspections)
        .where(*clauses)
        .order_by(inspections.c.at, inspections.c.stream, inspections.c.seq)
        .limit(limit)
    )
    with core.read() as connection:
        return [listed(each) for each in connection.execute(query)]


def _second_look(who: str, last: list[ColumnElement[bool]]) -> ColumnElement[bool]:
    """Return whether another person, and she alone, said another class than the model."""
    first = select(labels.c.who).where(*last).scalar_subquery()
    people = select(func.count(labels.c.who.distinct())).where(
        *_same(labels.c.of_stream, labels.c.of_seq), labels.c.label.is_not(None)
    )
    return and_(
        inspections.c.label != inspections.c.predicted_class,
        first != who,
        people.scalar_subquery() == 1,
    )


def _same(
    stream: ColumnElement[str], seq: ColumnElement[int]
) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return stream == inspections.c.stream, seq == inspections.c.seq


def take(core: Core, record: str, who: str, *, for_s: float = LEASE_S) -> str:
    """Take a record for one person, for a while; taken again, the while begins anew.

    Returns:
        Until when, UTC.

    Raises:
        NotFoundError: There is no such record.
        ConflictError: Somebody else has it.
    """
    check_text("who", who)
    now = core.now()
    until = stamp(now + timedelta(seconds=for_s))
    stream, seq = parse_record(record)

    def work(draft: Draft) -> str:
        place_in(draft.connection, record)
        here = _place(leases, record)
        held = draft.connection.execute(select(leases).where(*here)).one_or_none()
        if held is not None and held.who != who and held.until > stamp(now):
            raise ConflictError(
                f"{record}: expected a part that nobody looks at, got one that "
                f"{held.who} took. Take the next one."
            )
        draft.connection.execute(delete(leases).where(*here))
        draft.connection.execute(
            insert(leases).values(stream=stream, seq=seq, who=who, until=until)
        )
        return until

    return core.write(work)


def release(core: Core, record: str, who: str) -> None:
    """Give a record back that a person took; nothing happens where she has it not."""
    here = (*_place(leases, record), leases.c.who == who)

    def work(draft: Draft) -> None:
        draft.connection.execute(delete(leases).where(*here))

    core.write(work)


@dataclass(frozen=True, eq=False)
class Labelled:
    """What people said, and what was read: all that the head is fitted on.

    Attributes:
        records: Names of the n records.
        readings: Shape (n, d), as recorded, each in its own unit.
        labels: The class of each, as last said.
        models: Hash of the model that read each.
        sha256: Hash of each photo.
        groups: What each belongs to: its lot, or its serial, or itself.
    """

    records: tuple[str, ...]
    readings: NDArray[np.float64]
    labels: tuple[str, ...]
    models: tuple[str, ...]
    sha256: tuple[str, ...]
    groups: tuple[str, ...]


def labelled(core: Core, *, front: tuple[str, ...] | None = None) -> Labelled:
    """Return all labelled inspections that have readings, by stream and number.

    Args:
        core: The records.
        front: Hashes of the models whose readings can stand together: all that read in
            the same way. Left out, all.
    """
    clauses = [inspections.c.label.is_not(None), inspections.c.readings.is_not(None)]
    if front is not None:
        clauses.append(inspections.c.model.in_(front))
    query = (
        select(inspections)
        .where(*clauses)
        .order_by(inspections.c.stream, inspections.c.seq)
    )
    with core.read() as connection:
        found = connection.execute(query).all()
    rows = [np.frombuffer(each.readings, "<f8") for each in found]
    records = tuple(record_of(each.stream, each.seq) for each in found)
    return Labelled(
        records=records,
        readings=np.array(rows) if rows else np.zeros((0, 0)),
        labels=tuple(each.label for each in found),
        models=tuple(each.model for each in found),
        sha256=tuple(each.sha256 for each in found),
        groups=tuple(
            f"lot {each.lot}"
            if each.lot
            else f"serial {each.unit_serial}"
            if each.unit_serial
            else record
            for each, record in zip(found, records, strict=True)
        ),
    )


@dataclass(frozen=True)
class Said:
    """What one person said of one record, one time.

    Attributes:
        record: Of which.
        label: The class.
        who: Who said it.
    """

    record: str
    label: str
    who: str


def said(core: Core) -> tuple[Said, ...]:
    """Return every label that names a class, those that others followed too, in order."""
    query = (
        select(labels)
        .where(labels.c.label.is_not(None))
        .order_by(labels.c.of_stream, labels.c.of_seq, labels.c.version)
    )
    with core.read() as connection:
        found = connection.execute(query).all()
    return tuple(
        Said(record_of(each.of_stream, each.of_seq), each.label, each.who)
        for each in found
    )

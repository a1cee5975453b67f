"""What was recorded, found again: by filters, page by page, and one with everything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, select, tuple_

from glassline.errors import InputError, NotFoundError, check_one_of, show
from glassline.recipe import ACTIONS
from glassline.store.core import Core
from glassline.store.identifiers import IDENTIFIERS, Identifiers
from glassline.store.ledger import Row, parse_record, record_of, stamp
from glassline.store.photos import read_photo
from glassline.store.tables import inspections, labels, ledger

__all__ = [
    "DECISIONS",
    "Found",
    "Label",
    "Listed",
    "Page",
    "Where",
    "inspection",
    "listed",
    "page",
    "parts",
]

DECISIONS = (*ACTIONS, "refused")
MOST_ROWS = 1_000  # of one page


@dataclass(frozen=True)
class Listed:
    """One record of a list.

    Attributes:
        record: Its name, as station-42.
        at: When, UTC.
        image: What the photo was called.
        sha256: The photo's hash.
        photo_kept: Whether its bytes are kept.
        predicted_class: The most probable class; None of a refused photo.
        decision: accept, reject, review, or refused.
        reason_code: Why.
        model: Hash of the model; None where none looked.
        label: What a person said, if anybody did.
        version: How many labels there were so far; 0 for none.
        identifiers: What it belongs to; the production date always.
        key: The caller's own name for it, if it had one.
    """

    record: str
    at: str
    image: str
    sha256: str
    photo_kept: bool
    predicted_class: str | None
    decision: str
    reason_code: str
    model: str | None
    label: str | None
    version: int
    identifiers: Mapping[str, Any]
    key: str | None

    def as_json(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {
            "record": self.record,
            "at": self.at,
            "image": self.image,
            "sha256": self.sha256,
            "photo_kept": self.photo_kept,
            "class": self.predicted_class,
            "decision": self.decision,
            "reason_code": self.reason_code,
            "model": self.model,
            "label": self.label,
            "version": self.version,
            **self.identifiers,
        }


@dataclass(frozen=True)
class Page:
    """Some records of a list.

    Attributes:
        rows: Those, in order.
        next: Where the next page begins: give it as `after`. None at the end.
    """

    rows: tuple[Listed, ...]
    next: str | None


@dataclass(frozen=True)
class Label:
    """What a person said of a record, once.

    Attributes:
        record: Of the label's own row.
        version: Which label of the inspection, counted from 1.
        label: The class; None where she took an earlier one back.
        at: When, UTC.
        who: Who.
        reason: Why.
        note: In her own words.
        shown: What the page showed her.
        dwell_s: For how long she looked, seconds.
    """

    record: str
    version: int
    label: str | None
    at: str
    who: str
    reason: str
    note: str
    shown: Mapping[str, Any] | None
    dwell_s: float | None


@dataclass(frozen=True)
class Found:
    """One record with everything that was recorded.

    Attributes:
        listed: As lists show it.
        answer: The answer as `inspect --json` gave it, or the refusal.
        row: Its row in the ledger, with the hash.
        labels: What people said, the first first.
        photo: The bytes that came in, where they are kept.
    """

    listed: Listed
    answer: Mapping[str, Any]
    row: Row
    labels: tuple[Label, ...]
    photo: bytes | None = field(repr=False)

    @property
    def record(self) -> str:
        """Return its name."""
        return self.listed.record

    @property
    def label(self) -> str | None:
        """Return what a person said last, if anybody did."""
        return self.listed.label

    @property
    def version(self) -> int:
        """Return the number of labels: it changes with each, as an ETag does."""
        return self.listed.version

    @property
    def environment(self) -> Mapping[str, str]:
        """Return what it was worked out with, as recorded."""
        return dict(self.row.body["environment"])

    def as_json(self) -> dict[str, Any]:
        """Return it as plain data: the answer, its record, identifiers and labels."""
        return {
            **self.listed.as_json(),
            **self.answer,
            "who": self.row.who,
            "hash": self.row.hash,
            "environment": self.environment,
            "labels": [vars(each) for each in self.labels],
        }


@dataclass(frozen=True)
class Where:
    """Which records of all.

    Attributes:
        decision: accept, reject, review or refused.
        predicted_class: The most probable class.
        label: The class that a person said.
        is_labelled: Whether anybody said one.
        model: Hash of the model.
        reason_code: Why it was decided so.
        sha256: The photo's hash.
        stream: Whose.
        since: From this time on, with its zone.
        until: Before this time, with its zone.
        identifiers: Name to what it is.

    Raises:
        InputError: There is no such decision or identifier, or a time has no zone.
    """

    decision: str | None = None
    predicted_class: str | None = None
    label: str | None = None
    is_labelled: bool | None = None
    model: str | None = None
    reason_code: str | None = None
    sha256: str | None = None
    stream: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    identifiers: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.decision is not None:
            check_one_of("decision", self.decision, DECISIONS)
        for name in ("since", "until"):
            value = getattr(self, name)
            if value is not None and value.tzinfo is None:
                raise InputError(f"{name}: expected a time with its zone, got {value}.")
        given = Identifiers.of(self.identifiers).given
        object.__setattr__(self, "identifiers", given)

    @property
    def clauses(self) -> list[ColumnElement[bool]]:
        """Return the conditions; values travel apart from the statement."""
        column = inspections.c
        texts = ("decision", "predicted_class", "label", "model", "reason_code")
        equal = {name: getattr(self, name) for name in (*texts, "sha256", "stream")}
        equal |= dict(self.identifiers)
        found = [
            column[name] == _holdable(v) for name, v in equal.items() if v is not None
        ]
        if self.is_labelled is not None:
            found.append((column.label.is_not(None)) == self.is_labelled)
        if self.since is not None:
            found.append(column.at >= stamp(self.since))
        if self.until is not None:
            found.append(column.at < stamp(self.until))
        return found


def _holdable(value: Any) -> Any:
    """Return a value that a database can be asked for; what it can not hold is nowhere."""
    if isinstance(value, str) and ("\0" in value or not _is_utf8(value)):
        raise InputError(
            f"filter: expected text that can be stored, got {show(value)}."
        )
    return value


def _is_utf8(value: str) -> bool:
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def page(
    core: Core,
    where: Where,
    *,
    after: str | None = None,
    limit: int = 100,
    newest_first: bool = False,
) -> Page:
    """Return the records that fit, by stream and number.

    What is recorded meanwhile comes behind (or, newest first, before), so no page shows
    a record twice or misses one.

    Raises:
        InputError: The limit is outside 1 to 1,000.
        NotFoundError: `after` is no record's name.
    """
    if not 1 <= limit <= MOST_ROWS:
        raise InputError(f"limit: expected 1 to {MOST_ROWS:,}, got {show(limit)}.")
    place = tuple_(inspections.c.stream, inspections.c.seq)
    clauses = where.clauses
    if after is not None:
        begin = parse_record(after)
        clauses.append(place < begin if newest_first else place > begin)
    columns = (inspections.c.stream, inspections.c.seq)
    order = [each.desc() if newest_first else each for each in columns]
    query = select(inspections).where(*clauses).order_by(*order).limit(limit + 1)
    with core.read() as connection:
        rows = tuple(listed(each) for each in connection.execute(query))
    is_more = len(rows) > limit
    rows = rows[:limit]
    return Page(rows, rows[-1].record if is_more else None)


def listed(found: Any) -> Listed:
    """Return a row of the inspections as a record of a list."""
    table = found._mapping
    given = ((name, table[name]) for name in IDENTIFIERS)
    return Listed(
        record=record_of(found.stream, found.seq),
        at=found.at,
        image=found.image,
        sha256=found.sha256,
        photo_kept=bool(found.photo_kept),
        predicted_class=found.predicted_class,
        decision=found.decision,
        reason_code=found.reason_code,
        model=found.model,
        label=found.label,
        version=found.version,
        identifiers={name: value for name, value in given if value is not None},
        key=found.key,
    )


def inspection(core: Core, record: str) -> Found:
    """Return a record with everything that was recorded.

    Raises:
        NotFoundError: There is none of that name.
        StoreDamagedError: Its photo is not what was kept.
    """
    with core.read() as connection:
        found, row = place_in(connection, record)
        said = connection.execute(
            select(ledger)
            .join(
                labels,
                (labels.c.stream == ledger.c.stream) & (labels.c.seq == ledger.c.seq),
            )
            .where(labels.c.of_stream == found.stream, labels.c.of_seq == found.seq)
            .order_by(labels.c.version)
        ).all()
    photo = read_photo(core, found.sha256) if found.photo_kept else None
    told = tuple(_label(Row(*each)) for each in said)
    return Found(listed(found), row.body["seen"], row, told, photo)


def place_in(connection: Connection, record: str) -> tuple[Any, Row]:
    """Return a record's row of the inspections, and of the ledger.

    Raises:
        NotFoundError: There is none of that name.
    """
    stream, seq = parse_record(record)
    here = (inspections.c.stream == stream, inspections.c.seq == seq)
    found = connection.execute(select(inspections).where(*here)).one_or_none()
    there = (ledger.c.stream == stream, ledger.c.seq == seq)
    row = connection.execute(select(ledger).where(*there)).one_or_none()
    if found is None or row is None:
        raise NotFoundError(f"record: expected one in this store, got {show(record)}.")
    return found, Row(*row)


def _label(row: Row) -> Label:
    body = row.body
    names = ("version", "label", "reason", "note", "shown", "dwell_s")
    return Label(
        record=row.record,
        at=row.at,
        who=row.who,
        **{name: body[name] for name in names},
    )


def parts(rows: Sequence[Listed]) -> dict[tuple[Any, ...], str]:
    """Return each part's decision from all its photos: the worst one.

    A part is one serial of one lot. Reject is worse than review, review than accept; a
    photo that was refused counts as review, because a person has to look. A photo
    without a serial is a part of its own.

    Returns:
        (lot, serial) or (record,) to decision.
    """
    worst = {"accept": 0, "review": 1, "refused": 1, "reject": 2}
    found: dict[tuple[Any, ...], int] = {}
    for each in rows:
        serial = each.identifiers.get("unit_serial")
        part = (each.identifiers.get("lot"), serial) if serial else (each.record,)
        found[part] = max(found.get(part, 0), worst[each.decision])
    return {part: ACTIONS_BY_WORSE[place] for part, place in found.items()}


ACTIONS_BY_WORSE = ("accept", "review", "reject")

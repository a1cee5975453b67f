"""What a photo belongs to: every identifier, and the production day."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassline.errors import InputError
from glassline.store import IDENTIFIERS, Day, Entry, Identifiers, Store, Where, parts
from glassline.store.listing import Listed

Open = Callable[..., Store]
EVERY = {name: f"the {name}" for name in IDENTIFIERS} | {
    "shot_seq": 3,
    "production_date": "2026-02-28",
}


def test_none_is_dropped_and_each_is_a_filter(
    store: Store, entries: list[Entry]
) -> None:
    """All twenty, as given."""
    store.record(entries[0])
    entry = entries[1]
    given_all = Entry(entry.seen, entry.photo, Identifiers(**EVERY), who="camera 1")

    record = store.record(given_all).record

    found = [
        store.inspections(Where(identifiers={name: value})).rows
        for name, value in EVERY.items()
    ]
    assert dict(store.inspection(record).listed.identifiers) == EVERY
    assert [[each.record for each in rows] for rows in found] == [[record]] * 20


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"lot": " "}, "lot: expected a text, got ' '."),
        ({"lot": 7}, "lot: expected a text, got 7."),
        ({"lot": "x" * 201}, "lot: expected at most 200 letters, got 201."),
        (
            {"lot": "a\0b"},
            "lot: expected text without zero bytes and half letters, got 'a\\x00b'.",
        ),
        (
            {"side": "\ud800"},
            "side: expected text without zero bytes and half letters, got '\\ud800'.",
        ),
        ({"shot_seq": "x"}, "shot_seq: expected a whole number from 0, got 'x'."),
        ({"shot_seq": -1}, "shot_seq: expected a whole number from 0, got -1."),
        ({"shot_seq": True}, "shot_seq: expected a whole number from 0, got True."),
        ({"shot_seq": "9" * 5000}, "shot_seq: expected a whole number from 0, got '99"),
        (
            {"production_date": "2026-02-30"},
            "production_date: expected YYYY-MM-DD, got '2026-02-30'.",
        ),
        ({"lto": "A"}, "identifier: expected one of site, line,"),
        (
            {"serial": "S1", "unit_serial": "S1"},
            "serial: expected it or unit_serial, got both.",
        ),
    ],
)
def test_what_can_not_be_kept_is_refused_by_name(
    given: dict[str, object], message: str
) -> None:
    """From a form, a file name or a table."""
    with pytest.raises(InputError, match=f"^{re.escape(message)}"):
        Identifiers.of(given)


def test_serial_is_short_for_the_serial_of_a_unit() -> None:
    """As people call it."""
    assert Identifiers.of({"serial": "S1"}) == Identifiers(unit_serial="S1")


def test_an_empty_field_of_a_form_is_none() -> None:
    """A number may come as text."""
    assert Identifiers.of({"lot": "", "shot_seq": "07", "side": None}) == Identifiers(
        shot_seq=7
    )


@pytest.mark.parametrize(
    ("at", "day", "date"),
    [
        ("2026-03-01T23:59:59", Day(), "2026-03-01"),
        ("2026-03-02T00:00:00", Day(), "2026-03-02"),
        ("2028-02-29T12:00:00", Day(), "2028-02-29"),
        ("2026-03-02T00:00:00", Day("UTC", "00:00"), "2026-03-02"),
        ("2026-03-08T10:30:00", Day("America/New_York", "06:00"), "2026-03-08"),
        ("2026-03-08T09:30:00", Day("America/New_York", "06:00"), "2026-03-07"),
        ("9999-12-31T23:00:00", Day(), "9999-12-31"),
        ("0001-01-01T00:00:00", Day("UTC", "08:00"), "0001-01-01"),
    ],
)
def test_the_production_day_begins_at_the_cut_over(
    at: str, day: Day, date: str
) -> None:
    """In the plant's zone, on the night when its clocks change too."""
    assert day.production_date(datetime.fromisoformat(at).replace(tzinfo=UTC)) == date


@given(st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)))  # noqa: DTZ001
def test_a_production_day_is_eight_hours_late(at: datetime) -> None:
    """Taipei is eight hours ahead, and its day begins eight hours after midnight."""
    moment = at.replace(tzinfo=UTC)

    assert Day().production_date(moment) == moment.date().isoformat()


@pytest.mark.parametrize(
    ("zone", "starts_at", "message"),
    [
        ("Asia/Nowhere", "08:00", "zone: expected the name of a time zone"),
        ("../etc", "08:00", "zone: expected the name of a time zone"),
        ("UTC", "8 o'clock", "starts_at: expected a time as 08:00"),
    ],
)
def test_a_day_has_a_zone_and_a_time(zone: str, starts_at: str, message: str) -> None:
    """Found before anything is recorded."""
    with pytest.raises(InputError, match=f"^{re.escape(message)}"):
        Day(zone, starts_at)


def test_order_is_by_number_whatever_the_clock_does(
    open_store: Open, entries: list[Entry]
) -> None:
    """Back by an hour, forward to the year 9999: numbers and the chain go on."""
    times = iter(
        [
            datetime(2026, 3, 1, 12, tzinfo=UTC),
            datetime(2026, 3, 1, 11, tzinfo=UTC),
            datetime(2028, 2, 29, tzinfo=UTC),
            datetime(9999, 12, 31, 23, 59, tzinfo=UTC),
            datetime(1999, 1, 1, tzinfo=UTC),
        ]
    )
    store = open_store(now=lambda: next(times))

    for entry in entries[:5]:
        store.record(entry)

    rows = store.inspections().rows
    assert [each.record for each in rows] == [f"station-{n}" for n in range(1, 6)]
    assert [each.at[:10] for each in rows] == [
        *("2026-03-01", "2026-03-01", "2028-02-29", "9999-12-31", "1999-01-01")
    ]
    clocks = [row.clock_ns for row in store.rows()]
    assert clocks == sorted(clocks, reverse=True)
    assert store.verify().holds


def _listed(record: str, decision: str, **identifiers: str) -> Listed:
    return Listed(
        record, "", "", "", True, None, decision, "", None, None, 0, identifiers, None
    )


def test_of_several_photos_of_one_part_the_worst_decides() -> None:
    """Reject, then review and refused, then accept; another lot is another part."""
    rows = [
        _listed("a-1", "accept", lot="A", unit_serial="1"),
        _listed("a-2", "review", lot="A", unit_serial="1"),
        _listed("a-3", "accept", lot="A", unit_serial="2"),
        _listed("a-4", "refused", lot="A", unit_serial="2"),
        _listed("a-5", "reject", lot="A", unit_serial="3"),
        _listed("a-6", "refused", lot="A", unit_serial="3"),
        _listed("a-7", "accept", lot="B", unit_serial="3"),
        _listed("a-8", "accept", lot="B"),
        _listed("a-9", "reject", lot="B"),
    ]

    assert parts(rows) == {
        ("A", "1"): "review",
        ("A", "2"): "review",
        ("A", "3"): "reject",
        ("B", "3"): "accept",
        ("a-8",): "accept",
        ("a-9",): "reject",
    }

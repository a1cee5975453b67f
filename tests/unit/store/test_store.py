"""What is recorded can be found again, in both databases alike."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from glassline.errors import (
    ConflictError,
    InputError,
    LabelError,
    NewerSchemaError,
    NotFoundError,
    StoreError,
)
from glassline.model import Model
from glassline.store import Entry, Store, Where
from glassline.store.ledger import FIRST

Open = Callable[..., Store]


def _row_numbers(store: Store) -> list[int]:
    return [row.seq for row in reversed(store.rows(limit=1000))]


def test_what_was_seen_reads_back_as_inspect_prints_it(
    store: Store, entries: list[Entry]
) -> None:
    """Every number to the last bit, every name in its order."""
    recorded = store.record_all(entries)

    answers = [store.inspection(each.record).answer for each in recorded]
    assert [repr(answer) for answer in answers] == [
        repr(each.seen.as_json()) for each in entries
    ]


def test_rows_are_numbered_without_a_gap_and_tied_to_the_one_before(
    store: Store, entries: list[Entry]
) -> None:
    """Whatever was recorded with whatever else."""
    store.record_all(entries[:5])
    store.record(entries[5])
    store.record_all(entries[6:])

    rows = store.rows(limit=1000)[::-1]
    assert [row.seq for row in rows] == [*range(1, 14)]
    assert [row.hash for row in rows] == [row.computed for row in rows]
    assert [row.previous for row in rows] == [FIRST, *(row.hash for row in rows[:-1])]


def test_the_same_key_is_answered_with_the_first_record(
    store: Store, entries: list[Entry]
) -> None:
    """A client that did not hear the answer asks again, and nothing is decided twice."""
    first = store.record_all(entries[:2])

    again = store.record_all([entries[1], entries[0], entries[2], entries[2]])

    assert [each.record for each in again[:2]] == [first[1].record, first[0].record]
    assert [each.is_new for each in again] == [False, False, True, False]
    assert _row_numbers(store) == [1, 2, 3]


def test_what_was_recorded_is_there_after_opening_again(
    open_store: Open, entries: list[Entry]
) -> None:
    """And the ledger goes on where it stood."""
    with open_store() as store:
        store.record(entries[0])

    recorded = open_store().record(entries[1])

    assert recorded.record == "station-2"


def test_two_streams_have_their_own_numbers(
    open_store: Open, entries: list[Entry]
) -> None:
    """And each says now and then where the others stand."""
    one, other = open_store(stream="one"), open_store(stream="other")

    one.record(entries[0])
    recorded = other.record(entries[1])

    heads = other.rows("heads")[0].body["heads"]
    assert recorded.record == "other-1"
    assert heads == {"one": [1, one.rows()[0].hash]}


def test_filters_name_any_identifier(store: Store, entries: list[Entry]) -> None:
    """Lot, serial, decision, label: each alone and together."""
    store.record_all(entries)

    of_lot = store.inspections(Where(identifiers={"lot": "B"}))
    one = store.inspections(Where(identifiers={"lot": "B", "unit_serial": "S07"}))
    refused = store.inspections(Where(decision="refused"))

    assert [each.record for each in of_lot.rows] == [
        f"station-{n}" for n in range(7, 13)
    ]
    assert [each.record for each in one.rows] == ["station-8"]
    assert [each.record for each in refused.rows] == ["station-13"]


def test_pages_follow_one_another_without_a_gap(
    store: Store, entries: list[Entry]
) -> None:
    """Also where something is recorded between two of them."""
    store.record_all(entries[:7])
    first = store.inspections(limit=5)
    store.record_all(entries[7:])

    second = store.inspections(limit=20, after=first.next)

    assert first.next == "station-5"
    assert [each.record for each in (*first.rows, *second.rows)] == [
        f"station-{n}" for n in range(1, 14)
    ]
    assert second.next is None


def test_the_newest_may_come_first(store: Store, entries: list[Entry]) -> None:
    """And pages go down from there."""
    store.record_all(entries[:5])

    first = store.inspections(limit=2, newest_first=True)
    second = store.inspections(limit=2, newest_first=True, after=first.next)

    assert [each.record for each in (*first.rows, *second.rows)] == [
        f"station-{n}" for n in (5, 4, 3, 2)
    ]


def test_a_label_is_added_and_the_one_before_stays(
    store: Store, entries: list[Entry]
) -> None:
    """Who, why, what was shown and for how long, each time."""
    store.record(entries[0])

    store.label("station-1", "scratch", who="bo", reason="seen", dwell_s=2.5)
    store.label("station-1", "ok", who="eve", reason="slip", note="dust", version=1)

    found = store.inspection("station-1")
    assert (found.label, found.version) == ("ok", 2)
    assert [(e.version, e.label, e.who, e.reason, e.note) for e in found.labels] == [
        (1, "scratch", "bo", "seen", ""),
        (2, "ok", "eve", "slip", "dust"),
    ]
    assert found.labels[0].dwell_s == 2.5


def test_of_two_people_on_one_part_the_second_is_told(
    store: Store, entries: list[Entry]
) -> None:
    """She looked at a version that no longer stands."""
    store.record(entries[0])
    store.label("station-1", "ok", who="bo", reason="seen", version=0)
    message = (
        "station-1: expected the record as it stands, version 1, got version 0. "
        "Somebody labelled it meanwhile; look again."
    )

    with pytest.raises(ConflictError, match=f"^{re.escape(message)}$"):
        store.label("station-1", "dirt", who="eve", reason="seen", version=0)


def test_a_label_of_no_class_is_refused(store: Store, entries: list[Entry]) -> None:
    """The classes are those of the model that looked."""
    store.record(entries[0])

    with pytest.raises(LabelError, match=r"got 'scrach'\. Did you mean scratch\?$"):
        store.label("station-1", "scrach", who="bo", reason="seen")


def test_a_label_of_no_record_is_refused(store: Store) -> None:
    """Nor does it leave a row."""
    message = "record: expected one in this store, got 'station-7'."

    with pytest.raises(NotFoundError, match=f"^{re.escape(message)}$"):
        store.label("station-7", "ok", who="bo", reason="seen")
    assert store.rows() == []


def test_the_queue_holds_what_waits_and_nobody_looks_at(
    store: Store, entries: list[Entry]
) -> None:
    """Reviews and refused photos, the oldest first; taken and labelled ones leave it."""
    store.record_all(entries)
    waiting = [each.record for each in store.queue()]

    store.take(waiting[0], "bo")

    assert [each.record for each in store.queue()] == waiting[1:]
    store.release(waiting[0], "eve")
    assert [each.record for each in store.queue()] == waiting[1:]
    store.release(waiting[0], "bo")
    assert [each.record for each in store.queue()] == waiting


def test_what_one_took_the_other_does_not_get(
    store: Store, entries: list[Entry]
) -> None:
    """But she herself may take it again."""
    store.record(entries[0])
    store.take("station-1", "bo")
    store.take("station-1", "bo")
    message = (
        "station-1: expected a part that nobody looks at, got one that bo took. Take "
        "the next one."
    )

    with pytest.raises(ConflictError, match=f"^{re.escape(message)}$"):
        store.take("station-1", "eve")


def test_a_model_runs_from_when_it_was_published(store: Store, settled: Model) -> None:
    """Before, none does."""
    assert store.running is None

    store.publish(settled, who="anna", reason="first")

    assert store.running == settled
    with pytest.raises(ConflictError, match=r"^publish: expected another model"):
        store.publish(settled, who="anna", reason="again")


def test_rolling_back_gives_the_model_before_to_the_same_bits(
    open_store: Open, settled: Model
) -> None:
    """Also from another program, which has only the files."""
    other = replace(
        settled, guarantee=None, record=replace(settled.record, notes=("n",))
    )
    with open_store() as store:
        store.publish(settled, who="anna", reason="first")
        store.publish(other, who="anna", reason="better")
        store.roll_back(who="anna", reason="worse")

    store = open_store()

    running = store.running
    assert running is not None
    assert running.as_bytes() == settled.as_bytes()
    assert [each.action for each in store.models()] == [
        "published",
        "published",
        "rolled_back",
    ]
    with pytest.raises(ConflictError, match=r"^roll back: expected a model that ran"):
        store.roll_back(who="anna", reason="once more")


def test_an_entry_says_who(entries: list[Entry]) -> None:
    """Nobody is nobody's name."""
    with pytest.raises(InputError, match=r"^who: expected a text, got ''\.$"):
        replace(entries[0], who="")


def test_an_entry_has_the_photo_that_was_inspected(entries: list[Entry]) -> None:
    """Other bytes would be kept under a verdict that is not theirs."""
    with pytest.raises(
        InputError, match=r"^photo: expected the bytes that were inspec"
    ):
        replace(entries[0], photo=entries[1].photo)


def test_a_newer_schema_is_refused(store: Store, open_store: Open) -> None:
    """Nothing is guessed about what a newer glassline wrote."""
    with store.core.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '6'")
    message = (
        f"{store.core.place}: expected schema 1, got 6. These records were written by a "
        "newer glassline; upgrade, or name another store."
    )

    with pytest.raises(NewerSchemaError, match=f"^{re.escape(message)}$"):
        open_store()


def test_another_programs_database_is_left_alone(
    store: Store, open_store: Open
) -> None:
    """It has tables, and none of ours."""
    with store.core.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE alembic_version")

    with pytest.raises(StoreError, match="got a database with other tables"):
        open_store()


@pytest.mark.parametrize(
    "url", ["mysql://h/x", "sqlite://", "sqlite:///:memory:", "a://"]
)
def test_an_address_is_a_file_or_postgresql(url: str) -> None:
    """Anything else is refused, without repeating what may hold a password."""
    message = (
        "store: expected the path of a file, sqlite:///PATH or "
        "postgresql://USER@HOST/NAME, got another address."
    )

    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        Store.open(url)


def test_a_file_that_is_no_database_is_damaged(tmp_path: Path) -> None:
    """And it is not written over."""
    path = tmp_path / "line.db"
    path.write_bytes(b"no database at all" * 1000)

    with pytest.raises(StoreError, match="expected records as they were written"):
        Store.open(path)
    assert path.read_bytes() == b"no database at all" * 1000

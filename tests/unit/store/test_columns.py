"""Inspections as columns: what lists say of them, and kept up to date."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from glassline.store import Entry, Recent, Store, Where
from glassline.store.columns import Codes, Columns
from glassline.store.listing import DECISIONS


def _as_listed(store: Store) -> list[tuple[object, ...]]:
    rows = store.inspections(Where(), limit=1000).rows
    return [
        (
            *(each.record, each.decision, each.predicted_class, each.label),
            *(each.model, each.identifiers.get("lot")),
        )
        for each in sorted(rows, key=lambda each: each.at)
    ]


def _as_columns(found: Columns) -> list[tuple[object, ...]]:
    def name(codes: Codes, row: int) -> str | None:
        place = int(codes.ids[row])
        return None if place < 0 else codes.names[place]

    told = (found.predicted_class, found.label, found.model, found.lot)
    return [
        (
            found.record(row),
            DECISIONS[found.decision[row]],
            *(name(codes, row) for codes in told),
        )
        for row in range(len(found))
    ]


def test_columns_say_what_the_list_says(store: Store, entries: list[Entry]) -> None:
    """Refusals too, in the order of time; readings to the last bit."""
    store.record_all(entries)

    found = Recent(store.core).columns()

    assert _as_columns(found) == _as_listed(store)
    read = found.subset(found.decision < 3)
    wanted = np.array([each.seen.readings.values for each in entries[:-1]])  # type: ignore[union-attr]
    np.testing.assert_array_equal(read.values(), wanted)


def test_an_empty_store_has_empty_columns(store: Store) -> None:
    """And no readings of any width."""
    found = Recent(store.core).columns()

    assert (len(found), found.values().shape) == (0, (0, 0))


def test_what_came_since_is_added(store: Store, entries: list[Entry]) -> None:
    """Record by record, and the labels of old ones as last said."""
    recent = Recent(store.core)
    first = store.record_all(entries[:5])
    recent.columns()

    store.record_all(entries[5:])
    store.label(first[1].record, "dirt", who="A", reason="looked")
    store.label(first[1].record, "scratch", who="B", reason="looked")
    store.label(first[2].record, "ok", who="A", reason="looked")
    store.label(first[2].record, None, who="A", reason="undo")
    found = recent.columns()

    assert _as_columns(found) == _as_listed(store)
    assert _as_columns(Recent(store.core).columns()) == _as_listed(store)


def test_two_stations_stand_in_the_order_of_time(
    open_store: object, entries: list[Entry]
) -> None:
    """However their numbers go; a label by one of what the other recorded."""
    here, there = (open_store(stream=each) for each in ("here", "there"))  # type: ignore[operator]
    recent = Recent(here.core)
    there.record_all(entries[:1])
    [mine] = here.record_all([Entry(entries[1].seen, entries[1].photo, who="A")])
    recent.columns()
    there.record_all([Entry(entries[2].seen, entries[2].photo, who="A")])
    there.label(mine.record, "dirt", who="B", reason="looked")

    found = recent.columns()

    assert _as_columns(found) == _as_listed(here)
    assert (np.diff(found.at) >= 0).all()


def test_no_more_are_held_than_were_asked_for(
    store: Store, entries: list[Entry]
) -> None:
    """The newest; before and after more came."""
    recent = Recent(store.core, limit=4)
    store.record_all(entries[:6])
    before = recent.columns()
    store.record_all(entries[6:9])
    after = recent.columns()

    listed = _as_listed(store)
    assert _as_columns(before) == listed[2:6]
    assert _as_columns(after) == listed[5:9]


@given(st.lists(st.lists(st.sampled_from(["a", "b", None, "c"])), max_size=4))
def test_names_keep_their_numbers_as_more_come(blocks: list[list[str | None]]) -> None:
    """Block by block is all at once."""
    codes = Codes(np.zeros(0, np.int64))
    together = codes.with_more([each for block in blocks for each in block])

    for block in blocks:
        codes = codes.with_more(block)

    assert codes.names == together.names
    assert codes.ids.tolist() == together.ids.tolist()


def test_frozen_limits_are_found_by_chart(store: Store) -> None:
    """The last of each; with who, when and why in the ledger."""
    store.freeze_limits("p", {"centre": 0.1}, who="A", reason="25 lots")
    store.freeze_limits("x", {"centre": 0.0}, who="A", reason="25 lots")
    store.freeze_limits("p", {"centre": 0.2}, who="B", reason="new lamp")

    found = store.limits()

    assert {name: row.body["limits"] for name, row in found.items()} == {
        "p": {"centre": 0.2},
        "x": {"centre": 0.0},
    }
    assert (found["p"].who, found["p"].body["reason"]) == ("B", "new lamp")

"""The chain alone: whatever is done to its rows is found, whoever recomputes hashes."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glassline.store.chain import Chain, Finding, absent
from glassline.store.ledger import FIRST, Row, row_hash

AT = "2026-02-28T00:00:00.000000+00:00"
Rows = list[Row]


def _rows(stream: str, count: int) -> Rows:
    rows: Rows = []
    for seq in range(1, count + 1):
        previous = rows[-1].hash if rows else FIRST
        row = Row(stream, seq, AT, seq, "note", "bo", f'{{"n":{seq}}}', previous, "")
        rows.append(_sealed(row))
    return rows


def _sealed(row: Row) -> Row:
    fields = (row.previous, row.stream, row.seq, row.at, row.clock_ns, row.kind)
    return replace(row, hash=row_hash((*fields, row.who, row.text)))


def _found(rows: Rows, whole: Rows) -> list[Finding]:
    """Walk along rows whose streams end where those of the whole did."""
    chain = Chain({row.stream: (row.seq, row.hash) for row in whole})
    chain.walk(sorted(rows, key=lambda row: (row.stream, row.seq)))
    chain.finish()
    return chain.found


@st.composite
def changed(draw: st.DrawFn) -> tuple[Rows, Rows]:
    """Two streams, and what one hand made of them."""
    whole = [*_rows("a", draw(st.integers(1, 6))), *_rows("b", draw(st.integers(1, 6)))]
    place = draw(st.integers(0, len(whole) - 1))
    row = whole[place]
    rest = whole[:place] + whole[place + 1 :]
    match draw(st.sampled_from(["delete", "alter", "forge", "insert", "move", "cut"])):
        case "delete":
            return whole, rest
        case "alter":
            field = draw(
                st.sampled_from(["at", "kind", "who", "text", "previous", "hash"])
            )
            return whole, [*rest, replace(row, **{field: draw(st.text(max_size=3))})]
        case "forge":
            return whole, [*rest, _sealed(replace(row, who="eve"))]
        case "insert":
            seq = draw(st.integers(-3, 12).filter(lambda n: not _taken(whole, row, n)))
            return whole, [*whole, _sealed(replace(row, seq=seq))]
        case "move":
            seq = draw(st.integers(-3, 12).filter(lambda n: not _taken(whole, row, n)))
            return whole, [*rest, replace(row, seq=seq)]
        case _:
            return whole, [
                each
                for each in whole
                if each.stream != row.stream or each.seq < row.seq
            ]


def _taken(rows: Rows, like: Row, seq: int) -> bool:
    return any(each.stream == like.stream and each.seq == seq for each in rows)


@given(changed())
@settings(max_examples=200)
def test_two_hundred_changes_are_all_found(pair: tuple[Rows, Rows]) -> None:
    """Deleted, altered, forged with a right hash, inserted, moved, cut."""
    whole, rows = pair

    assert _found(rows, whole) != []
    assert _found(whole, whole) == []


def test_a_row_forged_with_a_right_hash_shows_at_the_next() -> None:
    """It is no longer the one that the next row names."""
    whole = _rows("a", 4)
    rows = [*whole[:1], _sealed(replace(whole[1], who="eve")), *whole[2:]]

    assert _found(rows, whole) == [
        Finding("unlinked", "a-3", "it does not name the row before it")
    ]


def test_the_last_row_forged_shows_at_the_end() -> None:
    """No next row names it, but the stream knows its end."""
    whole = _rows("a", 4)
    rows = [*whole[:3], _sealed(replace(whole[3], who="eve"))]

    assert _found(rows, whole) == [
        Finding("head", "a-4", "the stream ends with another hash")
    ]


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        (replace(_rows("a", 1)[0], text='{"n": 1}'), "unreadable"),
        (replace(_rows("a", 1)[0], text="{"), "unreadable"),
        (replace(_rows("a", 1)[0], kind="verdict"), "unreadable"),
    ],
    ids=["blanks", "no JSON", "no kind"],
)
def test_a_row_that_glassline_does_not_write_is_named(row: Row, kind: str) -> None:
    """Its hash is right, so somebody else computed it."""
    sealed = _sealed(row)

    assert [each.kind for each in _found([sealed], [sealed])] == [kind]


def test_a_number_that_is_none_is_named() -> None:
    """SQLite holds anything in a column of numbers."""
    row = replace(_rows("a", 1)[0], seq="one")  # type: ignore[arg-type]
    chain = Chain({})

    chain.walk([row])

    assert [(each.kind, each.place) for each in chain.found] == [("altered", "a-one")]


def test_what_others_saw_must_stand() -> None:
    """With the hash that they saw."""
    seen = [("a", 1, "x", "b-7"), ("a", 2, "y", "b-7"), ("a", 3, "z", "outside")]

    found = [*absent(seen, {("a", 1): "x", ("a", 2): "other"})]

    assert found == [
        Finding("altered", "a-2", "b-7 saw another one"),
        Finding("cut", "a-3", "outside saw it"),
    ]

"""One row of the ledger: its text, its hash, its name."""

from __future__ import annotations

import hashlib
import json
import re
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassline.errors import InputError, NotFoundError
from glassline.store.ledger import (
    FIRST,
    Row,
    as_text,
    check_stream,
    parse_record,
    record_of,
    row_hash,
    stamp,
)

TEXT = st.text(st.characters(exclude_categories=("Cs",)))
PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4)
    ),
    max_leaves=12,
)


@given(st.dictionaries(TEXT, PLAIN, max_size=5))
def test_a_body_reads_back_to_the_same_bits_and_is_written_in_one_way(
    body: dict[str, object],
) -> None:
    """Floats by their shortest round trip, -0.0 and 5e-324 included; keys in order."""
    text = as_text(body)

    assert as_text(json.loads(text)) == text
    assert repr(json.loads(text)) == repr(body)
    assert "\n" not in text


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (float("nan"), "Out of range float values are not JSON compliant"),
        (float("inf"), "Out of range float values are not JSON compliant"),
        (b"bytes", "Object of type bytes is not JSON serializable"),
    ],
    ids=["nan", "infinity", "bytes"],
)
def test_what_json_can_not_hold_is_refused(value: object, told: str) -> None:
    """A number that is none never gets into the records."""
    message = f"body: expected plain data for JSON, got: {told}"

    with pytest.raises(InputError, match=f"^{re.escape(message)}"):
        as_text({"x": value})


def test_half_a_letter_is_refused() -> None:
    """A lone surrogate has no UTF-8."""
    with pytest.raises(InputError, match="surrogates not allowed"):
        as_text({"x": "\ud800"})


def test_the_hash_is_that_of_a_list_that_anyone_can_write() -> None:
    """The rule of docs/records.md, by hand."""
    row = Row(
        "a", 1, "2026-02-28T00:00:00.000000+00:00", 7, "note", "安娜", "{}", FIRST, ""
    )
    line = (
        f'["{FIRST}","a",1,"2026-02-28T00:00:00.000000+00:00",7,"note","安娜","{{}}"]'
    )

    assert row.computed == hashlib.sha256(line.encode()).hexdigest()


@pytest.mark.parametrize("place", range(8))
def test_every_field_is_in_the_hash(place: int) -> None:
    """One that is changed changes it."""
    fields = (
        FIRST,
        "a",
        1,
        "2026-02-28T00:00:00.000000+00:00",
        7,
        "note",
        "anna",
        "{}",
    )
    changed = [*fields]
    changed[place] = 9 if isinstance(fields[place], int) else f"{fields[place]} "

    assert row_hash(fields) != row_hash(tuple(changed))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("at", "text"),
    [
        (datetime(2028, 2, 29, 12, tzinfo=UTC), "2028-02-29T12:00:00.000000+00:00"),
        (
            datetime(9999, 12, 31, 23, 59, 59, 999999, UTC),
            "9999-12-31T23:59:59.999999+00:00",
        ),
        (
            datetime(2026, 3, 1, 7, tzinfo=timezone(timedelta(hours=8))),
            "2026-02-28T23:00:00.000000+00:00",
        ),
    ],
    ids=["leap day", "year 9999", "another zone"],
)
def test_a_time_is_utc_to_the_microsecond(at: datetime, text: str) -> None:
    """Always as long, so that text sorts as time does."""
    assert stamp(at) == text


@pytest.mark.parametrize("stream", ["station", "line-2", "a", "A.1_b-3", "x" * 64])
def test_a_records_name_leads_back_to_stream_and_number(stream: str) -> None:
    """A dash in the stream's name is no hindrance."""
    assert parse_record(record_of(check_stream(stream), 12)) == (stream, 12)


@pytest.mark.parametrize(
    "record",
    ["", "station", "station-", "station-0", "station-01", "-1", "a/b-1", "a-1 "],
)
def test_what_is_no_name_is_no_record(record: str) -> None:
    """The same error as of a record that is not there: an address says no more."""
    message = f"record: expected a name as station-42, got {record!r}."

    with pytest.raises(NotFoundError, match=f"^{re.escape(message)}$"):
        parse_record(record)


@pytest.mark.parametrize("stream", ["", "a b", "../x", "-a", "x" * 65, "ö"])
def test_a_stream_has_a_plain_name(stream: str) -> None:
    """It stands in addresses and file names."""
    message = (
        "stream: expected 1 to 64 letters, digits, dots, dashes and underscores, "
        f"got {stream!r}."
    )

    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        check_stream(stream)


def test_a_row_as_data_is_called_by_its_own_name() -> None:
    """A label's body names the inspection that it is of: beside the row's, not above."""
    body = '{"record":"station-1","label":"ok"}'
    row = Row("station", 2, "t", 5, "label", "bo", body, FIRST, "h")

    assert row.as_json() == {
        "record": "station-2",
        "at": "t",
        "kind": "label",
        "who": "bo",
        "hash": "h",
        "body": {"record": "station-1", "label": "ok"},
    }

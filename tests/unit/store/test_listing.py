"""Lists by time and label, and each refusal of what can not be asked."""

from __future__ import annotations

import builtins
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from glassline.errors import (
    GlasslineError,
    InputError,
    LabelError,
    MissingExtraError,
    NotFoundError,
)
from glassline.store import Entry, Store, Where
from glassline.store import export as exporting

Open = Callable[..., Store]
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_lists_by_time_hold_the_start_and_not_the_end(
    open_store: Open, entries: list[Entry]
) -> None:
    """In any zone: what is asked is a moment."""
    times = iter(NOON + timedelta(minutes=n) for n in range(4))
    store = open_store(now=lambda: next(times))
    for entry in entries[:4]:
        store.record(entry)

    where = Where(since=NOON + timedelta(minutes=1), until=NOON + timedelta(minutes=3))

    found = [each.record for each in store.inspections(where).rows]
    assert found == ["station-2", "station-3"]


def test_lists_by_label_tell_none_from_some(store: Store, entries: list[Entry]) -> None:
    """A label that was taken back is none."""
    store.record_all(entries[:3])
    store.label("station-1", "ok", who="bo", reason="seen")
    store.label("station-2", "ok", who="bo", reason="seen")
    store.label("station-2", None, who="bo", reason="slip")

    some = store.inspections(Where(is_labelled=True)).rows
    none = store.inspections(Where(is_labelled=False)).rows
    ok = store.inspections(Where(label="ok")).rows

    assert [each.record for each in some] == ["station-1"]
    assert [(each.record, each.version) for each in none] == [
        ("station-2", 2),
        ("station-3", 0),
    ]
    assert some == ok


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (
            lambda store: Where(decision="accepts"),
            "decision: expected one of accept, reject, review, refused, got 'accepts'. Did "
            "you mean accept?",
        ),
        (
            lambda store: Where(since=datetime(2026, 3, 1)),  # noqa: DTZ001
            "since: expected a time with its zone, got 2026-03-01 00:00:00.",
        ),
        (
            lambda store: store.inspections(limit=0),
            "limit: expected 1 to 1,000, got 0.",
        ),
        (
            lambda store: store.inspections(Where(label="a\0b")),
            "filter: expected text that can be stored, got 'a\\x00b'.",
        ),
        (
            lambda store: store.inspections(Where(label="\ud800")),
            "filter: expected text that can be stored, got '\\ud800'.",
        ),
        (
            lambda store: store.label("station-1", "ok", who="", reason="seen"),
            "who: expected a text, got ''.",
        ),
        (
            lambda store: store.label("station-1", "ok", who="bo", reason=" "),
            "reason: expected a text, got ' '.",
        ),
        (
            lambda store: store.label(
                "station-1", "ok", who="bo", reason="x", dwell_s=float("nan")
            ),
            "dwell_s: expected seconds >= 0, got nan.",
        ),
        (
            lambda store: store.label(
                "station-1", "ok", who="bo", reason="x", note="x" * 2001
            ),
            "note: expected at most 2,000 letters, got 2,001.",
        ),
        (lambda store: store.replay(limit=0), "limit: expected a number >= 1, got 0."),
    ],
)
def test_what_can_not_be_asked_is_refused_by_name(
    ask: Callable[[Store], Any], message: str, tmp_path: Path, entries: list[Entry]
) -> None:
    """The whole message, and nothing is recorded."""
    with Store.open(tmp_path / "line.db") as store:
        store.record(entries[0])

        with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
            ask(store)

        assert len(store.rows()) == 1


def test_a_refused_photo_takes_a_label_where_a_model_was_meant(
    store: Store, entries: list[Entry]
) -> None:
    """Its classes are that model's; without one there is nothing to choose from."""
    refused = entries[-1]
    store.record(refused)
    store.record(Entry(refused.seen, refused.photo, who="camera"))

    store.label("station-1", "ok", who="bo", reason="looked at the part")

    with pytest.raises(
        LabelError, match=r"^label: expected a record that a model looked"
    ):
        store.label("station-2", "ok", who="bo", reason="looked at the part")


def test_a_model_that_was_never_used_is_not_found(store: Store) -> None:
    """Nor is what is no hash."""
    for_none = "model: expected the hash of a model in this store, got '../x'."

    with pytest.raises(NotFoundError, match=f"^{re.escape(for_none)}$"):
        store.model("../x")
    with pytest.raises(NotFoundError, match=r"^model: expected the hash of a model in"):
        store.model("ab" * 32)


@pytest.mark.parametrize(
    ("name", "library", "extra"),
    [("a.xlsx", "xlsxwriter", "xlsx"), ("a.parquet", "duckdb", "analytics")],
)
def test_a_table_whose_library_is_missing_says_what_to_install(
    store: Store,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    library: str,
    extra: str,
) -> None:
    """And leaves no file."""
    genuine = builtins.__import__

    def without(wanted: str, *rest: Any) -> Any:
        if wanted == library:
            raise ModuleNotFoundError(wanted)
        return genuine(wanted, *rest)

    monkeypatch.setattr(builtins, "__import__", without)

    with pytest.raises(MissingExtraError, match=re.escape(f'"glassline[{extra}]"')):
        store.export(tmp_path / name)

    assert not (tmp_path / name).exists()


def test_more_than_a_sheet_holds_is_refused(
    store: Store, entries: list[Entry], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before anything is written."""
    store.record_all(entries[:3])
    monkeypatch.setattr(exporting, "MOST_SHEET_ROWS", 3)
    message = (
        "export: expected fewer than 3 records for a sheet, got 3. Choose some of them, "
        "or write .csv or .parquet."
    )

    with pytest.raises(GlasslineError, match=f"^{re.escape(message)}$"):
        store.export(tmp_path / "a.xlsx")

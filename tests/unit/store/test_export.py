"""Records as tables for others: the same numbers, harmless texts, whole or not there."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import duckdb
import pytest

from glassline.errors import InputError, StoreFullError
from glassline.inspection import Inspection
from glassline.store import IDENTIFIERS, Entry, Identifiers, Store, Where

Open = Callable[..., Store]
ACTING = ("=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx")


@pytest.fixture
def filled(store: Store, entries: list[Entry]) -> Store:
    """Thirteen records, a label, and lots that a spreadsheet would take for formulas."""
    store.record_all(entries)
    store.record_all(
        [
            replace(entries[0], identifiers=Identifiers(lot=lot), key=None)
            for lot in ACTING
        ]
    )
    store.label("station-2", "dirt", who="bo", reason="seen")
    return store


def _table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [*csv.DictReader(file)]


def test_a_csv_holds_every_number_to_the_last_bit(
    filled: Store, entries: list[Entry], tmp_path: Path
) -> None:
    """With the mark that Excel needs to read Chinese, and every identifier."""
    path = tmp_path / "all.csv"

    count = filled.export(path)

    rows = _table(path)
    seen: Any = entries[0].seen
    assert path.read_bytes()[:3] == b"\xef\xbb\xbf"
    assert (count, len(rows)) == (19, 19)
    assert set(IDENTIFIERS) <= set(rows[0])
    assert float(rows[0]["reading_line_strength"]) == seen.readings["line_strength"]
    assert float(rows[0]["x_grain_noise"]) == seen.x[3]
    assert float(rows[0]["z_dirt"]) == seen.logits[2]
    assert float(rows[0]["p_scratch"]) == seen.probabilities["scratch"]
    assert (rows[1]["label"], rows[1]["labelled_by"]) == ("dirt", "bo")
    assert (rows[12]["decision"], rows[12]["reason_code"]) == (
        "refused",
        "unsupported_type",
    )


def test_no_text_acts_in_a_spreadsheet(filled: Store, tmp_path: Path) -> None:
    """What begins like a formula gets an apostrophe; a number does not."""
    filled.export(tmp_path / "all.csv")

    rows = _table(tmp_path / "all.csv")
    assert [row["lot"] for row in rows[13:]] == [f"'{lot}" for lot in ACTING]
    assert rows[0]["z_scratch"].startswith("-")


def test_some_records_can_be_chosen(filled: Store, tmp_path: Path) -> None:
    """By the filters of lists."""
    count = filled.export(tmp_path / "b.csv", Where(identifiers={"lot": "B"}))

    assert count == 6
    assert {row["lot"] for row in _table(tmp_path / "b.csv")} == {"B"}


def test_a_workbook_has_no_formula(filled: Store, tmp_path: Path) -> None:
    """Texts are texts and numbers numbers."""
    filled.export(tmp_path / "all.xlsx")

    with ZipFile(tmp_path / "all.xlsx") as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert sheet.count("<row ") == 20


def test_a_parquet_file_has_the_same_bits(
    filled: Store, entries: list[Entry], tmp_path: Path
) -> None:
    """In typed columns: read by another program."""
    filled.export(tmp_path / "all.parquet")

    table = duckdb.read_parquet(str(tmp_path / "all.parquet"))
    found = table.project("record, reading_line_strength, seq, lot").fetchall()
    assert found[:12] == [
        (f"station-{n}", e.seen.readings["line_strength"], n, e.identifiers.lot)
        for n, e in enumerate(entries[:12], start=1)
        if isinstance(e.seen, Inspection)
    ]
    assert [row[3] for row in found[13:]] == [*ACTING]


def test_progress_is_told_and_nothing_is_left_where_there_is_no_room(
    filled: Store, tmp_path: Path
) -> None:
    """A folder that is not there has none."""
    told: list[tuple[str, int, int]] = []

    filled.export(tmp_path / "all.csv", progress=lambda *each: told.append(each))

    assert told == [("exporting", 19, 19)]
    with pytest.raises(StoreFullError, match="expected room for a table"):
        filled.export(tmp_path / "nowhere" / "all.csv")


def test_a_name_says_what_is_written(filled: Store, tmp_path: Path) -> None:
    """Another ending is refused."""
    message = "all.pdf: expected a name that ends in .csv, .xlsx, .parquet."

    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        filled.export(tmp_path / "all.pdf")


def test_an_empty_store_is_an_empty_table(store: Store, tmp_path: Path) -> None:
    """With its headings."""
    assert store.export(tmp_path / "none.csv") == 0
    assert store.export(tmp_path / "none.parquet") == 0
    assert _table(tmp_path / "none.csv") == []
    assert len(duckdb.read_parquet(str(tmp_path / "none.parquet")).columns) > 30

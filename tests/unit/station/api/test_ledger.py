"""The records as a whole: verified, told about, taken along."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from services import Service, serving
from sqlalchemy import create_engine, text

from glassline.model import Model


def test_records_are_verified_and_a_changed_one_is_named(
    settled: Model, photo: bytes, tmp_path: Path
) -> None:
    """Once as written, once after somebody changed a row behind the service's back."""
    with serving(tmp_path, settled) as service:
        record = service.inspect(photo).json["record"]
        before = service.ask("POST", "/api/v1/ledger/verify")
        engine = create_engine(f"sqlite:///{tmp_path / 'line.db'}")
        with engine.begin() as line:
            line.execute(
                text("UPDATE ledger SET body = replace(body, 'scratch', 'Scratch')")
            )
        engine.dispose()
        after = service.ask("POST", "/api/v1/ledger/verify?photos=false")

    assert (before.status, before.json["holds"], before.json["found"]) == (
        200,
        True,
        [],
    )
    assert (before.json["photos"], before.json["heads"]["station"][0]) == (1, 2)
    assert (after.status, after.json["holds"]) == (200, False)
    assert record in [each["place"] for each in after.json["found"]]


def test_an_export_is_the_list_as_a_table(open_service: Service, photo: bytes) -> None:
    """CSV that Excel reads, the filters of the list."""
    record = open_service.inspect(photo, "?lot=taken").json["record"]
    answer = open_service.ask("GET", "/api/v1/export?format=csv&lot=taken")

    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.body.startswith(b"\xef\xbb\xbf")
    [row] = csv.DictReader(io.StringIO(answer.body.decode("utf-8-sig")))
    assert (row["record"], row["lot"]) == (record, "taken")


def test_what_the_records_hold_is_told_without_a_place(open_service: Service) -> None:
    """No path of the machine leaves it."""
    answer = open_service.ask("GET", "/api/v1/ledger")

    assert answer.json["database"]
    assert answer.json["running"] == open_service.store.running_hash
    assert str(open_service.store.core.files.parent) not in answer.body.decode()

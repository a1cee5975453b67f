"""The service on PostgreSQL: sent, labelled, found, verified, and after it was away."""

from __future__ import annotations

from services import Service
from sqlalchemy import text


def test_a_photo_is_recorded_labelled_and_verified(
    on_postgresql: Service, photo: bytes
) -> None:
    """From the camera to the auditor, as on SQLite."""
    ask = on_postgresql.ask
    ready = ask("GET", "/health/ready")
    seen = on_postgresql.inspect(photo, "?lot=A-17", Idempotency_Key="shot 1")
    again = on_postgresql.inspect(photo, "?lot=A-17", Idempotency_Key="shot 1")
    place = f"/api/v1/inspections/{seen.json['record']}"
    given = {"class": "dirt", "reason": "seen"}
    label = ask("POST", f"{place}/labels", given, If_Match='"0"')
    late = ask("POST", f"{place}/labels", given, If_Match='"0"')
    listed = ask("GET", "/api/v1/inspections?lot=A-17&label=dirt").json
    found = ask("GET", place).json
    verified = ask("POST", "/api/v1/ledger/verify")

    assert (ready.status, seen.status, again.json) == (200, 201, seen.json)
    assert (label.status, late.status, late.code) == (201, 409, "conflict")
    assert [each["record"] for each in listed["inspections"]] == [seen.json["record"]]
    assert found["logits"] == seen.json["logits"]
    assert (verified.status, verified.json["holds"]) == (200, True)


def test_connections_that_the_server_ended_are_made_anew(
    on_postgresql: Service, photo: bytes
) -> None:
    """As after a restart of the database: the next photo is recorded, once."""
    store = on_postgresql.store
    before = store.heads()["station"][0]
    with store.core.engine.connect() as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )

    answer = on_postgresql.inspect(photo)

    assert answer.status == 201
    assert answer.json["record"] == f"station-{before + 1}"

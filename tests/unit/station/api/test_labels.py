"""What people say of parts: labels with versions, the queue, notes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from services import Answer, Service

from glassline.station.api.labels import version_of

SEEN = "seen at the bench"


@pytest.fixture
def record(open_service: Service, photo: bytes) -> str:
    """A part that was just inspected."""
    return str(open_service.inspect(photo).json["record"])


def _label(service: Service, record: str, name: object, **headers: str) -> Answer:
    path = f"/api/v1/inspections/{record}/labels"
    return service.ask("POST", path, {"class": name, "reason": SEEN}, **headers)


def test_a_label_is_a_row_and_a_new_version(open_service: Service, record: str) -> None:
    """The ETag goes from 0 to 1, and the record tells who said what."""
    before = open_service.ask("GET", f"/api/v1/inspections/{record}")
    answer = _label(open_service, record, "scratch", If_Match=before.headers["etag"])
    after = open_service.ask("GET", f"/api/v1/inspections/{record}")

    assert before.headers["etag"] == '"0"'
    assert (answer.status, answer.headers["etag"]) == (201, '"1"')
    assert answer.json["class"] == "scratch"
    assert (after.headers["etag"], after.json["label"]) == ('"1"', "scratch")
    [said] = after.json["labels"]
    assert (said["who"], said["reason"], said["label"]) == ("open", SEEN, "scratch")


def test_a_label_can_be_corrected_and_the_first_stays(
    open_service: Service, record: str
) -> None:
    """Nothing is ever overwritten."""
    _label(open_service, record, "scratch")
    _label(open_service, record, "dirt")
    _label(open_service, record, None)

    found = open_service.ask("GET", f"/api/v1/inspections/{record}").json
    assert [each["label"] for each in found["labels"]] == ["scratch", "dirt", None]
    assert (found["label"], found["version"]) == (None, 3)


def test_of_fifty_people_at_one_part_one_is_first(
    open_service: Service, record: str
) -> None:
    """The others are told 409, and which version stands; the first label stays."""
    with ThreadPoolExecutor(50) as all_:
        asked = [
            all_.submit(_label, open_service, record, name, If_Match='"0"')
            for name in ["ok", "scratch"] * 25
        ]
        answers = [each.result() for each in asked]

    assert sorted(each.status for each in answers) == [201] + [409] * 49
    [won] = [each for each in answers if each.status == 201]
    assert {each.headers["etag"] for each in answers} == {'"1"'}
    assert {each.code for each in answers if each is not won} == {"conflict"}
    found = open_service.store.inspection(record)
    assert [each.label for each in found.labels] == [won.json["class"]]


def test_a_class_that_the_recipe_does_not_have_is_refused(
    open_service: Service, record: str
) -> None:
    """With the nearest one; nothing is recorded."""
    answer = _label(open_service, record, "scrach")

    assert (answer.status, answer.code) == (422, "label")
    assert answer.json["detail"] == (
        "label: expected one of ok, scratch, dirt, got 'scrach'. Did you mean scratch?"
    )
    assert open_service.store.inspection(record).version == 0


def test_a_record_that_is_not_there_is_not_found(open_service: Service) -> None:
    """404, by name."""
    answer = _label(open_service, "station-999999", "ok")

    assert (answer.status, answer.code) == (404, "not_found")
    assert answer.json["detail"] == (
        "record: expected one in this store, got 'station-999999'."
    )


@pytest.mark.parametrize("text", ['"a"', '"-1"', "W/", '"9999999999"', '"\xb2"'])
def test_an_etag_that_is_none_of_ours_is_refused(
    open_service: Service, record: str, text: str
) -> None:
    """Nothing is recorded by a guess."""
    answer = _label(open_service, record, "ok", If_Match=text)

    assert (answer.status, answer.code) == (422, "input")
    assert open_service.store.inspection(record).version == 0


def test_a_weak_or_bare_etag_is_read_as_well() -> None:
    """A proxy may have made it weak, or taken its quotes away."""
    assert (version_of('W/"7"'), version_of("7"), version_of("*")) == (7, 7, None)


def test_a_part_is_one_persons_while_she_looks(
    open_service: Service, record: str
) -> None:
    """Taken, given back, and free again."""
    taken = open_service.ask("POST", f"/api/v1/queue/{record}/take")
    given_back = open_service.ask("POST", f"/api/v1/queue/{record}/release")

    assert (taken.status, taken.json["record"]) == (200, record)
    assert (given_back.status, given_back.body) == (204, b"")


def test_the_queue_lists_what_waits(open_service: Service) -> None:
    """A photo that was refused waits for a person."""
    record = open_service.inspect(b"no photo at all").json["record"]
    listed = open_service.ask("GET", "/api/v1/queue?limit=500").json["inspections"]
    open_service.ask("POST", f"/api/v1/queue/{record}/take")
    after = open_service.ask("GET", "/api/v1/queue?limit=500").json["inspections"]

    assert record in [each["record"] for each in listed]
    assert record not in [each["record"] for each in after]


def test_a_note_is_a_row_of_the_ledger(open_service: Service) -> None:
    """With who and when, newest first in the list."""
    given = {"text": "Lamp cleaned.", "about": {"lamp": 2}}
    answer = open_service.ask("POST", "/api/v1/notes", given)
    listed = open_service.ask("GET", "/api/v1/notes?limit=1")

    assert answer.status == 201
    assert (answer.json["who"], answer.json["text"]) == ("open", "Lamp cleaned.")
    assert listed.json == {"notes": [answer.json]}

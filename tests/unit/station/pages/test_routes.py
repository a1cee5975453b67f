"""What the pages' routes answer to programs that are no browser, and to wrong forms."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree

import cv2
import numpy as np
import pytest
from services import Answer, Service

from glassline.dataset.readings import Refusal
from glassline.inspection import inspect
from glassline.model import Model
from glassline.station.recall import recall
from glassline.store import Entry, Identifiers

SVG = "{http://www.w3.org/2000/svg}"
FORM = "application/x-www-form-urlencoded"
Post = Callable[..., Answer]


@pytest.fixture(scope="module")
def record(open_service: Service, settled: Model, photo: bytes) -> str:
    """A part with serial number SN1 whose photo is kept."""
    given = Identifiers(unit_serial="SN1")
    entry = Entry(inspect(settled, photo), photo, given, "test", is_kept=True)
    return open_service.store.record(entry).record


@pytest.fixture
def post(open_service: Service) -> Post:
    """Post a form, as htmx does: an error is one line."""

    def posted(path: str, **fields: str) -> Answer:
        body = urlencode(fields).encode()
        return open_service.ask(
            "POST", path, body, content_type=FORM, hx_request="true"
        )

    return posted


def _verdict(record: str, **changes: Any) -> dict[str, Any]:
    """What the page of re-judging sends."""
    sent = {
        "record": record,
        "label": "ok",
        "reason": "false_call",
        "version": 0,
        "dwell_s": 1.5,
        "shown": {"blind": False},
        "key": "a",
    }
    return {**sent, **changes}


def test_a_verdict_that_comes_twice_counts_once(
    open_service: Service, settled: Model, photo: bytes
) -> None:
    """The answer to the first was lost, so the page sends it again."""
    seen = inspect(settled, photo)
    record = open_service.store.record(Entry(seen, photo, who="test")).record
    sent = _verdict(record, key="once")

    answers = [open_service.ask("POST", "/rejudge/label", sent) for _ in range(2)]

    assert [each.status for each in answers] == [200, 200]
    assert answers[0].body == answers[1].body
    assert open_service.store.inspection(record).version == 1


@pytest.mark.parametrize(
    ("changes", "status", "told"),
    [
        ({"reason": "weather"}, 422, "reason: expected one of agreed, false_call"),
        ({"label": "rust"}, 422, "label: expected one of ok, scratch, dirt, got"),
        ({"version": 9}, 409, "was judged by"),
        ({"dwell_s": -1}, 422, "dwell_s"),
        ({"more": 1}, 422, "more"),
        ({"record": "station-9999"}, 404, "record: expected one in this store"),
    ],
)
def test_a_verdict_that_can_not_be_kept_is_refused(
    open_service: Service,
    settled: Model,
    photo: bytes,
    changes: dict[str, Any],
    status: int,
    told: str,
) -> None:
    """In words, and the ledger stays as it was."""
    seen = inspect(settled, photo)
    record = open_service.store.record(Entry(seen, photo, who="test")).record
    open_service.store.label(record, "dirt", who="bo", reason="agreed")
    sent = {**_verdict(record, version=1), **changes}

    answer = open_service.ask("POST", "/rejudge/label", sent, HX_Request="true")

    assert answer.status == status
    assert told in answer.body.decode()
    assert open_service.store.inspection(record).version == 1


def test_a_serial_number_finds_its_part_and_another_none(
    open_service: Service, record: str
) -> None:
    """As the scanner reads them."""
    found = open_service.ask("GET", "/rejudge/find?serial=SN1")
    none = open_service.ask("GET", "/rejudge/find?serial=SN2")

    assert f'data-record="{record}"' in found.body.decode()
    assert "you asked for it" in found.body.decode()
    assert none.status == 404


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"line_strength": "high"}, "line_strength: expected a number, got 'high'."),
        ({"line_strength": "nan"}, "suppose: expected line_strength between"),
        ({"line_strength": "1e9"}, "suppose: expected line_strength between"),
        ({"shine": "1"}, "suppose: expected one of line_strength"),
    ],
)
def test_a_slider_that_can_not_stand_there_is_told(
    post: Post, record: str, fields: dict[str, str], told: str
) -> None:
    """Numbers that no photo can be read as."""
    answer = post(f"/inspections/{record}/suppose", **fields)

    assert answer.status == 422
    assert told in answer.body.decode().replace("&#39;", "'")


def test_marks_of_what_is_unusual_keep_their_look(
    open_service: Service, record: str
) -> None:
    """A group a feature either way; what is as on good parts has nothing in its own."""
    answer = open_service.ask("GET", f"/inspections/{record}/evidence?marked=1")

    seen = recall(open_service.store, record)
    root = ElementTree.fromstring(answer.body)  # noqa: S314  our own
    is_drawn = {
        group.get("data-feature"): bool(group.findall(f".//{SVG}path"))
        for group in root
    }
    assert is_drawn == {
        name: x >= 2 and bool(seen.evidence.marks[name])
        for name, x in zip(seen.model.feature_names, seen.x.tolist(), strict=True)
    }


def test_a_form_without_a_photo_or_version_is_refused(post: Post, record: str) -> None:
    """Each names its field."""
    answers = [
        post("/inspect"),
        post(f"/inspections/{record}/label", label="ok", version="new"),
        post("/golden/check", sample="G1"),
        post("/golden", name="G1", record=record, expected="rust"),
    ]

    told = [answer.body.decode() for answer in answers]
    assert [answer.status for answer in answers] == [422] * 4
    assert "photos: expected a photo, got none." in told[0]
    assert "version: expected a whole number" in told[1]
    assert "photo: expected a photo of the golden sample, got none." in told[2]
    assert "expected: expected one of ok, scratch, dirt" in told[3]


def test_a_photo_that_no_browser_shows_becomes_a_png(
    open_service: Service, settled: Model
) -> None:
    """A TIFF, its pixels as glassline sees them."""
    grey = np.linspace(0, 255, 120 * 160).reshape(120, 160).astype(np.uint8)
    tiff = cv2.imencode(".tiff", grey)[1].tobytes()
    entry = Entry(inspect(settled, tiff), tiff, who="test", is_kept=True)
    record = open_service.store.record(entry).record

    answer = open_service.ask("GET", f"/inspections/{record}/photo")
    small = open_service.ask("GET", f"/inspections/{record}/thumbnail")

    shown = cv2.imdecode(np.frombuffer(answer.body, np.uint8), cv2.IMREAD_UNCHANGED)
    assert answer.headers["content-type"] == "image/png"
    np.testing.assert_array_equal(shown, grey)
    assert small.body[1:4] == b"PNG"


def test_what_was_not_kept_is_not_there(open_service: Service, settled: Model) -> None:
    """A refused photo has no verdict, thumbnail or sheet; its page says why."""
    refused = Refusal("p.png", "not_an_image", "p.png: expected a photo.")
    entry = Entry(refused, b"no photo", who="test", model=settled)
    record = open_service.store.record(entry).record

    parts = ("photo", "thumbnail", "sheet", "ways")
    answers = [open_service.ask("GET", f"/inspections/{record}/{p}") for p in parts]
    page = open_service.ask("GET", f"/inspections/{record}")

    assert [each.status for each in answers] == [404] * 4
    assert "p.png: expected a photo." in page.body.decode()


def test_the_sheet_is_json_in_full_precision(
    open_service: Service, settled: Model, record: str, photo: bytes
) -> None:
    """The same sum as of a fresh inspection."""
    answer = open_service.ask("GET", f"/inspections/{record}/sheet.json")

    fresh = json.loads(inspect(settled, photo).sheet.json())
    names = ("classes", "features", "given", "steps", "log_odds", "decision")
    assert {name: answer.json[name] for name in names} == {
        name: fresh[name] for name in names
    }
    assert answer.headers["content-disposition"].startswith("attachment")

"""What was recorded, found again: lists, pages, sheets, evidence, maps."""

from __future__ import annotations

import json

import cv2
import numpy as np
import pytest
from services import Service

from glassline.inspection import inspect
from glassline.model import Model

LOT = "pages"


@pytest.fixture(scope="module")
def records(open_service: Service, photo: bytes, good_photo: bytes) -> list[str]:
    """Five parts of one lot."""
    photos = [photo, good_photo, photo, good_photo, photo]
    return [
        open_service.inspect(each, f"?lot={LOT}&shift={number % 2}").json["record"]
        for number, each in enumerate(photos)
    ]


def _list(service: Service, query: str) -> list[str]:
    answer = service.ask("GET", f"/api/v1/inspections?{query}")
    assert answer.status == 200, answer.body
    return [each["record"] for each in answer.json["inspections"]]


def test_pages_follow_one_another(
    open_service: Service, records: list[str], photo: bytes
) -> None:
    """Each record once, whatever comes between two pages."""
    first = open_service.ask("GET", f"/api/v1/inspections?lot={LOT}&limit=2").json
    open_service.inspect(photo, "?lot=another")
    second = _list(open_service, f"lot={LOT}&limit=2&after={first['next']}")
    third = _list(open_service, f"lot={LOT}&limit=2&after={second[-1]}")

    found = [each["record"] for each in first["inspections"]] + second + third
    assert found == records


def test_the_last_page_says_that_it_is(
    open_service: Service, records: list[str]
) -> None:
    """`next` is null."""
    query = f"/api/v1/inspections?lot={LOT}&newest_first=true"
    answer = open_service.ask("GET", query).json

    assert answer["next"] is None
    assert [each["record"] for each in answer["inspections"]] == records[::-1]


@pytest.mark.parametrize(
    ("query", "places"),
    [
        ("shift=1", [1, 3]),
        ("class=ok", [1, 3]),
        ("decision=refused", []),
        ("labelled=true", []),
        ("labelled=false", [0, 1, 2, 3, 4]),
        ("since=2020-01-01T00:00:00Z", [0, 1, 2, 3, 4]),
        ("until=2020-01-01T00:00:00Z", []),
    ],
)
def test_a_filter_narrows(
    open_service: Service, records: list[str], query: str, places: list[int]
) -> None:
    """Each of them, beside the lot."""
    found = _list(open_service, f"lot={LOT}&{query}")

    assert found == [records[place] for place in places]


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("lott=1", "lott: Extra inputs are not permitted, got '1'."),
        (
            "limit=0",
            "limit: Input should be greater than or equal to 1, got '0'.",
        ),
        (
            "since=2020-01-01T00:00:00",
            "since: expected a time with its zone, got 2020-01-01 00:00:00.",
        ),
    ],
)
def test_a_filter_that_is_none_is_refused(
    open_service: Service, query: str, told: str
) -> None:
    """By name: never ignored."""
    answer = open_service.ask("GET", f"/api/v1/inspections?{query}")

    assert (answer.status, answer.json["detail"]) == (422, told)


@pytest.mark.parametrize("lang", ["en", "zh-TW"])
@pytest.mark.parametrize("face", ["text", "markdown", "html", "json", "xlsx"])
def test_a_sheet_is_the_one_that_inspect_gives(
    open_service: Service, records: list[str], face: str, lang: str
) -> None:
    """In every face, of the photo that was kept, with time and person as recorded."""
    path = f"/api/v1/inspections/{records[0]}/sheet?face={face}&lang={lang}"
    answer = open_service.ask("GET", path)

    assert answer.status == 200
    assert len(answer.body) > 1000
    assert answer.headers["content-disposition"].startswith("inline; filename=")


def test_a_sheet_in_json_adds_up_to_the_recorded_probabilities(
    open_service: Service, records: list[str]
) -> None:
    """The figure p of the sheet is the answer's, to the last bit."""
    recorded = open_service.store.inspection(records[0]).answer
    path = f"/api/v1/inspections/{records[0]}/sheet"
    table = json.loads(open_service.ask("GET", path).body)

    [p] = [step["exact"][0] for step in table["steps"] if step["symbol"] == "p"]
    assert p == [*recorded["probabilities"].values()]


def test_evidence_and_maps_are_those_of_the_photo(
    open_service: Service, settled: Model, records: list[str], photo: bytes
) -> None:
    """The map's brightest pixel is where `inspect` has it."""
    path = f"/api/v1/inspections/{records[0]}"
    evidence = open_service.ask("GET", f"{path}/evidence.svg?lang=zh-TW")
    shown = open_service.ask("GET", f"{path}/maps/line_strength.png")

    expected = inspect(settled, photo).maps[0]
    pixels = cv2.imdecode(np.frombuffer(shown.body, np.uint8), cv2.IMREAD_UNCHANGED)
    assert evidence.headers["content-type"].startswith("image/svg+xml")
    assert b"<svg" in evidence.body
    assert pixels.shape == expected.shape
    assert pixels.flat[expected.argmax()] == 65_535


def test_a_map_of_no_feature_is_refused(
    open_service: Service, records: list[str]
) -> None:
    """422, with the names that there are."""
    path = f"/api/v1/inspections/{records[0]}/maps/line.png"
    answer = open_service.ask("GET", path)

    assert (answer.status, answer.json["detail"][:33]) == (
        422,
        "feature: expected one of line_str",
    )


def test_a_kept_photo_comes_back_as_it_came(
    open_service: Service, records: list[str], photo: bytes
) -> None:
    """Byte by byte, to be saved: no browser shows it."""
    answer = open_service.ask("GET", f"/api/v1/inspections/{records[0]}/photo")

    assert answer.body == photo
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment")


@pytest.mark.parametrize("end", ["", "/sheet", "/evidence.svg", "/photo"])
@pytest.mark.parametrize(
    "name", ["station-0", "nobody", "station-999999", "..%2f..%2fx"]
)
def test_what_is_not_there_is_not_found(
    open_service: Service, name: str, end: str
) -> None:
    """No name leads out of the ledger."""
    answer = open_service.ask("GET", f"/api/v1/inspections/{name}{end}")

    assert (answer.status, answer.code in ("not_found", "no_such_place")) == (404, True)


def test_a_refused_photo_has_no_sheet(open_service: Service) -> None:
    """404, and why it was refused."""
    record = open_service.inspect(b"nothing of the kind").json["record"]
    answer = open_service.ask("GET", f"/api/v1/inspections/{record}/sheet")

    assert answer.status == 404
    assert answer.json["detail"] == (
        f"{record}: expected a verdict, got a photo that was refused: unsupported_type."
    )

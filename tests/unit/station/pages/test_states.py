"""What a person sees otherwise: signing in, errors, a lost server, and no barriers."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from browsers import visitor
from services import Service, serving

from glassline.dataset import Dataset
from glassline.station import known
from glassline.store import Where

Visits = Any
pytestmark = pytest.mark.slow  # a browser's calls have no shapes to check
SERIOUS = ("serious", "critical")


@pytest.fixture(scope="module")
def axe() -> Any:
    """The checker of accessibility."""
    module = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="needs axe-playwright-python"
    )
    return module.Axe()


@pytest.fixture(scope="module")
def record(station: Service) -> str:
    """A part with a verdict."""
    where = Where(decision="review")
    return station.store.inspections(where, limit=1, newest_first=True).rows[0].record


@pytest.mark.parametrize(
    ("path", "scheme"),
    [
        ("/inspect", "light"),
        ("/inspections/{record}", "light"),
        ("/inspections/{record}", "dark"),
        ("/rejudge", "light"),
        ("/rejudge", "dark"),
        ("/start", "light"),
        ("/golden", "light"),
        ("/known", "light"),
    ],
)
def test_no_page_has_a_serious_barrier(
    visit: Visits, axe: Any, record: str, path: str, scheme: str
) -> None:
    """Contrast, names, roles, order: axe finds nothing serious, light or dark."""
    page = visit(color_scheme=scheme)
    page.goto(path.format(record=record))

    assert _serious(axe, page) == []


@pytest.mark.parametrize("locale", ["en", "zh-TW"])
def test_signing_in_leads_on_and_signing_out_back(
    browser: Any, station: Service, axe: Any, locale: str
) -> None:
    """To where one wanted to go; a wrong PIN is told, and by whom is not."""
    with visitor(browser, station.url, locale=locale) as page:
        page.goto("/golden")
        barriers = _serious(axe, page)
        page.fill("input[name=number]", "1001")
        page.fill("input[name=pin]", "0000")
        page.click("main button")
        told = page.inner_text("main .error")
        page.fill("input[name=number]", "1001")
        page.fill("input[name=pin]", "246810")
        page.click("main button")
        page.wait_for_url("**/golden")
        name = page.inner_text(".person")
        page.click(".tools button")
        page.wait_for_url("**/signin")

    wrong = {
        "en": "Badge, number or PIN is not right.",
        "zh-TW": "識別證、工號或 PIN 不正確。",
    }
    assert (told.strip(), name, barriers) == (wrong[locale], "Lin", [])


def test_the_first_person_signs_in_with_the_code_of_the_service(
    browser: Any, tmp_path: Path
) -> None:
    """Once; after that the page asks for badge and PIN."""
    with serving(tmp_path, None, is_open=False) as service:
        code = service.station.accounts.code
        with visitor(browser, service.url) as page:
            page.goto("/")
            for name, value in {
                "code": code,
                "number": "1",
                "name": "Ada",
                "pin": "123456",
            }.items():
                page.fill(f"input[name={name}]", str(value))
            page.click("main button")
            page.wait_for_url("**/start")
            name = page.inner_text(".person")

    assert (name, [each.role for each in service.store.people()]) == ("Ada", ["admin"])


@pytest.mark.parametrize(
    ("number", "path", "title"),
    [
        ("1001", "/nothing", "There is no such page"),
        ("1001", "/inspections/station-9999", "There is no such page"),
        ("1003", "/rejudge", "Not for your role"),
        ("1003", "/known", "Not for your role"),
    ],
)
def test_an_error_is_a_page_in_words(
    visit: Visits, number: str, path: str, title: str
) -> None:
    """What happened, and a way on."""
    visit.expected = ("404", "403")
    page = visit(number)
    page.goto(path)

    assert page.inner_text("h1") == title
    assert page.locator("main .button").is_visible()


def test_an_error_says_what_kind_it_is_in_chinese_too(visit: Visits) -> None:
    """The kind in the reader's language; the exact sentence is marked as English."""
    visit.expected = ("422",)
    page = visit(locale="zh-TW")
    page.goto("/line?hours=-1")

    text = page.inner_text("main")
    assert "無法使用的值" in text
    assert page.inner_text("main [lang=en]").startswith("hours: expected a number")


def test_a_station_without_a_model_says_so(
    browser: Any, tmp_path: Path, line: Dataset
) -> None:
    """A photo gets no verdict: 503 in words, beside the photo field, and on /start why."""
    with (
        serving(tmp_path, None) as service,
        visitor(browser, service.url) as page,
    ):
        page.goto("/")
        start = page.url
        page.goto("/inspect")
        page.set_input_files("#photos", str(line.parts[0].path))
        page.wait_for_selector("#sending .error")
        told = page.inner_text("#sending")

    assert start.endswith("/start")
    assert told.startswith(
        "Not ready No model that can be trusted: model: expected one that was published"
    )


def test_a_lost_server_is_told_and_its_return_too(visit: Visits, record: str) -> None:
    """The page stays; the banner goes when the server answers again."""
    visit.expected = ("ERR_INTERNET_DISCONNECTED", "htmx:")
    page = visit()
    page.goto(f"/inspections/{record}")
    page.wait_for_selector(".ways li")

    page.context.set_offline(True)
    page.eval_on_selector(
        "#sliders input",
        "(i) => { i.value = 1; i.dispatchEvent(new Event('input', {bubbles: true})); }",
    )
    page.wait_for_selector("#lost:not([hidden])")
    page.context.set_offline(False)

    page.wait_for_selector("#lost", state="hidden")


def test_the_language_is_switched_on_the_page_and_stays(visit: Visits) -> None:
    """Back on the same page, in the other language, and on the next page too."""
    page = visit()
    page.goto("/golden?record=station-2")

    page.click(".tools a[hreflang]")
    page.wait_for_selector("html[lang=zh-Hant-TW]")
    here = page.url
    page.goto("/inspect")

    assert here.endswith("/golden?record=station-2")
    assert page.get_attribute("html", "lang") == "zh-Hant-TW"
    page.click(".tools a[hreflang]")


def test_a_golden_sample_is_named_checked_and_then_the_station_is_ready(
    visit: Visits, station: Service, line: Dataset, record: str
) -> None:
    """The station is held up until its photo is seen rightly."""
    good = next(part for part in line.parts if part.label == "ok")
    page = visit()
    page.goto(f"/golden?record={record}")
    page.fill("input[name=name]", "G 7/a")
    page.select_option("select[name=expected]", "ok")
    page.click("main section:last-of-type button")
    page.wait_for_selector("text=A check is due.")
    held = page.request.get("/health/ready")

    page.set_input_files("input[name=photo]", str(good.path))
    page.click("table button >> nth=0")
    page.wait_for_selector("table .verdict")

    assert "golden_sample_due" in held.json()["reasons"]
    assert re.search("right|WRONG", page.inner_text("table .verdict"))
    page.once("dialog", lambda dialog: dialog.accept())
    page.click("table button.quiet")
    page.wait_for_selector("text=No golden sample is named yet.")
    assert page.request.get("/health/ready").status == 200


def test_a_known_part_is_named_and_mixed_in_on_the_page(
    visit: Visits, station: Service
) -> None:
    """From its record; how often, and whether people are told; then off the list."""
    row = station.store.inspections(Where(decision="review"), limit=9).rows[8]
    station.store.label(row.record, "ok", who="1002", reason="audit")
    page = visit()
    page.goto(f"/inspections/{row.record}")
    page.click("text=As known part")
    page.select_option("select[name=expected]", "scratch")
    page.click("text=Name a known part >> nth=-1")
    page.wait_for_selector("text=take off the list")

    page.select_option("select[name=one_in]", "50")
    page.uncheck("input[name=is_told]")
    page.click("text=Keep")
    page.wait_for_load_state()

    shown = page.input_value("select[name=one_in]")
    [part] = known.known_parts(station.store)
    assert (part.record, part.expected, part.who) == (row.record, "scratch", "1001")
    assert known.rule(station.store) == known.Rule(50, is_told=False)
    assert shown == "50"
    page.once("dialog", lambda dialog: dialog.accept())
    page.click("text=take off the list")
    page.wait_for_selector("text=No part is named yet.")
    known.set_rule(station.store, known.Rule(), who="1002")


def _serious(axe: Any, page: Any) -> list[str]:
    found = axe.run(page).response["violations"]
    return [
        f"{each['id']}: {each['nodes'][0]['html']}"
        for each in found
        if each["impact"] in SERIOUS
    ]

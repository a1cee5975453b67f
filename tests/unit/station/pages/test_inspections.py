"""Inspect in a real browser: photos in, evidence, sliders, sheet, label, print, sizes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from browsers import visitor
from services import Service

from glassline.dataset import Dataset
from glassline.model import Model
from glassline.model.verdict import decide
from glassline.render.words import words

Visits = Any
pytestmark = pytest.mark.slow  # a browser's calls have no shapes to check


@pytest.fixture(scope="module")
def record(station: Service) -> str:
    """A part with a verdict."""
    return station.store.inspections(limit=40).rows[-1].record


@pytest.fixture(scope="module")
def opened(
    browser: Any, station: Service, cookies: dict[str, Any], record: str
) -> Iterator[Any]:
    """The page of that part, for tests that leave it as it is."""
    with visitor(browser, station.url, storage_state=cookies["1001"]) as page:
        page.goto(f"/inspections/{record}")
        page.wait_for_selector(".ways li")
        yield page


@pytest.mark.parametrize("locale", ["en", "zh-TW"])
def test_a_picked_photo_gets_its_verdict(
    visit: Visits, station: Service, line: Dataset, locale: str
) -> None:
    """From the file to the page of its record, in both languages."""
    page = visit(locale=locale)
    page.goto("/inspect")

    page.set_input_files("#photos", str(line.parts[0].path))
    page.wait_for_url(re.compile("/inspections/station-"))

    last = station.store.inspections(limit=1, newest_first=True).rows[0]
    word = words(locale)["decisions"][last.decision]
    assert page.url.endswith(last.record)
    assert page.inner_text("#judged .verdict.large").split() == [
        {"accept": "●", "reject": "■", "review": "▲"}[last.decision],
        word,
    ]


def test_several_photos_are_sent_one_by_one(
    visit: Visits, station: Service, line: Dataset
) -> None:
    """Each is recorded; the page of the last is shown."""
    page = visit()
    page.goto("/inspect")
    before = station.store.inspections(limit=1, newest_first=True).rows[0].record

    page.set_input_files("#photos", [str(part.path) for part in line.parts[:3]])
    page.wait_for_url(re.compile("/inspections/station-"))

    assert _number(page.url) == _number(before) + 3


def test_a_file_that_is_no_photo_is_refused_in_words(
    visit: Visits, station: Service, tmp_path: Path
) -> None:
    """The refusal is recorded as well, with its reason."""
    (tmp_path / "part.png").write_text("no photo")
    page = visit()
    page.goto("/inspect")

    page.set_input_files("#photos", str(tmp_path / "part.png"))
    page.wait_for_url(re.compile("/inspections/station-"))

    assert "This photo was refused" in page.inner_text("main .error")


def test_a_pasted_photo_is_inspected(visit: Visits, line: Dataset) -> None:
    """As from a microscope's window, over the clipboard."""
    page = visit()
    page.goto("/inspect")

    page.evaluate(
        """(bytes) => {
            const files = new DataTransfer();
            files.items.add(new File([new Uint8Array(bytes)], "p.png"));
            const pasted = new ClipboardEvent("paste", {clipboardData: files});
            document.dispatchEvent(new ClipboardEvent("paste",
                {clipboardData: files, bubbles: true}));
        }""",
        [*line.parts[1].path.read_bytes()],
    )

    page.wait_for_url(re.compile("/inspections/station-"))


def test_evidence_is_shown_and_hidden_by_feature(opened: Any) -> None:
    """A button a feature; it says whether it is pressed."""
    page = opened
    group = page.locator('.marks [data-feature="grain_noise"]')
    group.wait_for(state="attached")
    button = page.locator('.toggle[data-feature="grain_noise"]')
    before = button.get_attribute("aria-pressed")

    button.click()

    assert {before, button.get_attribute("aria-pressed")} == {"true", "false"}
    shown = "shown" in (group.get_attribute("class") or "")
    assert str(shown).lower() == button.get_attribute("aria-pressed")
    button.click()


def test_sliders_say_what_the_server_decides(
    visit: Visits, doubtful: Model, record: str, rng: np.random.Generator
) -> None:
    """Twelve random x: class, decision and every logit's share as `decide` has them."""
    page = visit()
    page.goto(f"/inspections/{record}")
    low, high = np.array(
        page.eval_on_selector_all(
            "#sliders input", "all => all.map((i) => [+i.min, +i.max])"
        )
    ).T

    shown, expected = [], []
    for x in rng.uniform(low, high, (12, 4)):
        with page.expect_response("**/suppose"):
            page.eval_on_selector_all(
                "#sliders input",
                """(all, x) => { all.forEach((input, at) => { input.value = x[at]; });
                all[0].dispatchEvent(new Event("input", {bubbles: true})); }""",
                x.tolist(),
            )
        page.wait_for_function(
            "(x) => document.querySelector('#judged .odds td').textContent === x",
            arg=f"{x[0]:+.2f}",
        )
        shown.append(
            (
                page.inner_text("#judged .verdict.large").split()[1],
                page.inner_text("#judged .odds .total td:last-child"),
            )
        )
        said = decide(doubtful, doubtful.scale.reading(x)[None], x=x[None])
        z = np.sort(said.logits[0])
        expected.append((said.decision(0).action, f"{z[-1] - z[-2]:.4f}"))

    assert shown == expected


def test_as_read_brings_the_recorded_verdict_back(visit: Visits, record: str) -> None:
    """To the last printed digit."""
    page = visit()
    page.goto(f"/inspections/{record}")
    before = page.inner_text("#judged")

    with page.expect_response("**/suppose"):
        page.eval_on_selector(
            "#sliders input",
            "(i) => { i.value = i.max; i.dispatchEvent(new Event('input', {bubbles: true})); }",
        )
    page.wait_for_selector("#judged >> text=Supposed")
    page.click("#as-read")
    page.wait_for_function(
        "() => !document.querySelector('#judged').innerText.includes('Supposed')"
    )

    assert page.inner_text("#judged") == before


def test_bars_add_up_to_the_log_odds(opened: Any) -> None:
    """The printed rows add up to the printed sum, to their rounding."""
    figures = opened.eval_on_selector_all(
        "#judged .odds tbody td:last-child", "all => all.map((e) => +e.textContent)"
    )

    *adds, total = figures
    assert len(adds) == 5
    assert abs(sum(adds) - total) <= 6 * 0.00005


def test_what_would_change_the_decision_is_said(opened: Any) -> None:
    """At least the nearest change of all."""
    assert "and it would be" in opened.inner_text(".ways li >> nth=-1")


def test_a_label_is_kept_and_a_stale_page_is_told(
    visit: Visits, station: Service, record: str
) -> None:
    """The second press knows the first; a label from elsewhere is not overwritten."""
    visit.expected = ("409",)
    page = visit()
    page.goto(f"/inspections/{record}")

    page.click("#label button[value=ok]")
    page.wait_for_selector("#label .note")
    kept = station.store.inspection(record).label
    station.store.label(record, "dirt", who="1002", reason="audit")
    page.click("#label button[value=scratch]")
    page.wait_for_selector("#label .error")

    assert kept == "ok"
    assert station.store.inspection(record).label == "dirt"


def test_who_may_only_see_finds_no_button(visit: Visits, record: str) -> None:
    """An auditor reads; the page says why there is nothing to press."""
    page = visit("1003")
    page.goto(f"/inspections/{record}")

    assert page.locator("#label button").count() == 0
    assert "Your role does not set labels." in page.inner_text("#label")


def test_the_sheet_prints_and_is_a_spreadsheet_too(visit: Visits, record: str) -> None:
    """Nothing of the page around it is printed, and nothing is wider than the paper."""
    page = visit()
    page.goto(f"/inspections/{record}/sheet")
    page.emulate_media(media="print")

    assert not page.locator(".bar").is_visible()
    assert page.locator(".glassline-sheet").is_visible()
    assert page.pdf(format="A4")[:5] == b"%PDF-"
    workbook = page.request.get(f"/inspections/{record}/sheet.xlsx")
    assert workbook.body()[:2] == b"PK"


@pytest.mark.parametrize("size", [(390, 800), (820, 1180)], ids=["phone", "tablet"])
def test_no_page_is_wider_than_the_screen(
    visit: Visits, record: str, size: tuple[int, int]
) -> None:
    """Nobody scrolls sideways."""
    page = visit(viewport={"width": size[0], "height": size[1]})
    here = f"/inspections/{record}"

    widths = []
    for path in ("/inspect", here, f"{here}/sheet", "/rejudge", "/golden", "/start"):
        page.goto(path)
        widths.append(page.evaluate("document.documentElement.scrollWidth"))

    assert max(widths) <= size[0]


def _number(name: str) -> int:
    return int(name.rpartition("-")[2])

"""Line, in a real browser: the drift by name, rates as counted, limits frozen, print."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from drifting import AGED, LOTS, SIZE
from services import Service

from glassline.inspection import inspect
from glassline.monitor import Spec, capability

if TYPE_CHECKING:
    from playwright.sync_api import Page

PARTS = (LOTS + AGED) * SIZE
SERIOUS = ("serious", "critical")


def test_the_page_names_the_feature_that_moved_and_since_when(
    shown: Page, aging: Service
) -> None:
    """The reflection, and from which lot; what follows; and that the promise is void."""
    shown.goto("/line")
    shown.wait_for_selector("#drift .warn")

    text = shown.inner_text("#drift")
    seen = aging.station.lookout.last
    assert "MOVED: uneven reflection reads higher than in training" in text
    assert seen is not None
    lot, _ = seen.since["reflection_unevenness"]
    assert f"Since lot {lot}, " in text
    assert abs(int(lot[1:]) - LOTS) <= 1
    assert "of 1,000 parts" in text
    assert "THE GUARANTEE IS VOID" in text


def test_the_drift_is_told_in_chinese_too(shown: Page) -> None:
    """The switch is on the page, and remembered."""
    shown.goto("/line")
    shown.click("text=正體中文")
    shown.wait_for_selector("#drift .warn")

    text = shown.inner_text("#drift")
    assert "已移動：反光不均的讀值高於訓練時" in text
    assert "保證已失效" in text
    shown.goto("/model")
    assert shown.inner_text("h1") == "模型"


def test_a_drift_takes_the_promise_back_and_says_why(aging: Service) -> None:
    """The running model keeps its threshold, and every verdict says that it is void."""
    aging.station.lookout.keep_promises()

    running = aging.store.running
    assert running is not None
    assert running.guarantee is not None
    assert (running.guarantee.is_void, running.guarantee.threshold) == (True, 0.9)
    last = aging.store.models()[-1]
    assert last.who == "station"
    assert last.reason.startswith("drift: ")
    assert "reflection_unevenness" in last.reason
    assert aging.station.lookout.keep_promises() is False


def test_a_verdict_after_it_says_that_nothing_is_promised(
    aging: Service, good_photo: bytes
) -> None:
    """A program that asks is told, part by part."""
    aging.station.lookout.keep_promises()
    running = aging.store.running
    assert running is not None

    told = inspect(running, good_photo).as_json()

    assert told["guarantee"]["is_void"] is True
    assert told["model"] == aging.store.running_hash


def test_rates_are_those_of_the_records(shown: Page, aging: Service) -> None:
    """Counted once more from the list of records."""
    shown.goto("/line")

    rows = aging.store.inspections(limit=1000).rows
    accepted = sum(row.decision == "accept" for row in rows)
    review = sum(row.decision == "review" for row in rows)
    bad = [row for row in rows if row.label not in (None, "ok")]
    escaped = sum(row.decision == "accept" for row in bad)
    text = shown.inner_text("dl.figures")
    assert len(rows) >= PARTS
    assert f"{accepted}/{len(rows)}" in text
    assert f"{review}/{len(rows)}" in text
    assert f"{escaped}/{len(bad)}" in text


@pytest.mark.parametrize("by", ["shift", "hour"])
def test_charts_follow_what_is_chosen(shown: Page, by: str) -> None:
    """The form is a link: it can be kept and sent."""
    shown.goto("/line")
    shown.select_option("[name=by]", by)
    shown.select_option("[name=rules]", "nelson")
    shown.click("form.view button")

    assert f"by={by}" in shown.url
    assert shown.input_value("[name=by]") == by
    assert "Nelson rules" in shown.inner_text("main")


def test_limits_are_frozen_with_person_and_date(shown: Page, aging: Service) -> None:
    """Then the charts say by whom; the ledger says why."""
    shown.goto("/line")
    before = shown.inner_text("main")
    shown.fill(
        "form[action='/line/limits'] [name=reason]", "25 lots under the new lamp"
    )
    shown.click("form[action='/line/limits'] button")
    shown.wait_for_selector("#drift .warn")

    assert "Limits frozen by open on " in shown.inner_text("main")
    assert "Limits frozen by" not in before
    row = aging.store.limits()["reflection_unevenness"]
    assert row.body["reason"] == "25 lots under the new lamp"
    assert len(row.body["scale"]) == 2


def test_a_feature_with_a_specification_has_a_capability(
    shown: Page, aging: Service
) -> None:
    """Counted on the recorded readings; the document that asks for it stands beside it."""
    shown.goto("/line")
    shown.select_option("[name=feature]", "reflection_unevenness")
    shown.fill("[name=upper]", "12.5")
    shown.fill("form[action='/line/spec'] [name=reason]", "QS-17 rev. B")
    shown.click("form[action='/line/spec'] button")
    shown.wait_for_selector("#capability table")

    columns = aging.station.recent.columns()
    values = columns.subset(columns.decision < 3).values()[:, 2]
    wanted = capability(np.ascontiguousarray(values), Spec(upper=12.5))
    text = shown.inner_text("#capability table")
    assert (
        f"{wanted.cpk.value:.2f} ({wanted.cpk.low:.2f}–{wanted.cpk.high:.2f})" in text
    )
    assert f"{wanted.outside}/{wanted.n}" in text
    assert "QS-17 rev. B open" in text


@pytest.mark.parametrize(
    "form",
    [
        "feature=reflection_unevenness&upper=x&reason=a",
        "feature=reflection_unevenness&reason=a",
        "feature=shine&upper=1&reason=a",
        "feature=reflection_unevenness&upper=1&reason=",
    ],
    ids=["no number", "no end", "no feature", "no reason"],
)
def test_what_is_no_specification_is_refused(aging: Service, form: str) -> None:
    """Nothing is recorded of it."""
    before = len(aging.store.limits())

    answer = aging.ask(
        "POST",
        "/line/spec",
        form.encode(),
        **{"Content-Type": "application/x-www-form-urlencoded"},
    )

    assert answer.status == 422
    assert len(aging.store.limits()) == before


def test_the_notice_for_other_pages_is_one_sentence(shown: Page) -> None:
    """Which feature, since when, that nothing is promised, and where to read on."""
    shown.goto("/inspect")
    shown.wait_for_selector(".notice .warn")

    text = shown.inner_text(".notice")
    assert text.startswith("The line drifts: ")
    assert "uneven reflection" in text
    assert "THE GUARANTEE IS VOID" in text


def test_a_line_without_drift_has_no_notice(open_service: Service) -> None:
    """Nothing to say, so no body."""
    assert open_service.ask("GET", "/line/notice").status == 204


def test_a_page_without_parts_explains_itself(open_service: Service) -> None:
    """Instead of empty charts."""
    answer = open_service.ask("GET", "/line?hours=0")

    assert answer.status == 200
    assert "<svg" in answer.body.decode()


@pytest.mark.parametrize("query", ["by=weekday", "rules=mine", "hours=-1", "hours=x"])
def test_what_can_not_be_shown_is_refused(aging: Service, query: str) -> None:
    """With words, not with a traceback."""
    assert aging.ask("GET", f"/line?{query}").status == 422


@pytest.mark.parametrize("address", ["/line", "/labels", "/model", "/learn"])
def test_the_pages_can_be_used_by_everybody(shown: Page, address: str) -> None:
    """axe-core finds nothing serious; nothing moves sideways on a telephone."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    shown.goto(address)
    shown.wait_for_load_state("networkidle")

    found = axe.Axe().run(shown).response["violations"]
    shown.set_viewport_size({"width": 390, "height": 844})
    wide = shown.evaluate("document.documentElement.scrollWidth")

    assert [each["id"] for each in found if each["impact"] in SERIOUS] == []
    assert wide <= 390


def test_what_is_printed_has_charts_and_no_forms(shown: Page) -> None:
    """On paper there is nothing to click."""
    shown.goto("/line")
    shown.wait_for_selector("#drift .warn")
    shown.emulate_media(media="print")

    assert shown.is_visible("svg.chart >> nth=0")
    assert shown.is_hidden("form.view")
    assert shown.is_hidden("text=Freeze the limits")


def test_every_point_of_a_chart_lies_inside_of_it(shown: Page) -> None:
    """And so does every word."""
    shown.goto("/line")

    outside = shown.evaluate(
        """() => [...document.querySelectorAll("svg.chart")].flatMap((svg) => {
          const box = svg.getBoundingClientRect();
          return [...svg.querySelectorAll("text, circle, rect, polyline")].filter((e) => {
            const own = e.getBoundingClientRect();
            return own.left < box.left - 2 || own.right > box.right + 2
              || own.top < box.top - 2 || own.bottom > box.bottom + 2;
          }).map((e) => e.outerHTML.slice(0, 120));
        })"""
    )

    assert outside == []
    assert shown.locator("svg.chart").count() > 8

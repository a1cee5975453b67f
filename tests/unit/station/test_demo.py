"""The demo line: parts arrive, some are labelled, and a real line stays alone."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from browsers import visitor
from conftest import SIZE_HW
from services import Service, serving

from glassline.model import Model
from glassline.station.demo import AUDITED, REASONS, WHO, DemoLine
from glassline.store import Where

WAIT_S = 40.0


@pytest.fixture(scope="module")
def prepared(
    settled: Model, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    """A station on which a demo line ran before: its model is there."""
    with serving(tmp_path_factory.mktemp("demo"), None) as service:
        service.store.publish(settled, who=WHO, reason=REASONS[0])
        yield service


def _until(holds: Callable[[], bool]) -> None:
    """Wait for it, at most so long."""
    ends = time.monotonic() + WAIT_S
    while not holds() and time.monotonic() < ends:
        time.sleep(0.02)
    assert holds()


def _in_haste(demo: DemoLine) -> bool:
    """Let parts come as fast as they are rendered."""
    demo.state = replace(demo.state, rate=100_000)
    return demo.state.phase == "running"


def _demo(service: Service) -> DemoLine:
    return service.station.demo


def test_parts_arrive_and_some_are_labelled_by_the_lines_own_inspectors(
    prepared: Service,
) -> None:
    """Over the pages: started, parts with lot and serial, one in so many labelled."""
    answer = prepared.ask(
        "POST",
        "/start/demo",
        b"rate=240",
        content_type="application/x-www-form-urlencoded",
    )
    _until(lambda: _demo(prepared).state.made > AUDITED)
    stopped = prepared.ask("POST", "/start/demo/stop", b"")

    rows = prepared.store.inspections(Where(), limit=100).rows
    labelled = [each for each in rows if each.label is not None]
    assert (answer.status, stopped.status) == (303, 303)
    assert _demo(prepared).state.phase == "stopped"
    assert len(rows) == _demo(prepared).state.made
    assert rows[0].identifiers["unit_serial"] == "D000001"
    assert rows[0].identifiers["line"] == "demo"
    assert len(labelled) == len(rows) // AUDITED


def test_another_rate_goes_on_with_the_same_line(prepared: Service) -> None:
    """No second one is started beside it."""
    form = {"content_type": "application/x-www-form-urlencoded"}
    prepared.ask("POST", "/start/demo", b"rate=60", **form)
    _until(lambda: _demo(prepared).state.phase == "running")
    prepared.ask("POST", "/start/demo", b"rate=240", **form)

    assert (_demo(prepared).state.phase, _demo(prepared).state.rate) == ("running", 240)
    prepared.ask("POST", "/start/demo/stop", b"")
    assert not _demo(prepared).is_on


def test_the_line_page_names_what_an_aging_lamp_moves(
    browser: Any, settled: Model, tmp_path: Path
) -> None:
    """The line itself grows the cause; the reflection is named, no other before it."""
    with serving(tmp_path, None) as service:
        service.store.publish(settled, who=WHO, reason=REASONS[0])
        demo = _demo(service)
        demo.size_hw = SIZE_HW  # as the model was trained
        form = {"content_type": "application/x-www-form-urlencoded"}
        service.ask("POST", "/start/demo", b"rate=240", **form)
        _until(lambda: demo.state.phase == "running")
        _until(lambda: _in_haste(demo) and demo.state.severity > 0.65)
        cause = demo.state.cause
        service.ask("POST", "/start/demo/stop", b"")
        with visitor(browser, service.url) as page:
            page.goto("/line")
            page.wait_for_selector("#drift .warn")
            told = page.inner_text("#drift .warn")
            page.goto("/inspect")
            page.wait_for_selector(".notice .warn")
            notice = page.inner_text(".notice .warn")

    assert cause == "lamp"
    assert "MOVED: uneven reflection reads higher than in training" in told
    assert "Since lot L00" in told
    assert notice.startswith("The line drifts: ")
    assert "uneven reflection" in notice


def test_a_rate_that_nobody_offers_is_refused(prepared: Service) -> None:
    """422, in words."""
    answer = prepared.ask(
        "POST",
        "/start/demo",
        b"rate=100000",
        content_type="application/x-www-form-urlencoded",
    )

    assert answer.status == 422
    assert b"rate: expected one of 12, 60, 240" in answer.body


def test_a_real_line_is_left_alone(settled: Model, tmp_path: Path) -> None:
    """A model that somebody published is not a demo's: nothing of it is recorded."""
    with serving(tmp_path, settled) as service:
        answer = service.ask(
            "POST",
            "/start/demo",
            b"rate=60",
            content_type="application/x-www-form-urlencoded",
            hx_request="true",
        )

        assert (answer.status, answer.body.decode()) == (
            409,
            '<p class="error" role="alert"><b>Somebody was faster</b> '
            '<span lang="en">demo line: expected a station without a line of its own, got '
            "one that has seen parts. Start another: glassline serve --store demo.db "
            "--open</span></p>",
        )
        assert b"works on a real line" in service.ask("GET", "/start").body
        assert service.store.inspections(Where(), limit=1).rows == ()


def test_preparing_shows_progress_and_can_be_called_off(tmp_path: Path) -> None:
    """The first time it renders and trains; a stop in between leaves no model."""
    with serving(tmp_path, None) as service:
        service.ask(
            "POST",
            "/start/demo",
            b"rate=60",
            content_type="application/x-www-form-urlencoded",
        )
        _until(lambda: _demo(service).state.done > 3)
        shown = service.ask("GET", "/start/state").body
        service.ask("POST", "/start/demo/stop", b"")

        assert b"<progress" in shown
        assert b"rendering parts" in shown
        assert _demo(service).state.phase == "stopped"
        assert service.store.running_hash is None

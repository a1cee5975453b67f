"""Model, in a real browser: published and rolled back with a reason; what it shows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from drifting import drifting
from services import Service, serving

from glassline.model import Model
from glassline.store.candidate import candidate

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


@pytest.fixture(scope="module")
def changing(
    settled: Model, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    """A line of its own, whose model may change."""
    with drifting(settled, tmp_path_factory.mktemp("models"), 7, 1) as service:
        yield service


@pytest.fixture
def window(browser: Browser, changing: Service) -> Iterator[Page]:
    """A window on it that says yes to whatever it is asked."""
    context = browser.new_context(base_url=changing.url, locale="en-GB")
    opened = context.new_page()
    opened.set_default_timeout(10_000)
    opened.on("dialog", lambda asked: asked.accept())
    yield opened
    context.close()


def test_a_candidate_is_published_and_rolled_back(
    window: Page, changing: Service
) -> None:
    """With reasons; what ran before is what runs again."""
    before = changing.store.running_hash
    found = candidate(changing.store)
    assert found is not None
    assert found.model is not None
    window.goto("/model")
    window.wait_for_selector("#candidate form")
    window.fill("#candidate [name=reason]", "forty labels")
    window.click("#candidate button")
    window.wait_for_selector("text=forty labels")
    published = changing.store.running_hash
    runs = changing.station.inspector.model.sha256
    window.fill("form[action='/model/rollback'] [name=reason]", "too strict")
    window.click("form[action='/model/rollback'] button")
    window.wait_for_selector("text=too strict")

    assert published == found.model.sha256 == runs
    assert changing.store.running_hash == before
    assert [(s.action, s.reason) for s in changing.store.models()[1:]] == [
        ("published", "forty labels"),
        ("rolled_back", "too strict"),
    ]


def test_the_candidate_says_what_it_would_change(
    window: Page, changing: Service
) -> None:
    """Every record with both decisions, and the loss on labels kept back."""
    found = candidate(changing.store)
    assert found is not None
    window.goto("/model")
    window.wait_for_selector("#candidate form")

    text = window.inner_text("#candidate")
    assert f"{len(found.changed)} of the last {found.looked_at}" in text
    assert [each.record in text for each in found.changed[:20]] == [True] * min(
        20, len(found.changed)
    )


def test_the_exact_differences_come_when_they_are_asked_for(window: Page) -> None:
    """Opened, it compares both models at every reading."""
    window.goto("/model")
    window.wait_for_selector("#candidate form")
    window.click("summary")
    window.wait_for_selector("#candidate pre")

    assert "What the new model says differently" in window.inner_text("#candidate pre")


def test_the_table_reads_as_the_head_is(window: Page, changing: Service) -> None:
    """Each weight once, in the order of the classes; the bias below."""
    window.goto("/model")

    cells = window.locator("tbody >> nth=0").locator("td").all_inner_texts()
    head = changing.station.inspector.model.head
    weights = [
        cell.replace("−", "-")
        for row in range(4)
        for cell in cells[row * 5 + 2 : row * 5 + 5]
    ]
    assert [float(each) for each in weights] == pytest.approx(
        head.W.reshape(-1).tolist(), abs=5e-5
    )


def test_a_study_is_watched_and_called_off(window: Page, changing: Service) -> None:
    """It shows up at once, and is over once it was called off."""
    window.goto("/model")
    window.click("text=Train again")
    window.click("text=Call off")
    window.wait_for_selector("text=called off")

    assert changing.station.jobs.all()[0].state == "cancelled"


def test_a_candidate_that_labels_have_changed_is_not_published(
    changing: Service,
) -> None:
    """What was shown is what is published, or nothing."""
    answer = changing.ask(
        "POST",
        "/model/publish",
        f"model={'0' * 64}&reason=shown".encode(),
        **{"Content-Type": "application/x-www-form-urlencoded"},
    )

    assert answer.status == 409


def test_a_station_without_a_model_says_how_to_get_one(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """On Model and on Line; Learn works all the same."""
    with serving(tmp_path_factory.mktemp("empty"), None) as empty:
        texts = [
            empty.ask("GET", address, **{"Accept-Language": "en"}).body.decode()
            for address in ("/model", "/line", "/line/drift", "/learn")
        ]

    assert ["No model runs yet" in text for text in texts] == [True, True, False, False]
    assert "This can not be told" in texts[2]
    assert "Learn: one part worked by hand" in texts[3]

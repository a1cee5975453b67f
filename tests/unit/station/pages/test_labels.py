"""Labels and Learn on the station, in a real browser."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from services import Service, serving

from glassline.dataset import Dataset
from glassline.errors import DatasetError
from glassline.explain.example import example
from glassline.inspection import attempt
from glassline.model import Model
from glassline.station.labels import Labels, readings_of
from glassline.store import Entry, Identifiers, Keep, Store
from glassline.store.labelling import said

if TYPE_CHECKING:
    from playwright.sync_api import Page


def test_labels_show_suspects_pairs_and_agreement(shown: Page, aging: Service) -> None:
    """As the study finds them on the recorded readings."""
    shown.goto("/labels")
    shown.wait_for_selector(".suspects")

    text = shown.inner_text("main")
    found, _ = aging.station.labels.audit(aging.station.inspector.model)
    assert f"{len(found.suspects)}/{len(found.data)} parts" in text
    assert f"the worse one passed: {len(found.conflicts)}." in text
    held = found.agreements[0].effectiveness
    assert f"{held.k}/{held.n}" in text
    assert {part.inspector for part in found.data.parts} == {"101", "102"}


def test_photos_of_suspects_are_the_recorded_ones(shown: Page) -> None:
    """Every picture on the page is there."""
    shown.goto("/labels")
    shown.wait_for_selector(".suspects")
    shown.wait_for_load_state("networkidle")

    missing = shown.evaluate(
        "[...document.images].filter((i) => i.complete && !i.naturalWidth).length"
    )
    assert missing == 0


def test_a_photo_that_is_not_kept_is_told_in_its_place(
    settled: Model, line: Dataset, tmp_path: Path
) -> None:
    """No broken picture, and the way to the record stays."""
    parts = line.parts[:20]
    photos = [part.path.read_bytes() for part in parts]
    with serving(tmp_path, settled, keep=Keep(0.0)) as service:
        entries = [
            Entry(attempt(settled, photo), photo, Identifiers(lot=part.group), "camera")
            for photo, part in zip(photos, parts, strict=True)
        ]
        wrong = {"ok": "scratch", "scratch": "ok", "dirt": "dirt"}
        for recorded, part in zip(
            service.store.record_all(entries), parts, strict=True
        ):
            service.store.label(
                recorded.record, wrong[str(part.label)], who="1", reason="looked"
            )
        answer = service.ask("GET", "/labels/audit", **{"Accept-Language": "en"})

        text = answer.body.decode()
        sources = re.findall(r'src="(/inspections/[^"]+/photo)"', text)
        found = {service.ask("GET", each).status for each in sources}

    assert '<a href="/inspections/station-' in text
    assert "its photo is not kept" in text
    assert found <= {200}


def test_the_study_is_made_once_for_the_same_labels(aging: Service) -> None:
    """And anew once somebody says something."""
    model = aging.station.inspector.model
    first, _ = aging.station.labels.audit(model)

    assert aging.station.labels.audit(model)[0] is first


def test_without_labels_the_page_says_what_is_missing(open_service: Service) -> None:
    """And where to begin."""
    answer = open_service.ask("GET", "/labels/audit", **{"Accept-Language": "en"})

    assert answer.status == 200
    assert "Too few labels yet" in answer.body.decode()


@pytest.fixture
def store(settled: Model, line_photos: list[bytes], tmp_path: Path) -> Store:
    """Three parts of one model."""
    opened = Store.open(tmp_path / "line.db")
    opened.record_all(
        [Entry(attempt(settled, photo), photo, who="camera") for photo in line_photos]
    )
    return opened


@pytest.fixture
def line_photos(line: Dataset) -> list[bytes]:
    """Three photos of the small rendered line."""
    return [part.path.read_bytes() for part in line.parts[:3]]


def test_what_others_said_counts_for_agreement_alone(
    store: Store, settled: Model
) -> None:
    """The last label is the part's; one of another person before it is a copy's."""
    records = [row.record for row in store.inspections().rows]
    for record, label, who in (
        (records[0], "ok", "A"),
        (records[0], "dirt", "B"),
        (records[1], "ok", "A"),
        (records[1], "scratch", "A"),
    ):
        store.label(record, label, who=who, reason="looked")

    found = readings_of(store, settled, said(store.core))

    assert [(p.label, p.inspector) for p in found.data.parts] == [
        ("dirt", "B"),
        ("scratch", "A"),
    ]
    assert [(c.part.label, c.part.inspector) for c in found.copies] == [("ok", "A")]
    store.close()


def test_nothing_labelled_is_said_so(store: Store, settled: Model) -> None:
    """By the name of what is missing."""
    with pytest.raises(
        DatasetError, match=r"^labels: expected some that people gave, got none\.$"
    ):
        Labels(store).audit(settled)
    store.close()


def test_learn_follows_on_the_station_too(shown: Page) -> None:
    """Under its strict policy, and in the language of the station."""
    shown.goto("/learn")
    shown.fill("#learn-x1", "2")

    assert (
        shown.text_content("table[data-figure=m] td")
        != example().figures["m"].printed[0][0]
    )
    assert shown.is_hidden(".learn .zh-TW >> nth=0")
    assert shown.locator("[data-language]").count() == 0

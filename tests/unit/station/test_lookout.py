"""Whether the line drifts, asked again only as parts come."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from glassline.dataset import Dataset
from glassline.inspection import attempt
from glassline.model import Model
from glassline.station.lookout import STEP, Lookout, alike
from glassline.store import Entry, Identifiers, Recent, Store


@pytest.fixture(scope="module")
def entries(settled: Model, line: Dataset) -> list[Entry]:
    """The training photos again, of no lot."""
    photos = [part.path.read_bytes() for part in line.parts]
    return [Entry(attempt(settled, photo), photo, who="camera") for photo in photos]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty store."""
    with Store.open(tmp_path / "line.db") as opened:
        yield opened


def test_without_a_model_or_a_part_nothing_can_be_said(
    store: Store, settled: Model
) -> None:
    """Nor is it an error."""
    lookout = Lookout(store, Recent(store.core))

    assert lookout.look() is None
    store.publish(settled, who="A", reason="first")
    assert lookout.look() is None
    assert lookout.keep_promises() is False


def test_parts_of_no_lot_are_dealt_as_training_was(
    store: Store, settled: Model, entries: list[Entry]
) -> None:
    """Five a group, as the lots of training; and the same parts again are no drift."""
    store.publish(settled, who="A", reason="first")
    store.record_all(entries)

    seen = Lookout(store, Recent(store.core)).look()

    assert seen is not None
    assert (seen.is_drift, seen.since) == (False, {})
    assert seen.watch.drift.after.parts == 60
    assert seen.watch.drift.after.groups <= 12


def test_it_is_asked_again_only_as_parts_come(
    store: Store, settled: Model, entries: list[Entry]
) -> None:
    """Every few parts, and once another model runs."""
    store.publish(settled, who="A", reason="first")
    store.record_all(entries[:STEP])
    lookout = Lookout(store, Recent(store.core))

    first = lookout.look()
    store.record(entries[STEP])
    again = lookout.look()
    store.record_all(entries[STEP + 1 : 2 * STEP])
    later = lookout.look()

    assert again is first is not lookout.last
    assert later is lookout.last


def test_parts_that_were_read_otherwise_are_left_out(
    store: Store, settled: Model, entries: list[Entry]
) -> None:
    """Their readings are on another scale; with the same front a retrained head fits."""
    other = replace(
        settled,
        recipe=replace(
            settled.recipe, image=replace(settled.recipe.image, pixel_size_um=10.0)
        ),
    )
    retold = replace(settled, training_mix=(0.5, 0.25, 0.25))
    for each in (other, retold):
        store.keep_model(each)

    fits = alike(store, settled, (other.sha256, retold.sha256))

    assert fits == {settled.sha256, retold.sha256}


def test_a_part_without_a_lot_among_lots_is_its_own(
    store: Store, settled: Model, entries: list[Entry]
) -> None:
    """It may be as unlike its neighbours as any."""
    store.publish(settled, who="A", reason="first")
    store.record_all(
        [
            replace(each, identifiers=Identifiers(lot=f"L{place // 5}"))
            for place, each in enumerate(entries[:20])
        ]
        + [replace(each, key=None) for each in entries[20:24]]
    )

    seen = Lookout(store, Recent(store.core)).look()

    assert seen is not None
    assert seen.watch.drift.after.parts == 24


def test_a_refused_photo_says_nothing_of_a_drift(
    store: Store, settled: Model, entries: list[Entry]
) -> None:
    """It has no readings; the others are looked at as without it."""
    refused = Entry(attempt(settled, b"none"), b"none", who="camera", model=settled)
    store.publish(settled, who="A", reason="first")
    store.record_all([*entries[:30], refused, *entries[30:]])

    seen = Lookout(store, Recent(store.core)).look()

    assert seen is not None
    assert (seen.is_drift, seen.watch.drift.after.parts) == (False, 60)

"""Golden samples: named, checked, and due when a shift or a model is new."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from glassline.dataset import Dataset
from glassline.errors import InputError, NotFoundError
from glassline.inspection import Inspection, inspect
from glassline.model import Model
from glassline.recipe import ClassCosts
from glassline.station import golden
from glassline.store import Entry, Store
from glassline.store.core import Draft, Moment


@pytest.fixture(scope="module")
def seen(settled: Model, line: Dataset) -> dict[str, tuple[Inspection, bytes]]:
    """A part of each class that the model sees as its label and decides so."""
    found = {}
    for part in line.parts:
        photo = part.path.read_bytes()
        inspection = inspect(settled, photo)
        is_accepted = inspection.decision == "accept"
        if inspection.predicted_class == part.label and is_accepted == (
            part.label == "ok"
        ):
            found.setdefault(str(part.label), (inspection, photo))
    return found


@pytest.fixture
def store(
    settled: Model, seen: dict[str, tuple[Inspection, bytes]], tmp_path: Path
) -> Iterator[Store]:
    """A store with a model that runs, and those parts as station-2 to station-4."""
    with Store.open(tmp_path / "line.db") as opened:
        opened.publish(settled, who="test", reason="a test")
        opened.record_all(
            [
                Entry(inspection, photo, who="test", is_kept=True)
                for inspection, photo in seen.values()
            ]
        )
        yield opened


NOW = datetime.now(UTC)


def test_without_golden_samples_nothing_is_due(store: Store) -> None:
    """A station that has none is not held up."""
    assert (golden.samples(store), golden.is_due(store, NOW)) == ((), False)
    assert golden.reference(store, "ok") == ""


def test_a_named_sample_is_due_until_it_is_seen_rightly(
    store: Store, seen: dict[str, tuple[Inspection, bytes]]
) -> None:
    """Then not, for one shift."""
    golden.name(store, "G1", "station-2", "ok", who="qa")
    before = golden.is_due(store, NOW)
    [sample] = golden.samples(store)

    holds = golden.check(store, sample, seen["ok"][0], "station-2", who="bo")

    [checked] = golden.samples(store)
    assert (before, holds, golden.is_due(store, datetime.now(UTC))) == (
        True,
        True,
        False,
    )
    assert (checked.holds, checked.who, checked.got) == (True, "bo", ("ok", "accept"))
    late = datetime.now(UTC) + golden.SHIFT + timedelta(seconds=1)
    assert golden.is_due(store, late)
    assert golden.reference(store, "ok") == "station-2"


def test_a_sample_is_known_however_much_was_noted_since(
    store: Store, seen: dict[str, tuple[Inspection, bytes]]
) -> None:
    """A thousand notes, one as if it named a sample, and checks of another sample."""
    golden.name(store, "G1", "station-2", "ok", who="qa")
    store.note("G1", who="bo", about={"golden": "a text"})
    [sample] = golden.samples(store)
    golden.check(store, sample, seen["ok"][0], "station-2", who="bo")
    check = store.rows("golden_check", limit=1)[0]
    other = check.text.replace('"sample":"G1"', '"sample":"G0"')
    note = store.note("lamp", who="bo").text
    moment = Moment()

    def work(draft: Draft) -> None:
        for _ in range(1_000):
            draft.append("note", "bo", note, moment)
            draft.append("golden_check", "bo", other, moment)

    store.core.write(work)

    [found] = golden.samples(store)
    assert (found.name, found.holds, found.checked_at) == ("G1", True, check.at)


@pytest.mark.parametrize("shown", ["scratch", "dirt"])
def test_a_sample_that_is_seen_wrongly_stays_due(
    store: Store, seen: dict[str, tuple[Inspection, bytes]], shown: str
) -> None:
    """As when another part lies under the camera, or the lamp is off."""
    golden.name(store, "G1", "station-2", "ok", who="qa")
    [sample] = golden.samples(store)

    assert not golden.check(store, sample, seen[shown][0], "station-3", who="bo")
    assert golden.is_due(store, datetime.now(UTC))


def test_a_good_sample_that_is_not_accepted_is_wrong(
    store: Store, settled: Model, seen: dict[str, tuple[Inspection, bytes]]
) -> None:
    """Its class alone is not enough: nothing would be accepted on such a line."""
    costs = {name: ClassCosts(20, 5, review=0.0) for name in settled.recipe.classes}
    wary = replace(settled, recipe=replace(settled.recipe, costs=costs))
    looked = inspect(wary, seen["ok"][1])
    golden.name(store, "G1", "station-2", "ok", who="qa")
    [sample] = golden.samples(store)

    assert (looked.predicted_class, looked.decision) == ("ok", "review")
    assert not golden.check(store, sample, looked, "station-2", who="bo")


def test_a_new_model_makes_every_sample_due(
    store: Store, settled: Model, seen: dict[str, tuple[Inspection, bytes]]
) -> None:
    """It was another one that saw them rightly."""
    golden.name(store, "G1", "station-2", "ok", who="qa")
    [sample] = golden.samples(store)
    golden.check(store, sample, seen["ok"][0], "station-2", who="bo")
    other = replace(settled, recipe=replace(settled.recipe, currency="coins"))

    store.publish(other, who="qa", reason="another")

    assert golden.is_due(store, datetime.now(UTC))


def test_a_sample_can_be_taken_off_the_list(store: Store) -> None:
    """The last word on a name counts; the ledger has both."""
    golden.name(store, "G1", "station-2", "ok", who="qa")
    golden.name(store, "G2", "station-3", "scratch", who="qa")

    golden.name(store, "G1", "station-2", None, who="qa")

    assert [each.name for each in golden.samples(store)] == ["G2"]


def test_a_sample_needs_a_name_and_a_photo(
    store: Store, seen: dict[str, tuple[Inspection, bytes]]
) -> None:
    """No empty name, no record that is not there, none whose photo was not kept."""
    with pytest.raises(InputError, match=r"^text: expected a text, got ''\.$"):
        golden.name(store, "", "station-2", "ok", who="qa")
    [bare] = store.record_all([Entry(*seen["ok"], who="test")])
    message = (
        f"record: expected one whose photo is kept, got {bare.record}, whose photo is "
        "not. Inspect a photo of the golden sample on the page first."
    )
    with pytest.raises(NotFoundError, match=f"^{re.escape(message)}$"):
        golden.name(store, "G1", bare.record, "ok", who="qa")
    message = "record: expected one in this store, got 'station-99'."
    with pytest.raises(NotFoundError, match=f"^{re.escape(message)}$"):
        golden.name(store, "G1", "station-99", "ok", who="qa")

"""A label changes the candidate, and never what runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from recorded import record_line

from glassline.dataset import Dataset
from glassline.head import Head, certify, fit
from glassline.image import load as load_photo
from glassline.inspection import attempt
from glassline.model import Model, load
from glassline.store import Entry, Store
from glassline.store.candidate import candidate
from glassline.store.rule import Rule, publish_by_rule

Open = Callable[..., Store]


def without_parts(model: Model) -> Model:
    """The same model as one from before it held what it was taught."""
    return replace(model, taught=None, record=replace(model.record, taught=None))


@pytest.fixture(scope="module")
def taught(settled: Model, line: Dataset, quick_folder: Path) -> Iterator[Store]:
    """A store that knows every label that its model learnt from."""
    with Store.open(quick_folder / "taught.db") as store:
        store.publish(settled, who="anna", reason="first")
        record_line(store, settled, line, who="anna")
        yield store


def test_on_the_labels_of_its_training_it_is_the_model_itself(taught: Store) -> None:
    """To the last bit: the same readings, the same labels, the one optimum."""
    found = candidate(taught)

    assert found is not None
    assert (found.model, found.labels, found.changed) == (None, 60, ())
    assert found.looked_at == 60


def test_one_corrected_label_is_a_full_retrain(
    store: Store, settled: Model, line: Dataset, entries: list[Entry]
) -> None:
    """One photo of training is recorded and labelled otherwise: 59 parts as they were.

    Nothing else of the training is in the store; the model holds it.
    """
    store.publish(settled, who="anna", reason="first")
    store.record_all(entries[:1])
    store.label("station-2", "dirt", who="bo", reason="slip")

    found = candidate(store)

    assert found is not None
    assert found.model is not None
    assert (found.labels, found.taught) == (1, 59)
    classes = settled.recipe.classes
    labels = np.array(
        ["dirt", *[str(part.label) for part in line.parts[1:]]], dtype=object
    )
    settings = settled.recipe.image
    read = [
        settled.front.values(load_photo(part.path, settings=settings).view)
        for part in line.parts
    ]
    y = np.array([classes.index(name) for name in labels])
    weights = (60 / (3 * np.bincount(y)))[y]
    proof = certify(
        settled.scale.x(np.array(read)),
        y,
        found.model.fitted,
        penalty=settled.recipe.training.penalty,
        weights=weights,
    )
    assert proof.distance_bound < 1e-6


def test_a_new_photo_is_one_part_more(
    store: Store, settled: Model, entries: list[Entry]
) -> None:
    """And the candidate, once published, holds it: the next one begins there."""
    new = cv2.imencode(".png", np.full((200, 200), 90, np.uint8))[1].tobytes()
    store.publish(settled, who="anna", reason="first")
    store.record_all([replace(entries[0], seen=attempt(settled, new), photo=new)])
    store.label("station-2", "dirt", who="bo", reason="seen")

    found = candidate(store)

    assert found is not None
    assert found.model is not None
    assert (found.labels, found.taught, sum(found.counts.values())) == (1, 60, 61)
    store.publish(found.model, who="anna", reason="learnt")
    after = candidate(store)
    assert after is not None
    assert (after.labels, after.taught, after.model) == (1, 60, None)


def test_a_label_changes_the_candidate_and_its_certificate_holds(
    taught: Store, settled: Model, tmp_path: Path
) -> None:
    """W and b are where an independent fit on the recorded readings ends."""
    taught.backup(tmp_path / "copy.db")
    with Store.open(tmp_path / "copy.db") as store:
        store.label("station-2", "dirt", who="bo", reason="slip")

        found = candidate(store)

        assert found is not None
        assert found.model is not None
        assert store.running == settled
        labels = np.array(
            [settled.recipe.classes.index(name) for name in store.labelled().labels]
        )
        x = settled.scale.x(store.labelled().readings)
        balanced = (60 / (3 * np.array([30, 14, 16])))[labels]
        asked = {"penalty": settled.recipe.training.penalty, "weights": balanced}
        again = fit(x, labels, start=settled.fitted, **asked)
        proof = certify(x, labels, found.model.fitted, **asked)
        assert proof.distance_bound < 1e-6
        assert_allclose(found.model.fitted.W, again.head.W, atol=2e-6)
        assert found.counts == {"ok": 30, "scratch": 14, "dirt": 16}
        assert found.as_json()["model"] == found.model.sha256


def test_a_candidate_can_be_saved_published_and_rolled_back(
    taught: Store, settled: Model, tmp_path: Path
) -> None:
    """It is a model as any other; after the roll-back the same bits run as before."""
    taught.backup(tmp_path / "copy.db")
    with Store.open(tmp_path / "copy.db") as store:
        store.label("station-2", "dirt", who="bo", reason="slip")
        found = candidate(store)
        assert found is not None
        assert found.model is not None

        found.model.save(tmp_path / "saved")
        store.publish(found.model, who="anna", reason="learnt")
        after = candidate(store)
        store.roll_back(who="anna", reason="worse")

        assert load(tmp_path / "saved") == found.model
        assert after is not None
        assert (after.model, after.changed) == (None, ())
        assert store.running is not None
        assert store.running.as_bytes() == settled.as_bytes()


def test_the_scale_and_the_temperature_stay(taught: Store, tmp_path: Path) -> None:
    """Only a training anew searches them again."""
    taught.backup(tmp_path / "copy.db")
    with Store.open(tmp_path / "copy.db") as store:
        store.label("station-2", "dirt", who="bo", reason="slip")
        running, found = store.running, candidate(store)

    assert running is not None
    assert found is not None
    assert found.model is not None
    assert found.model.scale == running.scale
    temperature = found.model.record.temperature
    t = temperature.applied if temperature else 1.0
    assert_array_equal(found.model.head.W, found.model.fitted.W / t)


def test_without_a_model_there_is_none(store: Store, entries: list[Entry]) -> None:
    """Nothing to follow."""
    store.record_all(entries)

    assert candidate(store) is None


def test_a_class_that_nobody_named_yet_is_said(
    store: Store, entries: list[Entry], settled: Model
) -> None:
    """A model that does not hold its training leaves the labels alone to learn from."""
    store.publish(without_parts(settled), who="anna", reason="first")
    store.record_all(entries)
    store.label("station-2", "ok", who="bo", reason="seen")

    found = candidate(store)

    assert found is not None
    assert (found.model, found.missing) == (None, ("scratch", "dirt"))
    assert found.counts == {"ok": 1, "scratch": 0, "dirt": 0}


def test_readings_of_another_front_are_left_out_and_counted(
    taught: Store, settled: Model, entries: list[Entry], tmp_path: Path
) -> None:
    """They would have to be read again: a reading in other settings is another number."""
    image = replace(settled.recipe.image, region_xyxy=(0, 0, 100, 100))
    other = replace(settled, recipe=replace(settled.recipe, image=image))
    taught.backup(tmp_path / "copy.db")
    with Store.open(tmp_path / "copy.db") as store:
        store.publish(other, who="anna", reason="another region")

        found = candidate(store)

    assert found is not None
    assert (found.labels, found.left_out) == (0, 60)


def test_labels_kept_back_are_judged_by_heads_that_did_not_see_them(
    taught: Store, settled: Model, tmp_path: Path
) -> None:
    """Where the running model did not learn from them either."""
    known = without_parts(settled)
    stranger = replace(known, record=replace(known.record, photos=()))
    taught.backup(tmp_path / "copy.db")
    with Store.open(tmp_path / "copy.db") as store:
        store.publish(stranger, who="anna", reason="as if it had learnt elsewhere")
        found = candidate(store)

    assert found is not None
    assert found.loss is not None
    assert found.loss.n == 60
    assert 0 < found.loss.running < found.loss.candidate  # it did see them


@pytest.mark.parametrize(
    ("rule", "against"),
    [
        (Rule(), ("few_labels", "many_changes", "few_kept_back")),
        (Rule(least_labels=10, least_kept_back=0, most_changed=1), ("few_kept_back",)),
    ],
    ids=["as it comes", "with loose limits"],
)
def test_a_rule_says_what_speaks_against_a_candidate(
    taught: Store, tmp_path: Path, rule: Rule, against: tuple[str, ...]
) -> None:
    """No label is one that the running model did not learn from."""
    taught.backup(tmp_path / "copy.db")
    with Store.open(tmp_path / "copy.db") as store:
        store.label("station-2", "dirt", who="bo", reason="slip")
        row, found = publish_by_rule(store, rule, who="line")

        assert (row, found) == (None, against)
        assert len(store.models()) == 1


def test_a_rule_that_is_met_publishes(
    taught: Store, settled: Model, tmp_path: Path
) -> None:
    """And the ledger says by which rule."""
    known = without_parts(settled)
    nothing = replace(
        known,
        head=Head(0 * settled.head.W, 0 * settled.head.b),
        optimum=None,
        record=replace(known.record, photos=(), temperature=None),
    )
    rule = Rule(least_labels=10, most_changed=1)
    taught.backup(tmp_path / "copy.db")
    with Store.open(tmp_path / "copy.db") as store:
        store.publish(nothing, who="anna", reason="knows nothing")

        row, against = publish_by_rule(store, rule, who="line")

        assert row is not None
        assert (row.kind, row.who, against) == ("published", "line", ())
        assert row.body["reason"].startswith("rule: Rule(least_labels=10")
        assert store.running_hash == row.body["model"]

"""Recorded verdicts come out again to the last bit, or it is said why not."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from commands import run
from recorded import record_line
from sqlalchemy import update

from glassline.dataset import Dataset
from glassline.inspection import attempt
from glassline.model import Model
from glassline.store import Entry, Keep, Replayed, Store
from glassline.store.entry import environment
from glassline.store.ledger import as_text, row_hash
from glassline.store.tables import ledger

Open = Callable[..., Store]


@pytest.mark.parametrize("share", [1.0, 0.0], ids=["photos kept", "readings alone"])
def test_every_record_is_worked_out_again_to_the_last_bit(
    open_store: Open, entries: list[Entry], share: float
) -> None:
    """From its photo, or from its readings where the photo was not kept."""
    store = open_store(keep=Keep(accepted_share=share))
    store.record_all(entries)

    found = store.replay()

    accepted = sum(each.decision == "accept" for each in entries)
    alone = accepted if share == 0 else 0
    assert (found.holds, found.n, found.counts["same_from_readings"]) == (
        True,
        13,
        alone,
    )
    assert found.counts["same"] == 13 - alone


def test_a_fresh_process_says_the_same(
    settled: Model, line: Dataset, tmp_path: Path
) -> None:
    """All sixty photos of a line, by the command."""
    with Store.open(tmp_path / "line.db", keep=Keep(accepted_share=1)) as store:
        record_line(store, settled, line, who="anna")

    done = run("store", "replay", "--store", tmp_path / "line.db", "--json")

    found = json.loads(done.stdout)
    assert (done.returncode, found["counts"]["same"], found["n"]) == (0, 60, 60)


@pytest.mark.soak
def test_a_thousand_records_are_worked_out_again(
    settled: Model, line: Dataset, tmp_path: Path, rng: np.random.Generator
) -> None:
    """1,000 of 1,000, under small changes of brightness, in a fresh process."""
    with Store.open(tmp_path / "line.db", keep=Keep(accepted_share=1)) as store:
        for _ in range(20):
            store.record_all([_varied(settled, line, rng) for _ in range(50)])

    done = run("store", "replay", "--store", tmp_path / "line.db", "--json")

    found = json.loads(done.stdout)
    assert (done.returncode, found["counts"]["same"], found["n"]) == (0, 1000, 1000)


def _varied(model: Model, line: Dataset, rng: np.random.Generator) -> Entry:
    import cv2  # noqa: PLC0415  where it is used

    path = line.parts[int(rng.integers(len(line)))].path
    pixels = cv2.imdecode(np.frombuffer(path.read_bytes(), np.uint8), 0)
    moved = np.clip(pixels + rng.normal(0, 3, pixels.shape), 0, 255).astype(np.uint8)
    photo = cv2.imencode(".png", moved)[1].tobytes()
    return Entry(attempt(model, photo), photo, who="camera 1")


def _rewritten(
    store: Store, entries: list[Entry], change: Callable[[dict[str, Any]], Any]
) -> Replayed:
    """Record one part, change its row as if it had been written so, and replay it."""
    row = store.record(entries[0]).row
    body = json.loads(row.text)
    change(body)
    text = as_text(body)
    digest = row_hash(
        (
            row.previous,
            row.stream,
            row.seq,
            row.at,
            row.clock_ns,
            row.kind,
            row.who,
            text,
        )
    )
    with store.core.engine.begin() as connection:
        connection.execute(update(ledger).values(body=text, hash=digest))
    found = store.replay()
    assert not found.holds
    return found.found[0]


def test_other_bits_with_the_same_libraries_are_told(
    open_store: Open, entries: list[Entry]
) -> None:
    """By how many steps a reading is off, and what else follows from it."""
    store = open_store(keep=Keep(accepted_share=1))

    def change(body: dict[str, Any]) -> None:
        features = body["seen"]["features"]
        features["line_strength"] = math.nextafter(features["line_strength"], math.inf)

    found = _rewritten(store, entries, change)

    assert (found.outcome, found.places, found.ulps) == ("differs", ("features",), 1)
    assert 0 < found.relative < 1e-15


def test_other_bits_with_another_library_say_which(
    open_store: Open, entries: list[Entry]
) -> None:
    """Never silently the same, and never called a fault."""
    store = open_store(keep=Keep(accepted_share=1))

    def change(body: dict[str, Any]) -> None:
        body["environment"]["opencv-python-headless"] = "4.1.0"
        body["seen"]["x"][0] += 1e-9

    found = _rewritten(store, entries, change)

    now = environment()["opencv-python-headless"]
    assert (found.outcome, found.places) == ("environment_differs", ("x",))
    assert found.told == f"opencv-python-headless 4.1.0 → {now}"


def test_another_decision_is_told(open_store: Open, entries: list[Entry]) -> None:
    """And the reason with it."""
    store = open_store(keep=Keep(accepted_share=0))

    def change(body: dict[str, Any]) -> None:
        body["seen"]["decision"] = "reject"
        body["seen"]["reason_code"] = "novel"

    found = _rewritten(store, entries, change)

    assert (found.outcome, found.places) == ("differs", ("decision", "reason_code"))


def test_a_photo_that_is_another_can_not_be_replayed(
    open_store: Open, entries: list[Entry], tmp_path: Path
) -> None:
    """It says so, and goes on."""
    store = open_store(keep=Keep(accepted_share=1))
    store.record_all(entries[:3])
    name = entries[1].sha256
    (tmp_path / "files" / "photos" / name[:2] / name).write_bytes(b"another")

    found = store.replay()

    assert [(each.record, each.outcome) for each in found.found] == [
        ("station-2", "unreadable")
    ]
    assert found.counts["same"] == 2


def test_a_part_of_the_records_may_be_replayed(
    open_store: Open, entries: list[Entry]
) -> None:
    """Of one stream, behind a record, so many."""
    store = open_store(stream="one")
    store.record_all(entries[:5])
    open_store(stream="other").record_all([replace(e, key=None) for e in entries[:3]])

    counts = [
        store.replay(stream="other").n,
        store.replay(stream="one", after="one-2").n,
        store.replay(limit=4).n,
        store.replay(after="one-4").n,
    ]
    assert counts == [3, 3, 4, 4]


def test_a_row_is_complete(store: Store, entries: list[Entry]) -> None:
    """Photo, how it was decoded, libraries, model, time twice, person: no null."""
    row = store.record(entries[0]).row
    body = row.body

    assert body["photo"].keys() == {"sha256", "bytes", "kind", "size", "kept"}
    assert body["photo"]["kind"] == "png"
    assert body["environment"].keys() >= {
        "glassline",
        "numpy",
        "opencv-python-headless",
    }
    assert None not in (
        *body["photo"].values(),
        *body["environment"].values(),
        *(body["model"], body["production_date"], row.at, row.clock_ns, row.who),
    )

"""Models: published, rolled back, the candidate that labels make, studies of them."""

from __future__ import annotations

import io
import json
import time
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from services import Service, serving

from glassline.dataset import Dataset
from glassline.errors import InputError
from glassline.inspection import inspect
from glassline.model import Model, load
from glassline.recipe import ClassCosts
from glassline.station.packed import pack, unpack

WAIT_S = 120


@pytest.fixture(scope="module")
def learning(
    settled: Model, line: Dataset, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    """A service whose labels change nothing of the others' service."""
    folder = tmp_path_factory.mktemp("learning")
    with serving(folder, settled) as service:
        yield service


@pytest.fixture(scope="module")
def labelled(learning: Service, photo: bytes) -> str:
    """A part that somebody labelled, its photo kept."""
    record = str(learning.inspect(photo).json["record"])
    learning.store.label(record, "scratch", who="test", reason="a test")
    return record


def _post(service: Service, path: str, **given: Any) -> Any:
    answer = service.ask("POST", f"/api/v1{path}", given)
    return answer.status, answer.json


def test_a_label_changes_the_candidate_and_not_what_runs(
    learning: Service, settled: Model, good_photo: bytes
) -> None:
    """Published by a person, it runs; rolled back, the bits are those of before."""
    before = learning.inspect(good_photo).json
    path = f"/inspections/{before['record']}/labels"
    _, said = _post(learning, path, **{"class": "dirt", "reason": "a test"})
    still = learning.inspect(good_photo).json
    shown = learning.ask("GET", "/api/v1/candidate").json
    published, ran = _post(
        learning, "/models/publish", model=shown["model"], reason="40 labels"
    )
    after = learning.inspect(good_photo).json
    rolled, runs = _post(learning, "/models/rollback", reason="worse than before")
    again = learning.inspect(good_photo).json

    assert said["candidate"]["model"] == shown["model"]
    assert shown["model"] not in (None, settled.sha256)
    assert (published, ran["running"], after["model"]) == (201, *[shown["model"]] * 2)
    assert (rolled, runs["running"]) == (201, settled.sha256)
    assert after["logits"] != before["logits"]
    for each in (still, again):
        assert {**each, "record": before["record"]} == before


def test_every_change_of_the_model_is_told_with_who_and_why(learning: Service) -> None:
    """The first first, and which one runs."""
    found = learning.ask("GET", "/api/v1/models").json

    first = found["history"][0]
    assert (first["action"], first["who"], first["reason"]) == (
        "published",
        "test",
        "a test",
    )
    assert found["running"] == learning.store.running_hash


def test_a_model_comes_as_the_file_that_it_is(
    learning: Service, settled: Model, tmp_path: Any
) -> None:
    """Loaded elsewhere it is the same model."""
    path = f"/api/v1/models/{settled.sha256}"
    told = learning.ask("GET", path).json
    (tmp_path / "model.json").write_bytes(
        learning.ask("GET", f"{path}/model.json").body
    )

    assert load(tmp_path) == settled
    assert (told["model"], told["classes"]) == (
        settled.sha256,
        [*settled.recipe.classes],
    )


@pytest.mark.parametrize(
    ("given", "status", "code"),
    [
        ({"model": "0" * 64, "reason": "x"}, 404, "not_found"),
        ({"model": "../../etc/passwd", "reason": "x"}, 422, "input"),
        ({"model": "http://192.0.2.1/model.json", "reason": "x"}, 422, "input"),
        ({"model": "candidate"}, 422, "input"),
        ({"model": "candidate", "reason": " "}, 422, "input"),
    ],
)
def test_what_is_no_model_is_not_published(
    learning: Service, given: dict[str, str], status: int, code: str
) -> None:
    """No path and no address leads to one."""
    answer = learning.ask("POST", "/api/v1/models/publish", given)

    assert (answer.status, answer.code) == (status, code)


def test_the_model_that_runs_is_not_published_again(
    learning: Service,
) -> None:
    """409: nothing would change."""
    running = str(learning.store.running_hash)
    status, told = _post(learning, "/models/publish", model=running, reason="again")

    assert (status, told["code"]) == (409, "conflict")


def test_without_labels_of_every_class_there_is_no_candidate(
    settled: Model, tmp_path: Path
) -> None:
    """It says which are missing; `candidate` can not be published."""
    record = replace(settled.record, taught=None)
    with serving(tmp_path, replace(settled, taught=None, record=record)) as service:
        told = service.ask("GET", "/api/v1/candidate").json
        status, problem = _post(
            service, "/models/publish", model="candidate", reason="x"
        )

    assert (told["model"], status, problem["code"]) == (None, 409, "conflict")
    assert set(told["missing"]) <= {"ok", "scratch", "dirt"}


def _study(service: Service, **given: Any) -> Any:
    """Ask for a study, and wait for its end."""
    status, job = _post(service, "/studies", **given)
    assert status == 202, job
    ends = time.monotonic() + WAIT_S
    while job["state"] in ("waiting", "running") and time.monotonic() < ends:
        time.sleep(0.05)
        job = service.ask("GET", f"/api/v1/studies/{job['id']}").json
    return job


@pytest.mark.usefixtures("labelled")
def test_a_study_runs_beside_inspecting(
    learning: Service, settled: Model, photo: bytes
) -> None:
    """It reads the kept photos that are labelled, and says how far it was."""
    done = _study(learning, kind="evaluate", with_training=True)
    seen = learning.inspect(photo).json

    assert (done["state"], done["detail"]) == ("done", None)
    assert done["found"]["n"] == done["parts"] >= 1
    assert done["progress"]["done"] == done["progress"]["total"] > 0
    assert (
        seen["logits"]
        == json.loads(json.dumps(inspect(settled, photo).as_json()))["logits"]
    )


@pytest.mark.usefixtures("labelled")
def test_a_study_can_be_called_off(learning: Service) -> None:
    """And not a second time."""
    _, job = _post(learning, "/studies", kind="retrain")
    path = f"/studies/{job['id']}/cancel"
    first, told = _post(learning, path)
    second, problem = _post(learning, path)
    listed = learning.ask("GET", "/api/v1/studies").json["studies"]

    assert (first, told["state"]) == (200, "cancelled")
    assert (second, problem["code"]) == (409, "conflict")
    assert listed[0]["id"] == job["id"]


def test_a_study_that_can_not_be_made_says_why(
    settled: Model, photo: bytes, tmp_path: Path
) -> None:
    """The code and the words of the error, as the command has them: of one part alone."""
    with serving(tmp_path, settled) as service:
        record = service.inspect(photo).json["record"]
        service.store.label(record, "scratch", who="test", reason="a test")
        failed = _study(service, kind="gauge")

    assert (failed["state"], failed["code"]) == ("failed", "input")
    assert failed["detail"]
    assert failed["found"] is None


@pytest.mark.soak
def test_retraining_makes_a_model_that_can_be_published(
    learning: Service, line: Dataset
) -> None:
    """From the kept photos; it runs once somebody says so."""
    seen = [learning.inspect(part.path.read_bytes()).json for part in line.parts]
    for each, part in zip(seen, line.parts, strict=True):
        learning.store.label(each["record"], part.label, who="test", reason="a test")

    done = _study(learning, kind="retrain")
    status, told = _post(
        learning, "/models/publish", model=done["new_model"], reason="retrained"
    )

    assert (done["state"], done["detail"], status) == ("done", None, 201)
    assert told["running"] == done["new_model"]


def test_a_model_is_taken_along_and_brought_in_whole(
    learning: Service, settled: Model, tmp_path: Path
) -> None:
    """With its companions; checked and written down, and it runs once it is published."""
    costs = {name: ClassCosts(20, 5, review=0.0) for name in settled.recipe.classes}
    other = replace(settled, recipe=replace(settled.recipe, costs=costs))
    running = learning.store.running_hash
    sent = learning.ask(
        "POST", "/api/v1/models", pack(other), Content_Type="application/zip"
    )
    still = learning.store.running_hash
    got = learning.ask("GET", f"/api/v1/models/{other.sha256}/model.zip")
    with zipfile.ZipFile(io.BytesIO(got.body)) as archive:
        archive.extractall(tmp_path)

    assert (sent.status, sent.json["model"], still) == (201, other.sha256, running)
    row = learning.store.rows("note", limit=1)[0]
    assert row.record == sent.json["record"]
    assert row.body["about"] == {"uploaded": other.sha256}
    loaded = load(tmp_path)
    assert (loaded.sha256, loaded.companions) == (other.sha256, other.companions)
    assert got.body == pack(other)


def _zip(**files: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return packed.getvalue()


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"{}", "body: expected a model, got: model.json: "),
        (b"PK", "body: expected a zip of a model's folder, got one that is broken."),
        (
            _zip(**{"../model.json": b"{}"}),
            "body: expected the plain names of a model's files in the zip, got "
            "'../model.json'.",
        ),
        (
            _zip(**{f"f{n}": b"" for n in range(17)}),
            "body: expected at most 16 files in the zip, got 17.",
        ),
        (_zip(**{"model.json": b"{}"}), "body: expected a model, got: model.json: "),
    ],
    ids=["no model", "cut", "elsewhere", "many", "no model in a zip"],
)
def test_what_is_no_model_is_not_kept(
    learning: Service, body: bytes, told: str
) -> None:
    """422, and nothing of it is written anywhere."""
    answer = learning.ask(
        "POST", "/api/v1/models", body, Content_Type="application/zip"
    )

    assert (answer.status, answer.code) == (422, "input")
    assert answer.json["detail"].startswith(told)


def test_an_archive_that_unpacks_to_too_much_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Counted while it is unpacked, whatever it says of its size."""
    monkeypatch.setattr("glassline.station.packed.MOST_BYTES", 100)

    with pytest.raises(
        InputError,
        match=r"^body: expected at most 100 bytes unpacked, got more\.$",
    ):
        unpack(_zip(a=b"x" * 60, b=b"x" * 60))

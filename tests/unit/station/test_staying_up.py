"""What the service survives: its workers, its store, its model, its own end."""

from __future__ import annotations

import errno
import os
import signal
import socket
import sqlite3
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest
from services import Service, serving

from glassline.errors import StoreBusyError, StoreFullError
from glassline.model import Model


def _workers(service: Service) -> list[psutil.Process]:
    """The processes that read photos, by the pipes that the service holds to them."""
    found = service.station.inspector.workers.processes
    return [psutil.Process(each) for each in found]


@pytest.fixture(scope="module")
def sturdy(
    settled: Model, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    """A service with two workers."""
    with serving(tmp_path_factory.mktemp("sturdy"), settled, workers=2) as service:
        yield service


def test_a_worker_that_ends_costs_no_photo(sturdy: Service, photo: bytes) -> None:
    """Killed between two photos: the next is read by another."""
    before = _workers(sturdy)
    for each in before:
        each.kill()
    answers = [sturdy.inspect(photo) for _ in range(3)]

    assert [each.status for each in answers] == [201] * 3
    assert len(_workers(sturdy)) == 2
    assert not {each.pid for each in before} & {each.pid for each in _workers(sturdy)}


def test_a_photo_over_which_a_worker_ends_is_tried_again(
    sturdy: Service, photo: bytes
) -> None:
    """While it is read, the worker is killed; the answer is that of any other photo."""
    for each in _workers(sturdy):
        each.suspend()
    with ThreadPoolExecutor(1) as one:
        asked = one.submit(sturdy.inspect, photo)
        while not sturdy.station.inspector.room.inside:
            time.sleep(0.01)
        time.sleep(0.2)
        for each in _workers(sturdy):
            each.kill()
        answer = asked.result()

    assert answer.status == 201


def test_a_photo_that_takes_for_ever_costs_itself_alone(
    settled: Model, photo: bytes, tmp_path: Path
) -> None:
    """Refused by name after its time, twice; and the next one is read."""
    with serving(tmp_path, settled, read_s=0.3) as service:
        workers = service.station.inspector.workers
        stopping = threading.Event()

        def hold() -> None:
            while not stopping.wait(0.005):
                for pid in workers.processes:
                    os.kill(pid, signal.SIGSTOP)

        holding = threading.Thread(target=hold)
        holding.start()
        slow = service.inspect(photo)
        stopping.set()
        holding.join()
        for pid in workers.processes:
            os.kill(pid, signal.SIGCONT)
        after = service.inspect(photo)

    assert (slow.status, slow.json["reason"]) == (422, "timed_out")
    assert slow.json["detail"] == (
        "photo: expected a photo that is read in 0.3 s, got one that is not."
    )
    assert after.status == 201


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (StoreBusyError("line.db: busy."), 503, "store_busy"),
        (StoreFullError("line.db: full."), 507, "store_full"),
    ],
)
def test_a_store_that_takes_nothing_is_told_and_reading_goes_on(
    settled: Model,
    photo: bytes,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    status: int,
    code: str,
) -> None:
    """Nothing is answered as recorded that is not; it resumes by itself."""

    def refuse(*_: object) -> None:
        raise error

    with serving(tmp_path, settled) as service:
        kept = service.inspect(photo).json["record"]
        with monkeypatch.context() as patch:
            patch.setattr(service.store, "record_all", refuse)
            refused = service.inspect(photo)
            found = service.ask("GET", f"/api/v1/inspections/{kept}")
        after = service.inspect(photo)

    assert (refused.status, refused.code) == (status, code)
    assert (found.status, after.status) == (200, 201)


def test_a_database_that_is_held_is_not_ready_and_lives(
    settled: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """503 with the reason, and ready again once it is given back; so of a full disk."""

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("glassline.station.health.PING_S", 0.3)
    with serving(tmp_path, settled) as service:
        line = sqlite3.connect(tmp_path / "line.db", isolation_level=None)
        line.execute("BEGIN IMMEDIATE")
        held = service.ask("GET", "/health/ready")
        lives = service.ask("GET", "/health/live")
        line.execute("ROLLBACK")
        line.close()
        with monkeypatch.context() as patch:
            patch.setattr("glassline.store.core.check_room", full)
            short = service.ask("GET", "/health/ready")
        after = service.ask("GET", "/health/ready")

    assert (held.status, held.json["reasons"]) == (503, ["store_busy"])
    assert (short.status, short.json["reasons"]) == (503, ["store_full"])
    assert held.headers["retry-after"] == "1"
    assert (lives.status, after.status) == (200, 200)


def test_without_a_model_nothing_is_inspected(photo: bytes, tmp_path: Path) -> None:
    """Alive, not ready, and it says what to do."""
    with serving(tmp_path, None) as service:
        ready = service.ask("GET", "/health/ready")
        refused = service.inspect(photo)
        lives = service.ask("GET", "/health/live")

    assert (ready.status, ready.json) == (
        503,
        {"status": "not ready", "reasons": ["no_model"], "model": None},
    )
    assert (refused.status, refused.code) == (503, "model")
    assert refused.json["detail"] == (
        "model: expected one that was published, got none. Publish one, or start with: "
        "glassline serve --model MODEL"
    )
    assert lives.json == {"status": "alive"}


def test_what_is_under_way_is_answered_before_it_leaves(
    settled: Model, photo: bytes, tmp_path: Path
) -> None:
    """Twenty photos in flight when it is told to stop: twenty verdicts on record."""
    with (
        serving(tmp_path, settled, most_waiting=40) as service,
        ThreadPoolExecutor(20) as all_,
    ):
        service.inspect(photo)  # there is a worker from now on
        for worker in _workers(service):
            worker.suspend()  # none is answered before all are in flight
        asked = [all_.submit(service.inspect, photo) for _ in range(20)]
        inside = _most_inside(service, 20)
        service.server.handle_exit(signal.SIGTERM, None)
        for worker in _workers(service):
            worker.resume()
        answers = [each.result() for each in asked]
        records = {each.json["record"] for each in answers}
        is_closed = _is_closed_at_last(service)

    assert inside == 20
    assert [each.status for each in answers] == [201] * 20
    assert (len(records), is_closed) == (20, True)


def _most_inside(service: Service, wanted: int) -> int:
    """Wait up to ten seconds until so many photos are in flight; return how many are."""
    for _ in range(1_000):
        if service.station.inspector.room.inside >= wanted:
            break
        time.sleep(0.01)
    return service.station.inspector.room.inside


def _is_closed_at_last(service: Service) -> bool:
    """Connect anew until nobody listens any more."""
    for _ in range(500):
        try:
            with socket.create_connection((service.host, service.port), timeout=5):
                time.sleep(0.02)
        except OSError:
            return True
    return False


def test_figures_are_those_of_what_happened(settled: Model, tmp_path: Path) -> None:
    """Counted by what was decided and by why a photo was refused."""
    with serving(tmp_path, settled) as service:
        service.inspect(b"nothing")
        page = service.ask("GET", "/metrics").body.decode()

    lines = page.splitlines()
    assert 'glassline_refused_photos_total{reason="unsupported_type"} 1.0' in lines
    assert (
        'glassline_http_requests_total{method="POST",route="/api/v1/inspections",'
        'status="422"} 1.0'
    ) in lines
    assert "glassline_waiting_photos 0.0" in lines
    assert "glassline_commit_entries_sum 1.0" in lines

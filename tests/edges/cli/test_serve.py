"""`glassline serve`: a process that listens, answers, and leaves when it is told to."""

from __future__ import annotations

import http.client
import json
import re
import signal
import socket
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest
from commands import run
from serves import WAIT_S, Running, running

from glassline.dataset import Dataset
from glassline.store import Store


def test_it_serves_until_it_is_told_to_stop(
    settled_folder: Path, tmp_path: Path
) -> None:
    """The address on one line; ready; the model runs; SIGTERM ends it with 0.

    --name says whose rows they are.
    """
    store = tmp_path / "line.db"
    options = ("--store", store, "--model", settled_folder, "--name", "press-2")
    with running(*options, "--workers", "1", "--open") as service:
        status, body = _when_ready(service)
        service.process.send_signal(signal.SIGTERM)
        code = service.ends()

    assert re.fullmatch(r"Serving at http://127\.0\.0\.1:\d+\n", service.said[0])
    assert (status, json.loads(body)["status"], code) == (200, "ready", 0)
    with Store.open(store, stream="press-2") as kept:
        [published] = kept.models()
        assert [*kept.heads()] == ["press-2"]
    assert (published.who, published.model) == ("serve", json.loads(body)["model"])


def _when_ready(service: Running) -> tuple[int, bytes]:
    """Ask for readiness; the server listens already, and answers once it has started."""
    return service.get("/health/ready")


def test_the_first_start_prints_a_code_for_the_first_admin(
    settled_folder: Path, tmp_path: Path
) -> None:
    """In the language that was asked for; nobody is signed in by default."""
    arguments = ("--store", tmp_path / "line.db", "--model", settled_folder)
    with running(*arguments, "--lang", "zh-TW") as service:
        assert service.process.stdout is not None
        code = service.process.stdout.readline()

    assert re.fullmatch(r"第一位管理員請用此代碼登入:[A-Z0-9]{5}-[A-Z0-9]{5}\n", code)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        pytest.param(
            ["--host", "0.0.0.0", "--open"],  # noqa: S104  it is refused
            "--host 0.0.0.0: expected this machine's own address with --open. Leave "
            "out --open, so that people sign in.",
            id="open",
        ),
        pytest.param(
            ["--host", "0.0.0.0"],  # noqa: S104  it is refused
            "--host 0.0.0.0: expected people or tokens in the store first. Start once "
            "without --host, and sign in with the code.",
            id="nobody",
        ),
        pytest.param(
            ["--host", "192.0.2.1", "--open"],
            "--host 192.0.2.1: expected this machine's own address with --open. Leave "
            "out --open, so that people sign in.",
            id="elsewhere",
        ),
    ],
)
def test_others_are_not_let_in_where_nobody_signs_in(
    options: list[str], told: str, tmp_path: Path
) -> None:
    """Exit 2, and the store is not served."""
    done = run("serve", "--store", tmp_path / "line.db", *options)

    assert (done.returncode, done.stderr) == (2, f"Error: {told}\n")


def test_an_address_that_is_taken_is_refused(tmp_path: Path) -> None:
    """By the name of the options."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = run("serve", "--store", tmp_path / "two.db", "--open", "--port", port)

    assert (done.returncode, done.stderr) == (
        2,
        f"Error: --host 127.0.0.1 --port {port}: expected an address of this machine "
        "that is free, got: Address already in use.\n",
    )


@dataclass(frozen=True)
class Size:
    """What a service and its workers hold: bytes, descriptors, threads."""

    rss: int
    descriptors: int
    threads: int

    @classmethod
    def of(cls, service: Running) -> Size:
        """Measure it, and every process that it started."""
        here = psutil.Process(service.process.pid)
        all_ = [here, *here.children(recursive=True)]
        return cls(
            sum(each.memory_info().rss for each in all_),
            sum(each.num_fds() for each in all_),
            sum(each.num_threads() for each in all_),
        )


def _sent(service: Running, photo: bytes, times: int) -> Counter[int]:
    """Send a photo so often on four connections, and count the answers by status."""
    place, kind = service.url.removeprefix("http://"), {"Content-Type": "image/png"}

    def told(count: int) -> Counter[int]:
        found: Counter[int] = Counter()
        with closing(http.client.HTTPConnection(place, timeout=WAIT_S)) as line:
            for _ in range(count):
                line.request("POST", "/api/v1/inspections", photo, kind)
                answer = line.getresponse()
                answer.read()
                found[answer.status] += 1
        return found

    with ThreadPoolExecutor(4) as four:
        return sum(four.map(told, [times // 4] * 4), Counter())


@pytest.mark.soak
@pytest.mark.parametrize(
    ("share", "status", "most_bytes"),
    [
        pytest.param(1.0, 201, 5_000_000, id="good"),
        pytest.param(0.5, 422, 10_000_000, id="cut"),
    ],
)
def test_ten_thousand_photos_leave_nothing_behind(
    settled_folder: Path,
    line: Dataset,
    tmp_path: Path,
    share: float,
    status: int,
    most_bytes: int,
) -> None:
    """Memory, descriptors and threads after them are those of before.

    After 12,000 to warm up, and but for what the charts hold of the newest 200,000.
    """
    photo = line.parts[0].path.read_bytes()
    sent = photo[: int(share * len(photo))]
    store = tmp_path / "line.db"
    with running("--store", store, "--model", settled_folder, "--open") as service:
        _sent(service, sent, 12_000)
        before = Size.of(service)
        statuses = _sent(service, sent, 10_000)
        after = Size.of(service)

    print(f"{dict(statuses)}: {before}, {after}")  # noqa: T201  the figure
    assert statuses == {status: 10_000}
    assert after.rss - before.rss <= most_bytes
    assert after.descriptors - before.descriptors <= 2
    assert after.threads - before.threads <= 2


@pytest.mark.soak
def test_the_demo_line_is_made_where_no_model_runs(tmp_path: Path) -> None:
    """--demo renders a line, trains on it and publishes the model."""
    store = tmp_path / "line.db"
    with running("--store", store, "--demo", "--open") as service:
        _, body = _when_ready(service)

    found: dict[str, Any] = json.loads(body)
    assert (found["status"], len(found["model"])) == ("ready", 64)

"""A watched folder: every finished photo once, whoever is told and whatever dies."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from commands import COMMAND
from unit.batch.inline import rows_of

import glassline
from glassline.batch.delivering import Callback, CsvRows, Messages
from glassline.batch.outbox import Outbox
from glassline.batch.watching import Watch, watch
from glassline.errors import InputError
from glassline.model import Model
from glassline.store import Store

SOON = {"settle_s": 0.0, "poll_s": 0.05, "workers": 1}


@pytest.fixture
def incoming(line_folder: Path, tmp_path: Path) -> Path:
    """A folder with two photos of a lot, one of them twice, and a broken one."""
    folder = tmp_path / "incoming" / "L7"
    folder.mkdir(parents=True)
    for name, path in zip("ab", sorted(line_folder.rglob("*.png")), strict=False):
        shutil.copy(path, folder / f"{name}.png")
    shutil.copy(folder / "a.png", folder / "again.png")
    (folder / "broken.png").write_bytes(b"no photo")
    return folder.parent


@pytest.fixture
def asked(tmp_path: Path) -> Watch:
    """One pass, a CSV, and what the path says."""
    return Watch(
        store=str(tmp_path / "line.db"),
        out=tmp_path / "today.csv",
        pattern="{lot}/{serial}.png",
        once=True,
        **SOON,
    )


def records(asked: Watch) -> list[Any]:
    """What the store holds."""
    with Store.open(asked.store) as store:
        return list(store.inspections().rows)


def test_each_content_is_recorded_once(
    settled: Model, incoming: Path, asked: Watch
) -> None:
    """Under its first name; a second pass finds nothing new; the CSV has a row each."""
    first, second = watch(settled, incoming, asked), watch(settled, incoming, asked)

    found = records(asked)
    names = [f"{incoming}/L7/{name}.png" for name in ("a", "b", "broken")]
    assert (first.recorded, first.known, second.recorded) == (3, 1, 0)
    assert [each.image for each in found] == names
    assert found[0].identifiers["lot"] == "L7"
    assert found[0].identifiers["unit_serial"] == "a"
    assert found[2].decision == "refused"
    rows = rows_of(asked.out)
    assert [(row["record"], row["image"], row["lot"]) for row in rows] == [
        (each.record, each.image, "L7") for each in found
    ]
    seen = glassline.inspect(settled, names[0])
    assert [float(rows[0][f"p_{name}"]) for name in settled.recipe.classes] == list(
        seen.probabilities
    )


def test_a_photo_that_is_written_anew_is_another(
    settled: Model, incoming: Path, asked: Watch
) -> None:
    """And one that is only touched is not."""
    watch(settled, incoming, asked)
    shutil.copy(incoming / "L7/b.png", incoming / "L7/broken.png")
    os.utime(incoming / "L7/a.png")
    (incoming / "L7/b.png").write_bytes(b"other")

    done = watch(settled, incoming, asked)

    assert (done.recorded, done.known) == (1, 2)
    assert len(records(asked)) == len(rows_of(asked.out)) == 4


@pytest.mark.parametrize("dies", ["note", "taken"])
def test_after_a_crash_nothing_is_told_twice_or_lost(
    dies: str,
    settled: Model,
    incoming: Path,
    asked: Watch,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Between record and note, and between the row and the note that it is written."""

    def dead(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Outbox, dies, dead)
        with pytest.raises(KeyboardInterrupt):
            watch(settled, incoming, asked)

    watch(settled, incoming, asked)

    assert [row["record"] for row in rows_of(asked.out)] == [
        each.record for each in records(asked)
    ]
    assert len(records(asked)) == 3


def test_a_photo_that_still_grows_is_left_until_it_is_whole(
    settled: Model, incoming: Path, asked: Watch
) -> None:
    """Written in ten pieces: what is recorded is the whole."""
    whole = (incoming / "L7/b.png").read_bytes()
    growing = incoming / "L7/growing.png"
    growing.write_bytes(b"")

    def write() -> None:
        for at in range(10):
            with growing.open("ab") as file:
                file.write(
                    bytes([*whole, 0])[len(whole) * at // 10 :][: 1 + len(whole)]
                )
            time.sleep(0.05)
        growing.write_bytes(whole + b"end")

    writing = threading.Thread(target=write)
    writing.start()
    watch(settled, incoming, replace(asked, settle_s=0.4))
    writing.join()

    of_it = [each for each in records(asked) if each.image.endswith("growing.png")]
    assert [each.photo_kept for each in of_it] == [True] * len(of_it)
    with Store.open(asked.store) as store:
        assert store.photo(of_it[-1].sha256) == whole + b"end"
    assert len(of_it) == 1


def test_with_done_only_what_is_done_is_taken(
    settled: Model, incoming: Path, asked: Watch
) -> None:
    """However long the others have not changed."""
    (incoming / "L7/b.png.done").touch()

    watch(settled, incoming, replace(asked, needs_done=True))

    assert [each.image for each in records(asked)] == [f"{incoming}/L7/b.png"]


def test_half_a_row_of_a_csv_is_taken_away(tmp_path: Path) -> None:
    """As a cut of the power leaves it; other columns are refused."""
    path = tmp_path / "v.csv"
    box = Outbox(tmp_path / "box.db")
    rows = CsvRows(path, ("record", "image"))
    for number in range(3):
        letters = {"csv": [f"w-{number}", "=a"]}
        box.note(b"%d" % number, _mark(number), str(number), f"w-{number}", letters)
    rows.deliver(box.waiting("csv")[:2])
    path.write_bytes(path.read_bytes()[:-3])

    rows.deliver(box.waiting("csv"))

    expected = "\ufeffrecord,image\r\nw-0,'=a\r\nw-1,'=a\r\nw-2,'=a\r\n"
    assert path.read_bytes().decode() == expected
    message = f"--out {path}: expected the columns of this model, got others. "
    with pytest.raises(
        InputError, match=f"^{re.escape(message)}Choose another --out.$"
    ):
        CsvRows(path, ("record", "p_ok")).deliver([])


def _mark(number: int) -> Any:
    from glassline.batch.outbox import Mark  # noqa: PLC0415

    return Mark(number, number)


class Plant(BaseHTTPRequestHandler):
    """Takes verdicts, unless it is away."""

    told: list[tuple[str, dict[str, Any]]]
    is_away = threading.Event()

    def do_POST(self) -> None:
        """Answer 503 while it is away, else 204."""
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if Plant.is_away.is_set():
            self.send_error(503)
            return
        self.told.append((self.headers["Idempotency-Key"], body))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def plant() -> Iterator[tuple[str, list[tuple[str, dict[str, Any]]]]]:
    """A server of the plant, and what it was told."""
    told: list[tuple[str, dict[str, Any]]] = []
    kind = type("One", (Plant,), {"told": told})
    with ThreadingHTTPServer(("127.0.0.1", 0), kind) as server:
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        yield f"http://127.0.0.1:{server.server_port}/verdicts", told
        server.shutdown()
        serving.join()


def test_whoever_is_away_is_told_later(
    settled: Model,
    incoming: Path,
    asked: Watch,
    plant: tuple[str, list[tuple[str, dict[str, Any]]]],
) -> None:
    """Each verdict once, in the order of the records, with its record as the key."""
    url, told = plant
    Plant.is_away.set()
    first = watch(settled, incoming, replace(asked, callback=url))
    Plant.is_away.clear()
    second = watch(settled, incoming, replace(asked, callback=url))

    found = records(asked)
    assert (first.waiting, second.waiting) == (3, 0)
    assert [key for key, _ in told] == [each.record for each in found]
    assert [body["decision"] for _, body in told] == [
        *(each.decision for each in found[:2]),
        None,
    ]
    assert told[2][1]["refused"] == "unsupported_type"
    assert told[0][1]["lot"] == "L7"


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[int]:
    """A real mosquitto on loopback."""
    program = shutil.which("mosquitto")
    if program is None:
        pytest.skip("mosquitto is not installed")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (tmp_path / "broker.conf").write_text(
        f"listener {port} 127.0.0.1\nallow_anonymous true\npersistence false\n"
    )
    running = subprocess.Popen(
        [program, "-c", tmp_path / "broker.conf"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    yield port
    running.terminate()
    running.wait()


@pytest.mark.skipif(shutil.which("mosquitto") is None, reason="no mosquitto installed")
def test_a_broker_gets_each_verdict(
    settled: Model, incoming: Path, asked: Watch, broker: int, tmp_path: Path
) -> None:
    """Heard by another client: each record once, in order."""
    heard = Listener(broker)
    url = f"mqtt://127.0.0.1:{broker}/line/1/verdicts"

    done = watch(settled, incoming, replace(asked, mqtt=url))

    heard.join(10)
    assert done.waiting == 0
    assert [body["record"] for body in heard.bodies] == [
        each.record for each in records(asked)
    ]
    assert [body["decision"] for body in heard.bodies[:2]] == [
        each.decision for each in records(asked)[:2]
    ]


class Listener(threading.Thread):
    """Hears three messages of a broker, and ends."""

    def __init__(self, port: int) -> None:
        import paho.mqtt.client as mqtt  # noqa: PLC0415

        super().__init__()
        self.bodies: list[dict[str, Any]] = []
        is_heard = threading.Event()
        self._client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
        self._client.on_message = self._hear
        self._client.on_subscribe = lambda *_: is_heard.set()
        self._client.on_connect = lambda *_: self._client.subscribe("line/#", 1)
        self._client.connect_async("127.0.0.1", port)
        self._client.loop_start()
        is_heard.wait(10)
        self.start()

    def _hear(self, _: object, __: object, message: Any) -> None:
        self.bodies.append(json.loads(message.payload))

    def run(self) -> None:
        """Wait for three, then hang up."""
        until = time.monotonic() + 10
        while len(self.bodies) < 3 and time.monotonic() < until:
            time.sleep(0.01)
        self._client.loop_stop()
        self._client.disconnect()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: Callback("file:///etc/passwd"),
            "--callback: expected an address such as http://mes/verdicts, got "
            "'file:///etc/passwd'.",
        ),
        (
            lambda: Messages("mqtt://broker"),
            "--mqtt: expected an address such as mqtt://broker/line/verdicts, got "
            "'mqtt://broker'.",
        ),
    ],
)
def test_an_address_that_is_none_is_refused(make: Any, message: str) -> None:
    """Nothing but http, https and mqtt is opened."""
    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        make()


def test_a_broker_that_is_away_takes_nothing() -> None:
    """And is asked again later."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    assert Messages(f"mqtt://127.0.0.1:{port}/line").deliver([]) == 0


def test_the_command_watches_until_it_is_stopped(
    settled_folder: Path, incoming: Path, tmp_path: Path
) -> None:
    """A photo that comes meanwhile is recorded; SIGTERM ends it in good order."""
    arguments = ["watch", settled_folder, incoming, "--store", tmp_path / "line.db"]
    options = ["--out", tmp_path / "v.csv", "--settle", "0.1", "--poll", "0.05"]
    running = subprocess.Popen(
        [*COMMAND, *map(str, [*arguments, *options])],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    _wait_for_rows(tmp_path / "v.csv", 3)
    (incoming / "late.png").write_bytes(b"late")
    _wait_for_rows(tmp_path / "v.csv", 4)
    running.send_signal(signal.SIGTERM)
    told, errors = running.communicate(timeout=30)

    assert (running.returncode, errors) == (0, "")
    assert told == "4 photos recorded; 1 files held what was recorded before.\n"


def _wait_for_rows(path: Path, count: int) -> None:
    until = time.monotonic() + 60
    while not (path.exists() and len(rows_of(path)) >= count):
        assert time.monotonic() < until, "no row came"
        time.sleep(0.05)


def test_a_folder_that_is_not_there_is_refused(
    settled: Model, asked: Watch, tmp_path: Path
) -> None:
    """Before anything is made."""
    message = f"{tmp_path}/none: expected a folder to watch, got none."

    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        watch(settled, tmp_path / "none", asked)

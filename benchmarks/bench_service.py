"""What the service costs: photos a second beside a bare application that only decodes.

    python -m benchmarks.bench_service [SECONDS A TURN]

Both run in processes of their own on this machine, beside the client, and take turns in
one run: four connections that each send a 640 x 480 JPEG and wait for the answer. Then the
service is sent three times what it could do, at times that do not wait for answers, and
its health is asked meanwhile. Writes its section of docs/results.md.
"""

from __future__ import annotations

import asyncio
import os
import re
import selectors
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import psutil

from benchmarks.document import conditions, write_section
from glassline.dataset import Dataset
from glassline.recipe import Recipe
from glassline.recipe.recipe import Setting
from glassline.store import Store
from glassline.synthetic import production_line, write_dataset
from glassline.training import train

SIZE_HW = (480, 640)
QUALITY = 90
CONNECTIONS = 4
TURNS = 5
TIMES_CAPACITY = 3
PARTS = 40
FEATURES: dict[
    str, dict[str, Setting]
] = {  # declared: a training that searches nothing is quick
    "line_strength": {"polarity": "either"},
    "texture_change": {"share": 0.2},
    "reflection_unevenness": {"fields": 16},
    "grain_noise": {"width_px": 6},
}
BARE = """
import sys
import cv2, numpy as np, uvicorn
from fastapi import FastAPI, Request
from starlette.concurrency import run_in_threadpool

cv2.setNumThreads(1)
app = FastAPI()

def decode(data):
    return cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE).shape

@app.post("/decode")
async def post(request: Request):
    return await run_in_threadpool(decode, await request.body())

@app.get("/health/ready")
async def ready():
    return {}

uvicorn.run(app, port=int(sys.argv[1]), log_level="warning", access_log=False)
"""


@dataclass
class Answers:
    """How requests were answered: how many, how fast, with what.

    Attributes:
        seconds: Of each answer, by its status; 0 stands for none.
        took_s: From the first request to the last answer.
    """

    seconds: dict[int, list[float]] = field(default_factory=dict)
    took_s: float = 0.0

    def add(self, status: int, seconds: float) -> None:
        """Count one."""
        self.seconds.setdefault(status, []).append(seconds)

    def rate(self, status: int) -> float:
        """Return how many a second had this status."""
        return len(self.seconds.get(status, ())) / self.took_s

    def worst_ms(self, status: int, share: float = 0.99) -> float:
        """Return below what this share of the answers of a status stayed."""
        found = sorted(self.seconds.get(status, [float("nan")]))
        return 1000 * found[min(len(found) - 1, int(share * len(found)))]


def request_of(path: str, photo: bytes) -> bytes:
    """Return a request as it goes over the line."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: image/jpeg\r\n"
        f"Content-Length: {len(photo)}\r\n\r\n"
    )
    return head.encode() + photo


async def ask(
    line: tuple[asyncio.StreamReader, asyncio.StreamWriter], request: bytes
) -> int:
    """Send a request, read the answer whole, and return its status."""
    reader, writer = line
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    [length] = re.findall(rb"content-length: (\d+)", head.lower())
    await reader.readexactly(int(length))
    return int(head.split(b" ", 2)[1])


async def closed_loop(port: int, request: bytes, seconds: float) -> Answers:
    """Ask on four connections, each anew once it is answered."""
    found, began = Answers(), time.perf_counter()

    async def one() -> None:
        line = await asyncio.open_connection("127.0.0.1", port)
        while time.perf_counter() - began < seconds:
            at = time.perf_counter()
            found.add(await ask(line, request), time.perf_counter() - at)
        line[1].close()

    await asyncio.gather(*(one() for _ in range(CONNECTIONS)))
    found.took_s = time.perf_counter() - began
    return found


class Lines:
    """Connections that each wait for one answer: a client that costs next to nothing.

    It shares the machine with the service, so every cycle it takes is one the service
    lacks: no task, no stream, one system call to send and one or two to receive.
    """

    def __init__(self, port: int) -> None:
        self._port = port
        self._idle: list[socket.socket] = []
        self._waiting = selectors.DefaultSelector()

    @property
    def is_waiting(self) -> bool:
        """Return whether an answer is still to come."""
        return bool(self._waiting.get_map())

    def send(self, request: bytes, kept: Answers, due: float) -> None:
        """Send a request; its answer is counted from when it was due."""
        line = self._idle.pop() if self._idle else self._opened()
        try:
            sent = line.send(request)
        except OSError:
            sent = -1
        if sent != len(request):
            kept.add(0, time.perf_counter() - due)
            line.close()
            return
        self._waiting.register(line, selectors.EVENT_READ, (kept, due, bytearray()))

    def receive(self, seconds: float) -> None:
        """Take what comes within this time."""
        for key, _ in self._waiting.select(seconds):
            line: Any = key.fileobj
            kept, due, got = key.data
            try:
                more = line.recv(1 << 16)
            except OSError:
                more = b""
            got += more
            status = status_of(got) if more else 0
            if status is None:
                continue
            kept.add(status, time.perf_counter() - due)
            self._waiting.unregister(line)
            if status:
                self._idle.append(line)
            else:
                line.close()

    def close(self) -> None:
        """Close all of them."""
        for line in self._idle:
            line.close()
        self._waiting.close()

    def _opened(self) -> socket.socket:
        line = socket.socket()
        line.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
        line.connect(("127.0.0.1", self._port))
        line.setblocking(False)
        return line


def status_of(got: bytearray) -> int | None:
    """Return the status of an answer, None where it is not whole yet."""
    head, _, body = got.partition(b"\r\n\r\n")
    found = re.search(rb"content-length: (\d+)", head.lower())
    if found is None or len(body) < int(found[1]):
        return None
    return int(head.split(b" ", 2)[1])


def open_loop(
    port: int, request: bytes, rate: float, seconds: float
) -> tuple[Answers, Answers]:
    """Ask at a rate that waits for nobody, and how it is, five times a second."""
    found, health, began = Answers(), Answers(), time.perf_counter()
    lines = Lines(port)
    live = b"GET /health/live HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    for turn in range(int(rate * seconds)):
        due = began + turn / rate
        while (left := due - time.perf_counter()) > 0:
            lines.receive(left)
        lines.send(request, found, due)
        if turn % max(1, int(rate / 5)) == 0:
            lines.send(live, health, due)
    while lines.is_waiting:
        lines.receive(1.0)
    found.took_s = health.took_s = time.perf_counter() - began
    lines.close()
    return found, health


@contextmanager
def running(command: list[str], port: int) -> Iterator[int]:
    """Run a server until the block ends, and give its process."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    process = subprocess.Popen(  # noqa: S603  our own
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        asyncio.run(_until_ready(port))
        yield process.pid
    finally:
        process.terminate()
        process.wait()


async def _until_ready(port: int) -> None:
    while True:
        try:
            line = await asyncio.open_connection("127.0.0.1", port)
            status = await ask(
                line, b"GET /health/ready HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
            )
            line[1].close()
        except (OSError, asyncio.IncompleteReadError):
            status = 0
        if status == 200:
            return
        await asyncio.sleep(0.1)


def made(folder: Path) -> bytes:
    """Put a store with a running model into a folder; return a photo for it."""
    rng = np.random.default_rng(7)  # noqa: TID251  the same photos every time
    parts = list(production_line(PARTS, rng=rng, size_hw=SIZE_HW, lot_size=5))
    write_dataset(parts, folder / "line")
    data = Dataset.read(folder / "line")
    model = train(data, Recipe(classes=data.classes, features=FEATURES))
    with Store.open(folder / "line.db") as store:
        store.publish(model, who="benchmark", reason="a benchmark")
    coded = np.frombuffer(data.parts[0].path.read_bytes(), np.uint8)
    grey = np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR))
    return cv2.imencode(".jpg", grey, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])[1].tobytes()


def main() -> None:
    """Measure, print, and write the section."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 6.0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        photo = made(folder)
        (folder / "bare.py").write_text(BARE)
        serve = [sys.executable, "-m", "glassline", "serve", "--open", "--port", "8791"]
        serve += ["--store", str(folder / "line.db")]
        bare = [sys.executable, str(folder / "bare.py"), "8792"]
        asked = {
            8791: request_of("/api/v1/inspections", photo),
            8792: request_of("/decode", photo),
        }
        with running(serve, 8791) as ours, running(bare, 8792) as other:
            told = _measured(asked, {8791: ours, 8792: other}, seconds)
    text = _section(told, len(photo), seconds)
    print(text)
    write_section("service", text)


@dataclass
class Told:
    """What was measured."""

    ours: list[Answers]
    bare: list[Answers]
    over: Answers
    health: Answers
    wanted: float
    load: float
    cpu_ms: dict[int, float]


def _family(pid: int) -> list[psutil.Process]:
    """Return a process and all that it started."""
    process = psutil.Process(pid)
    return [process, *process.children(recursive=True)]


def _cpu_s(pid: int) -> float:
    times = (each.cpu_times() for each in _family(pid))
    return float(sum(each.user + each.system for each in times))


def _measured(asked: dict[int, bytes], pids: dict[int, int], seconds: float) -> Told:
    turns: dict[int, list[Answers]] = {port: [] for port in asked}
    for port, request in asked.items():  # warm
        asyncio.run(closed_loop(port, request, 2.0))
    spent = {port: -_cpu_s(pid) for port, pid in pids.items()}
    for _ in range(TURNS):
        for port, request in asked.items():
            turns[port].append(asyncio.run(closed_loop(port, request, seconds)))
    load = os.getloadavg()[0]
    cpu_ms = {
        port: 1000
        * (spent[port] + _cpu_s(pid))
        / sum(len(each) for turn in turns[port] for each in turn.seconds.values())
        for port, pid in pids.items()
    }
    wanted = TIMES_CAPACITY * statistics.median(each.rate(201) for each in turns[8791])
    over, health = open_loop(8791, asked[8791], wanted, 3 * seconds)
    return Told(turns[8791], turns[8792], over, health, wanted, load, cpu_ms)


def _section(told: Told, size: int, seconds: float) -> str:
    ratios = [
        ours.rate(201) / bare.rate(200)
        for ours, bare in zip(told.ours, told.bare, strict=True)
    ]
    ours = statistics.median(each.rate(201) for each in told.ours)
    bare = statistics.median(each.rate(200) for each in told.bare)
    p99 = statistics.median(each.worst_ms(201) for each in told.ours)
    others = sorted(set(told.over.seconds) - {201, 503})
    return f"""
## The service

`make bench-service`: {conditions("fastapi", "uvicorn", "opencv-python-headless")}; client, service
and bare application on the same 2 cores, shared with other work (load {told.load:.1f} while
measured). A 640 x 480 JPEG of {size:,} bytes, {CONNECTIONS} connections, {TURNS} turns of {seconds:g} s
each, alternating; the records on the machine's disk, every verdict flushed to it before it is
answered. The bare application is FastAPI and uvicorn that decode the photo to grey and answer its
size: it measures nothing, decides nothing and records nothing.

| | photos a second | p50 ms | p99 ms | processor ms a photo |
|---|---|---|---|---|
| the service: read, decided, recorded | {ours:.0f} | {_median(told.ours, 201):.0f} | \
{p99:.0f} | {told.cpu_ms[8791]:.1f} |
| bare application: decoded | {bare:.0f} | {_median(told.bare, 200):.0f} | \
{statistics.median(each.worst_ms(200) for each in told.bare):.0f} | {told.cpu_ms[8792]:.1f} |

Ratio, turn by turn: {", ".join(f"{100 * each:.0f} %" for each in ratios)}. Wanted were 75 % of the \
bare application, 200 a
second and 60 ms on a quiet machine of two cores.

Three times that rate ({told.wanted:.0f} a second, times that wait for nobody): answered \
{told.over.rate(201):.0f} a second
({100 * told.over.rate(201) / ours:.0f} % of what it did unhurried) with p99 \
{told.over.worst_ms(201):.0f} ms, refused {told.over.rate(503):.0f} a second with 503 and p99 \
{told.over.worst_ms(503):.0f} ms;
other answers: {", ".join(map(str, others)) or "none"}. Health meanwhile: \
{len(told.health.seconds.get(200, ())):,} of {sum(map(len, told.health.seconds.values())):,} \
answered, p99 {told.health.worst_ms(200):.0f} ms.

From the processor's time of a photo follows about what two cores can do at most, {2000 / told.cpu_ms[8791]:.0f} a second
without the client; a quiet machine may need less of it. Reading the four features alone takes
five times what decoding does ([above](#what-the-four-features-cost)), so
75 % of an application that only decodes is out of reach of any service that reads them.
"""


def _median(turns: list[Answers], status: int) -> float:
    return statistics.median(each.worst_ms(status, 0.5) for each in turns)


if __name__ == "__main__":
    main()

"""`glassline serve` at its worst: addresses as input, noise for HTTP, no room left."""

from __future__ import annotations

import http.client
import json
import os
import random
import re
import socket
import subprocess
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import cv2
import numpy as np
import psutil
import pytest
from crashing import can_attach
from serves import WAIT_S, Running, running

from glassline.dataset import Dataset
from glassline.station import pages
from glassline.store import Store

ADDRESSES = (  # {port}: of somebody who listens and would notice
    "http://127.0.0.1:{port}/",
    "https://127.0.0.1:{port}/x.png",
    "http://localhost:{port}/?a=1#b",
    "http://[::1]:{port}/",
    "http://0x7f000001:{port}/",
    "http://user:secret@127.0.0.1:{port}/",
    "//127.0.0.1:{port}/share",
    "\\\\127.0.0.1@{port}\\share",
    "ftp://127.0.0.1:{port}/part.png",
    "gopher://127.0.0.1:{port}/_x",
    "dict://127.0.0.1:{port}/d:x",
    "ldap://127.0.0.1:{port}/dc=x",
    "mqtt://127.0.0.1:{port}/topic",
    "postgresql://anna:secret@127.0.0.1:{port}/line",
    "s3://127.0.0.1:{port}/bucket/key",
    "jar:http://127.0.0.1:{port}/a!/b",
    "http://169.254.169.254/latest/meta-data/",
    "file:///etc/passwd",
    "sqlite:////etc/passwd",
    "data:text/html,<script>alert(1)</script>",
)
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
NOISES = 20_000
SOON_S = 1.0
ROOM = 4 << 20  # bytes of a full disk


def _ask(
    service: Running,
    method: str,
    path: str,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
) -> tuple[int, bytes]:
    place = service.url.removeprefix("http://")
    line = http.client.HTTPConnection(place, timeout=WAIT_S)
    try:
        line.request(method, path, body, dict(headers or {}))
        answer = line.getresponse()
        return answer.status, answer.read()
    finally:
        line.close()


def _inspect(service: Running, photo: bytes) -> tuple[int, bytes]:
    kind = {"Content-Type": "image/png"}
    return _ask(service, "POST", "/api/v1/inspections", photo, kind)


def _operations(service: Running) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield method, path and description of every route for programs."""
    document = json.loads(_ask(service, "GET", "/openapi.json")[1])
    schemas = document["components"]["schemas"]
    for path, methods in document["paths"].items():
        for method, told in methods.items():
            body = told.get("requestBody", {}).get("content", {})
            given = body.get("application/json", {}).get("schema", {})
            name = given.get("$ref", "").rpartition("/")[2]
            yield method.upper(), path, {**told, "fields": schemas.get(name)}


def _filled(schema: Mapping[str, Any], text: str) -> Any:
    """Return a value of a schema with this text wherever a text may stand."""
    kinds = [each for each in schema.get("anyOf", ()) if each.get("type") != "null"]
    kind = (kinds[0] if kinds else schema).get("type")
    if kind == "object":
        named = schema.get("properties", {})
        return {name: _filled(each, text) for name, each in named.items()} or {
            "a": text
        }
    return {"integer": 1, "number": 1.0, "boolean": True, "array": [text]}.get(
        str(kind), text
    )


def _with_address(path: str, told: Mapping[str, Any], address: str) -> tuple[str, Any]:
    """Return a path and a body with an address in every place that takes a text."""
    named = [
        f"{quote(each['name'])}={quote(address, safe='')}"
        for each in told.get("parameters", ())
        if each["in"] == "query" and each["name"] != "limit"
    ]
    place = re.sub(r"\{[^}]+\}", quote(address, safe=""), path)
    fields = told["fields"]
    body = None if fields is None else json.dumps(_filled(fields, address)).encode()
    return f"{place}?{'&'.join(named)}", body


@pytest.mark.soak
@pytest.mark.skipif(
    not can_attach(), reason="needs strace, and leave to attach to a process"
)
def test_no_address_that_is_sent_is_ever_called(
    settled_folder: Path, tmp_path: Path
) -> None:
    """Twenty kinds of address in every field of every route: no connection goes out."""
    calls = tmp_path / "calls"
    traced = ("strace", "-f", "-qq", "-e", "trace=connect", "-o", str(calls))
    arguments = ("--store", tmp_path / "line.db", "--model", settled_folder, "--open")
    with (
        socket.create_server(("127.0.0.1", 0)) as somebody,
        running(*arguments, before=traced) as service,
    ):
        port = somebody.getsockname()[1]
        statuses: Counter[int] = Counter()
        for method, path, told in _operations(service):
            for each in ADDRESSES:
                address = each.format(port=port)
                place, body = _with_address(path, told, address)
                headers = {
                    "Content-Type": "application/json",
                    "Referer": address,
                    "X-Forwarded-Host": address,
                    "Idempotency-Key": address[:200],
                }
                statuses[_ask(service, method, place, body, headers)[0]] += 1
        for each in ADDRESSES:
            address = each.format(port=port)
            statuses[_inspect(service, address.encode())[0]] += 1
        family = psutil.Process(service.process.pid).children(recursive=True)
        family[0].terminate()
        service.ends()
        somebody.setblocking(False)
        with pytest.raises(BlockingIOError):
            somebody.accept()

    gone = [line for line in calls.read_text().splitlines() if "AF_INET" in line]
    print(f"{statuses.total()} requests: {dict(statuses)}")  # noqa: T201  the figure
    assert gone == []
    assert statuses[500] == 0
    assert statuses.total() > 800


def _noise(rng: random.Random, routes: list[tuple[str, str]], photo: bytes) -> bytes:
    """Return a request that is right at first, then less and less so."""
    method, path = rng.choice(routes)
    method = rng.choice([method, rng.choice(METHODS)])
    words = ["station-2", "x", "..", "%00", "%ff", "%2e%2e%2f", "a" * 3_000, "缺陷"]
    path = re.sub(r"\{[^}]+\}", lambda _: quote(rng.choice(words)), path)
    names = ["lot", "limit", "after", "since", "label", "lang", "face", "", "\xff"]
    asked = "&".join(
        f"{quote(rng.choice(names))}={quote(rng.choice(words))}"
        for _ in range(rng.choice([0, 0, 1, 2]))
    )
    json_, form = "application/json", "multipart/form-data; boundary=b"
    named = b'--b\r\nContent-Disposition: form-data; name="photo"; filename="a"\r\n\r\n'
    given = {"class": "ok", "reason": "x"}
    kind, body = rng.choice(
        [
            ("image/png", photo),
            ("image/png", photo[: rng.randrange(len(photo))]),
            (json_, json.dumps(given).encode()),
            (json_, b'{"text": "x"}'),
            (json_, b'{"model": "candidate", "reason": "x"}'),
            (form, named + photo + b"\r\n--b--\r\n"),
            (rng.choice([json_, form, "a/b"]), rng.randbytes(rng.randrange(300))),
            (rng.choice([json_, form, "image/png"]), b""),
        ]
    )
    length = len(body) + rng.choice([0] * 10 + [1, -1])
    head = (
        f"{method} {path}?{asked} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        f"Content-Type: {kind}\r\nConnection: close\r\n"
    )
    sized = rng.choice(
        [f"Content-Length: {length}\r\n"] * 6 + ["Transfer-Encoding: chunked\r\n", ""]
    )
    request = bytearray(f"{head}{sized}\r\n".encode("latin-1", "replace") + body)
    for _ in range(rng.choice([0, 0, 0, 1, 3, 20])):
        place = rng.randrange(len(request))
        request[place : place + rng.randrange(2)] = rng.randbytes(rng.randrange(3))
    return bytes(request)


def _sent_raw(port: int, request: bytes) -> int:
    """Send bytes, hear the answer, and return its status; 0 where none comes soon."""
    got = b""
    there = ("127.0.0.1", port)
    with suppress(OSError), socket.create_connection(there, timeout=SOON_S) as line:
        line.sendall(request)
        while chunk := line.recv(65_536):
            got += chunk
    found = re.match(rb"HTTP/1\.1 (\d{3}) ", got)
    return int(found[1]) if found else 0


@pytest.mark.soak
def test_noise_ends_no_process_and_finds_no_fault(
    settled_folder: Path, line: Dataset, tmp_path: Path
) -> None:
    """Twenty thousand requests, right and spoilt, over every address and method."""
    rng = random.Random(19)  # noqa: S311  the same noise every time
    photo = line.parts[0].path.read_bytes()
    shown = {
        ("GET", route.path)  # type: ignore[attr-defined]
        for router in pages.routers
        for route in router.routes
        if not route.path.startswith("/start")  # type: ignore[attr-defined]
    }
    arguments = ("--store", tmp_path / "line.db", "--model", settled_folder, "--open")
    with running(*arguments) as service:
        _inspect(service, photo)
        asked = {(method, path) for method, path, _ in _operations(service)}
        routes = sorted(shown | asked) + 8 * [("POST", "/api/v1/inspections")]
        port = int(urlsplit(service.url).port or 0)
        here = psutil.Process(service.process.pid)
        before = {each.pid for each in here.children(recursive=True)}
        noises = [_noise(rng, routes, photo) for _ in range(NOISES)]
        with ThreadPoolExecutor(8) as eight:
            statuses = Counter(eight.map(partial(_sent_raw, port), noises))
        lives = _ask(service, "GET", "/health/live")[0]
        after = {each.pid for each in here.children(recursive=True)}

    print(dict(sorted(statuses.items())))  # noqa: T201  the figure
    assert statuses[500] == 0
    assert (lives, after) == (200, before)
    assert statuses[200] > 0
    assert statuses[201] > 0


@contextmanager
def _small(folder: Path) -> Iterator[Path]:
    """Give a folder on a disk of four megabytes, where the system lets us make one."""
    folder.mkdir()
    made = ["mount", "-t", "tmpfs", "-o", f"size={ROOM}", "none", str(folder)]
    if subprocess.run(made, check=False, capture_output=True).returncode:
        pytest.skip("needs leave to mount a small disk")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.mark.soak
def test_a_full_disk_is_told_and_costs_nothing(
    settled_folder: Path, line: Dataset, tmp_path: Path
) -> None:
    """507 and not ready; reading goes on; with room it resumes, and all is there."""
    photo = line.parts[0].path.read_bytes()
    kept: list[str] = []
    with _small(tmp_path / "small") as small:
        options = ("--store", small / "line.db", "--model", settled_folder, "--open")
        with running(*options) as service:
            status, body = _inspect(service, photo)
            while status == 201:
                kept.append(json.loads(body)["record"])
                status, body = _inspect(service, photo)
            refused = [(status, json.loads(body)["code"])]
            refused += [(_inspect(service, photo)[0], "store_full") for _ in range(9)]
            ready = _ask(service, "GET", "/health/ready")
            lives = _ask(service, "GET", "/health/live")[0]
            found = _ask(service, "GET", f"/api/v1/inspections/{kept[0]}")[0]
            listed = _ask(service, "GET", "/api/v1/inspections?newest_first=true")
            room = f"remount,size={16 * ROOM}"
            subprocess.run(["mount", "-o", room, str(small)], check=True)
            again = [_inspect(service, photo) for _ in range(3)]
            kept += [json.loads(body)["record"] for _, body in again]
            is_ready = _ask(service, "GET", "/health/ready")[0]
            service.process.terminate()
            code = service.ends()
        with Store.open(small / "line.db", create=False) as store:
            holds = store.verify().holds
            there = {each.record for each in _every(store)}

    print(f"{len(kept)} kept before and after")  # noqa: T201  the figure
    assert refused == [(507, "store_full")] * 10
    assert (ready[0], json.loads(ready[1])["reasons"]) == (503, ["store_full"])
    assert (lives, found, listed[0], is_ready, code) == (200, 200, 200, 200, 0)
    assert json.loads(listed[1])["inspections"][0]["record"] == kept[-4]
    assert [status for status, _ in again] == [201] * 3
    assert (holds, there) == (True, {*kept})


def _every(store: Store) -> Iterator[Any]:
    after = None
    while True:
        page = store.inspections(after=after, limit=1_000)
        yield from page.rows
        after = page.next
        if after is None:
            return


@pytest.mark.soak
def test_an_upload_needs_no_room_of_the_system(
    settled_folder: Path, rng: np.random.Generator, tmp_path: Path
) -> None:
    """A form of two megabytes, while the folder for files under way is full."""
    pixels = rng.integers(0, 256, (1_200, 1_800), np.uint8)
    photo = cv2.imencode(".png", pixels)[1].tobytes()
    mark = uuid.uuid4().hex.encode()
    form = (
        b"--%s\r\nContent-Disposition: form-data; name=photo; filename=a.png\r\n\r\n"
        b"%s\r\n--%s--\r\n" % (mark, photo, mark)
    )
    kind = {"Content-Type": f"multipart/form-data; boundary={mark.decode()}"}
    options = ("--store", tmp_path / "line.db", "--model", settled_folder, "--open")
    with (
        _small(tmp_path / "small") as small,
        running(*options, TMPDIR=os.fspath(small)) as service,
    ):
        _inspect(service, photo)
        free = os.statvfs(small)
        (small / "filler").write_bytes(bytes(free.f_bavail * free.f_frsize))
        status, _ = _ask(service, "POST", "/api/v1/inspections", form, kind)

    assert len(photo) > 2_000_000
    assert status == 201

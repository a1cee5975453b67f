"""A chat server on loopback: scores from the photo's own pixels, or a fault on order."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import cv2
import numpy as np

from glassline.recipe import FEATURE_NAMES

Fault = Callable[["Handler"], None]


@dataclass
class Stub:
    """What one server was asked, and what it does next.

    Attributes:
        url: What a recipe names as its endpoint.
        asked: The body of every request, in order.
        headers: The headers of every request, in order.
        faults: What the next requests get instead of scores.
        most: Requests that were in flight at one time.
    """

    url: str = ""
    asked: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    in_flight: int = 0
    most: int = 0
    lock: Any = field(default_factory=threading.Lock)


class Handler(BaseHTTPRequestHandler):
    """Answers as an OpenAI-compatible server does."""

    protocol_version = "HTTP/1.1"
    stub: Stub

    def do_POST(self) -> None:
        """Give scores, or the next fault."""
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with self.stub.lock:
            self.stub.asked.append(body)
            self.stub.headers.append(dict(self.headers))
            self.stub.in_flight += 1
            self.stub.most = max(self.stub.most, self.stub.in_flight)
            fault = self.stub.faults.pop(0) if self.stub.faults else None
        try:
            (fault or (lambda handler: handler.scores(body)))(self)
        except OSError:
            self.close_connection = True  # whoever asked has gone
        with self.stub.lock:
            self.stub.in_flight -= 1

    def scores(self, body: dict[str, Any]) -> None:
        """Answer with the scores of the photo in the request."""
        url = body["messages"][0]["content"][1]["image_url"]["url"]
        data = base64.b64decode(url.removeprefix("data:image/png;base64,"))
        pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE)
        self.says(json.dumps(scores_of(pixels)))

    def says(self, content: str | None, **more: Any) -> None:
        """Answer with a text of the model."""
        message = {"role": "assistant", "content": content, **more}
        usage = {"prompt_tokens": 700, "completion_tokens": 40}
        self.sends(200, {"choices": [{"message": message}], "usage": usage})

    def sends(self, status: int, document: Any, **headers: str) -> None:
        """Answer with a status and a JSON document."""
        data = json.dumps(document).encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *args: Any) -> None:
        """Say nothing."""


def scores_of(pixels: np.ndarray[Any, Any]) -> dict[str, float]:
    """Return four numbers in [0, 1] that depend on nothing but the pixels."""
    grey = pixels.astype(np.float64) / 255
    fine = np.abs(np.diff(grey, axis=1))
    found = (fine.max(), fine.std() * 4, np.ptp(grey.mean(axis=0)), fine.mean() * 4)
    return {n: float(min(v, 1)) for n, v in zip(FEATURE_NAMES, found, strict=True)}


@contextmanager
def serving() -> Iterator[Stub]:
    """Run a server until the block ends."""
    stub = Stub()
    handler = type("Bound", (Handler,), {"stub": stub})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    stub.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    thread = threading.Thread(
        target=server.serve_forever, kwargs={"poll_interval": 0.02}
    )
    thread.start()
    try:
        yield stub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def fails(status: int, message: str = "busy", **headers: str) -> Fault:
    """Answer with an error as such servers word it."""
    return lambda h: h.sends(status, {"error": {"message": message}}, **headers)


def tells(content: str, **more: Any) -> Fault:
    """Answer with this text of the model."""
    return lambda h: h.says(content, **more)


def sleeps(seconds: float) -> Fault:
    """Say nothing for a while, then something."""

    def fault(handler: Handler) -> None:
        time.sleep(seconds)
        handler.says("{}")

    return fault


def drips(handler: Handler) -> None:
    """Send headers, then a byte at a time: each soon enough, the whole never."""
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    for _ in range(60):
        handler.wfile.write(b" ")
        handler.wfile.flush()
        time.sleep(0.05)
    handler.close_connection = True


def floods(handler: Handler) -> None:
    """Send more than any four scores need."""
    handler.send_response(200)
    handler.send_header("Content-Length", "50000000")
    handler.end_headers()
    for _ in range(50):
        handler.wfile.write(b" " * 1_000_000)


def hangs_up(handler: Handler) -> None:
    """Close the connection without a word."""
    handler.close_connection = True


def squeezes(handler: Handler) -> None:
    """Send what would have to be unpacked."""
    handler.sends(200, {}, Content_Encoding="gzip")


def sends_elsewhere(url: str) -> Fault:
    """Redirect."""
    return lambda h: h.sends(307, {}, Location=url)

"""The service on a real server and a real store, on loopback, in a thread of its own."""

from __future__ import annotations

import http.client
import io
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from glassline.model import Model
from glassline.station.app import create_app
from glassline.station.logs import open_log
from glassline.station.server import Server, listen, server_of
from glassline.station.settings import Settings
from glassline.station.station import Station
from glassline.store import Keep, Store

WAIT_S = 60.0
PIN = "271828"  # of everybody


@dataclass(frozen=True)
class Answer:
    """What a request got.

    Attributes:
        status: Of HTTP.
        headers: Names in lower case.
        body: As it came.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """Read it as JSON."""
        return json.loads(self.body)

    @property
    def code(self) -> str:
        """Return the code of a problem."""
        return str(self.json["code"])


@dataclass(frozen=True)
class Service:
    """A service that runs.

    Attributes:
        host: Where.
        port: Where.
        station: What it is made of.
        server: What serves it.
        log: What it has logged so far.
    """

    host: str
    port: int
    station: Station
    server: Server
    log: io.StringIO

    @property
    def url(self) -> str:
        """Return its address."""
        return f"http://{self.host}:{self.port}"

    @property
    def store(self) -> Store:
        """Return its records."""
        return self.station.store

    def ask(
        self,
        method: str,
        path: str,
        body: bytes | Mapping[str, Any] | None = None,
        **headers: str,
    ) -> Answer:
        """Send one request on a connection of its own, and return the answer.

        Args:
            method: Of HTTP.
            path: With its query.
            body: Bytes as they are; anything else is sent as JSON.
            headers: Names with `_` for `-`.
        """
        connection = http.client.HTTPConnection(self.host, self.port, timeout=WAIT_S)
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        data = body
        if body is not None and not isinstance(body, bytes):
            data = json.dumps(body).encode()
            sent = {"Content-Type": "application/json", **sent}
        try:
            connection.request(method, path, data, sent)
            got = connection.getresponse()
            fields = {name.lower(): value for name, value in got.getheaders()}
            return Answer(got.status, fields, got.read())
        finally:
            connection.close()

    def inspect(self, photo: bytes, query: str = "", **headers: str) -> Answer:
        """Send a photo."""
        kind = {"Content-Type": "image/png", **headers}
        return self.ask("POST", f"/api/v1/inspections{query}", photo, **kind)


@dataclass(frozen=True)
class Guarded:
    """A service with people, and how each of them proves who she is.

    Attributes:
        service: The service.
        cookies: Role to the cookie of somebody who has it.
        tokens: Role to a token of it.
        spoilt: What kind of token to one that no longer holds.
    """

    service: Service
    cookies: Mapping[str, str]
    tokens: Mapping[str, str]
    spoilt: Mapping[str, str]


def cookie_of(answer: Answer) -> str:
    """Return the cookie that an answer sets, as it is sent back."""
    return answer.headers["set-cookie"].partition(";")[0]


@contextmanager
def serving(
    folder: Path,
    model: Model | None,
    *,
    url: str | None = None,
    keep: Keep | None = None,
    **settings: Any,
) -> Iterator[Service]:
    """Run a service on a new store until the block ends.

    Args:
        folder: Where the store lies.
        model: What it publishes first, if anything.
        url: Another database than a file in the folder.
        keep: Which photos are kept; left out, all.
        settings: Of `Settings`; left out, nobody signs in.
    """
    told = Settings(
        **{"port": 0, "is_open": True, "workers": 1, "most_wait_s": 60.0, **settings}
    )
    log = io.StringIO()
    place, files = url or folder / "line.db", folder / "line.files"
    with Store.open(place, files=files, keep=keep or Keep(1.0)) as store:
        if model is not None:
            store.publish(model, who="test", reason="a test")
        listening = listen(told)
        app = create_app(store, told, open_log(log))
        server = server_of(app, told)
        thread = threading.Thread(
            target=server.run, kwargs={"sockets": [listening]}, name="service"
        )
        thread.start()
        try:
            while not server.started and thread.is_alive():
                thread.join(0.01)
            host, port = listening.getsockname()[:2]
            yield Service(host, port, app.state.station, server, log)
        finally:
            server.should_exit = True
            thread.join()

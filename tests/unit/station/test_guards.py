"""Limits, time-outs, other sites, headers and the log: before any route's own code."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from html.parser import HTMLParser
from pathlib import Path

import pytest
from services import Guarded, Service, serving

from glassline.model import Model
from glassline.station.documents import Listed, listed
from glassline.station.guards import HEADERS

SHORT_S = 0.4
FILLED = {"record": "station-1", "sha256": "0" * 64, "feature": "grain_noise"}
FILLED |= {"number": "nobody", "token": "t-none", "study": "none"}


@pytest.fixture(scope="module")
def hasty(
    settled: Model, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    """A service that waits for nobody, and takes little."""
    folder = tmp_path_factory.mktemp("hasty")
    limits = {"headers_s": SHORT_S, "body_s": SHORT_S, "max_photo_bytes": 100_000}
    with serving(folder, settled, **limits) as service:
        yield service


def _raw(service: Service, data: bytes, *more: bytes) -> bytes:
    """Send bytes as they are, and read until the service closes."""
    with socket.create_connection((service.host, service.port), timeout=30) as line:
        line.sendall(data)
        for each in more:
            time.sleep(SHORT_S / 4)
            line.sendall(each)
        got = b""
        while chunk := line.recv(65_536):
            got += chunk
        return got


def _told(answer: bytes) -> tuple[int, str]:
    """Status and code of a raw answer that is a problem."""
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split(b" ")[1]), str(json.loads(body)["code"])


POST = b"POST /api/v1/inspections HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
PNG = b"Content-Type: image/png\r\n"


def test_half_headers_are_not_waited_for(hasty: Service) -> None:
    """The connection is closed, without a word."""
    began = time.monotonic()
    got = _raw(hasty, b"GET /health/live HTTP/1.1\r\nHost: loc", b"alhost\r\nX")

    assert got == b""
    assert time.monotonic() - began < 10 * SHORT_S


def test_a_connection_without_a_word_is_closed(hasty: Service) -> None:
    """Nobody holds a place by being silent."""
    assert _raw(hasty, b"") == b""


def test_a_half_body_is_not_waited_for(hasty: Service) -> None:
    """408, and who still sends is hung up on."""
    got = _raw(hasty, POST + PNG + b"Content-Length: 1000\r\n\r\n", b"abc", b"def")

    assert _told(got) == (408, "too_slow")


def test_slow_senders_are_in_nobodys_way(hasty: Service, photo: bytes) -> None:
    """With a hundred half requests open, health and a photo are answered."""
    lines = [socket.create_connection((hasty.host, hasty.port)) for _ in range(100)]
    for place, line in enumerate(lines):
        half = POST + PNG + b"Content-Length: 1000\r\n\r\n" if place % 2 else POST[:30]
        line.sendall(half)
    lives, seen = hasty.ask("GET", "/health/live"), hasty.inspect(photo)
    for line in lines:
        line.close()

    assert (lives.status, seen.status) == (200, 201)


def test_a_declared_gigabyte_is_refused_before_it_is_read(hasty: Service) -> None:
    """413 by its length alone."""
    got = _raw(hasty, POST + PNG + b"Content-Length: 1000000000\r\n\r\n")

    assert _told(got) == (413, "too_large")


def test_a_body_without_a_length_is_cut_at_the_limit(hasty: Service) -> None:
    """413 once it is larger than it may be."""
    chunk = b"8000\r\n" + bytes(0x8000) + b"\r\n"
    got = _raw(hasty, POST + PNG + b"Transfer-Encoding: chunked\r\n\r\n" + chunk * 4)

    assert _told(got) == (413, "too_large")


def test_tiny_chunks_are_a_body_like_any_other(hasty: Service) -> None:
    """Ten thousand of them are read, and refused as no photo."""
    chunks = b"1\r\nx\r\n" * 10_000 + b"0\r\n\r\n"
    got = _raw(hasty, POST + PNG + b"Transfer-Encoding: chunked\r\n\r\n" + chunks)

    assert _told(got) == (422, "photo")


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        pytest.param(b"Content-Encoding: gzip\r\n" + PNG, 415, "wrong_type", id="gzip"),
        pytest.param(b"Content-Type: text/plain\r\n", 415, "wrong_type", id="text"),
        pytest.param(b"", 415, "wrong_type", id="untyped"),
        pytest.param(PNG + b"Content-Length: 3\r\n", 400, "request", id="two lengths"),
        pytest.param(
            PNG + b"Transfer-Encoding: gzip, chunked\r\n", 400, "request", id="coded"
        ),
        pytest.param(b"Bad Name: x\r\n", 400, "request", id="a blank in a name"),
        pytest.param(b"X: " + b"y" * 400_000 + b"\r\n", 400, "request", id="too long"),
    ],
)
def test_what_is_not_taken_is_told_in_the_one_shape(
    hasty: Service, headers: bytes, status: int, code: str
) -> None:
    """What the server refuses, and what the guards do."""
    got = _raw(hasty, POST + headers + b"Content-Length: 2\r\n\r\nxx")

    assert _told(got) == (status, code)


FORM = b"multipart/form-data; boundary=x"
PART = b'--x\r\nContent-Disposition: form-data; name="%s"\r\n\r\ny\r\n'


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        pytest.param(FORM, b"", id="nothing"),
        pytest.param(FORM, b"--x--\r\n", id="no part"),
        pytest.param(FORM, PART % b"lot" + b"--x--\r\n", id="no photo"),
        pytest.param(FORM, PART % b"photo" + b"--x--\r\n", id="a photo of text"),
        pytest.param(FORM, PART % b"lot" * 1001 + b"--x--\r\n", id="1,001 parts"),
        pytest.param(FORM, PART % (b"n" * 60_000) + b"--x--\r\n", id="a long name"),
        pytest.param(FORM, b"p" * 90_000 + PART % b"lot", id="a preamble"),
        pytest.param(FORM, (PART % b"photo")[:30], id="cut in a header"),
        pytest.param(FORM, b"--x\r\n\r\ny\r\n--x--\r\n", id="a part without a name"),
        pytest.param(FORM, PART % b"lo\0t" + b"--x--\r\n", id="a zero byte"),
        pytest.param(b"multipart/form-data", b"--x--", id="no boundary"),
        pytest.param(
            b"multipart/form-data; boundary=" + b"b" * 300, b"--x--", id="a long one"
        ),
    ],
)
def test_a_form_that_can_not_be_used_is_refused(
    hasty: Service, kind: bytes, body: bytes
) -> None:
    """4xx, in the one shape, within a second."""
    headers = b"Content-Type: %s\r\nContent-Length: %d\r\n\r\n" % (kind, len(body))
    began = time.monotonic()
    status, _ = _told(_raw(hasty, POST + headers + body))

    assert status in (400, 413, 422)
    assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    ("body", "told"),
    [
        pytest.param(b"[" * 100_000, "JSON at most 32 deep", id="deep"),
        pytest.param(b'{"text": 1e999}', "a finite number", id="1e999"),
        pytest.param(b'{"text": NaN}', "numbers that JSON has", id="NaN"),
        pytest.param(b'{"text": "a", "text": "b"}', "every key once", id="twice"),
        pytest.param(b'{"text": "\\ud800"}', "whole letters", id="half a letter"),
        pytest.param(b'{"text": ' + b"9" * 200_000 + b"}", "400 digits", id="long"),
        pytest.param(b'\xff\xfe{"text": 1}', "JSON in UTF-8", id="UTF-16"),
        pytest.param(b'{"text": ', "JSON, got another text at byte 9", id="cut"),
    ],
)
def test_json_that_readers_disagree_on_is_refused(
    open_service: Service, body: bytes, told: str
) -> None:
    """400, and what is wrong with it."""
    answer = open_service.ask(
        "POST", "/api/v1/notes", body, Content_Type="application/json"
    )

    assert (answer.status, answer.code) == (400, "request")
    assert answer.json["detail"].startswith("body: expected ")
    assert told in answer.json["detail"]


def test_a_zero_byte_is_refused_by_its_field(open_service: Service) -> None:
    """As the description says; but what a note is about is kept as it is."""
    body = {"text": "lamp", "about": {"a": "\0"}}
    kept = open_service.ask("POST", "/api/v1/notes", body)
    refused = open_service.ask("POST", "/api/v1/notes", {"text": "a\0"})

    assert kept.status == 201
    assert open_service.store.rows("note", limit=1)[0].body["about"] == {"a": "\0"}
    assert (refused.status, refused.code) == (422, "input")
    assert refused.json["detail"].startswith("text: String should match pattern ")


@pytest.mark.parametrize(
    ("headers", "may"),
    [
        ({}, True),
        ({"Sec_Fetch_Site": "same-origin"}, True),
        ({"Sec_Fetch_Site": "none"}, True),
        ({"Sec_Fetch_Site": "cross-site"}, False),
        ({"Sec_Fetch_Site": "same-site"}, False),
        ({"Sec_Fetch_Site": "SAME-ORIGIN"}, True),
        ({"Sec_Fetch_Site": ""}, False),
        ({"Sec_Fetch_Site": "same-origin, cross-site"}, False),
        ({"Sec_Fetch_Site": "cross-site", "Origin": "{own}"}, False),
        ({"Sec_Fetch_Site": "same-origin", "Origin": "http://evil.example"}, True),
        ({"Origin": "{own}"}, True),
        ({"Origin": "{OWN}"}, True),
        ({"Origin": "http://evil.example"}, False),
        ({"Origin": "http://evil.example:80"}, False),
        ({"Origin": "https://{place}"}, False),
        ({"Origin": "http://127.0.0.1"}, False),
        ({"Origin": "http://127.0.0.1:1"}, False),
        ({"Origin": "null"}, False),
        ({"Origin": ""}, False),
        ({"Origin": "{own}.evil.example"}, False),
        ({"Origin": "{own}@evil.example"}, False),
        ({"Origin": "http://[::1"}, False),
        ({"Origin": "\x7f\xff"}, False),
        ({"Origin": "{own}/"}, False),
    ],
)
def test_a_page_of_another_site_can_not_write(
    guarded: Guarded, headers: dict[str, str], may: bool
) -> None:
    """Not even in the browser of an admin; a malformed one is refused, never a fault."""
    service = guarded.service
    own = service.url
    filled = {
        name: text.replace("{own}", own)
        .replace("{OWN}", own.upper().replace("HTTP", "Http"))
        .replace("{place}", own.removeprefix("http://"))
        for name, text in headers.items()
    }
    cookie = guarded.cookies["quality"]
    answer = service.ask(
        "POST", "/api/v1/notes", {"text": "x"}, Cookie=cookie, **filled
    )

    assert answer.status == (201 if may else 403)


def test_a_token_is_no_browser(guarded: Guarded) -> None:
    """What another site can not send is not asked where it comes from."""
    service = guarded.service
    answer = service.ask(
        "POST",
        "/api/v1/notes",
        {"text": "x"},
        Authorization="Bearer token quality",
        Sec_Fetch_Site="cross-site",
    )

    assert answer.status == 201


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "[::1"])
def test_without_sign_in_another_name_is_not_served(
    open_service: Service, host: str
) -> None:
    """A page that gives its own name our address gets nothing."""
    answer = open_service.ask("GET", "/api/v1/inspections", Host=host)

    assert (answer.status, answer.code) == (403, "forbidden")


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:99", "[::1]:8765"])
def test_this_machines_names_are_served(open_service: Service, host: str) -> None:
    """With any port: a tunnel may have another one."""
    assert open_service.ask("GET", "/health/live", Host=host).status == 200


@pytest.mark.parametrize(
    "route", [*listed()], ids=lambda route: f"{route.method} {route.path}"
)
def test_every_answer_has_the_headers_that_browsers_need(
    guarded: Guarded, route: Listed
) -> None:
    """Whatever its status; and none says which server it is."""
    service = guarded.service
    answers = [
        service.ask(route.method, route.path.format_map(FILLED), **headers)
        for headers in ({}, {"Authorization": "Bearer token admin"})
    ]

    for_all = [
        {name: answer.headers.get(name) for name in HEADERS} for answer in answers
    ]
    assert for_all == [HEADERS] * 2
    assert {answer.headers["cache-control"] for answer in answers} == {"no-store"}
    assert [answer.headers.get("server") for answer in answers] == [None] * 2
    assert len({answer.headers["x-request-id"] for answer in answers}) == 2


@pytest.mark.parametrize(
    ("method", "status"),
    [("PUT", 405), ("DELETE", 405), ("TRACE", 405), ("OPTIONS", 405), ("BREW", 405)],
)
def test_another_method_is_told_which_there_are(
    open_service: Service, method: str, status: int
) -> None:
    """In the one shape, with Allow."""
    answer = open_service.ask(method, "/api/v1/notes")

    assert (answer.status, answer.code) == (status, "wrong_method")
    assert answer.headers["allow"]


def test_an_error_is_told_in_the_askers_language(open_service: Service) -> None:
    """Its title, and both of them beside."""
    answer = open_service.ask("GET", "/api/v1/nothing", Accept_Language="zh-TW,zh")

    assert answer.json["title"] == answer.json["titles"]["zh-TW"] == "這裡沒有內容"
    assert answer.json["titles"]["en"] == "There is nothing here"


@pytest.mark.parametrize(
    "path",
    ["a%0d%0aSet-Cookie:x", "%1b%5b2J", "%00", "%e2%80%a8x", "x" * 5000, "%ff%fe"],
)
def test_an_event_is_one_line_of_json(open_service: Service, path: str) -> None:
    """Whatever the address holds: at most 4 KiB, and nothing in it can act."""
    open_service.ask("GET", f"/api/v1/{path}")

    line = open_service.log.getvalue().splitlines()[-1]
    assert json.loads(line)["status"] == 404
    assert len(line.encode()) <= 4096
    assert line.isprintable()


class _Elements(HTMLParser):
    """Counts elements and attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        """Keep the name, and those of its attributes."""
        self.found += [tag, str([name for name, _ in attrs])]  # type: ignore[attr-defined]


ATTACKS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "{{7*7}}${7*7}<%= 7*7 %>",
    "</title></style></textarea><svg onload=alert(1)>",
    "javascript:alert(1)",
    "=cmd|' /C calc'!A0",
    "\u202e<b>",
)


@pytest.mark.parametrize("face", ["html", "svg"])
@pytest.mark.parametrize("attack", ATTACKS)
def test_a_name_of_a_photo_is_text_wherever_it_is_shown(
    open_service: Service, photo: bytes, attack: str, face: str
) -> None:
    """As many elements and attributes as with a harmless name."""
    paths = {"html": "sheet?face=html", "svg": "evidence.svg"}

    def shown(name: str) -> list[str]:
        quoted = name.replace('"', "%22").encode()
        body = (
            b'--x\r\nContent-Disposition: form-data; name="photo"; filename="'
            + quoted
            + b'"\r\nContent-Type: image/png\r\n\r\n'
            + photo
            + b"\r\n--x--\r\n"
        )
        kind = "multipart/form-data; boundary=x"
        record = open_service.inspect(body, Content_Type=kind).json["record"]
        path = f"/api/v1/inspections/{record}/{paths[face]}"
        parser = _Elements()
        parser.feed(open_service.ask("GET", path).body.decode())
        return parser.found

    assert shown(attack) == shown("harmless")


def test_replies_are_strict_json_and_carry_what_was_sent(
    open_service: Service, photo: bytes
) -> None:
    """A lot in any script comes back as it was."""
    lot = "批-%E2%80%A8<b>"
    record = open_service.inspect(photo, f"?lot={lot}".replace("批", "%E6%89%B9"))
    body = open_service.ask("GET", f"/api/v1/inspections/{record.json['record']}").body

    def refuse(name: str) -> None:
        raise AssertionError(name)

    assert json.loads(body, parse_constant=refuse)["lot"] == "批-\u2028<b>"


@pytest.fixture
def crowded(
    settled: Model, tmp_path: Path
) -> Iterator[Callable[[bytes], list[tuple[int, str]]]]:
    """Ask a service that takes two photos at a time for twelve at once."""
    with serving(tmp_path, settled, most_waiting=2) as service:

        def ask(photo: bytes) -> list[tuple[int, str]]:
            head = POST + PNG + b"Content-Length: %d\r\n\r\n" % len(photo)
            with ThreadPoolExecutor(12) as all_:
                asked = [all_.submit(_raw, service, head + photo) for _ in range(12)]
                answers = [each.result() for each in asked]
            later = b"\r\nretry-after: 1\r\n"
            return [
                (int(each.split(b" ")[1]), "retry-after" * (later in each))
                for each in answers
            ]

        yield ask


def test_what_is_too_much_is_refused_at_once(
    crowded: Callable[[bytes], list[tuple[int, str]]], photo: bytes
) -> None:
    """503 with Retry-After for those beyond the limit; the others are answered."""
    found = crowded(photo)

    assert set(found) == {(201, ""), (503, "retry-after")}
    assert len(found) == 12


def test_one_sender_does_not_starve_another(
    settled: Model, photo: bytes, tmp_path: Path
) -> None:
    """Of four places one sender has three; the fourth is another's, who is answered."""

    def send(service: Service, address: str) -> int:
        line = http.client.HTTPConnection(
            service.host, service.port, source_address=(address, 0)
        )
        line.request(
            "POST", "/api/v1/inspections", photo, {"Content-Type": "image/png"}
        )
        answer = line.getresponse()
        answer.read()
        line.close()
        return answer.status

    with (
        serving(tmp_path, settled, most_waiting=4) as service,
        ThreadPoolExecutor(4) as all_,
    ):
        [pid] = service.station.inspector.workers.processes
        os.kill(pid, signal.SIGSTOP)
        room = service.station.inspector.room
        first = [all_.submit(send, service, "127.0.0.1") for _ in range(3)]
        while room.inside < 3:
            time.sleep(0.01)
        greedy = send(service, "127.0.0.1")
        other = all_.submit(send, service, "127.0.0.2")
        while room.inside < 4:
            time.sleep(0.01)
        late = send(service, "127.0.0.3")
        os.kill(pid, signal.SIGCONT)
        answers = [each.result() for each in (*first, other)]

    assert (greedy, late) == (503, 503)
    assert answers == [201] * 4
    assert '"event": "shed"' in service.log.getvalue()

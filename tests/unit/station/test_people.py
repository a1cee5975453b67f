"""Who may do what: a matrix made of the routes, sign-in, tokens, guessing."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from services import PIN, Answer, Guarded, cookie_of, serving

from glassline.errors import StoreFullError
from glassline.model import Model
from glassline.station.documents import Listed, listed
from glassline.station.people import RIGHTS, ROLES
from glassline.station.signing import cookie_key

FILLED = {"record": "station-999999", "sha256": "0" * 64, "feature": "grain_noise"}
FILLED |= {"number": "nobody", "token": "t-none", "study": "none"}
ROUTES = [each for each in listed() if each.right is not None]
FREE = [f"{each.method} {each.path}" for each in listed() if each.right is None]


def _named(route: Listed) -> str:
    return f"{route.method} {route.path}"


def _ask(guarded: Guarded, route: Listed, **headers: str) -> Answer:
    """Call a route with an empty body: whether it is let in is told before the rest."""
    path = route.path.format_map(FILLED)
    body = {} if route.method in ("POST", "PUT") else None
    return guarded.service.ask(route.method, path, body, **headers)


def test_few_routes_are_open_to_all() -> None:
    """Whether it lives and is ready, and the ways to sign in and out."""
    assert FREE == [
        "GET /health/live",
        "GET /health/ready",
        "POST /api/v1/session",
        "DELETE /api/v1/session",
        "POST /api/v1/session/first",
    ]


@pytest.mark.parametrize("route", ROUTES, ids=_named)
def test_nobody_gets_in_without_a_name(guarded: Guarded, route: Listed) -> None:
    """401, and how to say who one is."""
    answer = _ask(guarded, route)

    assert (answer.status, answer.code) == (401, "not_signed_in")
    assert answer.headers["www-authenticate"] == 'Bearer realm="glassline"'


@pytest.mark.parametrize("kind", ["garbage", "wrong", "old", "gone"])
@pytest.mark.parametrize("route", ROUTES, ids=_named)
def test_a_token_that_does_not_hold_gets_nobody_in(
    guarded: Guarded, route: Listed, kind: str
) -> None:
    """Not even beside a cookie that does."""
    bearer = f"Bearer {guarded.spoilt[kind]}"
    answer = _ask(guarded, route, Authorization=bearer, Cookie=guarded.cookies["admin"])

    assert (answer.status, answer.code) == (401, "not_signed_in")


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("route", ROUTES, ids=_named)
def test_a_role_gets_in_where_the_table_says_so(
    guarded: Guarded, route: Listed, role: str
) -> None:
    """By cookie and by token alike: 403 for the others, and anything else for her."""
    by_token = _ask(guarded, route, Authorization=f"Bearer {guarded.tokens[role]}")
    by_cookie = _ask(guarded, route, Cookie=guarded.cookies[role])

    may = role in RIGHTS[str(route.right)]
    assert [each.status == 403 for each in (by_token, by_cookie)] == [not may] * 2
    assert 401 not in (by_token.status, by_cookie.status)


@pytest.mark.parametrize("text", ["Basic YTpi", "Bearer", "", "bearer  ", "gl_x"])
def test_an_authorization_of_another_kind_is_no_token(
    guarded: Guarded, text: str
) -> None:
    """401; never a fault."""
    answer = guarded.service.ask("GET", "/api/v1/session", Authorization=text)

    assert (answer.status, answer.code) == (401, "not_signed_in")


def test_a_person_signs_in_with_her_badge_or_number(guarded: Guarded) -> None:
    """The cookie is for this service alone, and no script can read it."""
    ask, path = guarded.service.ask, "/api/v1/session"
    by_badge = ask("POST", path, {"number": "badge quality", "pin": PIN})
    who = ask("GET", path, Cookie=cookie_of(by_badge))

    assert by_badge.status == 201
    flags = by_badge.headers["set-cookie"].split("; ")[1:]
    assert {"HttpOnly", "SameSite=strict", "Path=/"} <= set(flags)
    assert who.json == {
        "number": "quality",
        "name": "The quality",
        "role": "quality",
        "rights": sorted(r for r, roles in RIGHTS.items() if "quality" in roles),
    }


def test_signing_out_takes_the_cookie_back(guarded: Guarded) -> None:
    """Its place is empty, and it is over at once."""
    answer = guarded.service.ask(
        "DELETE", "/api/v1/session", Cookie=guarded.cookies["operator"]
    )

    assert answer.status == 204
    assert 'glassline="";' in answer.headers["set-cookie"]
    assert "Max-Age=0" in answer.headers["set-cookie"]


@pytest.mark.parametrize(
    ("number", "pin"),
    [("admin", "000000"), ("badge nobody", PIN), ("admin", "")],
)
def test_a_wrong_pin_and_an_unknown_number_are_told_alike(
    guarded: Guarded, number: str, pin: str
) -> None:
    """Nobody learns who works here."""
    given = {"number": number, "pin": pin or " "}
    answer = guarded.service.ask("POST", "/api/v1/session", given)

    assert (answer.status, answer.json["detail"]) == (
        401,
        "expected a badge or number and its PIN, got others.",
    )


@pytest.mark.parametrize(
    "cookie", ["glassline=x", "glassline=", "glassline=WyJhIl0.a.b"]
)
def test_a_cookie_that_nobody_signed_is_none(guarded: Guarded, cookie: str) -> None:
    """As if there were none."""
    answer = guarded.service.ask("GET", "/api/v1/session", Cookie=cookie)

    assert (answer.status, answer.code) == (401, "not_signed_in")


def test_a_person_who_left_and_a_pin_that_changed_end_the_session(
    guarded: Guarded,
) -> None:
    """The cookie of before is void at once."""
    service, admin = guarded.service, guarded.cookies["admin"]
    given = {"name": "Lin", "role": "operator", "pin": "1234", "reason": "new"}
    path, session = "/api/v1/people/2042", "/api/v1/session"
    service.ask("PUT", path, given, Cookie=admin)
    first = cookie_of(service.ask("POST", session, {"number": "2042", "pin": "1234"}))
    service.ask("PUT", path, given | {"pin": "4321"}, Cookie=admin)
    changed = service.ask("GET", session, Cookie=first)
    second = cookie_of(service.ask("POST", session, {"number": "2042", "pin": "4321"}))
    held = service.ask("GET", session, Cookie=second)
    left = {k: v for k, v in given.items() if k != "pin"} | {"is_active": False}
    service.ask("PUT", path, left, Cookie=admin)

    gone = service.ask("GET", session, Cookie=second)
    again = service.ask("POST", session, {"number": "2042", "pin": "4321"})
    assert [each.status for each in (changed, held, gone, again)] == [
        401,
        200,
        401,
        401,
    ]


def test_the_last_admin_stays_one(guarded: Guarded) -> None:
    """Else nobody could let anybody in."""
    given = {"name": "A", "role": "auditor", "reason": "moved"}
    answer = guarded.service.ask(
        "PUT", "/api/v1/people/admin", given, Cookie=guarded.cookies["admin"]
    )

    assert (answer.status, answer.json["detail"]) == (
        422,
        "admin: expected another admin first, got the last one.",
    )


def test_a_new_token_is_shown_once_and_ends_when_it_is_revoked(
    guarded: Guarded,
) -> None:
    """Lists and ledger hold its hash alone; every change has who and why."""
    service, admin = guarded.service, guarded.cookies["admin"]
    given = {"name": "press 2", "role": "operator", "reason": "a new camera"}
    given |= {"scopes": ["see", "inspect"]}
    made = service.ask("POST", "/api/v1/tokens", given, Cookie=admin)
    secret, name = made.json["token"], made.json["id"]
    bearer = f"Bearer {secret}"
    works = service.ask("GET", "/api/v1/session", Authorization=bearer)
    listed_ = service.ask("GET", "/api/v1/tokens", Cookie=admin)
    path = f"/api/v1/tokens/{name}/revoke"
    ended = service.ask("POST", path, {"reason": "camera sold"}, Cookie=admin)
    after = service.ask("GET", "/api/v1/session", Authorization=bearer)

    assert (made.status, works.status) == (201, 200)
    assert works.json["number"] == f"token {name}"
    assert works.json["rights"] == ["inspect", "see"]
    assert secret not in listed_.body.decode()
    assert (ended.json["revoked"], after.status) == (True, 401)
    rows = service.store.rows("token", limit=1) + service.store.rows(
        "token_revoked", limit=1
    )
    assert [(row.who, row.body["reason"]) for row in rows] == [
        ("admin", "a new camera"),
        ("admin", "camera sold"),
    ]
    assert secret not in json.dumps([row.as_json() for row in rows])


def test_no_secret_is_in_the_log(guarded: Guarded) -> None:
    """Neither token, PIN, badge nor cookie."""
    service = guarded.service
    service.ask("GET", "/api/v1/session", Authorization="Bearer token admin")
    secrets = [PIN, "token admin", "badge quality", guarded.cookies["admin"]]

    log = service.log.getvalue()
    assert '"who": "token t-admin"' in log
    assert [secret for secret in secrets if secret in log] == []


def test_the_first_admin_has_read_the_code(settled: Model, tmp_path: Path) -> None:
    """A wrong one is refused; the right one holds once, for one."""
    with serving(tmp_path, settled, is_open=False) as service:
        path = "/api/v1/session/first"
        given = {"code": "AAAAA-AAAAA", "number": "1", "name": "Lin", "pin": "1234"}
        code = str(service.station.accounts.code)
        wrong = service.ask("POST", path, given)
        right = service.ask("POST", path, given | {"code": code.lower()})
        again = service.ask("POST", path, given | {"code": code, "number": "2"})
        who = service.ask("GET", "/api/v1/session", Cookie=cookie_of(right))
        people = service.ask("GET", "/api/v1/people", Cookie=cookie_of(right))

    assert [each.status for each in (wrong, right, again)] == [403, 201, 403]
    assert (who.json["number"], who.json["role"]) == ("1", "admin")
    assert [each["number"] for each in people.json["people"]] == ["1"]


def test_who_guesses_too_often_has_to_wait(settled: Model, tmp_path: Path) -> None:
    """Ten wrong ones a minute; then 429 for that place, whatever it says it is."""
    with serving(tmp_path, settled, is_open=False) as service:
        path = "/api/v1/session"
        tries = [
            service.ask(
                "GET", path, Authorization=f"Bearer {turn}", X_Forwarded_For="1"
            )
            for turn in range(11)
        ]
        elsewhere = service.ask(
            "GET", path, Authorization="Bearer x", X_Forwarded_For="192.0.2.7"
        )
        lives = service.ask("GET", "/health/live")

    assert [each.status for each in tries] == [401] * 10 + [429]
    assert 0 < int(tries[-1].headers["retry-after"]) <= 60
    assert (elsewhere.status, lives.status) == (429, 200)


def test_a_session_outlives_the_service(settled: Model, tmp_path: Path) -> None:
    """Started again, it knows its cookies; their key is in no copy and nobody's to read."""
    path, kept = "/api/v1/session", tmp_path / "line.files" / "cookies.key"
    given = {"number": "1", "name": "Lin", "pin": "1234"}
    with serving(tmp_path, settled, is_open=False) as service:
        first = {"code": service.station.accounts.code, **given}
        cookie = cookie_of(service.ask("POST", f"{path}/first", first))
        service.store.backup(tmp_path / "copy.db")
    mode, written = kept.stat().st_mode & 0o777, kept.read_bytes()
    with serving(tmp_path, None, is_open=False) as again:
        known = again.ask("GET", path, Cookie=cookie)
    kept.chmod(0o644)
    with serving(tmp_path, None, is_open=False) as seen_by_others:
        void = seen_by_others.ask("GET", path, Cookie=cookie)

    assert (known.status, known.json["number"], void.status) == (200, "1", 401)
    assert (mode, kept.stat().st_mode & 0o777) == (0o600, 0o600)
    assert kept.read_bytes() != written
    assert not (tmp_path / "copy.files" / "cookies.key").exists()


def test_a_key_without_room_is_a_named_error(tmp_path: Path) -> None:
    """The service does not start with sessions that nobody could keep."""
    (tmp_path / "cookies.key").mkdir()
    message = (
        f"{tmp_path / 'cookies.key'}: expected room for a key, got: Is a directory. "
        "Make room, or let the service write there."
    )

    with pytest.raises(StoreFullError, match=f"^{re.escape(message)}$"):
        cookie_key(tmp_path)

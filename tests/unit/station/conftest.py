"""Services for the tests of the station: each started once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from databases import database
from services import PIN, Guarded, Service, cookie_of, serving

from glassline.dataset import Dataset
from glassline.model import Model
from glassline.station.people import ROLES
from glassline.station.signing import fingerprint, hash_pin
from glassline.store import Person as Kept
from glassline.store import Token


@pytest.fixture(scope="session")
def photo(line: Dataset) -> bytes:
    """A photo of a scratched part."""
    [path] = [part.path for part in line.parts if part.label == "scratch"][:1]
    return path.read_bytes()


@pytest.fixture(scope="session")
def good_photo(line: Dataset) -> bytes:
    """A photo of a good part."""
    [path] = [part.path for part in line.parts if part.label == "ok"][:1]
    return path.read_bytes()


@pytest.fixture(scope="session")
def open_service(
    settled: Model, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    """A service at which nobody signs in."""
    with serving(tmp_path_factory.mktemp("open"), settled) as service:
        yield service


@pytest.fixture(scope="session")
def on_postgresql(
    settled: Model, postgresql_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    """The same on a database of its own of the PostgreSQL server."""
    folder = tmp_path_factory.mktemp("postgresql")
    with (
        database(postgresql_url, "station") as url,
        serving(folder, settled, url=url) as service,
    ):
        yield service


@pytest.fixture(scope="session")
def guarded(
    settled: Model, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Guarded]:
    """A service at which people sign in, with one person and one token a role."""
    folder = tmp_path_factory.mktemp("guarded")
    with serving(folder, settled, is_open=False, tries_a_minute=10_000) as service:
        pin = hash_pin(PIN)
        for role in ROLES:
            person = Kept(role, f"The {role}", role, pin, fingerprint(f"badge {role}"))
            service.store.add_person(person, who="test", reason="a test")
            token = Token(f"t-{role}", role, role, fingerprint(f"token {role}"))
            service.store.add_token(token, who="test", reason="a test")
        old = Token("t-old", "old", "admin", fingerprint("too old"), "2020-01-01")
        gone = Token("t-gone", "gone", "admin", fingerprint("revoked"))
        for each in (old, gone):
            service.store.add_token(each, who="test", reason="a test")
        service.store.revoke_token("t-gone", who="test", reason="a test")
        service.station.accounts.forget_known()
        answers = {
            role: service.ask("POST", "/api/v1/session", {"number": role, "pin": PIN})
            for role in ROLES
        }
        yield Guarded(
            service,
            {role: cookie_of(answer) for role, answer in answers.items()},
            {role: f"token {role}" for role in ROLES},
            {"garbage": "\x7f", "wrong": "x" * 43, "old": "too old", "gone": "revoked"},
        )

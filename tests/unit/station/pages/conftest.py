"""Stations with parts that wait, and with a line that drifts; a browser before them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from browsers import Windows, sign_in, visitor
from drifting import drifting, promising
from services import Service, serving

from glassline.dataset import Dataset
from glassline.inspection import inspect
from glassline.model import Model
from glassline.recipe import ClassCosts
from glassline.station.signing import hash_pin
from glassline.store import Entry, Identifiers, Person

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PIN = "246810"
PEOPLE = {"1001": "Lin", "1002": "Chen", "1003": "Wu"}
ROLES = {"1001": "engineer", "1002": "quality", "1003": "auditor"}


@pytest.fixture(scope="session")
def doubtful(settled: Model) -> Model:
    """A model of a line on which a look by a person costs next to nothing."""
    costs = {
        name: ClassCosts(
            accept=20 * (name != "ok"), reject=5 * (name == "ok"), review=0.001
        )
        for name in settled.recipe.classes
    }
    return replace(settled, recipe=replace(settled.recipe, costs=costs))


@pytest.fixture(scope="session")
def station(
    doubtful: Model, line: Dataset, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    """A station that has seen the line, every part of it under its serial number."""
    folder = tmp_path_factory.mktemp("station")
    with serving(folder, doubtful, is_open=False) as service:
        hashed = hash_pin(PIN)
        for number, name in PEOPLE.items():
            person = Person(number, name, ROLES[number], pin_hash=hashed)
            service.store.add_person(person, who="test", reason="a test")
        service.station.accounts.forget_known()
        service.station.accounts.code = None
        entries = []
        for number, part in enumerate(line.parts, 1):
            photo = part.path.read_bytes()
            given = Identifiers(lot="A-17", unit_serial=f"SN{number:04d}")
            entries.append(Entry(inspect(doubtful, photo), photo, given, "camera 1"))
        service.store.record_all(entries)
        yield service


@pytest.fixture(scope="session")
def cookies(browser: Any, station: Service) -> dict[str, Any]:
    """What each person's browser keeps after signing in, once a session."""
    kept = {}
    for number in PEOPLE:
        with visitor(browser, station.url) as page:
            sign_in(page, number, PIN)
            kept[number] = page.context.storage_state()
    return kept


class Visits:
    """Pages at a station, each signed in; the console must stay quiet.

    Attributes:
        expected: What the console may complain of in this test.
    """

    def __init__(self, windows: Windows, cookies: dict[str, Any]) -> None:
        self._windows, self._cookies = windows, cookies
        self._stack = ExitStack()
        self._faults: list[str] = []
        self.expected: tuple[str, ...] = ()

    def __call__(self, number: str = "1001", **settings: Any) -> Any:
        """Open a page as one of the people."""
        opened = self._windows.open(
            self._faults, storage_state=self._cookies[number], **settings
        )
        return self._stack.enter_context(opened)

    def end(self) -> list[str]:
        """Close all pages, and return what nobody expected."""
        self._stack.close()
        return [
            fault
            for fault in self._faults
            if not any(part in fault for part in self.expected)
        ]


@pytest.fixture(scope="session")
def windows(browser: Any, station: Service) -> Windows:
    """Pages at the station that tests use in turn."""
    return Windows(browser, station.url)


@pytest.fixture
def visit(browser: Any, windows: Windows, cookies: dict[str, Any]) -> Iterator[Visits]:
    """Open pages at the station, signed in as somebody."""
    visits = Visits(windows, cookies)
    yield visits
    assert visits.end() == []


@pytest.fixture(scope="session")
def aging(
    settled: Model, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    """The service of a line whose lamp ages, under a model that promised something."""
    folder = tmp_path_factory.mktemp("aging")
    with drifting(promising(settled), folder) as service:
        yield service


@pytest.fixture(scope="session")
def aging_windows(browser: Browser, aging: Service) -> Windows:
    """Pages at it that tests use in turn."""
    return Windows(browser, aging.url)


@pytest.fixture
def shown(browser: Browser, aging_windows: Windows) -> Iterator[Page]:
    """A window on it, in English, that must not complain of anything."""
    faults: list[str] = []
    with aging_windows.open(faults, locale="en-GB") as window:
        window.set_default_timeout(10_000)
        yield window
    assert faults == []

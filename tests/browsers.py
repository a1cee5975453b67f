"""A real Chromium, as the system has it: pages are shown in what people use."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

__all__ = ["Windows", "chromium", "sign_in", "visitor"]

WAIT_MS = 4_000
NAMES = ("chromium", "chromium-browser", "google-chrome")


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start the system's Chromium, without a window; skip by name where it is missing."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        pytest.skip("needs Chromium on the PATH")
    driver = pytest.importorskip("playwright.sync_api", reason="needs playwright")
    options = ["--no-sandbox"] if os.geteuid() == 0 else []  # it refuses root a sandbox
    with driver.sync_playwright() as playing:
        started = playing.chromium.launch(executable_path=found, args=options)
        yield started
        started.close()


@contextmanager
def visitor(
    browser: Browser, address: str, *, faults: list[str] | None = None, **settings: Any
) -> Iterator[Page]:
    """Open a page at a station as somebody with cookies of her own.

    Args:
        browser: Of `chromium`.
        address: Of the station.
        faults: Gets what the console complains of, the content policy among it.
        settings: Of the browser's context: viewport, locale, color_scheme.
    """
    page = _opened(browser, address, settings)
    _listen(page, faults if faults is not None else [])
    yield page
    page.context.close()


class Windows:
    """Pages that tests use in turn, each as it was when it was new.

    A new one takes 0.4 s, its first visit included; the same again takes 0.06 s.

    Args:
        browser: Of `chromium`.
        address: Of the station.
    """

    def __init__(self, browser: Browser, address: str) -> None:
        self._browser, self._address = browser, address
        self._free: dict[str, list[tuple[Page, list[str]]]] = {}

    @contextmanager
    def open(self, faults: list[str], **settings: Any) -> Iterator[Page]:
        """Lend a page; arguments as of `visitor`."""
        free = self._free.setdefault(repr(sorted(settings.items())), [])
        page, heard = free.pop() if free else self._new(settings)
        cookies = page.context.cookies()
        try:
            yield page
        finally:
            page.context.set_offline(False)
            page.evaluate("localStorage.clear()")
            page.goto("about:blank")
            page.set_viewport_size(_told(settings)["viewport"])
            page.emulate_media(media="null")
            page.context.clear_cookies()
            page.context.add_cookies(cookies)
            faults += heard
            heard.clear()
            free.append((page, heard))

    def _new(self, settings: dict[str, Any]) -> tuple[Page, list[str]]:
        page, heard = _opened(self._browser, self._address, settings), []
        _listen(page, heard)
        return page, heard


def _told(settings: dict[str, Any]) -> dict[str, Any]:
    return {"viewport": {"width": 1366, "height": 768}, "locale": "en", **settings}


def _opened(browser: Browser, address: str, settings: dict[str, Any]) -> Page:
    context = browser.new_context(base_url=address, **_told(settings))
    context.set_default_timeout(WAIT_MS)
    return context.new_page()


def _listen(page: Page, faults: list[str]) -> None:
    page.on(
        "console",
        lambda said: faults.append(said.text) if said.type == "error" else None,
    )
    page.on("pageerror", lambda error: faults.append(str(error)))


def sign_in(page: Page, number: str, pin: str) -> None:
    """Sign a visitor in, by the form of the page."""
    page.goto("/signin?next=/inspect")
    page.locator("input[name=number]").fill(number)
    page.locator("input[name=pin]").fill(pin)
    page.locator("main button").click()
    page.wait_for_url(lambda url: "/signin" not in url)

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

__all__ = ["chromium", "sign_in", "visitor"]

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
    told = {"viewport": {"width": 1366, "height": 768}, "locale": "en", **settings}
    context = browser.new_context(base_url=address, **told)
    context.set_default_timeout(WAIT_MS)
    page = context.new_page()
    complaints = faults if faults is not None else []
    page.on(
        "console",
        lambda said: complaints.append(said.text) if said.type == "error" else None,
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()


def sign_in(page: Page, number: str, pin: str) -> None:
    """Sign a visitor in, by the form of the page."""
    page.goto("/signin?next=/inspect")
    page.locator("input[name=number]").fill(number)
    page.locator("input[name=pin]").fill(pin)
    page.locator("main button").click()
    page.wait_for_url(lambda url: "/signin" not in url)

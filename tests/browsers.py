"""A real Chromium, as the system has it: pages are shown in what people use."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser

__all__ = ["chromium"]

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

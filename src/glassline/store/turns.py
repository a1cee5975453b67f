"""One writer at a time, whichever thread or program it is in."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from glassline.errors import StoreBusyError
from glassline.files import held

__all__ = ["Turns"]

FIRST_WAIT_S, LONGEST_WAIT_S = 0.001, 0.02  # between two looks whether it is our turn


class Turns:
    """The right to write, which one has at a time.

    Args:
        place: What is written to, for messages.
        folder: The folder that stands for it between programs; None between threads
            alone.
        timeout_s: How long to wait for one's turn.
    """

    def __init__(self, place: str, folder: Path | None, timeout_s: float) -> None:
        self._place, self._folder, self._timeout_s = place, folder, timeout_s
        self._lock = threading.Lock()

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Write meanwhile.

        Raises:
            StoreBusyError: The others were not done in time.
        """
        end = time.monotonic() + self._timeout_s
        if not self._lock.acquire(timeout=self._timeout_s):
            raise self._busy()
        try:
            if self._folder is None:
                yield
            else:
                with self._among_programs(self._folder, end):
                    yield
        finally:
            self._lock.release()

    @contextmanager
    def _among_programs(self, folder: Path, end: float) -> Iterator[None]:
        wait_s = FIRST_WAIT_S
        while True:
            with held(folder, alone=True, wait=False) as is_held:
                if is_held:
                    yield
                    return
            if time.monotonic() > end:
                raise self._busy()
            time.sleep(wait_s)
            wait_s = min(2 * wait_s, LONGEST_WAIT_S)

    def _busy(self) -> StoreBusyError:
        return StoreBusyError(
            f"{self._place}: expected other writers to be done in "
            f"{self._timeout_s:g} s, got no turn. Try again."
        )

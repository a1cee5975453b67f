"""Ctrl-C and a friendly kill end a run after the photos under way."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

__all__ = ["Stopping", "noted"]

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Stopping:
    """Whether a run was asked to stop, by which signal, and what is done then."""

    def __init__(self) -> None:
        self.signal: int | None = None
        self.act: Callable[[], None] | None = None

    def ask(self, number: int, _: FrameType | None = None) -> None:
        """Stop; whoever asks again does not wait."""
        self.signal = number
        signal.signal(number, signal.SIG_DFL)
        if self.act is not None:
            self.act()


@contextmanager
def noted() -> Iterator[Stopping]:
    """Note signals instead of ending at once; outside the main thread nothing changes."""
    stopping = Stopping()
    if threading.current_thread() is not threading.main_thread():
        yield stopping
        return
    before = {number: signal.signal(number, stopping.ask) for number in SIGNALS}
    try:
        yield stopping
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)

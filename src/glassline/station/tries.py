"""How often somebody may guess: wrong tokens and PINs, counted by place and by name."""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable

from glassline.errors import TooManyTriesError

__all__ = ["Tries"]

WINDOW_S = 60.0
MOST_KNOWN = 10_000  # places remembered, so that memory stays flat


class Tries:
    """Wrong tries of the last minute.

    Example:
        >>> tries = Tries(2, clock=lambda: 0.0)
        >>> tries.failed("10.0.0.7"), tries.failed("10.0.0.7")
        (None, None)
        >>> tries.check("10.0.0.7")
        Traceback (most recent call last):
            ...
        glassline.errors.TooManyTriesError: 10.0.0.7: expected at most 2 wrong tries
        a minute, got 2. Wait 60 seconds.
    """

    def __init__(
        self, most: int, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._most = most
        self._clock = clock
        self._wrong: dict[str, deque[float]] = {}

    def check(self, *sources: str) -> None:
        """Refuse a source that has guessed wrong too often.

        Raises:
            TooManyTriesError: It says how long to wait.
        """
        now = self._clock()
        for source in sources:
            times = self._wrong.get(source, deque())
            while times and times[0] <= now - WINDOW_S:
                times.popleft()
            if len(times) >= self._most:
                wait = max(1, math.ceil(times[0] + WINDOW_S - now))
                raise TooManyTriesError(
                    f"{source}: expected at most {self._most} wrong tries a minute, "
                    f"got {len(times)}. Wait {wait} seconds.",
                    retry_after_s=wait,
                )

    def failed(self, *sources: str) -> None:
        """Count a wrong try."""
        now = self._clock()
        for source in sources:
            while len(self._wrong) >= MOST_KNOWN and source not in self._wrong:
                del self._wrong[next(iter(self._wrong))]
            times = self._wrong.setdefault(source, deque(maxlen=self._most))
            times.append(now)

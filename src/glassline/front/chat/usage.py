"""How often a server was asked, and for how many tokens."""

from __future__ import annotations

import threading
from dataclasses import asdict, dataclass

__all__ = ["Count", "Usage"]


@dataclass(frozen=True)
class Count:
    """What a front has asked for so far.

    Attributes:
        calls: Requests that were sent, tries again among them.
        cached: Photos whose scores were remembered.
        prompt_tokens: As the server counts them; 0 where it does not.
        completion_tokens: As the server counts them; 0 where it does not.
    """

    calls: int = 0
    cached: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0

    def as_json(self) -> dict[str, int]:
        """Return the counts as plain data."""
        return asdict(self)


class Usage:
    """Counts from several threads.

    Example:
        >>> usage = Usage()
        >>> usage.add(calls=1, prompt_tokens=700)
        >>> usage.add(cached=1)
        >>> usage.so_far
        Count(calls=1, cached=1, prompt_tokens=700, completion_tokens=0)
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.so_far = Count()

    def add(self, **more: int) -> None:
        """Add to the counts named."""
        with self._lock:
            now = self.so_far.as_json()
            self.so_far = Count(**{k: n + more.get(k, 0) for k, n in now.items()})

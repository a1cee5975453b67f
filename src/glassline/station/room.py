"""How many photos may be inside at a time, and how many of them one sender's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from glassline.errors import OverloadedError
from glassline.station.metrics import Metrics
from glassline.station.settings import Settings

__all__ = ["Room"]

LEAST = 4  # places a worker: the next photo is there when one is done
OF_ONE = 0.75  # of the places are one sender's at most; the others find some free
SLOWLY = 1 / 16  # weight of the newest photo in the mean time of one


class Room:
    """The places that photos take from their last byte until they are answered.

    As many as are answered within `most_wait_s` at the pace of the last photos, at most
    `most_waiting`: whoever is let in is answered soon, on a slow machine too, and whoever
    is not hears it at once and can ask again. One sender, by its address, never takes
    all of them.

    Args:
        settings: Workers and limits.
        metrics: Where those inside and those sent away are counted.

    Attributes:
        inside: Photos that wait or are being read or recorded.

    Example:
        A photo takes 50 ms, two are read at a time, 200 ms are allowed.

        >>> room = Room(Settings(workers=2, most_waiting=24, most_wait_s=0.2), Metrics())
        >>> room.places
        24
        >>> for _ in range(200): room.took(0.05)
        >>> room.places
        8
    """

    def __init__(self, settings: Settings, metrics: Metrics) -> None:
        self._settings = settings
        self._metrics = metrics
        self._of: Counter[str] = Counter()
        self._photo_s = 0.0
        self.inside = 0

    @property
    def places(self) -> int:
        """Return how many there are now."""
        most, workers = self._settings.most_waiting, self._settings.workers
        if not self._photo_s:
            return most
        in_time = round(self._settings.most_wait_s * workers / self._photo_s)
        return min(most, max(LEAST * workers, in_time))

    def took(self, seconds: float) -> None:
        """Say how long a worker was busy with a photo."""
        weight = SLOWLY if self._photo_s else 1.0
        self._photo_s += weight * (seconds - self._photo_s)

    def check(self, sender: str) -> None:
        """Refuse one more photo where there is no place for it.

        Args:
            sender: Whose it is, by address.

        Raises:
            OverloadedError: All places are taken, or all that one sender may have.
        """
        places = self.places
        if self.inside >= places:
            told = f"expected at most {places} photos at a time."
        elif self._of[sender] >= (own := max(1, int(OF_ONE * places))):
            told = f"expected at most {own} photos of one sender at a time."
        else:
            return
        self._metrics.shed.inc()
        raise OverloadedError(f"{told} Ask again in a second.", retry_after_s=1)

    @contextmanager
    def taken(self, sender: str) -> Iterator[None]:
        """Take a place for as long as the block lasts.

        Raises:
            OverloadedError: There is none.
        """
        self.check(sender)
        self.inside += 1
        self._of[sender] += 1
        self._metrics.waiting.inc()
        try:
            yield
        finally:
            self.inside -= 1
            self._of[sender] -= 1
            if not self._of[sender]:
                del self._of[sender]
            self._metrics.waiting.dec()

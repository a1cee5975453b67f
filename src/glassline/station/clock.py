"""Times as the plant's own clock shows them, whatever clock the server has."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

__all__ = ["offsets", "shown"]

SLOT_S = 900  # seconds: no zone changes its clock but on a quarter of an hour


def shown(at: datetime | str, zone: str, *, to: str = "minutes") -> str:
    """Return a time in a zone, without its name.

    Args:
        at: With its zone; as text, in ISO 8601.
        zone: The name of the zone it is shown in.
        to: "minutes" or "seconds".

    Example:
        >>> shown("2026-11-29T01:45:07.250000+00:00", "Asia/Taipei")
        '2026-11-29 09:45'
        >>> shown("2026-11-29T01:45:07.250000+00:00", "Asia/Taipei", to="seconds")
        '2026-11-29 09:45:07'
    """
    moment = datetime.fromisoformat(at) if isinstance(at, str) else at
    there = moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    return there.isoformat(sep=" ", timespec=to)


def offsets(at: NDArray[np.float64], zone: str) -> NDArray[np.float64]:
    """Return how far a zone is ahead of UTC at n times, in seconds.

    Args:
        at: Shape (n,), seconds since 1970.
        zone: Its name.

    Example:
        Berlin put its clocks back on 25 October 2026 at 1:00 UTC:

        >>> changed = datetime(2026, 10, 25, 1, tzinfo=UTC).timestamp()
        >>> offsets(np.array([changed - 1, changed]), "Europe/Berlin").tolist()
        [7200.0, 3600.0]
    """
    there = ZoneInfo(zone)
    slots, own = np.unique(np.floor(at / SLOT_S), return_inverse=True)
    ahead = np.zeros(len(slots))
    for place, slot in enumerate(slots.tolist()):
        moved = datetime.fromtimestamp(slot * SLOT_S, UTC).astimezone(there).utcoffset()
        ahead[place] = moved.total_seconds() if moved else 0.0
    return ahead[own]

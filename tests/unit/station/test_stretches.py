"""Hours and days of the plant, whatever clock the server has."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from glassline.station.stretches import stretches
from glassline.store import Columns, Day

TIMES = [  # UTC; Taipei is eight hours ahead, Kathmandu five and three quarters
    datetime(2026, 11, 28, 23, 30, tzinfo=UTC),
    datetime(2026, 11, 28, 23, 59, 59, tzinfo=UTC),
    datetime(2026, 11, 29, 0, 0, tzinfo=UTC),
    datetime(2026, 11, 29, 0, 20, tzinfo=UTC),
]


@pytest.mark.parametrize(
    ("by", "day", "ids", "names"),
    [
        ("day", Day(), [0, 0, 1, 1], ("11-28", "11-29")),
        ("day", Day("UTC", "00:00"), [0, 0, 1, 1], ("11-28", "11-29")),
        ("day", Day("Asia/Taipei", "07:45"), [0, 1, 1, 1], ("11-28", "11-29")),
        ("hour", Day(), [0, 0, 1, 1], ("11-29 07:00", "11-29 08:00")),
        (
            "hour",
            Day("Asia/Kathmandu"),
            [0, 0, 0, 1],
            ("11-29 05:00", "11-29 06:00"),
        ),
    ],
    ids=["production day", "calendar day", "earlier shift", "hour", "odd zone"],
)
def test_parts_are_dealt_by_the_clock_of_the_plant(
    by: str, day: Day, ids: list[int], names: tuple[str, ...]
) -> None:
    """What comes before the day begins, there, belongs to the day before."""
    at = np.array([each.timestamp() for each in TIMES])
    found = replace(Columns.none(), at=at)

    dealt = stretches(found, by, day)

    assert (dealt.ids.tolist(), dealt.names) == (ids, names)
    assert dealt.at.tolist() == [at[ids.index(0)], at[ids.index(1)]]

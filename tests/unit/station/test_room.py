"""Who is let in is answered in time, and no sender takes all places."""

from __future__ import annotations

from contextlib import ExitStack

import pytest

from glassline.errors import OverloadedError
from glassline.station.metrics import Metrics
from glassline.station.room import Room
from glassline.station.settings import Settings


def _room(workers: int = 2, most: int = 24, wait_s: float = 0.2) -> Room:
    told = Settings(workers=workers, most_waiting=most, most_wait_s=wait_s)
    return Room(told, Metrics())


@pytest.mark.parametrize(
    ("photo_s", "places"),
    [
        pytest.param(0.001, 24, id="as many as the settings say"),
        pytest.param(0.02, 20, id="0.2 s / 20 ms, two at a time"),
        pytest.param(0.025, 16, id="0.2 s / 25 ms, two at a time"),
        pytest.param(3.0, 8, id="four a worker, however slow"),
    ],
)
def test_there_are_as_many_places_as_are_answered_in_time(
    photo_s: float, places: int
) -> None:
    """By what the last photos took."""
    room = _room()

    room.took(photo_s)

    assert room.places == places


def test_the_pace_is_that_of_the_last_photos() -> None:
    """A sixteenth of each: 20 ms, then 36 ms, are 21 ms."""
    room = _room()

    room.took(0.020)
    room.took(0.036)

    assert room.places == round(0.2 * 2 / 0.021)


def test_one_sender_leaves_a_quarter_of_the_places() -> None:
    """Another one is let in, until there is none at all; an end makes room."""
    room = _room(most=8)
    with ExitStack() as inside:
        for _ in range(6):
            inside.enter_context(room.taken("10.0.0.7"))
        with pytest.raises(
            OverloadedError,
            match=r"^expected at most 6 photos of one sender at a time\. "
            r"Ask again in a second\.$",
        ):
            room.check("10.0.0.7")
        for _ in range(2):
            inside.enter_context(room.taken("10.0.0.8"))
        with pytest.raises(
            OverloadedError,
            match=r"^expected at most 8 photos at a time\. Ask again in a second\.$",
        ):
            room.check("10.0.0.9")

    assert room.inside == 0
    room.check("10.0.0.7")

"""Where the points of a chart lie, in the units of its drawing."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from glassline.studies.metrics import Bin

__all__ = ["Chart", "Point", "loss_chart", "reliability_chart"]

WIDTH, HEIGHT = 420.0, 260.0
LEFT, RIGHT, TOP, BOTTOM = 56.0, 12.0, 14.0, 40.0
LETTER, LINE = 6.6, 12.0  # of words in a chart: width at most, and height

Box = tuple[float, float, float, float]  # left, top, right, bottom


@dataclass(frozen=True)
class Point:
    """One point: its place in the drawing and what it says."""

    x: float
    y: float
    text: str
    low_y: float | None = None  # ends of its interval, where it has one
    high_y: float | None = None
    text_x: float = 0.0  # where the words begin, on their line
    text_y: float = 0.0


@dataclass(frozen=True)
class Chart:
    """A drawing 420 x 260: points, and ticks as (place, words)."""

    points: tuple[Point, ...]
    x_ticks: tuple[tuple[float, str], ...]
    y_ticks: tuple[tuple[float, str], ...]
    width: float = WIDTH
    height: float = HEIGHT
    left: float = LEFT
    right: float = WIDTH - RIGHT
    top: float = TOP
    bottom: float = HEIGHT - BOTTOM


def _across(share: float) -> float:
    return round(LEFT + share * (WIDTH - LEFT - RIGHT), 1)


def _up(share: float) -> float:
    return round(HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM), 1)


def loss_chart(losses: Sequence[float]) -> Chart:
    """Draw the objective after each Newton step, from 0 up.

    Args:
        losses: Nats a part; the start first.
    """
    ceiling = _round_up(max(losses))
    last = max(len(losses) - 1, 1)
    every = math.ceil(last / 10)
    return Chart(
        points=tuple(
            Point(_across(step / last), _up(loss / ceiling), f"{loss:.6f}")
            for step, loss in enumerate(losses)
        ),
        x_ticks=tuple(
            (_across(step / last), str(step)) for step in range(0, last + 1, every)
        ),
        y_ticks=tuple(
            (_up(quarter / 4), f"{ceiling * quarter / 4:.2f}") for quarter in range(5)
        ),
    )


def reliability_chart(bins: Sequence[Bin]) -> Chart:
    """Draw the share that was true over the probability said, with exact intervals."""
    ticks = [index / 5 for index in range(6)]
    points = [
        Point(
            _across(each.mean),
            _up(each.hits.value),
            str(each.hits),
            _up(each.hits.interval[0]),
            _up(each.hits.interval[1]),
        )
        for each in bins
    ]
    return Chart(
        points=tuple(_apart(points)),
        x_ticks=tuple((_across(tick), f"{tick:.1f}") for tick in ticks),
        y_ticks=tuple((_up(tick), f"{tick:.1f}") for tick in ticks),
    )


def _apart(points: Sequence[Point]) -> Iterator[Point]:
    """Place the words of each point beside it, clear of all words, points and whiskers.

    The nearest free place is taken, below and to the left first; where none is free of
    whiskers, one that is free of words.
    """
    marks = [
        (each.x - 4, min(each.y - 4, high), each.x + 4, max(each.y + 4, low))
        for each in points
        for low, high in [(each.low_y or each.y, each.high_y or each.y)]
    ]
    placed: list[Box] = []
    for each in points:
        boxes = sorted(_places(each), key=lambda box: _far(box, each))
        clear = [box for box in boxes if not any(_meet(box, one) for one in placed)]
        free = (box for box in clear if not any(_meet(box, one) for one in marks))
        box = next(free, (clear or boxes)[0])
        placed.append(box)
        yield replace(each, text_x=round(box[0], 1), text_y=round(box[3] - 2, 1))


def _places(point: Point) -> Iterator[Box]:
    """Yield where the words of a point may lie: either side, line by line, inside."""
    width = LETTER * len(point.text)
    for left in (point.x - 7 - width, point.x + 7):
        left = min(max(left, LEFT + 2), WIDTH - width)
        for line in range(int((HEIGHT - BOTTOM - TOP) // LINE)):
            top = TOP + line * LINE
            yield left, top, left + width, top + LINE


def _far(box: Box, point: Point) -> tuple[float, float]:
    """Return how far a place is from its point; of equals, left before right."""
    return abs((box[1] + box[3]) / 2 - point.y - LINE), box[0]


def _meet(one: Box, other: Box) -> bool:
    return (
        one[0] < other[2]
        and other[0] < one[2]
        and one[1] < other[3]
        and other[1] < one[3]
    )


def _round_up(value: float) -> float:
    """Return the next of 1, 1.2, 1.6, 2, 4, 6 or 8 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(value)) if value > 0 else 1.0
    steps = (1, 1.2, 1.6, 2, 4, 6, 8, 10)
    return power * next(step for step in steps if value <= step * power * (1 + 1e-9))

"""Where the points of a chart lie, in the units of its drawing."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from glassline.studies.metrics import Bin

__all__ = ["Chart", "Point", "loss_chart", "reliability_chart"]

WIDTH, HEIGHT = 420.0, 260.0
LEFT, RIGHT, TOP, BOTTOM = 56.0, 12.0, 14.0, 40.0


@dataclass(frozen=True)
class Point:
    """One point: its place in the drawing and what it says."""

    x: float
    y: float
    text: str
    low_y: float | None = None  # ends of its interval, where it has one
    high_y: float | None = None


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
    return Chart(
        points=tuple(
            Point(
                _across(each.mean),
                _up(each.hits.value),
                str(each.hits),
                _up(each.hits.interval[0]),
                _up(each.hits.interval[1]),
            )
            for each in bins
        ),
        x_ticks=tuple((_across(tick), f"{tick:.1f}") for tick in ticks),
        y_ticks=tuple((_up(tick), f"{tick:.1f}") for tick in ticks),
    )


def _round_up(value: float) -> float:
    """Return the next of 1, 1.2, 1.6, 2, 4, 6 or 8 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(value)) if value > 0 else 1.0
    steps = (1, 1.2, 1.6, 2, 4, 6, 8, 10)
    return power * next(step for step in steps if value <= step * power * (1 + 1e-9))

"""Runs that chance seldom makes: the rules of Western Electric and of Nelson, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from glassline.errors import InputError

__all__ = ["NELSON", "RULES", "WESTERN_ELECTRIC", "Signal", "signals"]

Numbers = NDArray[np.float64]
Flags = NDArray[np.bool_]
Rule = Callable[[Numbers], Flags]


@dataclass(frozen=True)
class Signal:
    """A rule that fired, and at which points.

    Attributes:
        rule: Its name within the set, a key of the catalogue.
        points: The last point of each run, counted from 0.
    """

    rule: str
    points: tuple[int, ...]


def _windows(flags: Flags, length: int, least: int) -> Flags:
    """Say at which points at least so many of the last `length` are true.

    The point itself must be one of them: a run ends where it was completed.
    """
    before = np.concatenate([np.zeros(length, np.int64), np.cumsum(flags)])
    counts = before[length:] - before[:-length]
    return np.asarray((counts >= least) & flags)


def _either(z: Numbers, beyond: float, length: int, least: int) -> Flags:
    """Say where so many of the last lie beyond so many spreads, on one side."""
    return _windows(z > beyond, length, least) | _windows(z < -beyond, length, least)


def _beyond_3(z: Numbers) -> Flags:
    return np.asarray(np.abs(z) > 3)


def _2_of_3_beyond_2(z: Numbers) -> Flags:
    return _either(z, 2, 3, 2)


def _4_of_5_beyond_1(z: Numbers) -> Flags:
    return _either(z, 1, 5, 4)


def _8_on_a_side(z: Numbers) -> Flags:
    return _either(z, 0, 8, 8)


def _9_on_a_side(z: Numbers) -> Flags:
    return _either(z, 0, 9, 9)


def _6_in_a_row_one_way(z: Numbers) -> Flags:
    """Six points, so five steps, all up or all down."""
    steps = np.diff(z, prepend=np.nan)
    return _windows(steps > 0, 5, 5) | _windows(steps < 0, 5, 5)


def _14_up_and_down(z: Numbers) -> Flags:
    """Fourteen points, so thirteen steps, of which twelve turn back."""
    steps = np.diff(z, prepend=np.nan)
    turned = np.zeros(len(z), np.bool_)
    turned[1:] = steps[1:] * steps[:-1] < 0
    return _windows(turned, 12, 12)


def _15_within_1(z: Numbers) -> Flags:
    return _windows(np.abs(z) < 1, 15, 15)


def _8_outside_1(z: Numbers) -> Flags:
    """Eight in a row beyond one spread, on either side."""
    return _windows(np.abs(z) > 1, 8, 8)


WESTERN_ELECTRIC: Mapping[str, Rule] = {
    "beyond_3": _beyond_3,
    "2_of_3_beyond_2": _2_of_3_beyond_2,
    "4_of_5_beyond_1": _4_of_5_beyond_1,
    "8_on_a_side": _8_on_a_side,
}
"""Western Electric, Statistical Quality Control Handbook (1956), pages 25-28."""

NELSON: Mapping[str, Rule] = {
    "beyond_3": _beyond_3,
    "9_on_a_side": _9_on_a_side,
    "6_in_a_row_one_way": _6_in_a_row_one_way,
    "14_up_and_down": _14_up_and_down,
    "2_of_3_beyond_2": _2_of_3_beyond_2,
    "4_of_5_beyond_1": _4_of_5_beyond_1,
    "15_within_1": _15_within_1,
    "8_outside_1": _8_outside_1,
}
"""L. S. Nelson, Journal of Quality Technology 16(4), 1984, tests 1 to 8 in order."""

RULES: Mapping[str, Mapping[str, Rule]] = {
    "western_electric": WESTERN_ELECTRIC,
    "nelson": NELSON,
}


def signals(z: Numbers, rules: Mapping[str, Rule]) -> tuple[Signal, ...]:
    """Return the rules of a set that fired, in its order.

    They are for points that lie about normally around the centre, each for itself, such
    as means of lots; not for shares of parts, whose charts have outer limits alone.

    Args:
        z: Shape (m,), points in the order of time, in spreads from the centre, finite.
        rules: `WESTERN_ELECTRIC` or `NELSON`.

    Raises:
        InputError: A point is not finite.

    Example:
        Eight points on one side, and not yet nine:

        >>> z = np.full(8, 0.5)
        >>> signals(z, WESTERN_ELECTRIC), signals(z, NELSON)
        ((Signal(rule='8_on_a_side', points=(7,)),), ())
    """
    if z.ndim != 1 or not np.isfinite(z).all():
        raise InputError("z: expected a row of finite numbers.")
    fired = ((name, np.flatnonzero(rule(z)).tolist()) for name, rule in rules.items())
    return tuple(Signal(name, tuple(points)) for name, points in fired if points)

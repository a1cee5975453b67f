"""Each rule fires at the point that completes its run, and not a point before."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from glassline.errors import InputError
from glassline.monitor import NELSON, WESTERN_ELECTRIC, signals

UP_AND_DOWN = [0.5 * (-1) ** place for place in range(14)]
RUNS = {
    "beyond_3": [0.0, 3.5],
    "2_of_3_beyond_2": [2.5, 0.0, 2.5],
    "4_of_5_beyond_1": [1.5, 1.5, 0.0, 1.5, 1.5],
    "8_on_a_side": [0.1] * 8,
    "9_on_a_side": [0.1] * 9,
    "6_in_a_row_one_way": [-0.6, -0.3, -0.1, 0.2, 0.4, 0.6],
    "14_up_and_down": UP_AND_DOWN,
    "15_within_1": [0.1, -0.2, 0.3] * 5,
    "8_outside_1": [1.5, -1.5, -1.2, 1.4] * 2,
}
EVERY = {**WESTERN_ELECTRIC, **NELSON}


@pytest.mark.parametrize("sign", [1, -1], ids=["above", "below"])
@pytest.mark.parametrize("rule", RUNS)
def test_a_rule_fires_where_its_run_is_complete(rule: str, sign: int) -> None:
    """The shortest run of each, on both sides; without its last point nothing."""
    run = sign * np.array(RUNS[rule])

    fired = {each.rule: each.points for each in signals(run, EVERY)}
    before = {each.rule for each in signals(run[:-1], EVERY)}

    assert fired[rule] == (len(run) - 1,)
    assert rule not in before


@pytest.mark.parametrize(
    ("rule", "run"),
    [
        ("2_of_3_beyond_2", [2.5, 0.0, -2.5]),
        ("4_of_5_beyond_1", [1.5, -1.5, 0.0, 1.5, -1.5]),
        ("8_on_a_side", [0.1, -0.1] * 4),
    ],
)
def test_both_sides_do_not_make_one_run(rule: str, run: list[float]) -> None:
    """Two above and two below are no four on a side."""
    assert rule not in {each.rule for each in signals(np.array(run), EVERY)}


def test_a_run_ends_with_a_point_of_its_own() -> None:
    """Two beyond 2, then one inside: two of three still, but nothing new happened."""
    fired = signals(np.array([2.5, 2.5, 0.0]), WESTERN_ELECTRIC)

    assert [(each.rule, each.points) for each in fired] == [("2_of_3_beyond_2", (1,))]


def test_points_that_are_alike_are_no_trend() -> None:
    """Six equal points neither rise nor fall, nor turn."""
    assert signals(np.zeros(14), NELSON) == ()


@pytest.mark.parametrize(
    ("rules", "count"), [(WESTERN_ELECTRIC, 4), (NELSON, 8)], ids=["1956", "1984"]
)
def test_the_sets_are_those_of_their_authors(rules: dict, count: int) -> None:
    """Western Electric counts eight on a side, Nelson nine."""
    assert len(rules) == count
    assert ("8_on_a_side" in rules) != ("9_on_a_side" in rules)


@pytest.mark.parametrize("rule", EVERY)
def test_rules_are_as_a_plain_loop_has_them(
    rule: str, rng: np.random.Generator
) -> None:
    """Worked again with lists, on a thousand points that wander."""
    z = (rng.normal(size=1000) + np.cumsum(rng.normal(size=1000)) * 0.05).round(2)

    fired = {each.rule: each.points for each in signals(z, {rule: EVERY[rule]})}

    assert fired.get(rule, ()) == tuple(_plain(rule, z.tolist()))


def _plain(rule: str, z: list[float]) -> list[int]:
    """The rules once more, written as sentences."""

    def sided(beyond: float, length: int, least: int) -> list[int]:
        return [
            i
            for i in range(len(z))
            for sign in (1, -1)
            if sign * z[i] > beyond
            and sum(sign * v > beyond for v in z[max(0, i - length + 1) : i + 1])
            >= least
        ]

    def ends(length: int, holds: object) -> list[int]:
        return [
            i
            for i in range(length - 1, len(z))
            if holds(z[i - length + 1 : i + 1])  # type: ignore[operator]
        ]

    def moves(run: list[float]) -> list[float]:
        return [b - a for a, b in pairwise(run)]

    return {
        "beyond_3": lambda: sided(3, 1, 1),
        "2_of_3_beyond_2": lambda: sided(2, 3, 2),
        "4_of_5_beyond_1": lambda: sided(1, 5, 4),
        "8_on_a_side": lambda: sided(0, 8, 8),
        "9_on_a_side": lambda: sided(0, 9, 9),
        "6_in_a_row_one_way": lambda: ends(
            6, lambda r: min(moves(r)) > 0 or max(moves(r)) < 0
        ),
        "14_up_and_down": lambda: ends(
            14,
            lambda r: all(a * b < 0 for a, b in pairwise(moves(r))),
        ),
        "15_within_1": lambda: ends(15, lambda r: max(map(abs, r)) < 1),
        "8_outside_1": lambda: ends(8, lambda r: min(map(abs, r)) > 1),
    }[rule]()


def test_a_point_that_is_no_number_is_refused() -> None:
    """Before any rule."""
    with pytest.raises(InputError, match=r"^z: expected a row of finite numbers\.$"):
        signals(np.array([0.0, np.nan]), NELSON)

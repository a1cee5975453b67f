"""The test by groups, against one that deals them by hand."""

from __future__ import annotations

import math
from itertools import combinations
from statistics import fmean, variance

import numpy as np
import pytest

from glassline.errors import InputError, ShapeError
from glassline.monitor.two_sample import compare_groups, enough_groups, groups_needed


def _by_hand(before: list[float], after: list[float]) -> float:
    """The share of ways to deal that move at least as far, as a pencil would."""
    both = [*before, *after]

    def move(later: tuple[int, ...]) -> float:
        b = [both[i] for i in later]
        a = [both[i] for i in range(len(both)) if i not in later]
        error = math.sqrt(variance(a) / len(a) + variance(b) / len(b))
        away = abs(fmean(b) - fmean(a))
        return 0.0 if away < 1e-12 else away / error if error > 1e-12 else math.inf

    seen = move(tuple(range(len(before), len(both))))
    ways = [move(way) for way in combinations(range(len(both)), len(after))]
    return sum(t >= seen * (1 - 1e-9) for t in ways) / len(ways)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([0.1, 0.5, -0.3, 0.2, 0.9], [1.4, 0.6, 2.2, 1.9]),
        ([0.1, 0.5, -0.3, 0.2, 0.9], [0.4, 0.6, -0.2, 0.9]),
        ([0.0, 0.0, 1.0, 1.0, 0.0], [1.0, 1.0, 0.0, 1.0]),  # ties
        ([0.1] * 5, [0.1] * 4),  # never varies
        ([0.1] * 5, [0.3] * 4),  # never varied before, nor now, but moved
        ([0.1] * 5, [0.1, 0.1, 0.1, 0.4]),
        ([1e9, 1e9 + 1, 1e9 + 2, 1e9 + 3, 1e9], [1e9 + 4, 1e9 + 5, 1e9, 1e9 + 4]),
        ([1e-7, 3e-7, 2e-7, 5e-7, 3e-7], [7e-7, 9e-7, 6e-7, 8e-7]),
    ],
)
def test_p_is_the_share_of_ways_to_deal_that_move_as_far(
    before: list[float], after: list[float]
) -> None:
    """All 126 ways, with ties, constants, and numbers far from 0."""
    (found,) = compare_groups(
        np.array(before)[:, None], np.array(after)[:, None], false_alarms=0.05
    )

    assert found.p == pytest.approx(_by_hand(before, after), abs=1e-12)


def test_many_groups_are_drawn_and_come_near_the_share_of_all_ways(
    rng: np.random.Generator,
) -> None:
    """33,649 ways, of which 19,999 are drawn, against all of them."""
    before, after = rng.normal(0, 1, 18), rng.normal(1.3, 1, 5)

    (found,) = compare_groups(before[:, None], after[:, None], false_alarms=0.05)

    assert found.p == pytest.approx(_by_hand(before.tolist(), after.tolist()), abs=6e-3)


def test_the_same_groups_give_the_same_answer(rng: np.random.Generator) -> None:
    """What is drawn is drawn by a fixed seed."""
    before, after = rng.normal(0, 1, (40, 4)), rng.normal(0.5, 1, (30, 4))

    first = compare_groups(before, after, false_alarms=0.01)

    assert compare_groups(before, after, false_alarms=0.01) == first


def test_the_company_of_other_numbers_costs_what_holm_asks() -> None:
    """The least p times 3, the next times 2, the last times 1, never falling."""
    columns = [([0.0, 1, 2, 3, 4], [5.0, 6, 7, 8]), ([0.0, 9, 2, 7, 4], [5.0, 6, 1, 8])]
    columns.append(([0.0, 1, 2, 5, 4], [3.0, 6, 7, 8]))
    alone = [_by_hand(*column) for column in columns]

    found = compare_groups(
        np.array([a for a, _ in columns]).T,
        np.array([b for _, b in columns]).T,
        false_alarms=0.05,
    )

    steps = [3 * alone[0], max(3 * alone[0], 2 * alone[2]), alone[1]]
    assert [found[0].p, found[2].p, found[1].p] == pytest.approx(steps)
    assert [each.is_noticed for each in found] == [True, False, False]


@pytest.mark.parametrize(
    ("before", "after", "size"),
    [(12, 8, (5, 5)), (9, 4, (3, 3)), (30, 40, (1, 1)), (7, 7, (2, 9))],
)
@pytest.mark.parametrize("ties", [False, True])
def test_a_line_that_did_not_change_is_noticed_as_rarely_as_said(
    rng: np.random.Generator,
    before: int,
    after: int,
    size: tuple[int, int],
    ties: bool,
) -> None:
    """Parts of a lot alike (half of the variance), four numbers that hang together."""
    mixing = np.array([[1, 0.8, 0, 0], [0, 1, 0.8, 0], [0, 0, 1, 0.8], [0, 0, 0, 1.0]])

    def lots(count: int, parts: int) -> np.ndarray:
        of_lot = rng.normal(0, 1, (count, 1, 4))
        x = (of_lot + rng.standard_t(3, (count, parts, 4))) @ mixing
        return (np.round(x) if ties else x).mean(axis=1)

    studies = 100
    alarms = sum(
        any(
            each.is_noticed
            for each in compare_groups(
                lots(before, size[0]), lots(after, size[1]), false_alarms=0.05
            )
        )
        for _ in range(studies)
    )

    assert alarms <= 0.05 * studies + 3 * math.sqrt(0.05 * 0.95 * studies)


def test_a_move_of_the_least_size_is_noticed_in_about_four_of_five(
    rng: np.random.Generator,
) -> None:
    """Normal groups; `least` is estimated from the groups themselves."""
    found = [
        compare_groups(
            rng.normal(0, 1, (12, 1)), rng.normal(1.6, 1, (9, 1)), false_alarms=0.05
        )[0]
        for _ in range(100)
    ]

    least = float(np.median([each.least for each in found]))
    assert least == pytest.approx(1.3, abs=0.15)
    assert sum(each.is_noticed for each in found) >= 80


@pytest.mark.parametrize(
    ("before", "after"), [(1, 1), (1, 50), (50, 1), (2, 3), (0, 5), (5, 0)]
)
def test_too_few_groups_are_refused(before: int, after: int) -> None:
    """One group says nothing of another."""
    with pytest.raises(
        InputError,
        match=rf"^groups: expected more than {before} and {after}: too few to notice "
        r"anything at a rate of 1 % of false alarms\.$",
    ):
        compare_groups(np.zeros((before, 4)), np.zeros((after, 4)), false_alarms=0.01)


@pytest.mark.parametrize("before", [2, 3, 5, 10, 40])
def test_as_many_groups_as_are_needed_are_enough_and_one_less_is_not(
    before: int,
) -> None:
    """Said to whoever had too few."""
    needed = groups_needed(before, 4, 0.01)

    assert needed is not None
    assert enough_groups(before, needed, 4, 0.01)
    assert not enough_groups(before, needed - 1, 4, 0.01)


@pytest.mark.bad_shape
def test_other_shapes_are_refused() -> None:
    """As many numbers before as after."""
    with pytest.raises(
        ShapeError,
        match=r"^groups: expected shapes \(m, d\) and \(n, d\), got \(9, 4\) and \(9, 3\)\.$",
    ):
        compare_groups(np.zeros((9, 4)), np.zeros((9, 3)), false_alarms=0.01)

"""What a line made of its parts, counted by hand; Pareto and capability beside it."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import beta

from glassline.errors import InputError, ShapeError
from glassline.monitor import (
    Judgement,
    Spec,
    capability,
    line_rates,
    pareto,
    repeatability,
)
from glassline.recipe import Action

PASS, REJECT, ASK = Action.ACCEPT, Action.REJECT, Action.REVIEW


def test_every_rate_by_hand() -> None:
    """Ten parts, three classes, 0 good; two wait for a person."""
    actions = np.array([PASS] * 5 + [REJECT] * 2 + [ASK] * 3, np.int64)
    labels = np.array([-1, -1, -1, 0, 2, 0, 1, 0, -1, -1], np.int64)

    found = line_rates(actions, labels, 0, np.arange(10))

    assert {name: str(each) for name, each in vars(found).items()} == {
        "first_pass": "5/10",
        "review": "3/10",
        "rejected": "2/10",
        "good": "6/8",  # three passed unseen, and three labelled good, of eight settled
        "escape": "1/2",
        "overkill": "1/3",
        "audited": "4/7",
    }


def test_an_interval_is_exact_where_each_part_stands_for_itself() -> None:
    """Clopper and Pearson by the beta quantile of SciPy."""
    labels = np.full(20, -1, np.int64)
    actions = np.array([PASS] * 15 + [ASK] * 5, np.int64)

    low, high = line_rates(actions, labels, 0, np.arange(20)).review.interval

    assert low == pytest.approx(beta.ppf(0.025, 5, 16), rel=1e-6)
    assert high == pytest.approx(beta.ppf(0.975, 6, 15), rel=1e-6)


def test_parts_of_one_lot_count_for_less() -> None:
    """Two lots of ten, one passed and one did not: two parts' worth, not twenty."""
    actions = np.repeat(np.array([PASS, ASK], np.int64), 10)
    labels = np.full(20, -1, np.int64)

    alone = line_rates(actions, labels, 0, np.arange(20)).first_pass
    in_lots = line_rates(actions, labels, 0, np.repeat([0, 1], 10)).first_pass

    assert (str(alone), str(in_lots)) == ("10/20", "10/20")
    assert in_lots.interval[0] < 0.02 < 0.25 < alone.interval[0]


def test_a_line_without_parts_or_good_class_counts_nothing() -> None:
    """0/0, and an interval from 0 to 1."""
    nothing = np.zeros(0, np.int64)
    some = np.zeros(3, np.int64)

    empty = line_rates(nothing, nothing, 0, nothing)
    no_good = line_rates(some, some, None, np.arange(3))

    assert (str(empty.first_pass), empty.first_pass.interval) == ("0/0", (0.0, 1.0))
    assert [str(no_good.good), str(no_good.escape), str(no_good.overkill)] == [
        "0/0"
    ] * 3
    assert str(no_good.first_pass) == "3/3"


@pytest.mark.bad_shape
def test_columns_of_different_length_are_refused() -> None:
    """All three are a number a part."""
    with pytest.raises(
        ShapeError,
        match=r"^line: expected actions, labels and groups of shape \(n,\), got \(2,\), "
        r"\(1,\) and \(2,\)\.$",
    ):
        line_rates(np.zeros(2, np.int64), np.zeros(1, np.int64), 0, np.arange(2))


def test_a_label_below_none_is_refused() -> None:
    """-1 says none; -2 says that something went wrong before."""
    with pytest.raises(
        InputError, match=r"^labels: expected class ids, or -1 for none\.$"
    ):
        line_rates(np.zeros(1, np.int64), np.array([-2]), 0, np.arange(1))


def test_pareto_puts_the_vital_few_first() -> None:
    """50 + 30 of 100 reach the line of 80 %; equals keep their order; 0 is left out."""
    bars = pareto({"pit": 10, "scratch": 50, "dent": 0, "dirt": 30, "burr": 10})

    assert [(b.name, b.count, b.reached, b.is_vital) for b in bars] == [
        ("scratch", 50, 0.5, True),
        ("dirt", 30, 0.8, True),
        ("pit", 10, 0.9, False),
        ("burr", 10, 1.0, False),
    ]
    assert pareto({}) == ()


def test_a_negative_count_is_refused() -> None:
    """Nothing happens less than never."""
    with pytest.raises(InputError, match=r"^counts: expected numbers >= 0, got -1\.$"):
        pareto({"scratch": -1})


def test_the_interval_of_cpk_is_montgomerys() -> None:
    """Example 8.5: n = 20 and 1.33 give 0.88 to 1.78."""
    values = np.tile([-1.0, 1.0], 10)
    scale = 10 / (3 * 1.33 * values.std(ddof=1))

    found = capability(values * scale, Spec(upper=10.0)).ppk

    assert (round(found.value, 2), round(found.low, 2), round(found.high, 2)) == (
        *(1.33, 0.88, 1.78),
    )


def test_cpk_by_hand() -> None:
    """Mean 5; ranges 1, 1, 1; ends 2 and 10, so the lower one is nearer."""
    found = capability(np.array([4.5, 5.5, 4.5, 5.5]), Spec(2.0, 10.0))

    short = 1 * math.sqrt(math.pi) / 2
    overall = math.sqrt(4 * 0.25 / 3)
    assert found.cp == pytest.approx(8 / (6 * short))
    assert found.cpk.value == pytest.approx(3 / (3 * short))
    assert found.ppk.value == pytest.approx(3 / (3 * overall))
    assert (found.n, found.outside) == (4, 0)


def test_readings_outside_are_counted_on_both_ends() -> None:
    """The ends themselves are inside; beyond the mean Cpk is below 0."""
    found = capability(np.array([1.0, 2.0, 9.0, 10.0, 11.0]), Spec(2.0, 10.0))

    assert found.outside == 2
    assert capability(np.array([3.0, 5.0]), Spec(upper=2.0)).cpk.value < 0


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Spec(), r"^spec: expected a lower below an upper end, got None and None\.$"),
        (lambda: Spec(2.0, 2.0), r"^spec: expected a lower below an upper end, got 2\.0 and "
         r"2\.0\.$"),
        (lambda: capability(np.ones(3), Spec(upper=2.0)), r"^readings: expected some that "
         r"differ, got all alike\.$"),
    ],
    ids=["no end", "no room", "all alike"],
)  # fmt: skip
def test_what_has_no_capability_is_refused(make: object, message: str) -> None:
    """Whole messages."""
    with pytest.raises(InputError, match=message):
        make()  # type: ignore[operator]


def test_a_person_repeats_who_says_the_same_again() -> None:
    """Three looks count as one part; a part seen once says nothing."""
    said = [
        *[("A", "1", "ok"), ("B", "1", "dirt"), ("A", "2", "ok"), ("A", "1", "ok")],
        *[("A", "2", "dirt"), ("A", "2", "ok"), ("A", "3", "ok"), ("B", "3", "ok")],
    ]

    found = repeatability(Judgement(*each) for each in said)

    assert {person: str(each) for person, each in found.items()} == {
        "A": "1/2",
        "B": "0/0",
    }

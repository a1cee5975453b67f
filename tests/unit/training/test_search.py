"""How far settings are searched follows parts, groups and candidates."""

from __future__ import annotations

import numpy as np
import pytest

from glassline.training.candidates import Candidates
from glassline.training.choosing import Parts
from glassline.training.mixing import learn_mixes
from glassline.training.search import LIMITS, Limits, search


@pytest.mark.parametrize(
    ("parts", "groups", "is_enough"),
    [
        pytest.param(5, 5, True, id="5 parts a class"),
        pytest.param(4, 4, False, id="4 parts a class"),
        pytest.param(60, 3, True, id="3 groups a class"),
        pytest.param(60, 2, False, id="2 groups a class"),
    ],
)
def test_with_too_few_parts_or_groups_nothing_is_searched(
    parts: int, groups: int, is_enough: bool
) -> None:
    """Two classes, each of so many parts in so many groups of its own."""
    labels = np.repeat([0, 1], parts)
    group = np.arange(2 * parts) % groups + groups * labels

    assert LIMITS.search(labels, group) is is_enough
    assert not LIMITS.search(labels[labels == 0], group[labels == 0])


@pytest.mark.parametrize(
    ("parts", "columns", "walked"),
    [
        pytest.param(14, 37, False, id="14 a class: weights"),
        pytest.param(15, 37, True, id="15 a class: one setting after another"),
        pytest.param(99, 37, True, id="99 a class: the same"),
        pytest.param(100, 37, False, id="100 a class: weights"),
        pytest.param(20, 50, True, id="50 candidates"),
        pytest.param(20, 51, False, id="more: the least of so many is luck"),
    ],
)
def test_settings_are_walked_where_they_can_be_told_apart(
    parts: int, columns: int, walked: bool
) -> None:
    """Two classes, each part its own group."""
    labels, groups = np.repeat([0, 1], parts), np.arange(2 * parts)

    assert LIMITS.walk(labels, groups, columns) is walked


@pytest.fixture
def few(rng: np.random.Generator) -> Parts:
    """Ten parts of each of two classes, each its own group; no column tells them."""
    columns = max(span.stop for span in Candidates().columns.values())
    labels, groups = np.arange(20) % 2, np.arange(20)
    assert not LIMITS.walk(labels, groups, columns)
    return Parts(
        readings=rng.gamma(2.0, 1.0, (20, columns)),
        targets=np.eye(2)[labels],
        weights=np.ones(20),
        good=labels == 0,
        labels=labels,
        groups=groups,
    )


def test_few_parts_still_show_which_candidate_tells(few: Parts) -> None:
    """The third candidate of the second feature alone is larger for the second class."""
    candidates = Candidates()
    told = candidates.columns["texture_change"][2]
    few.readings[few.labels == 1, told] += 20.0

    choice = search(few, candidates, 1e-2, most=2)

    assert told in choice.mixes[1]
    assert choice.loss < min(each.loss for each in choice.tried[:4])


def test_the_defaults_stand_where_weights_gain_nothing(few: Parts) -> None:
    """Labels that nothing shows."""
    candidates = Candidates()

    choice = search(few, candidates, 1e-2, most=2)

    assert choice.mixes == tuple((column,) for column in candidates.defaults)
    assert choice.weights is None


def test_of_few_parts_a_gain_must_be_twice_its_error(few: Parts) -> None:
    """What gains somewhat: by one error the weights are learnt, by two the defaults stand."""
    candidates = Candidates()
    few.readings[few.labels == 1, candidates.columns["texture_change"][2]] += 4.0

    by_one, by_two, many = (
        search(few, candidates, 1e-2, most=2, limits=limits)
        for limits in (
            Limits(errors=1),
            LIMITS,
            Limits(walk_parts=10, many=10),  # ten of a class are then not few
        )
    )

    assert by_one.weights is not None
    assert by_two.weights is None
    assert many == by_one


def test_a_second_measurement_that_gains_nothing_is_dropped(few: Parts) -> None:
    """The loss keeps two a feature; what noise fills up goes, what tells stays."""
    candidates = Candidates()
    told = [candidates.columns["texture_change"][at] for at in (2, 5)]
    few.readings[few.labels == 1, told[0]] += 6.0
    few.readings[few.labels == 1, told[1]] += 6.0
    all_kept = learn_mixes(few, candidates.columns, 1e-2)

    choice = search(few, candidates, 1e-2, most=2)

    assert choice.weights is not None
    assert sum(map(len, choice.mixes)) < sum(map(len, all_kept.mixes))
    assert set(choice.mixes[1]) <= set(told)
    two = [len(mix) > 1 for mix in choice.mixes]
    assert [gain >= 0.002 for gain in choice.adds] == two
    assert [sum(each) for each in choice.weights] == [1.0] * 4

"""Settings are chosen by a loss on unseen groups, and only for a gain."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from glassline.recipe import FEATURE_NAMES
from glassline.training.candidates import Candidates
from glassline.training.choosing import (
    Choice,
    Parts,
    Scorer,
    choose,
    inner_loss,
)

COLUMNS = {"a": (0, 1, 2), "b": (3, 4)}


def _table(losses: dict[tuple[int, ...], float], other: float = 1.0) -> Scorer:
    """Score combinations of one column a feature by a table."""
    return lambda mixes: np.array(
        [losses.get(tuple(c for mix in mixes for c in mix), other)]
    )


def _chosen(
    columns: dict[str, tuple[int, ...]], score: Scorer, most: int = 1
) -> Choice:
    """Choose with everything near everything."""
    return choose(columns, lambda feature, column: columns[feature], score, most=most)


def _alone(*columns: int) -> tuple[tuple[int, ...], ...]:
    """One column a feature."""
    return tuple((column,) for column in columns)


def test_the_best_of_each_feature_is_found() -> None:
    """One feature at a time, the others as they stand."""
    score = _table({(0, 3): 0.9, (2, 3): 0.6, (2, 4): 0.5})

    choice = _chosen(COLUMNS, score)

    assert (choice.mixes, choice.loss) == (_alone(2, 4), 0.5)


@pytest.mark.parametrize(
    ("gain", "columns"),
    [
        pytest.param(0.0019, (0, 3), id="chance"),
        pytest.param(0.0021, (1, 3), id="worth-it"),
    ],
)
def test_the_default_stands_unless_the_gain_is_worth_it(
    gain: float, columns: tuple[int, ...]
) -> None:
    """Two thousandths of a nat."""
    found = _chosen(COLUMNS, _table({(1, 3): 1.0 - gain}))

    assert found.mixes == _alone(*columns)


def test_a_choice_that_another_made_possible_is_found_in_the_second_round() -> None:
    """Setting 1 of a pays only once setting 4 of b stands."""
    score = _table({(0, 4): 0.9, (1, 4): 0.5})

    assert _chosen(COLUMNS, score).mixes == _alone(1, 4)


def test_every_combination_is_scored_once_and_recorded() -> None:
    """The record names feature, column and loss of each."""
    seen: list[tuple[int, ...]] = []

    def score(mixes: tuple[tuple[int, ...], ...]) -> np.ndarray:
        columns = tuple(column for mix in mixes for column in mix)
        seen.append(columns)
        return np.array([1.0 - 0.01 * sum(columns)])

    choice = _chosen(COLUMNS, score)

    assert len(seen) == len(set(seen)) == len(choice.tried)
    assert isinstance(choice, Choice)
    assert {each.feature for each in choice.tried} == {"a", "b"}


@pytest.mark.parametrize(
    ("groups", "columns"),
    [
        pytest.param([0.25, 0.25, 0.25, 0.25], (1, 3), id="every group gains a little"),
        pytest.param([1.0, -0.2, 0.0, 0.0], (0, 3), id="one group gains it all"),
    ],
)
def test_a_gain_must_exceed_its_standard_error(
    groups: list[float], columns: tuple[int, ...]
) -> None:
    """One that gains alone while another loses: the error is larger than the gain."""
    gain = {(1, 3): 0.1 * np.array(groups), (2, 3): np.array([0.1, -0.05, 0.0, 0.0])}

    def score(mixes: tuple[tuple[int, ...], ...]) -> np.ndarray:
        chosen = mixes[0][0], mixes[1][0]
        return 0.25 - gain.get(chosen, np.zeros(4))

    assert _chosen({"a": (0, 1, 2), "b": (3,)}, score).mixes == _alone(*columns)


def test_a_second_measurement_is_added_where_both_tell_more() -> None:
    """Each alone leaves 0.5, both together 0.3: what the second adds is 0.2."""
    losses = {((1,), (3,)): 0.5, ((2,), (3,)): 0.5, ((1, 2), (3,)): 0.3}

    choice = _chosen(COLUMNS, lambda mixes: np.array([losses.get(mixes, 1.0)]), most=2)

    assert choice.mixes == ((1, 2), (3,))
    assert choice.adds == pytest.approx((0.2, 0.0))


def test_equal_candidates_are_chosen_in_order() -> None:
    """No dependence on anything but the order declared."""
    score = _table({(1, 3): 0.5, (2, 3): 0.5})

    assert _chosen(COLUMNS, score).mixes == _alone(1, 3)


def test_the_column_that_carries_the_label_is_chosen(rng: np.random.Generator) -> None:
    """Three columns of noise and one that tells the classes apart."""
    labels = rng.integers(0, 2, 80)
    readings = rng.normal(size=(80, 4))
    readings[:, 2] += 3 * labels
    targets = np.eye(2)[labels]
    parts = Parts(readings, targets, np.ones(80), labels == 0, labels, np.arange(80))
    score = inner_loss(parts, 1e-3)

    choice = _chosen({"only": (0, 1, 2, 3)}, score)

    assert choice.mixes == ((2,),)
    assert choice.loss < 0.5 < score(((0,),)).sum()


def test_an_unseen_part_is_scored_without_its_group(rng: np.random.Generator) -> None:
    """A reading that only names the group is worth nothing."""
    groups = np.repeat(np.arange(20), 4)
    labels = np.repeat(rng.integers(0, 2, 20), 4)
    readings = groups[:, None] * 1.0
    parts = Parts(readings, np.eye(2)[labels], np.ones(80), None, labels, groups)
    score = inner_loss(parts, 1e-3)

    assert score(((0,),)).sum() > 0.6


def test_weights_of_nothing_do_not_count(rng: np.random.Generator) -> None:
    """The labels of parts of weight 0 move no score."""
    labels = np.tile([0, 1], 30)
    readings = rng.normal(size=(60, 1)) + labels[:, None]
    weights = np.where(np.arange(60) < 40, 1.0, 0.0)
    other = np.eye(2)[np.where(np.arange(60) < 40, labels, 1 - labels)]
    losses = [
        inner_loss(Parts(readings, y, weights, None, labels, np.arange(60)), 0.1)(
            ((0,),)
        ).sum()
        for y in (np.eye(2)[labels], other)
    ]

    assert_allclose(losses[0], losses[1], rtol=1e-12)


def test_a_declared_feature_is_not_searched() -> None:
    """What the recipe fixes has one candidate."""
    free = Candidates()
    fixed = Candidates({"line_strength": {"polarity": "dark"}})

    assert len(free.columns["line_strength"]) > 1
    assert len(fixed.columns["line_strength"]) == 1
    assert fixed.settings("line_strength", 0)["polarity"] == "dark"


def test_the_front_of_a_choice_reads_what_its_columns_read(
    rng: np.random.Generator,
) -> None:
    """Candidate columns and the front made from them agree to the bit."""
    image = rng.random((48, 64), dtype=np.float32)
    candidates = Candidates()
    chosen = tuple(candidates.columns[name][-1] for name in FEATURE_NAMES)

    values = candidates.read(image)[list(chosen)]

    front = candidates.front([(column,) for column in chosen])
    assert front.read(image).values.tolist() == values.tolist()

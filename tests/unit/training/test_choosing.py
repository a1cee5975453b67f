"""Settings are chosen by a loss on unseen groups, and only for a gain."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from glassline.recipe import FEATURE_NAMES
from glassline.training.candidates import Candidates
from glassline.training.choosing import Choice, Scorer, choose, inner_loss

COLUMNS = {"a": (0, 1, 2), "b": (3, 4)}


def _table(losses: dict[tuple[int, ...], float], other: float = 1.0) -> Scorer:
    return lambda columns: losses.get(columns, other)


def test_the_best_of_each_feature_is_found() -> None:
    """One feature at a time, the others as they stand."""
    score = _table({(0, 3): 0.9, (2, 3): 0.6, (2, 4): 0.5})

    choice = choose(COLUMNS, (0, 3), score)

    assert (choice.columns, choice.loss) == ((2, 4), 0.5)


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
    assert choose(COLUMNS, (0, 3), _table({(1, 3): 1.0 - gain})).columns == columns


def test_a_choice_that_another_made_possible_is_found_in_the_second_round() -> None:
    """Setting 1 of a pays only once setting 4 of b stands."""
    score = _table({(0, 4): 0.9, (1, 4): 0.5})

    assert choose(COLUMNS, (0, 3), score).columns == (1, 4)


def test_every_combination_is_scored_once_and_recorded() -> None:
    """The record names feature, column and loss of each."""
    seen: list[tuple[int, ...]] = []

    def score(columns: tuple[int, ...]) -> float:
        seen.append(columns)
        return 1.0 - 0.01 * sum(columns)

    choice = choose(COLUMNS, (0, 3), score)

    assert len(seen) == len(set(seen)) == len(choice.tried)
    assert isinstance(choice, Choice)
    assert {each.feature for each in choice.tried} == {"a", "b"}


def test_equal_candidates_are_chosen_in_order() -> None:
    """No dependence on anything but the order declared."""
    score = _table({(1, 3): 0.5, (2, 3): 0.5})

    assert choose(COLUMNS, (0, 3), score).columns == (1, 3)


def test_the_column_that_carries_the_label_is_chosen(rng: np.random.Generator) -> None:
    """Three columns of noise and one that tells the classes apart."""
    labels = rng.integers(0, 2, 80)
    readings = rng.normal(size=(80, 4))
    readings[:, 2] += 3 * labels
    targets = np.eye(2)[labels]
    score = inner_loss(
        readings, targets, np.ones(80), labels == 0, labels, np.arange(80), 1e-3
    )

    choice = choose({"only": (0, 1, 2, 3)}, (0,), score)

    assert choice.columns == (2,)
    assert choice.loss < 0.5 < score((0,))


def test_an_unseen_part_is_scored_without_its_group(rng: np.random.Generator) -> None:
    """A reading that only names the group is worth nothing."""
    groups = np.repeat(np.arange(20), 4)
    labels = np.repeat(rng.integers(0, 2, 20), 4)
    readings = groups[:, None] * 1.0
    score = inner_loss(
        readings, np.eye(2)[labels], np.ones(80), None, labels, groups, 1e-3
    )

    assert score((0,)) > 0.6


def test_weights_of_nothing_do_not_count(rng: np.random.Generator) -> None:
    """The labels of parts of weight 0 move no score."""
    labels = np.tile([0, 1], 30)
    readings = rng.normal(size=(60, 1)) + labels[:, None]
    weights = np.where(np.arange(60) < 40, 1.0, 0.0)
    other = np.eye(2)[np.where(np.arange(60) < 40, labels, 1 - labels)]
    losses = [
        inner_loss(readings, y, weights, None, labels, np.arange(60), 0.1)((0,))
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

    assert candidates.front(chosen).read(image).values.tolist() == values.tolist()

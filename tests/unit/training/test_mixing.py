"""What a feature is read as is learnt by the loss, and held against what it did not see."""

from __future__ import annotations

import numpy as np
import pytest

from glassline.training.candidates import Candidates
from glassline.training.mixing import Mixture, Parts, learn_mixes, mixture_loss
from glassline.training.search import is_walked, search

COLUMNS = {"a": (0, 1, 2), "b": (3, 4)}


def _parts(rng: np.random.Generator, count: int = 90) -> Parts:
    """Three classes; columns 1 and 2 tell the second apart, column 4 the third."""
    labels = np.arange(count) % 3
    readings = rng.gamma(2.0, 1.0, (count, 5))
    readings[labels == 1, 1] += 4.0
    readings[labels == 1, 2] += 4.0
    readings[labels == 2, 4] += 8.0
    return Parts(
        readings=readings,
        targets=np.eye(3)[labels],
        weights=np.ones(count),
        good=labels == 0,
        labels=labels,
        groups=np.arange(count),
    )


def test_the_measurements_that_tell_are_found(rng: np.random.Generator) -> None:
    """Two for the one class that two columns show, one or two for the other."""
    found = learn_mixes(_parts(rng), COLUMNS, 1e-3)

    assert found.mixes[0] == (1, 2)
    assert 4 in found.mixes[1]


def test_weights_are_whole_32nds_that_sum_to_one(rng: np.random.Generator) -> None:
    """To the last bit, so that a sheet can print them as they are."""
    found = learn_mixes(_parts(rng), COLUMNS, 1e-3)

    assert [sum(each) for each in found.weights] == [1.0, 1.0]
    assert all((32 * each).is_integer() for each in found.weights[0])
    assert min(found.weights[0]) > 0


def test_one_measurement_a_feature_is_what_is_asked_for(
    rng: np.random.Generator,
) -> None:
    """The larger of them stays."""
    found = learn_mixes(_parts(rng), COLUMNS, 1e-3, most=1)

    assert [len(mix) for mix in found.mixes] == [1, 1]
    assert found.weights == ((1.0,), (1.0,))


def test_two_that_point_apart_are_not_read_as_one(rng: np.random.Generator) -> None:
    """A feature rises with each of its measurements, so these two would cancel."""
    parts = _parts(rng)
    parts.readings[:, 2] = 20.0 - parts.readings[:, 2]

    assert learn_mixes(parts, COLUMNS, 1e-3).mixes[0] != (1, 2)


def test_the_same_parts_give_the_same_mixture(rng: np.random.Generator) -> None:
    """Two fixed starts, one thread."""
    parts = _parts(rng)

    assert learn_mixes(parts, COLUMNS, 1e-3) == learn_mixes(parts, COLUMNS, 1e-3)


def test_a_mixture_reads_the_blend_of_its_columns() -> None:
    """1 + reading is the geometric mean of 1 + 1 and 1 + 7."""
    mixture = Mixture(((0, 1), (2,)), ((0.5, 0.5), (1.0,)))

    assert mixture.values(np.array([[1.0, 7.0, 5.0]])).round(12).tolist() == [[3, 5]]


def test_a_mixture_is_scored_without_the_group(rng: np.random.Generator) -> None:
    """Columns that only name the group are worth nothing on another."""
    groups = np.repeat(np.arange(20), 4)
    labels = np.repeat(rng.permutation(np.arange(20) % 2), 4)
    parts = Parts(
        readings=np.stack([groups, groups % 7], axis=1).astype(np.float64),
        targets=np.eye(2)[labels],
        weights=np.ones(80),
        good=None,
        labels=labels,
        groups=groups,
    )

    assert mixture_loss(parts, {"only": (0, 1)}, 1e-2).sum() > 0.6


@pytest.mark.parametrize(
    ("parts", "walked"),
    [
        pytest.param(15, True, id="15 a class: one setting after another"),
        pytest.param(99, True, id="99 a class: the same"),
        pytest.param(100, False, id="100 a class: weights"),
    ],
)
def test_many_groups_have_their_weights_learnt(parts: int, walked: bool) -> None:
    """Two classes, each part its own group, as many candidates as a grey photo has."""
    labels, groups = np.repeat([0, 1], parts), np.arange(2 * parts)

    assert is_walked(labels, groups, 34) is walked


def test_so_many_candidates_are_not_walked() -> None:
    """With colour there are 170: the least loss of so many would be luck."""
    labels, groups = np.repeat([0, 1], 20), np.arange(40)

    assert is_walked(labels, groups, 100)
    assert not is_walked(labels, groups, 101)


def test_the_defaults_stand_where_weights_gain_nothing(
    rng: np.random.Generator,
) -> None:
    """Labels that nothing shows."""
    candidates = Candidates()
    columns = max(span.stop for span in candidates.columns.values())
    labels = np.arange(36) % 2
    parts = Parts(
        readings=rng.gamma(2.0, 1.0, (36, columns)),
        targets=np.eye(2)[labels],
        weights=np.ones(36),
        good=labels == 0,
        labels=labels,
        groups=np.arange(36) // 6 * 2 + labels,
    )
    assert not is_walked(labels, parts.groups, columns)

    choice = search(parts, candidates, 1e-2, most=2)

    assert choice.mixes == tuple((column,) for column in candidates.defaults)
    assert choice.weights is None

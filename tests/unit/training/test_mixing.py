"""What a feature is read as is learnt by the loss, and held against what it did not see."""

from __future__ import annotations

import numpy as np

from glassline.training.choosing import Parts
from glassline.training.mixing import Mixture, learn_mixes, mixture_loss

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

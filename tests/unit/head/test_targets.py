"""Labels: smoothing, class weights, and how rows become votes."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from glassline.errors import InputError, LabelError, ShapeError
from glassline.head import class_weights, cross_entropy, smooth
from glassline.head.targets import as_class_ids, votes


def test_smoothing_moves_towards_even_shares():
    """Amount 0.3 of three classes takes 0.2 from the label, 0.1 to each other."""
    y = np.array([[0.0, 1.0, 0.0], [0.5, 0.5, 0.0], [0.0, 0.0, 0.0]])

    got = smooth(y, 0.3)

    assert_allclose(got, [[0.1, 0.8, 0.1], [0.45, 0.45, 0.1], [0.0, 0.0, 0.0]])


@pytest.mark.parametrize(
    ("amount", "shown"),
    [(1.0000001, "1.0000001"), (-1e-9, "-1e-09"), (math.nan, "nan")],
)
def test_smoothing_by_more_than_all_is_refused(amount, shown):
    """An amount outside [0, 1], however little, is no smoothing."""
    with pytest.raises(
        InputError, match=rf"^amount: expected a number in \[0, 1\], got {shown}\.$"
    ):
        smooth(np.eye(2), amount)


@pytest.mark.bad_shape
def test_smoothing_needs_rows():
    """Class ids can not be smoothed: they do not say how many classes there are."""
    with pytest.raises(
        ShapeError, match=r"^targets: expected shape \(n, k\), got \(2,\)\.$"
    ):
        smooth(np.array([0, 1]), 0.1)


def test_class_weights_balance():
    """Every present class weighs the same in all, and the parts average 1."""
    y = np.array([0] * 6 + [1] * 3 + [3])

    weights = class_weights(y, 4)

    assert_allclose(weights * [6, 3, 1, 1], [10 / 3, 10 / 3, 0, 10 / 3])
    assert_allclose(weights[y].mean(), 1.0)


def test_class_weights_of_shares():
    """Soft rows count by their shares; undecided rows not at all."""
    y = np.array([[1.0, 0.0], [0.5, 0.5], [0.0, 0.0]])

    weights = class_weights(y, 2)

    assert_allclose(weights, [2 / (2 * 1.5), 2 / (2 * 0.5)])
    assert_allclose((y @ weights).sum(), 2.0)


def test_class_weights_of_nothing():
    """Without decided parts no class has a weight."""
    assert_array_equal(class_weights(np.zeros((2, 3)), 3), [0.0, 0.0, 0.0])


def test_class_weights_know_their_classes():
    """A label outside the classes is refused."""
    with pytest.raises(
        LabelError, match=r"^y\[1\]: expected a class id in \[0, 2\), got 2\.$"
    ):
        class_weights(np.array([0, 2]), 2)


def test_rows_become_votes():
    """A soft row votes twice, an undecided row never, weight 0 takes the vote away."""
    y = np.array([[0.0, 1.0], [0.25, 0.75], [0.0, 0.0], [1.0, 0.0]])

    first, second = votes(y, 2, np.array([1.0, 2.0, 1.0, 0.0]))

    assert_array_equal(first.rows, [1])
    assert_array_equal(second.rows, [0, 1])
    assert_allclose([first.weight, first.total, second.total], [0.5, 0.5, 2.5])
    assert_allclose(second.weight, [1.0, 1.5])


def test_equal_weights_are_one_number():
    """Balanced class weights cost nothing: each class has one weight."""
    groups = votes(np.array([1, 0, 1]), 2, np.array([3.0, 2.0, 3.0]))

    assert [(group.weight, group.total) for group in groups] == [(2.0, 2.0), (3.0, 6.0)]


def test_ids_where_shares_will_not_do():
    """Class ids come through; rows are refused by their shape."""
    assert_array_equal(as_class_ids([0, 1, 1], 3, 2), [0, 1, 1])
    with pytest.raises(
        ShapeError,
        match=r"^labels: expected shape \(2,\) of class ids, got \(2, 2\)\.$",
    ):
        as_class_ids(np.eye(2), 2, 2)


@pytest.mark.bad_shape
def test_shares_in_single_precision_are_shares() -> None:
    """Their rows sum to 1 to 1e-7: the loss is that of the numbers as they came."""
    shares = np.array([[0.7, 0.2, 0.1], [1 / 3, 1 / 3, 1 / 3]], np.float32)

    loss = cross_entropy(np.zeros((2, 3)), shares)

    assert_allclose(loss, math.log(3) * shares.astype(np.float64).sum() / 2, rtol=1e-15)

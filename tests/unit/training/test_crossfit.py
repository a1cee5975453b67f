"""The one out-of-fold loop: who learns, who is judged, in which order."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from glassline.errors import GlasslineWarning
from glassline.training.crossfit import crossfit, splits


def test_every_part_is_judged_once_by_all_others(rng: np.random.Generator) -> None:
    """In the order of the parts, whatever the folds."""
    dealt = rng.permutation(np.arange(30) % 4)

    own, learnt_from = crossfit(
        dealt,
        lambda others, own: (
            own,
            np.tile(np.isin(np.arange(30), others), (len(own), 1)),
        ),
    )

    assert_array_equal(own, np.arange(30))
    assert_array_equal(learnt_from, dealt[:, np.newaxis] != dealt)


def test_folds_come_in_their_order() -> None:
    """So that sums over them have the same bits in every run."""
    found = [(seen.tolist(), own.tolist()) for seen, own in splits(np.array([1, 0, 1]))]

    assert found == [([0, 2], [1]), ([1], [0, 2])]


def test_what_a_fold_warns_of_is_left_out() -> None:
    """A class may be missing in a fold and not in the data; other warnings stay."""

    def say(others: np.ndarray, own: np.ndarray) -> tuple[np.ndarray]:
        warnings.warn("class 1 has no part.", GlasslineWarning, stacklevel=2)
        warnings.warn("something else", UserWarning, stacklevel=2)
        return (own,)

    with pytest.warns(UserWarning, match=r"^something else$") as caught:
        crossfit(np.array([0, 1]), say)

    assert {each.category for each in caught} == {UserWarning}

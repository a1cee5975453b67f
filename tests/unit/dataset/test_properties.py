"""What holds for every deal of parts into folds."""

from __future__ import annotations

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_array_equal
from strategies import labels

from glassline.dataset.folds import deal, most_folds

Ids = np.ndarray
some = settings(max_examples=30)
GROUPS = arrays(np.int64, 14, elements=st.integers(0, 6))
LABELS = labels(14, 3)


@some
@given(y=LABELS, groups=GROUPS, most=st.integers(2, 6))
def test_no_group_is_split(y: Ids, groups: Ids, most: int) -> None:
    """All parts of a group lie in one fold."""
    assume(most_folds(y, groups) >= 2)

    dealt = deal(y, groups, most)

    pairs = set(zip(groups.tolist(), dealt.tolist(), strict=True))
    assert len(pairs) == len(np.unique(groups))


@some
@given(y=LABELS, groups=GROUPS, most=st.integers(2, 6), names=st.permutations(range(7)))
def test_a_deal_has_its_folds_and_repeats(
    y: Ids, groups: Ids, most: int, names: list[int]
) -> None:
    """As many folds as the groups allow, none beyond, the same when asked again."""
    count = min(most, most_folds(y, groups))
    assume(count >= 2)

    first, second = deal(y, groups, most), deal(y, groups, most)

    assert set(first.tolist()) <= set(range(count))
    assert_array_equal(first, second)
    assert most_folds(y, np.array(names)[groups]) == most_folds(y, groups)


@some
@given(y=LABELS)
def test_where_every_part_is_its_own_group_folds_are_even(y: Ids) -> None:
    """No two folds differ by more than a part a class."""
    dealt = deal(y, np.arange(len(y)))

    sizes = np.bincount(dealt)
    assert sizes.max() - sizes.min() <= len(np.unique(y))

"""What holds for the score of any answers."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from strategies import labels, probabilities

from glassline.studies.metrics import Rate, calibration, reliability, score

Ids = np.ndarray
few = settings(max_examples=10)  # 2,000 resamples each


@given(
    counts=st.integers(0, 500).flatmap(
        lambda n: st.tuples(st.integers(0, n), st.just(n))
    )
)
def test_an_interval_holds_its_share(counts: tuple[int, int]) -> None:
    """From 0 to 1, about k / n; of what did not happen it is the mirror image."""
    k, n = counts
    low, high = Rate(k, n).interval

    assert 0 <= low <= high <= 1
    assert low * n <= k <= high * n
    assert_allclose(Rate(n - k, n).interval, (1 - high, 1 - low), atol=1e-9)


@few
@given(y=labels(9, 3), seen=labels(9, 3), groups=labels(9, 4))
def test_the_figures_are_those_of_the_counts(y: Ids, seen: Ids, groups: Ids) -> None:
    """Accuracy and recall by hand, in fractions; every figure within [0, 1]."""
    found = score(y, seen, np.ones(9), groups, 3)

    present = np.unique(y).tolist()
    recalls = [
        Fraction(int((seen[y == c] == c).sum()), int((y == c).sum())) for c in present
    ]
    assert found.confusion.sum() == 9
    assert_allclose(found.accuracy.value, (y == seen).mean(), rtol=1e-15)
    assert_allclose(
        found.balanced_accuracy.value, float(sum(recalls) / len(present)), rtol=1e-15
    )
    assert 0 <= found.macro_f1.value <= 1
    assert found.majority == np.bincount(y).max() / 9


@few
@given(y=labels(9, 3), p=probabilities(3, 9), groups=labels(9, 4))
def test_calibration_is_of_the_parts_there_are(y: Ids, p: Ids, groups: Ids) -> None:
    """Every part in one bin; the error at most 1, the squared distance at most 2."""
    found, bins = calibration(p, y, groups), reliability(p, y, groups)

    assert sum(each.hits.n for each in bins) == 9
    assert sum(each.hits.k for each in bins) == (p.argmax(axis=1) == y).sum()
    assert 0 <= found.error.value <= 1
    assert 0 <= found.brier.value <= 2 + 1e-12

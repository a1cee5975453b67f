"""Conflicting pairs by hand, and the smallest set of labels by trying all."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from glassline.errors import InputError, ShapeError
from glassline.studies.labels import Conflict, conflicts, fewest_to_check

# Two features; good parts 0 and 1, bad parts 2, 3 and 4.
X = np.array([[1.5, 3.0], [0.2, 0.1], [1.0, 2.0], [1.5, 3.0], [2.0, 0.0]])
IS_GOOD = np.array([True, True, False, False, False])


def test_pairs_drawn_by_hand_are_found_the_widest_first() -> None:
    """Part 0 passed: it is worse than 2 by 0.5, equal to 3, and crossed with 4."""
    found = conflicts(X, IS_GOOD)

    assert found == (Conflict(0, 2, 0.5), Conflict(0, 3, 0.0))


def test_a_margin_leaves_out_what_is_closer() -> None:
    """The pair at exactly the margin stays."""
    assert conflicts(X, IS_GOOD, least=0.5) == (Conflict(0, 2, 0.5),)
    assert conflicts(X, IS_GOOD, least=0.51) == ()


@pytest.mark.parametrize("is_good", [True, False], ids=["all good", "all bad"])
def test_labels_of_one_kind_can_not_conflict(is_good: bool) -> None:
    """It takes a part that passed and one that was rejected."""
    assert conflicts(X, np.full(5, is_good)) == ()


def test_more_of_everything_never_hides_a_conflict(rng: np.random.Generator) -> None:
    """Raising the part that passed keeps its pairs, and widens them."""
    x = rng.normal(size=(40, 3))
    is_good = rng.random(40) < 0.5
    worse = x + np.where(is_good, 0.25, 0.0)[:, None]

    before = {(c.passed, c.rejected): c.margin for c in conflicts(x, is_good)}
    after = {(c.passed, c.rejected): c.margin for c in conflicts(worse, is_good)}

    assert before.keys() <= after.keys()
    np.testing.assert_allclose(
        [after[pair] - before[pair] for pair in before], 0.25, atol=1e-12
    )


@pytest.mark.bad_shape
def test_shapes_that_do_not_fit_are_refused() -> None:
    """The message holds both."""
    with pytest.raises(
        ShapeError,
        match=r"^is_good: expected shape \(n,\) to match x \(n, d\), "
        r"got \(3,\) and \(5, 2\)\.$",
    ):
        conflicts(X, IS_GOOD[:3])


@pytest.mark.parametrize(
    ("x", "least"), [(X * np.nan, 0.0), (X, -1.0), (X, np.nan)], ids=str
)
def test_numbers_that_can_not_be_used_are_refused(x: np.ndarray, least: float) -> None:
    """NaN would compare as no conflict."""
    with pytest.raises(
        InputError, match=r"^x, least: expected finite numbers, and least >= 0\.$"
    ):
        conflicts(x, IS_GOOD, least=least)


def _pairs(edges: list[tuple[int, int]]) -> list[Conflict]:
    return [Conflict(good, bad, 1.0) for good, bad in edges]


@pytest.mark.parametrize(
    ("edges", "expected"),
    [
        pytest.param([], (), id="no pair"),
        pytest.param([(0, 10), (0, 11), (0, 12)], (0,), id="one good against three"),
        pytest.param([(0, 10), (1, 10), (2, 10)], (10,), id="one bad against three"),
        pytest.param(
            [(0, 10), (0, 11), (1, 11), (1, 12), (2, 12), (2, 10)],
            (0, 1, 2),
            id="a ring of six takes three",
        ),
        pytest.param(
            [(0, 10), (0, 11), (0, 12), (1, 12), (2, 12)], (0, 12), id="two stars"
        ),
    ],
)
def test_the_smallest_set_by_hand(
    edges: list[tuple[int, int]], expected: tuple[int, ...]
) -> None:
    """Every pair has a part in the set."""
    assert fewest_to_check(_pairs(edges)) == expected


def _smallest_by_trying(edges: list[tuple[int, int]]) -> int:
    """The size of the smallest cover, from nothing upwards."""
    parts = sorted({part for edge in edges for part in edge})
    return next(
        size
        for size in range(len(parts) + 1)
        if any(
            all(set(edge) & set(chosen) for edge in edges)
            for chosen in combinations(parts, size)
        )
    )


@pytest.mark.parametrize("draw", range(40))
def test_no_smaller_set_exists(draw: int, rng: np.random.Generator) -> None:
    """Against every subset, on graphs of every density."""
    shares = rng.random((40, 5, 6)) < np.linspace(0.05, 0.9, 40)[:, None, None]
    edges = [(int(g), 10 + int(b)) for g, b in np.argwhere(shares[draw])]

    found = fewest_to_check(_pairs(edges))

    assert len(found) == _smallest_by_trying(edges)
    assert [edge for edge in edges if not set(edge) & set(found)] == []

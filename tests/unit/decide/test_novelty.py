"""The region of training: checked by hand, by simulation, and for what must not move it."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from numpy.typing import ArrayLike

from glassline.dataset.folds import deal
from glassline.decide import Region
from glassline.errors import InputError, ShapeError

CLASSES = ("ok", "scratch")
PLAIN = Region(
    classes=CLASSES,
    centers=((0.0, 0.0), (4.0, 0.0)),
    inverses=(((1.0, 0.0), (0.0, 0.25)), ((2.0, 1.0), (1.0, 1.0))),
    limit=3.0,
    rate=0.05,
    n=100,
)


def dealt(labels: ArrayLike, groups: ArrayLike) -> np.ndarray | None:
    """The folds that training deals."""
    return deal(np.asarray(labels, int), np.asarray(groups, int))


def drawn(rng: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Parts of two classes in four dimensions, each class of another shape."""
    labels = np.repeat([0, 1], [n - n // 2, n // 2])
    u = rng.normal(size=(n, 4)) * np.where(labels[:, None] == 1, [3, 1, 2, 1], 1.0)
    return u + 3.0 * labels[:, None], labels


def test_a_distance_by_hand() -> None:
    """From (2, 3): to ok 4 + 9 / 4, to scratch 2*4 - 2*6 + 9, the smaller one."""
    stand = PLAIN.stand(np.array([2.0, 3.0]))

    assert stand.nearest == "scratch"
    assert stand.pull == (-1.0, 1.0)  # (2, 1; 1, 1) times (-2, 3)
    assert stand.adds == (2.0, 3.0)
    assert_allclose(stand.distance, np.sqrt(5))
    assert (stand.is_novel, stand.farthest) == (False, 1)


def test_the_limit_itself_is_inside() -> None:
    """At a distance of exactly 3 from ok, and a little beyond."""
    assert not PLAIN.stand(np.array([-3.0, 0.0])).is_novel
    assert PLAIN.stand(np.array([-3.001, 0.0])).is_novel


def test_an_ellipsoid_is_half_its_class_and_half_of_all(
    rng: np.random.Generator,
) -> None:
    """Against NumPy's covariances."""
    u, labels = drawn(rng, 200)

    region = Region.fit(u, labels, dealt(labels, np.arange(200)), CLASSES, rate=0.05)

    assert region is not None
    own = [np.cov(u[labels == c].T) for c in (0, 1)]
    within = (99 * own[0] + 99 * own[1]) / 198
    for c in (0, 1):
        expected = np.linalg.inv((own[c] + within) / 2 + 1e-6 * np.eye(4))
        assert_allclose(region.inverses[c], expected, rtol=1e-10)
        assert_allclose(region.centers[c], u[labels == c].mean(axis=0))


def test_many_parts_have_the_bits_of_one(rng: np.random.Generator) -> None:
    """A distance depends on its own part alone."""
    u, labels = drawn(rng, 60)
    region = Region.fit(u, labels, dealt(labels, np.arange(60)), CLASSES, rate=0.05)

    assert region is not None
    one_by_one = [region.stand(row).distance for row in u]
    assert_array_equal(region.distances(u), one_by_one)


def test_another_unit_changes_no_distance(rng: np.random.Generator) -> None:
    """A feature in micrometres instead of millimetres."""
    u, labels = drawn(rng, 80)
    units, shift = np.array([1000.0, 100.0, 10.0, 1.0]), np.arange(4.0)

    plain = Region.fit(u, labels, dealt(labels, np.arange(80)), CLASSES, rate=0.05)
    other = Region.fit(
        u * units + shift, labels, dealt(labels, np.arange(80)), CLASSES, rate=0.05
    )

    assert plain is not None
    assert other is not None
    assert_allclose(other.distances(u * units + shift), plain.distances(u), rtol=1e-4)
    assert_allclose(other.limit, plain.limit, rtol=1e-4)


@pytest.mark.slow
def test_about_as_many_known_parts_look_new_as_was_asked_for(
    rng: np.random.Generator,
) -> None:
    """Over 200 studies of 60 parts: a few less than 10 %, as folds see fewer parts."""
    rates = []
    for _ in range(200):
        u, labels = drawn(rng, 60)
        region = Region.fit(u, labels, dealt(labels, np.arange(60)), CLASSES, rate=0.1)
        assert region is not None
        others, _labels = drawn(rng, 200)
        rates.append((region.distances(others) > region.limit).mean())

    assert 0.07 < np.mean(rates) < 0.1


def test_the_limit_is_of_parts_that_the_region_did_not_see(
    rng: np.random.Generator,
) -> None:
    """Groups whose parts lie together far out, each judged without itself."""
    u, labels = drawn(rng, 60)
    u[:2] += [0.0, 0.0, 12.0, 0.0]  # two photos of one odd piece
    alone = Region.fit(u, labels, dealt(labels, np.arange(60)), CLASSES, rate=0.01)
    together = Region.fit(
        u, labels, dealt(labels, np.r_[0, 0, np.arange(1, 59)]), CLASSES, rate=0.01
    )

    assert alone is not None
    assert together is not None
    assert together.limit > alone.limit


def test_a_feature_that_never_varied_makes_any_change_new() -> None:
    """And divides by nothing."""
    u = np.c_[np.tile([0.0, 1.0], 10), np.full(20, 7.0)]
    region = Region.fit(u, np.zeros(20, int), np.arange(20) % 5, ("ok",), rate=0.1)

    assert region is not None
    assert not region.stand(np.array([0.5, 7.0])).is_novel
    assert region.stand(np.array([0.5, 7.1])).is_novel


@pytest.mark.parametrize(
    ("labels", "groups"),
    [
        pytest.param([], [], id="no-part"),
        pytest.param([0, 1], [0, 1], id="one-part-a-class"),
        pytest.param([0, 0, 0], [5, 5, 5], id="one-group"),
    ],
)
def test_too_few_parts_give_no_region(labels: list[int], groups: list[int]) -> None:
    """Nothing is then called new."""
    u = np.zeros((len(labels), 4))

    assert Region.fit(u, labels, dealt(labels, groups), CLASSES, rate=0.1) is None


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param(
            {"limit": 0.0},
            "novelty.limit: expected a finite number above 0, got 0.0.",
            id="no-limit",
        ),
        pytest.param(
            {"rate": 1.0},
            "novelty.rate: expected a share above 0 and below 1, got 1.0.",
            id="all-new",
        ),
        pytest.param(
            {"centers": ((0.0, np.nan), (1.0, 1.0))},
            "novelty: expected finite numbers, got NaN or infinity.",
            id="nan",
        ),
    ],
)
def test_numbers_out_of_range_are_refused(
    change: dict[str, object], message: str
) -> None:
    """A file made by hand, or a setting of the recipe."""
    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        replace(PLAIN, **change)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param(
            {"centers": ((0.0, 0.0),)},
            "novelty.centers: expected one row for each of ok, scratch, got shape "
            "(1, 2).",
            id="a-class-without-centre",
        ),
        pytest.param(
            {"inverses": (((1.0,),), ((1.0,),))},
            "novelty.inverses: expected shape (2, 2, 2), got (2, 1, 1).",
            id="inverse-of-one-feature",
        ),
    ],
)
def test_arrays_that_do_not_fit_are_refused(
    change: dict[str, object], message: str
) -> None:
    """One centre and one inverse a class, of the same features."""
    with pytest.raises(ShapeError, match=f"^{re.escape(message)}$"):
        replace(PLAIN, **change)  # type: ignore[arg-type]

"""The region of training: checked by hand, and for what must not move it."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

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

    region = Region.around(u, labels, CLASSES, rate=0.05)

    own = [np.cov(u[labels == c].T) for c in (0, 1)]
    within = (99 * own[0] + 99 * own[1]) / 198
    halves = (np.array(own) + within) / 2 + 1e-6 * np.eye(4)
    assert_allclose(region.inverses, np.linalg.inv(halves), rtol=1e-10)
    centers = [u[labels == c].mean(axis=0) for c in (0, 1)]
    assert_allclose(region.centers, centers)


def test_many_parts_have_the_bits_of_one(rng: np.random.Generator) -> None:
    """A distance depends on its own part alone."""
    u, labels = drawn(rng, 60)
    region = Region.around(u, labels, CLASSES, rate=0.05)

    one_by_one = [region.stand(row).distance for row in u]
    assert_array_equal(region.distances(u), one_by_one)


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

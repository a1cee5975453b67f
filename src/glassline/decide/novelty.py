"""The region of the parts that training saw: what lies outside goes to a person."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from glassline.arrays import ClassIds, Features, Values
from glassline.errors import InputError, ShapeError

__all__ = ["Region", "Stand"]

OWN = 0.5  # share of a class's own spread in its ellipsoid; the rest is that of all
FLOOR = 1e-6  # variance, in squared spreads of good parts: no feature varies less

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Stand:
    """Where one part stands to the region.

    Attributes:
        nearest: The class whose centre is nearest.
        distance: How far, in spreads of that class.
        limit: Beyond it the part is novel.
        unclipped: Shape (d,), x before its clip.
        center: Shape (d,), that of the class.
        pull: Shape (d,), the class's inverse covariance times (unclipped - center).
        adds: Shape (d,), (unclipped - center) times pull: they add up to distance^2.
    """

    nearest: str
    distance: float
    limit: float
    unclipped: tuple[float, ...]
    center: tuple[float, ...]
    pull: tuple[float, ...]
    adds: tuple[float, ...]

    @property
    def is_novel(self) -> bool:
        """Return whether the part lies outside."""
        return self.distance > self.limit

    @property
    def farthest(self) -> int:
        """Return the feature that adds most to the distance, counted from 0."""
        return int(np.argmax(self.adds))


@dataclass(frozen=True)
class Region:
    """An ellipsoid around each class of training; a part outside all of them is novel.

    With u the features before their clip, m_c the mean of class c, S_c its covariance
    and S that within all classes together,

        A_c = (S_c + S) / 2,   D_c = sqrt((u - m_c) A_c^-1 (u - m_c)^T),   D = min_c D_c

    and a part is novel where D is above the limit. Training sets the limit so that of
    new parts of the known classes, drawn like its own, about `rate` lie beyond.

    Changing the unit of a feature changes no distance. A defect that raises none of
    the four features, or looks like a known class, lies inside: this finds what is
    new to the features, not what is wrong with the part.

    Attributes:
        classes: The m classes that had parts.
        centers: Shape (m, d).
        inverses: Shape (m, d, d), A_c^-1.
        limit: Largest D of a part that is not novel, > 0.
        rate: About the share of the parts of known classes that lie beyond.
        n: Parts behind the limit.

    Raises:
        ShapeError: The arrays do not fit each other.
        InputError: A number is not finite, or the limit or rate is out of range.

    Example:
        Ten parts at 0 and 1 by turns: mean 1/2, variance 5 / 18.

        >>> u = np.array([[0.0], [1.0]] * 5)
        >>> region = Region.around(u, np.zeros(10, int), ("ok",), rate=0.2, limit=3.0)
        >>> stand = region.stand(np.array([3.0]))
        >>> print(stand.is_novel, f"{stand.distance:.3f} {2.5 / (5 / 18) ** 0.5:.3f}")
        True 4.743 4.743

    Source:
        Half a class's own covariance and half the pooled one: J. H. Friedman,
        Regularized Discriminant Analysis, JASA 84(405), 1989, eq. 7, lambda = 1/2.
    """

    classes: tuple[str, ...]
    centers: tuple[tuple[float, ...], ...]
    inverses: tuple[tuple[tuple[float, ...], ...], ...]
    limit: float
    rate: float
    n: int

    def __post_init__(self) -> None:
        centers, inverses = self._arrays()
        if centers.ndim != 2 or not centers.size or len(centers) != len(self.classes):
            raise ShapeError(
                f"novelty.centers: expected one row for each of "
                f"{', '.join(self.classes)}, got shape {centers.shape}."
            )
        m, d = centers.shape
        if inverses.shape != (m, d, d):
            raise ShapeError(
                f"novelty.inverses: expected shape {(m, d, d)}, got {inverses.shape}."
            )
        if not (np.isfinite(centers).all() and np.isfinite(inverses).all()):
            raise InputError("novelty: expected finite numbers, got NaN or infinity.")
        if not 0 < self.limit < math.inf:
            raise InputError(
                f"novelty.limit: expected a finite number above 0, got {self.limit}."
            )
        if not 0 < self.rate < 1:
            raise InputError(
                f"novelty.rate: expected a share above 0 and below 1, got {self.rate}."
            )

    @classmethod
    def around(
        cls,
        unclipped: Features,
        labels: ClassIds,
        classes: tuple[str, ...],
        *,
        rate: float,
        limit: float = 1.0,
    ) -> Region:
        """Lay an ellipsoid around each class of labelled parts, all with this limit.

        Args:
            unclipped: Shape (n, d), features before their clip, n >= 1.
            labels: Shape (n,), class ids.
            classes: The k class names.
            rate: As in the attributes.
            limit: As in the attributes.

        Raises:
            InputError: The rate is out of range.
        """
        ids, centers, inverses = _ellipsoids(unclipped, labels)
        return cls(
            classes=tuple(classes[c] for c in ids),
            centers=tuple(map(tuple, centers.tolist())),
            inverses=tuple(tuple(map(tuple, rows)) for rows in inverses.tolist()),
            limit=limit,
            rate=rate,
            n=len(unclipped),
        )

    def distances(self, unclipped: Features) -> Numbers:
        """Return D of each part, shape (n,); each depends on nothing but its part."""
        centers, inverses = self._arrays()
        return np.asarray(np.sqrt(_squares(unclipped, centers, inverses).min(axis=1)))

    def stand(self, unclipped: Values) -> Stand:
        """Return where one part stands, u of shape (d,)."""
        centers, inverses = self._arrays()
        squares = _squares(unclipped[np.newaxis], centers, inverses)[0]
        at = int(np.argmin(squares))
        away = unclipped - centers[at]
        pull = _pull(away[np.newaxis], inverses[at])[0]
        return Stand(
            nearest=self.classes[at],
            distance=float(np.sqrt(squares[at])),
            limit=self.limit,
            unclipped=tuple(unclipped.tolist()),
            center=self.centers[at],
            pull=tuple(pull.tolist()),
            adds=tuple((away * pull).tolist()),
        )

    def _arrays(self) -> tuple[Numbers, Numbers]:
        return np.array(self.centers, np.float64), np.array(self.inverses, np.float64)


def _ellipsoids(u: Features, y: ClassIds) -> tuple[list[int], Numbers, Numbers]:
    """Return the classes there are, their centres and inverse covariances."""
    ids = np.unique(y).tolist()
    d = u.shape[1]
    counts = np.array([(y == c).sum() for c in ids])
    centers = np.array([u[y == c].mean(axis=0) for c in ids])
    sums = np.array(
        [
            (u[y == c] - at).T @ (u[y == c] - at)
            for c, at in zip(ids, centers, strict=True)
        ]
    )
    within = sums.sum(axis=0) / max(len(u) - len(ids), 1)
    inverses = []
    for count, own in zip(counts.tolist(), sums, strict=True):
        spread = OWN * own / (count - 1) + (1 - OWN) * within if count > 1 else within
        inverses.append(np.linalg.inv(spread + FLOOR * np.eye(d)))
    return ids, centers, np.array(inverses)


def _squares(u: Features, centers: Numbers, inverses: Numbers) -> Numbers:
    """Return the squared distance of n parts to m centres, shape (n, m)."""
    squares = np.zeros((len(u), len(centers)))
    for at, (center, inverse) in enumerate(zip(centers, inverses, strict=True)):
        away = u - center
        pull = _pull(away, inverse)
        for i in range(u.shape[1]):  # in order: same bits in any batch
            squares[:, at] += away[:, i] * pull[:, i]
    return np.maximum(squares, 0.0)


def _pull(away: Numbers, inverse: Numbers) -> Numbers:
    pull = np.zeros_like(away)
    for j in range(away.shape[1]):
        pull += away[:, j, np.newaxis] * inverse[j]
    return pull

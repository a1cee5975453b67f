"""How far the readings of one part spread when only the camera varies."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from glassline.arrays import Values
from glassline.errors import InputError, ShapeError, show

__all__ = ["Gauge", "Nearby", "Unsettled", "aiag"]

GOOD_PERCENT = 10.0
POOR_PERCENT = 30.0
CATEGORIES = 1.41  # as AIAG prints it, not the square root of 2


def aiag(grr_percent: float) -> str:
    """Name what AIAG calls a gauge of this %GRR.

    Args:
        grr_percent: Share of the total spread that is the gauge's; NaN where there
            is no spread at all.

    Returns:
        "good" below 10, "conditional" from 10 to 30, "poor" above 30, "unknown"
        for NaN.

    Example:
        >>> [aiag(percent) for percent in (9.9, 10, 30, 30.1)]
        ['good', 'conditional', 'conditional', 'poor']

    Source:
        AIAG, Measurement Systems Analysis, 4th edition (2010), chapter II section
        D. It leaves 10 and 30 themselves open; they are conditional here.
    """
    if math.isnan(grr_percent):
        return "unknown"
    if grr_percent < GOOD_PERCENT:
        return "good"
    return "conditional" if grr_percent <= POOR_PERCENT else "poor"


@dataclass(frozen=True)
class Gauge:
    """What a gauge study found, as a model keeps it.

    With s_g the spread under disturbances of kind g, which vary independently, and
    P the spread from part to part,

        sigma = sqrt(sum over g of s_g^2),   total = sqrt(sigma^2 + P^2),
        %GRR = 100 sigma / total,            ndc = 1.41 P / sigma

    Attributes:
        parts: How many parts were read again; at least 2.
        photos_sha256: Hash of their photos' hashes, in order.
        between: P of each feature, shape (d,), in x units.
        spread: Kind of disturbance to s_g of each feature, shape (d,), in x units.
        covariance: How the readings of one part move together, shape (d, d), in
            squared x units, summed over the kinds; left out, each by itself.

    Raises:
        ShapeError: A kind does not have d numbers, or the covariance another shape.
        InputError: No kind, fewer than 2 parts, a spread that is not finite and
            >= 0, or a covariance that is not symmetric and finite.

    Example:
        >>> gauge = Gauge(10, "0" * 64, (1.2,), {"shift": (0.3,), "noise": (0.4,)})
        >>> print(f"{gauge.sigma[0]:.2f} {gauge.grr[0]:.1f} {gauge.ndc[0]}")
        0.50 38.5 3

    Source:
        AIAG, Measurement Systems Analysis, 4th edition (2010), chapter III section
        B. Repeatability alone: a second camera or lamp (reproducibility) is not
        in it.
    """

    parts: int
    photos_sha256: str
    between: tuple[float, ...]
    spread: Mapping[str, tuple[float, ...]]
    covariance: tuple[tuple[float, ...], ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "between", tuple(float(p) for p in self.between))
        table = {kind: tuple(map(float, row)) for kind, row in self.spread.items()}
        object.__setattr__(self, "spread", table)
        if operator.index(self.parts) < 2:
            raise InputError(f"gauge.parts: expected at least 2, got {self.parts}.")
        if not re.fullmatch("[0-9a-f]{64}", self.photos_sha256):
            raise InputError(
                "gauge.photos_sha256: expected 64 hexadecimal digits, "
                f"got {show(self.photos_sha256)}."
            )
        if not table:
            raise InputError("gauge.spread: expected at least one kind, got none.")
        for where, row in {
            "between": self.between,
            **{f"spread.{kind}": row for kind, row in table.items()},
        }.items():
            if len(row) != len(self.between):
                raise ShapeError(
                    f"gauge.{where}: expected {len(self.between)} numbers to match "
                    f"between, got {len(row)}."
                )
            wrong = [number for number in row if not 0 <= number < math.inf]
            if wrong:
                raise InputError(
                    f"gauge.{where}: expected finite numbers >= 0, got {wrong[0]}."
                )
        object.__setattr__(self, "covariance", _checked(self.covariance, self.sigma))

    @property
    def sigma(self) -> Values:
        """Return the repeatability of each feature, shape (d,), in x units."""
        return np.asarray(np.sqrt(np.square(list(self.spread.values())).sum(axis=0)))

    @property
    def grr(self) -> Values:
        """Return %GRR of each feature, shape (d,); NaN where nothing varies at all."""
        total = np.hypot(self.sigma, self.between)
        shares = np.full(total.shape, np.nan)
        np.divide(100 * self.sigma, total, out=shares, where=total > 0)
        return shares

    @property
    def ndc(self) -> tuple[int | None, ...]:
        """Return how many kinds of part each feature can tell apart.

        Whole categories, at least 1; AIAG asks for 5. None where a feature repeats
        exactly, so that there is no limit (or nothing that varies at all).
        """
        return tuple(
            max(1, math.floor(CATEGORIES * parts / sigma)) if sigma > 0 else None
            for parts, sigma in zip(self.between, self.sigma.tolist(), strict=True)
        )

    @property
    def grades(self) -> tuple[str, ...]:
        """Return AIAG's word for each feature, as `aiag` names it."""
        return tuple(aiag(percent) for percent in self.grr.tolist())


@dataclass(frozen=True)
class Nearby:
    """A reading near a part's own at which it would be decided otherwise.

    Attributes:
        x: Shape (d,), the nearest such reading that was found, in standard units.
        own: Shape (d,), the part's own reading.
        distance: How far, in repeatability spreads: the root of
            (x - own) covariance^-1 (x - own)^T.
        decision: What is decided there.
        limit: The distance that was looked at.
    """

    x: tuple[float, ...]
    own: tuple[float, ...]
    distance: float
    decision: str
    limit: float

    @property
    def share(self) -> float:
        """Return about how often a reading around this one is decided otherwise.

        The normal probability beyond a flat border at this distance.
        """
        return math.erfc(self.distance / math.sqrt(2)) / 2


@dataclass(frozen=True)
class Unsettled:
    """Whether such a reading exists was not settled before the search ended.

    Attributes:
        at_least: No reading nearer than this is decided otherwise.
        limit: The distance that was looked at.
    """

    at_least: float
    limit: float


def _checked(
    covariance: Sequence[Sequence[float]], sigma: Values
) -> tuple[tuple[float, ...], ...]:
    """Return the covariance as rows; that of independent features if there is none."""
    d = len(sigma)
    if not len(covariance):
        return tuple(map(tuple, np.diag(np.square(sigma)).tolist()))
    matrix = np.array(covariance, np.float64)
    if matrix.shape != (d, d):
        raise ShapeError(
            f"gauge.covariance: expected shape {(d, d)}, got {matrix.shape}."
        )
    if not (np.isfinite(matrix).all() and (matrix == matrix.T).all()):
        raise InputError(
            "gauge.covariance: expected a symmetric matrix of finite numbers."
        )
    return tuple(map(tuple, matrix.tolist()))

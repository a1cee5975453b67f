"""Control charts of a share of parts: p, and Laney's p' for lines with many parts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassline.errors import InputError, ShapeError
from glassline.monitor.limits import MOVING_RANGE, WIDTH, Limits

__all__ = ["ShareChart", "p_chart", "p_prime_chart", "p_prime_limits"]

Counts = NDArray[np.int64]
Numbers = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class ShareChart:
    """Shares of g stretches of a line, with limits as wide as each stretch asks.

    Attributes:
        counts: Shape (g,), parts that did.
        sizes: Shape (g,), parts.
        limits: centre is the share when nothing happens, spread is sigma_z: by what
            the shares vary more than the binomial does; 1 of a p chart.
        lower: Shape (g,), 0 at least.
        upper: Shape (g,), 1 at most.
    """

    counts: Counts
    sizes: Counts
    limits: Limits
    lower: Numbers
    upper: Numbers

    @property
    def shares(self) -> Numbers:
        """Return counts / sizes, shape (g,)."""
        return np.asarray(self.counts / self.sizes)

    @property
    def is_out(self) -> NDArray[np.bool_]:
        """Return which points lie beyond their limits, shape (g,)."""
        return np.asarray((self.shares > self.upper) | (self.shares < self.lower))

    def as_json(self) -> dict[str, Any]:
        """Return the chart as plain data."""
        return {
            "k": self.counts.tolist(),
            "n": self.sizes.tolist(),
            "lower": self.lower.tolist(),
            "upper": self.upper.tolist(),
            "out": np.flatnonzero(self.is_out).tolist(),
            "limits": self.limits.as_json(),
        }


def p_chart(counts: Counts, sizes: Counts, limits: Limits | None = None) -> ShareChart:
    """Draw shares with the limits of the binomial: right for small stretches.

        p_bar +- 3 sqrt(p_bar (1 - p_bar) / n_i)

    Args:
        counts: Shape (g,), parts that did, 0 to n_i.
        sizes: Shape (g,), parts, at least 1.
        limits: Frozen ones, of which the centre is taken; left out, p_bar is that of
            these points.

    Raises:
        ShapeError: The two are not (g >= 1,) both.
        InputError: A count is not in [0, n_i], or a stretch has no part.

    Example:
        >>> chart = p_chart(np.array([12, 15, 8]), np.array([50, 50, 50]))
        >>> print(f"{chart.limits.centre:.4f} {chart.upper[0]:.4f}")
        0.2333 0.4128

    Source:
        D. C. Montgomery, Introduction to Statistical Quality Control, 7th ed. (2013),
        eq. 7.8.
    """
    _check(counts, sizes)
    centre = _centre(counts, sizes) if limits is None else limits.centre
    return _chart(counts, sizes, limits or Limits(centre, 1.0, len(counts)), 1.0)


def p_prime_chart(
    counts: Counts, sizes: Counts, limits: Limits | None = None
) -> ShareChart:
    """Draw shares with Laney's limits: they also vary from stretch to stretch.

        p_bar +- 3 sigma_z sqrt(p_bar (1 - p_bar) / n_i)

    With hundreds of parts a point the binomial's limits are so tight that an ordinary
    line is out of them all the time; sigma_z says how much wider they must be.

    Args:
        counts: As for `p_chart`.
        sizes: As for `p_chart`.
        limits: Frozen ones; left out, those of these points.

    Raises:
        ShapeError: As in `p_chart`.
        InputError: As in `p_chart`; or one point alone and no limits.

    Example:
        Shares that swing by far more than 1,000 parts do by chance:

        >>> counts, sizes = np.array([80, 120, 90, 110]), np.array([1000] * 4)
        >>> p_chart(counts, sizes).is_out.any(), p_prime_chart(counts, sizes).is_out.any()
        (np.False_, np.False_)
        >>> print(f"{p_prime_chart(counts, sizes).limits.spread:.3f}")
        2.802

    Source:
        D. B. Laney, Quality Engineering 14(4), 2002, pages 531-537,
        doi:10.1081/QEN-120003555.
    """
    _check(counts, sizes)
    limits = limits or p_prime_limits(counts, sizes)
    return _chart(counts, sizes, limits, limits.spread)


def p_prime_limits(counts: Counts, sizes: Counts) -> Limits:
    """Take p_bar and sigma_z from g >= 2 points in the order of time.

        z_i = (p_i - p_bar) / sqrt(p_bar (1 - p_bar) / n_i)
        sigma_z = mean |z_i - z_(i-1)| / 1.128

    Where all parts did, or none, every z is 0 and sigma_z is 1: nothing says that the
    line varies more than chance.

    Raises:
        ShapeError: As in `p_chart`.
        InputError: As in `p_chart`; or fewer than two points.
    """
    _check(counts, sizes)
    if len(counts) < 2:
        raise InputError(
            "p': expected at least two points to tell sigma_z from, got 1."
        )
    centre = _centre(counts, sizes)
    spread = _spread(centre, sizes)
    z = np.divide(
        counts / sizes - centre, spread, out=np.zeros(len(sizes)), where=spread > 0
    )
    sigma_z = float(np.abs(np.diff(z)).mean()) / MOVING_RANGE
    return Limits(centre, sigma_z if sigma_z > 0 else 1.0, len(counts))


def _chart(counts: Counts, sizes: Counts, limits: Limits, sigma_z: float) -> ShareChart:
    reach = WIDTH * sigma_z * _spread(limits.centre, sizes)
    lower = np.maximum(limits.centre - reach, 0.0)
    upper = np.minimum(limits.centre + reach, 1.0)
    return ShareChart(counts, sizes, limits, lower, upper)


def _centre(counts: Counts, sizes: Counts) -> float:
    return float(counts.sum() / sizes.sum())


def _spread(centre: float, sizes: Counts) -> Numbers:
    return np.asarray(np.sqrt(centre * (1 - centre) / sizes))


def _check(counts: Counts, sizes: Counts) -> None:
    if counts.ndim != 1 or counts.shape != sizes.shape or not len(counts):
        raise ShapeError(
            f"chart: expected counts and sizes of shape (g >= 1,), got {counts.shape} "
            f"and {sizes.shape}."
        )
    wrong = np.flatnonzero((sizes < 1) | (counts < 0) | (counts > sizes))
    if len(wrong):
        first = int(wrong[0])
        raise InputError(
            f"counts[{first}]: expected 0 to n of at least 1 part, got "
            f"{counts[first]} of {sizes[first]}."
        )

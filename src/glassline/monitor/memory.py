"""Control charts with a memory: EWMA and CUSUM, which see small moves that stay."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassline.errors import InputError
from glassline.monitor.limits import Limits

__all__ = ["CusumChart", "EwmaChart", "cusum", "ewma"]

WEIGHT = 0.1  # of the newest point
REACH = 2.7  # spreads; with a weight of 0.1 a false alarm about every 500 points
SLACK = 0.5  # spreads; half of the move that is to be seen soonest
DECISION = 5.0  # spreads; with a slack of 0.5 a false alarm about every 465 points
Numbers = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class EwmaChart:
    """An exponentially weighted mean of all points so far.

    Attributes:
        values: Shape (m,), the points themselves.
        smooth: Shape (m,), the weighted means.
        lower: Shape (m,).
        upper: Shape (m,).
        limits: Centre and spread of the points.
    """

    values: Numbers
    smooth: Numbers
    lower: Numbers
    upper: Numbers
    limits: Limits

    @property
    def is_out(self) -> NDArray[np.bool_]:
        """Return which means lie beyond their limits, shape (m,)."""
        return np.asarray((self.smooth > self.upper) | (self.smooth < self.lower))

    def as_json(self) -> dict[str, Any]:
        """Return the chart as plain data."""
        return {
            "values": self.values.tolist(),
            "smooth": self.smooth.tolist(),
            "lower": self.lower.tolist(),
            "upper": self.upper.tolist(),
            "out": np.flatnonzero(self.is_out).tolist(),
            "limits": self.limits.as_json(),
        }


def ewma(
    values: Numbers, limits: Limits, *, weight: float = WEIGHT, reach: float = REACH
) -> EwmaChart:
    """Smooth m points in the order of time, and hold them against widening limits.

        s_i = w v_i + (1 - w) s_(i-1),    s_0 = centre
        centre +- reach spread sqrt(w / (2 - w) (1 - (1 - w)^(2 i)))

    Args:
        values: Shape (m,), finite.
        limits: Centre and spread of single points.
        weight: w, in (0, 1]; 1 is Shewhart's chart.
        reach: In spreads, above 0.

    Raises:
        InputError: A number is not finite or out of range.

    Example:
        >>> chart = ewma(np.array([9.45, 7.99]), Limits(10.0, 1.0, 20))
        >>> print(chart.smooth.round(4), chart.upper.round(2))
        [9.945  9.7495] [10.27 10.36]

    Source:
        S. W. Roberts, Technometrics 1(3), 1959; weight and reach: D. C. Montgomery,
        Introduction to Statistical Quality Control, 7th ed. (2013), table 9.11.
    """
    _check(values)
    if not (0 < weight <= 1 and 0 < reach < np.inf):
        raise InputError(
            f"ewma: expected a weight in (0, 1] and a reach above 0, got {weight} and "
            f"{reach}."
        )
    smooth, at = np.empty(len(values)), limits.centre
    for place, value in enumerate(values.tolist()):
        at = weight * value + (1 - weight) * at
        smooth[place] = at
    step = np.arange(1, len(values) + 1)
    grown = weight / (2 - weight) * (1 - (1 - weight) ** (2 * step))
    wide = reach * limits.spread * np.sqrt(grown)
    return EwmaChart(values, smooth, limits.centre - wide, limits.centre + wide, limits)


@dataclass(frozen=True, eq=False)
class CusumChart:
    """What points have gone beyond the centre, added up; 0 wherever they came back.

    Attributes:
        values: Shape (m,), the points themselves.
        high: Shape (m,), added up above the centre, in spreads.
        low: Shape (m,), likewise below, as numbers >= 0.
        decision: From where on it is an alarm, in spreads.
        limits: Centre and spread of the points.
    """

    values: Numbers
    high: Numbers
    low: Numbers
    decision: float
    limits: Limits

    @property
    def is_out(self) -> NDArray[np.bool_]:
        """Return at which points either sum is beyond the decision, shape (m,)."""
        return np.asarray((self.high > self.decision) | (self.low > self.decision))

    def since(self, point: int) -> int:
        """Return the point from which the sum that is larger there was above 0."""
        sums = self.high if self.high[point] >= self.low[point] else self.low
        zero = np.flatnonzero(sums[: point + 1] == 0)
        return int(zero[-1]) + 1 if len(zero) else 0

    def as_json(self) -> dict[str, Any]:
        """Return the chart as plain data."""
        return {
            "values": self.values.tolist(),
            "high": self.high.tolist(),
            "low": self.low.tolist(),
            "decision": self.decision,
            "out": np.flatnonzero(self.is_out).tolist(),
            "limits": self.limits.as_json(),
        }


def cusum(
    values: Numbers,
    limits: Limits,
    *,
    slack: float = SLACK,
    decision: float = DECISION,
    most: float = np.inf,
) -> CusumChart:
    """Add up how far m points in the order of time lie beyond the centre.

        z_i = (v_i - centre) / spread
        high_i = max(0, high_(i-1) + z_i - slack)
        low_i  = max(0, low_(i-1) - z_i - slack)

    Args:
        values: Shape (m,), finite.
        limits: Centre and spread of single points.
        slack: In spreads, >= 0: half of the move to be seen soonest.
        decision: In spreads, above 0.
        most: Where a sum stops, in spreads: what is beyond it is forgotten no later.

    Raises:
        InputError: A number is not finite or out of range.

    Example:
        >>> chart = cusum(np.array([11.0, 12.0]), Limits(10.0, 1.0, 20))
        >>> chart.high.tolist(), chart.low.tolist()
        ([0.5, 2.0], [0.0, 0.0])

    Source:
        E. S. Page, Biometrika 41, 1954; slack and decision: D. C. Montgomery,
        Introduction to Statistical Quality Control, 7th ed. (2013), section 9.1.
    """
    _check(values)
    if not (0 <= slack < np.inf and 0 < decision < np.inf):
        raise InputError(
            f"cusum: expected a slack >= 0 and a decision above 0, got {slack} and "
            f"{decision}."
        )
    high, low = np.empty(len(values)), np.empty(len(values))
    above = below = 0.0
    for place, z in enumerate(limits.standardised(values).tolist()):
        above = min(most, max(0.0, above + z - slack))
        below = min(most, max(0.0, below - z - slack))
        high[place], low[place] = above, below
    return CusumChart(values, high, low, decision, limits)


def _check(values: Numbers) -> None:
    if values.ndim != 1 or not np.isfinite(values).all():
        raise InputError("values: expected a row of finite numbers.")

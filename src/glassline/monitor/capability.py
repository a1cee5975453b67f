"""Whether a feature keeps within its specification: Cp, Cpk and Ppk, with intervals."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassline.errors import InputError
from glassline.monitor.limits import of_values
from glassline.studies.metrics import Score

__all__ = ["Capability", "Spec", "capability"]

Z = 1.959964  # of a two-sided 95 % interval


@dataclass(frozen=True)
class Spec:
    """What a customer asks of a reading, in its unit; of a probability nobody does.

    Attributes:
        lower: The least, or None.
        upper: The largest, or None.

    Raises:
        InputError: There is neither, or they are not in order.
    """

    lower: float | None = None
    upper: float | None = None

    def __post_init__(self) -> None:
        low, high = self.ends
        if not low < high or (math.isinf(low) and math.isinf(high)):
            raise InputError(
                f"spec: expected a lower below an upper end, got {self.lower} and "
                f"{self.upper}."
            )

    @property
    def ends(self) -> tuple[float, float]:
        """Return both ends, infinite where there is none."""
        low = -math.inf if self.lower is None else self.lower
        high = math.inf if self.upper is None else self.upper
        return low, high


@dataclass(frozen=True)
class Capability:
    """How often the natural spread of a reading fits into its specification.

    Attributes:
        n: Readings.
        cp: Width of the specification in 6 short-term spreads; None with one end.
        cpk: From the mean to the nearer end, in 3 short-term spreads.
        ppk: Likewise with the spread of all readings.
        outside: Readings outside of the specification.
    """

    n: int
    cp: float | None
    cpk: Score
    ppk: Score
    outside: int

    def as_json(self) -> dict[str, Any]:
        """Return the figures as plain data."""
        return {
            **vars(self),
            "cpk": self.cpk.as_json(),
            "ppk": self.ppk.as_json(),
        }


def capability(readings: NDArray[np.float64], spec: Spec) -> Capability:
    """Hold n readings of one feature, in the order of time, against a specification.

        Cpk = min(upper - mean, mean - lower) / (3 s)

    with s the mean moving range / 1.128 for Cpk, the standard deviation of all n for
    Ppk. The 95 % intervals are those of normal readings, each for itself:

        C (1 -+ 1.96 sqrt(1 / (9 n C^2) + 1 / (2 (n - 1))))

    Raises:
        InputError: Fewer than two readings, one that is not finite, or all alike.

    Example:
        >>> found = capability(np.array([4.0, 5.0, 6.0, 5.0]), Spec(upper=10.0))
        >>> print(f"{found.ppk.value:.3f}", found.cp)
        2.041 None

    Source:
        D. C. Montgomery, Introduction to Statistical Quality Control, 7th ed. (2013),
        eq. 8.9 and 8.21; A. F. Bissell, Applied Statistics 39(3), 1990.
    """
    short = of_values(readings)
    overall = float(readings.std(ddof=1))
    if overall == 0:
        raise InputError("readings: expected some that differ, got all alike.")
    n, low, high = len(readings), *spec.ends
    nearest = min(short.centre - low, high - short.centre)
    return Capability(
        n=n,
        cp=(high - low) / (6 * short.spread) if math.isfinite(high - low) else None,
        cpk=_index(nearest / (3 * short.spread), n),
        ppk=_index(nearest / (3 * overall), n),
        outside=int(((readings < low) | (readings > high)).sum()),
    )


def _index(value: float, n: int) -> Score:
    half = Z * math.sqrt(1 / (9 * n) + value**2 / (2 * (n - 1)))
    return Score(value, value - half, value + half)

"""How far a figure would move on other groups: draws of whole groups."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from glassline.studies.metrics.rates import LEVEL

__all__ = ["DRAWS", "Counts", "Score", "Table", "resamples", "with_interval"]

DRAWS = 2_000  # resamples of the groups behind an interval
SEED = 20261122  # the intervals are the same in every run

Counts = np.ndarray[Any, np.dtype[np.int64]]
Table = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True)
class Score:
    """One figure and its 95 % interval over resampled groups.

    Attributes:
        value: The figure.
        low: Lower end; NaN where fewer than two groups leave it unknown.
        high: Upper end; likewise.
    """

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        if self.low != self.low:  # NaN
            return f"{self.value:.3f} [unknown]"
        return f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}]"


def resamples(groups: Counts) -> Iterator[Table]:
    """Draw whole groups with replacement, `DRAWS` times, always the same draws.

    One draw at a time: a table of draws by groups takes gigabytes where every
    photo is a group.

    Args:
        groups: Shape (n,), group ids; any numbers.

    Yields:
        How often each part counts in the draw, shape (n,). Nothing where there are
        fewer than two groups: one group drawn again is no other sample.

    Example:
        >>> for times in resamples(np.array([7, 7, 9])):
        ...     print(times[0] == times[1], times[1] + times[2])
        ...     break
        True 2.0

    Source:
        Resampling whole clusters: A. C. Davison and D. V. Hinkley, Bootstrap
        Methods and their Application (1997), section 3.8.
    """
    found, place = np.unique(groups, return_inverse=True)
    g = len(found)
    if g < 2:
        return
    rng = np.random.Generator(np.random.PCG64(SEED))
    for _ in range(DRAWS):
        times = np.bincount(rng.integers(0, g, g), minlength=g)
        yield times[place].astype(np.float64)


def with_interval(value: float, drawn: Table) -> Score:
    """Return a value with the percentiles of its resamples; NaN where there are none."""
    if not len(drawn):
        return Score(float(value), np.nan, np.nan)
    low, high = np.percentile(drawn, [50 * (1 - LEVEL), 50 * (1 + LEVEL)])
    return Score(float(value), float(low), float(high))

"""Limits of a control chart: from which points, and frozen by whom and when."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassline.errors import InputError, show

__all__ = ["MOVING_RANGE", "WIDTH", "Limits", "of_values"]

MOVING_RANGE = 2 / math.sqrt(math.pi)  # d2 of two: mean range in standard deviations
WIDTH = 3.0  # of Shewhart's limits, in standard deviations
Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Limits:
    """Centre and spread that a chart holds its points against.

    A chart that takes its limits from the very points it shows follows a line that
    wanders. Frozen limits do not: they carry who froze them, and when.

    Attributes:
        centre: Where the points lie when nothing happens.
        spread: Their standard deviation there, above 0; of a p' chart sigma_z.
        points: From how many points both were taken.
        frozen_at: Date and time with its zone; None while they are provisional.
        who: Who froze them.

    Raises:
        InputError: A number is not finite, the spread is not above 0, the time has no
            zone, or frozen limits name nobody.
    """

    centre: float
    spread: float
    points: int
    frozen_at: datetime | None = None
    who: str = ""

    def __post_init__(self) -> None:
        if not (math.isfinite(self.centre) and 0 < self.spread < math.inf):
            raise InputError(
                "limits: expected a finite centre and a spread above 0, got "
                f"{self.centre} and {self.spread}."
            )
        at = self.frozen_at
        if at is not None and (at.utcoffset() is None or not self.who):
            raise InputError(
                "limits: expected a date and time with its zone and a person, got "
                f"{show(at)} and {show(self.who)}."
            )

    def standardised(self, values: Numbers) -> Numbers:
        """Return how many spreads from the centre each value lies."""
        return np.asarray((values - self.centre) / self.spread)

    def as_json(self) -> dict[str, Any]:
        """Return the limits as plain data, for the ledger and for pages."""
        at = self.frozen_at and self.frozen_at.isoformat()
        return {**vars(self), "frozen_at": at}

    @classmethod
    def from_json(cls, table: dict[str, Any]) -> Limits:
        """Return the limits that `as_json` was of."""
        at = table.get("frozen_at")
        return cls(**{**table, "frozen_at": at and datetime.fromisoformat(at)})


def of_values(values: Numbers) -> Limits:
    """Take provisional limits from m values in the order of time, m >= 2.

    The spread is the mean of |v_i - v_(i-1)| divided by d2 = 2 / sqrt(pi) = 1.128, so
    that a slow trend or one step widens it little. Where all values are alike it is
    the least that a float tells from the centre.

    Raises:
        InputError: Fewer than two values, or one that is not finite.

    Example:
        Ranges 2 and 4:

        >>> limits = of_values(np.array([1.0, 3.0, -1.0]))
        >>> print(limits.centre, f"{limits.spread:.4f}")
        1.0 2.6587

    Source:
        D. C. Montgomery, Introduction to Statistical Quality Control, 7th ed. (2013),
        section 6.4, eq. 6.33.
    """
    if len(values) < 2 or not np.isfinite(values).all():
        raise InputError(
            f"limits: expected at least two finite values, got {show(values.tolist())}."
        )
    centre = float(values.mean())
    spread = float(np.abs(np.diff(values)).mean()) / MOVING_RANGE
    least = float(np.spacing(abs(centre) + 1.0))
    return Limits(centre, max(spread, least), len(values))

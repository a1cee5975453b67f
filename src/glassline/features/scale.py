"""Readings to x: logarithm, centre and spread of good parts, and a clip."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from glassline.arrays import Features, Values, as_floats
from glassline.errors import InputError, ShapeError

__all__ = ["CLIP", "Scale", "curve"]

CLIP = 4.0  # measured on four real surfaces: 2.5 and 7 are both worse
MIN_SPREAD = 1e-6  # a reading that does not vary at all carries nothing


@dataclass(frozen=True)
class Scale:
    """How a reading in its own unit becomes x in standard units.

    With s(r) = sign(r) log(1 + |r|),

        x = clip( (s(r) - center) / spread, -clip, +clip )

    so 0 is a typical good part and 1 is one spread of good parts. The
    logarithm makes "twice as strong" one step anywhere on the scale, which is
    what a linear head needs; it leaves small readings as they are. The clip
    keeps one extreme reading from outvoting the other three.

    Attributes:
        center: Shape (d,), s(r) of a typical good part.
        spread: Shape (d,), > 0.
        clip: Largest size of x.

    Raises:
        ShapeError: center and spread are not both (d,).
        InputError: A spread or the clip is not above 0, or one is not finite.

    Example:
        >>> scale = Scale(center=(0.0,), spread=(0.5,))
        >>> print(scale.x(np.array([[np.expm1(1.0)]])))
        [[2.]]
    """

    center: tuple[float, ...]
    spread: tuple[float, ...]
    clip: float = CLIP

    def __post_init__(self) -> None:
        object.__setattr__(self, "center", tuple(float(c) for c in self.center))
        object.__setattr__(self, "spread", tuple(float(s) for s in self.spread))
        if len(self.center) != len(self.spread):
            raise ShapeError(
                f"scale.spread: expected {len(self.center)} numbers to match "
                f"center, got {len(self.spread)}."
            )
        if not np.isfinite(self.center).all():
            raise InputError("scale.center: expected finite numbers.")
        for name, value in (
            ("spread", min(self.spread, default=1.0)),
            ("clip", self.clip),
        ):
            if not 0 < value < np.inf:
                raise InputError(f"scale.{name}: expected above 0, got {value}.")

    @classmethod
    def fit(
        cls,
        readings: NDArray[np.float64],
        good: NDArray[np.bool_] | None = None,
        clip: float = CLIP,
    ) -> Scale:
        """Take centre and spread from the good parts, or from all.

        The centre is the median, the spread 1.4826 times the median absolute
        deviation. Where that is 0 (more than half of the parts read alike) it
        is the standard deviation of the good parts, then that of all parts,
        then 1.

        Args:
            readings: Shape (n, d), n >= 1, finite.
            good: Shape (n,), which parts are good; None takes all of them.
            clip: Largest size of x.

        Raises:
            ShapeError: readings is not (n >= 1, d), or good is not (n,).
            InputError: A reading is not finite.
        """
        readings = _checked(readings)
        if good is not None and good.shape != readings.shape[:1]:
            raise ShapeError(
                f"good: expected shape ({len(readings)},), got {good.shape}."
            )
        curved = curve(readings)
        chosen = curved if good is None or not good.any() else curved[good]
        center = np.median(chosen, axis=0)
        spread = 1.4826 * np.median(np.abs(chosen - center), axis=0)
        for fallback in (chosen.std(axis=0), curved.std(axis=0)):
            spread = np.where(spread > MIN_SPREAD, spread, fallback)
        spread = np.where(spread > MIN_SPREAD, spread, 1.0)
        return cls(tuple(center), tuple(spread), clip)

    def x(self, readings: NDArray[np.float64]) -> Features:
        """Return x for readings of shape (n, d); shape (n, d), |x| <= clip."""
        return np.asarray(np.clip(self.unclipped(readings), -self.clip, self.clip))

    def unclipped(self, readings: NDArray[np.float64]) -> Features:
        """Return x before its clip, shape (n, d): how far out a reading truly is."""
        readings = _checked(readings)
        if readings.shape[1] != len(self.center):
            raise ShapeError(
                f"readings: expected {len(self.center)} columns, "
                f"got {readings.shape[1]}."
            )
        curved = curve(readings)
        return np.asarray((curved - np.array(self.center)) / np.array(self.spread))

    def reading(self, x: Values) -> Values:
        """Return the readings that stand at x, shape (d,): the way back of `x`."""
        curved = np.array(self.center) + np.array(self.spread) * np.asarray(x)
        return np.asarray(np.sign(curved) * np.expm1(np.abs(curved)))


def curve(readings: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return sign(reading) log(1 + |reading|), of any shape."""
    return np.asarray(np.sign(readings) * np.log1p(np.abs(readings)))


def _checked(readings: NDArray[np.float64]) -> NDArray[np.float64]:
    readings = as_floats(readings, "readings")
    if readings.ndim != 2 or len(readings) < 1:
        raise ShapeError(f"readings: expected shape (n, d), got {readings.shape}.")
    wrong = np.argwhere(~np.isfinite(readings))
    if len(wrong):
        row, column = wrong[0]
        raise InputError(
            f"readings[{row}, {column}]: expected a finite number, "
            f"got {readings[row, column]}."
        )
    return readings

"""Readings to x: logarithm, centre and spread of good parts, and an end of the scale."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from glassline.arrays import Features, Values, as_floats
from glassline.errors import InputError, ShapeError

__all__ = ["CLIP", "HARD", "MANY_BEYOND", "SOFT", "Ends", "Scale", "curve", "uncurve"]

CLIP = 4.0  # measured on four real surfaces: 2.5 and 7 are both worse, as a hard end
MANY_BEYOND = 0.5  # share of parts past the clip from which on a person is told
MIN_SPREAD = 1e-6  # a reading that does not vary at all carries nothing


@dataclass(frozen=True)
class Ends:
    """Where a scale ends, and how small a spread may be: how `Scale.fit` makes one.

    Attributes:
        clip: From here on up x grows by `slope`; least x is -clip.
        slope: Growth of x beyond the clip, 0 (a hard end) to below 1.
        floor: The spread is at least this share of the robust spread of all parts.
    """

    clip: float = CLIP
    slope: float = (
        0.125  # measured: 0 loses on even surfaces, the logarithm on few lots
    )
    floor: float = 0.15


SOFT = Ends()
HARD = Ends(slope=0.0, floor=0.0)


@dataclass(frozen=True)
class Scale:
    """How a reading in its own unit becomes x in standard units.

    With s(r) = sign(r) log(1 + |r|),

        u = (s(r) - center) / spread
        x = max( -clip, min( u, clip + slope (min(u, far) - clip) ) )

    so 0 is a typical good part and 1 is one spread of good parts. The
    logarithm makes "twice as strong" one step anywhere on the scale, which is
    what a linear head needs; it leaves small readings as they are. Beyond the
    clip x grows by a share of u alone, up to twice the clip, so that one extreme
    reading does not outvote the other three and yet the stronger of two strong
    readings has the larger x. Less than -clip is no evidence of anything: a part
    can be evener than the good ones, but not much. A slope of 0 is a hard end, as
    in models from before there was one.

    Attributes:
        center: Shape (d,), s(r) of a typical good part.
        spread: Shape (d,), > 0.
        clip: Where the scale begins to end.
        slope: Growth of x beyond the clip, 0 to below 1.
        floor: What `fit` was told: least share of the spread of all parts.

    Raises:
        ShapeError: center and spread are not both (d,).
        InputError: A spread or the clip is not above 0, slope or floor are not
            within 0 and 1, or one is not finite.

    Example:
        >>> scale = Scale(center=(0.0,), spread=(0.5,), slope=0.125)
        >>> print(scale.x(np.array([[np.expm1(1.0)], [np.expm1(4.0)]])))
        [[2. ]
         [4.5]]
    """

    center: tuple[float, ...]
    spread: tuple[float, ...]
    clip: float = CLIP
    slope: float = 0.0
    floor: float = 0.0

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
        for name in ("slope", "floor"):
            value = getattr(self, name)
            if not 0 <= value < 1:
                raise InputError(
                    f"scale.{name}: expected 0 or more and below 1, got {value}."
                )

    def as_json(self) -> dict[str, Any]:
        """Return it as a model file has it: a hard end is not mentioned."""
        table = asdict(self)
        return table if self.slope or self.floor else _without_ends(table)

    @property
    def ends(self) -> Ends:
        """Return how this scale was made."""
        return Ends(self.clip, self.slope, self.floor)

    @property
    def far(self) -> float:
        """Return the u beyond which x grows no more."""
        return self.clip + self.clip / self.slope if self.slope else self.clip

    @property
    def top(self) -> float:
        """Return the largest x: twice the clip, or the clip where the end is hard."""
        return self.clip + self.slope * (self.far - self.clip)

    @classmethod
    def fit(
        cls,
        readings: NDArray[np.float64],
        good: NDArray[np.bool_] | None = None,
        ends: Ends = SOFT,
    ) -> Scale:
        """Take centre and spread from the good parts, or from all.

        The centre is the median, the spread 1.4826 times the median absolute
        deviation. Where that is 0 (more than half of the parts read alike) it
        is the standard deviation of the good parts, then that of all parts,
        then 1; and never less than the floor's share of the robust spread of all
        parts: good parts that are all but alike would else put every other part
        at the end of the scale.

        Args:
            readings: Shape (n, d), n >= 1, finite.
            good: Shape (n,), which parts are good; None takes all of them.
            ends: Where the scale ends, and the floor.

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
        center, spread = _middle(chosen)
        for fallback in (chosen.std(axis=0), curved.std(axis=0)):
            spread = np.where(spread > MIN_SPREAD, spread, fallback)
        spread = np.where(spread > MIN_SPREAD, spread, 1.0)
        if ends.floor:
            spread = np.maximum(spread, ends.floor * _middle(curved)[1])
        return cls(tuple(center), tuple(spread), ends.clip, ends.slope, ends.floor)

    def x(self, readings: NDArray[np.float64]) -> Features:
        """Return x for readings of shape (n, d); shape (n, d), -clip <= x <= top."""
        u = self.unclipped(readings)
        beyond = self.clip + self.slope * (np.minimum(u, self.far) - self.clip)
        return np.asarray(np.maximum(np.minimum(u, beyond), -self.clip))

    def unclipped(self, readings: NDArray[np.float64]) -> Features:
        """Return u, shape (n, d): how far out a reading truly is."""
        readings = _checked(readings)
        if readings.shape[1] != len(self.center):
            raise ShapeError(
                f"readings: expected {len(self.center)} columns, "
                f"got {readings.shape[1]}."
            )
        curved = curve(readings)
        return np.asarray((curved - np.array(self.center)) / np.array(self.spread))

    def beyond(self, readings: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Return which parts have a reading that lies past the clip, shape (n,).

        Example:
            >>> scale = Scale(center=(0.0,), spread=(0.5,))
            >>> scale.beyond(np.expm1([[1.9], [2.1]])).tolist()
            [False, True]
        """
        return np.asarray((np.abs(self.unclipped(readings)) > self.clip).any(axis=1))

    def reading(self, x: Values) -> Values:
        """Return the readings that stand at x, shape (d,): the way back of `x`.

        Beyond the clip u = clip + (x - clip) / slope.
        """
        return self.reading_at(self.before(x))

    def before(self, x: ArrayLike) -> NDArray[np.float64]:
        """Return u for x, of any shape."""
        u = np.asarray(x, np.float64)
        if not self.slope:
            return u
        return np.maximum(u, self.clip + (u - self.clip) / self.slope)

    def reading_at(self, u: Values) -> Values:
        """Return the readings that lie at u, shape (d,): the way back of `unclipped`."""
        u = np.asarray(u, np.float64)
        return uncurve(np.array(self.center) + np.array(self.spread) * u)


def curve(readings: NDArray[np.floating[Any]]) -> NDArray[Any]:
    """Return sign(reading) log(1 + |reading|), of any shape."""
    return np.asarray(np.sign(readings) * np.log1p(np.abs(readings)))


def uncurve(curved: NDArray[np.floating[Any]]) -> NDArray[Any]:
    """Return sign(s) (exp(|s|) - 1), of any shape: the way back of `curve`."""
    return np.asarray(np.sign(curved) * np.expm1(np.abs(curved)))


def _without_ends(table: dict[str, Any]) -> dict[str, Any]:
    """Leave out what model files from before there was a soft end have not."""
    return {name: table[name] for name in ("center", "spread", "clip")}


def _middle(
    curved: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Median, and 1.4826 times the median absolute deviation, of each column."""
    center = np.median(curved, axis=0)
    return center, np.asarray(1.4826 * np.median(np.abs(curved - center), axis=0))


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

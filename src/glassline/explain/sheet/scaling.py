"""How the readings of one part became x."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike

from glassline.errors import ShapeError

__all__ = ["Scale", "Scaling"]


@runtime_checkable
class Scale(Protocol):
    """What the sheet needs of a scale; `glassline.features.Scale` is one."""

    @property
    def center(self) -> tuple[float, ...]:
        """Log of 1 + a typical good part's reading, one a feature."""

    @property
    def spread(self) -> tuple[float, ...]:
        """One spread of good parts on the same scale, > 0."""

    @property
    def clip(self) -> float:
        """Largest size of x."""


@dataclass(frozen=True)
class Scaling:
    """One entry a feature, from its reading to x.

        x = (curved - center) / spread,  at most clip in size

    Attributes:
        readings: Each in its own unit.
        curved: sign(reading) log(1 + |reading|).
        center: The same of a typical good part.
        spread: One spread of good parts.
        clip: Largest size of x.
    """

    readings: tuple[float, ...]
    curved: tuple[float, ...]
    center: tuple[float, ...]
    spread: tuple[float, ...]
    clip: float

    @classmethod
    def of(
        cls, readings: ArrayLike | None, scale: Scale | None, shape: tuple[int, ...]
    ) -> Scaling | None:
        """Work out the scaling; None without readings or without a scale.

        Args:
            readings: Shape (d,).
            scale: For d features.
            shape: (d,).

        Raises:
            ShapeError: Readings or scale are not for d features.
        """
        if readings is None or scale is None:
            return None
        values = np.asarray(readings, dtype=np.float64)
        for name, got in (
            ("readings", values.shape),
            ("scale", (len(scale.center),)),
        ):
            if got != shape:
                raise ShapeError(f"{name}: expected shape {shape}, got {got}.")
        curved = np.sign(values) * np.log1p(np.abs(values))
        return cls(
            tuple(values.tolist()),
            tuple(curved.tolist()),
            tuple(scale.center),
            tuple(scale.spread),
            scale.clip,
        )

"""Where x may go: from which part, how far a step counts, within which ranges."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from operator import index

import numpy as np
from numpy.typing import ArrayLike, NDArray

from glassline.arrays import Values, as_floats
from glassline.errors import InputError, ShapeError, show
from glassline.head.inputs import check_finite

__all__ = ["Reach"]


@dataclass(frozen=True, eq=False)
class Reach:
    """One part and the changes of it that are asked about; make it with `Reach.of`.

    Attributes:
        start: Shape (d,), the part's x.
        scale: Shape (d,), how far each feature must move to count 1, > 0.
        low: Shape (d,), the least x of each feature; may be -inf.
        high: Shape (d,), the largest; may be inf. Equal to `low` where frozen.
    """

    start: Values
    scale: Values
    low: Values
    high: Values

    @classmethod
    def of(
        cls,
        x: ArrayLike,
        d: int,
        *,
        frozen: Iterable[int] = (),
        scale: ArrayLike | None = None,
        bounds: ArrayLike | None = None,
    ) -> Reach:
        """Check and gather what `flip` was asked; the arguments are its own.

        Raises:
            ShapeError: An array is not of shape (d,), or the bounds not (d, 2).
            InputError: A number is not finite, a scale not above 0, a bound the
                wrong way round, or a frozen feature none of the d.
        """
        start = _of_shape("x", x, (d,))
        check_finite(start, "x")
        steps = np.ones(d) if scale is None else _of_shape("scale", scale, (d,))
        wrong = ~(np.isfinite(steps) & (steps > 0))
        if wrong.any():
            at = int(np.argmax(wrong))
            raise InputError(
                f"scale[{at}]: expected a finite number above 0, got {steps[at]}."
            )
        low, high = _ranges(bounds, d)
        for place in _places(frozen, d):
            low[place] = high[place] = start[place]
        return cls(*(_own(a) for a in (start, steps, low, high)))

    @cached_property
    def free(self) -> NDArray[np.bool_]:
        """Return which features may move, shape (d,)."""
        return np.asarray(self.low < self.high)

    @cached_property
    def steps(self) -> tuple[Values, Values]:
        """Return the ranges as steps from the start, each in its scale."""
        with np.errstate(over="ignore"):
            return (
                np.asarray((self.low - self.start) / self.scale),
                np.asarray((self.high - self.start) / self.scale),
            )

    def at(self, steps: Values) -> Values:
        """Return x after these steps, shape (d,), within the ranges to the last bit."""
        low, high = self.steps
        with np.errstate(over="ignore", invalid="ignore"):
            moved = self.start + self.scale * steps
        moved = np.where(
            steps <= low, self.low, np.where(steps >= high, self.high, moved)
        )
        return np.asarray(np.clip(moved, self.low, self.high))

    def distance(self, x: Values) -> float:
        """Return how far x is from the start: the length of (x - start) / scale."""
        steps = (x - self.start) / self.scale
        largest = float(np.abs(steps).max())
        if not 0 < largest < np.inf:
            return largest
        return largest * float(np.sqrt(((steps / largest) ** 2).sum()))


def _ranges(bounds: ArrayLike | None, d: int) -> tuple[Values, Values]:
    if bounds is None:
        return np.full(d, -np.inf), np.full(d, np.inf)
    table = _of_shape("bounds", bounds, (d, 2))
    wrong = ~(table[:, 0] <= table[:, 1])  # also for NaN
    wrong |= (table[:, 0] == np.inf) | (table[:, 1] == -np.inf)
    if wrong.any():
        at = int(np.argmax(wrong))
        raise InputError(
            f"bounds[{at}]: expected a least and a largest x, got {table[at].tolist()}."
        )
    return table[:, 0].copy(), table[:, 1].copy()


def _places(frozen: Iterable[int], d: int) -> list[int]:
    places = []
    for at, feature in enumerate(frozen):
        if isinstance(feature, (bool, np.bool_)) or not 0 <= index(feature) < d:
            raise InputError(
                f"frozen[{at}]: expected a feature in [0, {d}), got {show(feature)}."
            )
        places.append(index(feature))
    return places


def _of_shape(
    name: str, value: ArrayLike, shape: tuple[int, ...]
) -> NDArray[np.float64]:
    array = as_floats(value, name)
    if array.shape != shape:
        raise ShapeError(f"{name}: expected shape {shape}, got {array.shape}.")
    return array


def _own(array: Values) -> Values:
    own = np.array(array)
    own.setflags(write=False)
    return own

"""The vocabulary of arrays: axes, dtype, unit and range, each under one name.

Axis letters: n parts, h rows, w columns, d features, k classes, a actions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, get_args

import numpy as np
from jaxtyping import Bool, Float32, Float64, Int64
from numpy.typing import NDArray

from glassline.errors import InputError, ShapeError, show
from glassline.interface.record import Record

__all__ = [
    "CHANNELS",
    "PLANES",
    "Bias",
    "ClassIds",
    "Costs",
    "Features",
    "Image",
    "Kept",
    "Logits",
    "Maps",
    "Named",
    "PartWeights",
    "PlaneName",
    "Probabilities",
    "Reading",
    "Targets",
    "Values",
    "View",
    "Weights",
    "as_floats",
    "check_image",
]

Image = Float32[np.ndarray, "h w"]
"""Grey photo; 0 black to 1 white, rows first."""

CHANNELS = ("red", "green", "blue")
PlaneName = Literal["luma", "red", "green", "blue", "chroma", "saturation"]
PLANES: tuple[PlaneName, ...] = get_args(PlaneName)
"""What of a photo a feature may be read on; luma is its grey."""

Kept = Bool[np.ndarray, "h w"]
"""Which pixels are looked at; what the others show changes nothing."""

Values = Float64[np.ndarray, "d"]
"""The d readings of one part, each in its own unit."""

Maps = Float32[np.ndarray, "d mh mw"]
"""Where each reading comes from; >= 0, 0 nothing; may be smaller than the photo."""

Features = Float64[np.ndarray, "n d"]
"""x: readings in standard units; 0 a typical good part, 1 one spread of good parts."""

Weights = Float64[np.ndarray, "d k"]
"""W: nats per standard unit, a column a class."""

Bias = Float64[np.ndarray, "k"]
"""b: nats, one a class."""

Logits = Float64[np.ndarray, "n k"]
"""z = xW + b: natural-log odds; a constant added to a row changes nothing."""

Probabilities = Float64[np.ndarray, "n k"]
"""p: rows sum to 1."""

ClassIds = Int64[np.ndarray, "n"]
"""A class a part, counted from 0 in the recipe's order."""

Targets = Float64[np.ndarray, "n k"]
"""y: what people said; a row sums to 1 (one-hot, soft), or to 0 for undecided."""

PartWeights = Float64[np.ndarray, "n"]
"""How much each part counts; >= 0."""

Costs = Float64[np.ndarray, "k a"]
"""Cost of each action for each true class, in the line's currency."""


@dataclass(frozen=True, eq=False)
class View:
    """What a front looks at: a photo, and which of its pixels count.

    Attributes:
        grey: Shape (h, w). Pixels that do not count are filled from those that do.
        keep: Shape (h, w), the pixels that count; None where all of them do.
        taken: Shape (h, w), the photo before it was filled; None where nothing was.
        planes: Name to shape (h, w): the planes of colour that were asked for, of a
            photo that has colour.
    """

    grey: Image
    keep: Kept | None = None
    taken: Image | None = None
    planes: Mapping[str, Image] = field(default_factory=dict)

    def plane(self, name: str) -> View:
        """Return the view of one plane alone, as grey as any other.

        Of a photo without colour red, green and blue are its grey; saturation and
        chroma are 0 everywhere.
        """
        if name == "luma":
            return self if not self.planes else replace(self, planes={})
        if name in self.planes:
            return View(self.planes[name], self.keep)
        if name in CHANNELS:
            return replace(self, planes={})
        return View(np.zeros_like(self.grey), self.keep)

    @property
    def taken_or_grey(self) -> Image:
        """Return the photo before it was filled."""
        return self.grey if self.taken is None else self.taken

    @classmethod
    def of(cls, image: Image | View) -> View:
        """Return a view of all of an image; a view as it is."""
        if isinstance(image, View):
            return image
        return cls(image)


def check_image(image: Image) -> None:
    """Refuse an image of no area, or with a pixel that is no number.

    Raises:
        ShapeError: It is not (h >= 1, w >= 1).
        InputError: A pixel is NaN or infinite.
    """
    if image.ndim != 2 or not image.size:
        raise ShapeError(f"image: expected shape (h >= 1, w >= 1), got {image.shape}.")
    if not np.isfinite(image).all():
        raise InputError("image: expected finite pixels, got NaN or infinity.")


def as_floats(value: object, name: str) -> NDArray[np.float64]:
    """Return numbers of any kind as float64, unchecked for NaN.

    Raises:
        InputError: Not numbers: text, objects, complex, ragged lists.
    """
    try:
        array = np.asarray(value)
    except ValueError as error:  # a ragged list
        raise InputError(
            f"{name}: expected an array of numbers, got {show(value)}."
        ) from error
    if array.dtype.kind not in "fiub":
        raise InputError(f"{name}: expected an array of numbers, got {show(value)}.")
    with np.errstate(over="ignore"):  # a wider float that overflows is refused as inf
        return array.astype(np.float64, copy=False)


@dataclass(frozen=True, eq=False, repr=False)
class Reading(Record):
    """What a front sees on one image.

    Attributes:
        values: Shape (d,), one reading a feature, each in its own unit.
        maps: Shape (d, h', w'), where each reading comes from.
        parts: Feature to reading and weight of each measurement, where it has several.
    """

    values: Values
    maps: Maps
    parts: Mapping[str, tuple[tuple[float, float], ...]] = field(default_factory=dict)


@dataclass(frozen=True, eq=False, repr=False)
class Named(Record):
    """A row of numbers, each with its name: read by name, by place, or as an array.

    Example:
        >>> p = Named(("ok", "scratch"), np.array([0.25, 0.75]))
        >>> float(p["scratch"]), float(p[0]), float(np.asarray(p).sum())
        (0.75, 0.25, 1.0)
        >>> dict(p)
        {'ok': 0.25, 'scratch': 0.75}
        >>> "ok" in p
        True

    Raises:
        KeyError: There is no such name; the message lists those there are.
    """

    names: tuple[str, ...]
    values: Values

    def keys(self) -> tuple[str, ...]:
        """Return the names, so that `dict(named)` works."""
        return self.names

    def items(self) -> Iterator[tuple[str, float]]:
        """Yield each name with its number."""
        return zip(self.names, self.values.tolist(), strict=True)

    def __getitem__(self, key: str | int) -> float:
        place = self._place(key) if isinstance(key, str) else key
        return float(self.values[place])

    def __contains__(self, name: object) -> bool:
        return name in self.names

    def __iter__(self) -> Iterator[float]:
        return iter(self.values.tolist())

    def __len__(self) -> int:
        return len(self.names)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Values:
        return np.array(self.values, dtype=dtype, copy=copy)

    def _place(self, name: str) -> int:
        if name not in self.names:
            choices = ", ".join(self.names)
            raise KeyError(f"expected one of {choices}, got {show(name)}")
        return self.names.index(name)

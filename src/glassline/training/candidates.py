"""Every setting that training may choose from, all read in one pass over a photo."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from glassline.arrays import Image, Values, View
from glassline.features import Surface, plain
from glassline.front.measured import Measured

__all__ = ["SEARCHED", "Candidates"]

SEARCHED = (
    "red",
    "blue",
    "chroma",
    "saturation",
)  # besides luma, which is mostly green


class Candidates:
    """The settings to choose among, feature by feature.

    A feature that the recipe declares has one candidate: what was declared. Any
    other has its grid, the defaults first; and the same on every plane of colour.

    Args:
        features: Feature to the settings that a recipe holds.
        planes: The planes of colour, for photos that have colour.

    Raises:
        RecipeError: A feature or a setting is unknown.

    Attributes:
        features: Feature to how it is measured, in feature order.
        grids: Feature to its candidates, in feature order.
        columns: Feature to the columns of its candidates among all readings.
        searched: The planes of colour that every grid is read on besides.
        planes: All planes of colour that a candidate reads.
    """

    def __init__(
        self,
        features: Mapping[str, Mapping[str, Any]] | None = None,
        planes: Sequence[str] = (),
    ) -> None:
        given = features or {}
        declared = Measured(given)
        self.features = declared.features
        self.searched = tuple(planes)
        self.planes = (*declared.planes, *planes)
        self.grids: dict[str, tuple[Any, ...]] = {
            name: (declared.settings[name],)
            if given.get(name)
            else _on_planes(feature.grid, planes)
            for name, feature in self.features.items()
        }
        ends = np.cumsum([len(grid) for grid in self.grids.values()]).tolist()
        self.columns = {
            name: range(end - len(grid), end)
            for (name, grid), end in zip(self.grids.items(), ends, strict=True)
        }

    @classmethod
    def of(cls, features: Mapping[str, Mapping[str, Any]], count: int) -> Candidates:
        """Return the candidates of which there are so many columns of readings."""
        plain_ones = cls(features)
        if plain_ones.count == count:
            return plain_ones
        return cls(features, SEARCHED)

    def read(self, image: Image | View) -> Values:
        """Return one reading a candidate, shape (m,), in the order of `columns`."""
        surface = Surface(image)
        return np.array(
            [
                self.features[name].measure(surface.of(settings), settings)[0]
                for name, grid in self.grids.items()
                for settings in grid
            ],
            dtype=np.float64,
        )

    def near(self, feature: str, column: int) -> tuple[int, ...]:
        """Return the columns of one plane or of one setting with this one, in order."""
        span = self.columns[feature]
        size = len(self.features[feature].grid)
        if len(span) <= size:
            return tuple(span)
        plane, setting = divmod(column - span.start, size)
        return tuple(
            each
            for each in span
            if setting == (each - span.start) % size
            or plane == (each - span.start) // size
        )

    def front(
        self,
        chosen: Sequence[Sequence[int]],
        weights: Sequence[Sequence[float]] | None = None,
    ) -> Measured:
        """Return the front that reads these columns: of each feature one, or a sum."""
        first = {
            name: self.settings(name, columns[0])
            for name, columns in zip(self.grids, chosen, strict=True)
        }
        if weights is None:
            return Measured(first)
        sums = {
            name: [
                {"weight": weight, **self.settings(name, column)}
                for column, weight in zip(columns, shares, strict=True)
            ]
            for name, columns, shares in zip(self.grids, chosen, weights, strict=True)
            if len(columns) > 1
        }
        return Measured(first, sums)

    def settings(self, feature: str, column: int) -> dict[str, Any]:
        """Return the settings behind one column, as plain data."""
        return plain(self.grids[feature][column - self.columns[feature].start])

    @property
    def count(self) -> int:
        """Return how many candidates there are."""
        return sum(map(len, self.grids.values()))

    @property
    def is_settled(self) -> bool:
        """Return whether there is nothing to choose."""
        return all(len(grid) == 1 for grid in self.grids.values())

    @property
    def defaults(self) -> tuple[int, ...]:
        """Return the columns of the defaults, one a feature."""
        return tuple(each.start for each in self.columns.values())


def _on_planes(grid: tuple[Any, ...], planes: Sequence[str]) -> tuple[Any, ...]:
    """Return the grid, then the same on each plane, if its settings have one."""
    if not hasattr(grid[0], "plane"):
        return grid
    others = [replace(each, plane=plane) for plane in planes for each in grid]
    return (*grid, *others)

"""Every setting that training may choose from, all read in one pass over a photo."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from glassline.arrays import Image, Values, View
from glassline.features import Surface, plain
from glassline.front.measured import Measured

__all__ = ["Candidates"]


class Candidates:
    """The settings to choose among, feature by feature.

    A feature that the recipe declares has one candidate: what was declared. Any
    other has its grid, the defaults first.

    Args:
        features: Feature to the settings that a recipe holds.

    Raises:
        RecipeError: A feature or a setting is unknown.

    Attributes:
        features: Feature to how it is measured, in feature order.
        grids: Feature to its candidates, in feature order.
        columns: Feature to the columns of its candidates among all readings.
    """

    def __init__(self, features: Mapping[str, Mapping[str, Any]] | None = None) -> None:
        given = features or {}
        declared = Measured(given)
        self.features = declared.features
        self.grids: dict[str, tuple[Any, ...]] = {
            name: (declared.settings[name],) if given.get(name) else feature.grid
            for name, feature in self.features.items()
        }
        ends = np.cumsum([len(grid) for grid in self.grids.values()]).tolist()
        self.columns = {
            name: range(end - len(grid), end)
            for (name, grid), end in zip(self.grids.items(), ends, strict=True)
        }

    def read(self, image: Image | View) -> Values:
        """Return one reading a candidate, shape (m,), in the order of `columns`."""
        surface = Surface(image)
        return np.array(
            [
                self.features[name].measure(surface, settings)[0]
                for name, grid in self.grids.items()
                for settings in grid
            ],
            dtype=np.float64,
        )

    def front(self, chosen: Sequence[int]) -> Measured:
        """Return the front that reads these columns, one a feature."""
        return Measured(
            {
                name: self.settings(name, column)
                for name, column in zip(self.grids, chosen, strict=True)
            }
        )

    def settings(self, feature: str, column: int) -> dict[str, Any]:
        """Return the settings behind one column, as plain data."""
        return plain(self.grids[feature][column - self.columns[feature].start])

    @property
    def is_settled(self) -> bool:
        """Return whether there is nothing to choose."""
        return all(len(grid) == 1 for grid in self.grids.values())

    @property
    def defaults(self) -> tuple[int, ...]:
        """Return the columns of the defaults, one a feature."""
        return tuple(each.start for each in self.columns.values())

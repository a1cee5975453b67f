"""The measured front: four measurements with NumPy and OpenCV, nothing learnt."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any, Self

import numpy as np

from glassline.arrays import Image, Reading, Values, View
from glassline.features import FEATURES, Mark, Surface, Workspace, find_feature, plain
from glassline.front.front import Front
from glassline.recipe import Recipe

__all__ = ["Measured"]


class Measured(Front):
    """Reads the four features by measurement, and those that a recipe adds.

    Args:
        features: Feature to the settings that differ from the defaults, as a
            recipe holds them; left out, all defaults. A feature that is not of
            the four is read after them, in alphabetical order.

    Raises:
        RecipeError: A feature is not installed, or a setting is unknown.

    Attributes:
        features: Feature to how it is measured, in feature order.
        settings: Feature to its full settings, in feature order.

    Example:
        >>> image = np.full((64, 64), 0.5, dtype=np.float32)
        >>> image[:, 30:33] = 0.9
        >>> values = Measured().read(image).values
        >>> bool(values[0] > 10)
        True
    """

    kind = "measured"
    is_measured = True
    tolerance = 1e-5
    unlike = (
        "expected the readings of OpenCV {then}, got readings that differ by {off:.1e} "
        "of their size with OpenCV {now}. Install that version, or train again here."
    )

    def __init__(self, features: Mapping[str, Mapping[str, Any]] | None = None) -> None:
        given = features or {}
        added = sorted(set(given) - set(FEATURES))
        self.names = (*FEATURES, *added)
        self.features = {name: find_feature(name) for name in self.names}
        self._memory = threading.local()
        self.settings = {
            name: feature.configure(name, given.get(name, {}))
            for name, feature in self.features.items()
        }

    @classmethod
    def restore(
        cls, table: Mapping[str, Any], recipe: Recipe, companion: Callable[[str], bytes]
    ) -> Self:
        """Return the front with the settings of a model file."""
        return cls(table["features"])

    def as_json(self) -> dict[str, Any]:
        """Return kind and every setting of every feature."""
        return {"kind": self.kind, "features": self.table}

    @property
    def table(self) -> dict[str, dict[str, Any]]:
        """Every setting as plain data: what `Measured` takes."""
        return {name: plain(each) for name, each in self.settings.items()}

    @property
    def units(self) -> dict[str, str]:
        """The unit of each feature's reading."""
        return {
            name: getattr(self.settings[name], "unit", each.unit)
            for name, each in self.features.items()
        }

    @property
    def least(self) -> Values:
        """Return 0 for the four, but where a setting reads either sign.

        A feature of one's own may read anything.
        """
        return np.array(
            [
                getattr(each, "least", 0.0 if name in FEATURES else -np.inf)
                for name, each in self.settings.items()
            ]
        )

    def read(self, image: Image | View) -> Reading:
        """Return the readings and their maps.

        Args:
            image: Shape (h, w), grey, float32, 0 black to 1 white; or a view of it.

        Returns:
            Values (d,), finite; maps (d, h', w'), a cell for 4 x 4 px; d is 4 and
            one more for each feature added.

        Raises:
            ShapeError: The image is not (h >= 1, w >= 1).
            InputError: A pixel is NaN or infinite.
        """
        surface = Surface(image, self._workspace())
        parts = [
            self.features[name].measure(surface, each)
            for name, each in self.settings.items()
        ]
        values = np.array([value for value, _ in parts], dtype=np.float64)
        return Reading(values, np.stack([shown for _, shown in parts]))

    def locate(self, image: Image | View) -> dict[str, tuple[Mark, ...]]:
        """Return the marks that drove each reading, in pixels of this image.

        The reading itself never pays for it: the marks are found when asked for.

        Args:
            image: Shape (h, w), as for `read`.

        Raises:
            ShapeError: The image is not (h >= 1, w >= 1).
            InputError: A pixel is NaN or infinite.

        Example:
            >>> image = np.full((64, 64), 0.5, dtype=np.float32)
            >>> image[:, 30:33] = 0.9
            >>> line = Measured().locate(image)["line_strength"][0]
            >>> round(line.width_px), round(line.points[0][1]), line.contrast > 0
            (3, 31, True)
        """
        surface = Surface(image, self._workspace())
        return {
            name: self.features[name].locate(surface, each)
            for name, each in self.settings.items()
        }

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel to another process as the settings alone."""
        return type(self), (self.table,)

    def _workspace(self) -> Workspace:
        """Return the memory of this thread: two photos at a time never share it."""
        if not hasattr(self._memory, "workspace"):
            self._memory.workspace = Workspace()
        found: Workspace = self._memory.workspace
        return found

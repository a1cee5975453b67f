"""The measured front: four measurements with NumPy and OpenCV, nothing learnt."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from glassline.arrays import Image, Reading
from glassline.errors import RecipeError
from glassline.features import FEATURES, Mark, Surface, Workspace

__all__ = ["Measured"]


class Measured:
    """Reads the four features by measurement.

    Args:
        features: Feature to the settings that differ from the defaults, as a
            recipe holds them; left out, all defaults.

    Raises:
        RecipeError: A feature or a setting is unknown.

    Attributes:
        settings: Feature to its full settings, in feature order.

    Example:
        >>> image = np.full((64, 64), 0.5, dtype=np.float32)
        >>> image[:, 30:33] = 0.9
        >>> values = Measured().read(image).values
        >>> bool(values[0] > 10)
        True
    """

    def __init__(self, features: Mapping[str, Mapping[str, Any]] | None = None) -> None:
        given = features or {}
        for name in given:
            if name not in FEATURES:
                raise RecipeError(
                    f"features.{name}: expected one of {', '.join(FEATURES)}."
                )
        self._memory = threading.local()
        self.settings = {
            name: feature.configure(name, given.get(name, {}))
            for name, feature in FEATURES.items()
        }

    @property
    def table(self) -> dict[str, dict[str, Any]]:
        """Every setting as plain data: what a model stores, and `Measured` takes."""
        return {name: asdict(each) for name, each in self.settings.items()}

    def read(self, image: Image) -> Reading:
        """Return the four readings and their maps.

        Args:
            image: Shape (h, w), grey, float32, 0 black to 1 white.

        Returns:
            Values (4,), finite; maps (4, h', w'), half the photo's size.

        Raises:
            ShapeError: The image is not (h >= 1, w >= 1).
            InputError: A pixel is NaN or infinite.
        """
        surface = Surface(image, self._workspace())
        parts = [
            FEATURES[name].measure(surface, each)
            for name, each in self.settings.items()
        ]
        values = np.array([value for value, _ in parts], dtype=np.float64)
        return Reading(values, np.stack([shown for _, shown in parts]))

    def locate(self, image: Image) -> dict[str, tuple[Mark, ...]]:
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
            name: FEATURES[name].locate(surface, each)
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

"""The measured front: four measurements with NumPy and OpenCV, nothing learnt."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Self

import numpy as np

from glassline.arrays import PLANES, Image, Reading, Values, View
from glassline.errors import RecipeError
from glassline.features import (
    FEATURES,
    Mark,
    Surface,
    Workspace,
    find_feature,
    plain,
)
from glassline.features.sums import blend
from glassline.front.front import Front
from glassline.recipe import Recipe

__all__ = ["Measured", "Term"]

SUM_OFF = 1e-9  # what rounding may do to weights that sum to 1
Term = tuple[Any, float]
"""Settings of one measurement, and its weight."""


class Measured(Front):
    """Reads the four features by measurement, and those that a recipe adds.

    Args:
        features: Feature to the settings that differ from the defaults, as a
            recipe holds them; left out, all defaults. A feature that is not of
            the four is read after them, in alphabetical order.
        sums: Feature to its measurements, each its settings and a `weight`, of one that
            is read as `blend` of several; the weights sum to 1.

    Raises:
        RecipeError: A feature is not installed, or a setting is unknown, or weights are
            not above 0 with a sum of 1.

    Attributes:
        features: Feature to how it is measured, in feature order.
        settings: Feature to its full settings, in feature order; of several
            measurements the first.
        terms: Feature to its measurements: settings and weight of each.

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

    def __init__(
        self,
        features: Mapping[str, Mapping[str, Any]] | None = None,
        sums: Mapping[str, Sequence[Mapping[str, Any]]] | None = None,
    ) -> None:
        given = features or {}
        added = sorted(set(given) - set(FEATURES))
        self.names = (*FEATURES, *added)
        self.features = {name: find_feature(name) for name in self.names}
        self._memory = threading.local()
        self.settings = {
            name: feature.configure(name, given.get(name, {}))
            for name, feature in self.features.items()
        }
        self.terms: dict[str, tuple[Term, ...]] = {
            name: self._terms(name, (sums or {}).get(name)) for name in self.names
        }

    def _terms(
        self, name: str, table: Sequence[Mapping[str, Any]] | None
    ) -> tuple[Term, ...]:
        if table is None:
            return ((self.settings[name], 1.0),)
        where = f"features.{name}"
        found = []
        for each in table:
            weight = each.get("weight")
            if not isinstance(weight, float) or not 0 < weight < 1:
                raise RecipeError(
                    f"{where}.weight: expected a number between 0 and 1, got {weight}."
                )
            rest = {key: value for key, value in each.items() if key != "weight"}
            found.append((self.features[name].configure(name, rest), weight))
        if abs(sum(weight for _, weight in found) - 1) > SUM_OFF:
            raise RecipeError(f"{where}: expected weights that sum to 1.")
        self.settings[name] = found[0][0]
        return tuple(found)

    @classmethod
    def restore(
        cls, table: Mapping[str, Any], recipe: Recipe, companion: Callable[[str], bytes]
    ) -> Self:
        """Return the front with the settings of a model file."""
        return cls(table["features"], table.get("sums"))

    def as_json(self) -> dict[str, Any]:
        """Return kind and every setting of every feature."""
        sums = {"sums": self.sums} if self.sums else {}
        return {"kind": self.kind, "features": self.table, **sums}

    @property
    def sums(self) -> dict[str, list[dict[str, Any]]]:
        """Of each feature of several measurements their weights and settings."""
        return {
            name: [{"weight": weight, **plain(each)} for each, weight in terms]
            for name, terms in self.terms.items()
            if len(terms) > 1
        }

    @property
    def table(self) -> dict[str, dict[str, Any]]:
        """Every setting as plain data: what `Measured` takes."""
        return {name: plain(each) for name, each in self.settings.items()}

    @property
    def planes(self) -> tuple[str, ...]:
        """The planes of colour that the settings name, in the order of `PLANES`."""
        used = {
            getattr(each, "plane", "luma")
            for terms in self.terms.values()
            for each, _ in terms
        }
        return tuple(name for name in PLANES[1:] if name in used)

    @property
    def units(self) -> dict[str, str]:
        """The unit of each feature's reading."""
        return {
            name: " & ".join(
                dict.fromkeys(
                    getattr(term, "unit", each.unit) for term, _ in self.terms[name]
                )
            )
            for name, each in self.features.items()
        }

    @property
    def least(self) -> Values:
        """Return 0 for the four, but where a setting reads either sign.

        A feature of one's own may read anything.
        """
        return np.array(
            [
                min(
                    getattr(each, "least", 0.0 if name in FEATURES else -np.inf)
                    for each, _ in terms
                )
                for name, terms in self.terms.items()
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
        values, maps, parts = [], [], {}
        for name, terms in self.terms.items():
            measure, weights = self.features[name].measure, [each for _, each in terms]
            found = [measure(surface.of(each), each) for each, _ in terms]
            values.append(float(blend([value for value, _ in found], weights)))
            maps.append(blend([shown for _, shown in found], weights))
            if len(found) > 1:
                alone = (value for value, _ in found)
                parts[name] = tuple(zip(alone, weights, strict=True))
        return Reading(
            np.array(values, dtype=np.float64),
            np.stack(maps).astype(np.float32, copy=False),
            parts,
        )

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
            name: self.features[name].locate(surface.of(each), each)
            for name, each in self.settings.items()
        }

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel to another process as the settings alone."""
        return type(self), (self.table, self.sums)

    def _workspace(self) -> Workspace:
        """Return the memory of this thread: two photos at a time never share it."""
        if not hasattr(self._memory, "workspace"):
            self._memory.workspace = Workspace()
        found: Workspace = self._memory.workspace
        return found

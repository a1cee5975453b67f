"""Four measurements that mean something to an inspector, and their scale.

`FEATURES` is the table of them: settings, `measure` (a `Surface` to the reading and its
map) and `locate` (what drove it, as `Line`, `Speck` or `Area`); one file each, with what
must not move it. A `Surface` holds a photo and what several features derive from it once.
`Scale` makes x of readings.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from types import MappingProxyType
from typing import Any

from glassline.errors import RecipeError, show
from glassline.features import (
    grain_noise,
    line_strength,
    reflection_unevenness,
    texture_change,
)
from glassline.features.areas import find_changed, find_uneven
from glassline.features.marks import Area, Line, Mark, Speck
from glassline.features.scale import Scale
from glassline.features.specks import find_specks
from glassline.features.surface import Surface
from glassline.features.trace import trace_lines
from glassline.features.workspace import Plane, Workspace
from glassline.recipe.plugins import load_feature
from glassline.recipe.tables import fill

__all__ = [
    "FEATURES",
    "Area",
    "Feature",
    "Line",
    "Mark",
    "Scale",
    "Speck",
    "Surface",
    "Workspace",
    "find_feature",
    "plain",
]

LATER: Mapping[str, Any] = MappingProxyType(
    {
        "overlap": False,
        "plane": "luma",
        "sides": "curve",
        "blocks_by": "mean",
        "floor_steps": 0.0,
        "skip_specks": False,
    }
)
"""Settings that models from before them do not name, and what they have there."""


def _nowhere(surface: Surface, settings: Any) -> tuple[Mark, ...]:
    """Point at nothing: the feature tells a reading and a map alone."""
    return ()


@dataclass(frozen=True)
class Feature:
    """One measurement as the program knows it.

    Attributes:
        settings: The settings class; called without arguments, the defaults.
        measure: Surface and settings to the reading and its map.
        unit: Unit of the reading; settings with a `unit` of their own have that.
        grid: The settings training may choose from, at most 12, the defaults first.
        locate: Surface and settings to the marks that drove the reading, the
            strongest first; asked for only where somebody wants to see them.
    """

    settings: type[Any]
    measure: Callable[[Surface, Any], tuple[float, Plane]]
    unit: str
    grid: tuple[Any, ...]
    locate: Callable[[Surface, Any], tuple[Mark, ...]] = _nowhere

    def configure(self, name: str, table: Mapping[str, Any]) -> Any:
        """Return the settings that a recipe's table describes.

        Raises:
            RecipeError: A field is unknown or its value is not one of its kind.
        """
        return fill(self.settings, table, where=f"features.{name}", error=RecipeError)


FEATURES: Mapping[str, Feature] = MappingProxyType(
    {
        "line_strength": Feature(
            line_strength.LineStrength,
            line_strength.measure,
            "times the noise",
            line_strength.GRID,
            trace_lines,
        ),
        "texture_change": Feature(
            texture_change.TextureChange,
            texture_change.measure,
            "nepers",
            texture_change.GRID,
            find_changed,
        ),
        "reflection_unevenness": Feature(
            reflection_unevenness.ReflectionUnevenness,
            reflection_unevenness.measure,
            "% of brightness",
            reflection_unevenness.GRID,
            find_uneven,
        ),
        "grain_noise": Feature(
            grain_noise.GrainNoise,
            grain_noise.measure,
            "times the noise",
            grain_noise.GRID,
            find_specks,
        ),
    }
)


def plain(settings: Any) -> dict[str, Any]:
    """Return settings as plain data; what came later, only where it is not as before.

    So that a model from before a setting was there keeps its bytes, and its hash.
    """
    table = asdict(settings)
    return {
        name: value
        for name, value in table.items()
        if name not in LATER or value != LATER[name]
    }


def find_feature(name: str) -> Feature:
    """Return one of the four, or a feature that an installed package brings.

    Raises:
        RecipeError: It is not installed, or what is installed is no `Feature`.
    """
    if name in FEATURES:
        return FEATURES[name]
    found = load_feature(name, tuple(FEATURES))
    if not isinstance(found, Feature):
        raise RecipeError(f"features.{name}: expected a Feature, got {show(found)}.")
    return found

"""Four measurements that mean something to an inspector, and their scale."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import product
from types import MappingProxyType
from typing import Any

from glassline.errors import RecipeError
from glassline.features import (
    grain_noise,
    line_strength,
    reflection_unevenness,
    texture_change,
)
from glassline.features.scale import Scale
from glassline.features.surface import Plane, Surface
from glassline.tables import fill

__all__ = ["FEATURES", "Feature", "Scale", "Surface"]


@dataclass(frozen=True)
class Feature:
    """One measurement as the program knows it.

    Attributes:
        settings: The settings class; called without arguments, the defaults.
        measure: Surface and settings to the reading and its map.
        unit: Unit of the reading.
        grid: The settings training may choose from, the defaults first.
    """

    settings: type[Any]
    measure: Callable[[Surface, Any], tuple[float, Plane]]
    unit: str
    grid: tuple[Any, ...]

    def configure(self, name: str, table: Mapping[str, Any]) -> Any:
        """Return the settings that a recipe's table describes.

        Raises:
            RecipeError: A field is unknown or its value is not one of its kind.
        """
        return fill(self.settings, table, where=f"features.{name}", error=RecipeError)


def _grid(settings: type[Any], **choices: tuple[Any, ...]) -> tuple[Any, ...]:
    rows = (dict(zip(choices, row, strict=True)) for row in product(*choices.values()))
    return (
        settings(),
        *(each for row in rows if (each := settings(**row)) != settings()),
    )


FEATURES: Mapping[str, Feature] = MappingProxyType(
    {
        "line_strength": Feature(
            line_strength.LineStrength,
            line_strength.measure,
            "times the noise",
            _grid(
                line_strength.LineStrength,
                polarity=("either", "bright", "dark"),
                width_px=(4.0, 6.0),
                length_px=(32.0, 56.0),
            ),
        ),
        "texture_change": Feature(
            texture_change.TextureChange,
            texture_change.measure,
            "nepers",
            _grid(
                texture_change.TextureChange,
                block_px=(4, 8, 16),
                share=(0.02, 0.1),
            ),
        ),
        "reflection_unevenness": Feature(
            reflection_unevenness.ReflectionUnevenness,
            reflection_unevenness.measure,
            "% of brightness",
            _grid(
                reflection_unevenness.ReflectionUnevenness,
                cells=(6, 16, 32),
                share=(0.02, 0.1),
            ),
        ),
        "grain_noise": Feature(
            grain_noise.GrainNoise,
            grain_noise.measure,
            "times the noise",
            _grid(
                grain_noise.GrainNoise,
                polarity=("either", "bright", "dark"),
                width_px=(4.0, 6.0, 9.0),
            ),
        ),
    }
)

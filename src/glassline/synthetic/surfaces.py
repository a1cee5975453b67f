"""Clean casing surfaces: brushed metal, matte paint, glossy glass, moulded plastic."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Float32

from glassline.arrays import Image
from glassline.errors import InputError, check_one_of, check_within

__all__ = [
    "SURFACES",
    "TYPICAL_LEVELS",
    "Surface",
    "clean_surface",
    "lamp",
    "soft_noise",
]

Texture = Float32[np.ndarray, "h w"]
"""Relative change of brightness: 0 is the surface's mean, 0.05 is 5 % brighter."""

Draw = Callable[[tuple[int, int], np.random.Generator], Texture]


@dataclass(frozen=True)
class Surface:
    """One kind of surface under one lamp.

    Args:
        kind: One of `SURFACES`.
        roughness: Factor on the texture; 1 is typical, 0 a perfectly even surface.
        level: Mean brightness on the photo, 0 black to 1 white.
        lamp: How much brighter than the mean the brightest edge is; 0.15 is 15 %.
        lamp_deg: Direction towards the lamp, in degrees from the x axis.
        direction_deg: Direction of the brush strokes of brushed metal, in degrees
            from the x axis; the other surfaces have none.

    Raises:
        InputError: A value is unknown, not finite or outside its range.

    Example:
        >>> Surface.typical("glossy_glass").level
        0.35
    """

    kind: str = "brushed_metal"
    roughness: float = 1.0
    level: float = 0.5
    lamp: float = 0.15
    lamp_deg: float = 35.0
    direction_deg: float = 0.0

    @classmethod
    def typical(cls, kind: str) -> Surface:
        """Return a surface of this kind as bright as such parts usually are.

        Raises:
            InputError: The kind is unknown.
        """
        return cls(kind, level=TYPICAL_LEVELS.get(kind, 0.5))

    def __post_init__(self) -> None:
        check_one_of("surface.kind", self.kind, SURFACES)
        limits = {"roughness": (0, 5), "level": (0.05, 0.95), "lamp": (0, 0.5)}
        for name, (low, high) in limits.items():
            check_within(f"surface.{name}", getattr(self, name), low, high)
        for name in ("lamp_deg", "direction_deg"):
            value = getattr(self, name)
            if not math.isfinite(value):
                raise InputError(
                    f"surface.{name}: expected a finite number, got {value}."
                )


def clean_surface(
    surface: Surface, size_hw: tuple[int, int], rng: np.random.Generator
) -> Image:
    """Paint a surface without any defect, as light that reaches the camera.

        light = level * lamp * (1 + roughness * texture)

    Returns:
        Shape size_hw; mean close to `surface.level`, not yet clipped to [0, 1].
    """
    texture = _texture(surface, size_hw, rng)
    light = 1 + np.float32(surface.roughness) * texture
    light *= np.float32(surface.level)
    light *= lamp(surface, size_hw)
    return light


def lamp(surface: Surface, size_hw: tuple[int, int]) -> Image:
    """Brightness of the lamp over the part: a plane with a slight bend, mean near 1.

        1 + lamp * (s - 0.25 * (s^2 - 1/3)),  s = position towards the lamp, -1 to 1

    It is a quadratic in x and y, so a fit of second order takes it away whole.

    Returns:
        Shape size_hw; 1 where the light is average.
    """
    rows, columns = size_hw
    angle = math.radians(surface.lamp_deg)
    reach = abs(math.cos(angle)) + abs(math.sin(angle))
    x = np.linspace(-1, 1, columns, dtype=np.float32) * (math.cos(angle) / reach)
    y = np.linspace(-1, 1, rows, dtype=np.float32) * (math.sin(angle) / reach)
    s = np.add.outer(y, x, dtype=np.float32)
    strength = np.float32(surface.lamp)
    return np.asarray(1 + strength * (s - 0.25 * (s * s - 1 / 3)), dtype=np.float32)


def soft_noise(
    size_hw: tuple[int, int],
    cell_hw: tuple[float, float],
    rng: np.random.Generator,
) -> Texture:
    """Draw smooth noise whose bumps are about one cell high and wide.

    Args:
        size_hw: Height and width in pixels.
        cell_hw: Height and width of a cell in pixels, each >= 1.
        rng: Source of the noise.

    Returns:
        Shape size_hw; mean 0, standard deviation roughly 0.6 to 1.
    """
    rows, columns = size_hw
    grid_hw = (
        max(4, math.ceil(rows / cell_hw[0])),
        max(4, math.ceil(columns / cell_hw[1])),
    )
    grid = rng.standard_normal(grid_hw, dtype=np.float32)
    return np.asarray(
        cv2.resize(grid, (columns, rows), interpolation=cv2.INTER_CUBIC),
        dtype=np.float32,
    )


def _texture(
    surface: Surface, size_hw: tuple[int, int], rng: np.random.Generator
) -> Texture:
    """Draw the texture, turned where the surface has a direction."""
    if surface.kind != "brushed_metal" or surface.direction_deg % 180 == 0:
        return _DRAWS[surface.kind](size_hw, rng)
    rows, columns = size_hw
    side = math.ceil(math.hypot(rows, columns)) + 2  # holds the photo at any angle
    square = _DRAWS[surface.kind]((side, side), rng)
    centre = ((side - 1) / 2, (side - 1) / 2)
    turn = cv2.getRotationMatrix2D(centre, -surface.direction_deg, 1.0)
    turn[0, 2] -= (side - columns) / 2
    turn[1, 2] -= (side - rows) / 2
    return np.asarray(
        cv2.warpAffine(square, turn, (columns, rows), flags=cv2.INTER_LINEAR),
        dtype=np.float32,
    )


def _brushed_metal(size_hw: tuple[int, int], rng: np.random.Generator) -> Texture:
    """Strokes along the rows, short over long, of about 3 %."""
    strokes = soft_noise(size_hw, (1.0, 10.0), rng)
    strokes += 0.6 * soft_noise(size_hw, (1.0, 36.0), rng)
    strokes += 0.35 * soft_noise(size_hw, (4.0, 180.0), rng)
    strokes = np.asarray(cv2.GaussianBlur(strokes, (3, 3), 0.6), dtype=np.float32)
    return np.float32(0.03) * strokes


def _matte_paint(size_hw: tuple[int, int], rng: np.random.Generator) -> Texture:
    """Fine even grain of about 2 %, with a trace of mottling."""
    grain = rng.standard_normal(size_hw, dtype=np.float32)
    grain = np.asarray(cv2.GaussianBlur(grain, (5, 5), 0.8), dtype=np.float32)
    grain += 0.1 * soft_noise(size_hw, (9.0, 9.0), rng)
    return np.float32(0.055) * grain


def _glossy_glass(size_hw: tuple[int, int], rng: np.random.Generator) -> Texture:
    """All but even: a polish of about 0.3 %."""
    return np.float32(0.005) * soft_noise(size_hw, (3.0, 3.0), rng)


def _moulded_plastic(size_hw: tuple[int, int], rng: np.random.Generator) -> Texture:
    """Orange peel: shallow bumps lit from one side, of about 3 %."""
    rows, columns = size_hw
    half_hw = ((rows + 1) // 2, (columns + 1) // 2)  # the bumps are slow: half will do
    height = rng.standard_normal(half_hw, dtype=np.float32)
    height = np.asarray(cv2.GaussianBlur(height, (0, 0), 1.6), dtype=np.float32)
    slope_x = cv2.Sobel(height, cv2.CV_32F, 1, 0)
    slope_y = cv2.Sobel(height, cv2.CV_32F, 0, 1)
    relief = cv2.resize(
        slope_x + slope_y, (columns, rows), interpolation=cv2.INTER_CUBIC
    )
    fine = soft_noise(size_hw, (1.5, 1.5), rng)
    return np.asarray(0.024 * relief + 0.008 * fine, dtype=np.float32)


_DRAWS: dict[str, Draw] = {
    "brushed_metal": _brushed_metal,
    "matte_paint": _matte_paint,
    "glossy_glass": _glossy_glass,
    "moulded_plastic": _moulded_plastic,
}

SURFACES = tuple(_DRAWS)
TYPICAL_LEVELS = {
    "brushed_metal": 0.55,
    "matte_paint": 0.45,
    "glossy_glass": 0.35,
    "moulded_plastic": 0.5,
}

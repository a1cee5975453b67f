"""How strong the strongest thin line on the surface is."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from glassline.features.surface import Plane, Surface

__all__ = ["LineStrength", "measure"]

DIRECTIONS_XY = ((1, 0), (2, 1), (1, 1), (1, 2), (0, 1), (-1, 2), (-1, 1), (-2, 1))


@dataclass(frozen=True)
class LineStrength:
    """What counts as a line.

    Attributes:
        polarity: Lines brighter than the surface, darker, or either.
        width_px: Width of the line, in photo pixels.
        length_px: Length that must be seen without a break, in photo pixels.
    """

    polarity: Literal["bright", "dark", "either"] = "either"
    width_px: float = 6.0
    length_px: float = 56.0


def measure(surface: Surface, settings: LineStrength) -> tuple[float, Plane]:
    """Contrast of the strongest straight stretch of line, in units of noise.

    At each point the ridge is what the curvature across the point exceeds the
    curvature along it; with r the ridge and u one of eight directions,

        line(p) = max over u of min( mean of r on p + t u, mean of r on p - t u )

    for 0 < t <= length / 2, divided by the surface's own noise. The reading is
    the largest line(p). Taking the smaller of the two half-line means asks for
    a line on both sides of p, which a speck or the corner of a blob has not.

    Args:
        surface: The photo.
        settings: Polarity, width and length of the lines.

    Returns:
        The reading, >= 0, in units of the surface's own noise: 0 on a surface
        without any ridge, about 1 on plain noise, above 3 for a visible line.
        The map has half the photo's size and the same unit.

    Source:
        Ridge: C. Steger, IEEE PAMI 20(2), 1998, doi:10.1109/34.659930.
        The smaller of two half-line means is ours, after the path openings of
        H. Talbot & B. Appleton, Image and Vision Computing 25(4), 2007.
    """
    mean, turn = surface.curvature(settings.width_px)
    noise = surface.noise(settings.width_px)
    signs = {"bright": (-1.0,), "dark": (1.0,), "either": (-1.0, 1.0)}
    best = np.zeros_like(mean)
    for sign in signs[settings.polarity]:
        ridge = _ridge(mean, turn, sign) / np.float32(noise)
        np.maximum(best, _both_halves(ridge, settings.length_px / 4.0), out=best)
    return float(best.max()), best


def _ridge(mean: Plane, turn: Plane, sign: float) -> Plane:
    """Curvature across minus the size of the curvature along, >= 0."""
    across = sign * mean + turn
    along = np.abs(sign * mean - turn)
    return np.asarray(np.maximum(across - along, 0.0))


def _both_halves(ridge: Plane, half_length_px: float) -> Plane:
    height, width = ridge.shape
    longest = min(half_length_px, max(height, width) / 2.0)
    best = np.zeros_like(ridge)
    reach = math.ceil(longest) + 1
    field = np.pad(ridge, reach)
    for dx, dy in DIRECTIONS_XY:
        steps = max(1, round(longest / math.hypot(dx, dy)))
        total = _sums(field, steps, dx, dy) / np.float32(steps)
        ahead = _cut(total, reach, dx, dy, (height, width))
        behind = _cut(total, reach, -dx * steps, -dy * steps, (height, width))
        np.maximum(best, np.minimum(ahead, behind), out=best)
    return best


def _sums(field: Plane, steps: int, dx: int, dy: int) -> Plane:
    """Sum of `steps` values from each point on, by doubling."""
    total = field
    done = 1
    for bit in bin(steps)[3:]:
        total = total + _moved(total, done * dx, done * dy)
        done *= 2
        if bit == "1":
            total = total + _moved(field, done * dx, done * dy)
            done += 1
    return total


def _moved(field: Plane, dx: int, dy: int) -> Plane:
    """Return the field read at (x + dx, y + dy), 0 outside."""
    height, width = field.shape
    moved = np.zeros_like(field)
    if abs(dx) < width and abs(dy) < height:
        to_y, from_y = _spans(dy, height)
        to_x, from_x = _spans(dx, width)
        moved[to_y, to_x] = field[from_y, from_x]
    return moved


def _spans(step: int, size: int) -> tuple[slice, slice]:
    inside = slice(max(0, -step), min(size, size - step))
    return inside, slice(inside.start + step, inside.stop + step)


def _cut(field: Plane, reach: int, dx: int, dy: int, size_hw: tuple[int, int]) -> Plane:
    top, left = reach + dy, reach + dx
    return field[top : top + size_hw[0], left : left + size_hw[1]]

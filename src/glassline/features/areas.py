"""Find the areas that drove texture change and uneven reflection."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from glassline.features.marks import Area
from glassline.features.ranks import median
from glassline.features.reflection_unevenness import ReflectionUnevenness, departures
from glassline.features.surface import CELL_PX, Surface
from glassline.features.texture_change import (
    TextureChange,
    blocks_hw,
    counted_blocks,
    roughness,
)

__all__ = ["find_changed", "find_uneven"]

AS_STRONG = 0.5  # of the strongest: what counts as driven by the same thing
LEAST_NEPERS = 0.1  # a change of texture below 10 % is none
LEAST_PERCENT = 0.5  # nor is half a per cent of brightness a reflection
MIN_SIDE_PX = 16  # on a smaller photo there is no place to tell


def find_changed(surface: Surface, settings: TextureChange) -> tuple[Area, ...]:
    """Blocks whose texture drove the reading, the roughest first.

    Of the blocks side by side with the roughest one, as many as the share that the
    reading counts, each at least half as far above the median block as the first;
    the strength is that distance, in nepers. Across scales a
    reading has no place, and across parts or pixels it is that of the whole surface, so
    there is no area.
    """
    if settings.across != "places" or min(surface.image.shape) < MIN_SIDE_PX:
        return ()
    blocks = np.array(roughness(surface, settings), np.float64)
    is_counted = counted_blocks(surface, settings)
    if is_counted is None:
        above = blocks - median(blocks)
    else:
        above = np.where(is_counted, blocks - median(blocks[is_counted]), 0.0)
    tall, wide = blocks_hw(surface, settings)
    row, column = np.unravel_index(int(above.argmax()), above.shape)
    top, left = int(row) % tall, int(column) % wide
    return _areas(
        above[top::tall, left::wide],
        settings.share,
        LEAST_NEPERS,
        (tall * CELL_PX, wide * CELL_PX),
        corner_rc=(top * CELL_PX, left * CELL_PX),
    )


def find_uneven(surface: Surface, settings: ReflectionUnevenness) -> tuple[Area, ...]:
    """Fields whose brightness drove the reading, the strongest first.

    Of the shares of fields that the reading counts, those brighter than the lamp's
    plane by at least half as much as the brightest, and those darker by at least
    half as much as the darkest; the strength is the distance in per cent of the
    mean brightness, below 0 where darker.
    """
    if min(surface.image.shape) < MIN_SIDE_PX:
        return ()
    rest, _ = departures(surface, settings)
    sides = zip(surface.image.shape, rest.shape, strict=True)
    tall, wide = (side / fields for side, fields in sides)
    bright = _areas(rest, settings.share, LEAST_PERCENT, (tall, wide))
    dark = _areas(-rest, settings.share, LEAST_PERCENT, (tall, wide), sign=-1.0)
    return tuple(sorted((*bright, *dark), key=lambda each: -abs(each.strength)))


def _areas(
    values: NDArray[np.float64],
    share: float,
    least: float,
    size_hw: tuple[float, float],
    sign: float = 1.0,
    corner_rc: tuple[int, int] = (0, 0),
) -> tuple[Area, ...]:
    """The counted places of a grid whose value is strong enough, each of this size."""
    count = max(1, round(share * values.size))
    order = np.argsort(-values, axis=None, kind="stable")[:count]
    limit = max(least, AS_STRONG * float(values.max()))
    (tall, wide), (top, left) = size_hw, corner_rc
    return tuple(
        Area(
            top=row * tall + top,
            left=column * wide + left,
            bottom=(row + 1) * tall + top,
            right=(column + 1) * wide + left,
            strength=sign * float(values[row, column]),
        )
        for row, column in zip(
            *(axis.tolist() for axis in np.unravel_index(order, values.shape)),
            strict=True,
        )
        if values[row, column] >= limit
    )

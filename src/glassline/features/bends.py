"""Detail of single pixels: how much each bends from those around it, and where specks are."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from glassline.features.curvature import BORDER
from glassline.features.ranks import median, some_of, step_among
from glassline.features.surface import GREY_STEP, Cells, Surface
from glassline.features.workspace import Plane, strips

__all__ = [
    "FLOOR",
    "MANY",
    "SPECK",
    "SPECK_PX",
    "SPECK_STEP",
    "bend_at",
    "bend_of",
    "beside_specks",
    "overlapping",
    "some_bends",
    "typical",
    "without_specks",
]

PAIR = np.array([0.5, 0.5], dtype=np.float32)  # a detail is two finer steps wide
SECOND = np.array(
    [0.5, 0.5, -1, -1, 0.5, 0.5], dtype=np.float32
)  # its second difference
FLOOR = GREY_STEP / 4.0  # texture below it is the camera's rounding
LIMIT = 4.0  # times the median: an edge or a speck counts for no more
SPECK_PX = 6.0  # width of the specks that texture of pixels leaves out
SPECK_STEP = 2  # at which they are looked for: `surface.step_px(SPECK_PX)`
SPECK = 4.0  # times the noise: what evidence takes for a speck
BESIDE = np.ones((5, 5), np.uint8)  # of half-size pixels around it
FEW_PX = 1 << 22  # of so few pixels all are as fast looked at as some
MANY = 1 << 16  # the mean of so many pixels is good to three thousandths


def overlapping(surface: Surface, step: int) -> Plane:
    """Laplacian of the photo made smaller, at every half of its steps."""
    finer = surface.smaller(step // 2)
    bend, down = (surface.workspace.plane(f"bend {at}", finer.shape) for at in "xy")
    cv2.sepFilter2D(finer, cv2.CV_32F, SECOND, PAIR, bend, (2, 0), 0, BORDER)
    cv2.sepFilter2D(finer, cv2.CV_32F, PAIR, SECOND, down, (0, 2), 0, BORDER)
    return np.add(bend, down, out=bend)


def bend_of(surface: Surface, step: int, rows: slice) -> Plane:
    """Laplacian of some rows of the photo made smaller."""
    photo = surface.smaller(step)
    first, last = max(0, rows.start - 1), min(len(photo), rows.stop + 1)
    part = photo[first:last]
    bend = surface.workspace.plane("bend", part.shape)
    cv2.Laplacian(part, cv2.CV_32F, dst=bend, ksize=1, borderType=BORDER)
    return bend[rows.start - first : rows.stop - first]


def some_bends(surface: Surface, step: int) -> Plane:
    """Laplacian at many pixels that count; of a large photo at these alone, the same bits."""
    photo = surface.smaller(step)
    kept = surface.kept(photo)
    if kept is not None and not kept.any():
        kept = None
    if photo.size <= FEW_PX:
        bend = bend_of(surface, step, slice(0, len(photo)))
        return some_of(bend if kept is None else bend[kept][np.newaxis], MANY)
    if kept is None:
        places = np.arange(0, photo.size, step_among(photo.shape, MANY))
    else:
        counted = np.flatnonzero(kept)
        places = counted[:: step_among((1, counted.size), MANY)]
    return bend_at(photo, places)


def beside_specks(surface: Surface, step: int) -> Plane:
    """Laplacian at many places in steps of 1 or 2 px, the same ones, none at a speck."""
    is_left = without_specks(surface)
    places = np.flatnonzero(is_left)
    places = places[:: step_among((1, places.size), MANY)]
    photo = surface.smaller(step)
    if step < SPECK_STEP:
        # The four pixels there; of a photo of one row both are that row.
        rows, columns = np.divmod(places, is_left.shape[1])
        down, right = (np.minimum(2, side) - 1 for side in photo.shape)
        corner = 2 * photo.shape[1] * rows + 2 * columns
        places = np.concatenate(
            [corner + y * photo.shape[1] + x for y in (0, down) for x in (0, right)]
        )
    if photo.size <= FEW_PX:
        bend = bend_of(surface, step, slice(0, len(photo)))
        return np.asarray(bend.reshape(-1)[places])
    return bend_at(photo, places)


def bend_at(photo: Plane, places: NDArray[np.int64]) -> Plane:
    """Laplacian at some places alone, added up in the order of OpenCV: row by row.

    Mirrored at the border; a photo of one row or column lies beside itself.
    """
    tall, wide = photo.shape
    rows, columns = np.divmod(places, wide)
    above, below = (
        places + wide * (tall > 1) * np.where(rows == border, -way, way)
        for border, way in ((0, -1), (tall - 1, 1))
    )
    left, right = (
        places + (wide > 1) * np.where(columns == border, -way, way)
        for border, way in ((0, -1), (wide - 1, 1))
    )
    flat = photo.reshape(-1)
    bend = flat[above] + flat[left]
    bend -= np.float32(4.0) * flat[places]
    bend += flat[right]
    bend += flat[below]
    return np.asarray(bend, np.float32)


def without_specks(surface: Surface) -> Cells:
    """Which pixels of half the size count and lie beside no speck; all were there none."""
    found = surface.curvature(SPECK_PX)
    limit = np.float32(SPECK * found.noise)
    is_speck = np.empty(found.mean.shape, np.bool_)
    for rows in strips(found.mean.shape):
        mean = found.mean[rows]
        grain = np.abs(mean, out=surface.workspace.plane("part", mean.shape))
        grain -= found.turn[rows]
        np.greater(grain, limit, out=is_speck[rows])
    kept = surface.kept(found.mean)
    if kept is not None and kept.any():
        is_speck &= kept
    else:
        kept = None
    near = cv2.dilate(is_speck.view(np.uint8), BESIDE)
    is_left = np.asarray(near == 0, np.bool_)
    if kept is not None:
        is_left &= kept
    if is_left.any():
        return is_left
    return np.ones(is_left.shape, np.bool_) if kept is None else kept


def typical(bend: Plane) -> float:
    """Mean size of many of them, none counted for more than four times the median."""
    size = np.abs(bend)
    limit = LIMIT * median(size) + FLOOR
    return float(np.minimum(size, np.float32(limit)).mean(dtype=np.float64)) + FLOOR

"""Contrast of a thin line against both of its sides, at the photo's own resolution."""

from __future__ import annotations

import math
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from glassline.features.curvature import BORDER
from glassline.features.lanes import ASLANT, HEADINGS, Sampled, Strips
from glassline.features.ranks import step_among
from glassline.features.surface import (
    CELL_PX,
    GREY_STEP,
    MEDIAN_SAMPLES,
    Surface,
    spread_of,
)
from glassline.features.workspace import Plane, strips

__all__ = ["contrasts", "everywhere"]

ALONG = 5  # pixels whose mean is followed by a trace


def contrasts(surface: Surface, polarity: str, width_px: float) -> tuple[Plane, ...]:
    """Largest two-sided contrast in each cell, by heading, over the noise around it.

    With m the mean of 4 px in a row along a heading, and m+, m- the same beside it, at a
    distance of width_px to either side,

        dark = min(m+, m-) - m        bright = m - max(m+, m-)

    and of each cell the largest of what is looked for, 0 where that is below 0, over the
    noise of the bend (m+ + m- - 2 m) / 2 in some 48 px around. An edge, however strong, has
    its own brightness on one side, and a wide light has it on both: neither has any
    contrast here.

    Args:
        surface: The photo.
        polarity: "dark", "bright", or "either".
        width_px: How far to either side, to whole pixels.

    Returns:
        Four planes of cells: lines that run right, down, down to the right and down to
        the left, the headings of `paths.AHEAD_XY`.
    """
    found, noise = _measured(surface, polarity, width_px)
    for contrast in found:
        np.maximum(contrast, np.float32(0.0), out=contrast)
        contrast /= noise
    return tuple(surface.blanked(each) for each in found)


def everywhere(surface: Surface, polarity: str, width_px: float) -> tuple[Plane, Plane]:
    """The same at each pixel, of the heading where it is largest, and which way it bends.

    For a trace, which asks for it once: of 5 px along each heading.

    Returns:
        Contrast over the noise around, >= 0, and m+ + m- - 2 m, below 0 on a bright line.
    """
    photo, distance = surface.image, _whole(width_px)
    _, noise = _measured(surface, polarity, width_px)
    line = np.zeros((ALONG, ALONG), np.float32)
    line[ALONG // 2] = 1.0 / ALONG
    slope = np.eye(ALONG, dtype=np.float32) / np.float32(ALONG)
    aslant = max(1, round(distance / ASLANT))
    ways = (
        (line, (distance, 0)),
        (line.T, (0, distance)),
        (slope, (aslant, -aslant)),
        (slope[::-1], (aslant, aslant)),
    )
    best, bend = np.full_like(photo, -np.inf), np.zeros_like(photo)
    for rows in strips(photo.shape):
        for kernel, aside in ways:
            contrast, bent = _contrast(photo, rows, kernel, aside, distance, polarity)
            np.copyto(bend[rows], bent, where=contrast > best[rows])
            np.maximum(best[rows], contrast, out=best[rows])
    np.maximum(best, np.float32(0.0), out=best)
    best /= cv2.resize(noise, photo.shape[::-1], interpolation=cv2.INTER_LINEAR)
    return surface.blanked(best), bend


def _contrast(
    photo: Plane,
    rows: slice,
    kernel: Plane,
    aside_rc: tuple[int, int],
    distance: int,
    polarity: str,
) -> tuple[Plane, Plane]:
    """Contrast and bend of lines of one heading at each pixel of some rows."""
    tall, wide = photo.shape
    top, bottom = rows.start - distance, rows.stop + distance
    first, last = max(0, top), min(tall, bottom)
    begin, end = max(0, first - ALONG // 2), min(tall, last + ALONG // 2)
    part = photo[begin:end]
    mean: Plane = np.empty_like(part)
    cv2.filter2D(part, cv2.CV_32F, kernel, dst=mean, borderType=BORDER)
    framed = _framed(
        mean[first - begin : last - begin],
        first - top,
        bottom - last,
        distance,
        distance,
    )
    one, middle, other = (
        framed[y : y + rows.stop - rows.start, x : x + wide]
        for y, x in ([distance + way * each for each in aside_rc] for way in (-1, 0, 1))
    )
    return _facing(one, middle, other, polarity), one + other - 2 * middle


def _measured(
    surface: Surface, polarity: str, width_px: float
) -> tuple[list[Plane], Plane]:
    """Largest contrast of each cell by heading, in grey, and the noise around it.

    Sums stand for means until the end: 4 and 8 times as much, to the last bit.
    """
    cells_hw = surface.cells_hw
    plane = surface.workspace.plane
    found = [plane(f"beside {place}", cells_hw) for place in range(HEADINGS)]
    size = plane("beside", cells_hw)
    sampled = [_sampled(surface, axis) for axis in (0, 1)]
    bends: list[list[Plane]] = [[] for _ in range(HEADINGS)]
    strips = Strips(_in_whole_cells(surface), _whole(width_px), surface.workspace)
    for strip, headings in strips:
        for place, lines in enumerate(headings):
            bends[place] += lines.bends(sampled[min(place, 1)], strip.start)
            found[place][strip], apart = lines.compared(polarity)
            if place:
                size[strip] += apart
            else:
                size[strip] = apart
    for each in found:
        each *= np.float32(1.0 / CELL_PX)
    scale = np.float32(0.5 / CELL_PX)
    noises = [spread_of(scale * np.concatenate(each)[np.newaxis]) for each in bends]
    noise = max(float(np.mean(noises)), GREY_STEP / 4.0)
    size *= scale / np.float32(CELL_PX * HEADINGS)
    return found, surface.noise_around(size, noise)


def _sampled(surface: Surface, axis: int) -> Sampled:
    """Row and column of cells of the lines of each lane that the noise is taken from.

    Some of all lines through cells that count, evenly spaced in a plane of them: of lines
    that run right with four rows a cell, of others with four columns.
    """
    kept = surface.kept_cells
    if kept is None or not kept.any():
        return _evenly(surface.cells_hw, axis)
    counted = np.flatnonzero(np.repeat(kept, CELL_PX, axis))
    step = step_among((1, counted.size), MEDIAN_SAMPLES)
    return _by_lane(counted[::step], surface.cells_hw, axis)


@lru_cache(maxsize=8)
def _evenly(cells_hw: tuple[int, int], axis: int) -> Sampled:
    """The same where all cells count."""
    shape = list(cells_hw)
    shape[axis] *= CELL_PX
    step = step_among(tuple(shape), MEDIAN_SAMPLES)
    return _by_lane(np.arange(0, math.prod(shape), step), cells_hw, axis)


def _by_lane(
    places: NDArray[np.int64], cells_hw: tuple[int, int], axis: int
) -> Sampled:
    columns = cells_hw[1] * (CELL_PX if axis else 1)
    row_column = list(np.divmod(places, columns))
    row_column[axis], lanes = np.divmod(row_column[axis], CELL_PX)
    of_lanes = [lanes == lane for lane in range(CELL_PX)]
    return tuple((row_column[0][each], row_column[1][each]) for each in of_lanes)


def _framed(plane: Plane, above: int, below: int, left: int, right: int) -> Plane:
    framed = cv2.copyMakeBorder(plane, above, below, left, right, BORDER)
    return np.asarray(framed, np.float32)


def _whole(width_px: float) -> int:
    return max(1, round(width_px))


def _in_whole_cells(surface: Surface) -> Plane:
    """The photo as far as whole cells go, at least one."""
    rows, columns = (CELL_PX * side for side in surface.cells_hw)
    photo = surface.image
    below, right = (max(0, CELL_PX - side) for side in photo.shape)
    if below or right:
        photo = np.pad(photo, ((0, below), (0, right)), mode="edge")
    return photo[:rows, :columns]


def _facing(one: Plane, middle: Plane, other: Plane, polarity: str) -> Plane:
    """How much darker than both sides, how much brighter, or the larger of the two."""
    if polarity == "dark":
        low = np.minimum(one, other)
        return np.subtract(low, middle, out=low)
    high = np.maximum(one, other)
    bright = np.subtract(middle, high, out=high)
    if polarity == "bright":
        return bright
    low = np.minimum(one, other)
    return np.maximum(np.subtract(low, middle, out=low), bright, out=low)

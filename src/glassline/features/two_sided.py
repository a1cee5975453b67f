"""Contrast of a thin line against both of its sides, at the photo's own resolution."""

from __future__ import annotations

import math
from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from glassline.features.ranks import step_among
from glassline.features.surface import (
    BORDER,
    CELL_PX,
    GREY_STEP,
    MEDIAN_SAMPLES,
    Plane,
    Surface,
    spread_of,
)

__all__ = ["contrasts", "everywhere"]

ASLANT = math.sqrt(2.0)  # columns for a distance across a heading of 45 degrees
HEADINGS = 4
STRIP_PX = 1 << 16  # so many values of each plane at once stay in the cache
LEAST_AT_ONCE = 8  # rows of cells: the edge is mirrored over less than they have
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
    rows, columns = photo.shape
    for kernel, (down, right) in ways:
        mean = np.asarray(
            cv2.filter2D(photo, cv2.CV_32F, kernel, borderType=BORDER), np.float32
        )
        framed = _framed(mean, *(distance,) * 4)
        corners = [(distance + s * down, distance + s * right) for s in (-1, 1)]
        one, other = (framed[y : y + rows, x : x + columns] for y, x in corners)
        contrast = _facing(one, mean, other, polarity)
        is_larger = contrast > best
        np.copyto(bend, one + other - 2 * mean, where=is_larger)
        np.copyto(best, contrast, where=is_larger)
    around = cv2.resize(noise, (columns, rows), interpolation=cv2.INTER_LINEAR)
    return surface.blanked(np.asarray(np.maximum(best, 0) / around)), bend


def _measured(
    surface: Surface, polarity: str, width_px: float
) -> tuple[list[Plane], Plane]:
    """Largest contrast of each cell by heading, in grey, and the noise around it.

    Some rows of cells at a time: what is worked out of them stays in the processor's
    cache, where it costs a quarter.
    """
    distance, (tall, wide) = _whole(width_px), surface.cells_hw
    photo = _in_whole_cells(surface)
    found = [np.empty((tall, wide), np.float32) for _ in range(HEADINGS)]
    size = np.empty((tall, wide), np.float32)
    sampled = [_sampled(surface, axis) for axis in (0, 1)]
    bends: list[list[Plane]] = [[] for _ in range(HEADINGS)]
    at_once = max(LEAST_AT_ONCE, STRIP_PX // (CELL_PX * wide))
    for begin in range(0, tall, at_once):
        end = min(tall, begin + at_once)
        strip = slice(begin, end)
        for place, (means, aside) in enumerate(_means(photo, begin, end, distance)):
            axis = 0 if place == 0 else 1
            one, middle, other = _beside(means, aside, axis)
            half = means * np.float32(0.5)
            between, _, after = _beside(half, aside, axis)
            between = np.add(between, after)
            bends[place].append(
                _at(
                    sampled[axis],
                    between,
                    middle,
                    begin * between.size // (end - begin),
                )
            )
            bend = np.asarray(cv2.absdiff(between, middle), np.float32)
            total = _over_lanes(np.add, bend, axis)
            total *= np.float32(1.0 / CELL_PX)
            if place:
                size[strip] += total
            else:
                size[strip] = total
            contrast = _facing(one, middle, other, polarity)
            found[place][strip] = _over_lanes(np.maximum, contrast, axis)
    noises = [spread_of(np.concatenate(each)[np.newaxis]) for each in bends]
    noise = max(float(np.mean(noises)), GREY_STEP / 4.0)
    size *= np.float32(1.0 / HEADINGS)
    return found, surface.noise_around(size, noise)


def _sampled(surface: Surface, axis: int) -> NDArray[np.int64]:
    """Which values of the lines through cells that count the noise is taken from.

    Places in a plane whose rows lie one after the other.
    """
    tall, wide = surface.cells_hw
    shape = (CELL_PX * tall, wide) if axis == 0 else (tall, CELL_PX * wide)
    kept = surface.kept_cells
    if kept is None or not kept.any():
        return np.arange(0, shape[0] * shape[1], step_among(shape, MEDIAN_SAMPLES))
    counted = np.flatnonzero(np.repeat(kept, CELL_PX, axis))
    return counted[:: step_among((1, counted.size), MEDIAN_SAMPLES)]


def _at(sampled: NDArray[np.int64], between: Plane, middle: Plane, first: int) -> Plane:
    """Bend at those places that lie in a strip, whose first value has this place."""
    low, high = np.searchsorted(sampled, (first, first + between.size))
    rows, columns = np.divmod(sampled[low:high] - first, between.shape[1])
    return np.asarray(between[rows, columns] - middle[rows, columns])


def _over_lanes(join: np.ufunc, lines: Plane, axis: int) -> Plane:
    """Join the four lines through each cell, the first two first."""
    first, *others = (
        lines[at::CELL_PX] if axis == 0 else lines[:, at::CELL_PX]
        for at in range(CELL_PX)
    )
    total = join(first, others[0])
    for each in others[1:]:
        join(total, each, out=total)
    return np.asarray(total)


def _beside(framed: Plane, aside: int, axis: int) -> tuple[Plane, Plane, Plane]:
    """One side, the middle, and the other side."""
    last = framed.shape[axis] - aside
    if axis == 0:
        return framed[: last - aside], framed[aside:last], framed[2 * aside :]
    return framed[:, : last - aside], framed[:, aside:last], framed[:, 2 * aside :]


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


def _means(
    photo: Plane, begin: int, end: int, distance: int
) -> Iterator[tuple[Plane, int]]:
    """Means of 4 px along each heading, of all lines through some rows of cells.

    Framed by as many lines on both sides as are told with them. Lines that run right lie
    one below the other, (4 rows, columns); of the others a row of cells holds one beside
    the other, (rows, 4 columns): those aslant begin so that their middles lie in the cell.
    """
    rows, columns = photo.shape
    top, bottom = CELL_PX * begin, CELL_PX * end
    first, last = max(0, top - distance), min(rows, bottom + distance)
    level = photo[first:last]
    size_wh = (columns // CELL_PX, len(level))
    right = cv2.resize(level, size_wh, interpolation=cv2.INTER_AREA)
    above, below = distance - (top - first), distance - (last - bottom)
    yield _framed(np.asarray(right, np.float32), above, below, 0, 0), distance
    strip = photo[top:bottom]
    down = _over_lanes(np.add, strip, axis=0)
    down *= np.float32(1.0 / CELL_PX)
    yield _framed(down, 0, 0, distance, distance), distance
    aside = round(ASLANT * distance)
    framed = _framed(strip, 0, 0, CELL_PX, CELL_PX)
    for begins, turn in ((CELL_PX - 1, 1), (CELL_PX + 2, -1)):
        lefts = [begins + turn * step for step in range(CELL_PX)]
        parts = [
            framed[step::CELL_PX, left : left + columns]
            for step, left in enumerate(lefts)
        ]
        total = np.add(parts[0], parts[1])
        total += parts[2]
        total += parts[3]
        total *= np.float32(1.0 / CELL_PX)
        yield _framed(total, 0, 0, aside, aside), aside


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

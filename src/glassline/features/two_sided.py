"""Contrast of a thin line against both of its sides, at the photo's own resolution."""

from __future__ import annotations

import math
from collections.abc import Iterator

import cv2
import numpy as np

from glassline.features.surface import (
    BORDER,
    CELL_PX,
    GREY_STEP,
    Plane,
    Surface,
    spread_of,
)

__all__ = ["contrasts", "everywhere"]

ASLANT = math.sqrt(2.0)  # columns for a distance across a heading of 45 degrees
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
    """Largest contrast of each cell by heading, in grey, and the noise around it."""
    distance, found, noises = _whole(width_px), [], []
    size = np.zeros(surface.cells_hw, np.float32)
    for place, means in enumerate(_means(surface)):
        is_level = place == 0
        aside = distance if place < 2 else round(ASLANT * distance)
        frame = (aside, aside, 0, 0) if is_level else (0, 0, aside, aside)
        framed = _framed(means, *frame)
        if is_level:
            one, other = framed[: len(means)], framed[2 * aside :]
        else:
            one, other = framed[:, : means.shape[1]], framed[:, 2 * aside :]
        bend = (one + other) * np.float32(0.5)
        bend -= means
        noises.append(spread_of(_counted(bend, surface, axis=0 if is_level else 1)))
        np.abs(bend, out=bend)
        size += cv2.resize(bend, size.shape[::-1], interpolation=cv2.INTER_AREA)
        contrast = _facing(one, means, other, polarity)
        lines = [
            contrast[at::CELL_PX] if is_level else contrast[:, at::CELL_PX]
            for at in range(CELL_PX)
        ]
        found.append(np.maximum(np.maximum(*lines[:2]), np.maximum(*lines[2:])))
    noise = max(float(np.mean(noises)), GREY_STEP / 4.0)
    size *= np.float32(1.0 / len(found))
    return found, surface.noise_around(size, noise)


def _counted(bend: Plane, surface: Surface, axis: int) -> Plane:
    """The values of the lines through cells that count; all as they stand."""
    kept = surface.kept_cells
    if kept is None or not kept.any():
        return bend
    return bend[np.repeat(kept, CELL_PX, axis)][np.newaxis]


def _framed(plane: Plane, above: int, below: int, left: int, right: int) -> Plane:
    framed = cv2.copyMakeBorder(plane, above, below, left, right, BORDER)
    return np.asarray(framed, np.float32)


def _whole(width_px: float) -> int:
    return max(1, round(width_px))


def _means(surface: Surface) -> Iterator[Plane]:
    """Means of 4 px along each heading, of all lines through each row of cells.

    Lines that run right lie one below the other, (4 rows, columns); of the others a row
    of cells holds one beside the other, (rows, 4 columns): those aslant begin so that
    their middles lie in the cell.
    """
    rows, columns = (CELL_PX * side for side in surface.cells_hw)
    photo = surface.image
    below, right = (max(0, CELL_PX - side) for side in photo.shape)
    if below or right:
        photo = np.pad(photo, ((0, below), (0, right)), mode="edge")
    photo = photo[:rows, :columns]
    tall, wide, area = rows // CELL_PX, columns // CELL_PX, cv2.INTER_AREA
    yield np.asarray(cv2.resize(photo, (wide, rows), interpolation=area), np.float32)
    yield np.asarray(cv2.resize(photo, (columns, tall), interpolation=area), np.float32)
    framed = _framed(photo, 0, 0, CELL_PX, CELL_PX)
    for begins, turn in ((CELL_PX - 1, 1), (CELL_PX + 2, -1)):
        total = np.zeros((tall, columns), np.float32)
        for step in range(CELL_PX):
            left = begins + turn * step
            total += framed[step::CELL_PX, left : left + columns]
        total *= np.float32(1.0 / CELL_PX)
        yield total


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

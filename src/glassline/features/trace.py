"""Trace the lines that drove the line strength, from end to end."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from glassline.features.line_strength import LineStrength, measure, standing_out
from glassline.features.marks import Line
from glassline.features.paths import whole_paths
from glassline.features.profile import Profile, profile
from glassline.features.surface import CELL_PX, Surface, facing, step_px
from glassline.features.two_sided import everywhere
from glassline.features.workspace import Plane

__all__ = ["trace_lines"]

MIN_SIDE_PX = 16  # on a smaller photo there is no place to tell
MOST = 5  # lines traced: the one that drove the reading, and others as clear
AS_CLEAR = 0.75  # of the way from the usual strength to the first line's
END = 0.25  # of the way from the usual strength to a line's own: there it ends
SAME = 0.99999  # of the strongest: cells of one line, whose sums differ by rounding
STANDS_OUT = 1.5  # times the usual strength of the map: less is no line
ASIDE = np.array([np.inf, 2.0, 0.0, 2.0, np.inf])  # steps that a move aside costs
REACH = 2  # a path may move so many cells aside at each step: slopes to 63 degrees
SMOOTH = 5  # steps whose mean is the trace


def trace_lines(surface: Surface, settings: LineStrength) -> tuple[Line, ...]:
    """Lines as strong as the reading, the one that drove it first.

    From the strongest cell of the feature map (of a whole line, from its clearest
    stretch) the path of the largest sum of

        ridge - limit,   limit = usual + (strength - usual) / 4

    is followed both ways, each step to one of the five cells next ahead, so that a
    trace may bend and may cross a gap of half the length that the settings ask for;
    strength is the map of stretches at that cell, usual its median. The trace ends
    where going on only costs. The next line is sought away from it, where the map is
    at least three quarters of the way from usual to the first line, up to five lines.

    Returns:
        The lines in photo pixels; none where the map, on the line that drove the
        reading, is nowhere 1.5 times its median, nor below 16 x 16 px.

    Source:
        The extension that ends where the score has dropped by more than a limit:
        Z. Zhang et al., J. Computational Biology 7, 2000,
        doi:10.1089/10665270050081478, for sequences; ours runs over images.
    """
    if min(surface.image.shape) < MIN_SIDE_PX:
        return ()
    strengths = _strengths(surface, settings)
    is_strongest = strengths >= SAME * strengths.max()
    if settings.extent == "whole":
        settings = _as_stretch(surface, settings, is_strongest)
        shown = np.array(measure(surface, settings)[1])
    else:
        shown = strengths.copy()
    shown[strengths <= 0.0] = 0.0  # no part of any line
    drove = np.where(is_strongest, shown, -1.0)
    usual = float(np.median(surface.counted(shown)))
    if settings.sides == "both":
        ridge, mean = everywhere(surface, settings.polarity, settings.width_px)
        step = 1
    else:
        ridge = _ridge(surface, settings)
        mean = surface.curvature(settings.width_px).mean
        step = step_px(settings.width_px)
    lines: list[Line] = []
    first = float(drove.max())
    for turn in range(MOST):
        cell = np.unravel_index(int((shown if turn else drove).argmax()), shown.shape)
        clear = float(shown[cell])
        if clear <= max(STANDS_OUT * usual, usual + AS_CLEAR * (first - usual)):
            break
        seed = _seed(cell, ridge, step)
        limit = usual + END * (clear - usual)
        path = _both_ways(ridge, limit, seed, settings.length_px / (2 * step))
        corners = (path + 0.5) * step - 0.5
        if len(path) > 1:
            rows, columns = np.rint(path).astype(np.int64).T
            is_bright = float(np.median(mean[rows, columns])) < 0
            found = profile(
                surface.image, corners, settings.width_px, is_bright=is_bright
            )
            lines.append(_line(found, float(strengths[cell])))
        _pass(shown, corners, settings)
    return (*lines[:1], *sorted(lines[1:], key=lambda line: -line.strength))


def _strengths(surface: Surface, settings: LineStrength) -> Plane:
    """The reading as it would be if the line through each cell were the strongest."""
    if settings.extent == "whole":
        return CELL_PX * whole_paths(standing_out(surface, settings))
    return measure(surface, settings)[1]


def _as_stretch(
    surface: Surface, settings: LineStrength, on_it: NDArray[np.bool_]
) -> LineStrength:
    """Settings of a stretch, of the width at which the whole line is clearest."""
    choices = [
        replace(settings, extent="stretch", width_px=width_px)
        for width_px in settings.widths_px
    ]
    return max(choices, key=lambda each: float(measure(surface, each)[1][on_it].max()))


def _ridge(surface: Surface, settings: LineStrength) -> Plane:
    """Ridge over the noise around it, at each point of the smaller photo."""
    found = surface.curvature(settings.width_px)
    noise = surface.local_noise(settings.width_px)
    ridge = facing(found.mean, settings.polarity, out=np.empty_like(found.mean))
    np.minimum(ridge, found.turn, out=ridge)
    rows, columns = ridge.shape
    around = cv2.resize(noise, (columns, rows), interpolation=cv2.INTER_LINEAR)
    return surface.blanked(
        np.asarray(2.0 * np.maximum(ridge, 0.0) / around, np.float32)
    )


def _seed(cell: tuple[np.intp, ...], ridge: Plane, step: int) -> tuple[int, int]:
    """Place of the largest ridge in and around the strongest cell."""
    at = np.array(cell)
    low = np.maximum(0, (at - 1) * CELL_PX // step)
    high = np.maximum(low + 1, (at + 2) * CELL_PX // step)
    low = np.minimum(low, np.array(ridge.shape) - 1)
    part = ridge[low[0] : high[0], low[1] : high[1]]
    row, column = np.unravel_index(int(part.argmax()), part.shape)
    return int(low[0] + row), int(low[1] + column)


def _both_ways(
    ridge: Plane, limit: float, seed: tuple[int, int], gap: float
) -> NDArray[np.float64]:
    """Row and column of each step of the best path through the seed."""
    gain = ridge - np.float32(limit)
    best_sum, best = -np.inf, np.zeros((0, 2))
    for is_upright in (False, True):
        turned = gain.T if is_upright else gain
        row, column = seed[::-1] if is_upright else seed
        ahead_sum, ahead = _follow(turned[:, column + 1 :], row, limit, gap)
        back_sum, back = _follow(turned[:, :column][:, ::-1], row, limit, gap)
        if ahead_sum + back_sum > best_sum:
            rows = np.array([*back[::-1], row, *ahead], dtype=np.float64)
            columns = column - len(back) + np.arange(len(rows), dtype=np.float64)
            pair = (columns, _smooth(rows)) if is_upright else (_smooth(rows), columns)
            best_sum, best = ahead_sum + back_sum, np.stack(pair, axis=1)
    return best


def _follow(gain: Plane, row: int, limit: float, gap: float) -> tuple[float, list[int]]:
    """Sum of the best path to the right, and the row of each of its steps.

    Paths end whose sum has dropped below the best so far by what a gap of so many
    steps costs. Where there is no ridge, moving aside costs two steps more, so that no
    path changes over to the line beside it.
    """
    drop, aside = gap * limit, limit * ASIDE[:, np.newaxis]
    sums, low = np.zeros(1), row  # of the paths alive, whose rows begin at low
    best_sum, best_end = 0.0, (0, row)
    trail: list[tuple[int, NDArray[np.int64]]] = []
    for column in range(gain.shape[1]):
        ways = _ways(sums)
        first = low - REACH
        top, bottom = max(0, first), min(gain.shape[0], first + len(ways))
        here = gain[top:bottom, column]
        ways = ways[top - first : bottom - first] - np.where(here < 0, aside, 0.0).T
        came = ways.argmax(axis=1)
        sums = ways[np.arange(len(ways)), came] + here
        trail.append((top, np.arange(top, bottom) + came - REACH))
        place = int(sums.argmax())
        if sums[place] > best_sum:
            best_sum, best_end = float(sums[place]), (column + 1, top + place)
        alive = np.flatnonzero(sums >= best_sum - drop)
        if not len(alive):
            break
        sums, low = sums[alive[0] : alive[-1] + 1], top + int(alive[0])
    return best_sum, _retrace(trail, *best_end)


def _ways(sums: NDArray[np.float64]) -> NDArray[np.float64]:
    """Shape (m + 4, 5): the sums from which each row is reached, one row further each.

    A view of rows that overlap, made without NumPy's own, which takes longer than all
    else of a step.
    """
    padded = np.full(len(sums) + 4 * REACH, -np.inf)
    padded[2 * REACH : -2 * REACH] = sums
    size = (len(sums) + 2 * REACH, 2 * REACH + 1)
    return np.ndarray(size, np.float64, padded, strides=padded.strides * 2)


def _retrace(
    trail: list[tuple[int, NDArray[np.int64]]], steps: int, row: int
) -> list[int]:
    rows = []
    for top, came in reversed(trail[:steps]):
        rows.append(row)
        row = int(came[row - top])
    return rows[::-1]


def _smooth(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean over a few steps, in which the ends count as straight on."""
    half = min(SMOOTH // 2, len(rows) - 1)
    padded = np.pad(rows, half, mode="reflect", reflect_type="odd")
    return np.convolve(padded, np.full(2 * half + 1, 1 / (2 * half + 1)), "valid")


def _line(across: Profile, strength: float) -> Line:
    length = float(np.hypot(*np.diff(across.points, axis=0).T).sum())
    corners = cv2.approxPolyDP(across.points.astype(np.float32), 0.5, closed=False)
    return Line(
        points=tuple((float(row), float(column)) for row, column in corners[:, 0]),
        length_px=length,
        width_px=across.width_px,
        contrast=across.contrast,
        strength=strength,
    )


def _pass(shown: Plane, points: NDArray[np.float64], settings: LineStrength) -> None:
    """Take a trace and what is near it out of the map."""
    mask = np.zeros(shown.shape, np.uint8)
    cells = np.rint((points + 0.5) / CELL_PX - 0.5).astype(np.int32)[:, ::-1]
    thick = 2 * round((settings.width_px + settings.length_px / 2) / CELL_PX) + 1
    cv2.polylines(mask, [cells.reshape(-1, 1, 2)], False, 1, thick)
    shown[mask > 0] = 0.0

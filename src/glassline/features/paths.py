"""The best paths over a plane of cells: of one length, or of any."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from glassline.features.workspace import Plane, Workspace

__all__ = ["AHEAD_XY", "best_paths", "best_sum", "whole_paths"]

STRIP = 4  # times as long as wide
STRIP_CELLS = 1 << 16  # planes of so many stay in the processor's cache
SMALL_CELLS = 1 << 17  # so many nearly do: strips that overlap cost as much
AHEAD_XY = (  # the three next cells of a path that runs right, down, or aslant
    ((1, -1), (1, 0), (1, 1)),
    ((-1, 1), (0, 1), (1, 1)),
    ((0, 1), (1, 1), (1, 0)),
    ((0, 1), (-1, 1), (-1, 0)),
)


def best_paths(ridges: Sequence[Plane], steps: int) -> Plane:
    """Mean ridge on the weaker of the two ways along the best path of each cell.

    A path takes `steps` steps ahead from a cell, each to one of the three next
    cells of its heading (right, down, or aslant), and as many back; beyond the
    border the ridge is 0.

    Args:
        ridges: One plane for all headings, or one for each, in the order of `AHEAD_XY`.
        steps: Each way, at least 1.

    Example:
        A row of five ones: only the middle cell has two ones on both sides.

        >>> best_paths([np.ones((1, 5), dtype=np.float32)], 2)
        array([[0. , 0.5, 1. , 0.5, 0. ]], dtype=float32)
    """
    rows, columns = ridges[0].shape
    best = np.empty((rows, columns), dtype=np.float32)
    is_small = best.size <= SMALL_CELLS
    at_once = rows if is_small else STRIP_CELLS // columns + steps
    size_hw = (min(rows, at_once + 2 * steps) + 2, columns + 2)
    memory = [np.zeros(size_hw, dtype=np.float32) for _ in range(5)]
    for begin in range(0, rows, at_once):
        end = min(rows, begin + at_once)
        first, last = max(0, begin - steps), min(rows, end + steps)
        planes = [each[: last - first + 2] for each in memory]
        for each in planes:
            each[-1] = 0.0  # of the strip before, which may have had more rows
        found = _best_in_strip([each[first:last] for each in ridges], steps, planes)
        best[begin:end] = found[begin - first : end - first]
    best *= np.float32(1.0 / steps)
    return best


def _best_in_strip(
    ridges: Sequence[Plane], steps: int, planes: Sequence[Plane]
) -> Plane:
    """Sum of the ridge on the weaker way; right where a path does not leave the strip."""
    framed, best, ahead, back, field = planes  # a frame of 0 around each
    framed[1:-1, 1:-1] = ridges[0]
    columns = framed.shape[1]
    for place, nexts in enumerate(AHEAD_XY):
        if place and len(ridges) > 1:
            framed[1:-1, 1:-1] = ridges[place]
        offsets = [y * columns + x for x, y in nexts]
        _follow(framed, offsets, steps, field, out=ahead)
        _follow(framed, [-offset for offset in offsets], steps, field, out=back)
        weaker = np.minimum(ahead, back, out=back)
        if place:
            np.maximum(best, weaker, out=best)
        else:
            np.copyto(best, weaker)
    return best[1:-1, 1:-1]


def _follow(
    ridge: Plane, offsets: list[int], steps: int, field: Plane, *, out: Plane
) -> None:
    """Sum the ridge on the best path from each cell, the cell itself left out.

    Rows lie one after the other in memory, so that a step to the next cell is one
    offset for all of them; the frame of zeros takes what would wrap around.
    """
    edge = ridge.shape[1] + 1
    inner = slice(edge, ridge.size - edge)
    total, here, gain = (each.reshape(-1)[inner] for each in (out, field, ridge))
    ahead = [
        [flat[edge + each : flat.size - edge + each] for each in offsets]
        for flat in (ridge.reshape(-1), field.reshape(-1))
    ]
    ends = out[:, :: out.shape[1] - 1]
    for step in range(steps):
        if step:
            np.add(gain, total, out=here)
        first, second, third = ahead[min(step, 1)]
        np.maximum(first, second, out=total)
        np.maximum(total, third, out=total)
        ends[...] = 0.0


def best_sum(gain: Plane, workspace: Workspace | None = None) -> float:
    """Largest sum of gain on any path; 0 where no cell is above 0.

    A path may begin and end anywhere. It runs right or down, each step to one of
    the three next cells, so any line that keeps within 45 degrees of right or of
    down lies on one; aslant it has fewer cells than it is long.

    Args:
        gain: Shape (rows, columns), below 0 where going on should cost.
        workspace: Memory to work in; left out, fresh memory.

    Example:
        The path 2 - 1 + 3 is worth its gap.

        >>> best_sum(np.array([[2, -1, 3, -4]], dtype=np.float32))
        4.0

    Source:
        Sums that start anew where they would fall below 0: T. F. Smith and M. S.
        Waterman, J. Molecular Biology 147, 1981, doi:10.1016/0022-2836(81)90087-5,
        there over two sequences, here over the cells of an image.
    """
    sweeps = _together(gain.shape, (_upright(gain),), (gain,))
    ends = (lanes.max() for lanes, _ in (_swept(each, workspace) for each in sweeps))
    return max(0.0, float(max(ends)))


def whole_paths(gain: Plane) -> Plane:
    """Largest sum of gain on any path through each cell; 0 where none is above 0.

    All cells of the best path hold the same number, to rounding: `best_sum`.

    Args:
        gain: Shape (rows, columns), as there.

    Example:
        >>> whole_paths(np.array([[2, -1, 3, -4]], dtype=np.float32))
        array([[4., 4., 4., 0.]], dtype=float32)
    """
    upright = _upright(gain)
    sweeps = _together(gain.shape, (upright, upright[::-1]), (gain, gain[::-1]))
    right, left, down, up = (part for each in sweeps for part in _swept(each)[1])
    total = np.maximum(_upright(right + left[::-1]), down + up[::-1])
    total -= gain  # each way has counted it
    return np.asarray(np.maximum(total, np.float32(0.0), out=total))


def _upright(plane: Plane) -> Plane:
    """Rows as columns, one after the other in memory."""
    return np.asarray(cv2.transpose(plane), dtype=np.float32)


def _together(
    shape: tuple[int, ...], level: tuple[Plane, ...], steep: tuple[Plane, ...]
) -> tuple[tuple[Plane, ...], ...]:
    """Sweep both kinds of way at once, but on a strip, whose lanes would be a square."""
    is_strip = max(shape) > STRIP * min(shape)
    return (level, steep) if is_strip else ((*level, *steep),)


def _swept(
    ways: tuple[Plane, ...], workspace: Workspace | None = None
) -> tuple[Plane, list[Plane]]:
    """Best sum of the paths that end in each cell: for all ways, and way by way.

    Row by row of each way, all at once: their rows lie side by side in a lane, walls
    between.
    """
    steps, width = (max(each.shape[axis] for each in ways) for axis in (0, 1))
    workspace = workspace or Workspace()
    lanes = workspace.plane("lanes", (steps, len(ways), width + 2))
    lanes[:] = -np.inf  # beyond the border no path goes on
    parts = [
        lanes[: each.shape[0], way, 1 : each.shape[1] + 1]
        for way, each in enumerate(ways)
    ]
    for part, each in zip(parts, ways, strict=True):
        part[:] = each
    flat = lanes.reshape(steps, -1)
    came = np.empty(flat.shape[1] - 2, dtype=np.float32)
    threes = sliding_window_view(flat[:-1], 3, axis=1).transpose(0, 2, 1)
    for three, here in zip(threes, flat[1:, 1:-1], strict=True):
        np.maximum.reduce(three, axis=0, initial=0.0, out=came)  # 0: it begins anew
        np.add(here, came, out=here)
    return lanes, parts

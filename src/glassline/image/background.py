"""Leave out of a photo what is not the part: its background, holes and own borders."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from glassline.arrays import Image, Kept, View
from glassline.image.filling import filled
from glassline.image.masks import CELL_PX, check_left
from glassline.recipe import Background

__all__ = ["background_of", "cells_of", "without_background"]

BESIDE = 0.005  # of the photo: a piece on its border that is smaller is a mark
HOLE = 0.02  # and inside: what is smaller may be a fault as bright as the table
EVEN = 0.08  # the levels of a table spread less over its cells, bare metal's more
NARROW = np.ones((3, 3), np.uint8)  # cells: what is narrower, as a scratch, stays
WIDER = np.ones((5, 5), np.uint8)  # two cells around: border, chamfer and shadow


def cells_of(plane: Image) -> NDArray[np.float32]:
    """Return the mean of every cell of 4 x 4 px, shape (ceil(h / 4), ceil(w / 4)).

    A cell that reaches beyond the photo is of what there is, its border repeated.

    Example:
        >>> plane = np.zeros((4, 8), np.float32)
        >>> plane[:, 4:6] = 1
        >>> print(cells_of(plane))
        [[0.  0.5]]
    """
    height, width = plane.shape
    whole = cv2.copyMakeBorder(
        plane, 0, -height % CELL_PX, 0, -width % CELL_PX, cv2.BORDER_REPLICATE
    )
    size_wh = (whole.shape[1] // CELL_PX, whole.shape[0] // CELL_PX)
    return np.asarray(cv2.resize(whole, size_wh, interpolation=cv2.INTER_AREA))


def background_of(plane: Image, background: Background) -> Kept:
    """Return the pixels that are not the part.

    In cells of 4 x 4 px: those whose mean is beyond the level and that lie in a square of
    3 x 3 such cells (what is narrower, as a scratch that runs to the border of the part,
    stays). Of them the pieces, joined by their sides, that are even: the means of their
    cells, less the outermost, spread by at most 0.08. On the border of the photo such a
    piece is at least 0.5 per cent of it; inside, as a hole, 2 per cent: what is smaller or
    uneven is a fault on the part, bare metal or glare. Two cells around the pieces are
    left out with them: the border of a part is no scratch.

    Args:
        plane: Shape (h, w), as taken.
        background: What to leave out.

    Returns:
        Shape (h, w), true outside the part.

    Example:
        A part of 0.2 with 16 columns of a white table beside it:

        >>> plane = np.full((32, 64), 0.2, np.float32)
        >>> plane[:, :16] = 1
        >>> found = background_of(plane, Background(above=0.6))
        >>> int(found.all(axis=0).sum()), bool(found[:, 24:].any())
        (24, False)
    """
    means, level = cells_of(plane), np.float32(background.level)
    beyond = means > level if background.side == "above" else means < level
    found = cv2.dilate(_pieces(means, _wide(beyond)), WIDER)
    height, width = plane.shape
    pixels = found.repeat(CELL_PX, axis=0).repeat(CELL_PX, axis=1)
    return np.asarray(pixels[:height, :width] > 0)


def _wide(cells: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Return the cells that lie in a square of 3 x 3; beyond the photo it goes on."""
    more = cv2.copyMakeBorder(cells.astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_REPLICATE)
    opened = cv2.morphologyEx(more, cv2.MORPH_OPEN, NARROW)
    return np.ascontiguousarray(opened[1:-1, 1:-1])


def _pieces(means: NDArray[np.float32], cells: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the cells of the pieces that are large and even enough."""
    rows, columns = cells.shape
    count, piece, about, _ = cv2.connectedComponentsWithStats(cells, connectivity=4)
    inner = cv2.erode(cells, NARROW, borderType=cv2.BORDER_REPLICATE)
    taken = np.zeros(count, np.uint8)
    large = about[1:, cv2.CC_STAT_AREA] >= BESIDE * cells.size  # 0 is all the rest
    for number in (1 + np.flatnonzero(large)).tolist():
        left, top, width, height, size = about[number].tolist()
        is_beside = (
            left == 0 or top == 0 or left + width == columns or top + height == rows
        )
        if not is_beside and size < HOLE * cells.size:
            continue
        own = slice(top, top + height), slice(left, left + width)
        level = means[own][(piece[own] == number) & (inner[own] > 0)]
        taken[number] = bool(level.size) and level.std(dtype=np.float64) <= EVEN
    return np.asarray(taken[piece])


def without_background(view: View, background: Background | None) -> View:
    """Return a view whose background does not count, filled from what does.

    Args:
        view: With the plane that the background is told by, if it has colour.
        background: None leaves the view as it is.

    Raises:
        ImageError: `too_small`: nearly all of the photo is background.
    """
    if background is None:
        return view
    taken = view.taken_or_grey
    plane = (
        taken
        if background.plane == "luma"
        else view.plane(background.plane).taken_or_grey
    )
    outside = background_of(plane, background)
    keep = ~outside if view.keep is None else view.keep & ~outside
    check_left(keep)
    if not outside.any():
        return view
    planes = {name: filled(each, keep) for name, each in view.planes.items()}
    return replace(
        view, grey=filled(taken, keep), keep=keep, taken=taken, planes=planes
    )

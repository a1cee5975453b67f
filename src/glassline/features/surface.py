"""What the four measurements share: smaller images, curvature, noise, cells."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from glassline.arrays import Image, View, check_image
from glassline.features.curvature import write_curvature
from glassline.features.ranks import median, some_of
from glassline.features.workspace import Plane, Workspace, strips

__all__ = [
    "CELL_PX",
    "DARKEST",
    "GREY_STEP",
    "LEAST",
    "MEDIAN_SAMPLES",
    "Cells",
    "Curvature",
    "Surface",
    "facing",
    "spread_of",
    "step_px",
]

Cells = NDArray[np.bool_]
"""Which places of a plane count."""

GREY_STEP = 1.0 / 255.0  # of an 8-bit camera: a quarter of it is no evidence
DARKEST = 4.0 * GREY_STEP  # a mean below it is no brightness to compare with
CELL_PX = 4  # readings are compared, and maps drawn, in cells of this side
MEDIAN_SAMPLES = 1 << 13  # the median of so many pixels is good to 1.5 per cent
TILE_PX = 16  # local noise: mean over tiles of this side, then over 3 x 3 tiles
NORMAL_MAD = 1.4826  # standard deviation of a Gaussian over its median deviation
HALVINGS = 3  # of the photo: to an eighth
LEAST = np.float32(1e-6)  # share of a place that counts: divides none by 0
NORMAL_MEAN = 1.2533  # and over its mean deviation: sqrt(pi / 2)


@dataclass(frozen=True, eq=False)
class Curvature:
    """How brightness curves at one line width.

    With L the Hessian of the blurred photo, the eigenvalues are mean + turn and
    mean - turn: both positive in a dark pit, one in a dark valley; negative on
    bright bumps and ridges.

    Attributes:
        mean: (Lxx + Lyy) / 2, grey levels, scaled by sigma^2.
        turn: sqrt(((Lxx - Lyy) / 2)^2 + Lxy^2), >= 0, in the same unit.
        noise: Standard deviation of `mean` on the surface itself, > 0.
    """

    mean: Plane
    turn: Plane
    noise: float


class Surface:
    """One photo, and the pictures derived from it that several features need.

    Each derived picture is computed when it is first asked for, and kept.

    Args:
        image: Shape (h, w), grey, 0 black to 1 white, float32, h and w >= 1; or a view
            of it, whose pixels that do not count drive nothing.
        workspace: Memory to work in, of which no other surface is in use; left
            out, fresh memory.

    Raises:
        ShapeError: The image is not (h >= 1, w >= 1).
        InputError: A pixel is NaN or infinite.

    Example:
        >>> surface = Surface(np.full((16, 24), 0.5, dtype=np.float32))
        >>> surface.smaller(2).shape, surface.cells_hw
        ((8, 12), (4, 6))
    """

    def __init__(self, image: Image | View, workspace: Workspace | None = None) -> None:
        self.view = view = View.of(image)
        self.image: Plane = np.ascontiguousarray(view.grey, dtype=np.float32)
        self.workspace = workspace or Workspace()
        self.workspace.begin(self.image.shape)
        self._smaller: dict[int, Plane] = {1: self.image}
        self._curvature: dict[float, Curvature] = {}
        self._kept: dict[tuple[int, ...], Cells] = {}
        self._planes: dict[str, Surface] = {}  # not this one: its memory goes with it
        if view.keep is not None and not view.keep.all():
            self._kept = self._coarser(view.keep)
        if not self._is_surely_finite():
            check_image(view.grey)

    def of(self, settings: Any) -> Surface:
        """Return the surface on the plane that settings name; luma is this one."""
        name = getattr(settings, "plane", "luma")
        if name == "luma":
            return self
        if name not in self._planes:
            memory = self.workspace.beside(name)
            self._planes[name] = Surface(self.view.plane(name), memory)
        return self._planes[name]

    def _coarser(self, keep: Cells) -> dict[tuple[int, ...], Cells]:
        """Which places count, at each step: those of which all pixels do."""
        steps, share = {keep.shape: keep}, keep.astype(np.float32)
        for _ in range(HALVINGS):
            share = self.halved(share, "share")
            steps[share.shape] = share == 1.0
        return steps

    def _is_surely_finite(self) -> bool:
        """Look at the smaller photo, and at the odd edge that it leaves out."""
        if self.image.ndim != 2 or not self.image.size:
            return False
        rows, columns = (side // 2 * 2 for side in self.image.shape)
        parts = (self.smaller(2), self.image[rows:], self.image[:, columns:])
        return math.isfinite(sum(cv2.sumElems(part)[0] for part in parts if part.size))

    @property
    def cells_hw(self) -> tuple[int, int]:
        """Rows and columns of cells; a last part of a cell is left out."""
        rows, columns = self.smaller(CELL_PX).shape
        return rows, columns

    @property
    def kept_cells(self) -> Cells | None:
        """The cells that count: all of whose pixels do; None where every cell does."""
        return self._kept.get(self.cells_hw)

    def kept(self, plane: Plane) -> Cells | None:
        """Return which places of a plane of any step count; None where all do."""
        return self._kept.get(plane.shape)

    def counted(self, plane: Plane) -> Plane:
        """Return the values of the places that count, as one row; all as they stand."""
        kept = self.kept(plane)
        return plane if kept is None or not kept.any() else plane[kept][np.newaxis]

    def blanked(self, plane: Plane) -> Plane:
        """Return a plane that is 0 where its places do not count."""
        kept = self.kept(plane)
        if kept is None:
            return plane
        return np.where(kept, plane, np.float32(0.0))

    def smaller(self, step: int) -> Plane:
        """Return the photo averaged over step x step pixels; step 1, 2, 4 or 8."""
        if step not in self._smaller:
            larger = self.smaller(step // 2)
            self._smaller[step] = self.halved(larger, "smaller")
        return self._smaller[step]

    def halved(self, plane: Plane, name: str) -> Plane:
        """Return a plane averaged over 2 x 2 places, in the memory of this name."""
        even = _even(plane)
        rows, columns = even.shape[0] // 2, even.shape[1] // 2
        kept = self.workspace.plane(name, (rows, columns))
        cv2.resize(even, (columns, rows), dst=kept, interpolation=cv2.INTER_AREA)
        return kept

    def curvature(self, width_px: float) -> Curvature:
        """Return the curvature to which a line of this width answers most.

        The photo is first made smaller, so that the blur has 1 to 2 pixels there;
        sigma is half the line's width, and the scale factor sigma^2 makes lines of
        any width and the same contrast answer alike.

        Source:
            T. Lindeberg, Int. J. Computer Vision 30(2), 1998,
            doi:10.1023/A:1008045108935.
        """
        if width_px not in self._curvature:
            self._curvature[width_px] = self._measure(width_px)
        return self._curvature[width_px]

    def _measure(self, width_px: float) -> Curvature:
        step = step_px(width_px)
        sigma = width_px / (2 * step)
        photo = self.smaller(step)
        mean, turn = (
            self.workspace.plane(f"{name} {width_px}", photo.shape)
            for name in ("mean", "turn")
        )
        write_curvature(photo, sigma, self.workspace, mean=mean, turn=turn)
        spread = spread_of(self.counted(mean))
        return Curvature(mean, turn, max(spread, GREY_STEP / 4.0))

    def local_noise(self, width_px: float) -> Plane:
        """Return the noise of the curvature around each cell, > 0.

        The mean size of the curvature over some 48 px, where nothing counts for
        more than three times the noise of the whole surface, so that a line or a
        speck hardly raises it but rough material does. At least half the noise of
        the whole surface. It is written again for the next that is asked for.
        """
        found = self.curvature(width_px)

        def size_of(rows: slice) -> Plane:
            part = found.mean[rows]
            size = np.abs(part, out=self.workspace.plane("part", part.shape))
            cap(size, 3.0 * found.noise)
            return size

        size = self.cells_of(found.mean.shape, size_of, self.averaged)
        return self._noise_around(size, found.noise)

    def noise_around(self, size: Plane, noise: float) -> Plane:
        """Return the noise around each cell of what has this size there, and noise over all.

        As `local_noise` does of the curvature; the size is written over.
        """
        cap(size, 3.0 * noise)
        return self._noise_around(size, noise)

    def _noise_around(self, size: Plane, noise: float) -> Plane:
        around, kept = _around(self.blanked(size), self.cells_hw), self.kept_cells
        if kept is not None:  # the mean of those that count; none near: as everywhere
            share = _around(kept.astype(np.float32), self.cells_hw)
            usual = np.float32(noise / NORMAL_MEAN)
            around /= np.maximum(share, LEAST)
            around[share == 0] = usual
        rows, columns = self.cells_hw
        smooth = self.workspace.plane("around", (rows, columns))
        cv2.resize(around, (columns, rows), dst=smooth, interpolation=cv2.INTER_LINEAR)
        np.maximum(smooth, np.float32(0.5 * noise / NORMAL_MEAN), out=smooth)
        smooth *= np.float32(NORMAL_MEAN)
        return smooth

    def cells_of(
        self,
        size_hw: tuple[int, ...],
        part_of: Callable[[slice], Plane],
        join: Callable[[Plane, int], Plane],
    ) -> Plane:
        """Return a plane of cells that is worked out of some rows of a finer one at a time.

        Args:
            size_hw: Of the finer plane.
            part_of: Makes what stands in some rows of it.
            join: Makes so many rows of cells of these: `largest`, or `averaged`.
        """
        rows, columns = self.cells_hw
        if size_hw[0] < rows or size_hw[1] < columns:  # a cell has no pixel of its own
            return join(part_of(slice(0, size_hw[0])), rows)
        cells = self.workspace.plane("cells", (rows, columns))
        step, done = max(1, size_hw[0] // rows), 0
        for part in strips(size_hw):
            end = rows if part.stop == size_hw[0] else part.stop // step
            cells[done:end] = join(part_of(part), end - done)
            done = end
        return cells

    def largest(self, plane: Plane, rows: int) -> Plane:
        """Return the largest value in each cell of so many rows of cells."""
        columns = self.cells_hw[1]
        if plane.shape[0] >= 2 * rows and plane.shape[1] >= 2 * columns:
            tall = plane[: 2 * rows, : 2 * columns]
            wide = self.workspace.plane("wide", (rows, 2 * columns))
            cv2.max(tall[0::2], tall[1::2], dst=wide)
            return np.asarray(np.maximum(wide[:, 0::2], wide[:, 1::2]))
        if plane.shape == (rows, columns):
            return plane
        larger = cv2.resize(plane, (columns, rows), interpolation=cv2.INTER_LINEAR)
        return np.asarray(larger)

    def averaged(self, plane: Plane, rows: int | None = None) -> Plane:
        """Return the mean over each cell, of a picture of a finer step; or itself.

        By halves: for those OpenCV is several times as fast as for other steps.

        Args:
            plane: All of the picture, or what makes some rows of cells.
            rows: How many of these; left out, all.
        """
        columns = self.cells_hw[1]
        rows = self.cells_hw[0] if rows is None else rows
        while plane.shape[0] >= 2 * rows and plane.shape[1] >= 2 * columns:
            plane = self.halved(plane, "averaged")
        if plane.shape[0] > rows or plane.shape[1] > columns:  # a ribbon
            resized = cv2.resize(plane, (columns, rows), interpolation=cv2.INTER_AREA)
            plane = np.asarray(resized, dtype=np.float32)
        return plane

    def shown(self, blocks: Plane) -> Plane:
        """Return a coarser picture as a map of cells, each block in one grey."""
        size_wh = self.cells_hw[::-1]
        larger = cv2.resize(blocks, size_wh, interpolation=cv2.INTER_NEAREST)
        return np.asarray(larger, dtype=np.float32)


def _around(plane: Plane, cells_hw: tuple[int, int]) -> Plane:
    """Mean over tiles of 16 px, then over 3 x 3 of them, of a plane of any step."""
    rows, columns = cells_hw
    per_tile = TILE_PX // CELL_PX
    tiles = cv2.resize(
        plane,
        (max(1, columns // per_tile), max(1, rows // per_tile)),
        interpolation=cv2.INTER_AREA,
    )
    around = cv2.blur(tiles, (3, 3), borderType=cv2.BORDER_REPLICATE)
    return np.asarray(around, dtype=np.float32)


def step_px(width_px: float) -> int:
    """Return how much smaller the photo is made for lines of this width."""
    return 2 if width_px < 8 else 4 if width_px < 16 else 8


def cap(values: Plane, limit: float) -> None:
    """Let no value be above the limit, in place: the fastest of the ways to."""
    cv2.threshold(values, limit, 0.0, cv2.THRESH_TRUNC, dst=values)


def facing(mean: Plane, polarity: str, *, out: Plane) -> Plane:
    """Write the curvature so that what is looked for is positive; return `out`."""
    if polarity == "dark":
        np.copyto(out, mean)
    elif polarity == "bright":
        np.negative(mean, out=out)
    else:
        np.abs(mean, out=out)
    return out


def _even(image: Plane) -> Plane:
    """Leave out a last odd row or column; repeat the only one."""
    if min(image.shape) < 2:
        repeats = [2 if side < 2 else 1 for side in image.shape]
        image = np.repeat(np.repeat(image, repeats[0], axis=0), repeats[1], axis=1)
    rows, columns = image.shape
    return image[: rows - rows % 2, : columns - columns % 2]


def spread_of(values: Plane) -> float:
    """Return the robust standard deviation: 1.4826 times the median deviation of some."""
    some = some_of(values, MEDIAN_SAMPLES)
    return NORMAL_MAD * median(np.abs(some - np.float32(median(some))))

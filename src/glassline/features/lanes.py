"""Sums of four pixels in a row along four headings, beside others of their kind."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from glassline.features.surface import CELL_PX
from glassline.features.workspace import Plane, Workspace

__all__ = ["ASLANT", "HEADINGS", "Lines", "Sampled", "Strips"]

Sampled = tuple[tuple[NDArray[np.int64], NDArray[np.int64]], ...]
"""Row and column, in cells, of some lines of each lane, row by row."""

HEADINGS = 4
ASLANT = math.sqrt(2.0)  # columns for a distance across a heading of 45 degrees
STRIP_CELLS = 1 << 15  # with so many cells all planes of a strip stay in the cache
LEAST_AT_ONCE = 8  # rows of cells: the edge is mirrored over less than they have
STRAIGHT = (0, 0, 0, 0)
FALLING = (-1, 0, 1, 2)  # columns of a line down to the right, from its own
RISING = (2, 1, 0, -1)


@dataclass(frozen=True, eq=False)
class Lines:
    """The lines of one heading through some rows of cells, and memory to compare them in.

    A cell has four of them side by side. Each of four lanes holds one of every cell,
    cell after cell and row after row, with a frame around: what lies beside a line is
    equally far in memory for all of a lane, so arithmetic runs over thousands of numbers.

    Attributes:
        sums: Of four pixels each, lane after lane.
        shape: Lanes, rows of cells and cells of them, frame included.
        inside: Rows and cells within the frame.
        beside: How far before and after each lane the lines beside it lie.
        memory: For what is worked out of a lane, and of all.
    """

    sums: Plane
    shape: tuple[int, int, int]
    inside: tuple[slice, slice]
    beside: tuple[tuple[int, int], ...]
    memory: Sequence[Plane]

    def compared(self, polarity: str) -> tuple[Plane, Plane]:
        """Compare each line with those beside it.

        Returns:
            Of each cell the largest by how much a line is darker than both or brighter
            than both, whichever the polarity asks for; and the sum over its lines of how
            far what both add up to is from twice the line. Shape (rows, columns).
        """
        _, rows, wide = self.shape
        plane, above = rows * wide, self.inside[0].start * wide
        most, total, *memory = (each[:plane] for each in self.memory)
        for lane, (one, other) in enumerate(self.beside):
            # The frame of the first and the last lane may have nothing beside it.
            start = max(lane * plane + above, -one, -other)
            stop = min((lane + 1) * plane - above, self.sums.size - max(one, other))
            here = slice(start - lane * plane, stop - lane * plane)
            low, high, between, doubled = (each[here] for each in memory)
            before, middle, after = (
                self.sums[start + far : stop + far] for far in (one, 0, other)
            )
            if polarity != "bright":
                np.minimum(before, after, out=low)
                np.subtract(low, middle, out=low)
            if polarity != "dark":
                np.maximum(before, after, out=high)
                np.subtract(middle, high, out=high)
            if polarity == "either":
                np.maximum(low, high, out=low)
            contrast = high if polarity == "bright" else low
            np.add(before, after, out=between)
            np.add(middle, middle, out=doubled)
            if lane:
                cv2.absdiff(between, doubled, dst=between)
                np.add(total[here], between, out=total[here])
                np.maximum(most[here], contrast, out=most[here])
            else:
                cv2.absdiff(between, doubled, dst=total[here])
                np.copyto(most[here], contrast)
        rows_inside, cells = self.inside
        most, total = (each.reshape(rows, wide) for each in (most, total))
        return most[rows_inside, cells], total[rows_inside, cells]

    def bends(self, sampled: Sampled, first: int) -> list[Plane]:
        """Return what both beside some lines add up to less twice the line, by lane.

        Args:
            sampled: Row and column of cells of the lines of each lane, row by row.
            first: Row of cells that these lines begin with.
        """
        _, rows, wide = self.shape
        inside, cells = (each.start for each in self.inside)
        last = first + rows - 2 * inside
        found = []
        for lane, (row, column) in enumerate(sampled):
            low, high = np.searchsorted(row, (first, last))
            places = row[low:high] * wide
            places += column[low:high]
            before, after = self.beside[lane]
            least = min(before, 0, after)
            places += (lane * rows + inside - first) * wide + cells + least
            one, middle, other = (
                self.sums[far - least :].take(places) for far in (before, 0, after)
            )
            one += other
            one -= np.float32(2.0) * middle
            found.append(one)
        return found


class Strips:
    """A photo of whole cells as lines of four pixels, some rows of cells at a time.

    Args:
        photo: Shape (rows, columns), both multiples of 4.
        distance: How far beside a line others are looked at, px.
        workspace: Memory to work in.
    """

    def __init__(self, photo: Plane, distance: int, workspace: Workspace) -> None:
        self._photo, self._distance = photo, distance
        tall, wide = (side // CELL_PX for side in photo.shape)
        aslant = round(ASLANT * distance)
        self._tall, self._wide, self._aslant = tall, wide, aslant
        self._above, self._frame = (-(-each // CELL_PX) for each in (distance, aslant))
        self._at_once = min(tall, max(LEAST_AT_ONCE, STRIP_CELLS // wide))
        count = (self._at_once + 2 * self._above) * (wide + 2 * self._frame)
        self._pixels = tuple(
            workspace.plane(f"lanes of pixels {name}", (CELL_PX**2 * count,))
            for name in ("framed", "apart")
        )
        self._sums = workspace.plane("lanes", (CELL_PX * count,))
        self._memory = tuple(
            workspace.plane(f"lanes {name}", (count,))
            for name in ("most", "total", "low", "high", "between", "doubled")
        )
        for each in (*self._pixels, self._sums, *self._memory):
            each.fill(0.0)  # the frame is worked with as well
        self._edges = {by: _edges(by, CELL_PX * wide) for by in {distance, aslant}}

    def __iter__(self) -> Iterator[tuple[slice, Iterator[Lines]]]:
        """Yield some rows of cells and the lines through them, heading by heading."""
        for begin in range(0, self._tall, self._at_once):
            strip = slice(begin, min(self._tall, begin + self._at_once))
            yield strip, self._lines(strip)

    def _lines(self, strip: slice) -> Iterator[Lines]:
        pixels = self._lanes(strip)
        yield self._level(pixels)
        yield self._beside(pixels, STRAIGHT, self._distance)
        yield self._beside(pixels, FALLING, self._aslant)
        yield self._beside(pixels, RISING, self._aslant)

    def _lanes(self, strip: slice) -> Plane:
        """Pixels by column and by row within a cell, shape (4, 4, rows, columns).

        With cells above and below, left and right, mirrored at the photo's border.
        """
        top, bottom = strip.start - self._above, strip.stop + self._above
        first, last = max(0, top), min(self._tall, bottom)
        shape = (CELL_PX, bottom - top, CELL_PX * (self._wide + 2 * self._frame))
        steps, lanes = (each[: math.prod(shape)] for each in self._pixels)
        framed, edge = steps.reshape(shape), CELL_PX * self._frame
        for step, rows in enumerate(framed):
            photo = self._photo[CELL_PX * first + step : CELL_PX * last : CELL_PX]
            rows[first - top : last - top, edge:-edge] = photo
        framed[:, :, edge - 2 : edge] = framed[:, :, edge + 2 : edge : -1]
        framed[:, :, -edge : 2 - edge] = framed[:, :, -edge - 2 : -edge - 4 : -1]
        beyond = np.r_[
            CELL_PX * top : CELL_PX * first, CELL_PX * last : CELL_PX * bottom
        ]
        if beyond.size:
            within = _mirrored(beyond, CELL_PX * self._tall)
            (to_row, to_step), (row, step) = (
                np.divmod(each - CELL_PX * top, CELL_PX) for each in (beyond, within)
            )
            framed[to_step, to_row] = framed[step, row]
        cv2.split(steps.reshape(-1, 1, CELL_PX), list(lanes.reshape(CELL_PX, -1, 1)))
        return lanes.reshape(CELL_PX, CELL_PX, bottom - top, -1)

    def _mirror(self, lanes: Plane, by: int) -> None:
        """Fill so many columns of pixels to the left and right from those within."""
        to_lane, to_cell, lane, cell = self._edges[by]
        lanes[to_lane, ..., self._frame + to_cell] = lanes[
            lane, ..., self._frame + cell
        ]

    def _level(self, pixels: Plane) -> Lines:
        """Lines that run right: of four columns, one below the other."""
        shape = pixels.shape[1:]
        sums = self._sums[: math.prod(shape)]
        first, *others = (each.reshape(-1) for each in pixels)
        np.add(first, others[0], out=sums)
        for each in others[1:]:
            np.add(sums, each, out=sums)
        return self._made(sums, shape, self._distance, above=self._above)

    def _beside(self, pixels: Plane, begins: Sequence[int], aside: int) -> Lines:
        """Lines that go on by a row at each step, beside them others that far aside."""
        inner = slice(self._above, pixels.shape[2] - self._above)
        shape = (CELL_PX, inner.stop - inner.start, pixels.shape[3])
        sums = self._sums[: math.prod(shape)]
        wide = shape[2]
        plane = pixels.shape[2] * wide
        flat = pixels.reshape(CELL_PX, CELL_PX, plane)
        low, high = inner.start * wide, inner.stop * wide
        for lane, total in enumerate(sums.reshape(CELL_PX, -1)):
            places = (divmod(lane + begin, CELL_PX) for begin in begins)
            parts = [
                flat[at, step, low + cell : high + cell]
                for step, (cell, at) in enumerate(places)
            ]
            np.add(parts[0], parts[1], out=total)
            np.add(total, parts[2], out=total)
            np.add(total, parts[3], out=total)
        self._mirror(sums.reshape(shape), aside)
        return self._made(sums, shape, aside, above=0)

    def _made(
        self, sums: Plane, shape: tuple[int, ...], aside: int, *, above: int
    ) -> Lines:
        _, rows, wide = shape
        step = wide if above else 1

        def far(lane: int, by: int) -> int:
            cell, to = divmod(lane + by, CELL_PX)
            return (to - lane) * rows * wide + cell * step

        beside = tuple((far(lane, -aside), far(lane, aside)) for lane in range(CELL_PX))
        inside = slice(above, rows - above), slice(self._frame, wide - self._frame)
        return Lines(sums, (CELL_PX, rows, wide), inside, beside, self._memory)


def _edges(by: int, columns: int) -> tuple[NDArray[np.int64], ...]:
    """Lane and cell of columns beyond the border, and of those that mirror them."""
    beyond = np.r_[-by:0, columns : columns + by]
    (to_cell, to_lane), (cell, lane) = (
        np.divmod(each, CELL_PX) for each in (beyond, _mirrored(beyond, columns))
    )
    return to_lane, to_cell, lane, cell


def _mirrored(places: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """Places beyond a border as those within that mirror them, the border's own once."""
    last = count - 1
    return np.asarray(last - np.abs(last - places % (2 * last)))

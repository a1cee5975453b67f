"""The nearest point of a polyhedron, by a finite active-set method."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Projection", "project"]

ROUNDING = 8 * np.finfo(np.float64).eps  # of the terms of a sum: as good as 0
ROUNDS = 20  # a side; each raises the distance, so sums without error need far fewer

Numbers = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Projection:
    """The nearest point, or the proof that there is none.

    Attributes:
        point: Shape (d,), or None where the polyhedron is empty.
        multipliers: Shape (r,), >= 0, one a row. With a point: it is the rows by
            these weights, but for the bounds. Without: the rows by these weights
            make one row that no point within the bounds can meet.
    """

    point: Numbers | None
    multipliers: Numbers


def project(rows: Numbers, least: Numbers, low: Numbers, high: Numbers) -> Projection:
    """Return the point nearest the origin with rows @ t >= least, low <= t <= high.

        min |t|^2 / 2    subject to    rows t >= least,    low <= t <= high

    A violated row is taken up and the others pushed along; one whose push would
    turn into a pull is let go. Each round raises the distance, no set of active
    rows comes twice, and the last set is solved as the small linear system it is:
    the answer is exact but for rounding, also where rows depend on each other.

    Args:
        rows: Shape (r, d), each of length 1 or all 0.
        least: Shape (r,), finite.
        low: Shape (d,), may be -inf; below `high`.
        high: Shape (d,), may be inf.

    Example:
        The line 3 t_1 + 4 t_2 = 10 is 2 away; with t_1 <= 0 it is met at 2.5.

        >>> row, free = np.array([[0.6, 0.8]]), np.full(2, np.inf)
        >>> project(row, np.array([2.0]), -free, free).point.round(12).tolist()
        [1.2, 1.6]
        >>> held = project(row, np.array([2.0]), -free, np.array([0, np.inf]))
        >>> held.point.round(12).tolist()
        [0.0, 2.5]

    Source:
        D. Goldfarb and A. Idnani, Mathematical Programming 27(1), 1983,
        doi:10.1007/BF02591962, with the identity for their matrix.
    """
    search = _Search(rows, least, low, high)
    for _ in range(ROUNDS * (len(rows) + 2 * len(low))):
        worst = search.most_violated()
        if worst is None:
            break
        if not search.take(worst):
            return Projection(None, search.multipliers())
    return Projection(search.point, search.multipliers())


@dataclass(frozen=True)
class _Side:
    """One wall (sign 0), or the low (1) or high (-1) end of a coordinate's range."""

    sign: int
    place: int


class _Search:
    """The point so far, the sides that hold it there, and how hard each pushes.

    A held coordinate is left out of every system: bounds are met to the last bit
    and depend on nothing, and only the walls are solved for.
    """

    def __init__(
        self, walls: Numbers, least: Numbers, low: Numbers, high: Numbers
    ) -> None:
        self.walls, self.least, self.low, self.high = walls, least, low, high
        self.point = np.zeros(walls.shape[1])
        self.is_free = np.ones(walls.shape[1], dtype=np.bool_)
        self.active: list[_Side] = []
        self.push: list[float] = []

    def most_violated(self) -> _Side | None:
        size = np.abs(self.point)
        terms = np.abs(self.least) + np.abs(self.walls) @ size
        lacks = (
            (0, self.least - self.walls @ self.point - ROUNDING * terms),
            (1, self.low - self.point - ROUNDING * size),
            (-1, self.point - self.high - ROUNDING * size),
        )
        worst, most = None, 0.0
        for sign, lack in lacks:
            place = int(lack.argmax()) if len(lack) else -1
            if place >= 0 and lack[place] > most:
                worst, most = _Side(sign, place), lack[place]
        return worst

    def take(self, side: _Side) -> bool:
        """Move until the side is met; False where the active ones forbid it."""
        row, push = self._row(side), 0.0
        while True:
            shares, left = self._split(row)
            square = float(left @ left)
            whole = self._lack(side) / square if square > 0 else np.inf
            block, place = self._first_let_go(shares)
            step = min(whole, block)
            if step == np.inf:
                self.active.append(side)
                self.push = [*(-share for share in shares), 1.0]
                return False
            self.point = self.point + (step if square > 0 else 0.0) * left
            self.push = [p - step * s for p, s in zip(self.push, shares, strict=True)]
            push += step
            if whole <= block:
                self.active.append(side)
                self.push.append(push)
                self._settle()
                return True
            del self.active[place], self.push[place]
            self._free()

    def multipliers(self) -> Numbers:
        """Return the push of each wall, shape (r,)."""
        found = np.zeros(len(self.walls))
        for side, push in zip(self.active, self.push, strict=True):
            if side.sign == 0:
                found[side.place] = max(push, 0.0)
        return found

    def _row(self, side: _Side) -> Numbers:
        if side.sign == 0:
            return np.asarray(self.walls[side.place])
        row = np.zeros(len(self.point))
        row[side.place] = side.sign
        return row

    def _lack(self, side: _Side) -> float:
        at = side.place
        if side.sign == 0:
            lack = self.least[at] - self.walls[at] @ self.point
        else:
            lack = (self.low if side.sign > 0 else self.high)[at] - self.point[at]
            lack *= side.sign
        return max(0.0, float(lack))

    def _split(self, row: Numbers) -> tuple[Sequence[float], Numbers]:
        """Write a row by the active ones: their shares, and what they leave."""
        held = self.walls[self._active_walls()]
        inside = held * self.is_free
        shares = _shortest(inside.T, row * self.is_free)
        rest = row - shares @ held
        left = np.where(self.is_free, rest, 0.0)
        terms = np.abs(row) + np.abs(shares) @ np.abs(held)
        noise = ROUNDING * np.where(self.is_free, terms, 0.0)
        if float(left @ left) <= float(noise @ noise):
            left = np.zeros_like(left)
        return self._pushes(shares, rest), left

    def _pushes(self, of_walls: Numbers, rest: Numbers) -> list[float]:
        """Return one number an active side: the walls' as given, the bounds' the rest."""
        walls = iter(of_walls.tolist())
        return [
            next(walls) if side.sign == 0 else side.sign * float(rest[side.place])
            for side in self.active
        ]

    def _first_let_go(self, shares: Sequence[float]) -> tuple[float, int]:
        """Return how far one may push until a side holds no more, and its place."""
        block, first = np.inf, -1
        for place, (push, share) in enumerate(zip(self.push, shares, strict=True)):
            if share > 0 and max(push, 0.0) / share < block:
                block, first = max(push, 0.0) / share, place
        return float(block), first

    def _active_walls(self) -> list[int]:
        return [side.place for side in self.active if side.sign == 0]

    def _free(self) -> None:
        self.is_free[:] = True
        for side in self.active:
            if side.sign:
                self.is_free[side.place] = False

    def _settle(self) -> None:
        """Meet the active sides to the last digit: bounds exactly, walls as one system."""
        self._free()
        walls = self._active_walls()
        held = self.walls[walls]
        inside = held * self.is_free
        point = np.zeros_like(self.point)
        for side in self.active:
            if side.sign:
                ends = self.low if side.sign > 0 else self.high
                point[side.place] = ends[side.place]
        point += _shortest(inside, self.least[walls] - held @ point)
        of_walls = _shortest(inside.T, point * self.is_free)
        self.point = point
        self.push = self._pushes(of_walls, point - of_walls @ held)


def _shortest(rows: Numbers, right: Numbers) -> Numbers:
    """Return the shortest solution of rows t = right, or the nearest to one."""
    if 0 in rows.shape:
        return np.zeros(rows.shape[1])
    if 1 in rows.shape and (square := float(rows.ravel() @ rows.ravel())):
        return np.asarray((rows.T @ right) / square)
    return np.asarray(np.linalg.lstsq(rows, right, rcond=None)[0], dtype=np.float64)

"""A box of readings in which sums may all be >= 0: bounded, solved, halved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import exp

import numpy as np
from numpy.typing import NDArray

from glassline.arrays import Values
from glassline.studies.comparison.acceptance.planes import Planes
from glassline.studies.comparison.acceptance.sums import Sum, log_above
from glassline.studies.comparison.differences import Judge
from glassline.studies.comparison.differences.pieces import (
    Box,
    Line,
    lead,
    most_in,
)

__all__ = ["Node", "Place"]

ROUNDS = 4  # of one programme: each adds the tangents at the last one's answer
ULP = 2.0**-50  # `math.exp` is nearer than this
Numbers = NDArray[np.float64]
Row = tuple[dict[int, Fraction], Fraction]
"""What each z_c counts for, and a constant."""


@dataclass(frozen=True, eq=False)
class Place:
    """A box, with z_c - z_0 of both models as straight lines over it.

    Attributes:
        box: Which.
        lines: [model][class]: normal and offset in v, exact.
        over: Shape (2, k, d + 1), the same over [0, 1]^d, the offset last.
        planes: What is >= 0 in the box besides: exact lines in v.
        walls: The same over [0, 1]^d, shape (m, d + 1).
    """

    box: Box
    lines: tuple[tuple[Line, ...], ...]
    over: Numbers
    planes: tuple[Line, ...]
    walls: Numbers

    @classmethod
    def of(cls, judges: tuple[Judge, Judge], box: Box, planes: Planes) -> Place | None:
        """Work out the lines of a box; None where it lies beyond one of the planes."""
        held = tuple(planes.rows(box))
        walls = np.array([_over(each, box) for each in held])
        walls = walls.reshape(len(held), len(box) + 1)
        most = np.maximum(walls[:, :-1], 0).sum(axis=1) + walls[:, -1]
        if (most < -1e-9 * np.abs(walls).sum(axis=1)).any():
            return None
        lines = tuple(
            tuple(lead(box, judges, at, c, 0) for c in range(judges[at].head.k))
            for at in (0, 1)
        )
        over = np.array([[_over(line, box) for line in of] for of in lines])
        return cls(box, lines, over, held, walls)

    def at(self, model: int, c: int, point: Values) -> float:
        """Return z_c - z_0 at a point of [0, 1]^d."""
        return float(self.over[model, c, :-1] @ point + self.over[model, c, -1])

    def readings(self, point: Values) -> Values:
        """Return the readings at a point of [0, 1]^d."""
        pairs = zip(self.box, point.tolist(), strict=True)
        return np.array([piece.reading(share) for piece, share in pairs])


def _over(line: Line, box: Box) -> list[float]:
    """Return a line over [0, 1]^d, the offset last."""
    normal, offset = line
    pairs = list(zip(normal, box, strict=True))
    start = offset + sum((n * piece.low for n, piece in pairs), Fraction(0))
    return [*(float(n * (piece.high - piece.low)) for n, piece in pairs), float(start)]


@dataclass(frozen=True, eq=False)
class Node:
    """A place where certain terms are the largest, by so much, of the sums' pros.

    Attributes:
        place: Which.
        sums: That must be >= 0.
        tops: One a sum: the class of the largest pro.
        spans: (sum, class) to the least and largest lead of another pro over it, <= 0.
        point: Where in [0, 1]^d tangents are taken first.
    """

    place: Place
    sums: tuple[Sum, ...]
    tops: tuple[int, ...]
    spans: Mapping[tuple[int, int], tuple[float, float]]
    point: Values

    @classmethod
    def of(
        cls, place: Place, sums: tuple[Sum, ...], tops: tuple[int, ...]
    ) -> Node | None:
        """Return the node; None where another pro is always larger."""
        spans = {}
        for j, (each, top) in enumerate(zip(sums, tops, strict=True)):
            for c in each.pro:
                if c != top:
                    line = place.over[each.at, c] - place.over[each.at, top]
                    start = line[-1] + each.pro[c] - each.pro[top]
                    wide = 1e-9 * (1 + np.abs(line).sum() + abs(start))
                    low = float(start + np.minimum(line[:-1], 0).sum() - wide)
                    high = float(start + np.maximum(line[:-1], 0).sum() + wide)
                    if low > 0:
                        return None
                    spans[j, c] = (low, min(high, 0.0))
        return cls(place, sums, tops, spans, np.full(len(place.box), 0.5))

    def solve(self) -> tuple[Values | None, bool]:
        """Return where the sums come closest to all >= 0, and whether they never do.

        "Never" is proved in exact fractions.
        """
        from scipy.optimize import linprog  # noqa: PLC0415  0.3 s

        d = len(self.place.box)
        point = self.point
        fixed = [
            (self.sums[j].at, self._stretch(j, c, at))
            for j, c in self.spans
            for at in (0, 1)
        ]
        rows = list(fixed)
        for _ in range(ROUNDS):
            rows += self._rows([self._weights(each, point) for each in self.sums])
            table = np.array([self._over(*row) for row in rows])
            table = np.vstack([table, self.place.walls])
            size = np.maximum(np.abs(table).max(axis=1), 1e-30)
            found = linprog(
                np.append(np.zeros(d), -1.0),
                A_ub=np.hstack(
                    [-table[:, :-1] / size[:, None], np.ones((len(table), 1))]
                ),
                b_ub=table[:, -1] / size,
                bounds=[(0.0, 1.0)] * d + [(None, None)],
                method="highs",
            )
            if not found.success:
                return None, False
            point = np.clip(found.x[:-1], 0.0, 1.0)
            if found.x[-1] < 0:
                push = np.maximum(-found.ineqlin.marginals, 0.0) / size
                return point, self._at_most(push.tolist(), rows) < 0
        return point, False

    def _over(self, at: int, row: Row) -> Numbers:
        """Return a row over [0, 1]^d, the constant last."""
        weights, constant = row
        total = np.zeros(len(self.place.box) + 1)
        for c, weight in weights.items():
            total += float(weight) * self.place.over[at, c]
        total[-1] += float(constant)
        return total

    def _stretch(self, j: int, c: int, end: int) -> Row:
        """Return that a lead is at least its least, or at most its largest."""
        each, top, sign = self.sums[j], self.tops[j], 1 - 2 * end
        constant = Fraction(each.pro[c]) - Fraction(each.pro[top])
        constant -= Fraction(self.spans[j, c][end])
        return {c: Fraction(sign), top: Fraction(-sign)}, sign * constant

    def _weights(self, each: Sum, point: Values) -> dict[int, float]:
        """Return what share each con has in their sum at a point."""
        size = {
            c: log + self.place.at(each.at, c, point) for c, log in each.con.items()
        }
        most = max(size.values(), default=0.0)
        e = {c: exp(value - most) for c, value in size.items()}
        return {c: value / sum(e.values()) for c, value in e.items()}

    def _rows(self, weights: Sequence[Mapping[int, float]]) -> list[tuple[int, Row]]:
        """Return a line above log pros - log cons for each sum, by weights of the cons.

        Pros: the largest and log(1 + S) with S at most the chords, and the logarithm
        at most a tangent. Cons: sum_c w_c (z_c - log w_c) for any shares w.
        """
        rows = []
        for j, (each, shares) in enumerate(zip(self.sums, weights, strict=True)):
            if not shares:
                continue
            below, least = _shared(each, shares)
            for above, most in self._uppers(j):
                row = dict(above)
                for c, share in below.items():
                    row[c] = row.get(c, Fraction(0)) - share
                rows.append((each.at, (row, most - least)))
        return rows

    def _uppers(self, j: int) -> Iterator[Row]:
        """Yield lines above the logarithm of the sum of a sum's pros."""
        each, top = self.sums[j], self.tops[j]
        others = [c for c in each.pro if c != top]
        chords = {c: _chord(*self.spans[j, c]) for c in others}
        for place in (0.0, 0.5, 1.0) if others else (0.0,):
            touch = sum(
                exp(low + place * (high - low))
                for low, high in (self.spans[j, c] for c in others)
            )
            slope = Fraction(1 / (1 + touch))
            row = {top: Fraction(1)}
            # log(1 + S) <= slope (1 + S) - 1 - log slope, for any slope > 0
            constant = Fraction(each.pro[top]) + slope - 1
            constant += Fraction(log_above(1 / float(slope)))
            for c in others:
                alpha, beta = chords[c]
                constant += slope * (
                    alpha + beta * (Fraction(each.pro[c]) - Fraction(each.pro[top]))
                )
                row[c] = slope * beta
                row[top] -= slope * beta
            yield row, constant

    def _at_most(self, push: list[float], rows: list[tuple[int, Row]]) -> Fraction:
        """Return what the multipliers prove the sum of all rows to be at most."""
        place, total = self.place, Fraction(0)
        slopes: dict[tuple[int, int], Fraction] = {}
        for each, (at, (weights, constant)) in zip(push, rows, strict=False):
            if each:
                total += Fraction(each) * constant
                for c, weight in weights.items():
                    key = (at, c)
                    slopes[key] = slopes.get(key, Fraction(0)) + Fraction(each) * weight
        held = [
            *((slope, place.lines[at][c]) for (at, c), slope in slopes.items()),
            *zip(map(Fraction, push[len(rows) :]), place.planes, strict=True),
        ]
        return total + most_in(place.box, held)

    def halves(self, point: Values | None) -> list[Node]:
        """Return the node cut in two where its chords are loosest at a point."""
        if point is None or not self.spans:
            return []
        (j, c), (low, high) = max(
            self.spans.items(), key=lambda each: self._gap(each[0], point)
        )
        if self._gap((j, c), point) < 1e-12:
            return []
        ahead = self._lead(j, c, point)
        edge = 0.1 * min(high - low, 10.0)
        middle = min(max(ahead, low + edge, high - 8.0), high - edge)
        return [
            replace(self, spans={**self.spans, (j, c): span}, point=point)
            for span in ((low, middle), (middle, high))
        ]

    def _lead(self, j: int, c: int, point: Values) -> float:
        """Return the lead of a pro over the largest at a point, within its stretch."""
        each, top = self.sums[j], self.tops[j]
        ahead = self.place.at(each.at, c, point) - self.place.at(each.at, top, point)
        low, high = self.spans[j, c]
        return min(max(ahead + each.pro[c] - each.pro[top], low), high)

    def _gap(self, of: tuple[int, int], point: Values) -> float:
        """Return how far a chord leaves e^lead at a point."""
        alpha, beta = _chord(*self.spans[of])
        ahead = self._lead(*of, point)
        return float(alpha) + float(beta) * ahead - exp(ahead)


def _shared(each: Sum, shares: Mapping[int, float]) -> Row:
    """Return a line below the logarithm of the sum of the cons, by their shares."""
    weights = {c: Fraction(share) for c, share in shares.items()}
    largest = max(weights, key=lambda c: weights[c])
    weights[largest] += 1 - sum(weights.values())
    constant = Fraction(0)
    for c, weight in weights.items():
        if weight > 0:
            constant += weight * (
                Fraction(each.con[c]) - Fraction(log_above(float(weight)))
            )
    return weights, constant


def _chord(low: float, high: float) -> tuple[Fraction, Fraction]:
    """Return (alpha, beta) with alpha + beta u at least e^u from low to high <= 0."""
    ends = [max(exp(each) * (1 + ULP), 1e-30) for each in (low, high)]
    beta = Fraction((ends[1] - ends[0]) / (high - low) if high > low else 0.0)
    alphas = (
        Fraction(end) - beta * Fraction(u)
        for end, u in zip(ends, (low, high), strict=True)
    )
    return max(alphas), beta

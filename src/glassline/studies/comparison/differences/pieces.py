"""Cuts the readings into boxes within which the x of both models are straight lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import pairwise, product
from math import expm1, inf, log1p

import numpy as np
from numpy.typing import NDArray

from glassline.arrays import Values
from glassline.features import Scale
from glassline.head import Head
from glassline.head.rounding import UNIT, lead_rounding

__all__ = [
    "Box",
    "Judge",
    "Line",
    "Piece",
    "boxes",
    "curved_span",
    "lead",
    "most_in",
]

LARGEST = 709.0  # log(1 + |r|) of the largest reading that a double holds
LOG_UNITS = 8  # NumPy promises log1p within 4 units in the last place: 8 of UNIT


@dataclass(frozen=True, eq=False)
class Judge:
    """What turns readings into logits.

    Attributes:
        head: W (d, k) and b (k,).
        scale: For d features.
    """

    head: Head
    scale: Scale

    @cached_property
    def x_rounding(self) -> Values:
        """Bound how far a computed x may lie from the exact one, shape (d,).

        With s = log(1 + |r|) off by LOG_UNITS u |s|, the difference s - c by u of itself
        and so the quotient, and |s| <= |c| + far spread wherever x moves, far that of the
        scale:

            (LOG_UNITS u (|c| + far spread) + 8 u far spread) / spread

        and a millionth more, for what is of second order. The end of the scale adds
        five roundings of at most far, and brings x no further from where it belongs.
        """
        spread, reach = np.array(self.scale.spread), self.scale.far
        size = np.abs(self.scale.center) / spread + reach
        return np.asarray((LOG_UNITS * size + 8 * reach) * UNIT * (1 + 1e-6))

    @cached_property
    def lead_rounding(self) -> NDArray[np.float64]:
        """Bound how far a computed lead may lie from the exact one, shape (k, k).

        [a, b] is for the lead of class a over b, at any readings: what rounding does to
        the logits of x, and what the rounding of x itself does to a straight line.
        """
        W = self.head.W
        widest = np.full((1, self.head.d), self.scale.top * (1 + 1e-6))
        slopes = np.abs(W[:, :, np.newaxis] - W[:, np.newaxis, :]) * (1 + 4 * UNIT)
        of_x = np.einsum("i,iab->ab", self.x_rounding, slopes)
        return np.asarray((lead_rounding(self.head, widest)[0] + of_x) * (1 + 1e-6))


@dataclass(frozen=True)
class Piece:
    """A stretch of one feature on which x = slope v + offset for each of two judges.

    v is the feature's x where both scale it alike, or its x before the end of the scale
    if that was asked for; else sign(r) log(1 + |r|) of its reading r.

    Attributes:
        low: Least v.
        high: Largest v.
        slopes: One a judge; smaller beyond its clip, 0 where its scale has ended.
        offsets: One a judge.
        shared: The (center, spread) that v is measured by, (0, 1) if it is not x.
        scale: Of which v is the x; None where v is none, or u.
    """

    low: Fraction
    high: Fraction
    slopes: tuple[Fraction, Fraction]
    offsets: tuple[Fraction, Fraction]
    shared: tuple[float, float]
    scale: Scale | None = None

    def reading(self, share: float) -> float:
        """Return the reading at a share of the stretch, 0 its low end and 1 its high."""
        center, spread = self.shared
        v = float(self.low + (self.high - self.low) * Fraction(share))
        if self.scale is not None:
            v = float(self.scale.before(v))
        curved = min(max(center + spread * v, -LARGEST), LARGEST)
        return expm1(curved) if curved >= 0 else -expm1(-curved)


Box = tuple[Piece, ...]
"""A piece of each feature."""

Knots = list[tuple[Fraction, Fraction]]
"""Where x of a scale bends: u and x, rising."""

Line = tuple[list[Fraction], Fraction]
"""A normal, one entry a feature, and an offset: a straight line in v."""


def curved_span(least: float, most: float) -> tuple[float, float]:
    """Return a span of sign(r) log(1 + |r|) that holds all readings from least to most."""
    low, high = (log1p(each) if each >= 0 else -log1p(-each) for each in (least, most))
    share = 2 * LOG_UNITS * UNIT
    if abs(low) < inf:
        low -= share * abs(low)
    return low, high + share * abs(high)


def boxes(
    judges: tuple[Judge, Judge],
    spans: Sequence[tuple[float, float]],
    *,
    in_u: bool = False,
) -> Iterator[Box]:
    """Yield boxes that together hold every reading in the spans.

    Beyond the scales of both nothing changes, so an endless span ends there.

    Args:
        judges: Two, for the same d features.
        spans: The least and the largest sign(r) log(1 + |r|) of each feature; may be
            infinite.
        in_u: Keep v a straight line in the readings, though a scale bends for both
            alike.
    """
    features = range(judges[0].head.d)
    return product(*(_pieces(judges, at, *spans[at], in_u) for at in features))


def lead(
    box: Box, judges: tuple[Judge, Judge], at: int, winner: int, loser: int
) -> Line:
    """Return the lead of one class over another in a box, exactly, in v."""
    head = judges[at].head
    normal, offset = (
        [],
        Fraction(float(head.b[winner])) - Fraction(float(head.b[loser])),
    )
    for piece, row in zip(box, head.W.tolist(), strict=True):
        weight = Fraction(row[winner]) - Fraction(row[loser])
        normal.append(weight * piece.slopes[at])
        offset += weight * piece.offsets[at]
    return normal, offset


def most_in(box: Box, held: Iterable[tuple[Fraction, Line]]) -> Fraction:
    """Return the largest value in a box of lines that are weighted and added, exactly."""
    normal, total = [Fraction(0)] * len(box), Fraction(0)
    for weight, (line, offset) in held:
        if weight:
            total += weight * offset
            normal = [n + weight * each for n, each in zip(normal, line, strict=True)]
    ends = (
        n * (piece.high if n > 0 else piece.low)
        for n, piece in zip(normal, box, strict=True)
    )
    return total + sum(ends, Fraction(0))


def _pieces(
    judges: tuple[Judge, Judge], at: int, least: float, most: float, in_u: bool
) -> list[Piece]:
    scales = [judge.scale for judge in judges]
    each = [(scale.center[at], scale.spread[at], scale.ends) for scale in scales]
    are_alike = each[0] == each[1]
    shared = each[0][:2] if are_alike else (0.0, 1.0)
    lines = [
        (Fraction(scale.center[at]), Fraction(scale.spread[at]), _knots(scale))
        for scale in scales
    ]
    ends = sorted({c + s * u for c, s, knots in lines for u, _ in knots})
    low = Fraction(least) if least > -inf else ends[0]
    high = Fraction(most) if most < inf else ends[-1]
    if low > high:  # an endless span that begins beyond the scales: one reading will do
        low = high = low if most == inf else high
    if are_alike and not in_u:
        return [_alike(scales[0], at, low, high)]
    cuts = [low, *(end for end in ends if low < end < high), high]
    return [_piece(lines, shared, *cut) for cut in pairwise(cuts)]


def _alike(scale: Scale, at: int, low: Fraction, high: Fraction) -> Piece:
    """Return the one piece of a feature that both scale alike, in x itself."""
    center, spread = Fraction(scale.center[at]), Fraction(scale.spread[at])
    ends = []
    for curved in (low, high):
        slope, u, x = _stretch(_knots(scale), (curved - center) / spread)
        ends.append(x + slope * ((curved - center) / spread - u))
    one, none = Fraction(1), Fraction(0)
    shared = scale.center[at], scale.spread[at]
    return Piece(ends[0], ends[1], (one, one), (none, none), shared, scale)


def _knots(scale: Scale) -> Knots:
    """Return where x bends as u grows, exactly: the ends, and the clip between."""
    clip, slope = Fraction(scale.clip), Fraction(scale.slope)
    knots = [(-clip, -clip), (clip, clip)]
    if slope:
        far = Fraction(scale.far)
        knots.append((far, clip + slope * (far - clip)))
    return knots


def _stretch(knots: Knots, u: Fraction) -> tuple[Fraction, Fraction, Fraction]:
    """Return the slope of x around u, and u and x of a point on that line."""
    for (left, x), (right, end) in pairwise(knots):
        if left <= u <= right:
            return (end - x) / (right - left), left, x
    return Fraction(0), u, knots[0][1] if u < knots[0][0] else knots[-1][1]


def _piece(
    lines: list[tuple[Fraction, Fraction, Knots]],
    shared: tuple[float, float],
    low: Fraction,
    high: Fraction,
) -> Piece:
    """Write x of each judge between two cuts, in v."""
    center, spread = map(Fraction, shared)
    middle = (low + high) / 2
    slopes, offsets = [], []
    for c, s, knots in lines:
        slope, u, x = _stretch(knots, (middle - c) / s)
        slopes.append(slope * spread / s)
        offsets.append(x + slope * ((center - c) / s - u))
    return Piece(
        low=(low - center) / spread,
        high=(high - center) / spread,
        slopes=(slopes[0], slopes[1]),
        offsets=(offsets[0], offsets[1]),
        shared=shared,
    )

"""Cuts the readings into boxes within which the x of both models are straight lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise, product
from math import expm1, inf, log1p

from glassline.features import Scale
from glassline.head import Head

__all__ = ["Box", "Judge", "Piece", "boxes", "lead"]


@dataclass(frozen=True, eq=False)
class Judge:
    """What turns readings into logits.

    Attributes:
        head: W (d, k) and b (k,).
        scale: For d features.
    """

    head: Head
    scale: Scale


@dataclass(frozen=True)
class Piece:
    """A stretch of one feature on which x = slope v + offset for each of two judges.

    v is the feature's x where both scale it alike, else sign(r) log(1 + |r|) of its
    reading r.

    Attributes:
        low: Least v.
        high: Largest v.
        slopes: One a judge; 0 where it clips.
        offsets: One a judge.
        shared: The (center, spread) that v is measured by, (0, 1) if it is not x.
    """

    low: Fraction
    high: Fraction
    slopes: tuple[Fraction, Fraction]
    offsets: tuple[Fraction, Fraction]
    shared: tuple[float, float]

    def reading(self, share: float) -> float:
        """Return the reading at a share of the stretch, 0 its low end and 1 its high."""
        center, spread = self.shared
        v = float(self.low + (self.high - self.low) * Fraction(share))
        curved = center + spread * v
        return expm1(curved) if curved >= 0 else -expm1(-curved)


Box = tuple[Piece, ...]
"""A piece of each feature."""

Sum = tuple[list[Fraction], Fraction]
"""A normal, one entry a feature, and an offset."""


def boxes(
    judges: tuple[Judge, Judge], ranges: Sequence[tuple[float, float]]
) -> Iterator[Box]:
    """Yield boxes that together hold every reading in the ranges.

    Beyond the clips of both nothing changes, so an endless range ends there.

    Args:
        judges: Two, for the same d features.
        ranges: The least and the largest reading of each feature; may be infinite.
    """
    features = range(judges[0].head.d)
    return product(*(_pieces(judges, at, *ranges[at]) for at in features))


def lead(
    box: Box, judges: tuple[Judge, Judge], at: int, winner: int, loser: int
) -> Sum:
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


def _pieces(
    judges: tuple[Judge, Judge], at: int, least: float, most: float
) -> list[Piece]:
    each = [
        (judge.scale.center[at], judge.scale.spread[at], judge.scale.clip)
        for judge in judges
    ]
    shared = each[0][:2] if each[0] == each[1] else (0.0, 1.0)
    lines = [(Fraction(c), Fraction(s), Fraction(clip)) for c, s, clip in each]
    ends = sorted({c + sign * clip * s for c, s, clip in lines for sign in (-1, 1)})
    low = max(ends[0], _curved(least)) if least > -inf else ends[0]
    high = min(ends[-1], _curved(most)) if most < inf else ends[-1]
    low, high = min(low, ends[-1]), max(high, ends[0])
    cuts = [low, *(end for end in ends if low < end < high), high]
    return [_piece(lines, shared, *cut) for cut in pairwise(cuts)]


def _piece(
    lines: list[tuple[Fraction, Fraction, Fraction]],
    shared: tuple[float, float],
    low: Fraction,
    high: Fraction,
) -> Piece:
    """Write x of each judge between two cuts, in v."""
    center, spread = map(Fraction, shared)
    middle = (low + high) / 2
    slopes, offsets = [], []
    for c, s, clip in lines:
        x = (middle - c) / s
        is_free = abs(x) < clip or low == high
        slopes.append(spread / s if is_free and abs(x) <= clip else Fraction(0))
        offsets.append((center - c) / s if slopes[-1] else max(-clip, min(clip, x)))
    return Piece(
        low=(low - center) / spread,
        high=(high - center) / spread,
        slopes=(slopes[0], slopes[1]),
        offsets=(offsets[0], offsets[1]),
        shared=shared,
    )


def _curved(reading: float) -> Fraction:
    return Fraction(log1p(reading) if reading >= 0 else -log1p(-reading))

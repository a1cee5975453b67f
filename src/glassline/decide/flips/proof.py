"""The proof that no nearer flip exists: half-spaces, multipliers, an exact sum."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import inf, nextafter, sqrt

import numpy as np
from numpy.typing import NDArray

from glassline.arrays import Values
from glassline.decide.flips.reach import Reach
from glassline.errors import InputError
from glassline.head import Head
from glassline.head.rounding import lead_rounding

__all__ = ["HalfSpace", "Proof", "Region", "lower_bound"]


@dataclass(frozen=True, eq=False)
class HalfSpace:
    """Where one class is at least as probable as another.

        normal . x + offset >= margin,    normal = w_winner - w_loser,
                                          offset = b_winner - b_loser

    Attributes:
        winner: The class that shall be the more probable one.
        loser: The other.
        normal: Shape (d,), nats per standard unit.
        offset: Nats.
        margin: Nats, >= 0; above 0 only where a tie can be reached and no more.
        multiplier: >= 0, how hard it pushes: squared distance per nat.
    """

    winner: int
    loser: int
    normal: Values
    offset: float
    margin: float
    multiplier: float


Region = tuple[HalfSpace, ...]
LARGEST = 1.7976931348623157e308
FAR = 1e154  # its square is the largest that a float holds: at least as far as this


@dataclass(frozen=True, eq=False)
class Proof:
    """Why no flip is nearer.

    The new class holds in one of the `regions` or in none, and each is an
    intersection of half-spaces. With a the normals, m what each lacks at the start
    (margin - normal . start - offset), s the scale and u = x - start, any
    multipliers v >= 0 give

        |u / s|^2 / 2  >=  sum v m + sum_i min_(u_i in its range)
                                     ((u_i / s_i)^2 / 2 - u_i sum v a_i)

    for every u within the ranges that ends in the region. At the multipliers of
    the nearest point the two sides are equal: there

        u = s^2 (sum v a + pull of the ranges).

    Where sum v m is more than the ranges allow sum v a . u to be, the region is
    empty; what rounding leaves of a on features without a range bounds the
    distance, times any number v, by |u / s| >= lack / |s sum v a|.

    Attributes:
        head: W and b.
        reach: The start, the scale and the ranges.
        regions: Every way to the new class, each with its multipliers.
        chosen: Which of them the flip takes; None where there is no flip.
    """

    head: Head
    reach: Reach
    regions: tuple[Region, ...]
    chosen: int | None

    @cached_property
    def at_least(self) -> float:
        """Return the distance that the inequality proves: no flip is nearer.

        Worked in exact fractions, rounded once, and only when asked for; it holds for
        the classes that the computed logits give. inf: there is none at all.
        """
        return lower_bound(self.head, self.reach, self.regions)

    @property
    def margin(self) -> float:
        """Return by how many nats the new class must lead for the proof to hold.

        0, or a few units in the last place where a tie can be reached and no more.
        """
        return max(side.margin for region in self.regions for side in region)

    @property
    def half_spaces(self) -> Region:
        """Return the half-spaces of the region taken; empty where there is no flip."""
        return () if self.chosen is None else self.regions[self.chosen]


def lower_bound(head: Head, reach: Reach, regions: Sequence[Region]) -> float:
    """Return the distance that the multipliers prove, from W and b alone.

    All in rational arithmetic; normals and offsets are not read but made again. The
    logits that are computed may call a class the more probable one that is behind by
    as much as their rounding (`lead_rounding`), so much is taken off what each
    half-space lacks: of the x that are no farther than what is proved without it.

    Returns:
        >= 0; inf where every region is proved empty.

    Raises:
        InputError: A multiplier is below 0 or not finite, so it proves nothing.
    """

    def proved(radius: float | None) -> float:
        off = None if radius is None else _rounding(head, reach, radius)
        return min((_bound(head, reach, r, off) for r in regions), default=inf)

    exact = proved(None)
    found = min(exact, proved(exact))
    if found >= exact / 2:
        return found
    # Too far out rounding is all there is: of the radii 2^n the largest that holds.
    low, high = -1, 512
    while high - low > 1:
        middle = (low + high) // 2
        if min(exact, proved(2.0**middle)) >= 2.0**middle:
            low = middle
        else:
            high = middle
    near = 2.0 ** max(low, 0)
    return max(found, min(exact, near, proved(near)))


def _rounding(head: Head, reach: Reach, radius: float) -> NDArray[np.float64]:
    """Bound the rounding of each lead, shape (k, k), over all x within a radius."""
    with np.errstate(over="ignore", invalid="ignore"):
        size = np.abs(reach.start) + np.nan_to_num(reach.scale * radius, nan=0.0)
        ends = np.maximum(np.abs(reach.low), np.abs(reach.high))
        size = np.minimum(size * (1 + 1e-15), ends)
    return np.asarray(lead_rounding(head, np.minimum(size, LARGEST)[np.newaxis])[0])


def _bound(
    head: Head, reach: Reach, region: Region, off: NDArray[np.float64] | None
) -> float:
    if any(_is_never_ahead(head, side.winner, side.loser) for side in region):
        return inf
    lack, force = _pushed(head, reach, region, off)
    total = lack
    most = loose = Fraction(0)
    for f, x, s, low, high in zip(
        force,
        map(Fraction, reach.start.tolist()),
        map(Fraction, reach.scale.tolist()),
        reach.low.tolist(),
        reach.high.tolist(),
        strict=True,
    ):
        total += _least_share(f, x, s, low, high)
        end = high if f > 0 else low
        if f and abs(end) < inf:
            most += f * (Fraction(end) - x)
        elif f:
            loose += (f * s) ** 2
    if lack > most:  # no point, but for what rounding leaves loose
        return _root(max(2 * total, (lack - most) ** 2 / loose)) if loose else inf
    return _root(2 * total)


def _is_never_ahead(head: Head, winner: int, loser: int) -> bool:
    """Say whether a class is the other one with a lower bias, or the same and later.

    Its logit is then at most as large, whatever x and rounding are.
    """
    is_alike = (head.W[:, winner] == head.W[:, loser]).all()
    return bool(is_alike and head.b[winner] <= head.b[loser] and loser < winner)


def _pushed(
    head: Head, reach: Reach, region: Region, off: NDArray[np.float64] | None
) -> tuple[Fraction, list[Fraction]]:
    """Return sum v m and sum v a, one entry a feature; with rounding, m less it."""
    start = [Fraction(value) for value in reach.start.tolist()]
    force = [Fraction(0)] * head.d
    lack = Fraction(0)
    for side in region:
        push = _checked(side)
        if not push:
            continue
        W, b = head.W[:, [side.winner, side.loser]].tolist(), head.b.tolist()
        normal = [Fraction(win) - Fraction(lose) for win, lose in W]
        ahead = Fraction(b[side.winner]) - Fraction(b[side.loser])
        ahead += sum((a * x for a, x in zip(normal, start, strict=True)), Fraction(0))
        least = side.margin if off is None else -float(off[side.winner, side.loser])
        if least == -inf:
            return Fraction(0), [Fraction(0)] * head.d  # nothing is known there
        lack += push * (Fraction(least) - ahead)
        force = [f + push * a for f, a in zip(force, normal, strict=True)]
    return lack, force


def _least_share(
    force: Fraction, x: Fraction, s: Fraction, low: float, high: float
) -> Fraction:
    """Return min over the range of (u/s)^2 / 2 - force u."""
    u = force * s * s
    if high < inf:
        u = min(u, Fraction(high) - x)
    if low > -inf:
        u = max(u, Fraction(low) - x)
    return u * u / (2 * s * s) - force * u


def _checked(side: HalfSpace) -> Fraction:
    if not 0 <= side.multiplier < inf:
        raise InputError(
            f"multiplier of class {side.winner} over {side.loser}: expected a finite "
            f"number >= 0, got {side.multiplier}."
        )
    return Fraction(side.multiplier)


def _root(square: Fraction) -> float:
    if square <= 0:
        return 0.0
    try:
        return nextafter(sqrt(square), 0.0)  # below it, however the root is rounded
    except OverflowError:
        return FAR

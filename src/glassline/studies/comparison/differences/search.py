"""For each pair of classes: a point where two models differ so, or a proof of none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from math import inf

import numpy as np
from numpy.typing import NDArray

from glassline.arrays import Values
from glassline.errors import InputError, ShapeError
from glassline.studies.comparison.differences.pieces import (
    Box,
    Judge,
    boxes,
    curved_span,
    lead,
    most_in,
)

__all__ = ["Difference", "Verdict", "differences"]

MAX_PROGRAMMES = 50_000  # about a minute
BEYOND = Fraction(2) ** 2000  # above any lead of numbers that a computer holds
Numbers = NDArray[np.float64]
Judges = tuple[Judge, Judge]


class Verdict(Enum):
    """What is known of a pair of classes; the value is its code."""

    POSSIBLE = "possible"
    IMPOSSIBLE = "impossible"
    LEVEL = "level"


@dataclass(frozen=True, eq=False)
class Difference:
    """Whether one model can say one class and the other another, of the same part.

    Attributes:
        old_class: What the old model says.
        new_class: What the new model says.
        verdict: POSSIBLE: at `readings` both models say so themselves. IMPOSSIBLE:
            proved for every reading in the ranges, and for the numbers as they are
            computed, not only for real ones. LEVEL: no more than a tie of one of the
            two, which rounding would decide.
        margin: The largest lead, in nats, that both classes can have at once over
            all rivals of their model. Below 0: everywhere one of the two is behind
            by at least so much.
        at_most: What the multipliers prove `margin` to be at most, worked in exact
            fractions from W, b and the scales.
        rounding: What rounding can add to that lead where the models are run;
            IMPOSSIBLE is said where `at_most` is below 0 by more.
        readings: Shape (d,), where both lead by `margin`; None unless POSSIBLE.
        boxes: How many boxes the ranges were cut into.
    """

    old_class: int
    new_class: int
    verdict: Verdict
    margin: float
    at_most: float
    rounding: float
    readings: Values | None
    boxes: int


def differences(
    old: Judge, new: Judge, *, ranges: Sequence[tuple[float, float]] | None = None
) -> tuple[Difference, ...]:
    """Find, for every two classes, whether the old model can say one and the new the other.

    Inside a box of readings (`pieces`) every logit is a straight line in v, so "old
    says a, new says b" is a polyhedron: 2 (k - 1) half-spaces g_j(v) >= 0. Its widest
    point solves the linear programme

        max t    so that    g_j(v) >= t for all j,    v in the box

    and any multipliers m_j >= 0 that sum to 1 prove t <= max_v sum_j m_j g_j(v), the
    sum of a straight line's ends. The programme's own multipliers prove its optimum;
    that bound is worked again in fractions, so IMPOSSIBLE rests on no solver. A model
    that computes a lead of 0 or more has an exact one of at least -r_j, with r_j from
    `Judge.lead_rounding`; so the bound must lie below -sum_j m_j r_j.

    Args:
        old: One model.
        new: Another, for the same features and classes.
        ranges: The least and the largest reading of each feature; left out, any.

    Returns:
        One a pair of different classes, in the order of the classes.

    Raises:
        ShapeError: The models are not for the same numbers of features and classes,
            or ranges are not one a feature.
        InputError: A range is empty, or there are too many boxes to look into.

    Example:
        The old model calls a part bad from x = 1 on, the new one from x = 2 on:

        >>> from glassline.features import Scale
        >>> from glassline.head import Head
        >>> scale = Scale(center=(0.0,), spread=(1.0,))
        >>> old = Judge(Head(np.array([[0.0, 1.0]]), np.array([1.0, 0.0])), scale)
        >>> new = Judge(Head(np.array([[0.0, 1.0]]), np.array([2.0, 0.0])), scale)
        >>> for found in differences(old, new):
        ...     print(found.old_class, found.new_class, found.verdict.value, found.margin)
        0 1 impossible -0.5
        1 0 possible 0.5

        Between 1 and 2 the new one passes what the old one rejected, most clearly
        half-way; nowhere does it reject what the old one passed.

    Source:
        Linear programming duality: S. Boyd and L. Vandenberghe, Convex Optimization
        (2004), section 5.2.1. The solver is HiGHS, through SciPy.
    """
    judges = (old, new)
    given = _checked(judges, ranges)
    places = list(boxes(judges, [curved_span(*each) for each in given]))
    classes = range(old.head.k)
    pairs = [(a, b) for a in classes for b in classes if a != b]
    if len(places) * len(pairs) > MAX_PROGRAMMES:
        raise InputError(
            f"differences: expected at most {MAX_PROGRAMMES:,} linear programmes, got "
            f"{len(places) * len(pairs):,}. Give narrower ranges, or models of one scale."
        )
    cut = [_Cut(box, judges) for box in places]
    ends = np.array(given)
    return tuple(_differ(judges, cut, ends, a, b) for a, b in pairs)


class _Cut:
    """One box, with the logits of both judges as straight lines over [0, 1]^d."""

    def __init__(self, box: Box, judges: Judges) -> None:
        self.box, self.judges = box, judges
        low = np.array([float(piece.low) for piece in box])
        width = np.array([float(piece.high - piece.low) for piece in box])
        self.rows, self.starts = [], []
        for at, judge in enumerate(judges):
            slopes = np.array([float(piece.slopes[at]) for piece in box])
            offsets = np.array([float(piece.offsets[at]) for piece in box])
            self.rows.append((slopes * width)[:, np.newaxis] * judge.head.W)
            self.starts.append((slopes * low + offsets) @ judge.head.W + judge.head.b)

    def sides(self, a: int, b: int) -> Iterator[tuple[int, int, int]]:
        """Yield (judge, winner, loser) for every half-space of a pair."""
        for at, winner in enumerate((a, b)):
            for loser in range(self.judges[at].head.k):
                if loser != winner:
                    yield at, winner, loser

    def widest(self, a: int, b: int, beat: float) -> tuple[float, Values, Numbers]:
        """Return the largest t, the point of [0, 1]^d that has it, and the multipliers.

        Where one half-space alone shows that t is at most `beat`, that is said.
        """
        from scipy.optimize import linprog  # noqa: PLC0415  0.3 s

        sides = list(self.sides(a, b))
        normals = np.array(
            [
                self.rows[at][:, one] - self.rows[at][:, rival]
                for at, one, rival in sides
            ]
        )
        starts = np.array(
            [self.starts[at][one] - self.starts[at][rival] for at, one, rival in sides]
        )
        size = _power(np.abs(starts).max() + np.abs(normals).sum(axis=1).max())
        tops = starts + np.maximum(normals, 0).sum(axis=1)
        worst = int(tops.argmin())
        d = len(self.box)
        if tops[worst] <= beat:
            return -inf, np.full(d, 0.5), np.eye(len(sides))[worst]
        found = linprog(
            np.append(np.zeros(d), -1.0),
            A_ub=np.hstack([-normals / size, np.ones((len(sides), 1))]),
            b_ub=starts / size,
            bounds=[(0.0, 1.0)] * d + [(None, None)],
            method="highs",
        )
        if not found.success:
            raise InputError(
                f"differences: the linear programme ended: {found.message}"
            )
        push = np.maximum(-found.ineqlin.marginals, 0.0)
        return size * float(found.x[-1]), np.clip(found.x[:-1], 0.0, 1.0), push

    def at_most(self, a: int, b: int, push: Numbers) -> tuple[Fraction, Fraction]:
        """Return what multipliers prove of t in this box, exactly, and of its rounding."""
        held, rounding = [], Fraction(0)
        for each, side in zip(push.tolist(), self.sides(a, b), strict=True):
            if each:
                at, winner, loser = side
                share = Fraction(each)
                held.append((share, lead(self.box, self.judges, at, winner, loser)))
                off = float(self.judges[at].lead_rounding[winner, loser])
                rounding += share * (Fraction(off) if off < inf else BEYOND)
        weight = sum(share for share, _ in held)
        return most_in(self.box, held) / weight, rounding / weight


def _differ(
    judges: Judges, cut: list[_Cut], ends: Numbers, a: int, b: int
) -> Difference:
    margin = -inf
    readings: Values | None = None
    bounds = []
    for each in cut:
        t, point, push = each.widest(a, b, margin)
        bounds.append(each.at_most(a, b, push))
        if t > margin:
            margin = t
            found = [
                piece.reading(share)
                for piece, share in zip(each.box, point.tolist(), strict=True)
            ]
            readings = np.clip(found, ends[:, 0], ends[:, 1])
    proved, rounding = max(bounds, key=sum)
    if proved + rounding < 0:
        verdict = Verdict.IMPOSSIBLE
    elif readings is not None and (a, b) == _said(judges, readings):
        verdict = Verdict.POSSIBLE
    else:
        verdict = Verdict.LEVEL
    return Difference(
        old_class=a,
        new_class=b,
        verdict=verdict,
        margin=margin,
        at_most=float(proved),
        rounding=float(rounding),
        readings=readings if verdict is Verdict.POSSIBLE else None,
        boxes=len(cut),
    )


def _power(size: float) -> float:
    """Return the power of 2 at or above a size: dividing by it changes no digit."""
    return float(2.0 ** np.clip(np.ceil(np.log2(size)), -1000, 1000)) if size else 1.0


def _said(judges: Judges, readings: Values) -> tuple[int, ...]:
    """Return the class that each model itself gives the readings."""
    row = readings[np.newaxis]
    return tuple(
        int(judge.head.logits(judge.scale.x(row))[0].argmax()) for judge in judges
    )


def _checked(
    judges: Judges, ranges: Sequence[tuple[float, float]] | None
) -> list[tuple[float, float]]:
    shapes = [judge.head.W.shape for judge in judges]
    if shapes[0] != shapes[1]:
        raise ShapeError(
            f"W: expected two of one shape, got {shapes[0]} and {shapes[1]}."
        )
    d = shapes[0][0]
    if ranges is None:
        return [(-inf, inf)] * d
    spans = [(float(low), float(high)) for low, high in ranges]
    if len(spans) != d:
        raise ShapeError(f"ranges: expected {d}, one a feature, got {len(spans)}.")
    for at, (low, high) in enumerate(spans):
        if not low <= high:
            raise InputError(
                f"ranges[{at}]: expected least <= largest, got {low} and {high}."
            )
    return spans

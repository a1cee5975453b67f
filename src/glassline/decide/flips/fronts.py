"""Where one action costs less than another: a front between two sums of exponentials."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from glassline.decide.flips.projection import project
from glassline.decide.flips.reach import Reach
from glassline.decide.policy import SAFEST_FIRST, Policy
from glassline.head import Head, softmax

__all__ = ["Front", "Space", "entropy", "fronts_of", "shares"]

MAX_CUTS = 30  # a nearest point of a smooth convex set takes about five
MET = 1e-12  # of the terms of a cut, in nats: this close it changes nothing

Numbers = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Front:
    """The x where an action is expected to cost no more than another.

        log sum_(c for) exp(u_c + w_c)  >=  log sum_(c against) exp(u_c + w_c)

    with u the logits corrected to the line's priors and w the logarithm of what the
    class makes the two actions differ by.

    Attributes:
        pro: The classes for which the action is the cheaper one.
        pro_logs: w of each.
        con: The classes for which it is the dearer one.
        con_logs: w of each.
    """

    pro: NDArray[np.int64]
    pro_logs: Numbers
    con: NDArray[np.int64]
    con_logs: Numbers

    @classmethod
    def of(cls, saved: Numbers) -> Front:
        """Set up from what the action saves over the other in each class, shape (k,)."""
        pro, con = np.flatnonzero(saved > 0), np.flatnonzero(saved < 0)
        return cls(pro, np.log(saved[pro]), con, np.log(-saved[con]))


def fronts_of(policy: Policy, action: int, others: Iterable[int]) -> list[Front] | None:
    """Return the fronts that an action must be behind to cost no more than others.

    Those that another one implies, or that hold everywhere, are left out. None where
    one holds nowhere.
    """
    fronts: list[Numbers] = []
    for other in others:
        saved = policy.saves(action, other)
        if not (saved > 0).any():
            is_tie = not saved.any()
            if not is_tie or SAFEST_FIRST.index(other) < SAFEST_FIRST.index(action):
                return None
        elif (saved < 0).any() and not any(_implies(front, saved) for front in fronts):
            fronts = [f for f in fronts if not _implies(saved, f)] + [saved]
    return [Front.of(saved) for saved in fronts]


def _implies(saved: Numbers, other: Numbers) -> bool:
    """Say whether other >= t saved in every class for some t >= 0."""
    ratio = np.divide(other, saved, out=np.zeros_like(saved), where=saved != 0)
    most = ratio[saved > 0].min(initial=np.inf)
    least = ratio[saved < 0].max(initial=0.0)
    return bool(max(least, 0.0) <= most and (other[saved == 0] >= 0).all())


def shares(front: Front, u: Numbers) -> tuple[Numbers, Numbers]:
    """Return how much each class counts on the two sides of a front at u."""
    return (
        softmax(u[front.pro] + front.pro_logs),
        softmax(u[front.con] + front.con_logs),
    )


def entropy(share: Numbers) -> float:
    """Return -sum p log p."""
    inside = share[share > 0]
    return float(-(inside * np.log(inside)).sum())


class Space:
    """The corrected logits over steps of the free features: u(t) = u(0) + t slopes."""

    def __init__(self, head: Head, policy: Policy, reach: Reach) -> None:
        self.reach = reach
        free = reach.free
        base = np.where(free, reach.start, reach.low)
        logs = np.log(policy.priors) - np.log(policy.training_mix)
        self.at_start = head.logits(base[np.newaxis])[0] + logs
        self.slopes = head.W[free] * reach.scale[free, np.newaxis]
        self.low, self.high = (side[free] for side in reach.steps)
        moved = (base - reach.start) / reach.scale
        self.hint = np.zeros(int(free.sum()))  # where the first cut is made
        self.projections = 0  # how many were worked so far
        self.given = float(moved @ moved)  # squared steps of what is given

    def u(self, steps: Numbers) -> Numbers:
        """Return the corrected logits after these steps, shape (k,)."""
        return np.asarray(self.at_start + steps @ self.slopes)

    def distance(self, steps: Numbers) -> float:
        """Return the length of the whole change, what is given included."""
        return float(np.sqrt(self.given + steps @ steps))

    def x(self, steps: Numbers) -> Numbers:
        """Return x after these steps of the free features, shape (d,)."""
        every = np.zeros(len(self.reach.start))
        every[self.reach.free] = steps
        return self.reach.at(every)

    def nearest(
        self,
        fronts: list[Front],
        weights: list[Numbers],
        heights: list[float],
        margin: float = 0.0,
    ) -> Numbers | None:
        """Return the nearest steps with every front met by fixed weights, or None.

            sum_c weight_c (u_c + w_c) + height  >=  log sum_(against) exp(u_c + w_c)
                                                     + margin

        a convex set for each front. It is cut from outside: by Jensen the right side
        is at least any shares times (u + w) plus their entropy, a half-space that
        touches the set where the shares are those of u. The point is the nearest of
        the cuts, so it is never further than the nearest of the set.
        """
        rows: list[Numbers] = []
        least: list[float] = []
        steps = self.hint if fronts else np.clip(0.0, self.low, self.high)
        for _ in range(MAX_CUTS):
            u, is_met = self.u(steps), bool(rows)
            for front, weight, height in zip(fronts, weights, heights, strict=True):
                con = shares(front, u)[1]
                slope, lack = self._cut(front, weight, height - margin, con)
                terms = 1 + abs(lack) + np.abs(slope) @ np.abs(steps)
                if not rows or lack - slope @ steps > MET * terms:
                    is_met = False
                    rows.append(slope)
                    least.append(lack)
            if is_met or not rows:
                break
            found = self._projected(np.array(rows), np.array(least))
            if found is None:
                return None
            steps = self.hint = found
        return steps

    def _cut(
        self, front: Front, weight: Numbers, height: float, con: Numbers
    ) -> tuple[Numbers, float]:
        """Return the half-space slope . t >= lack."""
        slope = self.slopes[:, front.pro] @ weight - self.slopes[:, front.con] @ con
        ahead = weight @ (self.at_start[front.pro] + front.pro_logs) + height
        behind = con @ (self.at_start[front.con] + front.con_logs) + entropy(con)
        return slope, float(behind - ahead)

    def _projected(self, rows: Numbers, least: Numbers) -> Numbers | None:
        self.projections += 1
        lengths = np.sqrt((rows**2).sum(axis=1))
        lengths = np.where(lengths > 0, lengths, 1.0)
        unit = rows / lengths[:, np.newaxis]
        return project(unit, least / lengths, self.low, self.high).point

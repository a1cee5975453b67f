"""Where an action may be taken: behind borders between two sums of exponentials."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from glassline.arrays import Values
from glassline.decide.flips.projection import project
from glassline.decide.policy import SAFEST_FIRST, TIE, Policy
from glassline.head import Head, softmax
from glassline.head.rounding import UNIT, gamma
from glassline.recipe import Action

__all__ = ["Border", "Space", "entropy", "regions_of", "shares"]

MAX_CUTS = 30  # a nearest point of a smooth convex set takes about five
MET = 1e-12  # of the terms of a cut, in nats: this close it changes nothing
TINY = 2.0**-1000  # more than underflow takes from a probability

Numbers = NDArray[np.float64]
Pair = tuple[Action, Action]


@dataclass(frozen=True, eq=False)
class Border:
    """Some x, cut out by two sums of exponentials of the logits.

        log sum_(c for) exp(u_c + w_c)  >=  log sum_(c against) exp(u_c + w_c)

    with u the logits corrected to the line's priors and w the logarithm of what the
    class makes the two actions differ by.

    Attributes:
        pro: The classes that speak for the action.
        pro_logs: w of each.
        con: The classes that speak against it.
        con_logs: w of each.
    """

    pro: NDArray[np.int64]
    pro_logs: Numbers
    con: NDArray[np.int64]
    con_logs: Numbers

    @classmethod
    def of(cls, saved: Numbers) -> Border:
        """Set up from what the action saves over another in each class, shape (k,)."""
        pro, con = np.flatnonzero(saved > 0), np.flatnonzero(saved < 0)
        return cls(pro, np.log(saved[pro]), con, np.log(-saved[con]))

    def lead(self, u: Numbers) -> float:
        """Return by how many nats the left side is ahead at u."""
        pro = np.logaddexp.reduce(u[self.pro] + self.pro_logs)
        return float(pro - np.logaddexp.reduce(u[self.con] + self.con_logs))


def regions_of(
    policy: Policy, target: Action | None, present: Action
) -> list[list[Border]]:
    """Return regions that hold every x at which another action is taken.

    Each is behind all of its borders. The borders are those of the computed decision:
    costs that count as equal, and the rounding of the sums, are in them, always so
    that the region is too large rather than too small.

    Args:
        policy: Costs and priors, and the guarantee if any.
        target: The action to reach; None: any other than the present one.
        present: The action now.
    """
    allowed = [a for a in Action if policy.good is not None or a != Action.ACCEPT]
    if target is None:
        pairs = [[(a, present)] for a in allowed if a != present]
        if policy.guarantee is not None and present == Action.ACCEPT:
            pairs = pairs[:1]  # what is below the threshold, whatever is done with it
    elif target not in allowed:
        return []
    else:
        pairs = [[(target, a) for a in allowed if a != target]]
        if target == Action.REJECT and len(allowed) == 3 and policy.guarantee is None:
            # accept may be the cheapest, reject equal to it and safer
            pairs.append([(Action.ACCEPT, Action.REVIEW), (target, Action.ACCEPT)])
    found = [_borders(policy, each) for each in pairs]
    return [borders for borders in found if borders is not None]


def _borders(policy: Policy, pairs: Iterable[Pair]) -> list[Border] | None:
    """Return the borders of these pairs of actions; None where one holds nowhere.

    Those that another one implies, or that hold everywhere, are left out.
    """
    kept: list[Numbers] = []
    for action, other in pairs:
        if policy.guarantee is not None and Action.ACCEPT in (action, other):
            saved = _by_threshold(policy, policy.guarantee.threshold, action)
        else:
            saved = _by_cost(policy, action, other)
        if not (saved > 0).any():
            return None
        if (saved < 0).any() and not any(_implies(each, saved) for each in kept):
            kept = [each for each in kept if not _implies(saved, each)] + [saved]
    return [Border.of(saved) for saved in kept]


def _by_cost(policy: Policy, action: Action, other: Action) -> Numbers:
    """Return what an action saves over another, as far as rounding and ties allow.

    With s_c = C_co - C_ca, M_c the largest and L_c the mean cost of class c, the action
    is only taken where

        sum_c p_c (s_c + 2 gamma(k + 4) M_c + tie_c) >= 0

    Each expected cost is off by at most gamma(k + 4) sum p_c M_c. A safer action is
    left only where it costs more by 1e-12 of the largest cost, which is at least the
    mean one: tie_c = -1e-12 L_c. A less safe one is left where it costs no less than
    1e-12 of the largest: tie_c = 1e-12 M_c. Where an action costs no more in any class,
    its computed cost is no more either, as each rounding keeps the order: such an
    action is always taken before a less safe one, and never left for a dearer one.
    """
    saved = policy.saves(action, other)
    is_safer = SAFEST_FIRST.index(other) < SAFEST_FIRST.index(action)
    if is_safer and (saved <= 0).all():
        return np.full(len(saved), -1.0)
    if not is_safer and (saved >= 0).all():
        return np.ones(len(saved))
    largest = np.abs(policy.costs).max(axis=1)
    tie = -policy.costs.mean(axis=1) * (1 - 1e-6) if is_safer else largest * (1 + 1e-6)
    off = 2 * gamma(len(saved) + 4) * largest + TINY * largest.max()
    return np.asarray(saved + TIE * tie + off)


def _by_threshold(policy: Policy, threshold: float, action: Action) -> Numbers:
    """Return the same for a guarantee, under which only the threshold t accepts.

    The computed p of the good class is at most 1, and at least t only where

        p_good (1 - t + gamma(2k + 12))  >=  t (sum of the others)

    It is below t <= 1 only where the others are t / (1 - t) of it, but for rounding;
    and only where it is below 1, for which they must be 2^-55 of it, or the total
    would round to the good class alone.
    """
    is_good = np.array(policy.classes) == policy.good
    off = gamma(2 * len(is_good) + 12)
    if action == Action.ACCEPT:
        accepts = 1 - threshold + off if threshold <= 1 else -1.0
        return np.where(is_good, accepts, -threshold)
    if threshold > 1:
        return np.ones(len(is_good))
    if 1 - threshold > 2 * off:
        return np.where(is_good, threshold - 1 + off, threshold)
    return np.where(is_good, -UNIT / 4, 1.0)


def _implies(saved: Numbers, other: Numbers) -> bool:
    """Say whether other >= t saved in every class for some t >= 0."""
    ratio = np.divide(other, saved, out=np.zeros_like(saved), where=saved != 0)
    most = ratio[saved > 0].min(initial=np.inf)
    least = ratio[saved < 0].max(initial=0.0)
    return bool(max(least, 0.0) <= most and (other[saved == 0] >= 0).all())


def shares(border: Border, u: Numbers) -> tuple[Numbers, Numbers]:
    """Return how much each class counts on the two sides of a border at u."""
    return (
        softmax(u[border.pro] + border.pro_logs),
        softmax(u[border.con] + border.con_logs),
    )


def entropy(share: Numbers) -> float:
    """Return -sum p log p."""
    inside = share[share > 0]
    return float(-(inside * np.log(inside)).sum())


class Space:
    """The x that may be reached, base + moves t, and their corrected logits.

    Args:
        head: W (d, k) and b (k,).
        policy: Over the same k classes.
        base: Shape (d,), x at t = 0.
        moves: Shape (d, f), what each step adds to x.
        ends: The least and the largest t, each of shape (f,).
        x: From t to the x that is meant, rounded as it is; left out, base + moves t.
    """

    def __init__(
        self,
        head: Head,
        policy: Policy,
        base: Values,
        moves: Numbers,
        ends: tuple[Numbers, Numbers] | None = None,
        x: Callable[[Numbers], Values] | None = None,
    ) -> None:
        self.head, self.base, self.moves = head, base, moves
        free: Numbers = np.full(moves.shape[1], np.inf)
        self.low, self.high = (-free, free) if ends is None else ends
        self.x = x or (lambda steps: np.asarray(base + moves @ steps))
        self.logs = np.log(policy.priors) - np.log(policy.training_mix)
        self.at_start = head.logits(base[np.newaxis])[0] + self.logs
        self.slopes = moves.T @ head.W
        self.hint = np.clip(np.zeros(len(free)), self.low, self.high)
        self.projections = 0  # how many were worked so far

    def u(self, steps: Numbers) -> Numbers:
        """Return the corrected logits after these steps, shape (k,)."""
        return np.asarray(self.at_start + steps @ self.slopes)

    def rounding(self, borders: Iterable[Border], radius: float) -> float:
        """Bound what rounding does to a border and to its cuts, in nats.

        For steps no longer than the radius, all terms are at most

            S = max_c (sum_i (|base_i| + |moves_i| radius) |W_ic| + |b_c|
                       + |log prior_c| + |log mix_c|) + max |w| + 1

        and each side of a border meets at most 2d + 4k + 50 roundings of them: d + 3 in
        the computed logits, d + 8 in those of `u`, 2 in shift and exponential of the
        softmax, 8 in its division and the priors, k + 3 in each weighted sum of a cut
        and in its entropy, and those of the projection.
        """
        d, k = self.head.W.shape
        with np.errstate(over="ignore", invalid="ignore"):
            lengths = np.sqrt((self.moves**2).sum(axis=1))
            size = np.abs(self.base) + np.nan_to_num(lengths * radius, nan=0.0)
            terms = size @ np.abs(self.head.W) + np.abs(self.head.b) + np.abs(self.logs)
        logs = [np.abs(w) for f in borders for w in (f.pro_logs, f.con_logs)]
        largest = max((float(w.max(initial=0.0)) for w in logs), default=0.0)
        return gamma(4 * d + 8 * k + 100) * (float(terms.max()) + largest + 1)

    def slope_bound(self, border: Border, rounding: float) -> float:
        """Return a distance from t = 0 within which a border is not reached.

        The lead changes by at most max |slope_c - slope_c'| a step, over c for and c'
        against.
        """
        behind = -border.lead(self.u(np.zeros(len(self.low)))) - rounding
        pairs = self.slopes[:, border.pro, None] - self.slopes[:, None, border.con]
        steepest = float(np.sqrt((pairs**2).sum(axis=0)).max(initial=0.0))
        if not behind > 0:
            return 0.0
        return behind / (steepest * (1 + 1e-12)) if steepest > 0 else np.inf

    def nearest(
        self,
        borders: list[Border],
        weights: list[Numbers],
        heights: list[float],
        margin: float = 0.0,
    ) -> tuple[Numbers | None, float]:
        """Return the nearest steps with every border met by fixed weights, and a bound.

            sum_c weight_c (u_c + w_c) + height  >=  log sum_(against) exp(u_c + w_c)
                                                     + margin

        a convex set for each border. It is cut from outside: by Jensen the right side
        is at least any shares times (u + w) plus their entropy, a half-space that
        touches the set where the shares are those of u. The point is the nearest of
        the cuts; the bound, no more than its distance, is proved by their multipliers.

        Returns:
            The steps, None where there are none; and a length that no steps of the
            set fall below.
        """
        rows: list[Numbers] = []
        least: list[float] = []
        start = np.clip(0.0, self.low, self.high)
        steps, bound = (self.hint if borders else start), float(np.sqrt(start @ start))
        for _ in range(MAX_CUTS):
            u, is_met = self.u(steps), bool(rows)
            for border, weight, height in zip(borders, weights, heights, strict=True):
                con = shares(border, u)[1]
                slope, lack = self._cut(border, weight, height - margin, con)
                terms = 1 + abs(lack) + np.abs(slope) @ np.abs(steps)
                if not rows or lack - slope @ steps > MET * terms:
                    is_met = False
                    rows.append(slope)
                    least.append(lack)
            if is_met or not rows:
                break
            found, proved = self._projected(np.array(rows), np.array(least))
            bound = max(bound, proved)
            if found is None:
                return None, bound
            steps = self.hint = found
        return steps, bound

    def _cut(
        self, border: Border, weight: Numbers, height: float, con: Numbers
    ) -> tuple[Numbers, float]:
        """Return the half-space slope . t >= lack."""
        slope = self.slopes[:, border.pro] @ weight - self.slopes[:, border.con] @ con
        ahead = weight @ (self.at_start[border.pro] + border.pro_logs) + height
        behind = con @ (self.at_start[border.con] + border.con_logs) + entropy(con)
        return slope, float(behind - ahead)

    def _projected(self, rows: Numbers, least: Numbers) -> tuple[Numbers | None, float]:
        self.projections += 1
        lengths = np.sqrt((rows**2).sum(axis=1))
        lengths = np.where(lengths > 0, lengths, 1.0)
        unit, least = rows / lengths[:, np.newaxis], least / lengths
        found = project(unit, least, self.low, self.high)
        proved = _proved(unit, least, found.multipliers, self.low, self.high)
        return found.point, proved


def _proved(
    rows: Numbers, least: Numbers, pushes: Numbers, low: Numbers, high: Numbers
) -> float:
    """Return a length that no t with rows t >= least within the ends falls below.

    For any pushes v >= 0 and f = v rows,

        |t|^2 / 2  >=  v least + sum_j min over its range of (t_j^2 / 2 - f_j t_j)

    and where v least is more than f t can be on the features with an end, the others
    must be as long as the rest over |f|. Less what the sums may be off.
    """
    pull, force = float(pushes @ least), pushes @ rows
    share = gamma(2 * sum(rows.shape) + 20)
    sizes = pushes @ np.abs(rows)
    best = np.clip(force, low, high)
    with np.errstate(over="ignore", invalid="ignore"):
        total = pull + (best**2 / 2 - force * best).sum()
        off = pushes @ np.abs(least) + (best**2 + 2 * sizes * np.abs(best)).sum()
        square = 2 * (total - share * off)
        end = np.where(force > 0, high, low)
        is_held = np.isfinite(end)
        reach = np.where(is_held, end, 0.0)
        off = pushes @ np.abs(least) + sizes @ np.abs(reach)
        rest = pull - float(force @ reach) - share * float(off)
        loose = np.where(is_held, 0.0, np.abs(force) + share * sizes)
        length = float(np.sqrt((loose**2).sum()))
    beyond = 0.0
    if rest > 0:
        beyond = rest / length if length > 0 else np.inf
    return max(float(np.sqrt(max(square, 0.0))), beyond) * (1 - 1e-15)

"""How near a border rounding could matter on a target: bounds, not estimates."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from glassline.export.rules import Rules
from glassline.recipe import Action

__all__ = ["EXP_UNITS", "Rounding", "decision_is_open", "ended", "lead_bound", "leads"]

EXP_UNITS = 4  # units in the last place that a target's exp may be off

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Rounding:
    """An arithmetic.

    Attributes:
        unit: The most that one operation is off, as a share of its result: 2^-24 for
            REAL, 2^-53 for LREAL.
    """

    unit: float

    def gamma(self, n: int) -> float:
        """Return n u / (1 - n u): what n operations in a row are off, at most.

        Source:
            N. J. Higham, Accuracy and Stability of Numerical Algorithms, 2nd edition
            (2002), lemma 3.1.
        """
        return n * self.unit / (1 - n * self.unit)


def ended(rules: Rules, u: Numbers) -> Numbers:
    """Return x: u that ends at -clip, and beyond the clip grows slowly."""
    beyond = rules.clip + rules.slope * (np.minimum(u, rules.far) - rules.clip)
    return np.asarray(np.maximum(np.minimum(u, beyond), -rules.clip))


def logits(rules: Rules, u: Numbers) -> Numbers:
    """Return the logits of features before their clip, shape (n, k)."""
    return np.asarray(ended(rules, u) @ rules.W + rules.b)


def leads(rules: Rules, u: Numbers) -> Numbers:
    """Return by how many nats the first class leads the second, shape (n,)."""
    first = np.sort(logits(rules, u), axis=1)
    return np.asarray(first[:, -1] - first[:, -2])


def lead_bound(rules: Rules, u: Numbers, rounding: Rounding) -> Numbers:
    """Bound the error of the lead of any class over any other, shape (n,), in nats.

    Input, end of the scale (6 operations), weight, d products and d + 1 sums are each
    rounded once, so a term of a logit passes at most d + 10 roundings:

        |z_c computed - z_c|  <=  gamma(d + 10) (sum_i X_i |W_ic| + |b_c|)

    with X_i = max(|x_i|, clip + slope far), the terms that x itself is made of; and a
    lead is the difference of two. It grows with |x|.

    Source:
        Higham (2002), section 3.1, with his lemma 3.1.
    """
    made_of = rules.clip + rules.slope * (rules.far + rules.clip)
    sizes = np.maximum(np.abs(ended(rules, u)), made_of if rules.slope else 0.0)
    terms = sizes @ np.abs(rules.W) + np.abs(rules.b)
    worst = np.sort(terms, axis=1)[:, -2:].sum(axis=1)
    return np.asarray(rounding.gamma(rules.d + 10) * worst)


def decision_is_open(rules: Rules, u: Numbers, rounding: Rounding) -> NDArray[np.bool_]:
    """Return of which parts rounding could change the decision, shape (n,).

    A probability is off by at most the share

        r = 2 lead bound + u (4 |t| + 2 EXP_UNITS + k + 20),   t the least logit - the
                                                               largest, at most 600

    (lead twice: its own and those of the sum; the rest: subtraction, exp of it, sum,
    division, priors), and a cost by r + gamma(k + 3) of sum_c p_c |C_ca|. Two costs nearer
    than that, and the width within which they count as equal, leave the decision open;
    so does a probability as near to a guarantee's threshold, and a squared distance
    as near to the limit of novelty as

        gamma(4 d + 10) sum_ij (|u_i| + |m_i|) |A^-1_ij| (|u_j| + |m_j|)
    """
    z = logits(rules, u)
    t = np.minimum(z.max(axis=1) - z.min(axis=1), 600.0)
    share = 2 * lead_bound(rules, u, rounding) + rounding.unit * (
        4 * t + 2 * EXP_UNITS + rules.k + 20
    )
    e = np.exp(z - z.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    if rules.ratio is not None:
        p = p * rules.ratio
        p = p / p.sum(axis=1, keepdims=True)
        share = 2 * share
    costs, sizes = p @ rules.costs, p @ np.abs(rules.costs)
    off = (share + rounding.gamma(rules.k + 3))[:, np.newaxis] * sizes
    slack = 3 * rules.tie * np.abs(costs).max(axis=1)
    by_cost = rules.good >= 0 and rules.threshold is None
    weighed = list(Action) if by_cost else [Action.REJECT, Action.REVIEW]
    found = np.zeros(len(u), np.bool_)
    for a, b in combinations(weighed, 2):
        away = np.abs(costs[:, a] - costs[:, b])
        found |= away <= off[:, a] + off[:, b] + slack
    if rules.good >= 0 and rules.threshold is not None:
        good = p[:, rules.good]
        found |= np.abs(good - rules.threshold) <= good * share + 2 * rounding.unit
    return (
        found | _novelty_is_open(rules, u, rounding) | _held_is_open(rules, u, rounding)
    )


def _held_is_open(rules: Rules, u: Numbers, rounding: Rounding) -> NDArray[np.bool_]:
    """Return where rounding could change whether a flat border is within reach.

    How far the other action lies behind is off by at most gamma(d + 12) of its terms, and
    the square of how far the lead moves by gamma(2 d + 8) of its own; and a feature that
    stands at the clip but for rounding may move by 1 or by the slope.
    """
    held, found = rules.held, np.zeros(len(u), np.bool_)
    if held is None:
        return found
    for end in (u - rules.clip, u - rules.far, -rules.clip - u):
        size = np.abs(u) + rules.far + held.reach
        near = np.abs(end - held.reach) <= rounding.gamma(6) * size
        found |= near.any(axis=1)
    moves = held.moves(u, rules.clip, rules.slope, rules.far)
    made_of = rules.clip + rules.slope * (rules.far + rules.clip)
    sizes = np.maximum(np.abs(ended(rules, u)), made_of) @ np.abs(rules.W)
    z, terms = logits(rules, u), sizes + np.abs(rules.b)
    for each in held.borders:
        con, pro, table = each.con[0], each.pro[0], held.swing(rules.W, each)
        behind = z[:, con] - z[:, pro] + each.gap
        off = rounding.gamma(rules.d + 12) * (
            terms[:, con] + terms[:, pro] + abs(each.gap)
        )
        most = np.einsum("ni,ij,nj->n", moves, table, moves)
        large = np.einsum("ni,ij,nj->n", moves, np.abs(table), moves)
        room = 2 * np.abs(behind) * off + off**2 + rounding.gamma(3) * behind**2
        room = room + rounding.gamma(2 * rules.d + 8) * large
        found |= (np.abs(behind) <= off) | (np.abs(behind**2 - most) <= room)
    return found


def _novelty_is_open(rules: Rules, u: Numbers, rounding: Rounding) -> NDArray[np.bool_]:
    found = np.zeros(len(u), np.bool_)
    if rules.region is None:
        return found
    for center, inverse in zip(
        rules.region.centers, rules.region.inverses, strict=True
    ):
        away, sizes = u - center, np.abs(u) + np.abs(center)
        square = np.einsum("ni,ij,nj->n", away, inverse, away)
        terms = np.einsum("ni,ij,nj->n", sizes, np.abs(inverse), sizes)
        off = rounding.gamma(4 * rules.d + 10) * terms
        found |= np.abs(square - rules.region.cut) <= off + rules.region.cut * 2 * (
            rounding.unit
        )
    return found

"""What a policy compares, as sums of exponentials that are widened by their rounding."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import expm1, log

import numpy as np

from glassline.decide import Policy
from glassline.head.rounding import UNIT, logit_rounding
from glassline.recipe import Action
from glassline.studies.comparison.differences import Judge

__all__ = ["Sum", "log_above", "sums_of"]

LEAST = 1e-300  # less speaks against nothing
COARSE = 0.1  # a share by which rounding may move a cost: beyond it nothing is proved
TIE = 1e-12 * (1 + 1e-6)  # of the largest cost: what the policy takes for equal
OTHERS = (Action.REJECT, Action.REVIEW)


@dataclass(frozen=True)
class Sum:
    """A sum of e_c by classes that must be >= 0, in logarithms.

    Attributes:
        at: Of which model: 0 old, 1 new.
        pro: Class to the largest logarithm of what it adds.
        con: Class to the least logarithm of what it takes off.
    """

    at: int
    pro: Mapping[int, float]
    con: Mapping[int, float]


def sums_of(judge: Judge, at: int, policy: Policy) -> tuple[Sum, ...] | None:
    """Return the sums that are all >= 0 where the new model accepts.

    Of the old model those of which one is >= 0 where it does not. Each is widened by
    what rounding and the policy's ties can do to it; None where that is too much.
    """
    if policy.good is None:
        return (Sum(at, {}, {0: 0.0}),) if at else (Sum(at, {0: 0.0}, {}),)
    with np.errstate(all="ignore"):
        ratio = policy.priors / policy.training_mix
        ratio = ratio / ratio.max()
        saved = np.unique([policy.saves(Action.ACCEPT, a) for a in OTHERS], axis=0)
        size = np.maximum(np.abs(policy.costs).max(axis=1), np.abs(saved).max(axis=0))
        size = size + 1e-30 * size.max()  # a class that costs nothing still has a share
        off = relative_rounding(judge)
        h = ratio * ((saved if at else -saved) + off * size)
    if not off < COARSE or not np.isfinite(h).all():
        return None
    return tuple(
        Sum(
            at,
            {c: log_above(each) for c, each in enumerate(row) if each > 0},
            {c: -log_above(1 / -each) for c, each in enumerate(row) if each < -LEAST},
        )
        for row in h.tolist()
    )


def log_above(size: float) -> float:
    """Return a logarithm that is not too small."""
    return log(size) + 1e-14 * (1 + abs(log(size)))


def relative_rounding(judge: Judge) -> float:
    """Bound by what share of itself each term of an expected cost is off.

    Its logit is off by r_c nats, and so is the largest, which both divide: 2 r. The
    subtraction of the largest adds u of its size, exp, sum, division, correction by
    priors, product and sum at most 8 k + 60 roundings.
    """
    head = judge.head
    widest = np.full((1, head.d), judge.scale.top * (1 + 1e-6))
    off = logit_rounding(head, widest)[0] + judge.x_rounding @ np.abs(head.W)
    far = 2 * float((np.abs(head.W).sum(axis=0) * widest[0, 0] + np.abs(head.b)).max())
    nats = 2 * float(off.max()) + 2 * UNIT * far
    return TIE + expm1(min(nats, 1.0)) + (8 * head.k + 60) * UNIT

"""Is there a reading within the camera's repeatability that changes the decision?"""

from __future__ import annotations

from math import inf

import numpy as np
from numpy.typing import ArrayLike, NDArray

from glassline.decide.decision import actions
from glassline.decide.flips.answer import DecisionFlip
from glassline.decide.flips.decision import flip_decision
from glassline.decide.gauge import Nearby
from glassline.decide.policy import Policy
from glassline.errors import InputError, ShapeError
from glassline.head import Head
from glassline.recipe import ACTIONS

__all__ = ["decision_within"]

Numbers = NDArray[np.float64]


def decision_within(
    head: Head, policy: Policy, x: ArrayLike, covariance: ArrayLike, limit: float
) -> Nearby | None:
    """Return the nearest reading of another decision, if it is within a distance.

    With S the covariance of one part's readings and S = R R^T, the readings are
    x + R s and z = (x W + b) + s (R^T W): the same question for the head R^T W in s,
    where the distance is |s|. `flip_decision` answers it with a proof. Most parts need
    no search: an action is before another by

        g = log sum_(c for) exp(u_c + w_c) - log sum_(c against) exp(u_c + w_c),

    whose slope in s is a mean of R^T (W_c - W_c') over such pairs, so that no s shorter
    than g / max |R^T (W_c - W_c')| makes it 0.

    Args:
        head: W (d, k) and b (k,).
        policy: Over the same k classes.
        x: Shape (d,), the part in standard units.
        covariance: Shape (d, d), of the readings of one part, in the same units.
        limit: In repeatability spreads, > 0.

    Returns:
        The reading; None where there is none as near as the limit.

    Raises:
        ShapeError: The arrays do not fit each other.
        InputError: A number is not finite, the covariance is not symmetric with
            variances >= 0, or the limit is not above 0.

    Example:
        Accepted up to x = -log 19, which is 0.056 from here: half a spread of 0.1.

        >>> from glassline.recipe import Recipe
        >>> head = Head(np.array([[0.0, 1.0]]), np.zeros(2))
        >>> policy = Policy.of(Recipe(classes=("ok", "dirt")))
        >>> near = decision_within(head, policy, [-3.0], [[0.01]], 1.0)
        >>> print(f"{near.decision} at {near.x[0]:.4f}, {near.distance:.2f} spreads away")
        review at -2.9444, 0.56 spreads away
        >>> decision_within(head, policy, [-3.0], [[0.01]], 0.5) is None
        True
    """
    if not 0 < limit < inf:
        raise InputError(f"limit: expected a finite number above 0, got {limit}.")
    own = np.asarray(x, np.float64)
    root = _root(covariance, head.d)
    if own.shape != (head.d,):
        raise ShapeError(f"x: expected shape ({head.d},), got {own.shape}.")
    moved = Head(root.T @ head.W, head.logits(own[np.newaxis])[0])
    if _at_least(moved, policy) > limit:
        return None
    found = flip_decision(moved, policy, np.zeros(head.d))
    if not isinstance(found, DecisionFlip) or found.at_least > limit:
        return None
    return Nearby(
        x=tuple((own + root @ found.x).tolist()),
        own=tuple(own.tolist()),
        distance=found.distance,
        decision=found.decision,
        limit=limit,
    )


def _root(covariance: ArrayLike, d: int) -> Numbers:
    """Return R with covariance = R R^T."""
    matrix = np.asarray(covariance, np.float64)
    if matrix.shape != (d, d):
        raise ShapeError(f"covariance: expected shape {(d, d)}, got {matrix.shape}.")
    size = np.abs(matrix).max(initial=0.0)
    if not size < inf or (np.abs(matrix - matrix.T) > 1e-9 * size).any():
        raise InputError("covariance: expected a symmetric matrix of finite numbers.")
    variances, axes = np.linalg.eigh((matrix + matrix.T) / 2)
    if variances.min() < -1e-9 * size:
        raise InputError(
            f"covariance: expected variances >= 0, got {variances.min():g}."
        )
    return np.asarray(axes * np.sqrt(np.maximum(variances, 0.0)))


def _at_least(head: Head, policy: Policy) -> float:
    """Return a distance from 0 within which the decision can not change."""
    now = int(actions(policy, head.probabilities(np.zeros((1, head.d))))[0])
    u = head.b + np.log(policy.priors) - np.log(policy.training_mix)
    least = inf
    for other in range(len(ACTIONS)):
        if other == now or (policy.good is None and ACTIONS[other] == "accept"):
            continue
        saved = policy.saves(now, other)
        pro, con = np.flatnonzero(saved > 0), np.flatnonzero(saved < 0)
        if not len(con):
            continue
        if not len(pro):
            return 0.0
        ahead = np.logaddexp.reduce(u[pro] + np.log(saved[pro]))
        behind = np.logaddexp.reduce(u[con] + np.log(-saved[con]))
        if not ahead > behind:
            return 0.0
        pairs = head.W[:, pro, np.newaxis] - head.W[:, np.newaxis, con]
        steepest = float(np.sqrt((pairs**2).sum(axis=0)).max())
        if steepest > 0:
            least = min(least, float(ahead - behind) / steepest)
    return least

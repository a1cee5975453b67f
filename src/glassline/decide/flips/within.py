"""Is there a reading within the camera's repeatability that changes the decision?"""

from __future__ import annotations

from math import inf, sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray

from glassline.decide.decision import actions
from glassline.decide.flips.borders import Space
from glassline.decide.flips.decision import Search
from glassline.decide.gauge import Nearby, Unsettled
from glassline.decide.policy import Policy
from glassline.errors import InputError, ShapeError
from glassline.head import Head
from glassline.recipe import ACTIONS

__all__ = ["decision_within"]


def decision_within(
    head: Head, policy: Policy, x: ArrayLike, covariance: ArrayLike, limit: float
) -> Nearby | Unsettled | None:
    """Return a reading of another decision within a distance, if there is one.

    With S the covariance of one part's readings and S = R R^T, the readings are
    x + R s, and |s| is how far they are. They are searched as `flip_decision` does, as
    far as the limit. Most parts need no search: an action is before another by

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
        The nearest such reading that was found, decided at that very x. None where no
        reading as near as the limit is decided otherwise: of x + R s, rounded as all
        of it is computed, for every |s| up to the limit. `Unsettled` where the search
        ended before either was known.

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
    search = Search(
        Space(head, policy, own, root),
        policy,
        present=int(actions(policy, head.probabilities(own[np.newaxis]))[0]),
        far=lambda steps, _: sqrt(steps @ steps),
    )
    search.run(limit)
    if search.best is not None and search.distance <= limit:
        return Nearby(
            x=tuple(search.best.tolist()),
            own=tuple(own.tolist()),
            distance=search.distance,
            decision=ACTIONS[search.decision],
            limit=limit,
        )
    return None if search.at_least >= limit else Unsettled(search.at_least, limit)


def _root(covariance: ArrayLike, d: int) -> NDArray[np.float64]:
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

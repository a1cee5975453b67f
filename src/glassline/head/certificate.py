"""Proof that training is finished, which anyone can recompute."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from glassline.arrays import ClassIds, Features, PartWeights, Targets
from glassline.errors import InputError
from glassline.head.inputs import as_features, as_weights
from glassline.head.linear import Head
from glassline.head.losses import logit_gradient, part_losses
from glassline.head.newton import Point
from glassline.head.rounding import Summed, gradient_rounding, mean_sizes
from glassline.head.targets import as_targets

__all__ = [
    "MAX_DENSE",
    "Certificate",
    "certificate_at",
    "certify",
    "check_penalty",
    "condition_of",
]

MAX_DENSE = 300  # k (d + 1) above which k^2 (d + 1)^2 numbers are too many to be useful
FLAT = 1e-15  # curvature below this share of the largest is rounding
FINISHED = 1e-6  # of W and b: what no printed figure shows
ROWS = 8_192  # summed at a time, to keep memory level


@dataclass(frozen=True)
class Certificate:
    """How far a head can be from the one best head.

    J is strongly convex with at least the penalty, so for the optimum theta*

        |theta - theta*| <= |gradient of J at theta| / penalty
                         <= (gradient_norm + rounding) / penalty

    Attributes:
        objective: J at the head, nats per part.
        gradient_norm: Euclidean length of the gradient of J by all of W and b, as
            summed in 64-bit numbers.
        distance_bound: (gradient_norm + rounding) / penalty, in the units of W and b:
            the optimum is no further away. inf without a penalty.
        condition: Largest by smallest curvature of J over the (k - 1)(d + 1)
            directions that change a probability; None when there are too many. `fit`
            takes it where it last took a Hessian: for 100,000 parts and more, on a
            sample.
        penalty: The penalty of J.
        weight: Summed weight of the decided parts, by which J divides.
        rounding: How much longer the exact gradient can be, at most; None in a model
            saved before it was counted, whose bound leaves it out.
    """

    objective: float
    gradient_norm: float
    distance_bound: float
    condition: float | None
    penalty: float
    weight: float
    rounding: float | None = None

    @property
    def is_finished(self) -> bool:
        """Return whether no gradient is left that would move W and b by 1e-6.

        Judged without the rounding that the bound allows for: no further training
        could tell that from 0. Without a penalty there is no such proof.
        """
        return self.penalty > 0 and self.gradient_norm <= FINISHED * self.penalty


def certify(
    x: Features,
    y: ClassIds | Targets,
    head: Head,
    *,
    penalty: float,
    weights: PartWeights | None = None,
) -> Certificate:
    """Recompute how far `head` can be from the optimum, from the definition.

    It shares no sum with `fit`: logits in order, p - y a part, plain products. `head`
    is the one to judge; x, y, penalty and weights are as for `fit`.

    Raises:
        ShapeError: The shapes do not fit.
        InputError: A number is NaN or infinite, the penalty is negative, or no
            decided part has a weight above 0.
        LabelError: A label is not one of the head's classes.

    Example:
        One part a class at x = 0: by symmetry the empty head is best.

        >>> head = Head(W=np.zeros((1, 2)), b=np.zeros(2))
        >>> proof = certify(np.zeros((2, 1)), np.array([0, 1]), head, penalty=0.1)
        >>> proof.gradient_norm, proof.rounding < 1e-13, round(proof.condition, 6)
        (0.0, True, 6.0)

    Source:
        Y. Nesterov, Introductory Lectures on Convex Optimization (2004),
        theorem 2.1.10: strong convexity bounds the distance by the gradient.
    """
    x = as_features(x, head.d)
    targets, k = as_targets(y, len(x), head.k, name="y")
    check_penalty(penalty)
    given = as_weights(weights, len(x))
    w = np.ones(len(x)) if given is None else given
    voted = w if targets.ndim == 1 else w * targets.sum(axis=1)
    total = float(voted.sum())
    if not total > 0:
        raise InputError(
            "y: expected at least one decided part with a weight above 0, got none."
        )
    theta = np.vstack([head.W, head.b])
    loss, gradient, squares = 0.0, np.zeros_like(theta), np.zeros(head.d)
    dense = k * len(theta) <= MAX_DENSE
    hessian = np.zeros((len(theta), k, len(theta), k)) if dense else None
    starts = range(0, len(x), ROWS)
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        for start in starts:
            part = slice(start, start + ROWS)
            z = head.logits(x[part])
            wide = np.hstack([x[part], np.ones((len(z), 1))])
            loss += float(w[part] @ part_losses(z, targets[part]))
            gradient += wide.T @ (w[part, None] * logit_gradient(z, targets[part]))
            squares += voted[part] @ x[part] ** 2
            if hessian is not None:
                hessian += _hessian(wide, head.probabilities(x[part]), voted[part])
        gradient = gradient / total + penalty * theta
        value = loss / total + penalty / 2 * float((theta**2).sum())
        if hessian is not None:
            hessian = hessian.reshape(theta.size, theta.size) / total
            hessian.reshape(-1)[:: theta.size + 1] += penalty
    sizes = mean_sizes(squares, total, lambda: abs(x[voted > 0]).max(axis=0))
    summed = Summed(sizes, total, min(ROWS, len(x)), len(starts))
    return certificate_at(Point(theta, value, gradient), hessian, penalty, summed)


def certificate_at(
    point: Point,
    hessian: NDArray[np.float64] | None,
    penalty: float,
    summed: Summed,
) -> Certificate:
    """Return the certificate of a point whose sums are known already."""
    more = float(gradient_rounding(point.theta, point.norm, penalty, summed))
    distance = (point.norm + more) / penalty if penalty > 0 else np.inf
    k = point.theta.shape[1]
    condition = None if hessian is None else condition_of(hessian, k)
    return Certificate(
        objective=point.value,
        gradient_norm=point.norm,
        distance_bound=distance if distance >= 0 else np.inf,  # NaN is no bound
        condition=condition,
        penalty=float(penalty),
        weight=summed.weight,
        rounding=more if more >= 0 else np.inf,
    )


def check_penalty(penalty: float) -> None:
    """Refuse a penalty that is no number >= 0.

    Raises:
        InputError: It is negative, NaN or infinite.
    """
    if not 0 <= penalty < np.inf:
        raise InputError(f"penalty: expected a finite number >= 0, got {penalty}.")


def condition_of(hessian: NDArray[np.float64], k: int) -> float:
    """Return the condition of the Hessian of J, shape (k (d + 1), k (d + 1)).

    Taken over the directions that change a probability; inf where one of them is
    flat to rounding, or where a number is not finite.
    """
    if k == 1:
        return 1.0
    if not np.isfinite(hessian).all():
        return np.inf
    basis = _differences(len(hessian) // k, k)
    values = np.linalg.eigvalsh(basis.T @ hessian @ basis)
    lowest, highest = float(values[0]), float(values[-1])
    return highest / lowest if lowest > FLAT * highest else np.inf


@cache
def _differences(width: int, k: int) -> NDArray[np.float64]:
    """Return an orthonormal basis of the directions that are no shift, in columns."""
    between = np.linalg.svd(np.ones((1, k)))[2][1:].T  # orthogonal to (1, ..., 1)
    return np.kron(np.eye(width), between)


def _hessian(
    wide: NDArray[np.float64], p: NDArray[np.float64], w: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Sum w (diag(p) - p p^T) (x) x~ x~^T, shape (d + 1, k, d + 1, k)."""
    k = p.shape[1]
    sums = np.empty((wide.shape[1], k, wide.shape[1], k))
    for a in range(k):
        for b in range(k):
            v = w * p[:, a] * ((a == b) - p[:, b])
            sums[:, a, :, b] = (wide.T * v) @ wide
    return sums

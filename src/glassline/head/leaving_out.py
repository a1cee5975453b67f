"""Many fits that differ by one part each, solved side by side."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from glassline.head.certificate import MAX_DENSE
from glassline.head.linear import Head
from glassline.head.objective import without_shift
from glassline.head.sums import statistics

__all__ = ["Teaching", "first_order", "refit_without_each"]

CHUNK_NUMBERS = 131_072  # 1 MiB of float64: the second-level cache of one core
ROUNDS = 12  # the error shrinks about n-fold a round; what takes longer is refitted


@dataclass(frozen=True, eq=False)
class Teaching:
    """What a head was fitted to, checked.

    Attributes:
        x: Shape (n, d).
        targets: Shape (n,) ids, or (n, k) rows.
        k: Classes.
        penalty: >= 0.
        weights: Shape (n,), or None.
    """

    x: NDArray[np.float64]
    targets: NDArray[np.int64] | NDArray[np.float64]
    k: int
    penalty: float
    weights: NDArray[np.float64] | None

    @cached_property
    def wide(self) -> NDArray[np.float64]:
        """Return x~, shape (n, d + 1): x and a last column of 1."""
        return np.hstack([self.x, np.ones((len(self.x), 1))])

    @cached_property
    def shares(self) -> NDArray[np.float64]:
        """Return w y, shape (n, k); an undecided part has none."""
        rows = self.targets
        if rows.ndim == 1:
            rows = (rows[:, None] == np.arange(self.k)).astype(np.float64)
        return np.asarray(
            rows if self.weights is None else rows * self.weights[:, None]
        )


def refit_without_each(
    taught: Teaching,
    theta: NDArray[np.float64],
    parts: NDArray[np.intp],
    tolerance: float,
) -> tuple[NDArray[np.float64], list[int]]:
    """Return the optimum without each of `parts`, and the places that need a full fit.

    All variants walk together: one round evaluates the gradient of each over its own
    n - 1 parts, and steps with the Hessian that `theta` has without that part. One
    part of n moves the optimum by about 1/n, so the step's error shrinks as fast.

    Args:
        taught: What was fitted.
        theta: Shape (d + 1, k), the start of all.
        parts: Shape (m,).
        tolerance: Length of the gradient of J at which a variant is done.

    Returns:
        Shape (m, d + 1, k), and those not done after 12 rounds.
    """
    start = without_shift(theta)
    solved = np.empty((len(parts), *theta.shape))
    if theta.size > MAX_DENSE:
        return solved, list(range(len(parts)))
    unsolved: list[int] = []
    chunk = max(1, CHUNK_NUMBERS // (taught.k * max(1, len(taught.x))))
    hessian = _whole_hessian(taught, start)
    for first in range(0, len(parts), chunk):
        which = parts[first : first + chunk]
        found, done = _walk(taught, start, hessian, which, tolerance)
        solved[first : first + chunk] = found
        unsolved += [first + int(place) for place in np.flatnonzero(~done)]
    return solved, unsolved


def first_order(taught: Teaching, theta: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return theta + H^-1 (gradient of part i) / (total weight), shape (n, d + 1, k)."""
    start = without_shift(theta)
    wide, shares = taught.wide, taught.shares
    weight = shares.sum()
    inverse = np.linalg.inv(_curved(_whole_hessian(taught, start) / weight, taught))
    pull = _p(wide @ start) * shares.sum(axis=1, keepdims=True) - shares
    each = (wide[:, :, None] * pull[:, None, :]).reshape(len(wide), -1)
    return np.asarray(
        start + (each @ inverse.T / weight).reshape(len(wide), *theta.shape)
    )


def _walk(
    taught: Teaching,
    start: NDArray[np.float64],
    hessian: NDArray[np.float64],
    which: NDArray[np.intp],
    tolerance: float,
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return the optimum without each of a few parts, and which of them are done."""
    width, k = start.shape
    wide, shares = taught.wide, taught.shares
    counts = shares.sum(axis=1)
    weight = counts.sum() - counts[which]
    theta = np.repeat(start[None], len(which), axis=0)
    done = np.zeros(len(which), dtype=np.bool_)
    if not (weight > 0).all():
        return theta, done  # the full fit says what is wrong
    rest = (hessian - _hessians(taught, start, which)) / weight[:, None, None]
    try:
        inverse = np.linalg.inv(_curved(rest, taught))
    except np.linalg.LinAlgError:
        return theta, done
    for _ in range(ROUNDS):
        z = np.matmul(theta.transpose(0, 2, 1), wide.T)  # (m, k, n)
        z -= z.max(axis=1, keepdims=True)
        pull = np.exp(z, out=z)
        pull *= (counts / pull.sum(axis=1))[:, None, :]
        pull -= shares.T
        pull[np.arange(len(which)), :, which] = 0.0
        gradient = (pull @ wide).transpose(0, 2, 1) / weight[:, None, None]
        gradient += taught.penalty * theta
        done = np.sqrt((gradient**2).sum(axis=(1, 2))) <= tolerance
        if done.all():
            break
        step = (inverse @ gradient.reshape(len(which), -1, 1)).reshape(-1, width, k)
        step[done] = 0.0
        theta -= step - step.mean(axis=2, keepdims=True)
    return theta, done


def _whole_hessian(taught: Teaching, theta: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the Hessian of sum w L, shape ((d + 1) k, (d + 1) k)."""
    head = Head(theta[:-1], theta[-1])
    sums = statistics(taught.x, taught.targets, head, weights=taught.weights)
    return np.asarray(sums.hessian)


def _hessians(
    taught: Teaching, theta: NDArray[np.float64], parts: NDArray[np.intp]
) -> NDArray[np.float64]:
    """Return each part's Hessian of w L, shape (m, (d + 1) k, (d + 1) k)."""
    wide = taught.wide[parts]
    p = _p(wide @ theta)
    each = p[:, :, None] * (np.eye(taught.k) - p[:, None, :])
    each *= taught.shares[parts].sum(axis=1)[:, None, None]
    size = wide.shape[1] * taught.k
    return np.asarray(
        np.einsum("ni,nj,nab->niajb", wide, wide, each).reshape(-1, size, size)
    )


def _curved(hessian: NDArray[np.float64], taught: Teaching) -> NDArray[np.float64]:
    """Add the penalty, and curvature along the shifts, where gradients have no part."""
    k = taught.k
    size = hessian.shape[-1]
    shift = np.kron(np.eye(size // k), np.ones((k, k)) / k)
    return np.asarray(hessian + taught.penalty * np.eye(size) + shift)


def _p(z: NDArray[np.float64]) -> NDArray[np.float64]:
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return np.asarray(e / e.sum(axis=1, keepdims=True))

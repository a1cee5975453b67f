"""The exact posterior of a head, sampled: Hamiltonian Monte Carlo in plain NumPy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LEAPS = 6
QUARTER = np.pi / 2  # of a turn: on a normal distribution the next draw is a new one

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Target:
    """exp(-sum L - (precision / 2) sum theta^2) over theta = centre + root u.

    Attributes:
        wide: Shape (n, d + 1), x and a last 1.
        rows: Shape (n, k), one-hot labels.
        precision: Of the normal prior on each number of theta.
        centre: Shape (d + 1, k).
        root: Shape (k (d + 1), m): any coordinates do; good ones mix sooner.
    """

    wide: Array
    rows: Array
    precision: float
    centre: Array
    root: Array

    def theta(self, u: Array) -> Array:
        """Return the heads at u, shape (chains, m): shape (chains, d + 1, k)."""
        return self.centre + (u @ self.root.T).reshape(-1, *self.centre.shape)

    def at(self, u: Array) -> tuple[Array, Array]:
        """Return minus the logarithm, shape (chains,), and its slopes."""
        theta = self.theta(u)
        z = theta.transpose(0, 2, 1) @ self.wide.T  # parts last: sums run along memory
        top = z.max(axis=1)
        losses = top - (z * self.rows.T).sum(axis=1)
        e = np.exp(z - top[:, None, :])
        whole = e.sum(axis=1)
        losses += np.log(whole)
        pull = e / whole[:, None, :] - self.rows.T
        slope = (pull @ self.wide).transpose(0, 2, 1) + self.precision * theta
        value = losses.sum(axis=1) + self.precision / 2 * (theta**2).sum(axis=(1, 2))
        return value, slope.reshape(len(u), -1) @ self.root


def draws(target: Target, chains: int, kept: int, rng: np.random.Generator) -> Array:
    """Return heads of shape (kept, chains, d + 1, k), a third as many thrown away before.

    Source:
        R. M. Neal, Handbook of Markov Chain Monte Carlo (2011), chapter 5, figure 2.
    """
    size = QUARTER / LEAPS
    u = 2 * rng.normal(size=(chains, target.root.shape[1]))  # wider than the target
    value, slope = target.at(u)
    seen = []
    for _ in range(kept + kept // 3):
        start = speed = rng.normal(size=u.shape)
        ahead, ahead_value, ahead_slope = u, value, slope
        for _ in range(LEAPS):
            speed = speed - size / 2 * ahead_slope
            ahead = ahead + size * speed
            ahead_value, ahead_slope = target.at(ahead)
            speed = speed - size / 2 * ahead_slope
        rise = (
            ahead_value - value + ((speed**2).sum(axis=1) - (start**2).sum(axis=1)) / 2
        )
        taken = np.log(rng.uniform(size=chains)) < -rise
        u = np.where(taken[:, None], ahead, u)
        value = np.where(taken, ahead_value, value)
        slope = np.where(taken[:, None], ahead_slope, slope)
        seen.append(target.theta(u))
    return np.stack(seen[kept // 3 :])

"""The half-spaces between a part and its new class, in steps of its scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from glassline.arrays import Values
from glassline.decide.flips.projection import Projection, project
from glassline.decide.flips.proof import HalfSpace, Region
from glassline.decide.flips.reach import Reach
from glassline.errors import InputError
from glassline.head import Head

__all__ = ["Walls"]

Numbers = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Walls:
    """One half-space a pair of classes, as rows of length 1 over the free features.

    Attributes:
        reach: From where, and within which ranges.
        winners: Shape (r,), the class that shall be the more probable one.
        losers: Shape (r,), the other.
        normals: Shape (r, d), nats per standard unit.
        offsets: Shape (r,), nats.
        rows: Shape (r, free), the normals in steps of the scale, of length 1; all 0
            where no free feature tells the two classes apart.
        lengths: Shape (r,), nats per step of 1; 1 where the row is 0.
        lacks: Shape (r,), nats from the start to the wall once what is given is
            in place; at most 0 behind it.
    """

    reach: Reach
    winners: NDArray[np.int64]
    losers: NDArray[np.int64]
    normals: Numbers
    offsets: Numbers
    rows: Numbers
    lengths: Numbers
    lacks: Numbers

    @classmethod
    def between(
        cls, head: Head, reach: Reach, winners: Sequence[int], losers: Sequence[int]
    ) -> Walls:
        """Set up the half-spaces where each winner has at least its loser's logit.

        Raises:
            InputError: The weights or their steps overflow.
        """
        win, lose = np.array(winners, dtype=np.int64), np.array(losers, dtype=np.int64)
        z = head.logits(reach.start[np.newaxis])[0]
        free = reach.free
        given = np.where(free, 0.0, reach.low - reach.start)
        with np.errstate(over="ignore", invalid="ignore", under="ignore"):
            normals = (head.W[:, win] - head.W[:, lose]).T
            rows = normals[:, free] * reach.scale[free]
            lengths = _lengths(rows)
            offsets = head.b[win] - head.b[lose]
            lacks = (z[lose] - z[win]) - normals @ given
        if not all(np.isfinite(a).all() for a in (lengths, offsets, lacks)):
            raise InputError(
                "W: expected differences of classes below 1e308 a step, got an overflow."
            )
        rows = np.where(lengths[:, np.newaxis] > 0, rows, 0.0)
        lengths = np.where(lengths > 0, lengths, 1.0)
        with np.errstate(under="ignore"):
            rows = rows / lengths[:, np.newaxis]
        return cls(reach, win, lose, normals, offsets, rows, lengths, lacks)

    @property
    def distances(self) -> Numbers:
        """Return the steps to each wall alone without ranges, shape (r,); inf: none."""
        flat = ~self.rows.any(axis=1)
        with np.errstate(over="ignore"):
            steps = np.maximum(self.lacks, 0.0) / self.lengths
        return np.where(flat & (self.lacks > 0), np.inf, steps)

    def nearest(
        self, places: Sequence[int], nudge: float = 0.0, *, bounded: bool = True
    ) -> Projection:
        """Return the least steps of the free features behind all walls named.

        Args:
            places: Which walls.
            nudge: Nats to go beyond each.
            bounded: Whether the ranges hold.

        Returns:
            The steps and the multipliers in squared distance per nat. Without a
            point, the multipliers prove that there is none.
        """
        chosen = list(places)
        low, high = (side[self.reach.free] for side in self.reach.steps)
        if not bounded:
            low, high = np.full_like(low, -np.inf), np.full_like(high, np.inf)
        rows, lengths = self.rows[chosen], self.lengths[chosen]
        with np.errstate(over="ignore", invalid="ignore", under="ignore"):
            least = (self.lacks[chosen] + nudge) / lengths
            beyond = least == np.inf  # what the proof works out without overflow
            if beyond.any():
                found = Projection(None, beyond.astype(np.float64))
            else:
                found = project(rows, least, low, high)
            pushes = found.multipliers / lengths
        return Projection(found.point, np.where(np.isfinite(pushes), pushes, 0.0))

    def alone(self) -> Numbers:
        """Return each wall's multiplier as if it stood alone, without ranges, (r,)."""
        with np.errstate(over="ignore"):
            pushes = np.maximum(self.lacks, 0.0) / self.lengths / self.lengths
        return np.where(np.isfinite(pushes), pushes, 0.0)

    def x(self, steps: Numbers) -> Values:
        """Return x after these steps of the free features, shape (d,)."""
        every = np.zeros(len(self.reach.start))
        every[self.reach.free] = steps
        return self.reach.at(every)  # what is given moves there by its range

    def region(self, places: Sequence[int], pushes: Numbers, margin: float) -> Region:
        """Return the half-spaces as the proof keeps them."""
        return tuple(
            HalfSpace(
                winner=int(self.winners[at]),
                loser=int(self.losers[at]),
                normal=self.normals[at],
                offset=float(self.offsets[at]),
                margin=margin,
                multiplier=float(push),
            )
            for at, push in zip(places, pushes, strict=True)
        )


def _lengths(rows: Numbers) -> Numbers:
    """Euclidean length of each row, also where squares would overflow."""
    if not rows.shape[1]:
        return np.zeros(len(rows))
    largest = np.abs(rows).max(axis=1)
    unit = np.divide(
        rows,
        largest[:, np.newaxis],
        out=np.zeros_like(rows),
        where=largest[:, None] > 0,
    )
    return np.asarray(largest * np.sqrt((unit**2).sum(axis=1)))

"""Planes around what a model has seen: beyond them it finds every part novel."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from glassline.model import Model
from glassline.studies.comparison.differences.pieces import Box, Line, curved_span

__all__ = ["Planes"]

Numbers = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Planes:
    """Pairs of planes between which an ellipsoid lies, in x before the clip.

    For any direction w, |w (u - m)| <= D sqrt(w A w) with A the ellipsoid's matrix.

    Attributes:
        model: Whose.
        center: Shape (d,).
        normals: Shape (m, d): the axes of the features, then those of the ellipsoid.
        reach: Shape (m,), how far from the centre along each.
    """

    model: Model
    center: Numbers
    normals: Numbers
    reach: Numbers

    @classmethod
    def of(cls, model: Model, at: int | None) -> Planes:
        """Return the planes of one ellipsoid of a region; none for None."""
        d, region = model.head.d, model.region
        if region is None or at is None:
            return cls(model, np.zeros(d), np.zeros((0, d)), np.zeros(0))
        inverse = np.array(region.inverses[at])
        inverse = (inverse + inverse.T) / 2
        variances, axes = np.linalg.eigh(inverse)
        if not variances[0] > 0:
            return cls(model, np.zeros(d), np.zeros((0, d)), np.zeros(0))
        matrix = np.linalg.inv(inverse)
        normals = np.vstack([np.eye(d), axes.T])
        spread = np.sqrt(np.einsum("ij,jk,ik->i", normals, matrix, normals))
        slack = 1 + 1e-6 + 1e-13 * variances[-1] / variances[0]
        return cls(
            model, np.array(region.centers[at]), normals, region.limit * spread * slack
        )

    def spans(self, ranges: Numbers) -> list[tuple[float, float]]:
        """Return the spans of sign(r) log(1 + |r|) in the ranges and in the planes."""
        spans = [curved_span(*each) for each in ranges.tolist()]
        if not len(self.reach):
            return spans
        found = []
        for at, (low, high) in enumerate(spans):
            center = self.model.scale.center[at]
            spread = self.model.scale.spread[at]
            least, most = (
                center + spread * (self.center[at] + sign * self.reach[at])
                for sign in (-1, 1)
            )
            wide = 1e-9 * (abs(least) + abs(most))
            low, high = max(low, least - wide), min(high, most + wide)
            found.append((low, high) if low <= high else (low, low))  # no place then
        return found

    def rows(self, box: Box) -> Iterator[Line]:
        """Yield what is >= 0 between the planes, as straight lines in v."""
        scale = self.model.scale
        lines = []
        for at, piece in enumerate(box):
            center, spread = map(Fraction, piece.shared)
            own = Fraction(scale.spread[at])
            offset = (center - Fraction(scale.center[at])) / own
            lines.append((spread / own, offset - Fraction(self.center[at])))
        for normal, reach in zip(
            self.normals.tolist(), self.reach.tolist(), strict=True
        ):
            along = [
                Fraction(n) * slope for n, (slope, _) in zip(normal, lines, strict=True)
            ]
            start = sum(
                (
                    Fraction(n) * offset
                    for n, (_, offset) in zip(normal, lines, strict=True)
                ),
                Fraction(0),
            )
            yield along, Fraction(reach) + start
            yield [-each for each in along], Fraction(reach) - start

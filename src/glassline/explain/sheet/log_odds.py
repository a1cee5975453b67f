"""Why the best class comes before the runner-up, feature by feature."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from glassline.arrays import Values
from glassline.explain.sheet.sums import running_sum
from glassline.head import Head

__all__ = ["LogOdds"]


@dataclass(frozen=True)
class LogOdds:
    """What speaks for the runner-up, and against it, in nats.

    Attributes:
        best: Place of the most probable class; the first of equals.
        second: Place of the runner-up.
        differences: W of the runner-up less W of the best, one a feature.
        adds: x times the difference, one a feature.
        bias: b of the runner-up less b of the best.
        total: The adds from first to last, then the bias: the logit of the
            runner-up less that of the best, to rounding; never above 0 but by it.
    """

    best: int
    second: int
    differences: tuple[float, ...]
    adds: tuple[float, ...]
    bias: float
    total: float

    @classmethod
    def of(
        cls, head: Head, x: Values, *, pair: tuple[int, int] | None = None
    ) -> LogOdds:
        """Compare two classes of one part.

        Args:
            head: W (d, k) and b (k,).
            x: Shape (d,).
            pair: Whom to compare as best and second; left out, the most probable
                class and the runner-up. Of any other pair the total may be above 0.

        Example:
            >>> head = Head(np.array([[1.0, -1.0]]), np.array([0.5, 0.0]))
            >>> LogOdds.of(head, np.array([2.0])).total
            -4.5
        """
        best, second = pair or _first_two(head, x)
        differences = head.W[:, second] - head.W[:, best]
        adds = x * differences
        bias = float(head.b[second] - head.b[best])
        total = float(running_sum(adds[:, np.newaxis])[0]) + bias
        return cls(
            best, second, tuple(differences.tolist()), tuple(adds.tolist()), bias, total
        )


def _first_two(head: Head, x: Values) -> tuple[int, int]:
    """Return the most probable class and the runner-up; of equals the first."""
    z = head.logits(x[np.newaxis])[0]
    best = int(np.argmax(z))
    others = np.where(np.arange(len(z)) == best, -np.inf, z)
    return best, int(np.argmax(others))

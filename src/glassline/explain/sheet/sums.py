"""The worked sum of one part: every figure, with the head's own arithmetic."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from glassline.arrays import Values
from glassline.decide import Decision
from glassline.explain.sheet.figure import Figure
from glassline.head import Head, log_softmax, logit_gradient, part_losses, softmax

__all__ = ["LogOdds", "deciding", "forward", "learning", "loss"]

Matrix = NDArray[np.float64]


def forward(head: Head, x: Values) -> Iterator[Figure]:
    """Yield the figures from x to p, the givens first.

    Args:
        head: W and b.
        x: Shape (d,), finite.
    """
    row = x[np.newaxis]
    contributions = x[:, np.newaxis] * head.W
    z = head.logits(row)
    largest = z.max(axis=1, keepdims=True)
    e = np.exp(z - largest)
    yield Figure.of("x", row)
    yield Figure.of("W", head.W)
    yield Figure.of("b", head.b[np.newaxis])
    yield Figure.of("contributions", contributions)
    yield Figure.of("s", _running_sum(contributions)[np.newaxis])
    yield Figure.of("z", z)
    yield Figure.of("m", largest)
    yield Figure.of("shifted", z - largest)
    yield Figure.of("e", e)
    yield Figure.of("t", e.sum(axis=1, keepdims=True))
    yield Figure.of("p", softmax(z))


def loss(z: Matrix, y: Matrix) -> Iterator[Figure]:
    """Yield the figures from the logits (1, k) and label (1, k) to the loss."""
    log_p = log_softmax(z)
    nats = part_losses(z, y)[np.newaxis]
    yield Figure.of("y", y)
    yield Figure.of("log_p", log_p)
    yield Figure.of("log_p_T", log_p.T)
    yield Figure.of("u", -nats)
    yield Figure.of("L", nats)


def learning(head: Head, x: Values, y: Matrix, rate: float) -> Iterator[Figure]:
    """Yield the gradients and what one step against them does to the loss.

    The step is that of this part's loss alone, without the penalty of training.
    """
    row = x[np.newaxis]
    dz = logit_gradient(head.logits(row), y)
    dW = row.T * dz  # noqa: N806  the gradient of W
    stepped = Head(head.W - rate * dW, head.b - rate * dz[0])
    yield Figure.of("dz", dz)
    yield Figure.of("dW", dW)
    yield Figure.of("db", dz)
    yield Figure.of("W_new", stepped.W)
    yield Figure.of("b_new", stepped.b[np.newaxis])
    yield Figure.of("L_new", part_losses(stepped.logits(row), y)[np.newaxis])


def deciding(decision: Decision) -> Iterator[Figure]:
    """Yield the costs, the probabilities on the line and the expected costs."""
    policy = decision.policy
    yield Figure.of("costs", policy.costs)
    if policy.corrects:
        yield Figure.of("ratio", (policy.priors / policy.training_mix)[np.newaxis])
        yield Figure.of("adjusted", decision.probabilities[np.newaxis])
    formula = "p~ C" if policy.corrects else "p C"
    yield Figure.of("expected_costs", decision.expected_costs[np.newaxis], formula)


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
        total = float(_running_sum(adds[:, np.newaxis])[0]) + bias
        return cls(
            best, second, tuple(differences.tolist()), tuple(adds.tolist()), bias, total
        )


def _first_two(head: Head, x: Values) -> tuple[int, int]:
    """Return the most probable class and the runner-up; of equals the first."""
    z = head.logits(x[np.newaxis])[0]
    best = int(np.argmax(z))
    others = np.where(np.arange(len(z)) == best, -np.inf, z)
    return best, int(np.argmax(others))


def _running_sum(rows: Matrix) -> Values:
    """Add rows from first to last, as the head does, shape (k,)."""
    total = np.array(rows[0])
    for row in rows[1:]:
        total += row
    return total

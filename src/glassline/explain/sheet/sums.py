"""The worked sum of one part: every figure, with the head's own arithmetic."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from glassline.arrays import Values
from glassline.decide import Decision
from glassline.explain.sheet.figure import Figure
from glassline.head import Head, log_softmax, logit_gradient, part_losses, softmax

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["deciding", "forward", "learning", "loss"]

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
    yield Figure.of("s", running_sum(contributions)[np.newaxis])
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


def running_sum(rows: Matrix) -> Values:
    """Add rows from first to last, as the head does, shape (k,)."""
    total = np.array(rows[0])
    for row in rows[1:]:
        total += row
    return total

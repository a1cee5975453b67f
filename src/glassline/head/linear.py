"""The head: W and b, and what they make of x."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from glassline.arrays import Bias, Features, Logits, Probabilities, Weights, as_floats
from glassline.errors import ShapeError
from glassline.head.inputs import as_features, check_finite
from glassline.head.probabilities import softmax
from glassline.interface.record import Record

__all__ = ["Head"]


@dataclass(frozen=True, eq=False, repr=False)
class Head(Record):
    """W and b: with four features and three classes, fifteen numbers.

    Args:
        W: Shape (d, k), nats per standard unit, a column a class; all finite.
        b: Shape (k,), nats, one a class; all finite.

    Raises:
        ShapeError: W is not (d >= 1, k >= 1), or b is not (k,).
        InputError: A number is NaN or infinite; the message names it.

    Example:
        >>> head = Head(W=np.array([[1.0, -1.0]]), b=np.array([0.5, 0.0]))
        >>> head.logits(np.array([[2.0]])).tolist()
        [[2.5, -2.0]]
    """

    W: Weights
    b: Bias

    def __post_init__(self) -> None:
        W, b = as_floats(self.W, "W"), as_floats(self.b, "b")
        if W.ndim != 2 or min(W.shape) < 1:
            raise ShapeError(f"W: expected shape (d >= 1, k >= 1), got {W.shape}.")
        if b.shape != W.shape[1:]:
            raise ShapeError(
                f"b: expected shape ({W.shape[1]},) to match W {W.shape}, got {b.shape}."
            )
        for name, array in (("W", W), ("b", b)):
            check_finite(array, name)
            own = np.array(array, order="C")  # a copy: the caller's array may change
            own.setflags(write=False)
            object.__setattr__(self, name, own)

    @property
    def d(self) -> int:
        """Return the number of features."""
        return int(self.W.shape[0])

    @property
    def k(self) -> int:
        """Return the number of classes."""
        return int(self.W.shape[1])

    def logits(self, x: Features) -> Logits:
        """Return z = xW + b, added from left to right.

            z_c = (((x_1 W_1c + x_2 W_2c) + x_3 W_3c) + x_4 W_4c) + b_c

        The order is fixed and each row is on its own, so a part has the same bits
        alone or in any batch (a matrix product does not promise that).

        Args:
            x: Shape (n, d), standard units, all finite.

        Raises:
            ShapeError: x is not (n, d).
            InputError: A number in x is NaN or infinite, or the sum overflows.

        Example:
            >>> Head(np.eye(2), np.zeros(2)).logits(np.array([[3.0, 4.0]])).tolist()
            [[3.0, 4.0]]
        """
        x = as_features(x, self.d)
        with np.errstate(over="ignore", invalid="ignore", under="ignore"):
            z = x[:, :1] * self.W[0]
            for i in range(1, self.d):
                z += x[:, i : i + 1] * self.W[i]
            z += self.b
        check_finite(z, "logits", hint=" x is too large for these weights.")
        return np.asarray(z)

    def probabilities(self, x: Features) -> Probabilities:
        """Return softmax(xW + b), shape (n, k): rows sum to 1. Errors as `logits`."""
        return softmax(self.logits(x))

"""How far what is computed may lie from the exact value: bounds, not estimates."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from glassline.arrays import Features, Logits
from glassline.head.blocks import Block
from glassline.head.inputs import as_features
from glassline.head.linear import Head

__all__ = [
    "UNIT",
    "Summed",
    "gamma",
    "gradient_rounding",
    "lead_rounding",
    "logit_rounding",
    "mean_sizes",
    "rounded_by",
    "sizes_of",
]

UNIT = 2.0**-53  # the most that one operation is off, as a share of its result
SMALLEST = 2.0**-1074  # a product that underflows is off by at most half of this
SQUARED = (1e-140, 1e140)  # sizes whose squares, and sums of them, are true floats


def gamma(n: int) -> float:
    """Return n u / (1 - n u): n operations in a row are off by at most this share.

    Source:
        N. J. Higham, Accuracy and Stability of Numerical Algorithms, 2nd edition
        (2002), lemma 3.1.
    """
    return n * UNIT / (1 - n * UNIT)


def logit_rounding(head: Head, x: Features) -> Logits:
    """Bound what rounding does to each logit, in nats.

    `Head.logits` rounds d products and adds d + 1 terms from left to right, so each
    term passes at most d + 1 roundings:

        |computed z_c - exact z_c|  <=  gamma(d + 1) (sum_i |x_i W_ic| + |b_c|)

    gamma(d + 3) pays for the rounding of the sum itself, and (d + 1) 2^-1074 for
    products that underflow. The bound grows with |x|: at the largest |x| of a range it
    holds for every x of the range.

    Args:
        head: W (d, k) and b (k,).
        x: Shape (n, d), standard units, all finite.

    Returns:
        Shape (n, k), above 0; inf where the sum overflows.

    Raises:
        ShapeError: x is not (n, d).
        InputError: A number in x is NaN or infinite.

    Example:
        1 x 3 + 2 x 4 + 0: each term passes at most 3 roundings of 1.1e-16, the bound
        counts 5.

        >>> head = Head(np.array([[3.0], [4.0]]), np.zeros(1))
        >>> print(f"{logit_rounding(head, np.array([[1.0, 2.0]]))[0, 0] / UNIT:.1f}")
        55.0

    Source:
        Higham (2002), section 3.1, with his lemma 3.1; underflow: equation 2.8.
    """
    return _allowance(_sizes(head, x), gamma(head.d + 3), (head.d + 1) * SMALLEST)


def lead_rounding(head: Head, x: Features) -> NDArray[np.float64]:
    """Bound what rounding does to the lead of each class over each, in nats.

    The lead of class a over b is z_a - z_b. The bound holds for the difference of the
    two computed logits, whether it is itself rounded or not: both are off by their own
    rounding, and the subtraction adds one to each.

    Args:
        head: W (d, k) and b (k,).
        x: As for `logit_rounding`.

    Returns:
        Shape (n, k, k): [i, a, b] bounds the error of z_a - z_b of part i.

    Example:
        >>> head = Head(np.array([[3.0, 1.0]]), np.zeros(2))
        >>> print(f"{lead_rounding(head, np.array([[1.0]]))[0, 0, 1] / UNIT:.1f}")
        20.0
    """
    sizes = _sizes(head, x)
    with np.errstate(over="ignore"):
        pairs = sizes[:, :, np.newaxis] + sizes[:, np.newaxis, :]
    return _allowance(pairs, gamma(head.d + 4), 2 * (head.d + 1) * SMALLEST)


def _sizes(head: Head, x: Features) -> Logits:
    """Return sum_i |x_i W_ic| + |b_c|, rounded."""
    size = np.abs(as_features(x, head.d))
    with np.errstate(over="ignore", under="ignore"):
        total = np.abs(head.b) + size[:, :1] * np.abs(head.W[0])
        for i in range(1, head.d):
            total += size[:, i : i + 1] * np.abs(head.W[i])
    return np.asarray(total)


def _allowance(
    sizes: NDArray[np.float64], share: float, least: float
) -> NDArray[np.float64]:
    with np.errstate(under="ignore"):
        return np.asarray(share * sizes + least)


@dataclass(frozen=True, eq=False)
class Summed:
    """How a gradient was summed: what its rounding depends on.

    Attributes:
        sizes: Shape (..., d + 1), the root mean square of each feature, and a last 1.
        weight: Summed weight of the parts.
        longest: Terms of the longest sum in one piece.
        pieces: How many such sums were added.
    """

    sizes: NDArray[np.float64]
    weight: float
    longest: int
    pieces: int


def gradient_rounding(
    theta: NDArray[np.float64],
    norm: float | NDArray[np.float64],
    penalty: float,
    summed: Summed,
) -> NDArray[np.float64]:
    """Return how far a summed gradient of J can be from the exact one, at most.

        |r| (8 g(d + 2) sum_l R_l r_l + 2 g(terms)) + g(k (d + 1) + 6) (penalty |theta| + norm)

    with u = 2^-53, g(m) = m u / (1 - m u), the error of a sum of m terms in any order;
    r the sizes of x~; R_l the range of feature l's weights over the classes. First:
    the logits, whose error moves p - y by at most 3.5 times as much (and x~ by
    Cauchy-Schwarz). Second: exp to 4 units in the last place and the softmax, the
    longest sum, the pieces, and the summed weight. Last: the penalty and the length.

    Args:
        theta: Shape (..., d + 1, k).
        norm: Shape (...), the lengths of the gradients there.
        penalty: >= 0.
        summed: How they were summed.

    Source:
        N. J. Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed. (2002),
        lemma 3.1 and eq. 3.5; put together in docs/method.md.
    """
    width, k = theta.shape[-2:]
    terms = summed.longest + 2 * summed.pieces + 4 * k + 100
    with np.errstate(over="ignore", invalid="ignore"):
        spread = np.maximum(np.ptp(theta, axis=-1), abs(theta).max(axis=-1))
        logits = 8 * gamma(width + 1) * (spread * summed.sizes).sum(axis=-1)
        length = np.sqrt((theta**2).sum(axis=(-2, -1)))
        return np.asarray(
            np.sqrt((summed.sizes**2).sum(axis=-1)) * (logits + 2 * gamma(terms))
            + gamma(k * width + 6) * (penalty * length + norm)
        )


def mean_sizes(
    squares: NDArray[np.float64],
    weight: float,
    largest: Callable[[], NDArray[np.float64]],
) -> NDArray[np.float64]:
    """Return the root mean square of each feature, shape (d + 1,), with a last 1.

    Args:
        squares: Shape (d,), sum w x^2.
        weight: Their summed weight.
        largest: Returns the largest size of each, taken where a square is no float.
    """
    with np.errstate(invalid="ignore"):
        roots = np.sqrt(squares / weight)
    true = (roots > SQUARED[0]) & (roots < SQUARED[1])
    return np.append(roots if true.all() else np.where(true, roots, largest()), 1.0)


def rounded_by(
    each: Sequence[tuple[NDArray[np.float64], NDArray[np.float64]]],
    weight: float,
    longest: int,
) -> Summed:
    """Return how sums were rounded, from `sizes_of` each block and its longest."""
    with np.errstate(over="ignore", under="ignore"):
        squares = np.asarray(sum(squares for squares, _ in each))
    sizes = mean_sizes(
        squares, weight, lambda: np.max([largest for _, largest in each], axis=0)
    )
    return Summed(sizes, weight, longest, len(each))


def sizes_of(block: Block) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return sum w x^2 and max |x| of a block, each of shape (d,)."""
    x = block.xt[:-1]
    with np.errstate(over="ignore", under="ignore"):
        if isinstance(block.weight, float):
            squares = np.einsum("im,im->i", x, x) * block.weight
        else:
            squares = np.einsum("im,im,m->i", x, x, block.weight)
    return squares, abs(x).max(axis=1)

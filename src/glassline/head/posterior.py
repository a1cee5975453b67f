"""How sure the fifteen numbers are themselves: standard errors and intervals."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from glassline.arrays import Bias, ClassIds, Features, PartWeights, Targets, Weights
from glassline.errors import InputError, ShapeError
from glassline.head.certificate import check_penalty
from glassline.head.inputs import as_features
from glassline.head.linear import Head
from glassline.head.probabilities import softmax
from glassline.head.sums import statistics
from glassline.interface.record import Record

__all__ = ["Posterior", "laplace_posterior"]


@dataclass(frozen=True, eq=False, repr=False)
class Posterior(Record):
    """A normal distribution over heads, about the fitted one.

    Attributes:
        head: Its centre.
        covariance: Shape (k (d + 1), k (d + 1)); row i (the bias is row d) and class
            c have the index i * k + c. It holds the (k - 1)(d + 1) directions that
            change a probability: weights are meant relative to their mean over
            the classes, as `fit` returns them.
    """

    head: Head
    covariance: NDArray[np.float64]

    @property
    def standard_errors(self) -> tuple[Weights, Bias]:
        """Return one standard deviation of W, shape (d, k), and of b, shape (k,)."""
        each = np.sqrt(np.maximum(self.covariance.diagonal(), 0.0))
        table = each.reshape(self.head.d + 1, self.head.k)
        return table[:-1], table[-1]

    def intervals(self, x: Features, *, level: float = 0.95) -> NDArray[np.float64]:
        """Return where each probability lies, were more parts labelled.

        On the scale of log odds l = log(p / (1 - p)), whose standard deviation s is
        that of the logits to first order: p from l - q s to l + q s, q the normal
        quantile. Symmetric there, so always inside [0, 1].

        Args:
            x: Shape (n, d).
            level: Share of the posterior inside, in (0, 1).

        Returns:
            Shape (n, k, 2): lower and upper end. Wide where few parts were seen.

        Raises:
            ShapeError: x is not (n, d).
            InputError: A number in x is NaN or infinite, or the level is outside.
        """
        if not 0 < level < 1:
            raise InputError(f"level: expected a number in (0, 1), got {level}.")
        x = as_features(x, self.head.d)
        z = self.head.logits(x)
        wide = np.hstack([x, np.ones((len(x), 1))])
        n, width, k = len(x), self.head.d + 1, self.head.k
        table = self.covariance.reshape(width, k, width, k)
        spread = np.einsum("ni,iajb,nj->nab", wide, table, wide, optimize=True)
        # l_c = z_c - log sum exp of the others: its slope is 1 at c, and minus the
        # share of each other class among the others.
        others = np.where(np.eye(k, dtype=bool), -np.inf, z[:, None, :])
        slope = -softmax(others.reshape(-1, k)).reshape(n, k, k)
        slope[:, np.arange(k), np.arange(k)] = 1.0
        top = others.max(axis=2)
        with np.errstate(over="ignore", under="ignore"):
            rest = top + np.log(np.exp(others - top[..., None]).sum(axis=2))
            variance = np.einsum("nca,nab,ncb->nc", slope, spread, slope)
            quantile = NormalDist().inv_cdf((1 + level) / 2)
            reach = quantile * np.sqrt(np.maximum(variance, 0.0))
            ends = [1 / (1 + np.exp(rest - z + sign * reach)) for sign in (1, -1)]
        return np.stack(ends, axis=2)


def laplace_posterior(
    x: Features,
    y: ClassIds | Targets,
    head: Head,
    *,
    penalty: float,
    weights: PartWeights | None = None,
) -> Posterior:
    """Return the normal approximation of what the labels say about the head.

        covariance = (sum_i w_i  Hessian of J at the head)^-1

    The penalty is a normal prior of variance 1 / (penalty sum w) on each number.
    Good where parts are many against the numbers and the labels follow the model;
    a weight counts as that many parts, so class weights distort it. It says nothing
    of parts unlike those seen. `head` is the optimum; x, y, penalty (above 0) and
    weights are those it was fitted to.

    Raises:
        ShapeError, InputError, LabelError: As `fit`; or the penalty is 0.

    Example:
        100 parts, half of them bad, and one feature that is always 0: log odds of
        the bias are known to about 2 / sqrt(100) = 0.2, each bias to half of it.

        >>> head = Head(np.zeros((1, 2)), np.zeros(2))
        >>> found = laplace_posterior(
        ...     np.zeros((100, 1)), np.arange(100) % 2, head, penalty=1e-6
        ... )
        >>> print(found.standard_errors[1].round(3))
        [0.1 0.1]
        >>> print(found.intervals(np.zeros((1, 1))).round(2)[0, 0])
        [0.4 0.6]

    Source:
        D. J. C. MacKay, Neural Computation 4(5), 1992, doi:10.1162/neco.1992.4.5.720;
        Bishop (2006), section 4.5.
    """
    if head.k < 2:
        raise ShapeError(f"head: expected at least two classes, got {head.k}.")
    check_penalty(penalty)
    if penalty == 0:
        raise InputError("penalty: expected a number above 0, got 0.")
    sums = statistics(x, y, head, weights=weights)
    if not sums.weight > 0:
        raise InputError(
            "y: expected at least one decided part with a weight above 0, got none."
        )
    size = head.k * (head.d + 1)
    precision = np.asarray(sums.hessian) + penalty * sums.weight * np.eye(size)
    if not np.isfinite(precision).all():
        raise InputError(
            "x: expected numbers whose squares add up to a finite one, got inf. "
            "Divide x by its spread."
        )
    whole = np.linalg.inv(precision)
    differences = np.kron(np.eye(head.d + 1), np.eye(head.k) - 1 / head.k)
    return Posterior(head, differences @ whole @ differences)

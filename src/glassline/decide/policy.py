"""What each mistake costs the line, and the action that is cheapest in expectation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from glassline.arrays import Costs, Probabilities
from glassline.decide.decision import Decision, Reason
from glassline.errors import InputError, ShapeError, show
from glassline.recipe import ACTIONS, Recipe

__all__ = ["Policy"]

SAFEST_FIRST = tuple(ACTIONS.index(name) for name in ("review", "reject", "accept"))
ACCEPT = ACTIONS.index("accept")
TIE = 1e-12  # of the largest expected cost: rounding must not choose an action
SUM_TOLERANCE = 1e-6  # probabilities may come from single-precision models

Numbers = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Policy:
    """Costs, priors and training mix of one line.

    With C the costs, p the probabilities that the head gives, pi the line's
    priors and mu the mix of classes that the head was trained on,

        p~_c = p_c (pi_c / mu_c) / sum_j p_j (pi_j / mu_j)
        cost of action a = sum_c p~_c C_ca

    and the decision is the action of least expected cost. Costs within 1e-12 of
    the largest of the three count as equal; of equal actions the safer one is
    taken: review, then reject, then accept. Without a good class accept is never
    taken, whatever it costs.

    The correction is exact where the line differs from training only in how
    often each class occurs; it does not know a defect that looks new.

    Args:
        classes: The k class names in the recipe's order.
        costs: Shape (k, 3), columns in the order of `ACTIONS`.
        priors: Shape (k,), how often the line makes each class; sums to 1.
        training_mix: Shape (k,), how often the head saw each class; sums to 1.
        currency: Unit of the costs, as printed.
        good: The only class that may be accepted as such, or None.

    Raises:
        ShapeError: An array does not fit the classes.
        InputError: A cost is not finite; a share is not above 0, or the shares
            do not sum to 1 within 1e-6.

    Example:
        A part that is OK at 0.9: accepting risks 0.1 x 20 looks, rejecting
        0.9 x 5, and a look costs 1.

        >>> policy = Policy.of(Recipe(classes=("ok", "dirt")))
        >>> decision = policy.decide([0.9, 0.1])
        >>> decision.action, np.round(decision.expected_costs, 2).tolist()
        ('review', [2.0, 4.5, 1.0])

    Source:
        Prior correction: Saerens, Latinne & Decaestecker, Neural Computation
        14(1), 2002, eq. 2.4, doi:10.1162/089976602753284446. Least expected
        cost: C. M. Bishop, Pattern Recognition and Machine Learning (2006),
        eq. 1.81. The order of ties is ours.
    """

    classes: tuple[str, ...]
    costs: Costs
    priors: Numbers
    training_mix: Numbers
    currency: str = "looks"
    good: str | None = None

    def __post_init__(self) -> None:
        k = len(self.classes)
        for name, shape in {
            "costs": (k, len(ACTIONS)),
            "priors": (k,),
            "training_mix": (k,),
        }.items():
            value = np.array(getattr(self, name), dtype=np.float64)
            _check_shape(name, value, shape)
            value.setflags(write=False)
            object.__setattr__(self, name, value)
        if not np.isfinite(self.costs).all():
            raise InputError("costs: expected finite numbers, got NaN or infinity.")
        _check_shares("priors", self.priors, self.classes)
        _check_shares("training_mix", self.training_mix, self.classes)

    @classmethod
    def of(cls, recipe: Recipe, training_mix: ArrayLike | None = None) -> Policy:
        """Build the policy of a recipe.

        Args:
            recipe: Declares classes, costs, priors, currency and the good class.
            training_mix: Shape (k,), the share of each class as the head saw it:
                after class weights, so 1/k each where they were "balanced", and
                the plain frequencies where they were "none". Left out: 1/k each.

        Returns:
            The policy. A recipe without priors asks for no correction: the
            probabilities stay as the head gives them.

        Raises:
            InputError: A class that the line makes was never trained on, so its
                probability can not be corrected.
        """
        k = len(recipe.classes)
        even = np.full(k, 1 / k)
        mix = even if training_mix is None else np.asarray(training_mix, np.float64)
        _check_shape("training_mix", mix, (k,))
        declared = recipe.priors
        if declared is None:
            priors = mix = even  # only their ratio counts, and it is 1
        else:
            priors = np.array([declared[name] for name in recipe.classes])
        table = [recipe.class_costs(name) for name in recipe.classes]
        return cls(
            classes=recipe.classes,
            costs=np.array([[getattr(row, a) for a in ACTIONS] for row in table]),
            priors=priors,
            training_mix=mix,
            currency=recipe.currency,
            good=recipe.good,
        )

    @property
    def corrects(self) -> bool:
        """Whether the line's mix differs from that of training."""
        return bool((self.priors != self.training_mix).any())

    def adjust(self, probabilities: ArrayLike) -> Numbers:
        """Correct probabilities from the mix of training to that of the line.

        Args:
            probabilities: Shape (k,) or (n, k), rows that sum to 1.

        Returns:
            Same shape, rows that sum to 1; the same bits where priors and mix
            are equal. Each row depends on nothing but itself.

        Raises:
            ShapeError: Not (k,) or (n, k).
            InputError: A row is not finite, has an entry below 0, or does not
                sum to 1 within 1e-6; the message names the first.

        Example:
            Trained half and half, but the line makes one dirty part in five:

            >>> recipe = Recipe(("ok", "dirt"), priors={"ok": 0.8, "dirt": 0.2})
            >>> Policy.of(recipe).adjust([0.5, 0.5]).tolist()
            [0.8, 0.2]
        """
        p = self._check(probabilities)
        if not self.corrects:
            return p
        ratio = np.where(p > 0, self.priors / self.training_mix, 0.0)
        weighted = p * (ratio / ratio.max(axis=-1, keepdims=True))
        total = np.zeros(p.shape[:-1])
        for column in range(p.shape[-1]):  # in class order: same bits in any batch
            total += weighted[..., column]
        return np.asarray(weighted / total[..., np.newaxis])

    def expected_costs(self, probabilities: ArrayLike) -> Numbers:
        """Return the expected cost of each action, summed in class order.

        Args:
            probabilities: Shape (k,) or (n, k), as the head gives them.

        Returns:
            Shape (3,) or (n, 3), in the policy's currency, columns as `ACTIONS`.
        """
        return self._costs_of(self.adjust(probabilities))

    def actions(self, probabilities: Probabilities) -> NDArray[np.int64]:
        """Return the action of each of n parts, as places in `ACTIONS`.

        The same as `decide` part by part, to the bit, without the reasons.

        Args:
            probabilities: Shape (n, k), as the head gives them; n may be 0.
        """
        costs = self.expected_costs(probabilities)
        if costs.ndim != 2:
            raise ShapeError(
                f"probabilities: expected shape (n, {len(self.classes)}), "
                f"got {np.shape(probabilities)}."
            )
        return self._ranked(costs)[:, 0]

    def decide(self, probabilities: ArrayLike) -> Decision:
        """Take the action of least expected cost for one part.

        Args:
            probabilities: Shape (k,), as the head gives them.

        Returns:
            Action, expected costs, reason, adjusted probabilities.

        Raises:
            ShapeError: Not one part.
            InputError: As in `adjust`.
        """
        _check_shape("probabilities", np.asarray(probabilities), (len(self.classes),))
        adjusted = self.adjust(probabilities)
        costs = self._costs_of(adjusted)
        first, second = self._ranked(costs[np.newaxis])[0, :2]
        if self.good is None:
            code = "no_good_class"
        elif _is_tie(costs, costs[first], costs[second]):
            code = "tie"
        else:
            code = "cheapest"
        params: dict[str, str | float] = {
            "action": ACTIONS[first],
            "cost": float(costs[first]),
            "second": ACTIONS[second],
            "second_cost": float(costs[second]),
            "currency": self.currency,
        }
        for array in (adjusted, costs):
            array.setflags(write=False)
        return Decision(ACTIONS[first], costs, Reason(code, params), adjusted, self)

    def _costs_of(self, adjusted: Numbers) -> Numbers:
        total = np.zeros((*adjusted.shape[:-1], len(ACTIONS)))
        for c, row in enumerate(self.costs):  # in class order: same bits in any batch
            total += adjusted[..., c, np.newaxis] * row
        return total

    def _ranked(self, costs: Numbers) -> NDArray[np.int64]:
        """Order the actions of each part: cheapest first, of equals the safest."""
        slack = TIE * np.abs(costs).max(axis=1, keepdims=True)
        key = costs.copy()
        if self.good is None:
            key[:, ACCEPT] = np.inf
        cheapest = key.min(axis=1, keepdims=True)
        key = np.where(key <= cheapest + slack, cheapest, key)[:, SAFEST_FIRST]
        order = np.argsort(key, axis=1, kind="stable")
        return np.asarray(SAFEST_FIRST, dtype=np.int64)[order]

    def _check(self, probabilities: ArrayLike) -> Numbers:
        p = np.array(probabilities, dtype=np.float64)
        k = len(self.classes)
        if p.ndim not in (1, 2) or p.shape[-1] != k:
            raise ShapeError(
                f"probabilities: expected shape ({k},) or (n, {k}), got {p.shape}."
            )
        rows = p.reshape(-1, k)
        within = (rows >= 0) & (rows <= 1 + SUM_TOLERANCE)  # False for NaN
        good = np.asarray(within.all(axis=1))
        totals = np.where(good[:, np.newaxis], rows, 0.0).sum(axis=1)
        good = np.asarray(good & (np.abs(totals - 1) <= SUM_TOLERANCE))
        if not good.all():
            at = int(np.argmin(good))
            raise InputError(
                f"probabilities[{at}]: expected numbers >= 0 that sum to 1, "
                f"got {show(rows[at].tolist())}."
            )
        return p


def _is_tie(costs: Numbers, first: float, second: float) -> bool:
    return bool(second - first <= TIE * np.abs(costs).max())


def _check_shape(name: str, value: np.ndarray, shape: tuple[int, ...]) -> None:
    if value.shape != shape:
        raise ShapeError(f"{name}: expected shape {shape}, got {value.shape}.")


def _check_shares(name: str, shares: np.ndarray, classes: tuple[str, ...]) -> None:
    bad = ~(np.isfinite(shares) & (shares > 0))
    if bad.any():
        at = int(np.argmax(bad))
        raise InputError(
            f"{name}[{classes[at]}]: expected a share above 0, got {shares[at]:g}."
        )
    if not abs(shares.sum() - 1) <= SUM_TOLERANCE:
        raise InputError(
            f"{name}: expected shares that sum to 1, got a sum of {shares.sum():g}."
        )

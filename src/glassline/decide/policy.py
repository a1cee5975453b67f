"""What each mistake costs the line, and the action that is cheapest in expectation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from glassline.arrays import Costs
from glassline.decide.checks import as_probabilities, check_shape, check_shares
from glassline.decide.guarantee import Guarantee
from glassline.errors import InputError
from glassline.interface.record import Record
from glassline.recipe import ACTIONS, Action, Recipe

__all__ = ["SAFEST_FIRST", "TIE", "Policy"]

SAFEST_FIRST = (Action.REVIEW, Action.REJECT, Action.ACCEPT)
TIE = 1e-12  # of the largest expected cost: rounding must not choose an action

Numbers = NDArray[np.float64]


@dataclass(frozen=True, eq=False, repr=False)
class Policy(Record):
    """Costs, priors and training mix of one line.

    With C the costs, p the probabilities that the head gives, pi the line's
    priors and mu the mix of classes that the head was trained on,

        p~_c = p_c (pi_c / mu_c) / sum_j p_j (pi_j / mu_j)
        cost of action a = sum_c p~_c C_ca

    and the decision is the action of least expected cost. Costs within 1e-12 of
    the largest of the three count as equal; of equal actions the safer one is
    taken: review, then reject, then accept. Without a good class accept is never
    taken, whatever it costs.

    With a guarantee, a part is accepted where p~ of the good class is at least the
    guaranteed threshold, and nowhere else; of the rest the cheaper of reject and
    review is taken.

    The correction is exact where the line differs from training only in how
    often each class occurs; it does not know a defect that looks new.

    Args:
        classes: The k class names in the recipe's order.
        costs: Shape (k, 3), columns in the order of `ACTIONS`.
        priors: Shape (k,), how often the line makes each class; sums to 1.
        training_mix: Shape (k,), how often the head saw each class; sums to 1.
        currency: Unit of the costs, as printed.
        good: The only class that may be accepted as such, or None.
        guarantee: The guarantee that sets the threshold of accept, or None.

    Raises:
        ShapeError: An array does not fit the classes.
        InputError: A cost is not finite; a share is not above 0, or the shares
            do not sum to 1 within 1e-6; or the guarantee is not of the classes
            other than the good one.

    Example:
        A part that is OK at 0.9: accepting risks 0.1 x 20 looks, rejecting
        0.9 x 5, and a look costs 1.

        >>> policy = Policy.of(Recipe(classes=("ok", "dirt")))
        >>> policy.expected_costs([0.9, 0.1]).round(2).tolist()
        [2.0, 4.5, 1.0]

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
    guarantee: Guarantee | None = None

    def __post_init__(self) -> None:
        k = len(self.classes)
        for name, shape in {
            "costs": (k, len(ACTIONS)),
            "priors": (k,),
            "training_mix": (k,),
        }.items():
            value = np.array(getattr(self, name), dtype=np.float64)
            check_shape(name, value, shape)
            value.setflags(write=False)
            object.__setattr__(self, name, value)
        if not np.isfinite(self.costs).all():
            raise InputError("costs: expected finite numbers, got NaN or infinity.")
        check_shares("priors", self.priors, self.classes)
        check_shares("training_mix", self.training_mix, self.classes)
        if self.guarantee is not None:
            self.guarantee.check(self.classes, self.good)

    @classmethod
    def of(
        cls,
        recipe: Recipe,
        training_mix: ArrayLike | None = None,
        guarantee: Guarantee | None = None,
    ) -> Policy:
        """Build the policy of a recipe.

        Args:
            recipe: Declares classes, costs, priors, currency and the good class.
            training_mix: Shape (k,), the share of each class as the head saw it:
                after class weights, so 1/k each where they were "balanced", and
                the plain frequencies where they were "none". Left out: 1/k each.
            guarantee: The guarantee that sets the threshold of accept, if any.

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
        check_shape("training_mix", mix, (k,))
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
            guarantee=guarantee,
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
        p = as_probabilities(probabilities, len(self.classes))
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
        adjusted = self.adjust(probabilities)
        total = np.zeros((*adjusted.shape[:-1], len(ACTIONS)))
        for c, row in enumerate(self.costs):  # in class order: same bits in any batch
            total += adjusted[..., c, np.newaxis] * row
        return total

    def saves(self, action: int, other: int) -> Numbers:
        """Return what taking an action saves over another in each class, shape (k,).

        The action comes before the other where p~ @ saves > 0. Under a guarantee accept
        comes before the others from the threshold t on, as if it saved 1 - t in the
        good class and lost t in any other.

        Args:
            action: Place in `ACTIONS`.
            other: Another place.
        """
        if self.guarantee is not None and Action.ACCEPT in (action, other):
            t = self.guarantee.threshold
            saved = np.where(np.array(self.classes) == self.good, 1 - t, -t)
            return saved if action == Action.ACCEPT else -saved
        return np.asarray(self.costs[:, other] - self.costs[:, action])

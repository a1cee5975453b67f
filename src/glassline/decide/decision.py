"""What is done with parts: the cheapest action, with its cost and the reason for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from glassline.arrays import Probabilities
from glassline.decide.checks import check_shape
from glassline.decide.conformal import ClassSet
from glassline.decide.gauge import Nearby
from glassline.decide.novelty import Stand
from glassline.decide.policy import SAFEST_FIRST, TIE, Policy
from glassline.errors import InputError, ShapeError, show
from glassline.interface.record import Record
from glassline.recipe import ACTIONS, Action
from glassline.render.words import words

__all__ = ["Decision", "Ranking", "Reason", "actions", "decide", "rank"]

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Reason:
    """Why a decision was taken: a stable code for machines, a sentence for people.

    Args:
        code: A key of the catalogue's section decisions, without "reason_".
        params: What the sentence fills in: actions by name, costs as numbers,
            the currency as the recipe writes it.

    Raises:
        InputError: The catalogue has no sentence for the code.

    Example:
        >>> reason = Reason(
        ...     "tie", {"action": "review", "second": "accept", "cost": 1.0,
        ...             "currency": "looks"})
        >>> reason.text("en")
        'Expected to cost the same, 1.00 looks: review and accept; the safer one is
        taken.'
    """

    code: str
    params: Mapping[str, str | float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if f"reason_{self.code}" not in words("en")["decisions"]:
            raise InputError(
                f"reason: expected a code of the catalogue, got {show(self.code)}."
            )
        object.__setattr__(self, "params", MappingProxyType(dict(self.params)))

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel to another process, or to a copy, without the view that guards it."""
        return type(self), (self.code, dict(self.params))

    def text(self, lang: str) -> str:
        """Return the sentence in "en" or "zh-TW"; numbers to two decimals."""
        catalogue = words(lang)
        said = {
            **{action: catalogue["decisions"][action] for action in ACTIONS},
            **catalogue["currencies"],
            **catalogue["counted"],
            **catalogue["features"],
        }
        filled = {
            name: said.get(value, value) if isinstance(value, str) else f"{value:.2f}"
            for name, value in self.params.items()
        }
        return catalogue["decisions"][f"reason_{self.code}"].format(**filled)


@dataclass(frozen=True, eq=False, repr=False)
class Decision(Record):
    """What to do with one part.

    Attributes:
        action: One of `ACTIONS`.
        expected_costs: Shape (3,), in the policy's currency, in the order of
            `ACTIONS`; also for an action that is not allowed.
        reason: Why this action.
        probabilities: Shape (k,), adjusted to the line's priors; they sum to 1.
        policy: The costs and priors behind the figures.
        nearby: The nearest reading within repeatability that is decided otherwise, if
            there is one and the model knows its gauge.
        possible: The classes that can not be ruled out, if that was asked.
        stand: Where the part stands to what training saw, if that was looked at.
    """

    action: str
    expected_costs: NDArray[np.float64]
    reason: Reason
    probabilities: NDArray[np.float64]
    policy: Policy
    stand: Stand | None = None
    nearby: Nearby | None = None
    possible: ClassSet | None = None


def decide(policy: Policy, probabilities: ArrayLike) -> Decision:
    """Take the action of least expected cost for one part.

    Args:
        policy: Costs and priors, and the guarantee if any.
        probabilities: Shape (k,), as the head gives them.

    Raises:
        ShapeError: Not one part.
        InputError: As in `Policy.adjust`.

    Example:
        >>> from glassline.recipe import Recipe
        >>> decision = decide(Policy.of(Recipe(classes=("ok", "dirt"))), [0.9, 0.1])
        >>> decision.action, decision.expected_costs.round(2).tolist()
        ('review', [2.0, 4.5, 1.0])
    """
    p = np.asarray(probabilities, np.float64)
    check_shape("probabilities", p, (len(policy.classes),))
    return rank(policy, p[np.newaxis]).decision(0)


def actions(policy: Policy, probabilities: Probabilities) -> NDArray[np.int64]:
    """Return what `decide` takes for each of n parts, shape (n,), each an `Action`.

    Args:
        policy: Costs and priors, and the guarantee if any.
        probabilities: Shape (n, k), as the head gives them; n may be 0.
    """
    return rank(policy, probabilities).actions


@dataclass(frozen=True, eq=False, repr=False)
class Ranking(Record):
    """The actions of n parts, each part's in the order in which they are taken.

    Attributes:
        policy: By which.
        adjusted: Shape (n, k), the probabilities adjusted to the line's priors.
        costs: Shape (n, 3), the expected cost of each action.
        order: Shape (n, 3), the actions: the one that is taken, then the next best.
    """

    policy: Policy
    adjusted: Numbers
    costs: Numbers
    order: NDArray[np.int64]

    @property
    def actions(self) -> NDArray[np.int64]:
        """Return what is taken, shape (n,)."""
        return self.order[:, 0]

    def decision(self, row: int) -> Decision:
        """Return what is taken for one part, and why."""
        policy, adjusted, costs = self.policy, self.adjusted[row], self.costs[row]
        first, second = self.order[row, :2].tolist()
        params: dict[str, str | float] = {
            "action": ACTIONS[first],
            "cost": float(costs[first]),
            "second": ACTIONS[second],
            "second_cost": float(costs[second]),
            "currency": policy.currency,
        }
        kept = policy.guarantee
        if kept is not None and policy.good is not None:
            code = "guarantee_void" if kept.is_void else "guaranteed"
            code = code if first == Action.ACCEPT else "not_guaranteed"
            p = float(adjusted[policy.classes.index(policy.good)])
            params |= {"good": policy.good, **kept.said(p)}
        elif policy.good is None:
            code = "no_good_class"
        elif costs[second] - costs[first] <= TIE * np.abs(costs).max():
            code = "tie"
        else:
            code = "cheapest"
        for array in (adjusted, costs):
            array.setflags(write=False)
        return Decision(ACTIONS[first], costs, Reason(code, params), adjusted, policy)


def rank(policy: Policy, probabilities: Probabilities) -> Ranking:
    """Order the actions of each part: cheapest first, of equals the safest.

    Args:
        policy: Costs and priors, and the guarantee if any.
        probabilities: Shape (n, k), as the head gives them; n may be 0.

    Raises:
        ShapeError: Not (n, k).
        InputError: As in `Policy.adjust`.
    """
    adjusted = policy.adjust(probabilities)
    if adjusted.ndim != 2:
        raise ShapeError(
            f"probabilities: expected shape (n, {len(policy.classes)}), "
            f"got {adjusted.shape}."
        )
    costs = policy.expected_costs(probabilities)
    slack = TIE * np.abs(costs).max(axis=1, keepdims=True)
    key = costs.copy()
    if policy.good is None:
        key[:, Action.ACCEPT] = np.inf
    elif policy.guarantee is not None:
        p = adjusted[:, policy.classes.index(policy.good)]
        is_kept = p >= policy.guarantee.threshold
        key[:, Action.ACCEPT] = np.where(is_kept, -np.inf, np.inf)
    cheapest = key.min(axis=1, keepdims=True)
    key = np.where(key <= cheapest + slack, cheapest, key)[:, SAFEST_FIRST]
    order = np.argsort(key, axis=1, kind="stable")
    return Ranking(policy, adjusted, costs, np.array(SAFEST_FIRST)[order])

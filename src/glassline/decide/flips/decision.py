"""The smallest change of x that changes the decision, between two proved distances."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import combinations, count, product
from math import inf

import numpy as np
from numpy.typing import ArrayLike, NDArray

from glassline.arrays import Values
from glassline.decide.decision import actions
from glassline.decide.flips.answer import DecisionFlip, NoDecisionFlip, Obstacle
from glassline.decide.flips.fronts import Front, Space, entropy, fronts_of, shares
from glassline.decide.flips.reach import Reach
from glassline.decide.policy import Policy
from glassline.errors import ShapeError, check_one_of
from glassline.head import Head
from glassline.recipe import ACTIONS

__all__ = ["flip_decision"]

GAP = 1e-6  # of the distance: nearer than this to the proved bound, the search ends
MAX_DESCENT = 20  # steps; the branching does the rest
MAX_PROJECTIONS = 3_000  # for a region; then its search ends with the gap it has
ROUNDING = 1e-14  # of the distance: a gain smaller than this is none
NUDGES = (0.0, *(1e-15 * 4.0**n for n in range(20)))  # nats, up to 3e-4

Numbers = NDArray[np.float64]


def flip_decision(  # noqa: PLR0913  as `flip`, and a policy
    head: Head,
    policy: Policy,
    x: ArrayLike,
    *,
    target: str | None = None,
    frozen: Iterable[int] = (),
    scale: ArrayLike | None = None,
    bounds: ArrayLike | None = None,
) -> DecisionFlip | NoDecisionFlip:
    """Return the smallest change of x that changes the decision.

    An action beats another where a sum of exponentials of the logits is at least
    another such sum (`Front`): curved, where the border of two classes is flat. By

        log sum_c exp(u_c) = max over shares a of  sum_c a_c u_c + entropy(a)

    the larger sum may be written as the best of half-spaces, one for each a, and the
    smaller one keeps the set of each a convex: its nearest point is found by cutting
    planes. With one class on the larger side that is all. With more, a is searched
    by branch and bound: over a cell of shares with centre m the entropy is at most
    -sum_c a_c log m_c, so the nearest of the cell's corners at that height is a
    lower bound for the cell, and the gap closes with the square of its size.

    The certificate is `at_least`: the least lower bound of the cells that are left.
    It is worked in 64-bit numbers, unlike that of `flip`.

    Args:
        head: W (d, k) and b (k,).
        policy: Costs and priors over the same k classes.
        x: Shape (d,), standard units, finite.
        target: The action to reach; left out, any other than the present one.
        frozen: Features that must not move, counted from 0.
        scale: Shape (d,), > 0: the change of each feature that counts 1.
        bounds: Shape (d, 2), the least and the largest x of each feature.

    Returns:
        The flip; distance 0 if the part has the target's decision already.
        `NoDecisionFlip` where none is possible or none was found.

    Raises:
        ShapeError: Head, policy and arrays do not fit each other.
        InputError: A number can not be used, or the target is none of `ACTIONS`.

    Example:
        One feature, OK against dirt, z = (0, x): accepted from 95 % OK on, which is
        x = -log 19; rejected below 20 %, which is x = log 4.

        >>> from glassline.recipe import Recipe
        >>> head = Head(np.array([[0.0, 1.0]]), np.zeros(2))
        >>> policy = Policy.of(Recipe(classes=("ok", "dirt")))
        >>> nearest = flip_decision(head, policy, [0.0])
        >>> print(f"{nearest.decision} at {nearest.x[0]:.4f}, log 4 is {np.log(4):.4f}")
        reject at 1.3863, log 4 is 1.3863
        >>> print(f"{flip_decision(head, policy, [0.0], target='accept').x[0]:.4f}")
        -2.9444

    Source:
        The maximum over shares: S. Boyd and L. Vandenberghe, Convex Optimization
        (2004), example 3.25; cutting planes: J. E. Kelley, Journal of SIAM 8(4),
        1960, doi:10.1137/0108053. The bound over a cell is ours.
    """
    if len(policy.classes) != head.k:
        raise ShapeError(
            f"policy: expected one for {head.k} classes, got {len(policy.classes)}."
        )
    if target is not None:
        check_one_of("target", target, ACTIONS)
    reach = Reach.of(x, head.d, frozen=frozen, scale=scale, bounds=bounds)
    return _Question(head, policy, reach, target).answer()


@dataclass(order=True)
class _Cell:
    """Some shares of each front's larger side, and what they prove."""

    bound: float
    number: int
    corners: list[Numbers] = field(compare=False)  # (m, m) a front, a corner a row


class _Question:
    """One part, what is asked of it, and the best answer so far."""

    def __init__(
        self, head: Head, policy: Policy, reach: Reach, target: str | None
    ) -> None:
        self.head, self.policy, self.reach, self.target = head, policy, reach, target
        self.space = Space(head, policy, reach)
        self.present = self._decided(reach.start)
        self.best: Values | None = None
        self.best_distance = inf

    def answer(self) -> DecisionFlip | NoDecisionFlip:
        """Search every region, and return the nearest point with what is proved."""
        regions = self._regions()
        at_least = min([self._searched(fronts) for fronts in regions], default=inf)
        if self.best is None:
            obstacle = self._obstacle(at_least, is_never=not regions)
            return NoDecisionFlip(obstacle, self.present, at_least, self.reach)
        self.best.setflags(write=False)
        return DecisionFlip(
            x=self.best,
            distance=self.best_distance,
            decision=self._decided(self.best),
            present_decision=self.present,
            at_least=min(at_least, self.best_distance),
            reach=self.reach,
        )

    def _regions(self) -> list[list[Front]]:
        """Return the regions with another decision, each behind all of its fronts."""
        allowed = [
            place
            for place, action in enumerate(ACTIONS)
            if self.policy.good is not None or action != "accept"
        ]
        if self.target is not None:
            wanted = ACTIONS.index(self.target)
            if wanted not in allowed:
                return []
            others = [a for a in allowed if a != wanted]
            found = [fronts_of(self.policy, wanted, others)]
        else:
            now = ACTIONS.index(self.present)
            found = [fronts_of(self.policy, a, [now]) for a in allowed if a != now]
        return [fronts for fronts in found if fronts is not None]

    def _searched(self, fronts: list[Front]) -> float:
        """Improve the best point by this region; return what is proved of it."""
        corners = [np.eye(len(front.pro)) for front in fronts]
        limit = self.space.projections + MAX_PROJECTIONS
        heap = [_Cell(self._bound(fronts, corners), 0, corners)]
        for number in count(1):
            cell = heap[0]
            is_close = cell.bound >= self.best_distance * (1 - GAP)
            if is_close or self.space.projections > limit:
                break
            self._improve(fronts, [c.mean(axis=0) for c in cell.corners])
            if all(len(c) == 1 for c in cell.corners):
                break  # one set, and it is convex: its bound is its distance
            heappop(heap)
            for half, part in enumerate(_halves(cell.corners)):
                bound = max(cell.bound, self._bound(fronts, part))
                heappush(heap, _Cell(bound, 2 * number + half, part))
        return heap[0].bound

    def _bound(self, fronts: list[Front], corners: list[Numbers]) -> float:
        """Return the distance of the nearest of a cell's corners, at its height."""
        logs = [np.log(c.mean(axis=0)) for c in corners]
        return min(
            self._distance(
                self.space.nearest(
                    fronts,
                    list(chosen),
                    [-float(w @ log) for w, log in zip(chosen, logs, strict=True)],
                )
            )
            for chosen in product(*corners)
        )

    def _distance(self, steps: Numbers | None) -> float:
        return inf if steps is None else self.space.distance(steps)

    def _improve(self, fronts: list[Front], weights: list[Numbers]) -> None:
        """Go down from these shares: each point's own shares are met nearer still."""
        before = inf
        for _ in range(MAX_DESCENT):
            heights = [entropy(weight) for weight in weights]
            steps = self.space.nearest(fronts, weights, heights)
            distance = self._distance(steps)
            if steps is None or not distance < before * (1 - ROUNDING):
                break
            if before == inf and distance >= self.best_distance:
                return
            before = distance
            u = self.space.u(steps)
            weights = [shares(front, u)[0] for front in fronts]
        if before < self.best_distance:
            self._settle(fronts, weights)

    def _settle(self, fronts: list[Front], weights: list[Numbers]) -> None:
        """Go beyond the front by as little as makes the policy say so."""
        heights = [entropy(weight) for weight in weights]
        for nudge in NUDGES:
            steps = self.space.nearest(fronts, weights, heights, nudge)
            if steps is None:
                return
            x = self.space.x(steps)
            if not np.isfinite(x).all():
                return
            decided = self._decided(x)
            if decided == self.target or (
                self.target is None and decided != self.present
            ):
                distance = self.reach.distance(x)
                if distance < self.best_distance:
                    self.best, self.best_distance = x, distance
                return

    def _decided(self, x: Values) -> str:
        p = self.head.probabilities(x[np.newaxis])
        return ACTIONS[int(actions(self.policy, p)[0])]

    def _obstacle(self, at_least: float, *, is_never: bool) -> Obstacle:
        if is_never:
            return Obstacle.NEVER
        if not self.reach.free.any():
            return Obstacle.FROZEN
        if at_least < inf:
            return Obstacle.UNSETTLED
        is_bounded = np.isfinite([self.reach.low, self.reach.high]).any()
        return Obstacle.RANGES if is_bounded else Obstacle.NEVER


def _halves(corners: list[Numbers]) -> tuple[list[Numbers], list[Numbers]]:
    """Cut the longest edge of all simplices in two."""
    longest, at, pair = 0.0, 0, (0, 0)
    for place, simplex in enumerate(corners):
        for i, j in combinations(range(len(simplex)), 2):
            edge = float(((simplex[i] - simplex[j]) ** 2).sum())
            if edge > longest:
                longest, at, pair = edge, place, (i, j)
    middle = corners[at][list(pair)].mean(axis=0)
    halves = []
    for end in pair:
        half = corners[at].copy()
        half[end] = middle
        halves.append([*corners[:at], half, *corners[at + 1 :]])
    return halves[0], halves[1]

"""The smallest change of x that changes the decision, between two proved distances."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import combinations, count, product
from math import hypot, inf, sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray

from glassline.arrays import Values
from glassline.decide.decision import actions
from glassline.decide.flips.answer import DecisionFlip, NoDecisionFlip, Obstacle
from glassline.decide.flips.borders import Border, Space, entropy, regions_of, shares
from glassline.decide.flips.reach import Reach
from glassline.decide.policy import Policy
from glassline.errors import InputError, ShapeError, show
from glassline.head import Head
from glassline.recipe import ACTIONS, Action

__all__ = ["Search", "flip_decision"]

GAP = 1e-6  # of the distance: nearer than this to the proved bound, the search ends
MAX_DESCENT = 20  # steps; the branching does the rest
MAX_PROJECTIONS = 3_000  # for a region; then its search ends with the gap it has
ROUNDING = 1e-14  # of the distance: a gain smaller than this is none
NUDGES = (0.0, *(1e-15 * 4.0**n for n in range(28)))  # nats, up to 18: p of 1 and of 0
COARSE = 1e-9  # nats: a nudge above it is narrowed down
FAR = 1e-3  # nats of rounding: farther out no decision is looked for

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
    another such sum (`Border`): curved, where the border of two classes is flat. By

        log sum_c exp(u_c) = max over shares a of  sum_c a_c u_c + entropy(a)

    the larger sum may be written as the best of half-spaces, one for each a, and the
    smaller one keeps the set of each a convex: its nearest point is found by cutting
    planes. With one class on the larger side that is all. With more, a is searched
    by branch and bound: over a cell of shares with centre m the entropy is at most
    -sum_c a_c log m_c, so the nearest of the cell's corners at that height is a
    lower bound for the cell, and the gap closes with the square of its size.

    The certificate is `at_least`: the least lower bound of the cells that are left. It
    speaks of the decisions that are computed: costs that count as equal, the rounding
    of head, probabilities and costs, and that of the bound itself are allowed for
    (`regions_of`, `Space.rounding`). What is returned was decided at its x.

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
    if target is not None and target not in ACTIONS:
        raise InputError(
            f"target: expected one of {', '.join(ACTIONS)}, got {show(target)}."
        )
    reach = Reach.of(x, head.d, frozen=frozen, scale=scale, bounds=bounds)
    base = np.where(reach.free, reach.start, reach.low)
    low, high = (side[reach.free] for side in reach.steps)
    given = reach.distance(base)

    def at(steps: Numbers) -> Values:
        every = np.zeros(head.d)
        every[reach.free] = steps
        return reach.at(every)

    search = Search(
        Space(head, policy, base, np.diag(reach.scale)[:, reach.free], (low, high), at),
        policy,
        present=int(_decided(head, policy, reach.start)),
        target=None if target is None else ACTIONS.index(target),
        far=lambda steps, found: reach.distance(found),
        given=given * (1 - 1e-15),
    )
    corner = np.maximum(np.abs(low), np.abs(high))
    with np.errstate(over="ignore", invalid="ignore"):  # so far away is no number
        search.run(hypot(given, sqrt(corner @ corner)))
    present = ACTIONS[search.present]
    if search.best is None:
        return NoDecisionFlip(_obstacle(search, reach), present, search.at_least, reach)
    search.best.setflags(write=False)
    return DecisionFlip(
        x=search.best,
        distance=search.distance,
        decision=ACTIONS[search.decision],
        present_decision=present,
        at_least=search.at_least,
        reach=reach,
    )


def _decided(head: Head, policy: Policy, x: Values) -> Action:
    return Action(actions(policy, head.probabilities(x[np.newaxis]))[0])


def _obstacle(search: Search, reach: Reach) -> Obstacle:
    if not search.regions:
        return Obstacle.NEVER
    if not reach.free.any():
        return Obstacle.FROZEN
    if not search.is_settled:
        return Obstacle.UNSETTLED
    is_bounded = np.isfinite([reach.low, reach.high]).any()
    if search.at_least < inf:
        return Obstacle.BEYOND
    return Obstacle.RANGES if is_bounded else Obstacle.NEVER


@dataclass(order=True)
class _Cell:
    """Some shares of each border's larger side, and what they prove."""

    bound: float
    number: int
    corners: list[Numbers] = field(compare=False)  # (m, m) a border, a corner a row


class Search:
    """The nearest x of another action, and a distance within which there is none.

    Args:
        space: The x that may be reached.
        policy: By which is decided.
        present: The action now.
        target: The action to reach; None: any other.
        far: Distance of an x, from its steps and itself.
        given: What of the distance no steps save.

    Attributes:
        best: The nearest x that was found and decided so; None if none was.
        distance: How far it is.
        decision: What is decided there.
        at_least: No x nearer than this is decided so.
        is_settled: Whether the search ended by itself.
    """

    def __init__(
        self,
        space: Space,
        policy: Policy,
        *,
        present: int,
        target: int | None = None,
        far: Callable[[Numbers, Values], float],
        given: float = 0.0,
    ) -> None:
        self.space, self.policy, self.far, self.given = space, policy, far, given
        self.present, self.target = present, target
        self.regions = regions_of(
            policy, None if target is None else Action(target), Action(present)
        )
        self.best: Values | None = None
        self.distance = self.at_least = inf
        self.decision = present
        self.is_settled = True

    def run(self, limit: float) -> None:
        """Search every region as far as the limit, which may be infinite.

        What is not nearer than the limit may be left unfound; where no x lies beyond
        the limit, `at_least` is infinite if there is none.
        """
        if not self.regions:
            return
        for borders in self.regions:
            if self._slope_bound(borders, min(limit, 1e3)) < limit:
                self._improve(
                    borders, [np.full(len(f.pro), 1 / len(f.pro)) for f in borders]
                )
        radius = min(limit, self.distance, max(self._horizon(), self.given))
        bounds = [self._searched(borders, radius) for borders in self.regions]
        at_least = min(bounds, default=inf)
        if at_least >= radius and radius < min(limit, self.distance):
            at_least = radius  # beyond the horizon nothing is known
        elif at_least >= limit and self.best is None:
            at_least = inf if limit < inf else at_least
        self.at_least = min(at_least, self.distance)

    def _horizon(self) -> float:
        """Return how far out a border is known to a thousandth of a nat."""
        every = [border for borders in self.regions for border in borders]
        near, far = (self.space.rounding(every, radius) for radius in (0.0, 1.0))
        return (FAR - near) / (far - near) if far > near else inf

    def _slope_bound(self, borders: list[Border], radius: float) -> float:
        if not ((self.space.low <= 0) & (self.space.high >= 0)).all():
            return 0.0
        rounding = self.space.rounding(borders, radius)
        return max([self.space.slope_bound(f, rounding) for f in borders], default=0.0)

    def _searched(self, borders: list[Border], radius: float) -> float:
        """Improve the best x by this region; return what is proved of it."""
        rounding = self.space.rounding(borders, radius)
        bound = self._slope_bound(borders, radius)
        if bound >= radius:
            return bound
        corners = [np.eye(len(border.pro)) for border in borders]
        limit = self.space.projections + MAX_PROJECTIONS
        heap = [_Cell(max(bound, self._bound(borders, corners, rounding)), 0, corners)]
        numbers = count(1)  # of equal bounds the older cell first
        while True:
            cell = heap[0]
            if cell.bound >= min(self.distance * (1 - GAP), radius):
                break
            if self.space.projections > limit:
                self.is_settled = False
                break
            self._improve(borders, [c.mean(axis=0) for c in cell.corners])
            if all(len(c) == 1 for c in cell.corners):
                self.is_settled &= self.best is not None
                break  # one set, and it is convex: its bound is its distance
            heappop(heap)
            for part in _halves(cell.corners):
                bound = max(cell.bound, self._bound(borders, part, rounding))
                heappush(heap, _Cell(bound, next(numbers), part))
        return heap[0].bound

    def _bound(
        self, borders: list[Border], corners: list[Numbers], rounding: float
    ) -> float:
        """Return a distance below that of each of a cell's corners, at its height."""
        logs = [np.log(c.mean(axis=0)) for c in corners]
        least = inf
        for chosen in product(*corners):
            heights = [-float(w @ log) for w, log in zip(chosen, logs, strict=True)]
            _, proved = self.space.nearest(borders, list(chosen), heights, -rounding)
            least = min(least, proved)
        return hypot(self.given, least) * (1 - 1e-15)

    def _improve(self, borders: list[Border], weights: list[Numbers]) -> None:
        """Go down from these shares: each point's own shares are met nearer still."""
        before = inf
        for _ in range(MAX_DESCENT):
            heights = [entropy(weight) for weight in weights]
            steps, _ = self.space.nearest(borders, weights, heights)
            distance = inf if steps is None else hypot(self.given, sqrt(steps @ steps))
            if steps is None or not distance < before * (1 - ROUNDING):
                break
            if before == inf and distance >= self.distance:
                return
            before = distance
            u = self.space.u(steps)
            weights = [shares(border, u)[0] for border in borders]
        if before < self.distance:
            self._settle(borders, weights)

    def _settle(self, borders: list[Border], weights: list[Numbers]) -> None:
        """Go beyond the border by as little as makes the policy say so."""
        heights = [entropy(weight) for weight in weights]
        short = 0.0
        for nudge in NUDGES:
            found = self._tried(borders, weights, heights, nudge)
            if found is None:
                return
            if found:
                break
            short = nudge
        else:
            return
        while nudge > COARSE and nudge - short > 0.01 * nudge:
            middle = (short + nudge) / 2
            if self._tried(borders, weights, heights, middle):
                nudge = middle
            else:
                short = middle

    def _tried(
        self,
        borders: list[Border],
        weights: list[Numbers],
        heights: list[float],
        nudge: float,
    ) -> bool | None:
        """Keep the x so far beyond the borders if it is decided so; None: there is none."""
        steps, _ = self.space.nearest(borders, weights, heights, nudge)
        x = None if steps is None else self.space.x(steps)
        if steps is None or x is None or not np.isfinite(x).all():
            return None
        try:
            decided = int(_decided(self.space.head, self.policy, x))
        except InputError:  # its logits overflow
            return None
        if decided != self.target and (
            self.target is not None or decided == self.present
        ):
            return False
        distance = self.far(steps, x)
        if distance < self.distance:
            self.best, self.distance, self.decision = x, distance, decided
        return True


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

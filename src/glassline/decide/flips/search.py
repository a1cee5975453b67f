"""How close a verdict is: the smallest change of x that changes the class."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from operator import index

import numpy as np
from numpy.typing import ArrayLike, NDArray

from glassline.arrays import Values
from glassline.decide.flips.answer import Flip, NoFlip, Obstacle, most_probable
from glassline.decide.flips.proof import Proof
from glassline.decide.flips.reach import Reach
from glassline.decide.flips.walls import Walls
from glassline.errors import LabelError, ShapeError, show
from glassline.head import Head

__all__ = ["flip", "flip_each"]

SMALLEST = 5e-324  # the least number above 0
Steps = NDArray[np.float64]  # of the features free to move, each in its scale


def flip(
    head: Head,
    x: ArrayLike,
    *,
    target: int | None = None,
    frozen: Iterable[int] = (),
    scale: ArrayLike | None = None,
    bounds: ArrayLike | None = None,
) -> Flip | NoFlip:
    """Return the smallest change of x that changes the most probable class.

        min |(x' - x) / scale|    so that    argmax z(x') = target,
                                  or differs from argmax z(x) without a target

    Class j comes before class i where (w_j - w_i) . x + b_j - b_i >= 0, a
    half-space. The present class is lost where some rival comes before it, a union
    of half-spaces: the nearest point of the union is the nearest of the nearest
    points, one projection a rival. A target must come before all others at once, an
    intersection: one projection on a polyhedron. Both are solved by a finite method
    and proved by their multipliers (`Proof`): exact but for rounding, which the
    proof puts a figure on.

    On the tie itself the class would hang on the last bit, so the point returned
    lies beyond it by the least power of two that decides (`Flip.nudge`).

    Args:
        head: W (d, k) and b (k,), k >= 2.
        x: Shape (d,), the part, standard units, finite.
        target: The class to reach; left out, any other than the present one.
        frozen: Features, counted from 0, that must not move (also where their
            range lies elsewhere). One alone: freeze the others, or `flip_each`.
        scale: Shape (d,), > 0: the change of each feature that counts 1, such as
            the camera's repeatability. Left out, one standard unit each.
        bounds: Shape (d, 2), the least and the largest x each feature can have;
            may be infinite. The part itself may lie outside.

    Returns:
        The flip; distance 0 if the part is of the target class already. `NoFlip`,
        with its own proof, where none is possible.

    Raises:
        ShapeError: An array does not fit the head.
        InputError: A number can not be used; the message names it.
        LabelError: The target is not one of the k classes.

    Example:
        Class 1 leads where 3 x_1 + 4 x_2 >= 10. From the origin that line is
        10 / 5 = 2 away, straight along (3, 4):

        >>> head = Head(np.array([[0.0, 3.0], [0.0, 4.0]]), np.array([10.0, 0.0]))
        >>> nearest = flip(head, [0.0, 0.0])
        >>> nearest.x.round(9).tolist(), round(nearest.distance, 9)
        ([1.2, 1.6], 2.0)
        >>> print(flip(head, [0.0, 0.0], frozen=[0, 1]))
        No flip possible. No feature is free to move.

    Source:
        Projection on a half-space: S. Boyd and L. Vandenberghe, Convex Optimization
        (2004), section 8.1.1; the lower bound: its section 5.2.2.
    """
    if head.k < 2:
        raise ShapeError(f"W: expected at least 2 classes, got {head.k}.")
    reach = Reach.of(x, head.d, frozen=frozen, scale=scale, bounds=bounds)
    wanted = None if target is None else _checked(target, head.k)
    present = most_probable(head, reach.start)
    with np.errstate(over="ignore", invalid="ignore"):  # so far away is no number
        return _Search(head, reach, present, wanted).answer()


def flip_each(
    head: Head,
    x: ArrayLike,
    *,
    target: int | None = None,
    scale: ArrayLike | None = None,
    bounds: ArrayLike | None = None,
) -> tuple[Flip | NoFlip, ...]:
    """Return the smallest change of each feature alone, the others frozen.

    Args and errors are those of `flip`; one answer a feature, in order.

    Example:
        >>> head = Head(np.array([[0.0, 3.0], [0.0, 4.0]]), np.array([10.0, 0.0]))
        >>> [round(alone.distance, 9) for alone in flip_each(head, [0.0, 0.0])]
        [3.333333333, 2.5]
    """
    return tuple(
        flip(
            head,
            x,
            target=target,
            frozen=[other for other in range(head.d) if other != feature],
            scale=scale,
            bounds=bounds,
        )
        for feature in range(head.d)
    )


class _Search:
    """One question: the walls, the regions between them, and the nearest."""

    def __init__(
        self, head: Head, reach: Reach, present: int, target: int | None
    ) -> None:
        self.head, self.reach, self.present, self.target = head, reach, present, target
        kept = present if target is None else target
        others = [c for c in range(head.k) if c != kept]
        same = [kept] * len(others)
        winners, losers = (others, same) if target is None else (same, others)
        self.walls = Walls.between(head, reach, winners, losers)
        places = list(range(len(others)))
        self.regions = [[at] for at in places] if target is None else [places]
        alone = self.walls.alone()
        self.pushes = [alone[region] for region in self.regions]
        self.margins = [0.0] * len(self.regions)
        self.is_beyond = False  # a tie was reached, and no number past it

    def answer(self) -> Flip | NoFlip:
        """Return the nearest region's point that the logits agree with."""
        for at, steps in self._nearest_first():
            settled = self._settle(at, steps)
            self.is_beyond |= settled is None
            if settled is not None:
                x, predicted, nudge = settled
                return Flip(
                    x=x,
                    distance=self.reach.distance(x),
                    predicted_class=predicted,
                    present_class=self.present,
                    target=self.target,
                    nudge=nudge,
                    reach=self.reach,
                    proof=self._proof(at),
                )
        proof = self._proof(None)
        return NoFlip(self._obstacle(), self.present, self.target, self.reach, proof)

    def _nearest_first(self) -> Iterator[tuple[int, Steps]]:
        """Yield the regions that can be reached, the nearest first, and the steps.

        A wall's distance alone, without ranges, is a lower bound: a region is
        projected on only once no other can be nearer.
        """
        alone = self.walls.distances
        queue: list[tuple[float, int, Steps | None]] = [
            (alone[region].max(), at, None) for at, region in enumerate(self.regions)
        ]
        while queue:
            place = min(range(len(queue)), key=lambda i: queue[i][:2])
            _, at, steps = queue.pop(place)
            if steps is not None:
                yield at, steps
                continue
            found = self._project(at, 0.0)
            if found is not None:
                queue.append((float(np.sqrt(found @ found)), at, found))

    def _project(self, at: int, nudge: float) -> Steps | None:
        found = self.walls.nearest(self.regions[at], nudge)
        self.pushes[at] = found.multipliers
        if found.point is None:
            self.margins[at] = nudge  # above 0: a tie is reached, and no more
        return found.point

    def _settle(self, at: int, steps: Steps | None) -> tuple[Values, int, float] | None:
        """Go beyond the tie by as little as makes the logits say the new class."""
        nudge = 0.0
        while steps is not None:
            x = self.walls.x(steps)
            if not np.isfinite(x).all():
                return None
            predicted = most_probable(self.head, x)
            if self._wins(predicted):
                x.setflags(write=False)
                return x, predicted, nudge
            nudge = max(self._unit(x), 2 * nudge)
            steps = self._project(at, nudge) if nudge < np.inf else None
        return None

    def _wins(self, predicted: int) -> bool:
        if self.target is None:
            return predicted != self.present
        return predicted == self.target

    def _unit(self, x: Values) -> float:
        """Return one unit in the last place of the logits' sums, in nats."""
        size = np.maximum(np.abs(x), np.abs(self.reach.start))
        terms = size @ np.abs(self.head.W) + np.abs(self.head.b)
        largest = float(terms.max()) or float(self.walls.lengths.max())
        return max(float(np.finfo(np.float64).eps) * largest, SMALLEST)

    def _proof(self, chosen: int | None) -> Proof:
        regions = tuple(
            self.walls.region(places, pushes, margin)
            for places, pushes, margin in zip(
                self.regions, self.pushes, self.margins, strict=True
            )
        )
        return Proof(self.head, self.reach, regions, chosen)

    def _obstacle(self) -> Obstacle:
        reach, walls = self.reach, self.walls
        if not reach.free.any():
            return Obstacle.FROZEN
        flat = [
            bool((~walls.rows[r].any(axis=1) & (walls.lacks[r] >= 0)).any())
            for r in self.regions
        ]
        if all(flat):
            return Obstacle.WEIGHTS
        if any(self.margins):
            return Obstacle.LEVEL
        if self.is_beyond:
            return Obstacle.BEYOND
        reached = [
            walls.nearest(region, margin, bounded=False).point is not None
            for region, margin in zip(self.regions, self.margins, strict=True)
        ]
        if any(reached):
            return Obstacle.RANGES
        return Obstacle.NEVER if self.target is not None else Obstacle.BEYOND


def _checked(target: int, k: int) -> int:
    if isinstance(target, (bool, np.bool_)) or not 0 <= index(target) < k:
        raise LabelError(
            f"target: expected a class id in [0, {k}), got {show(target)}."
        )
    return index(target)

"""Can a new model accept a part that the old one did not? A reading, or a proof of none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
from numpy.typing import NDArray

from glassline.arrays import Features, Values
from glassline.model import Model
from glassline.model.verdict import decide
from glassline.recipe import Action
from glassline.studies.comparison.acceptance.node import Node, Place
from glassline.studies.comparison.acceptance.planes import Planes
from glassline.studies.comparison.acceptance.sums import Sum, sums_of
from glassline.studies.comparison.differences import Judge, Verdict
from glassline.studies.comparison.differences.pieces import boxes

__all__ = ["Acceptance", "acceptance"]

MAX_PROGRAMMES = 1_000  # about ten seconds
SAMPLE = 4_000  # readings tried where nothing is proved
SEED = 20261128  # the same readings in every run
Numbers = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Acceptance:
    """Whether the new model accepts what the old one rejects or sends to review.

    Attributes:
        verdict: POSSIBLE: both models decide so themselves, at `readings`. IMPOSSIBLE:
            proved for every reading in the ranges, as the models compute. LEVEL: none
            was found, and no proof either; `reason` says where it stops.
        reason: "same": the two decide by the same numbers. "proved". "example".
            "border": the borders are too close to be told apart, or the search was
            ended. "novelty" or "gauge": by costs and guarantee it never does, but what
            the old model sends to a person as novel, or as too near a border for its
            camera, is not what the new one does.
        readings: Shape (d,), of the example; None without one.
        programmes: Linear programmes that were solved.
    """

    verdict: Verdict
    reason: str
    readings: Values | None
    programmes: int


def acceptance(
    old: Model, new: Model, ranges: Sequence[tuple[float, float]]
) -> Acceptance:
    """Find readings that the new model accepts and the old one does not, or prove none.

    With e_c = exp(z_c - z_good), accept comes before another action where a sum
    sum_c h_c e_c, of what it saves in each class, is above 0: by cost and under a
    guarantee alike. "The new model accepts" is one such sum >= 0 for every other
    action, "the old one does not" is one of its sums <= 0. In a box of readings each
    z_c - z_good is a straight line in v; over a stretch of its values e_c lies below
    its chord and above its tangents, so that a sum of either sign has a linear bound
    from above, and a linear programme says whether all can hold at once. Where it
    can, the stretch whose bound is loosest is halved.

    Every bound is worked again in exact fractions with the programme's multipliers.
    A sum is widened by what rounding and the policy's ties can do to it. That a new
    model sends novel parts to review is used as the planes that hold its ellipsoids;
    that it sends parts near a border there only makes it accept less. What the old
    model sends to review for those reasons is not accepted either: a proof needs the
    same region in both, and no gauge limit in the old one.

    Args:
        old: The model that was used.
        new: The one that may replace it, for the same classes and features.
        ranges: The least and the largest reading of each feature.

    Source:
        Branch and bound with chords of convex terms: R. Horst and H. Tuy, Global
        Optimization (1996), section IV.4; certificates by Farkas' lemma.
    """
    if _rule(old) == _rule(new):
        return Acceptance(Verdict.IMPOSSIBLE, "same", None, 0)
    search = Search(old, new, np.array(ranges, np.float64))
    reason = "border"
    if search.proves_none():
        reason = "proved"
        same_region = (old.region, old.scale) == (new.region, new.scale)
        if old.region is not None and not same_region:
            reason = "novelty"
        elif old.gauge is not None and old.recipe.review.gauge:
            reason = "gauge"
    found = search.example
    if found is None and reason != "proved":
        found = search.sampled()
    if found is not None:
        return Acceptance(Verdict.POSSIBLE, "example", found, search.programmes)
    verdict = Verdict.IMPOSSIBLE if reason == "proved" else Verdict.LEVEL
    return Acceptance(verdict, reason, None, search.programmes)


def _rule(model: Model) -> tuple[object, ...]:
    """Return all that a decision depends on besides the readings."""
    policy, head = model.policy, model.head
    numbers = (head.W, head.b, policy.costs, policy.priors, policy.training_mix)
    return (
        *(each.tobytes() for each in numbers),
        policy.good,
        policy.guarantee and policy.guarantee.threshold,
        model.scale,
        model.region,
        model.gauge,
        model.recipe.review.gauge if model.gauge else None,
    )


class Search:
    """One comparison: what was proved, and which readings were tried."""

    def __init__(self, old: Model, new: Model, ranges: Numbers) -> None:
        self.models = old, new
        self.ranges = ranges
        self.judges = Judge(old.head, old.scale), Judge(new.head, new.scale)
        self.programmes = 0
        self.example: Values | None = None

    def proves_none(self) -> bool:
        """Return whether costs and guarantee never let a part pass anew.

        Anywhere first, which is quicker; then only where the new model finds nothing
        novel.
        """
        old, new = self.models
        refuses = sums_of(self.judges[0], 0, old.policy)
        accepts = sums_of(self.judges[1], 1, new.policy)
        if refuses is None or accepts is None:
            return False
        sums = [(*accepts, refuse) for refuse in refuses]
        if self._proves_in([Planes.of(new, None)], sums):
            return True
        if new.region is None or self.example is not None:
            return False
        self.programmes = 0
        count = len(new.region.classes)
        return self._proves_in([Planes.of(new, at) for at in range(count)], sums)

    def _proves_in(
        self, held: Sequence[Planes], sums: Sequence[tuple[Sum, ...]]
    ) -> bool:
        """Return whether no sums are ever all >= 0 in one of the ellipsoids held."""
        return all(
            self._proves(place, each)
            for planes in held
            for box in boxes(
                self.judges, planes.spans(self.ranges), in_u=bool(len(planes.reach))
            )
            if (place := Place.of(self.judges, box, planes)) is not None
            for each in sums
        )

    def _proves(self, place: Place, sums: tuple[Sum, ...]) -> bool:
        """Return whether the sums are never all >= 0 in a place; halve where unsure."""
        nodes = [
            node
            for tops in product(*(each.pro for each in sums))
            if (node := Node.of(place, sums, tops)) is not None
        ]
        while nodes:
            node = nodes.pop()
            self.programmes += 1
            if self.programmes > MAX_PROGRAMMES:
                return False
            point, is_none = node.solve()
            if is_none:
                continue
            if point is not None:
                self._try(place.readings(point))
            halves = node.halves(point)
            if self.example is not None or not halves:
                return False
            nodes += halves
        return True

    def _try(self, readings: Values) -> None:
        row = np.clip(readings, self.ranges[:, 0], self.ranges[:, 1])
        if len(self._passing(row[np.newaxis])):
            self.example = row

    def _passing(self, readings: Features) -> Numbers:
        """Return those of some readings that the new model accepts and the old not."""
        old, new = self.models
        quick = replace(new, gauge=None)  # accepts more, and asks for no search
        rows = readings[decide(quick, readings).actions == Action.ACCEPT]
        for row in rows[:200]:
            taken = [decide(model, row[np.newaxis]).actions[0] for model in (old, new)]
            if taken[0] != Action.ACCEPT and taken[1] == Action.ACCEPT:
                return np.asarray(row[np.newaxis])
        return np.asarray(rows[:0])

    def sampled(self) -> Values | None:
        """Return the first of many readings that passes anew, if one does."""
        old, new = self.models
        rng = np.random.Generator(np.random.PCG64(SEED))
        curved = new.scale.center + _drawn(new, rng) * new.scale.spread
        with np.errstate(over="ignore"):
            drawn = np.sign(curved) * np.expm1(np.abs(curved))
        readings = np.clip(drawn, self.ranges[:, 0], self.ranges[:, 1])
        readings = readings[np.isfinite(readings).all(axis=1)]
        if not len(readings):
            return None
        before, after = (
            decide(replace(model, gauge=None), readings).actions == Action.ACCEPT
            for model in (old, new)
        )
        tried = readings[after & ~before]
        if not len(tried) and old.gauge is not None:
            tried = readings[after]
        found = self._passing(tried) if len(tried) else tried
        return found[0] if len(found) else None


def _drawn(model: Model, rng: np.random.Generator) -> Features:
    """Draw x before the clip: in the model's ellipsoids, or anywhere within its scale."""
    d, region = model.head.d, model.region
    if region is None:
        scale = model.scale
        return np.asarray(rng.uniform(-scale.clip, scale.far, (SAMPLE, d)))
    balls = rng.normal(size=(SAMPLE, d))
    balls /= np.linalg.norm(balls, axis=1, keepdims=True)
    balls *= region.limit * rng.uniform(0, 1, (SAMPLE, 1)) ** (1 / d)
    shares = np.array_split(balls, len(region.classes))
    return np.concatenate(
        [
            np.array(center)
            + share @ np.linalg.cholesky(np.linalg.inv(np.array(inverse))).T
            for share, center, inverse in zip(
                shares, region.centers, region.inverses, strict=True
            )
        ]
    )

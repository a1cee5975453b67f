"""The cheapest threshold that keeps every class's escapes below a target, or a refusal."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from glassline.arrays import ClassIds, Probabilities
from glassline.decide.binomial import (
    allowed_escapes,
    check_promise,
    parts_needed,
    upper_bound,
)
from glassline.decide.decision import rank
from glassline.decide.guarantee import (
    NOTHING,
    Counted,
    Escapes,
    Guarantee,
    Shortfall,
    TooFew,
)
from glassline.decide.lots import lots_bound, lots_needed, lots_prove
from glassline.decide.policy import TIE, Policy
from glassline.errors import InputError, ShapeError
from glassline.head.targets import as_class_ids
from glassline.recipe import Action

__all__ = ["find_guarantee"]

Numbers = NDArray[np.float64]


def find_guarantee(  # noqa: PLR0913  options, each with a default
    probabilities: Probabilities,
    labels: ClassIds,
    policy: Policy,
    *,
    escape: float,
    confidence: float,
    groups: ArrayLike | None = None,
    counted: Counted | None = None,
) -> Guarantee | TooFew:
    """Find the cheapest threshold that keeps each class's escapes below a target.

    A part is accepted where its adjusted probability of the good class is at least
    t. With k_c(t) of the n_c draws of defect class c accepted, t passes where

        P(at most k_c(t) of n_c at rate escape) <= 1 - confidence    for every c

    or, for a share of photos that come in groups, where `lots_prove` says so,

    and `lowest` is the end of the passing thresholds, walking down from "accept
    nothing". Every threshold of that walk keeps the promise, so the cheapest of
    them may be chosen with the same labels. Of equal costs the safest is taken.

    What is promised: with probability at least `confidence` over the draw of these
    parts, the true escape rates of all defect classes are at most `escape`.

    - **Joint over classes at no extra cost.** A threshold is wrong if one class, say
      c, is above the target; it passes only if c's own test passes too, and that
      happens with probability at most 1 - confidence. No share of the error has to
      be divided among the classes.
    - **No price for the search.** Escape rates only rise as t falls. Let t* be where
      the first class meets the target: a walk can end below t* only by passing the
      test there, and that is one test at level 1 - confidence, fixed before any
      label was seen.

    The promise needs parts that are drawn one by one like those to come, and
    **labels that were not used to fit the head or to choose its settings**: a
    calibration set, or probabilities out of fold by group. That is the caller's
    duty; no figure here can tell. It says nothing of defects that no label names, and
    it is void while the line drifts.

    **What the share is of** depends on what is counted. By "group", of the groups that
    hold the defect, one escaping if any of its photos does: right where a group is one
    piece. Where groups are lots it is a promise about lots, and says nothing of parts:
    one lot in a hundred may hold a quarter of all parts. By "photo-in-group", of the
    photos, however alike those of a group and however unequal the groups; it takes
    as many groups of the largest size as "group" takes groups, and a tenth more. By
    "photo", of photos that are no more alike within a group than any.

    Args:
        probabilities: Shape (n, k), as the head gives them.
        labels: Shape (n,), class ids.
        policy: Classes, the good one, costs and priors.
        escape: The target: largest share of any defect class accepted, in (0, 1).
        confidence: In (0, 1).
        groups: Shape (n,), which photos are of one piece or lot; left out, each is of
            its own. The cost and the good parts stay counts of photos.
        counted: Of what the share is; left out, "group" where there are groups, and
            "photo" where there are none.

    Returns:
        The guarantee; or a refusal, where a class has too few parts to prove the
        target even if all of them were caught. The cost weighs each class by the
        policy's priors where it corrects by them, and as drawn otherwise; a class
        without parts does not count.

    Raises:
        ShapeError: The arrays do not fit each other or the policy.
        InputError: A probability, the target or the confidence is out of range, or
            the policy names no good class.
        LabelError: A label is not one of the k classes.

    Example:
        Of 299 scratches the best looking one gets 0.2, so all above passes:

        >>> from glassline.recipe import Recipe
        >>> policy = Policy.of(Recipe(classes=("ok", "scratch")))
        >>> good = np.r_[np.linspace(0.1, 0.99, 90), np.linspace(0.0, 0.2, 299)]
        >>> p, labels = np.c_[good, 1 - good], np.repeat([0, 1], [90, 299])
        >>> found = find_guarantee(p, labels, policy, escape=0.01, confidence=0.95)
        >>> (scratch,) = found.escapes
        >>> print(f"{found.threshold:.2f} {scratch.k}/{scratch.n} {scratch.bound:.4f}")
        0.21 0/299 0.0100
        >>> few = find_guarantee(
        ...     p[:200], labels[:200], policy, escape=0.01, confidence=0.95)
        >>> print(few)
        scratch: expected at least 299 parts without an escape for 1 % at 95 %, got
        110. Collect more or raise the target.

    Source:
        A. N. Angelopoulos, S. Bates, E. J. Candès, M. I. Jordan and L. Lei, Learn
        then Test, Annals of Applied Statistics 19(2), 2025, arXiv:2110.01052 (fixed
        sequence testing); for rates that only rise, S. Bates et al., Journal of the
        ACM 68(6), 2021, doi:10.1145/3478535, theorem 1. Joint over classes: the
        intersection-union test of R. L. Berger, Technometrics 24(4), 1982,
        doi:10.2307/1267823. Exact binomial tests instead of their inequalities.
    """
    check_promise(escape, confidence)
    if policy.good is None:
        raise InputError(
            "policy: expected a good class, got None. "
            "Nothing can be accepted, so nothing can escape."
        )
    by_cost = rank(replace(policy, guarantee=None), probabilities)
    # Threshold by threshold a part is accepted or not; the rest is decided without.
    rest = rank(replace(policy, good=None, guarantee=None), probabilities).actions
    k, good = len(policy.classes), policy.classes.index(policy.good)
    scores = by_cost.adjusted[:, good]
    y = as_class_ids(labels, len(scores), k)
    counted = counted or ("photo" if groups is None else "group")
    ids = np.arange(len(y)) if groups is None or counted == "photo" else groups
    ids = np.asarray(ids)
    if ids.shape != y.shape:
        raise ShapeError(f"groups: expected shape {y.shape}, got {ids.shape}.")
    defects = [c for c in range(k) if c != good]
    kind = _Lots if counted == "photo-in-group" else _Draws
    drawn = {c: kind.of(scores[y == c], ids[y == c]) for c in defects}
    lowest = {c: each.lowest(escape, confidence) for c, each in drawn.items()}
    if any(end is None for end in lowest.values()):
        accepted = by_cost.actions == Action.ACCEPT
        return TooFew(
            tuple(
                Shortfall(
                    policy.classes[c],
                    kind.of(accepted[y == c].astype(float), ids[y == c]).draws(1.0),
                    drawn[c].draws(),
                    kind.needed(escape, confidence),
                    drawn[c].seen(NOTHING, confidence)[2],
                )
                for c in defects
                if lowest[c] is None
            ),
            escape,
            confidence,
            counted,
        )
    threshold, cost = _cheapest(
        scores,
        policy.costs[y, Action.ACCEPT],
        policy.costs[y, rest],
        _weights(policy, y),
        max(end for end in lowest.values() if end is not None),
    )
    return Guarantee(
        threshold=threshold,
        escape=escape,
        confidence=confidence,
        escapes=tuple(
            Escapes(policy.classes[c], *drawn[c].seen(threshold, confidence))
            for c in defects
        ),
        good_accepted=int((scores[y == good] >= threshold).sum()),
        good=int((y == good).sum()),
        cost=cost,
        parts="new",
        counted=counted,
        data_sha256="",
    )


@dataclass(frozen=True)
class _Draws:
    """One class where a group is one draw: it escapes if the best of its scores passes."""

    best: Numbers

    @classmethod
    def of(cls, scores: Numbers, ids: NDArray[np.generic]) -> _Draws:
        names, place = np.unique(ids, return_inverse=True)
        best = np.zeros(len(names))
        np.maximum.at(best, place, scores)
        return cls(best)

    def draws(self, threshold: float = 0.0) -> int:
        return int((self.best >= threshold).sum())

    @staticmethod
    def needed(escape: float, confidence: float) -> int:
        return parts_needed(escape, confidence)

    def lowest(self, escape: float, confidence: float) -> float | None:
        """Return the lowest threshold at which the escapes still prove the target."""
        allowed = allowed_escapes(len(self.best), escape, confidence)
        if allowed < 0:
            return None
        return float(np.nextafter(np.sort(self.best)[::-1][allowed], NOTHING))

    def seen(self, threshold: float, confidence: float) -> tuple[int, int, float]:
        """Return how many escape of how many, and the bound of the rate."""
        k, n = self.draws(threshold), len(self.best)
        return k, n, upper_bound(k, n, confidence)


@dataclass(frozen=True)
class _Lots:
    """One class where every photo counts, but those of a group may be copies."""

    scores: Numbers
    place: NDArray[np.int64]
    sizes: NDArray[np.int64]

    @classmethod
    def of(cls, scores: Numbers, ids: NDArray[np.generic]) -> _Lots:
        _, place, sizes = np.unique(ids, return_inverse=True, return_counts=True)
        return cls(scores, place, sizes)

    def draws(self, threshold: float = 0.0) -> int:
        """Return how many lots of the largest size those would fill that pass."""
        largest = int(self.sizes.max(initial=1))
        return int((self.scores >= threshold).sum()) // largest

    @staticmethod
    def needed(escape: float, confidence: float) -> int:
        return lots_needed(escape, confidence)

    def lowest(self, escape: float, confidence: float) -> float | None:
        """Return the lowest threshold at which the escapes still prove the target."""
        above = np.nextafter(np.unique(self.scores)[::-1], NOTHING)

        def fails(place: int) -> bool:  # lower thresholds prove less
            escaped = self._escaped(above[place])
            return not lots_prove(escaped, self.sizes, escape, confidence)

        passing = bisect_left(range(len(above)), True, key=fails)
        return float(above[passing - 1]) if passing else None

    def seen(self, threshold: float, confidence: float) -> tuple[int, int, float]:
        """Return how many escape of how many, and the bound of the rate."""
        escaped = self._escaped(threshold)
        bound = lots_bound(escaped, self.sizes, confidence)
        return int(escaped.sum()), len(self.scores), bound

    def _escaped(self, threshold: float) -> NDArray[np.int64]:
        passed = self.place[self.scores >= threshold]
        return np.bincount(passed, minlength=len(self.sizes)).astype(np.int64)


def _weights(policy: Policy, y: NDArray[np.int64]) -> Numbers:
    """Return what each part counts in the expected cost; the weights sum to 1."""
    counts = np.bincount(y, minlength=len(policy.classes))
    if not policy.corrects:
        return np.full(len(y), 1 / len(y))
    share = np.where(counts > 0, policy.priors, 0.0)
    each = np.divide(share, counts, out=np.zeros(len(counts)), where=counts > 0)
    return np.asarray(each[y] / share.sum())


def _cheapest(
    scores: Numbers,
    accepted: Numbers,
    otherwise: Numbers,
    weights: Numbers,
    lowest: float,
) -> tuple[float, float]:
    """Return the threshold at or above `lowest` of least cost, and that cost.

    The cost changes only at a part's own score; of costs that differ by rounding
    the highest threshold is taken.
    """
    order = np.argsort(-scores, kind="stable")
    ranked = scores[order]
    changes = (weights * (accepted - otherwise))[order]
    costs = (weights * otherwise).sum() + np.append(0.0, np.cumsum(changes))
    thresholds = np.append(NOTHING, ranked)
    is_last = np.append(ranked < thresholds[:-1], True)  # equal scores pass together
    usable = is_last & (thresholds >= lowest)
    least = costs[usable].min() + TIE * np.abs(costs).max()
    best = int(np.argmax(usable & (costs <= least)))
    return float(thresholds[best]), float(costs[best])

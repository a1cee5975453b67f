"""What a model keeps of a guarantee on escapes, or why there is none."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

from glassline.decide.binomial import check_promise
from glassline.errors import InputError

__all__ = [
    "NOTHING",
    "Counted",
    "Escapes",
    "Guarantee",
    "Shortfall",
    "TooFew",
    "told_apart",
]

NOTHING = 2.0  # a threshold that no probability reaches

Counted = Literal["group", "photo", "photo-in-group"]
"""Of what a share is promised, and what counts as one draw from the line.

"group": of the groups of photos that hold the defect; one escapes if any of its photos
does. "photo": of the photos, each drawn for itself. "photo-in-group": of the photos, which
come in groups of any size and may be as alike as copies within one.
"""


@dataclass(frozen=True)
class Escapes:
    """What was counted for one defect class at the threshold.

    Attributes:
        name: The class.
        k: Groups or photos of it (`Guarantee.counted` says which) that were accepted.
        n: Groups or photos of it.
        bound: Upper bound of its escape rate from this count alone, at the guarantee's
            confidence; at most the target. What is promised for all classes at once
            is the target.
    """

    name: str
    k: int
    n: int
    bound: float

    def __str__(self) -> str:
        """Return the name and k/n.

        Example:
            >>> print(Escapes("dirt", 0, 299, 0.00997))
            dirt 0/299
        """
        return f"{self.name} {self.k}/{self.n}"


@dataclass(frozen=True)
class Guarantee:
    """At most a share of each defect class is accepted: the threshold, and on what parts.

    Attributes:
        threshold: A part is accepted from this adjusted probability of the good
            class on; 2 where nothing is accepted.
        escape: Of each defect class at most this share of what is `counted` is
            accepted, in (0, 1).
        confidence: How surely, in (0, 1).
        escapes: The counts at the threshold, one entry a defect class.
        good_accepted: Good parts accepted at the threshold.
        good: Good parts.
        cost: Expected cost of a part at the threshold, in the policy's currency.
        parts: "new" where the parts were none of training, "out_of_fold" where
            each was judged by a head that was trained without its group.
        counted: Of what the share is promised, see `Counted`.
        data_sha256: Hash of photos, labels and weights it was counted on; empty
            where it was counted on arrays.
        is_void: Whether it no longer holds, as while the line drifts. Decisions
            keep the threshold; nothing is promised.

    Raises:
        InputError: A number is out of range, or there is no defect class.
    """

    threshold: float
    escape: float
    confidence: float
    escapes: tuple[Escapes, ...]
    good_accepted: int
    good: int
    cost: float
    parts: Literal["new", "out_of_fold"]
    counted: Counted
    data_sha256: str
    is_void: bool = False

    def __post_init__(self) -> None:
        check_promise(self.escape, self.confidence)
        if not 0 < self.threshold <= NOTHING:
            raise InputError(
                f"guarantee.threshold: expected above 0 and at most 2, "
                f"got {self.threshold}."
            )
        if not self.escapes:
            raise InputError("guarantee.escapes: expected a defect class, got none.")
        if not math.isfinite(self.cost):
            raise InputError(
                f"guarantee.cost: expected a finite number, got {self.cost}."
            )
        counts = [(each.k, each.n) for each in self.escapes]
        for k, n in [*counts, (self.good_accepted, self.good)]:
            if not 0 <= k <= n:
                raise InputError(
                    f"guarantee: expected counts with 0 <= k <= n, got {k}/{n}."
                )

    @property
    def worst(self) -> Escapes:
        """Return the class with the highest bound: the one that the promise rests on."""
        return max(self.escapes, key=lambda each: each.bound)

    def check(self, classes: tuple[str, ...], good: str | None) -> None:
        """Refuse a guarantee that is not of these classes without the good one.

        Raises:
            InputError: It is of others, or there is no good class.
        """
        defects = [name for name in classes if name != good]
        named = [each.name for each in self.escapes]
        if good is None or named != defects:
            raise InputError(
                f"guarantee: expected one for {', '.join(defects)} and a good class, "
                f"got one for {', '.join(named)}."
            )

    def as_json(self) -> dict[str, Any]:
        """Return threshold, target and counts as plain data, for every verdict."""
        return {
            "threshold": self.threshold,
            "escape": self.escape,
            "confidence": self.confidence,
            "counted": self.counted,
            "escapes": {each.name: {"k": each.k, "n": each.n} for each in self.escapes},
            "is_void": self.is_void,
        }

    def said(self, p: float) -> dict[str, str]:
        """Return what a reason says of the guarantee and of one part's p."""
        probability, threshold = told_apart(p, self.threshold)
        return {
            "p": probability,
            "threshold": threshold,
            "escape": f"{100 * self.escape:g}",
            "unit": f"counted {self.counted}",
            "confidence": f"{100 * self.confidence:g}",
            "worst": str(self.worst),
        }


@dataclass(frozen=True)
class Shortfall:
    """A defect class with too few parts to promise anything.

    Attributes:
        name: The class.
        k: Draws of it that the policy accepts as it is, without a guarantee.
        n: Draws of it: groups or photos; of photos in groups, as many groups of the
            largest size as its photos would fill.
        needed: Draws that would prove the target if none of them escaped.
        provable: The least target that n draws prove if none of them escaped.
    """

    name: str
    k: int
    n: int
    needed: int
    provable: float


@dataclass(frozen=True)
class TooFew:
    """No guarantee can be given; says for which classes parts are missing.

    Attributes:
        shortfalls: The classes with too few parts, in the recipe's order.
        escape: The target rate.
        confidence: How surely it was to hold.
        counted: Of what the share was to be promised, see `Counted`.
    """

    shortfalls: tuple[Shortfall, ...]
    escape: float
    confidence: float
    counted: Counted

    def __str__(self) -> str:
        """One sentence a class, each on its line."""
        unit = {"photo": "parts", "group": "groups"}.get(self.counted, "full groups")
        return "\n".join(
            f"{short.name}: expected at least {short.needed:,} {unit} without an escape "
            f"for {100 * self.escape:g} % at {100 * self.confidence:g} %, "
            f"got {short.n:,}. Collect more or raise the target."
            for short in self.shortfalls
        )


def told_apart(p: float, threshold: float, decimals: int = 4) -> tuple[str, str]:
    """Print two numbers with 4 decimals, or as many as tell them apart.

    Example:
        >>> told_apart(0.25, 0.5), told_apart(0.99999, 0.999991)
        (('0.2500', '0.5000'), ('0.999990', '0.999991'))
    """
    least = decimals
    while decimals < 17 and f"{p:.{decimals}f}" == f"{threshold:.{decimals}f}":
        decimals += 1
    if p == threshold:
        decimals = least
    return f"{p:.{decimals}f}", f"{threshold:.{decimals}f}"

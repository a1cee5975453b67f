"""A line's own rule for publishing candidates, with limits; off unless turned on."""

from __future__ import annotations

from dataclasses import dataclass

from glassline.errors import InputError, check_within
from glassline.store.candidate import Candidate, candidate
from glassline.store.ledger import Row
from glassline.store.store import Store

__all__ = ["Rule", "publish_by_rule"]


@dataclass(frozen=True)
class Rule:
    """When a candidate may run without a person's word.

    Attributes:
        least_labels: Of every class, at least so many.
        most_changed: At most this share of the last inspections decided otherwise.
        least_gain: The loss on labels kept back must fall by at least so much, nats.
        least_kept_back: Labels kept back that the loss rests on, at least.

    Raises:
        InputError: A limit is out of range.
    """

    least_labels: int = 20
    most_changed: float = 0.02
    least_gain: float = 0.0
    least_kept_back: int = 50

    def __post_init__(self) -> None:
        check_within("most_changed", self.most_changed, 0, 1)
        for name in ("least_labels", "least_gain", "least_kept_back"):
            if not getattr(self, name) >= 0:
                raise InputError(
                    f"{name}: expected a number >= 0, got {getattr(self, name)}."
                )

    def against(self, found: Candidate) -> tuple[str, ...]:
        """Return what speaks against a candidate, one code each; nothing where it may run.

        `no_candidate`, `few_labels`, `many_changes`, `few_kept_back`, `no_gain`.
        """
        if found.model is None:
            return ("no_candidate",)
        reasons = []
        if min(found.counts.values()) < self.least_labels:
            reasons.append("few_labels")
        if len(found.changed) > self.most_changed * found.looked_at:
            reasons.append("many_changes")
        if found.loss is None or found.loss.n < self.least_kept_back:
            reasons.append("few_kept_back")
        elif found.loss.running - found.loss.candidate < self.least_gain:
            reasons.append("no_gain")
        return tuple(reasons)


def publish_by_rule(
    store: Store, rule: Rule, *, who: str
) -> tuple[Row | None, tuple[str, ...]]:
    """Publish the candidate if the rule allows it.

    Returns:
        The row of the ledger, or None; and what speaks against it.
    """
    found = candidate(store)
    if found is None or found.model is None:
        return None, ("no_candidate",)
    against = rule.against(found)
    if against:
        return None, against
    return store.publish(found.model, who=who, reason=f"rule: {rule}"[:200]), ()

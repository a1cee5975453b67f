"""Pareto's order: the few causes that make most of the trouble, first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from glassline.errors import InputError

__all__ = ["VITAL", "Bar", "pareto"]

VITAL = 0.8  # the line of the chart: the few bars that reach it come first


@dataclass(frozen=True)
class Bar:
    """One cause.

    Attributes:
        name: Of the cause.
        count: How often.
        total: How often all causes together.
        reached: Share of the total that this bar and those before it make.
        is_vital: Whether it is among the few that reach 80 %.
    """

    name: str
    count: int
    total: int
    reached: float
    is_vital: bool


def pareto(counts: Mapping[str, int]) -> tuple[Bar, ...]:
    """Put causes in the order of their counts, the largest first; of equals as given.

    Args:
        counts: Cause to how often, >= 0; causes that never happened are left out.

    Raises:
        InputError: A count is below 0.

    Example:
        >>> [(bar.name, bar.reached) for bar in pareto({"dirt": 1, "scratch": 4})]
        [('scratch', 0.8), ('dirt', 1.0)]
    """
    wrong = [name for name, count in counts.items() if count < 0]
    if wrong:
        raise InputError(f"counts: expected numbers >= 0, got {counts[wrong[0]]}.")
    total = sum(counts.values())
    ordered = sorted(counts.items(), key=lambda each: -each[1])
    bars, before = [], 0
    for name, count in ordered:
        if count:
            vital = before < VITAL * total
            before += count
            bars.append(Bar(name, count, total, before / total, vital))
    return tuple(bars)

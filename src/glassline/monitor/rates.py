"""What a line made of its parts: first-pass yield, escapes, overkill, all as k/n."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassline.arrays import ClassIds
from glassline.errors import InputError, ShapeError
from glassline.recipe import Action
from glassline.studies.metrics import Rate, rate

__all__ = ["NO_LABEL", "LineRates", "line_rates"]

NO_LABEL = -1


@dataclass(frozen=True)
class LineRates:
    """Rates of one stretch of a line, each with its population and exact interval.

    Parts of one lot may be as alike as copies: an interval counts them for what they
    are worth (`glassline.studies.metrics.rate`). Escape and overkill are those of the
    machine, before anybody looked, among the parts that have a label. Labels are mostly
    given to parts that were sent to a person, so both say little of parts that the
    machine settled alone unless some of those are labelled too: see `audited`.

    Attributes:
        first_pass: Parts accepted at once, of those that entered.
        review: Parts sent to a person, of those that entered.
        rejected: Parts rejected at once, of those that entered.
        good: Parts that are good in the end, of those that are settled: by their label
            where they have one, else by the decision; a part that waits is not settled.
        escape: Bad parts accepted, of the labelled bad parts.
        overkill: Good parts rejected, of the labelled good parts.
        audited: Labelled parts, of those that the machine settled alone.
    """

    first_pass: Rate
    review: Rate
    rejected: Rate
    good: Rate
    escape: Rate
    overkill: Rate
    audited: Rate

    def as_json(self) -> dict[str, Any]:
        """Return each rate as k, n and the ends of its interval."""
        return {name: each.as_json() for name, each in vars(self).items()}


def line_rates(
    actions: NDArray[np.int64],
    labels: ClassIds,
    good: int | None,
    groups: NDArray[np.int64],
) -> LineRates:
    """Count what a line made of n parts.

    Args:
        actions: Shape (n,), each an `Action`; photos that were refused are no parts.
        labels: Shape (n,), class ids as people said, `NO_LABEL` where nobody did.
        good: The class of good parts; without one, yield, escape and overkill count
            nothing.
        groups: Shape (n,), lots; parts without a lot are each of a group of its own.

    Raises:
        ShapeError: The three are not (n,) all.

    Example:
        Of four parts one was accepted and is bad, one rejected and is good, one waits
        for a person, one was accepted and nobody looked:

        >>> actions, labels = np.array([0, 1, 2, 0]), np.array([1, 0, -1, -1])
        >>> found = line_rates(actions, labels, 0, np.arange(4))
        >>> print(found.first_pass, found.escape, found.overkill, found.good)
        2/4 1/1 1/1 2/3
    """
    if not actions.shape == labels.shape == groups.shape == (len(actions),):
        raise ShapeError(
            f"line: expected actions, labels and groups of shape (n,), got "
            f"{actions.shape}, {labels.shape} and {groups.shape}."
        )
    if len(labels) and labels.min() < NO_LABEL:
        raise InputError("labels: expected class ids, or -1 for none.")

    def share(happened: NDArray[np.bool_], among: NDArray[np.bool_]) -> Rate:
        return rate(happened[among], groups[among])

    everything = np.ones(len(actions), np.bool_)
    is_labelled = labels != NO_LABEL
    alone = actions != Action.REVIEW
    is_good, is_bad = (
        (labels == good, is_labelled & (labels != good))
        if good is not None
        else (np.zeros(len(labels), np.bool_),) * 2
    )
    passed = actions == Action.ACCEPT
    return LineRates(
        first_pass=share(passed, everything),
        review=share(~alone, everything),
        rejected=share(actions == Action.REJECT, everything),
        good=share(
            np.where(is_labelled, is_good, passed),
            is_labelled | alone if good is not None else ~everything,
        ),
        escape=share(passed, is_bad),
        overkill=share(actions == Action.REJECT, is_good),
        audited=share(is_labelled, alone),
    )

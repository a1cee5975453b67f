"""Specifications of readings, as a customer gave them, and how capable the line is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from glassline.errors import InputError, check_one_of
from glassline.model import Model
from glassline.monitor import Capability, Spec, capability
from glassline.store import Columns, Store

__all__ = ["Held", "capabilities", "set_spec"]

PREFIX = "spec "  # of a chart's name in the ledger, before the feature
FEWEST = 30  # readings, below which an index says nothing


@dataclass(frozen=True)
class Held:
    """One feature with a specification.

    Attributes:
        name: Of the feature.
        spec: In the unit of its reading.
        found: How capable the line is; None with too few readings.
        reason: What document says so, or why it was changed.
        who: Who set it.
    """

    name: str
    spec: Spec
    found: Capability | None
    reason: str
    who: str


def set_spec(
    store: Store, model: Model, name: str, spec: Spec, *, who: str, reason: str
) -> None:
    """Record what a customer asks of a feature's reading; the last one counts.

    Raises:
        InputError: The model has no such feature, or the reason is empty.
    """
    check_one_of("feature", name, model.feature_names)
    store.freeze_limits(PREFIX + name, vars(spec), who=who, reason=reason)


def capabilities(
    model: Model,
    found: Columns,
    alike: frozenset[str],
    frozen: Mapping[str, Mapping[str, Any]],
) -> tuple[Held, ...]:
    """Hold the readings of every feature that has a specification against it.

    Args:
        model: Whose features.
        found: The newest inspections, in the order of time.
        alike: Hashes of the models whose readings are in the same units.
        frozen: Chart to the body of the row that froze its limits last, `who` in it.
    """
    wanted = [
        (place, name)
        for place, name in enumerate(model.feature_names)
        if PREFIX + name in frozen
    ]
    if not wanted:
        return ()
    values = found.read_by(alike).values()
    held = []
    for place, name in wanted:
        row = frozen[PREFIX + name]
        spec = Spec(**row["limits"])
        made = None
        if len(values) >= FEWEST:
            try:
                made = capability(np.ascontiguousarray(values[:, place]), spec)
            except InputError:  # all readings alike
                made = None
        held.append(Held(name, spec, made, row["reason"], row.get("who", "")))
    return tuple(held)

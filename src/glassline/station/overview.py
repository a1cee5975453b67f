"""What a line did: rates, charts and Pareto of the newest inspections."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassline.errors import check_one_of, check_within
from glassline.head import part_losses
from glassline.model import Model
from glassline.monitor import (
    NO_LABEL,
    RULES,
    Bar,
    CusumChart,
    EwmaChart,
    Limits,
    LineRates,
    ShareChart,
    Signal,
    cusum,
    ewma,
    line_rates,
    of_values,
    p_prime_chart,
    p_prime_limits,
    pareto,
    signals,
)
from glassline.monitor.rules import Rule
from glassline.recipe import Action
from glassline.station.stretches import CALENDAR, Stretches, stretches
from glassline.store import Day
from glassline.store.columns import NONE, Codes, Columns

__all__ = [
    "BY",
    "FIRST",
    "Overview",
    "Trend",
    "View",
    "overview",
]

BY = ("lot", "shift", "camera", "hour", "day")
REFUSED = 3
SHOWN = 60  # stretches of a chart
FIRST = 25  # stretches that provisional limits are taken from
ROWS = 12  # stretches of a table


@dataclass(frozen=True)
class View:
    """How a line is looked at.

    Attributes:
        by: One of `BY`: the stretches of the charts.
        rules: A key of `RULES`.
        hours: Only so many hours back from the newest; 0 for all.
        day: Of the plant: its hours and production days are those of the charts.

    Raises:
        InputError: One is none of these.
    """

    by: str = "lot"
    rules: str = "western_electric"
    hours: float = 0.0
    day: Day = CALENDAR

    def __post_init__(self) -> None:
        check_one_of("by", self.by, BY)
        check_one_of("rules", self.rules, RULES)
        check_within("hours", self.hours, 0, 24 * 365)


@dataclass(frozen=True, eq=False)
class Trend:
    """One number of each stretch on two charts.

    Attributes:
        name: A feature, or "surprise".
        stretches: The names of the points.
        mean: The chart with limits of an exponentially weighted mean.
        sums: The cumulative sums.
        signals: Rules that fired on the points themselves.
    """

    name: str
    stretches: tuple[str, ...]
    mean: EwmaChart
    sums: CusumChart
    signals: tuple[Signal, ...]


@dataclass(frozen=True, eq=False)
class Overview:
    """A line over one while.

    Attributes:
        parts: Parts that were decided on.
        refused: Photos that were refused.
        span: When the first and the last of both came, UTC; None where there is none.
        rates: Of all parts.
        passed: Share of parts not accepted at once, stretch by stretch; None with
            fewer than two stretches.
        passed_at: The names of its points.
        trends: Of each feature, and of the mean cross-entropy on labelled parts.
        causes: What was found on parts that were not accepted.
        tables: By what to the newest stretches with their rates.
        view: What was asked for.
    """

    parts: int
    refused: int
    span: tuple[datetime, datetime] | None
    rates: LineRates
    passed: ShareChart | None
    passed_at: tuple[str, ...]
    trends: tuple[Trend, ...]
    causes: tuple[Bar, ...]
    tables: Mapping[str, tuple[tuple[str, LineRates], ...]]
    view: View


def _utc(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def overview(
    model: Model,
    found: Columns,
    alike: frozenset[str],
    frozen: Mapping[str, Mapping[str, Any]],
    view: View,
) -> Overview:
    """Sum a line up.

    Args:
        model: The one that runs: its classes, scale and head.
        found: The newest inspections.
        alike: Hashes of the models whose readings its scale fits.
        frozen: Chart to the body of the row that froze its limits last.
        view: What was asked for.
    """
    if view.hours and len(found):
        since = found.at[-1] - 3600.0 * view.hours
        found = found.subset(slice(int(np.searchsorted(found.at, since)), None))
    kept = found.subset(found.decision != REFUSED)
    recipe = model.recipe
    labels = _class_ids(kept.label, recipe.classes)
    good = None if recipe.good is None else recipe.classes.index(recipe.good)
    lots = _lots(kept)
    dealt = stretches(kept, view.by, view.day)
    return Overview(
        parts=len(kept),
        refused=len(found) - len(kept),
        span=_span(found.at),
        rates=line_rates(kept.decision, labels, good, lots),
        passed=_passed(kept, dealt, frozen.get("passed")),
        passed_at=tuple(dealt.names[at] for at in dealt.newest(SHOWN)),
        trends=_trends(model, kept, alike, frozen, view),
        causes=_causes(kept, labels, model),
        tables={name: _table(kept, labels, good, lots, name) for name in BY[:3]},
        view=view,
    )


def _span(at: NDArray[np.float64]) -> tuple[datetime, datetime] | None:
    if not len(at):
        return None
    first, last = (_utc(float(each)) for each in (at[0], at[-1]))
    return first, last


def _class_ids(codes: Codes, classes: tuple[str, ...]) -> NDArray[np.int64]:
    """Return class ids for names; a class of another model counts as no label."""
    places = [
        classes.index(name) if name in classes else NO_LABEL for name in codes.names
    ]
    return np.array([*places, NO_LABEL], np.int64)[codes.ids]


def _lots(found: Columns) -> NDArray[np.int64]:
    """Return the lot of each part; one without a lot is a group of its own."""
    alone = found.lot.ids == NONE
    ids = found.lot.ids.copy()
    ids[alone] = len(found.lot.names) + np.arange(int(alone.sum()))
    return ids


def _passed(
    found: Columns, dealt: Stretches, row: Mapping[str, Any] | None
) -> ShareChart | None:
    """Draw the share of parts that were not accepted at once."""
    groups = len(dealt.names)
    if groups < 2:
        return None
    sizes = np.bincount(dealt.ids, minlength=groups)
    stopped = found.decision != Action.ACCEPT
    counts = np.bincount(dealt.ids[stopped], minlength=groups)
    limits = (
        Limits.from_json(dict(row["limits"]))
        if row
        else p_prime_limits(counts[:FIRST], sizes[:FIRST])
    )
    newest = dealt.newest(SHOWN)
    return p_prime_chart(counts[newest], sizes[newest], limits)


def _trends(
    model: Model,
    found: Columns,
    alike: frozenset[str],
    frozen: Mapping[str, Mapping[str, Any]],
    view: View,
) -> tuple[Trend, ...]:
    """Draw each feature of the parts that look good, and what labelled ones cost."""
    read = found.read_by(alike)
    if not len(read):
        return ()
    x = model.scale.x(read.values())
    logits = model.head.logits(x)
    rules, made = RULES[view.rules], []
    if model.recipe.good is not None:
        good = model.recipe.classes.index(model.recipe.good)
        rows = np.flatnonzero(logits.argmax(axis=1) == good)
        dealt = stretches(read.subset(rows), view.by, view.day)
        means = dealt.means(x[rows])
        for place, name in enumerate(model.feature_names):
            scale = (model.scale.center[place], model.scale.spread[place])
            made.append(
                _trend(name, dealt, means[:, place], frozen.get(name), rules, scale)
            )
    labels = _class_ids(read.label, model.recipe.classes)
    rows = np.flatnonzero(labels != NO_LABEL)
    if len(rows):
        dealt = stretches(read.subset(rows), view.by, view.day)
        losses = dealt.means(part_losses(logits[rows], labels[rows]))
        made.append(_trend("surprise", dealt, losses, frozen.get("surprise"), rules))
    return tuple(each for each in made if each is not None)


def _trend(
    name: str,
    dealt: Stretches,
    means: NDArray[np.float64],
    row: Mapping[str, Any] | None,
    rules: Mapping[str, Rule],
    scale: tuple[float, ...] = (),
) -> Trend | None:
    """Draw one number; limits that were frozen on another scale do not count."""
    if len(means) < 2:
        return None
    if row and tuple(row.get("scale", ())) == scale:
        limits = Limits.from_json(dict(row["limits"]))
    else:
        limits = of_values(means[:FIRST])
    newest = dealt.newest(SHOWN)
    return Trend(
        name=name,
        stretches=tuple(dealt.names[at] for at in newest),
        mean=_last(ewma(means, limits), len(newest)),
        sums=_last_sums(cusum(means, limits), len(newest)),
        signals=signals(limits.standardised(means[newest]), rules),
    )


def _last(chart: EwmaChart, count: int) -> EwmaChart:
    return EwmaChart(
        chart.values[-count:],
        chart.smooth[-count:],
        chart.lower[-count:],
        chart.upper[-count:],
        chart.limits,
    )


def _last_sums(chart: CusumChart, count: int) -> CusumChart:
    return CusumChart(
        chart.values[-count:],
        chart.high[-count:],
        chart.low[-count:],
        chart.decision,
        chart.limits,
    )


def _causes(found: Columns, labels: NDArray[np.int64], model: Model) -> tuple[Bar, ...]:
    """Count what parts have that were not accepted: as people say, else as seen."""
    classes = model.recipe.classes
    seen = _class_ids(found.predicted_class, classes)
    said = np.where(labels != NO_LABEL, labels, seen)
    stopped = said[(found.decision != Action.ACCEPT) & (said != NO_LABEL)]
    counts = Counter(classes[place] for place in stopped.tolist())
    counts.pop(model.recipe.good or "", None)
    return pareto(counts)


def _table(
    found: Columns,
    labels: NDArray[np.int64],
    good: int | None,
    lots: NDArray[np.int64],
    by: str,
) -> tuple[tuple[str, LineRates], ...]:
    """Return the newest stretches with their rates, the newest first."""
    codes: Codes = getattr(found, by)
    if not (codes.ids != NONE).any():
        return ()
    dealt = stretches(found, by)
    rows = []
    for place in dealt.newest(ROWS)[::-1].tolist():
        own = dealt.ids == place
        groups = lots[own] if by != "lot" else np.arange(int(own.sum()))
        rows.append(
            (
                dealt.names[place],
                line_rates(found.decision[own], labels[own], good, groups),
            )
        )
    return tuple(rows)

"""One inspection as a page shows it: verdict, what adds up to it, what it costs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from glassline.decide.flips import DecisionFlip, flip_decision
from glassline.explain.faces.picture.layout import MARKED_X
from glassline.explain.sheet.sums import LogOdds
from glassline.inspection import Inspection
from glassline.recipe import ACTIONS
from glassline.render.numbers import column, number
from glassline.render.units import unit_of
from glassline.render.words import words

__all__ = ["Judged", "ways_out"]

HALF = 100.0  # of a bar's drawing: where 0 stands
LONGEST = 96.0  # the longest bar, in the same units
MOVED = 0.005  # of x: less is not said


@dataclass(frozen=True)
class Bar:
    """What one feature adds to the log-odds, in print and as a bar around the middle."""

    name: str
    x: str
    adds: str
    start: float
    width: float
    speaks: str  # "for" or "against"


@dataclass(frozen=True)
class Share:
    """A class or an action with its figure; `width` of 100."""

    key: str
    name: str
    printed: str
    width: float
    is_first: bool


@dataclass(frozen=True)
class Feature:
    """One feature of the part, in words."""

    key: str
    name: str
    short: str
    reading: str
    x: float
    low: float
    high: float
    is_marked: bool


class Judged:
    """What a page says of one inspection, in one language.

    Attributes:
        seen: The inspection, as read or as supposed.
        text: The catalogue.
        classes: The probability of each class.
        costs: The expected cost of each action.
        bars: What each feature adds to the log-odds, then the bias, then their sum.
        best: The word for the most probable class.
        rival: The word for the runner-up.
        features: The features, with their readings.
    """

    def __init__(self, seen: Inspection, lang: str) -> None:
        recipe, model = seen.model.recipe, seen.model
        self.seen = seen
        self.lang = lang
        self.text = words(lang)
        odds = LogOdds.of(model.head, seen.x)
        self.best, self.rival = (
            recipe.class_name(recipe.classes[at], lang)
            for at in (odds.best, odds.second)
        )
        self.classes = tuple(
            Share(
                name,
                recipe.class_name(name, lang),
                number(p),
                round(100 * p, 2),
                name == seen.predicted_class,
            )
            for name, p in seen.probabilities.items()
        )
        self.costs = tuple(self._costs())
        self.bars = tuple(self._bars(odds))
        self.features = tuple(self._features())

    @property
    def action(self) -> str:
        """Return the decision."""
        return self.seen.decision

    @property
    def reason(self) -> str:
        """Return why, as a sentence."""
        return self.seen.decided.reason.text(self.lang)

    @property
    def currency(self) -> str:
        """Return the word for the unit of the costs."""
        unit = self.seen.decided.policy.currency
        return self.text["currencies"].get(unit, unit)

    def _costs(self) -> Iterator[Share]:
        costs = self.seen.decided.expected_costs.tolist()
        longest = max(map(abs, costs)) or 1.0
        for action, cost, printed in zip(ACTIONS, costs, column(costs), strict=True):
            yield Share(
                action,
                self.text["decisions"][action],
                printed,
                round(100 * abs(cost) / longest, 2),
                action == self.action,
            )

    def _bars(self, odds: LogOdds) -> Iterator[Bar]:
        """Yield best against runner-up, so that what speaks for the class points right."""
        say = self.text["explain"]
        adds = [-each for each in (*odds.adds, odds.bias, odds.total)]
        longest = max(map(abs, adds)) or 1.0
        names = (*self._short(), say["bias"], say["log_odds"])
        x = (*(f"{value:+.2f}" for value in self.seen.x.tolist()), "", "")
        rows = zip(names, x, adds, column(adds), strict=True)
        for name, at, value, printed in rows:
            width = round(LONGEST * abs(value) / longest, 2)
            start = HALF if value >= 0 else round(HALF - width, 2)
            speaks = "for" if value >= 0 else "against"
            yield Bar(name, at, printed, start, width, speaks)

    def _short(self) -> tuple[str, ...]:
        say = self.text["features_short"]
        return tuple(say.get(name, name) for name in self.seen.model.feature_names)

    def _features(self) -> Iterator[Feature]:
        seen = self.seen
        rows = zip(
            seen.model.feature_names,
            self._short(),
            seen.readings.values.tolist(),
            seen.x.tolist(),
            seen.reach.tolist(),
            strict=True,
        )
        for key, short, reading, x, (low, high) in rows:
            unit = unit_of(self.text, key, seen.model.units)
            yield Feature(
                key,
                self.text["features"].get(key, key),
                short,
                f"{reading:.3g} {unit}".strip(),
                x,
                low,
                high,
                x >= MARKED_X,
            )


def ways_out(seen: Inspection, lang: str) -> Iterator[str]:
    """Yield what would change the decision by cost: by each feature alone, then by all.

    The smallest changes there are, within what can be read; a feature that alone
    changes nothing is left out.
    """
    text = words(lang)
    say, names = text["station_inspect"], seen.model.feature_names
    head, policy = seen.model.head, seen.model.policy
    places = range(len(names))
    found = [
        flip_decision(
            head,
            policy,
            seen.x,
            frozen=[other for other in places if other != place],
            bounds=seen.reach,
        )
        for place in places
    ]
    for each in [*found, flip_decision(head, policy, seen.x, bounds=seen.reach)]:
        if isinstance(each, DecisionFlip):
            moved = np.flatnonzero(np.abs(each.x - seen.x) >= MOVED).tolist()
            changes = [
                say["lower" if each.x[at] < seen.x[at] else "higher"].format(
                    name=text["features_short"].get(names[at], names[at]),
                    amount=f"{abs(each.x[at] - seen.x[at]):.2f}",
                    to=f"{each.x[at]:+.2f}",
                )
                for at in moved
            ]
            key = "way" if len(moved) == 1 else "way_together"
            yield say[key].format(
                changes=text["language"]["list"].join(changes),
                action=text["decisions"][each.decision],
            )

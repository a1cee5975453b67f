"""An explanation for a terminal: sums in nats, probabilities apart, distances last."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from glassline.arrays import Values
from glassline.decide.flips import Flip, NoDecisionFlip, NoFlip
from glassline.explain.blocks.wording import Wording
from glassline.explain.explanation import Explanation
from glassline.render.layout import WIDTH, columns, headed, wrap
from glassline.render.numbers import column, number, printed

__all__ = ["lines"]


def lines(found: Explanation, lang: str) -> Iterator[str]:
    """Yield the explanation line by line."""
    said = _Said(found, lang)
    yield said.say["title"]
    yield "=" * WIDTH
    for sentence in said.wording.summary():
        yield from wrap(sentence)
    pair = said.say["pair"].format(one=said.one, other=said.other)
    probability = said.say["probability"].format(best=said.best)
    yield from headed(said.say["logits"], said.logits())
    yield from headed(pair, said.pair())
    yield from headed(probability, said.probability())
    yield from headed(said.say["close"], said.close())
    yield from headed(said.say["decision"], said.decision())


class _Said:
    """The blocks of one explanation in one language."""

    def __init__(self, found: Explanation, lang: str) -> None:
        self.found, self.sheet = found, found.sheet
        self.wording = Wording(found.sheet, lang)
        self.say = self.wording.catalogue["explain"]
        self.names = self.wording.short_features()
        self.classes = self.wording.classes
        self.best = self.classes[found.sheet.log_odds.best]
        self.one = self.classes[found.odds.second]
        self.other = self.classes[found.odds.best]
        self.x = found.sheet.figures["x"].value[0]

    def logits(self) -> Iterator[str]:
        """Yield what adds up to each logit."""
        figures = [self.sheet.figures[key].value for key in ("contributions", "b", "z")]
        labels = (*self.names, self.say["bias"], self.say["logit"])
        shown = printed(np.vstack(figures))
        rows = [(label, *row) for label, row in zip(labels, shown, strict=True)]
        yield from columns([(self.say["nats"], *self.classes), *rows])
        yield from self._noted("logits_note")

    def pair(self) -> Iterator[str]:
        """Yield what adds up to the log-odds of two classes."""
        odds = self.found.odds
        *adds, bias, total = column((*odds.adds, odds.bias, odds.total))
        weights = f"W({self.one}) - W({self.other})"
        rows = zip(
            self.names, column(self.x), column(odds.differences), adds, strict=True
        )
        yield from columns(
            [
                (self.say["feature"], "x", weights, self.say["adds"]),
                *rows,
                (self.say["bias"], "", "", bias),
                (self.say["log_odds"], "", "", total),
            ]
        )
        yield from self._noted(
            "pair_note",
            one=self.one,
            other=self.other,
            total=total,
            times=_times(odds.total),
        )

    def probability(self) -> Iterator[str]:
        """Yield what the probability would be without each feature."""
        p = float(self.sheet.figures["p"].value[0, self.sheet.log_odds.best])
        feature, *without = (self.say[k] for k in ("feature", "without", "change"))
        rows = [
            (name, f"{x:+.2f}", number(p), number(other), f"{p - other:+.4f}")
            for name, x, other in zip(
                self.names, self.x.tolist(), self.found.without.tolist(), strict=True
            )
        ]
        yield from columns([(feature, "x", "p", *without), *rows])
        yield from self._noted("probability_note")

    def close(self) -> Iterator[str]:
        """Yield the nearest other class, then by each feature alone."""
        if self.found.frozen:
            places = map(self.sheet.features.index, self.found.frozen)
            names = self.wording.listed([self.names[place] for place in places])
            yield from wrap(self.say["frozen"].format(names=names))
        nearest = self.found.nearest
        if isinstance(nearest, NoFlip):
            yield from wrap(self.say[f"no_{nearest.obstacle.name.lower()}"])
            return
        yield from wrap(
            self.say["nearest"].format(
                distance=f"{nearest.distance:.3f}",
                name=self.classes[nearest.predicted_class],
            )
        )
        yield from self._changes(nearest.x)
        yield ""
        yield self.say["alone"]
        keys = ("feature", "distance", "becomes", "reading", "to_reading", "unit")
        rows = [
            self._alone(at, each)
            for at, each in enumerate(self.found.alone)
            if each is not None
        ]
        yield from columns([tuple(self.say[key] for key in keys), *rows])
        yield from self._noted("close_note")

    def decision(self) -> Iterator[str]:
        """Yield the nearest other decision by cost."""
        found = self.found.decision
        if found is None:
            yield from wrap(self.wording.say["no_decision"])
        elif isinstance(found, NoDecisionFlip):
            yield from wrap(self.say[f"no_{found.obstacle.name.lower()}"])
        else:
            yield from wrap(
                self.say["by_cost"].format(
                    present=self.wording.action(found.present_decision),
                    other=self.wording.action(found.decision),
                    distance=f"{found.distance:.3f}",
                    at_least=f"{math.floor(1e3 * found.at_least) / 1e3:.3f}",
                )
            )
            yield from self._changes(found.x)

    def _noted(self, key: str, **filled: str) -> Iterator[str]:
        yield ""
        yield from wrap(self.say[key].format(**filled))

    def _changes(self, to: Values) -> Iterator[str]:
        """Yield x and readings, from and to, a row a feature."""
        readings, units = self._readings(to), self.wording.units()
        keys = ("feature", "reading", "to_reading", "unit", "x", "to_x")
        rows = [
            (name, *readings[at], units[at], f"{self.x[at]:+.2f}", f"{to[at]:+.2f}")
            for at, name in enumerate(self.names)
        ]
        yield from columns([tuple(self.say[key] for key in keys), *rows])

    def _alone(self, at: int, each: Flip | NoFlip) -> tuple[str, ...]:
        if isinstance(each, NoFlip):
            return (self.names[at], "-", "-", self._readings(self.x)[at][0], "-", "")
        readings = self._readings(each.x)[at]
        return (
            self.names[at],
            f"{each.distance:.3f}",
            self.classes[each.predicted_class],
            *readings,
            self.wording.units()[at],
        )

    def _readings(self, to: Values) -> list[tuple[str, str]]:
        """Return each reading as it is and as it stands at another x."""
        scaling = self.sheet.scaling
        if scaling is None:
            return [("-", "-")] * len(to)
        changed = scaling.scale.reading(to)
        after = np.where(to == self.x, scaling.readings, changed)
        return [
            (f"{one:.4g}", f"{other:.4g}")
            for one, other in zip(scaling.readings, after.tolist(), strict=True)
        ]


def _times(nats: float) -> str:
    """Return e^nats, as people read a ratio.

    Example:
        >>> _times(0.9), _times(-0.9), _times(900.0)
        ('2.46', '0.407', '1e391')
    """
    if abs(nats) < 14:
        return f"{math.exp(nats):.3g}"
    return f"1e{nats / math.log(10):.0f}"

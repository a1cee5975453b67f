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
from glassline.render.numbers import number, printed

__all__ = ["lines"]


def lines(found: Explanation, lang: str) -> Iterator[str]:
    """Yield the explanation line by line."""
    said = _Said(found, lang)
    yield said.say["title"]
    yield "=" * WIDTH
    for sentence in said.wording.summary():
        yield from wrap(sentence)
    for title, rows in (
        (said.say["logits"], said.logits()),
        (said.pair_title(), said.pair()),
        (said.say["probability"].format(best=said.best), said.probability()),
        (said.say["close"], said.close()),
        (said.say["decision"], said.decision()),
    ):
        yield from headed(title, rows)


class _Said:
    """The blocks of one explanation in one language."""

    def __init__(self, found: Explanation, lang: str) -> None:
        self.found, self.sheet = found, found.sheet
        self.wording = Wording(found.sheet, lang)
        self.say = self.wording.catalogue["explain"]
        self.names = self.wording.short_features()
        self.classes = self.wording.classes
        self.best = self.classes[found.sheet.log_odds.best]
        self.x = found.sheet.figures["x"].value[0]

    def logits(self) -> Iterator[str]:
        """Yield what adds up to each logit."""
        figures = self.sheet.figures
        shown = printed(
            np.vstack(
                [figures["contributions"].value, figures["b"].value, figures["z"].value]
            )
        )
        labels = (*self.names, self.say["bias"], self.say["logit"])
        rows = [(label, *row) for label, row in zip(labels, shown, strict=True)]
        yield from columns([(self.say["nats"], *self.classes), *rows])
        yield ""
        yield from wrap(self.say["logits_note"])

    def pair_title(self) -> str:
        """Return what is asked of the two classes."""
        odds = self.found.odds
        return self.say["pair"].format(
            one=self.classes[odds.second], other=self.classes[odds.best]
        )

    def pair(self) -> Iterator[str]:
        """Yield what adds up to the log-odds of two classes."""
        odds = self.found.odds
        one, other = self.classes[odds.second], self.classes[odds.best]
        shown = [
            row[0] for row in printed(np.array([[*odds.adds, odds.bias, odds.total]]).T)
        ]
        x = [row[0] for row in printed(self.x[:, np.newaxis])]
        weights = [row[0] for row in printed(np.array([odds.differences]).T)]
        header = (self.say["feature"], "x", f"W({one}) - W({other})", self.say["adds"])
        body = list(zip(self.names, x, weights, shown, strict=False))
        ends = [
            (self.say["bias"], "", "", shown[-2]),
            (self.say["log_odds"], "", "", shown[-1]),
        ]
        yield from columns([header, *body, *ends])
        yield ""
        yield from wrap(
            self.say["pair_note"].format(
                one=one, other=other, total=shown[-1], times=_times(odds.total)
            )
        )

    def probability(self) -> Iterator[str]:
        """Yield what the probability would be without each feature."""
        p = float(self.sheet.figures["p"].value[0, self.sheet.log_odds.best])
        header = (
            self.say["feature"],
            "x",
            "p",
            self.say["without"],
            self.say["change"],
        )
        rows = [
            (name, f"{x:+.2f}", number(p), number(other), f"{p - other:+.4f}")
            for name, x, other in zip(
                self.names, self.x.tolist(), self.found.without.tolist(), strict=True
            )
        ]
        yield from columns([header, *rows])
        yield ""
        yield from wrap(self.say["probability_note"])

    def close(self) -> Iterator[str]:
        """Yield the nearest other class, then by each feature alone."""
        if self.found.frozen:
            frozen = [
                self.names[self.sheet.features.index(name)]
                for name in self.found.frozen
            ]
            names = self.wording.listed(frozen)
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
        yield ""
        yield from wrap(self.say["close_note"])

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

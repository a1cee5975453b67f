"""What every face of a sheet says, in one language: titles, names, tables."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from glassline.decide import Decision, review_band
from glassline.explain.blocks.block import Block, Table
from glassline.explain.blocks.guaranteed import guaranteed
from glassline.explain.blocks.limited import limited
from glassline.explain.blocks.novel import novel
from glassline.explain.blocks.possible import possible
from glassline.explain.faces.picture.wording import pointing
from glassline.explain.sheet.figure import BLOCKS, Figure
from glassline.explain.sheet.scaling import Scaling
from glassline.explain.sheet.supposed import Supposed, telling
from glassline.recipe import ACTIONS
from glassline.render.layout import MAX_ROWS, window
from glassline.render.numbers import DECIMALS, number, printed
from glassline.render.units import unit_of
from glassline.render.words import words

if TYPE_CHECKING:  # a sheet has faces, and the faces are worded from the sheet
    from glassline.explain.evidence import Evidence
    from glassline.explain.sheet.sheet import Sheet

__all__ = ["INTUITIONS", "Wording", "intuition"]

CHINESE = "[\u4e00-\u9fff]"
BORDER = re.compile(rf"(?<=[A-Za-z0-9])(?={CHINESE})|(?<={CHINESE})(?=[A-Za-z0-9])")
POINTED = ("place", "size", "amount", "count")  # columns of the evidence
INTUITIONS = (0.9, 0.1)  # a true class that is clear, and one that is missed


def intuition(p: float) -> str:
    """Print the loss, in nats, of a true class that was given probability p.

    Example:
        >>> intuition(0.5)
        '0.6931'
    """
    return number(-math.log(p))


class Wording:
    """The words of one sheet in one language; see `glassline.render.words`."""

    def __init__(self, sheet: Sheet, lang: str) -> None:
        self.sheet = sheet
        self.lang = lang
        self.catalogue = words(lang)
        self.say = self.catalogue["sheet"]
        self.classes = sheet.class_words[lang]
        self.features = tuple(
            f"x{place} {name}"
            for place, name in enumerate(sheet.feature_words[lang], start=1)
        )

    def summary(self) -> Iterator[str]:
        """Yield the outcome: most probable class, decision, reason."""
        best = self.sheet.log_odds.best
        p = self.sheet.figures["p"].printed[0][best]
        yield self.say["summary"].format(best=self.classes[best], p=p)
        decision = self.sheet.decision
        if decision is not None:
            yield self.say["decided"].format(action=self.action(decision.action))
            yield decision.reason.text(self.lang)

    def notes(self) -> Iterator[str]:
        """Yield how to read the matrices."""
        if self.sheet.supposed is not None:
            yield self._supposed(self.sheet.supposed)
        rows, columns = self.sheet.figures["W"].shape
        yield self.say["columns_note"].format(classes=self.listed(self.classes))
        yield self.say["shape_note"].format(rows=rows, columns=columns)
        yield self.say["digits_note"].format(decimals=DECIMALS)
        if self.sheet.front in self.catalogue["fronts"]:
            told = self.catalogue["fronts"][self.sheet.front]
            yield told.format(**self.sheet.source)

    def _supposed(self, supposed: Supposed) -> str:
        named = self.sheet.feature_words[self.lang]
        return telling(
            supposed,
            self.catalogue,
            self._class_word(supposed.predicted_class),
            dict(zip(self.sheet.features, named, strict=True)),
        )

    def short_features(self) -> list[str]:
        """Return the shortest name of each feature, for narrow places."""
        short = self.catalogue["features_short"]
        return [
            f"x{place} {short[name]}" if name in short else full
            for place, (name, full) in enumerate(
                zip(self.sheet.features, self.features, strict=True), start=1
            )
        ]

    def units(self) -> list[str]:
        """Return the unit of each feature's reading."""
        return [
            unit_of(self.catalogue, name, self.sheet.units)
            for name in self.sheet.features
        ]

    def labelled(self) -> list[str]:
        """Return the class words, with a remark at the one that a person named."""
        label = self.sheet.label
        return [
            self.say["labelled"].format(name=word) if name == label else word
            for name, word in zip(self.sheet.classes, self.classes, strict=True)
        ]

    def listed(self, names: Sequence[str]) -> str:
        """Return names as a list in a sentence."""
        return self.catalogue["language"]["list"].join(names)

    def action(self, name: str) -> str:
        """Return the word for an action."""
        return self.catalogue["decisions"][name]

    def currency(self) -> str:
        """Return the unit of the costs; empty without a decision."""
        if self.sheet.decision is None:
            return ""
        unit = self.sheet.decision.policy.currency
        return self.catalogue["currencies"].get(unit, unit)

    def name(self, figure: Figure) -> str:
        """Return what a figure is called."""
        text = self.catalogue["steps"][figure.key]
        return text.format(currency=self.currency())

    def purpose(self, figure: Figure) -> str:
        """Return what a figure is for, one line."""
        text = self.catalogue["purposes"][figure.key]
        return text.format(rate=f"{self.sheet.learning_rate:g}")

    def axis(self, name: str) -> Sequence[str]:
        """Return the labels of an axis: features, classes, actions, or none."""
        if name == "features":
            return self.features
        if name == "classes":
            return self.classes
        return tuple(map(self.action, ACTIONS)) if name == "actions" else ()

    def blocks(self) -> Iterator[Block]:
        """Yield the blocks of the sheet in order."""
        yield self._block("given")
        if self.sheet.scaling is not None:
            yield self._scaling(self.sheet.scaling)
        yield self._block("linear")
        yield self._block("softmax")
        yield self._log_odds()
        if self.sheet.label is None:
            yield Block("loss", self.say["loss"], remark=self.say["no_label"])
        else:
            yield self._block("loss", self._intuition())
            yield self._block("learning", self._taught())
        if self.sheet.decision is None:
            yield Block(
                "decision", self.say["decision"], remark=self.say["no_decision"]
            )
        else:
            yield self._block("decision", self._band(self.sheet.decision))
            yield from novel(
                self.sheet.decision,
                self.catalogue,
                self.short_features(),
                self._class_word,
            )
            yield from limited(self.sheet.decision, self.catalogue, self.features)
            yield from possible(self.sheet.decision, self.catalogue, self._class_word)
            yield from guaranteed(self.sheet.decision, self.catalogue, self._class_word)
        if self.sheet.evidence is not None:
            yield self._evidence(self.sheet.evidence)

    def _band(self, decision: Decision) -> str:
        """Say between which probabilities a person decides, for the likeliest defect."""
        policy = decision.policy
        if policy.good is None:
            return ""
        others = [
            place for place, name in enumerate(policy.classes) if name != policy.good
        ]
        defect = policy.classes[max(others, key=lambda c: decision.probabilities[c])]
        band = review_band(policy, defect)
        if band is None:
            return ""
        said = self.say["band"].format(
            good=self._class_word(policy.good),
            defect=self._class_word(defect),
            low=f"{band.low:.4g}",
            high=f"{band.high:.4g}",
        )
        return _spaced(said)

    def _class_word(self, name: str) -> str:
        return self.classes[self.sheet.classes.index(name)]

    def _block(self, key: str, remark: str = "") -> Block:
        figures = (self.sheet.figures.get(name) for name in BLOCKS[key])
        return Block(key, self.say[key], tuple(f for f in figures if f), remark=remark)

    def _intuition(self) -> str:
        sure, unsure = map(intuition, INTUITIONS)
        return self.say["intuition"].format(sure=sure, unsure=unsure)

    def _taught(self) -> str:
        before, after = (self.sheet.figures[k].printed[0][0] for k in ("L", "L_new"))
        rate = f"{self.sheet.learning_rate:g}"
        return self.say["taught"].format(rate=rate, before=before, after=after)

    def _log_odds(self) -> Block:
        odds = self.sheet.log_odds
        best, second = self.classes[odds.best], self.classes[odds.second]
        x = [row[0] for row in printed(self.sheet.figures["x"].value.T)]
        differences = _column(odds.differences)
        *adds, bias, total = _column((*odds.adds, odds.bias, odds.total))
        verdict = _spaced(
            self.say["nats_verdict"].format(total=total, best=best, second=second)
        )
        table = Table(
            (self.say["feature"], "x", f"W({second}) - W({best})", self.say["adds"]),
            self._elided([self.features, x, differences, adds]),
            ((self.say["bias"], "", "", bias), (self.say["sum"], "", "", total)),
        )
        title = _spaced(self.say["why"].format(best=best, second=second))
        return Block("why", title, table=table, remark=verdict)

    def _scaling(self, scaling: Scaling) -> Block:
        columns = [
            self.short_features(),
            _column(scaling.readings),
            self.units(),
            _column(scaling.curved),
            _column(scaling.center),
            _column(scaling.spread),
            [row[0] for row in printed(self.sheet.figures["x"].value.T)],
        ]
        keys = ("feature", "reading", "unit", "curved", "typical", "spread")
        header = (*(self.say[key] for key in keys), "x")
        note = self.say["scaling_note"].format(clip=f"{scaling.clip:g}")
        table = Table(header, self._elided(columns))
        return Block("scaling", self.say["scaling"], table=table, remark=note)

    def _evidence(self, evidence: Evidence) -> Block:
        say = self.catalogue["evidence"]
        rows = [pointing(evidence, name, self.lang) for name in self.sheet.features]
        columns = [self.short_features(), *zip(*rows, strict=True)]
        header = (self.say["feature"], *(say[k] for k in POINTED))
        table = Table(header, self._elided(columns))
        return Block("evidence", say["where"], table=table, remark=say["where_note"])

    def _elided(self, columns: Sequence[Sequence[str]]) -> tuple[tuple[str, ...], ...]:
        """Turn columns into rows; rows beyond the limit become one remark."""
        count = len(columns[0])
        more = self.say["more_rows"].format(count=count - MAX_ROWS + 1)
        return tuple(
            (more, *[""] * (len(columns) - 1))
            if place is None
            else tuple(column[place] for column in columns)
            for place in window(count)
        )


def _spaced(text: str) -> str:
    """Put a space between Latin letters and Chinese, as Taiwan's print does."""
    return BORDER.sub(" ", text)


def _column(values: Sequence[float]) -> list[str]:
    return [row[0] for row in printed(np.array(values)[:, np.newaxis])]

"""What every face says of one worked sum, in one language: names, units, sentences."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence

from glassline.explain.sheet.figure import Figure
from glassline.explain.sheet.worked_sum import WorkedSum
from glassline.recipe import ACTIONS
from glassline.render.numbers import DECIMALS, number
from glassline.render.units import unit_of
from glassline.render.words import CLASS_WORDS, words

__all__ = ["Wording"]


class Wording:
    """The words of one worked sum in one language; see `glassline.render.words`.

    Attributes:
        sheet: The sum.
        lang: "en" or "zh-TW".
        catalogue: Its words.
        say: Those of the sheet.
        classes: The words for the k classes.
        named: The words for the d features.
        features: The same, each with its symbol: "x1 scratch line strength".

    Raises:
        InputError: Another language.
    """

    def __init__(self, sheet: WorkedSum, lang: str) -> None:
        self.sheet = sheet
        self.lang = lang
        self.catalogue = words(lang)
        self.say = self.catalogue["sheet"]
        called = {**CLASS_WORDS[lang], **sheet.names.get(lang, {})}
        self.classes = tuple(_shown(called.get(name, name)) for name in sheet.classes)
        self.named = tuple(
            _shown(self.catalogue["features"].get(name, name))
            for name in sheet.features
        )
        self.features = _numbered(self.named)

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
        """Yield what was supposed, how to read the matrices, and who read the features."""
        supposed = self.sheet.supposed
        if supposed is not None:
            called = dict(zip(self.sheet.features, self.named, strict=True))
            given = (f"{called[name]} x = {x:g}" for name, x in supposed.x.items())
            yield self.catalogue["supposed"]["note"].format(
                features=self.listed([*given]),
                best=self.class_word(supposed.predicted_class),
                p=number(supposed.probability),
                action=self.action(supposed.action),
            )
        rows, columns = self.sheet.figures["W"].shape
        yield self.say["columns_note"].format(classes=self.listed(self.classes))
        yield self.say["shape_note"].format(rows=rows, columns=columns)
        yield self.say["digits_note"].format(decimals=DECIMALS)
        if self.sheet.front in self.catalogue["fronts"]:
            told = self.catalogue["fronts"][self.sheet.front]
            yield told.format(**self.sheet.source)

    def filed(self) -> Iterator[str]:
        """Yield what the sheet is filed by, a line each: photo, model, time, person."""
        if self.sheet.provenance is not None:
            told = self.sheet.provenance.told
            say = self.catalogue["filed"]
            told |= {name: _shown(told[name]) for name in ("photo", "who")}
            told["who"] = told["who"] or say["nobody"]
            yield from (say[name].format(**told) for name in told)

    def short_features(self) -> tuple[str, ...]:
        """Return the shortest name of each feature, for narrow places."""
        short = self.catalogue["features_short"]
        return _numbered(
            [
                short.get(name, full)
                for name, full in zip(self.sheet.features, self.named, strict=True)
            ]
        )

    def units(self) -> list[str]:
        """Return the unit of each feature's reading."""
        return [
            unit_of(self.catalogue, name, self.sheet.units)
            for name in self.sheet.features
        ]

    def class_word(self, name: str) -> str:
        """Return the word for a class id."""
        return self.classes[self.sheet.classes.index(name)]

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

    def name(self, figure: Figure) -> str:
        """Return what a figure is called; costs in the recipe's currency."""
        decision = self.sheet.decision
        unit = decision.policy.currency if decision else ""
        currency = self.catalogue["currencies"].get(unit, unit)
        return self.catalogue["steps"][figure.key].format(currency=currency)

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


def _numbered(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(f"x{place} {name}" for place, name in enumerate(names, start=1))


def _shown(name: str) -> str:
    """Keep a name on its line: what a terminal would obey becomes a space."""
    shown = (" " if unicodedata.category(c)[0] in "CZ" else c for c in name)
    return " ".join("".join(shown).split())

"""A score for a terminal: figures with intervals, rates with counts, the confusion."""

from __future__ import annotations

from collections.abc import Iterator
from math import isnan

from rich.cells import cell_len, set_cell_size

from glassline.features.scale import MANY_BEYOND
from glassline.image import printable
from glassline.render.layout import columns, wrap
from glassline.render.words import words
from glassline.studies.evaluation.evaluation import Evaluation
from glassline.studies.left_out import told as left_out
from glassline.studies.metrics import Rate
from glassline.training.concepts.text import lines as told
from glassline.training.concepts.text import meanings

__all__ = ["lines"]

WIDTH = 100_000  # cells: a column a class, however many
NAMED = 10  # of the wrong parts; JSON has all


def lines(found: Evaluation, lang: str) -> Iterator[str]:
    """Yield the score line by line.

    Raises:
        InputError: Another language than "en" and "zh-TW".
    """
    say, s, calibrated = words(lang)["evaluation"], found.scores, found.calibration
    majority = say["majority"].format(share=f"{s.majority:.3f}")
    error = f"{calibrated.error.value:.3f} {say['no_interval']}"
    accuracy, balanced, macro_f1, log_loss, brier = (
        each.text(say["unknown"])
        for each in (
            s.accuracy,
            s.balanced_accuracy,
            s.macro_f1,
            s.log_loss,
            calibrated.brier,
        )
    )
    if found.learnt:
        told_of = say["with_training" if found.with_training else "learnt"]
        yield from wrap(told_of.format(count=found.learnt))
    yield say["head"].format(n=s.n, groups=s.groups)
    figures = {
        "accuracy": f"{accuracy}   {majority}",
        "balanced_accuracy": balanced,
        "macro_f1": macro_f1,
        "log_loss": f"{log_loss} {say['nats']}",
        "error": error,
        "brier": brier,
    }
    name_cells = max(cell_len(say[key]) for key in figures)

    def named(key: str, text: str) -> str:
        return f"{set_cell_size(say[key], name_cells)}  {text}"

    yield from map(named, figures, figures.values())
    if found.rates:
        yield say["over_parts" if s.groups == s.n else "over_groups"]
        width = max(len(str(rate)) for rate in found.rates.values())
        for name, rate in found.rates.items():
            yield named(name, f"{rate!s:<{width}}  {_percents(rate) or say['unknown']}")
    yield from left_out(found.refused, found.copies, lang)
    if found.undecided:
        yield named("undecided", say["unscored"].format(n=found.undecided))
    yield from _confusion(found, say["seen"])
    yield from _wrong(found, lang)
    if found.beyond is not None and found.beyond > MANY_BEYOND:
        yield from wrap(say["beyond"].format(share=f"{100 * found.beyond:.0f}"))
    if isnan(s.log_loss.low):  # the first that a few groups leave open
        yield from wrap(say["note"])
    yield from _concepts(found, lang)


def _concepts(found: Evaluation, lang: str) -> Iterator[str]:
    if not found.concepts:
        return
    meaning, priced = found.concepts["meaning"], found.concepts["figures"]
    yield from told(priced, lang, meaning) if priced else meanings(meaning, lang)


def _confusion(found: Evaluation, head: str) -> list[str]:
    classes = found.recipe.classes
    counts = zip(classes, found.confusion.tolist(), strict=True)
    rows = [(name, *map(str, row)) for name, row in counts]
    return columns([(head, *classes), *rows], WIDTH)


def _wrong(found: Evaluation, lang: str) -> Iterator[str]:
    """Yield the parts seen wrongly, the most surprising first, and how many more."""
    say, decisions = words(lang)["evaluation"], words(lang)["decisions"]
    rows = [
        (
            printable("/".join(each.part.path.parts[-2:])),
            each.label,
            each.seen,
            decisions[each.decision],
            f"{each.loss:.3f}",
        )
        for each in found.wrong[:NAMED]
    ]
    if rows:
        heads = ("wrong", "label", "class", "decision", "loss")
        yield from columns([tuple(say[key] for key in heads), *rows], WIDTH)
    if len(found.wrong) > NAMED:
        yield say["more_wrong"].format(count=len(found.wrong) - NAMED)


def _percents(rate: Rate) -> str:
    low, high = rate.interval
    return f"{rate.value:.1%} [{low:.1%}, {high:.1%}]" if rate.n else ""

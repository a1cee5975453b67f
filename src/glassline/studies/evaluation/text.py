"""A score for a terminal: figures with intervals, rates with counts, the confusion."""

from __future__ import annotations

from collections.abc import Iterator

from glassline.render.layout import columns
from glassline.studies.evaluation.evaluation import Evaluation
from glassline.studies.metrics import Rate
from glassline.training.concepts.text import lines as told
from glassline.training.concepts.text import meanings

__all__ = ["lines"]

WIDTH = 100_000  # cells: a column a class, however many


def lines(found: Evaluation, lang: str) -> Iterator[str]:
    """Yield the score line by line; in English, whatever the language, so far."""
    s, calibrated = found.scores, found.calibration
    yield f"{s.n} parts in {s.groups} groups (95 % intervals over groups)"
    yield f"accuracy           {s.accuracy}   (commonest class {s.majority:.3f})"
    yield f"balanced accuracy  {s.balanced_accuracy}"
    yield f"macro-F1           {s.macro_f1}"
    yield f"cross-entropy      {s.log_loss} nats"
    yield f"calibration error  {calibrated.error}"
    yield f"Brier score        {calibrated.brier}"
    if found.rates:
        yield "rates of decisions (exact 95 % intervals over parts)"
        width = max(len(str(rate)) for rate in found.rates.values())
        for name, rate in found.rates.items():
            yield f"{name:<17}  {rate!s:<{width}}  {_percents(rate)}"
    if found.refused:
        yield f"refused            {len(found.refused)} photos"
    if found.undecided:
        yield f"without a label    {found.undecided} parts, not scored"
    classes = found.recipe.classes
    counts = zip(classes, found.confusion.tolist(), strict=True)
    rows = [(name, *map(str, row)) for name, row in counts]
    yield from columns([("true \\ seen", *classes), *rows], WIDTH)
    if found.concepts and found.concepts["figures"]:
        yield from told(found.concepts["figures"], found.concepts["meaning"])
    elif found.concepts:
        yield from meanings(found.concepts["meaning"])


def _percents(rate: Rate) -> str:
    low, high = rate.interval
    return f"{rate.value:.1%} [{low:.1%}, {high:.1%}]" if rate.n else "unknown"
